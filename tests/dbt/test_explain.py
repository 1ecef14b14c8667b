"""`tracker explain` over a warehouse that was built: what it says of children made by hand, and to whom.

Two nights, so that the second build is incremental. It brings a revision of the first delivery of northborough, which
has the rows in another order, and a delta that changes one row.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from live_tracker import cli, database, nightly, runs
from live_tracker.build import candidate
from live_tracker.database import connect
from live_tracker.errors import TrackerError
from live_tracker.explain.pairing import how_paired
from live_tracker.explain.trail import Trail, follow
from live_tracker.settings import Settings
from tests.deliver import Row, administer, fetch, surname_of, write_delivery
from tests.made_children import FORCE, MadeChild, deliver
from tests.night import request, run_night

pytestmark = pytest.mark.slow

FIRST_NIGHT, SECOND_NIGHT, THIRD_NIGHT = "2024-12-01", "2024-12-02", "2024-12-03"
NATIONAL, LOCAL, CUSTODY, FLAGGED = "national_proven", "local_live", "leaving_custody", "managed_offenders"
REOFFENDER, PSEUDO, TOO_OLD, RELEASED, MANAGED, ALONE, TWIN, OTHER_TWIN, SHARED, SHARED_TOO = range(1, 11)
KEYS = {"cms": {"offence": "offence_id", "outcome": "outcome_id"}, "pnc": {"offence": "asn", "disposal": "asn"}}
READER, PRACTITIONER = "reader_of_southmere", "practitioner_of_southmere"


@dataclass(frozen=True)
class Explained:
    """The warehouse, its deliveries, and the children by number."""

    settings: Settings
    deliveries: Path
    definitions: Path
    first: Trail

    def ask(self, number: int, definition: str = NATIONAL, cohort: str | None = "2023Q2", **more: Any) -> Trail:
        return follow(self.settings, "practitioner", f"c{number}", definition, cohort, **more)


@pytest.fixture(scope="module")
def explained(
    new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory, project: Path
) -> Explained:
    settings, deliveries = new_warehouse(), tmp_path_factory.mktemp("explained")
    children = made_children()
    definitions = project / "definitions"
    deliver(deliveries, FIRST_NIGHT, children)
    run_night(settings, deliveries, definitions)
    first = follow(settings, "practitioner", f"c{REOFFENDER}", NATIONAL, "2023Q2")
    deliver_the_second_night(deliveries, children)
    run_night(settings, deliveries, definitions)
    assert fetch(settings, "SELECT changes_after IS NOT NULL FROM ops.candidate") == [(True,)]
    return Explained(settings, deliveries, definitions, first)


def made_children() -> list[MadeChild]:
    reoffender, pseudo, released, managed, alone, twin, shared = (
        MadeChild(number) for number in (REOFFENDER, PSEUDO, RELEASED, MANAGED, ALONE, TWIN, SHARED)
    )
    too_old = MadeChild(TOO_OLD, "2005-05-10")
    for child in (reoffender, pseudo, too_old, managed, alone, twin, shared):
        child.offence("2023-04-01", "2023-05-10")
    reoffender.offence("2023-06-01", "2023-08-01", "YOUTH_CONDITIONAL_CAUTION")
    pseudo.offence("2023-03-01", "2023-07-01")
    released.offence("2023-03-01", "2023-04-20", "DTO")
    released.custody("2023-04-20", "2023-08-20")
    flag = {"flag_id": f"f-{MANAGED}", "child_id": managed.child_id, "flag": "MAPPA"}
    managed.rows["yot", "child_flag"].append({**flag, "start_date": "2022-06-01", "end_date": ""})
    alone.offence("2023-06-01", "2023-07-01", case_record=False)
    others = [same_id_elsewhere(), in_southmere_too(shared)]
    return [reoffender, pseudo, too_old, released, managed, alone, twin, shared, *others]


def same_id_elsewhere() -> MadeChild:
    """A child of southmere whose case-management system calls it what northborough's calls another."""
    child = MadeChild(OTHER_TWIN, service="southmere")
    child.offence("2023-04-01", "2023-05-10")
    for (feed, table), rows in child.rows.items():
        if feed == "yot":
            child.rows[feed, table] = [{**row, "child_id": f"c{TWIN}"} for row in rows]
    return child


