"""Identity views: what is left of a record once it is a person's, and whose it is on which day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from live_tracker import database, fences
from live_tracker.deliveries.contract import FEEDS
from live_tracker.errors import DatabaseError
from live_tracker.identity import links
from live_tracker.identity.links import LinkReport
from live_tracker.settings import Settings
from tests.deliver import Row, administer, child, fetch, land_all, offence, outcome, surname_of, write_delivery

PNC_ID, OTHER_PNC_ID, INVALID_PNC_ID = "2002/0073319Z", "1979/0163001B", "2002/0073319A"
CANARY = "CANARY-Zebedee"
FORBIDDEN = set(
    """child_id pnc_id merged_into cro_no forename forenames middle_names surname aliases date_of_birth postcode
    case_manager description title crime_ref court court_case_ref""".split()
)
FEED_VIEWS = [f"{feed.name}_{table.name}" for feed in FEEDS.values() for table in feed.tables if table.name != "alias"]


def nominal(pnc_id: str, **values: str) -> dict[str, str]:
    return {
        "pnc_id": pnc_id,
        "surname": surname_of(pnc_id),
        "forenames": "Testa",
        "date_of_birth": "2008-05-10",
        "sex": "F",
        **values,
    }


def deliver_children(root: Path, day: str, children: Sequence[Row], offences: Sequence[Row] = ()) -> None:
    """A full extract of the youth justice service; its sequence is the day of the month."""
    tables = {"child": children, "offence": offences}
    write_delivery(root, "yot", "northborough", day, int(day[-2:]), tables)


def deliver_nominals(root: Path, day: str, *nominals: Row) -> None:
    write_delivery(root, "pnc", "01", day, int(day[-2:]), {"nominal": nominals})


def land_and_resolve(settings: Settings, root: Path) -> LinkReport:
    reports = land_all(settings, root)
    assert [report.refused for report in reports.values() if report.refused] == []
    return resolve(settings)


def resolve(settings: Settings) -> LinkReport:
    with database.connect(settings, "loader") as connection:
        token = fences.claim(connection, "identity", "test")
    return links.resolve(settings, "test", token)


def live_links(settings: Settings) -> dict[str, str]:
    """The person_key of each record that is there now."""
    return dict(fetch(settings, "SELECT source_id, person_key FROM identity.person_link WHERE known_to IS NULL"))


def spans(settings: Settings, view: str) -> list[tuple[Any, ...]]:
    return fetch(
        settings,
        f"""
        SELECT person_key, known_from::text, known_to::text, deleted FROM identity.{view}
        ORDER BY known_from, person_key
        """,
    )


def rows_as_written(settings: Settings) -> list[list[tuple[Any, ...]]]:
    """Links and persons with the transaction that wrote each row."""
    return [
        fetch(settings, f"SELECT xmin::text, found::text FROM identity.{table} AS found ORDER BY 1, 2")
        for table in ("person_link", "person")
    ]


@pytest.mark.parametrize("view", FEED_VIEWS)
def test_a_view_has_the_person_and_nothing_that_names_one(home: Settings, view: str) -> None:
    columns = {
        name
        for (name,) in fetch(
            home,
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'identity' AND table_name = %s",
            view,
        )
    }
    assert {"source", "person_key", "deleted", "known_from", "known_to"} <= columns
    assert not columns & FORBIDDEN


def test_there_is_no_view_of_aliases(home: Settings) -> None:
    found = fetch(home, "SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'identity'")
    assert {name for (name,) in found if name.startswith(("yot_", "pnc_"))} == set(FEED_VIEWS)


def test_the_date_of_birth_is_on_the_person_alone(home: Settings) -> None:
    assert fetch(
        home,
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'identity' AND column_name = %s",
        "date_of_birth",
    ) == [("person",)]


NORTH, SOUTH = "northborough", "southborough"
EARLIER, LATER = "2024-01-01T10:00:00Z", "2024-01-02T10:00:00Z"


@pytest.mark.parametrize(
    ("children", "born"),
    [
        pytest.param([], "2005-01-01", id="the police, where no service knows the child"),
        pytest.param([(NORTH, "c1", "2005-01-02", EARLIER)], "2005-01-02", id="the CMS before the police"),
        pytest.param(
            [(NORTH, "c1", "2005-01-02", EARLIER), (SOUTH, "c1", "2005-01-03", LATER)],
            "2005-01-03",
            id="the latest update",
        ),
        pytest.param(
            [(NORTH, "c1", "2005-01-02", LATER), (SOUTH, "c1", "2005-01-03", LATER)],
            "2005-01-02",
            id="the lowest source",
        ),
        pytest.param(
            [(NORTH, "c2", "2005-01-02", LATER), (NORTH, "c1", "2005-01-03", LATER)], "2005-01-03", id="the lowest id"
        ),
    ],
)
def test_date_of_birth_and_sex_of_a_person(
    warehouse: Settings, tmp_path: Path, children: list[tuple[str, str, str, str]], born: str
) -> None:
    """Rule P1; the sex goes with the date of birth."""
    sexes = {"2005-01-01": "M", "2005-01-02": "F", "2005-01-03": "M"}
    deliver_nominals(
        tmp_path, "2024-01-03", nominal(PNC_ID, date_of_birth="2005-01-01", sex="M", updated_at="2024-01-03T10:00:00Z")
    )
    for source in {source for source, *_ in children}:
        rows = [
            child(child_id, pnc_id=PNC_ID, date_of_birth=of_birth, sex=sexes[of_birth], updated_at=updated_at)
            for of_source, child_id, of_birth, updated_at in children
            if of_source == source
        ]
        write_delivery(tmp_path, "yot", source, "2024-01-03", 3, {"child": rows})
    land_and_resolve(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT date_of_birth::text, sex FROM identity.person") == [(born, sexes[born])]


def test_what_names_a_person_shows_in_no_view(warehouse: Settings, tmp_path: Path) -> None:
    named = {name: CANARY for name in ("cro_no", "forename", "middle_names", "surname", "aliases", "postcode")}
    told = [offence("o1", CANARY, crime_ref=CANARY, description=CANARY)]
    sentence = [outcome("x1", "o1", CANARY, court=CANARY)]
    tables = {
        "child": [child(CANARY, **named, pnc_id=CANARY, case_manager=CANARY)],
        "offence": told,
        "outcome": sentence,
    }
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, tables)
    deliver_nominals(
        tmp_path, "2024-01-01", nominal(PNC_ID, cro_no=CANARY, surname=CANARY, forenames=CANARY, postcode=CANARY)
    )
    land_and_resolve(warehouse, tmp_path)
    shown = [fetch(warehouse, f"SELECT row_to_json(found)::text FROM identity.{view} AS found") for view in FEED_VIEWS]
    assert sum(len(rows) for rows in shown) == 4
    assert CANARY not in repr(shown)
    assert PNC_ID not in repr(shown)


@pytest.mark.parametrize("written", [PNC_ID, "02/73319Z", "20020073319Z", " 2002/73319z"])
def test_a_child_and_a_nominal_with_one_pnc_id_are_one_person(
    warehouse: Settings, tmp_path: Path, written: str
) -> None:
    deliver_children(tmp_path, "2024-01-01", [child("c1", pnc_id=written)])
    deliver_nominals(tmp_path, "2024-01-01", nominal("2002/0073319Z"))
    land_and_resolve(warehouse, tmp_path)
    ((key, *_),) = spans(warehouse, "yot_child")
    assert key is not None
    assert spans(warehouse, "pnc_nominal") == [(key, "2024-01-01", None, False)]


def test_an_invalid_pnc_id_joins_nobody(warehouse: Settings, tmp_path: Path) -> None:
    deliver_children(tmp_path, "2024-01-01", [child(name, pnc_id=INVALID_PNC_ID) for name in ("c1", "c2")])
    deliver_nominals(tmp_path, "2024-01-01", nominal(PNC_ID))
    land_and_resolve(warehouse, tmp_path)
    assert len(set(live_links(warehouse).values())) == 3
    assert fetch(warehouse, "SELECT DISTINCT method FROM identity.person_link") == [("single",)]


def test_a_nominal_merged_into_another_is_one_person_with_it(warehouse: Settings, tmp_path: Path) -> None:
    deliver_nominals(tmp_path, "2024-01-01", nominal(PNC_ID), nominal(OTHER_PNC_ID))
    land_and_resolve(warehouse, tmp_path)
    assert len(set(live_links(warehouse).values())) == 2
    deliver_nominals(tmp_path, "2024-01-02", nominal(PNC_ID, merged_into="79/163001B"), nominal(OTHER_PNC_ID))
    land_and_resolve(warehouse, tmp_path)
    assert len(set(live_links(warehouse).values())) == 1


def test_a_pnc_id_that_changes_over_nights_cuts_the_spans_of_rows_that_do_not(
    warehouse: Settings, tmp_path: Path
) -> None:
    deliver_nominals(tmp_path, "2024-01-01", nominal(PNC_ID), nominal(OTHER_PNC_ID))
    deliver_children(tmp_path, "2024-01-02", [child("c1")], [offence("o1", "c1")])
    deliver_children(tmp_path, "2024-01-03", [child("c1", pnc_id=PNC_ID)], [offence("o1", "c1")])
    deliver_children(tmp_path, "2024-01-04", [child("c1", pnc_id=PNC_ID)], [offence("o1", "c1", knife_related="1")])
    deliver_children(
        tmp_path, "2024-01-05", [child("c1", pnc_id=OTHER_PNC_ID)], [offence("o1", "c1", knife_related="1")]
    )
    land_and_resolve(warehouse, tmp_path)
    key_of = live_links(warehouse)
    ((alone,),) = fetch(
        warehouse, "SELECT person_key FROM identity.person_link WHERE source_id = 'c1' AND known_from = '2024-01-02'"
    )
    assert len({alone, *key_of.values()}) == 3
    assert spans(warehouse, "yot_offence") == [
        (alone, "2024-01-02", "2024-01-03", False),
        (key_of[PNC_ID], "2024-01-03", "2024-01-04", False),
        (key_of[PNC_ID], "2024-01-04", "2024-01-05", False),
        (key_of[OTHER_PNC_ID], "2024-01-05", None, False),
    ]


def test_a_deleted_record_has_no_live_link(warehouse: Settings, tmp_path: Path) -> None:
    deliver_children(tmp_path, "2024-01-01", [child("c1"), child("c2")])
    deliver_children(tmp_path, "2024-01-02", [child("c2")])
    land_and_resolve(warehouse, tmp_path)
    assert fetch(
        warehouse, "SELECT source_id, known_from::text, known_to::text FROM identity.person_link ORDER BY source_id"
    ) == [("c1", "2024-01-01", "2024-01-02"), ("c2", "2024-01-01", None)]


def test_a_row_whose_child_is_deleted_has_no_person_until_it_is_back(warehouse: Settings, tmp_path: Path) -> None:
    for day, children in (("2024-01-01", [child("c1")]), ("2024-01-02", []), ("2024-01-03", [child("c1")])):
        deliver_children(tmp_path, day, children, [offence("o1", "c1")])
    land_and_resolve(warehouse, tmp_path)
    key = live_links(warehouse)["c1"]
    assert spans(warehouse, "yot_offence") == [
        (key, "2024-01-01", "2024-01-02", False),
        (None, "2024-01-02", "2024-01-03", False),
        (key, "2024-01-03", None, False),
    ]


def test_a_row_of_a_child_that_was_never_delivered_stays_without_a_person(warehouse: Settings, tmp_path: Path) -> None:
    deliver_children(tmp_path, "2024-01-01", [], [offence("o1", "c1")])
    land_and_resolve(warehouse, tmp_path)
    assert spans(warehouse, "yot_offence") == [(None, "2024-01-01", None, False)]


def test_the_transformer_reads_the_views_and_no_table_of_raw(home: Settings) -> None:
    with database.connect(home, "transformer") as connection, connection.cursor() as cursor:
        for view in (*FEED_VIEWS, "person"):
            cursor.execute(f"SELECT count(*) FROM identity.{view}")
    for feed in FEEDS.values():
        for table in feed.tables:
            for ending in ("", "_version", "_sighting"):
                with (
                    pytest.raises(DatabaseError, match="InsufficientPrivilege"),
                    database.connect(home, "transformer") as connection,
                    connection.cursor() as cursor,
                ):
                    cursor.execute(f"SELECT count(*) FROM raw.{feed.name}_{table.name}{ending}")


def test_another_identity_key_gives_everyone_another_person_key(
    warehouse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_children(tmp_path, "2024-01-01", [child("c1"), child("c2")])
    land_all(warehouse, tmp_path)
    found = []
    for key in ("one key", "another key", "one key"):
        monkeypatch.setenv("TRACKER_IDENTITY_KEY", key)
        resolve(warehouse.model_copy(update={"identity_key": Settings().identity_key}))
        found.append(live_links(warehouse))
    first, second, again = found
    assert not set(first.values()) & set(second.values())
    assert again == first


@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Auckland"])
def test_a_row_without_a_time_is_of_the_day_of_its_extract_wherever_the_session_is(
    warehouse: Settings, tmp_path: Path, time_zone: str
) -> None:
    """P1: the latest goes first. Six in the evening of the eve is the extract's own day in Auckland."""
    loader = f"ALTER ROLE loader IN DATABASE {database.warehouse_database(warehouse)}"
    administer(warehouse, f"{loader} SET timezone = '{time_zone}'")
    rows = {"alpha": child("c1", pnc_id=PNC_ID, sex="M", updated_at="2023-12-31T18:00:00+00:00")}
    rows["beta"] = child("c1", pnc_id=PNC_ID, sex="F")
    for service, row in rows.items():
        write_delivery(tmp_path, "yot", service, "2024-01-01", 1, {"child": [row]})
    land_and_resolve(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT sex FROM identity.person") == [("F",)]


def test_resolving_twice_changes_nothing(warehouse: Settings, tmp_path: Path) -> None:
    deliver_children(tmp_path, "2024-01-01", [child("c1", pnc_id=PNC_ID), child("c2")])
    deliver_nominals(tmp_path, "2024-01-02", nominal(PNC_ID))
    land_and_resolve(warehouse, tmp_path)
    written = rows_as_written(warehouse)
    report = resolve(warehouse)
    assert (report.records, report.persons, report.changed_links, report.changed_persons) == (3, 2, 0, 0)
    assert rows_as_written(warehouse) == written
