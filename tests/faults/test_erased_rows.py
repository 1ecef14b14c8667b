"""Erasure, row by row: what goes and what is kept out is the child's alone; and who may do it, and when."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import gzip
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from live_tracker import database, fences, runs, turns
from live_tracker.deliveries import cli as deliveries_cli
from live_tracker.deliveries.contract import FEEDS
from live_tracker.deliveries.ledger import deliveries_hash
from live_tracker.erasure import cli as erasure_cli
from live_tracker.erasure import scrub as scrubbing
from live_tracker.erasure.erase import Named, Reason, erase, plan
from live_tracker.errors import CheckFailed, DatabaseError, TrackerError
from live_tracker.identity import links
from live_tracker.identity.identifiers import canonical_pnc_id
from live_tracker.identity.review import queue
from live_tracker.settings import Settings
from tests.deliver import Row, child, fetch, fetch_as, land_all, offence, write_delivery
from tests.made_children import FORCE, MadeChild
from tests.sample_data.nights import write_sample

GOES, STAYS = MadeChild(7001), MadeChild(7002)
for one in (GOES, STAYS):
    one.offence("2023-04-01", "2023-05-10")
    one.custody("2023-05-10", "2023-05-20")
SERVICE = GOES.service
LAST_NIGHT = dt.date(2026, 11, 21)


def resolve(settings: Settings) -> None:
    with database.connect(settings, "loader") as connection:
        token = fences.claim(connection, "identity", "test")
    links.resolve(settings, "test", token)


def night(settings: Settings, root: Path) -> None:
    assert not [report.refused for report in land_all(settings, root).values() if report.refused]
    resolve(settings)


def deliver(root: Path, day: str, children: Iterable[MadeChild]) -> None:
    tables: dict[str, dict[str, list[Row]]] = {"yot": defaultdict(list), "pnc": defaultdict(list)}
    for made in children:
        for (feed, table), rows in made.rows.items():
            tables[feed][table] += rows
    for feed, source in (("yot", SERVICE), ("pnc", FORCE)):
        write_delivery(root, feed, source, day, int(day[-2:]), tables[feed])


def gone(settings: Settings, name: str, service: str | None = SERVICE) -> None:
    named = Named(name, "cms" if service else None, service)
    erase(settings, named, "a tester", Reason.request, plan(settings, named))


def held(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What raw says of each key, and all that identity keeps of records and persons."""
    tables = [f"raw.{feed.name}_{table.name}_version" for feed in FEEDS.values() for table in feed.tables]
    tables += [
        f"identity.{table}"
        for table in ("person_link", "span", "person", "record", "record_id", "face", "face_pair", "review_queue")
    ]
    return {table: sorted(fetch(settings, f"SELECT row::text FROM {table} AS row")) for table in tables}


def accounts(settings: Settings, day: str) -> dict[str, tuple[int, int, int, int]]:
    """Rows of each table of the day's deliveries: delivered, loaded, quarantined, erased."""
    rows = fetch(
        settings,
        """
        SELECT feed || '_' || table_name, delivered, loaded, quarantined, erased
        FROM ops.delivery_table INNER JOIN ops.delivery USING (delivery_id) WHERE extract_date = %s AND delivered > 0
        """,
        day,
    )
    return {row[0]: row[1:] for row in rows}


def keys(settings: Settings, table: str) -> list[str]:
    return [key for (key,) in fetch(settings, f"SELECT DISTINCT key FROM raw.{table}_sighting ORDER BY 1")]


