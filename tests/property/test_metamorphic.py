"""The same facts, delivered otherwise or computed elsewhere: the published hashes are the same."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from live_tracker import database, nightly
from live_tracker.database import connect
from live_tracker.home import postgres
from live_tracker.identity.identifiers import check_letter
from live_tracker.release.hashing import GRAINS, table_hashes
from live_tracker.settings import Settings
from tests import night, relations
from tests.deliver import administer, child, fetch, fetch_as, offence, outcome, write_delivery
from tests.histories.crowd import FIRST_EXTRACT, write_crowd
from tests.relations import Deliveries
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)
KNOWN_AS_OF = LAST_NIGHT + dt.timedelta(days=1)
"""A day later than the last delivery, so that there is room for one more."""

OF_PERSONS = ("cohort_member", "reoffence", "caseload", "new_arrests")
OF_CELLS = tuple(table for table in GRAINS if table not in OF_PERSONS)
BUILDERS = {"loader", "transformer", "publisher", "migrator"}
LOCALE = "en_GB.utf8"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A server of this module's own, which has a linguistic collation beside those that it brings along."""
    folder = tmp_path_factory.mktemp("linguistic")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    made = subprocess.run(
        ["localedef", "-i", "en_GB", "-f", "UTF-8", folder / LOCALE], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"no locale could be made (Debian's package locales has the sources): {made.stderr}"
    settings = Settings(home=folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(postgres.ENVIRONMENT, "LOCPATH", str(folder))
        database.prepare(settings)
    yield settings
    postgres.stop(settings)


@pytest.fixture(scope="module")
def warehouse_in(server: Settings) -> Callable[[str, str], Settings]:
    """Makes settings of a new, empty, migrated warehouse of that name and locale."""

    def make(name: str, locale: str = "C.UTF-8") -> Settings:
        _as_administrator(server, f"CREATE DATABASE {name} TEMPLATE template0 LOCALE '{locale}'")
        url = database.administrator_url(server).rpartition("/")[0] + f"/{name}"
        settings = server.model_copy(update={"warehouse_url": SecretStr(url)})
        database.migrate(settings)
        database.grant_database(settings)
        return settings

    return make


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """The sample with two services, histories on the edges of the rules, and children whose ties are all that counts."""
    folder = tmp_path_factory.mktemp("sent")
    write_sample(folder / "sample", nights=3, children=30, last_night=LAST_NIGHT)
    write_crowd(folder / "edges", people=100, number=5)
    # the sample has sources of the same names
    others = {"northborough": "edgeborough", "southmere": "edge_mere", "20": "80", "21": "81"}
    write_ties(folder / "ties")
    return [
        *relations.read(folder / "sample" / "deliveries"),
        *relations.renamed(relations.read(folder / "edges"), others),
        *relations.read(folder / "ties"),
    ]


def write_ties(root: Path) -> None:
    """Children of whom the order of ids, sources or times decides what is published.

    Byte by byte B stands before a, and _ before a: a language has them the other way round. One row was touched half an
    hour before the day of the first extract, which is that day in London's summer and in Auckland; another says not when,
    so that it is of the day.
    """
    records: dict[str, dict[str, list[dict[str, str]]]] = {
        source: {"child": [], "offence": [], "outcome": []} for source in ("tie_mere", "tieamere")
    }
    within, between, over_time = (
        f"2020/{serial}{check_letter(200_000_000 + serial)}" for serial in range(9000001, 9000004)
    )

    def add(source: str, child_id: str, codes: Mapping[str, str], **values: str) -> None:
        tables = records[source]
        tables["child"].append(child(child_id, home_yot=source, **values))
        for offence_id, code in codes.items():
            tables["offence"].append(offence(offence_id, child_id, cjs_code=code, seriousness="3"))
            tables["outcome"].append(outcome(f"of-{offence_id}", offence_id, child_id))

    add("tie_mere", "B1", {"B1": "CJ88116", "a1": "TH68023"}, pnc_id=within, sex="F")
    add("tie_mere", "a1", {}, pnc_id=within, sex="M")
    add("tie_mere", "s1", {"s1": "CJ88116"}, pnc_id=between, sex="F")
    add("tieamere", "s1", {}, pnc_id=between, sex="M")
    eve = dt.datetime.combine(FIRST_EXTRACT, dt.time(), dt.UTC) - dt.timedelta(minutes=30)
    add("tie_mere", "t1", {"t1": "CJ88116"}, pnc_id=over_time, sex="F", updated_at=eve.isoformat())
    add("tieamere", "t1", {}, pnc_id=over_time, sex="M")
    for source, tables in records.items():
        write_delivery(root, "yot", source, FIRST_EXTRACT.isoformat(), 1, tables)


@pytest.fixture(scope="module")
def candidate_of(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Callable[[Settings, Deliveries], str]:
    """Lands deliveries in a warehouse and builds the candidate, of which the next release is a copy; its run_key."""

    def build_candidate(settings: Settings, sent: Deliveries) -> str:
        folder = relations.write(tmp_path_factory.mktemp("deliveries"), sent)
        definitions = project / "tests" / "dbt" / "edge_definitions"
        run_key = night.request(settings, folder, definitions, as_of=LAST_NIGHT, known_as_of=KNOWN_AS_OF)
        night.build(settings, run_key)
        refused = fetch(settings, "SELECT folder, reason FROM ops.delivery_attempt WHERE outcome <> 'loaded'")
        assert refused == []
        return run_key

    return build_candidate


@pytest.fixture(scope="module")
def plain(
    warehouse_in: Callable[..., Settings], deliveries: Deliveries, candidate_of: Callable[[Settings, Deliveries], str]
) -> Settings:
    """The warehouse of the deliveries as they were sent, in a database that compares byte by byte."""
    settings = warehouse_in("plain", "C")
    candidate_of(settings, deliveries)
    for table in GRAINS:
        assert rows_of(settings, table), f"{table} is empty: nothing is compared"
    return settings


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda sent: relations.shuffled(sent, seed=3), id="shuffled"),
        pytest.param(lambda sent: relations.repeated(sent, KNOWN_AS_OF), id="repeated"),
        pytest.param(lambda sent: relations.split(sent, KNOWN_AS_OF), id="split"),
    ],
)
def test_the_same_rows_sent_otherwise(
    changed: Callable[[Deliveries], Deliveries],
    plain: Settings,
    warehouse_in: Callable[..., Settings],
    deliveries: Deliveries,
    candidate_of: Callable[[Settings, Deliveries], str],
    request: pytest.FixtureRequest,
) -> None:
    sent = changed(deliveries)
    assert sent != deliveries
    warehouse = warehouse_in(request.node.callspec.id)
    candidate_of(warehouse, sent)
    assert hashes_of(warehouse) == hashes_of(plain)