def in_southmere_too(shared: MadeChild) -> MadeChild:
    """What southmere has of a child of northborough: an order of its own, of which the police do not know."""
    child = MadeChild(SHARED_TOO, service="southmere")
    child.offence("2023-04-02", "2023-05-20")
    for key in [key for key in child.rows if key[0] == "pnc"]:
        del child.rows[key]
    child.rows["yot", "child"] = [{**row, "pnc_id": shared.pnc_id} for row in child.rows["yot", "child"]]
    return child


def deliver_the_second_night(root: Path, children: list[MadeChild]) -> None:
    write_delivery(root, "yot", "northborough", FIRST_NIGHT, 1, of_northborough(reversed(children)), revision=1)
    changed = {**children[0].rows["yot", "outcome"][1], "hearing_date": "2023-08-01"}
    write_delivery(root, "yot", "northborough", SECOND_NIGHT, 2, {"outcome": [changed]}, kind="delta")
    write_delivery(root, "yot", "southmere", SECOND_NIGHT, 2, {}, kind="delta")
    write_delivery(root, "pnc", FORCE, SECOND_NIGHT, 2, {}, kind="delta")


def of_northborough(children: Iterable[MadeChild]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = defaultdict(list)
    for child in children:
        for (feed, table), rows in child.rows.items():
            if feed == "yot" and child.service == "northborough":
                tables[table] += rows
    return tables


def classes(trail: Trail) -> dict[str, str]:
    [member] = trail.members_of(trail.period["cohort"] if trail.period else None, None)
    return {offence["offence_key"]: offence["class"] for offence in member["offences"]}


def row_at(root: Path, delivered: dict[str, Any]) -> dict[str, str]:
    file = root / delivered["delivery"] / f"{delivered['table']}.csv"
    lines = file.read_text().splitlines()
    return dict(zip(next(csv.reader(lines)), next(csv.reader(lines[delivered["line"] - 1 :])), strict=True))


def printed(
    explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *asked: str
) -> tuple[int, str]:
    monkeypatch.setattr(cli, "get_settings", lambda: explained.settings)
    monkeypatch.setattr("sys.argv", ["tracker", "explain", *asked])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    output = capsys.readouterr()
    return int(caught.value.code or 0), output.out + output.err


def test_a_reoffender(
    explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert classes(explained.ask(REOFFENDER)) == {"o1-1": "index", "o2-1": "reoffence"}
    code, text = printed(explained, capsys, monkeypatch, "c1", "--definition", NATIONAL, "--cohort", "2023Q2")
    assert code == 0
    assert "Counted: a member of cohort 2023Q2 in northborough" in text
    assert "1 reoffence on 1 occasion, the first committed on 2023-06-01, 22 days after the index date" in text
    assert "are one offence: the same arrest/summons number, code and date (O2, first pass)" in text
    assert "Proven on 2023-08-01 by YOUTH_CONDITIONAL_CAUTION, tier pre_court (O5)" in text
    assert "2023-05-10 and 18 months make 2024-11-10" in text
    assert "It adds 1 to children, 1 to reoffenders and 1 to reoffences of each." in text
    code, text = printed(explained, capsys, monkeypatch, "c1", "--definition", NATIONAL, "--cohort", "2023Q2", "--json")
    assert (code, json.loads(text)["person_key"]) == (0, explained.ask(REOFFENDER).person_key)


def test_the_member_and_the_cell_are_those_of_the_release(explained: Explained) -> None:
    trail = explained.ask(REOFFENDER)
    [member] = trail.members_of("2023Q2", None)
    where = "definition = %s AND cohort = '2023Q2'"
    [released] = database.fetch(
        explained.settings,
        "analyst",
        f"SELECT to_jsonb(m) AS row FROM analytics.cohort_member AS m WHERE {where} AND person_key = %s",
        NATIONAL,
        trail.person_key,
    )
    assert member["row"] == released["row"]
    cells = database.fetch(
        explained.settings,
        "analyst",
        f"SELECT to_jsonb(c) AS row FROM analytics.cohort_summary AS c WHERE {where} AND yot IN ('northborough', 'all') "
        "ORDER BY yot = 'all'",
        NATIONAL,
    )
    assert member["cells"] == [cell["row"] for cell in cells]


def test_a_pseudo_reconviction(
    explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert classes(explained.ask(PSEUDO)) == {"o2-2": "pseudo", "o1-2": "index"}
    _, text = printed(explained, capsys, monkeypatch, "c2", "--definition", NATIONAL, "--cohort", "2023Q2")
    assert (
        "Offence o2-2: committed 2023-03-01, on or before the index date 2023-05-10, proven after it on 2023-07-01: "
        "a pseudo-reconviction, not a reoffence (O6)."
    ) in text


def test_an_excluded_entry(
    explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [entry["exclusion"] for entry in explained.ask(TOO_OLD).entries] == ["age"]
    _, text = printed(explained, capsys, monkeypatch, "c3", "--definition", NATIONAL, "--cohort", "2023Q2")
    assert "Not counted: no member of cohort 2023Q2." in text
    assert "aged 18 on the day; the definition takes 10 to 17 (E4)" in text
    assert "that the child is in: none" in text


def test_a_cohort_without_an_event_and_no_cohort_at_all(
    explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = printed(explained, capsys, monkeypatch, "c1", "--definition", NATIONAL, "--cohort", "2022Q1")
    assert "No event by which a child could enter lies between 2022-01-01 and 2022-03-31." in text
    _, text = printed(explained, capsys, monkeypatch, "c1", "--definition", NATIONAL)
    assert "that the child is in: 2023Q2 (northborough), 2023Q3 (northborough)" in text


def test_a_release(explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    trail = explained.ask(RELEASED, CUSTODY, "2023Q3")
    [episode] = trail.stays
    assert row_at(explained.deliveries, episode["delivered"])["episode_id"] == "e-4"
    _, text = printed(explained, capsys, monkeypatch, "c4", "--definition", CUSTODY, "--cohort", "2023Q3")
    assert "by a release from custody on the index date 2023-08-20" in text
    assert "stay 1; offences o1-4" in text
    assert "an offence of the sentence from which the child was released on the index date 2023-08-20 (E2)" in text


def test_a_flag(explained: Explained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    entry = next(entry for entry in explained.ask(MANAGED, FLAGGED, "2023-24").entries if entry["cohort"] == "2023-24")
    assert row_at(explained.deliveries, entry["delivered"])["flag_id"] == "f-5"
    _, text = printed(explained, capsys, monkeypatch, "c5", "--definition", FLAGGED, "--cohort", "2023-24")
    assert "by a flag on the index date 2023-04-01" in text
    assert "flag f-5, yot/northborough/2024-12-01.r1 child_flag.csv:2" in text


def test_a_record_that_is_alone(explained: Explained) -> None:
    trail = explained.ask(ALONE)
    [alone] = [offence for offence in trail.offences if offence["found_in"] == "pnc"]
    [sentence] = how_paired(alone["offence_uid"], trail.records, trail.pairs)
    assert sentence.startswith("Alone: no other source has a record")


def test_the_lines_are_those_of_the_rows(explained: Explained) -> None:
    seen = 0
    for number in (REOFFENDER, PSEUDO, ALONE):
        trail = explained.ask(number)
        for found, column in ((trail.records, "record_id"), (trail.outcomes, "outcome_id")):
            for record in found:
                delivered = record["delivered"]
                key = KEYS[record["source_system"]][delivered["table"]]
                assert row_at(explained.deliveries, delivered)[key] == record[column].partition("/")[0]
                seen += 1
        for link in trail.links:
            row = row_at(explained.deliveries, link["delivered"])
            assert row.get("child_id", f"c{number}") == f"c{number}"
            assert row["date_of_birth"] == "2008-01-15"
    assert seen == 22


def test_a_revision_and_a_delta_take_the_place_of_the_first_delivery(explained: Explained) -> None:
    def lines(trail: Trail) -> dict[str, str]:
        return {
            row["outcome_id"]: f"{row['delivered']['delivery']}:{row['delivered']['line']}"
            for row in trail.outcomes
            if row["source_system"] == "cms"
        }

    first = "yot/northborough/2024-12-01"
    assert lines(explained.first) == {"ro1-1": f"{first}:2", "ro2-1": f"{first}:3"}
    assert lines(explained.ask(REOFFENDER)) == {"ro1-1": f"{first}.r1:10", "ro2-1": "yot/northborough/2024-12-02:2"}


def test_two_children_with_one_id(explained: Explained) -> None:
    with pytest.raises(TrackerError, match="several children have that id") as caught:
        explained.ask(TWIN)
    assert "northborough, southmere" in caught.value.where
    assert f"c{TWIN}" not in str(caught.value)
    assert explained.ask(TWIN, service="southmere").members_of("2023Q2", None)[0]["row"]["yot"] == "southmere"


@pytest.mark.parametrize(
    ("child", "definition", "cohort", "expected"),
    [
        ("c999", NATIONAL, "2023Q2", "no child has that id"),
        ("0" * 32, NATIONAL, "2023Q2", "no service that role practitioner reads has a child of that person_key"),
        ("c1", "unheard_of", "2023Q2", "there is no definition 'unheard_of'"),
        ("c1", NATIONAL, "2023-24", "no cohort of national_proven, whose cohorts are of the kind quarter"),
    ],
)
def test_what_is_not_known_is_said(
    explained: Explained, child: str, definition: str, cohort: str, expected: str
) -> None:
    with pytest.raises(TrackerError, match=expected) as caught:
        follow(explained.settings, "practitioner", child, definition, cohort)
    assert caught.value.do


def test_what_each_role_may_ask(explained: Explained) -> None:
    key = explained.ask(REOFFENDER).person_key
    assert follow(explained.settings, "analyst", key, NATIONAL, "2023Q2").members
    assert follow(explained.settings, "auditor", key, NATIONAL, "2023Q2").members
    for role in ("analyst", "auditor"):
        with pytest.raises(TrackerError, match="may not look a child up by the id"):
            follow(explained.settings, role, "c1", NATIONAL, "2023Q2")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(explained, database.role_url(explained.settings, role), "SELECT practice.person_keys('c1')")
    for other in ("board", "loader", "transformer", "publisher"):
        with pytest.raises(TrackerError, match=f"role {other} has no right"):
            follow(explained.settings, other, key, NATIONAL, "2023Q2")


def query(explained: Explained, url: str, statement: str, *parameters: str) -> Any:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.fixture
def of_southmere(explained: Explained) -> Iterator[Callable[..., Any]]:
    """Queries as an analyst's or a practitioner's login of southmere, made for this test and dropped after it."""
    for login, role in ((READER, "analyst"), (PRACTITIONER, "practitioner")):
        administer(explained.settings, f"CREATE ROLE {login} LOGIN PASSWORD 'made-up' IN ROLE {role}")
        administer(explained.settings, f"INSERT INTO access.reader_service VALUES ('{login}', 'southmere')")
    parts = urlsplit(database.warehouse_admin_url(explained.settings))

    def ask(login: str, statement: str, *parameters: str) -> Any:
        address = f"{login}:made-up@{parts.netloc.rpartition('@')[2]}"
        return query(explained, urlunsplit(parts._replace(netloc=address)), statement, *parameters)

    yield ask
    for login in (READER, PRACTITIONER):
        administer(explained.settings, f"DROP ROLE {login}")
        administer(explained.settings, f"DELETE FROM access.reader_service WHERE reader = '{login}'")


def test_a_login_of_one_service_asks_after_its_own_children(
    explained: Explained, of_southmere: Callable[..., Any]
) -> None:
    explain = "SELECT analytics.explain(%s, 'national_proven', '2023Q2')"
    own = explained.ask(OTHER_TWIN - 1, service="southmere").person_key
    [(trail,)] = of_southmere(READER, explain, own)
    assert [member["row"]["yot"] for member in trail["members"]] == ["southmere"]
    assert [cell["yot"] for cell in trail["members"][0]["cells"]] == ["southmere"]
    [(others,)] = of_southmere(READER, explain, explained.ask(REOFFENDER).person_key)
    [(nobodys,)] = of_southmere(READER, explain, "0" * 32)
    assert others["refused"] == "unknown_child"
    assert others == nobodys
    assert of_southmere(PRACTITIONER, f"SELECT source FROM practice.person_keys('c{TWIN}')") == [("southmere",)]
    assert of_southmere(PRACTITIONER, f"SELECT source FROM practice.person_keys('c{REOFFENDER}')") == []
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        of_southmere(READER, "SELECT * FROM intermediate.int_members")


def test_of_a_child_of_two_services_each_sees_its_own_count(
    explained: Explained, of_southmere: Callable[..., Any]
) -> None:
    whole = explained.ask(SHARED, LOCAL)
    assert [member["row"]["yot"] for member in whole.members] == ["northborough", "southmere"]
    assert {link["source"] for link in whole.links} == {"northborough", "southmere", FORCE}
    [(trail,)] = of_southmere(READER, f"SELECT analytics.explain(%s, '{LOCAL}', '2023Q2')", whole.person_key)
    assert [member["row"]["yot"] for member in trail["members"]] == ["southmere"]
    assert {entry["yot"] for entry in trail["entries"]} == {"southmere"}
    assert {link["source"] for link in trail["links"]} == {"southmere", FORCE}
    assert trail["records"] == whole.records, "the count rests on the records of both"


def test_the_functions_are_pinned_and_of_a_role_without_power(explained: Explained) -> None:
    functions = fetch(
        explained.settings,
        """
        SELECT proname, prosecdef, proconfig, rolname, rolsuper OR rolbypassrls OR rolcanlogin
        FROM pg_catalog.pg_proc INNER JOIN pg_catalog.pg_roles ON pg_roles.oid = proowner
        WHERE pronamespace IN ('analytics'::regnamespace, 'practice'::regnamespace) ORDER BY proname
        """,
    )
    pinned = ["search_path=pg_catalog, pg_temp"]
    assert functions == [(name, True, pinned, "explainer", False) for name in ("explain", "person_keys")]


def test_no_identifier_of_the_child_is_in_the_trail(explained: Explained) -> None:
    trail = explained.ask(REOFFENDER)
    said = repr({name: value for name, value in vars(trail).items() if name != "person_key"})
    child = made_children()[0]
    for identifier in (child.pnc_id, "2008-01-15", surname_of(child.child_id).upper(), "Testa", f"'{child.child_id}'"):
        assert identifier not in said


def test_another_build_is_not_explained(explained: Explained) -> None:
    """The last test of the module: it leaves a build behind that was never published."""
    before = explained.ask(REOFFENDER)
    again = {**made_children()[0].rows["yot", "offence"][0], "offence_date": "2023-04-02"}
    write_delivery(explained.deliveries, "yot", "northborough", THIRD_NIGHT, 3, {"offence": [again]}, kind="delta")
    children = made_children()
    write_delivery(explained.deliveries, "yot", "northborough", FIRST_NIGHT, 1, of_northborough(children), revision=2)
    run_key = request(explained.settings, explained.deliveries, explained.definitions)
    assert explained.ask(REOFFENDER) == before, "what has only landed is not of the release"
    assert nightly.close_landing(explained.settings, run_key) == "go"
    with connect(explained.settings, "loader") as connection:
        run = runs.get(connection, run_key)
    candidate.begin(explained.settings, run, "staging")
    with pytest.raises(TrackerError, match="not the one that the live release was published from") as caught:
        explained.ask(REOFFENDER)
    assert f"run {run_key}, which goes on (landing)" in caught.value.where
    with connect(explained.settings, "loader") as connection:
        runs.update(connection, run_key, "failed")
    with pytest.raises(TrackerError) as caught:
        explained.ask(REOFFENDER)
    assert "which ended: failed" in caught.value.where
    assert f"rerun {run_key}" in caught.value.do
    assert before.run_key in caught.value.where