def test_rows_that_name_only_what_was_erased_are_kept_out(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "2024-01-01", [GOES, STAYS])
    night(warehouse, tmp_path)
    gone(warehouse, GOES.child_id)
    asn = GOES.rows["pnc", "arrest_summons"][0]["asn"]
    nominal = GOES.rows["pnc", "nominal"][0]
    late: dict[str, list[Row]] = {
        "child": [STAYS.rows["yot", "child"][0]],
        "offence": [{"offence_id": "o1-7001", "deleted": "1"}, {"offence_id": "o1-7002", "deleted": "1"}],
        "outcome": [{"outcome_id": "new", "offence_id": "o1-7001", "deleted": "1"}],
        "custody_episode": [{**STAYS.rows["yot", "custody_episode"][0], "offence_id": "o1-7001"}],
    }
    write_delivery(tmp_path, "yot", SERVICE, "2024-01-02", 2, late, kind="delta")
    police = {
        # the number as the police also write it
        "nominal": [{**nominal, "pnc_id": nominal["pnc_id"].replace("2020/000", "20/")}],
        # a merge at the police moves the arrest to another number
        "arrest_summons": [{**GOES.rows["pnc", "arrest_summons"][0], "pnc_id": STAYS.pnc_id}],
        "offence": [{"asn": asn, "offence_seq": "001", "deleted": "1"}],
        "disposal": [{"asn": asn, "offence_seq": "001", "disposal_seq": "9", "deleted": "1"}],
    }
    write_delivery(tmp_path, "pnc", FORCE, "2024-01-02", 2, police, kind="delta")
    night(warehouse, tmp_path)
    assert accounts(warehouse, "2024-01-02") == {
        "yot_child": (1, 1, 0, 0),
        "yot_offence": (2, 1, 0, 1),
        "yot_outcome": (1, 0, 0, 1),
        "yot_custody_episode": (1, 1, 0, 0),
        "pnc_nominal": (1, 0, 0, 1),
        "pnc_arrest_summons": (1, 0, 0, 1),
        "pnc_offence": (1, 0, 0, 1),
        "pnc_disposal": (1, 0, 0, 1),
    }
    assert keys(warehouse, "yot_offence") == ["o1-7002"]
    assert len(keys(warehouse, "pnc_offence")) == len(keys(warehouse, "pnc_nominal")) == 1


def test_a_quarantined_row_goes_too_and_the_rows_stay_accounted_for(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "2024-01-01", [GOES, STAYS])
    damaged = [{**made.rows["yot", "offence"][0], "offence_date": "yesterday"} for made in (GOES, STAYS)]
    write_delivery(tmp_path, "yot", SERVICE, "2024-01-02", 2, {"offence": damaged}, kind="delta")
    night(warehouse, tmp_path)
    assert accounts(warehouse, "2024-01-02") == {"yot_offence": (2, 0, 2, 0)}
    gone(warehouse, GOES.child_id)
    assert accounts(warehouse, "2024-01-02") == {"yot_offence": (2, 0, 1, 1)}
    assert accounts(warehouse, "2024-01-01")["yot_offence"] == (2, 1, 0, 1)
    assert fetch(warehouse, "SELECT line_no FROM ops.quarantine") == [(3,)]
    assert keys(warehouse, "yot_offence") == ["o1-7002"]


def test_an_id_that_is_also_anothers_is_not_kept_out(
    warehouse: Settings, new_warehouse: Callable[[], Settings], tmp_path: Path
) -> None:
    """An offence was put down to the wrong child on the first day."""
    children = {number: child(f"c{number}") for number in (1, 2)}
    for day, owner in (("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-03", 2)):
        rows = {"child": list(children.values()), "offence": [offence("o1", f"c{owner}")]}
        write_delivery(tmp_path / "all", "yot", SERVICE, day, int(day[-2:]), rows)
        rows = {"child": [children[2]], "offence": rows["offence"] if owner == 2 else []}
        write_delivery(tmp_path / "never", "yot", SERVICE, day, int(day[-2:]), rows)
    third = tmp_path / "all" / "yot" / SERVICE / "2024-01-03"
    shutil.move(third, tmp_path / "third")
    night(warehouse, tmp_path / "all")
    gone(warehouse, "c1")
    shutil.move(tmp_path / "third", third)
    night(warehouse, tmp_path / "all")
    never = new_warehouse()
    night(never, tmp_path / "never")
    assert held(warehouse) == held(never)
    assert fetch(warehouse, "SELECT known_from::text FROM raw.yot_offence_version") == [("2024-01-02",)]


def without(root: Path, into: Path, records: set[tuple[str, str, str]]) -> None:
    """The same deliveries, in which rows of these records, as (feed, source, id), never were."""
    for manifest in root.glob("*/*/*/manifest.json"):
        feed, source, day = manifest.parent.relative_to(root).parts
        told = json.loads(manifest.read_text())
        tables = {}
        for file in told["files"]:
            data = (manifest.parent / file["name"]).read_bytes()
            data = gzip.decompress(data) if file["name"].endswith(".gz") else data
            encoding = "utf-8-sig" if told["encoding"] == "utf-8" else told["encoding"]
            with io.StringIO(data.decode(encoding), newline="") as text:
                tables[file["name"].partition(".")[0]] = [
                    row
                    for row in csv.DictReader(text)
                    if (feed, source, _owner(feed, row, told["extract_date"])) not in records
                ]
        options = {name: told[name] for name in ("kind", "revision")}
        write_delivery(into, feed, source, told["extract_date"], told["sequence"], tables, **options)
        assert (into / feed / source / day).exists()