def test_other_ids_in_the_same_order(
    plain: Settings,
    warehouse_in: Callable[..., Settings],
    deliveries: Deliveries,
    candidate_of: Callable[[Settings, Deliveries], str],
) -> None:
    """Cells are the same to the byte; rows of persons are, under the keys that their records have now."""
    ids = relations.other_ids(deliveries)
    warehouse = warehouse_in("relabelled")
    candidate_of(warehouse, relations.relabelled(deliveries, ids))
    hashes, others = hashes_of(plain), hashes_of(warehouse)
    assert {table: others[table] for table in OF_CELLS} == {table: hashes[table] for table in OF_CELLS}

    keys = _keys_of_the_same_records(plain, warehouse, ids["child_id"])
    assert sum(old != new for old, new in keys.items()) > len(keys) / 2
    for table in OF_PERSONS:
        expected = (_under(row, keys, ids["offence_id"]) for row in rows_of(plain, table))
        assert _sorted(rows_of(warehouse, table)) == _sorted(expected)


@pytest.mark.parametrize(
    ("time_zone", "date_style", "planner"),
    [
        ("Europe/London", "SQL, MDY", {"enable_hashjoin": "off", "max_parallel_workers_per_gather": "0"}),
        (
            "Pacific/Auckland",
            "SQL, DMY",
            {
                **{"enable_mergejoin": "off", "min_parallel_table_scan_size": "0"},
                **{"parallel_setup_cost": "0", "parallel_tuple_cost": "0"},
            },
        ),
    ],
    ids=["london", "auckland"],
)
def test_other_settings_of_every_session(
    time_zone: str,
    date_style: str,
    planner: Mapping[str, str],
    plain: Settings,
    warehouse_in: Callable[..., Settings],
    deliveries: Deliveries,
    candidate_of: Callable[[Settings, Deliveries], str],
    request: pytest.FixtureRequest,
) -> None:
    """psycopg has dates written as ISO whatever the style; the order of day and month, by which they are read, stays."""
    warehouse = warehouse_in(request.node.callspec.id)
    settings = {"TimeZone": time_zone, "DateStyle": date_style, **planner}
    _set_for_every_session(warehouse, settings)
    with _process_in(time_zone):
        release_id = _published(warehouse, candidate_of(warehouse, deliveries))
    logins = fetch(warehouse, "SELECT login, settings FROM public.session")
    assert {login for login, _ in logins} >= BUILDERS
    assert [held for _, held in logins if held != settings] == []
    assert fetch_as(warehouse, "transformer", "SHOW datestyle") == [(date_style.replace("SQL", "ISO"),)]
    assert hashes_of(warehouse, release_id) == hashes_of(plain)
    assert fetch_as(plain, "transformer", "SELECT current_setting('timezone'), current_setting('datestyle')") == [
        ("UTC", "ISO, YMD")
    ]


