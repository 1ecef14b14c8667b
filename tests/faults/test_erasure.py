"""Erasure: a child is gone from everything, stays gone, and nobody else's rows have moved."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from live_tracker import database
from live_tracker.erasure.erase import Named, Reason, erase, plan
from live_tracker.erasure.scrub import scrub
from live_tracker.release.hashing import GRAINS
from live_tracker.settings import PROJECT, Settings
from tests.deliver import Row, fetch, write_delivery
from tests.made_children import FORCE, MadeChild
from tests.night import run_night
from tests.servers import own_server, warehouses

pytestmark = pytest.mark.slow

DAYS = (dt.date(2024, 12, 1), dt.date(2024, 12, 2), dt.date(2024, 12, 3))
CANARY = "quagmirezebra"
GOES, STAYS, OTHER = 7001, 7002, 7003


@pytest.fixture(scope="module")
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Settings]]:
    """On a server of this file alone: all of its files are read for traces."""
    with own_server(tmp_path_factory.mktemp("home")) as home:
        yield warehouses(home)


def children() -> dict[int, MadeChild]:
    """Three children of 2023Q2, each with a reoffence; the first's every text is a canary."""
    made = {number: MadeChild(number) for number in (GOES, STAYS, OTHER)}
    for one in made.values():
        one.offence("2023-04-01", "2023-05-10")
        one.offence("2023-06-01", "2023-07-01")
        one.custody("2023-05-10", "2023-05-20")
    for (feed, table), rows in made[GOES].rows.items():
        columns = {"child": "surname", "nominal": "surname", "offence": "description" if feed == "yot" else "title"}
        if table in columns:
            made[GOES].rows[feed, table] = [{**row, columns[table]: CANARY.title()} for row in rows]
    return made


def deliver(root: Path, day: dt.date, made: Iterable[MadeChild], **changes: Any) -> None:
    tables: dict[str, dict[str, list[Row]]] = {"yot": defaultdict(list), "pnc": defaultdict(list)}
    for one in made:
        for (feed, table), rows in one.rows.items():
            tables[feed][table] += rows
    for feed, source in (("yot", "northborough"), ("pnc", FORCE)):
        write_delivery(root, feed, source, day.isoformat(), day.day, tables[feed], **changes)


def night(settings: Settings, root: Path) -> str:
    return run_night(settings, root, PROJECT / "definitions")


def is_incremental(settings: Settings) -> bool:
    return look(settings, "SELECT changes_after IS NOT NULL FROM ops.candidate") == [(True,)]


def gone(settings: Settings, made: MadeChild) -> None:
    named = Named(made.child_id, "cms", made.service)
    erase(settings, named, "a tester", Reason.request, plan(settings, named))


def look(settings: Settings, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query as the administrator, from whom no row is kept."""
    connection = psycopg2.connect(database.warehouse_admin_url(settings))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def traces(settings: Settings, words: Iterable[str]) -> dict[str, int]:
    """In which tables of the warehouse, of whatever schema, a row's text holds one of the words, and in how many rows."""
    tables = look(settings, "SELECT schemaname, tablename FROM pg_catalog.pg_tables ORDER BY 1, 2")
    assert len(tables) > 80
    pattern = "|".join(words)
    rows = {
        f"{schema}.{table}": look(
            settings, f'SELECT count(*) FROM {schema}."{table}" AS row WHERE row::text ~* %s', pattern
        )[0][0]
        for schema, table in tables
    }
    return {table: count for table, count in rows.items() if count}


def words_of(settings: Settings, made: MadeChild) -> list[str]:
    """What would tell of the child: the canary, its ids in every form and its person_key."""
    keys = fetch(settings, "SELECT DISTINCT person_key FROM identity.person_link WHERE source_id = %s", made.child_id)
    asns = [row["asn"] for row in made.rows["pnc", "arrest_summons"]]
    offences = [f"{row['offence_id']}\\y" for row in made.rows["yot", "offence"]]
    return [CANARY, f"\\y{made.child_id}\\y", made.pnc_id, *asns, *offences, *(str(key) for (key,) in keys)]


def files_with(settings: Settings, made: MadeChild) -> list[Path]:
    """Files of the home, the server's and its log's among them, whose bytes hold the canary or the PNC id."""
    words = re.compile(f"{CANARY}|{made.pnc_id}".encode(), re.IGNORECASE)
    look(settings, "CHECKPOINT")
    found = []
    for path in settings.home.rglob("*"):
        try:
            if path.is_file() and words.search(path.read_bytes()):
                found.append(path)
        except FileNotFoundError:
            continue
    return found


def everybody(settings: Settings, release_id: str) -> dict[str, set[str]]:
    """The rows of every table of a release, without its name."""
    query = "SELECT (to_jsonb(row) - 'release_id')::text FROM release.{} AS row WHERE release_id = %s"
    return {table: {str(row) for (row,) in look(settings, query.format(table), release_id)} for table in GRAINS}


def test_a_child_goes_stays_gone_and_nobody_else_moves(warehouse: Settings, new_warehouse: Any, tmp_path: Path) -> None:
    made = children()
    deliver(tmp_path / "all", DAYS[0], made.values())
    first = night(warehouse, tmp_path / "all")
    before = everybody(warehouse, first)
    words = words_of(warehouse, made[GOES])
    assert {"raw.yot_child", "raw.pnc_nominal", "identity.face"} <= traces(warehouse, words).keys()
    assert files_with(warehouse, made[GOES])
    gone(warehouse, made[GOES])
    assert scrub(warehouse) == []
    assert traces(warehouse, words) == {"identity.erased_person": 1}
    assert files_with(warehouse, made[GOES]) == []

    # the counts of the frozen figures stay; of the rows of persons, the others' do
    after = everybody(warehouse, first)
    key = words[-1]
    assert after == {table: {row for row in rows if key not in row} for table, rows in before.items()}
    assert any(key in row for row in before["cohort_member"])

    # a release of the same day is as if the child had never been delivered
    second = night(warehouse, tmp_path / "all")
    assert not is_incremental(warehouse)
    never = new_warehouse()
    deliver(tmp_path / "never", DAYS[0], [made[STAYS], made[OTHER]])
    assert everybody(warehouse, second) == everybody(never, night(never, tmp_path / "never"))

    # everything again, as a revision and as the next day's extract
    deliver(tmp_path / "all", DAYS[0], made.values(), revision=1)
    deliver(tmp_path / "all", DAYS[1], made.values())
    deliver(tmp_path / "never", DAYS[1], [made[STAYS], made[OTHER]])
    third = night(warehouse, tmp_path / "all")
    assert is_incremental(warehouse)
    assert traces(warehouse, words) == {"identity.erased_person": 1}
    assert files_with(warehouse, made[GOES]) == []
    assert everybody(warehouse, third) == everybody(never, night(never, tmp_path / "never"))
    accounts = fetch(
        warehouse,
        """
        SELECT table_name, delivered, loaded, quarantined, erased FROM ops.delivery_table
        INNER JOIN ops.delivery USING (delivery_id) WHERE extract_date = %s AND feed = 'yot' ORDER BY 1
        """,
        DAYS[1],
    )
    assert accounts == [
        ("child", 3, 2, 0, 1),
        ("custody_episode", 3, 2, 0, 1),
        ("offence", 6, 4, 0, 2),
        ("outcome", 6, 4, 0, 2),
    ]