def _owner(feed: str, row: Row, day: str) -> str:
    value = row[FEEDS[feed].person_column]
    return value if feed == "yot" else canonical_pnc_id(value, dt.date.fromisoformat(day)) or value


def test_what_is_left_is_as_if_the_child_had_never_come(
    warehouse: Settings, new_warehouse: Callable[[], Settings], tmp_path: Path
) -> None:
    write_sample(tmp_path / "sample", nights=3, children=60, last_night=LAST_NIGHT, seed=5)
    root = tmp_path / "sample" / "deliveries"
    night(warehouse, root)
    # those whose records have moved from person to person, who have several, and some others
    chosen = [
        key
        for (key,) in fetch(
            warehouse,
            """
            SELECT person_key FROM identity.person_link WHERE known_to IS NULL
            GROUP BY person_key ORDER BY count(DISTINCT source_system || source || source_id) DESC, person_key LIMIT 6
            """,
        )
    ]
    records = {
        ("yot" if record.source_system == "cms" else "pnc", record.source, record.source_id)
        for key in chosen
        for record in plan(warehouse, Named(key)).records
    }
    assert len(records) > len(chosen)
    for key in chosen:
        gone(warehouse, key, None)
    resolve(warehouse)
    without(root, tmp_path / "never", records)
    never = new_warehouse()
    night(never, tmp_path / "never")
    assert held(warehouse) == held(never)


def were_one_person(settings: Settings, root: Path) -> list[str]:
    """Two case records are one person, by a decision, until it is undone; returns the person_keys of the second."""
    for day in ("2024-01-01", "2024-01-02", "2024-01-03"):
        write_delivery(root, "yot", SERVICE, day, int(day[-2:]), {"child": [child("c1"), child("c2")]})
        night(settings, root)
        if day != "2024-01-03":
            with database.connect(settings, "loader") as connection, connection.cursor() as cursor:
                verdict = "accept" if day == "2024-01-01" else "undo"
                pair = queue.find(cursor, "northborough/c1,northborough/c2")
                queue.decide(connection, pair, verdict, "a tester", "brothers, says their mother")
            resolve(settings)
    query = "SELECT DISTINCT person_key FROM identity.person_link WHERE source_id = 'c2' ORDER BY 1"
    person_keys = [person_key for (person_key,) in fetch(settings, query)]
    assert len(person_keys) == 2
    return person_keys


def test_what_people_decided_goes_and_whoever_shared_a_person_is_looked_at_again(
    warehouse: Settings, new_warehouse: Callable[[], Settings], tmp_path: Path
) -> None:
    were_one_person(warehouse, tmp_path / "all")
    for day in ("2024-01-01", "2024-01-02", "2024-01-03"):
        write_delivery(tmp_path / "never", "yot", SERVICE, day, int(day[-2:]), {"child": [child("c2")]})
    gone(warehouse, "c1")
    assert fetch(warehouse, "SELECT count(*) FROM identity.review_decision") == [(0,)]
    resolve(warehouse)
    never = new_warehouse()
    night(never, tmp_path / "never")
    assert held(warehouse) == held(never)


def test_a_person_who_once_had_an_erased_record_is_noted_too(warehouse: Settings, tmp_path: Path) -> None:
    """Its figures of that time have changed by the erasure, and a later reader asks why."""
    person_keys = were_one_person(warehouse, tmp_path)
    gone(warehouse, "c2")
    assert fetch(warehouse, "SELECT person_key FROM identity.erased_person ORDER BY 1") == [
        (key,) for key in person_keys
    ]