def test_a_database_in_a_linguistic_collation(
    plain: Settings,
    warehouse_in: Callable[..., Settings],
    deliveries: Deliveries,
    candidate_of: Callable[[Settings, Deliveries], str],
) -> None:
    linguistic = warehouse_in("linguistic", LOCALE)
    order = "SELECT 'a'::text < 'B'::text, 'tieamere'::text < 'tie_mere'::text"
    assert fetch(linguistic, order) == [(True, True)]
    assert fetch(plain, order) == [(False, False)]
    release_id = _published(linguistic, candidate_of(linguistic, deliveries))
    assert hashes_of(linguistic, release_id) == hashes_of(plain)


def hashes_of(warehouse: Settings, release_id: str | None = None) -> dict[str, str]:
    """The hash of each published table: of the candidate, or of a release."""
    with connect(warehouse, "publisher" if release_id is None else "migrator") as connection:
        return table_hashes(connection, release_id)


def rows_of(warehouse: Settings, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the candidate, as JSON has them."""
    rows = fetch_as(warehouse, "publisher", f"SELECT to_jsonb(row) FROM candidate.{table} AS row")
    return [row for (row,) in rows]


def _published(warehouse: Settings, run_key: str) -> str:
    """Through the gate and released; the release_id."""
    nightly.check(warehouse, run_key)
    return nightly.release(warehouse, run_key)


def _as_administrator(server: Settings, statement: str) -> None:
    with database._administrator(database.administrator_url(server)) as cursor:
        cursor.execute(statement)


def _set_for_every_session(warehouse: Settings, settings: Mapping[str, str]) -> None:
    """Settings of each role in this database alone, which go before the role's own; and a note of what each login got."""
    name_of_it = database.warehouse_database(warehouse)
    for role in (*database.ROLES, postgres.ADMINISTRATOR):
        for name, value in settings.items():
            administer(warehouse, f"ALTER ROLE {role} IN DATABASE {name_of_it} SET {name} = '{value}'")
    held = ", ".join(f"'{name}', current_setting('{name}')" for name in settings)
    administer(
        warehouse,
        f"""
        CREATE TABLE public.session (login text NOT NULL, settings jsonb NOT NULL);
        GRANT USAGE ON SCHEMA public TO migrator;
        GRANT SELECT ON public.session TO migrator;
        CREATE FUNCTION public.note_session() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF current_setting('transaction_read_only') = 'off' THEN
                INSERT INTO public.session VALUES (session_user, jsonb_build_object({held}));
            END IF;
        END
        $$;
        CREATE EVENT TRIGGER note_session ON login EXECUTE FUNCTION public.note_session();
        """,
    )


@contextmanager
def _process_in(time_zone: str) -> Iterator[None]:
    """This process lives in that time zone too."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = time_zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def _keys_of_the_same_records(one: Settings, other: Settings, child_ids: Mapping[str, str]) -> dict[str, str]:
    """The persons of one warehouse, and those of the same records in the other."""
    query = "SELECT source_system, source, source_id, person_key FROM identity.person_link WHERE known_to IS NULL"
    ours = {
        (system, source, child_ids[record] if system == "cms" else record): key
        for system, source, record, key in fetch(one, query)
    }
    theirs = {(system, source, record): key for system, source, record, key in fetch(other, query)}
    assert ours.keys() == theirs.keys()
    pairs = {(key, theirs[record]) for record, key in ours.items()}
    keys = dict(pairs)
    assert len(keys) == len(set(keys.values())) == len(pairs)
    return keys


def _under(row: Mapping[str, Any], keys: Mapping[str, str], offence_ids: Mapping[str, str]) -> dict[str, Any]:
    """A row of a person under other keys. The offence's is that of the CMS, maybe behind its source, or the police's."""
    changed = {**row, "person_key": keys.get(row["person_key"], row["person_key"])}
    if "offence_key" in row:
        source, slash, own = row["offence_key"].rpartition("/")
        changed["offence_key"] = source + slash + offence_ids.get(own, own)
    return changed


def _sorted(rows: Any) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: sorted((column, str(value)) for column, value in row.items()))