def dump(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    tables = fetch(
        settings,
        """
        SELECT format('%%I.%%I', schemaname, tablename) FROM pg_catalog.pg_tables
        WHERE schemaname IN ('raw', 'identity', 'ops', 'release') ORDER BY 1
        """,
    )
    return {table: sorted(fetch(settings, f"SELECT row::text FROM {table} AS row")) for (table,) in tables}


@pytest.fixture
def run(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(erasure_cli, "get_settings", lambda: warehouse)
    monkeypatch.setattr(deliveries_cli, "get_settings", lambda: warehouse)

    def run(*words: str, answer: str = "") -> Any:
        app = deliveries_cli.app if words[0] == "deliveries" else erasure_cli.app
        return CliRunner().invoke(app, list(words), input=answer)

    return run


def test_the_command_shows_what_would_go_and_asks(warehouse: Settings, tmp_path: Path, run: Callable[..., Any]) -> None:
    deliver(tmp_path, "2024-01-01", [GOES, STAYS])
    night(warehouse, tmp_path)
    before = dump(warehouse)
    shown = run("erase", GOES.child_id, "--service", SERVICE, "--dry-run")
    assert shown.exit_code == 0
    assert [GOES.pnc_id in shown.output, STAYS.pnc_id in shown.output] == [True, False]
    assert GOES.rows["yot", "child"][0]["surname"].lower() not in shown.output.lower()
    assert "nothing has been changed" in shown.output
    assert run("erase", GOES.pnc_id.replace("2020/000", "20/"), "--pnc-id", answer="n\n").exit_code == 1
    assert dump(warehouse) == before
    done = run("erase", GOES.pnc_id, "--pnc-id", "--reason-code", "order", "--by", "a tester", answer="y\n")
    assert done.exit_code == 0, done.output
    assert fetch(warehouse, "SELECT erased_on::text, erased_by, reason_code FROM identity.erasure") == [
        ("2024-01-01", "a tester", "order")
    ]
    assert not (warehouse.landing_folder / "yot" / SERVICE).exists()
    again = run("erase", GOES.child_id, "--service", SERVICE)
    assert isinstance(again.exception, TrackerError)
    assert "no record of that child is known" in str(again.exception)
    elsewhere = run("erase", GOES.child_id, "--service", "nowhere")
    assert isinstance(elsewhere.exception, TrackerError)
    assert (elsewhere.exception.what, elsewhere.exception.do) == (
        "there is no service 'nowhere'",
        f"choose one of {SERVICE}",
    )
    both = run("erase", GOES.pnc_id, "--pnc-id", "--service", SERVICE)
    assert isinstance(both.exception, TrackerError)
    assert run("scrub").exit_code == 0
    assert "erased" in run("deliveries").output


def test_what_could_not_be_overwritten_is_told(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "LONGEST_WAIT", 0.0)
    with database.connect(warehouse, "analyst") as reader:
        reader.set_session(isolation_level="REPEATABLE READ")
        reader.cursor().execute("SELECT 1")
        left = scrubbing.scrub(warehouse)
    # the server's own workers may look on as well
    told = r"deleted rows in the server's files: [1-9]\d* sessions still see them; `scrub` again when they have ended"
    assert [re.fullmatch(told, what) is not None for what in left] == [True]
    url = SecretStr(database.role_url(warehouse, "auditor"))
    left = scrubbing.scrub(warehouse.model_copy(update={"warehouse_url": url}))
    assert [what.split(":")[0] for what in left] == [
        "deleted rows in the server's files",
        "samples of values in the planner's statistics",
        "the write-ahead log, until the server has written over it",
    ]


def test_no_copy_of_later_deliveries_is_kept_either(warehouse: Settings, tmp_path: Path) -> None:
    """The session's tests share one landing folder: the service's name is this test's own."""
    for day in ("2024-01-01", "2024-01-02"):
        write_delivery(tmp_path, "yot", "westley", day, int(day[-2:]), {"child": [child("c1"), child("c2")]})
        night(warehouse, tmp_path)
        assert (warehouse.landing_folder / "yot" / "westley").exists() == (day == "2024-01-01")
        if day == "2024-01-01":
            gone(warehouse, "c1", "westley")


def test_once_somebody_was_erased_nothing_lands_and_nobody_is_erased_under_another_identity_key(
    warehouse: Settings, tmp_path: Path
) -> None:
    deliver(tmp_path, "2024-01-01", [GOES, STAYS])
    night(warehouse, tmp_path)
    gone(warehouse, GOES.child_id)
    deliver(tmp_path, "2024-01-02", [GOES, STAYS])
    other = warehouse.model_copy(update={"identity_key": SecretStr("another")})
    with pytest.raises(TrackerError, match="identity key is another"):
        land_all(other, tmp_path)
    with pytest.raises(TrackerError, match="identity key is another"):
        gone(other, STAYS.child_id)
    assert accounts(warehouse, "2024-01-02") == {}
    land_all(warehouse, tmp_path)
    assert accounts(warehouse, "2024-01-02")["yot_child"] == (2, 1, 0, 1)


def test_nothing_is_erased_while_it_cannot_be_known_whose_it_is_or_a_run_is_at_work(
    warehouse: Settings, tmp_path: Path
) -> None:
    deliver(tmp_path, "2024-01-01", [GOES, STAYS])
    land_all(warehouse, tmp_path)
    with pytest.raises(TrackerError, match="nobody has looked yet whose they are"):
        gone(warehouse, GOES.child_id)
    resolve(warehouse)
    with database.connect(warehouse, "loader") as connection:
        runs.request(
            connection, "busy", requested_by="make", definitions_hash="d", reference_hash="r", code_version="c"
        )
    assert turns.take(warehouse, "busy") == "go"
    with pytest.raises(CheckFailed, match="run busy is at work"):
        gone(warehouse, GOES.child_id)
    turns.fail(warehouse, "busy", "a tester ended it")
    with database.connect(warehouse, "loader") as connection:
        token = fences.claim(connection, f"landing:yot/{SERVICE}", "busy")
        before = deliveries_hash(connection, LAST_NIGHT)
    planned = plan(warehouse, Named(GOES.child_id, "cms", SERVICE))
    other = plan(warehouse, Named(STAYS.child_id, "cms", SERVICE))
    with pytest.raises(TrackerError, match="no longer what was shown"):
        erase(warehouse, Named(GOES.child_id, "cms", SERVICE), "a tester", Reason.error, other)
    erase(warehouse, Named(GOES.child_id, "cms", SERVICE), "a tester", Reason.error, planned)
    with database.connect(warehouse, "publisher") as connection:
        assert deliveries_hash(connection, LAST_NIGHT) != before
    # who was thought dead and comes back is overtaken
    with pytest.raises(fences.Overtaken), database.connect(warehouse, "loader") as connection:
        fences.hold(connection, f"landing:yot/{SERVICE}", token)


DELETIONS = (
    *("raw.yot_child", "raw.pnc_nominal_sighting", "release.cohort_member", "release.new_arrests"),
    *("identity.review_decision", "identity.erased_id", "identity.erasure", "identity.erased_person"),
)


@pytest.mark.parametrize("role", [role for role in database.ROLES if role != "migrator"])
def test_nobody_else_may_erase_and_nobody_may_forget_that_it_was_done(warehouse: Settings, role: database.Role) -> None:
    for table in DELETIONS:
        expected = (
            contextlib.nullcontext()
            if role == "eraser" and table in DELETIONS[:5]
            else pytest.raises(DatabaseError, match=r"42501|25006")
        )
        with expected, database.connect(warehouse, role) as connection:
            connection.cursor().execute(f"DELETE FROM {table}")
    functions = fetch(warehouse, "SELECT has_function_privilege(%s, 'ops.drop_build()', 'EXECUTE')", role)
    assert functions == [(role == "eraser",)]


def test_the_eraser_reads_no_name_and_reaches_every_row_of_a_person(warehouse: Settings) -> None:
    for query in ("SELECT surname FROM raw.yot_child", "SELECT forenames FROM raw.pnc_nominal", "TABLE identity.face"):
        with pytest.raises(DatabaseError, match="42501"):
            fetch_as(warehouse, "eraser", query)
    beyond = fetch(
        warehouse,
        """
        SELECT class.relname
        FROM pg_catalog.pg_class AS class
        INNER JOIN pg_catalog.pg_attribute AS attribute ON class.oid = attribute.attrelid
        WHERE
            class.relnamespace IN ('release'::regnamespace, 'identity'::regnamespace, 'raw'::regnamespace)
            AND class.relkind IN ('r', 'p') AND NOT class.relispartition AND class.relname <> 'erased_person'
            AND attribute.attname IN ('person_key', 'source_id', 'child_id', 'pnc_id', 'asn')
            AND NOT has_table_privilege('eraser', class.oid, 'DELETE')
        """,
    )
    assert beyond == []
