"""Review: a pair that waits, its evidence, a decision on it, and what the next nights make of that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from live_tracker import database, fences
from live_tracker.errors import TrackerError
from live_tracker.identity import links
from live_tracker.identity.linkage.model import shipped_model
from live_tracker.identity.review import queue
from live_tracker.identity.review.evidence import evidence_of, print_evidence
from live_tracker.settings import Settings
from tests.deliver import Row, child, fetch, land_all, write_delivery

CHILD = {"forename": "Rowan", "surname": "Ashdown", "date_of_birth": "2009-03-17", "postcode": "WV1 4AB", "sex": "M"}
NOMINAL = {"pnc_id": "2002/0073319Z", "forenames": "ROWAN", "surname": "ASHDOWN", "date_of_birth": "2009-03-17"}
OTHER_NOMINAL = {"pnc_id": "1979/0163001B", "forenames": "ROWAN", "surname": "ASHDOWN", "date_of_birth": "2009-03-17"}
DOUBTFUL = {"forename": "Ronan", "surname": "Ashdown", "date_of_birth": "2009-03-11", "sex": "M"}
"""Like the nominal, and as like as a brother may be."""
NUMBER = queue.number_of(("cms", "northborough", "c1"), ("pnc", "01", "2002/0073319Z"))


def night(settings: Settings, root: Path, day: str, children: list[Row], *nominals: dict[str, str]) -> None:
    write_delivery(root, "yot", "northborough", day, int(day[-2:]), {"child": children})
    rows = [{"sex": "M"} | row for row in nominals]
    write_delivery(root, "pnc", "01", day, int(day[-2:]), {"nominal": rows})
    assert not [report.refused for report in land_all(settings, root).values() if report.refused]
    resolve(settings)


def resolve(settings: Settings) -> None:
    with database.connect(settings, "loader") as connection:
        token = fences.claim(connection, "identity", "test")
    links.resolve(settings, "test", token)


def decide(settings: Settings, verdict: str, named: str = NUMBER) -> None:
    with database.connect(settings, "loader") as connection, connection.cursor() as cursor:
        queue.decide(connection, queue.find(cursor, named), verdict, "a tester", None)
    resolve(settings)


def waiting(settings: Settings) -> list[queue.Waiting]:
    with database.connect(settings, "loader") as connection, connection.cursor() as cursor:
        return queue.waiting(cursor)


def child_links(settings: Settings) -> list[tuple[Any, ...]]:
    """Method, weight to the bit, days, and whether the child is the nominal's person."""
    return fetch(
        settings,
        """
        SELECT child.method, round(child.match_weight), child.known_from::text, child.known_to::text,
            child.person_key = nominal.person_key
        FROM identity.person_link AS child
        INNER JOIN identity.person_link AS nominal
            ON nominal.source_system = 'pnc' AND nominal.source_id = %s
            AND child.known_from >= nominal.known_from AND child.known_from < coalesce(nominal.known_to, 'infinity')
        WHERE child.source_system = 'cms' ORDER BY child.known_from
        """,
        NOMINAL["pnc_id"],
    )


def test_a_child_without_an_id_is_joined_by_weight(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD)], NOMINAL | {"postcode": "WV1 4AB"})
    ((method, weight, known_from, known_to, is_one),) = child_links(warehouse)
    assert (method, known_from, known_to, is_one) == ("splink", "2024-01-01", None, True)
    assert weight > 7
    assert waiting(warehouse) == []


def test_two_nominals_that_are_as_like_wait_for_a_person(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD)], NOMINAL, OTHER_NOMINAL)
    assert {one.other[2] for one in waiting(warehouse)} == {NOMINAL["pnc_id"], OTHER_NOMINAL["pnc_id"]}
    assert child_links(warehouse)[0][0] == "single"


def test_of_two_nominals_that_the_police_have_merged_the_child_is_one_person(
    warehouse: Settings, tmp_path: Path
) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD)], NOMINAL, OTHER_NOMINAL)
    merged = OTHER_NOMINAL | {"merged_into": NOMINAL["pnc_id"]}
    night(warehouse, tmp_path, "2024-01-02", [child("c1", **CHILD)], NOMINAL, merged)
    assert waiting(warehouse) == []
    assert [row[::4] for row in child_links(warehouse)] == [("single", False), ("splink", True)]


def test_a_decision_holds_from_the_latest_extract_until_it_is_undone(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **DOUBTFUL)], NOMINAL)
    (pair,) = waiting(warehouse)
    assert (pair.number, pair.child[1:], pair.other[1:]) == (NUMBER, ("northborough", "c1"), ("01", NOMINAL["pnc_id"]))
    night(warehouse, tmp_path, "2024-01-02", [child("c1", **DOUBTFUL)], NOMINAL)
    decide(warehouse, "accept")
    assert waiting(warehouse) == []
    accepted = [("single", None, "2024-01-01", "2024-01-02", False), ("review", None, "2024-01-02", None, True)]
    assert child_links(warehouse) == accepted
    night(warehouse, tmp_path, "2024-01-03", [child("c1", **DOUBTFUL)], NOMINAL)
    decide(warehouse, "undo")
    assert child_links(warehouse) == [
        accepted[0],
        ("review", None, "2024-01-02", "2024-01-03", True),
        ("single", None, "2024-01-03", None, False),
    ]
    assert [one.number for one in waiting(warehouse)] == [NUMBER]


def test_a_decision_that_was_still_being_written_is_taken_up_by_the_next_night(
    warehouse: Settings, tmp_path: Path
) -> None:
    """Of two that are written at once the one with the later number may be there first."""
    children: list[Row] = [child("c1", **DOUBTFUL), child("c2", **CHILD | {"surname": "Quillfeather"})]
    night(warehouse, tmp_path, "2024-01-01", children, NOMINAL)
    with database.connect(warehouse, "loader") as slow, slow.cursor() as cursor:
        queue.decide(slow, queue.find(cursor, NUMBER), "accept", "a tester", None)
        decide(warehouse, "reject", f"northborough/c2,01/{NOMINAL['pnc_id']}")
        assert [one.number for one in waiting(warehouse)] == [NUMBER]
    resolve(warehouse)
    assert waiting(warehouse) == []
    assert ("review", True) in [row[::4] for row in child_links(warehouse)]


def test_a_rejected_pair_waits_no_longer_and_stays_apart(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **DOUBTFUL)], NOMINAL)
    decide(warehouse, "reject")
    assert waiting(warehouse) == []
    assert child_links(warehouse) == [("single", None, "2024-01-01", None, False)]


def test_a_note_decides_nothing(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **DOUBTFUL)], NOMINAL)
    decide(warehouse, "note")
    assert [(one.number, one.verdict) for one in waiting(warehouse)] == [(NUMBER, None)]


@pytest.mark.parametrize("born", ["2009-03-17", "2001-11-30"])
def test_an_id_that_a_person_has_rejected_joins_nobody(warehouse: Settings, tmp_path: Path, born: str) -> None:
    carrying = child("c1", **CHILD | {"pnc_id": NOMINAL["pnc_id"], "date_of_birth": born})
    night(warehouse, tmp_path, "2024-01-01", [carrying], NOMINAL)
    assert child_links(warehouse) == [("pnc_id", None, "2024-01-01", None, True)]
    night(warehouse, tmp_path, "2024-01-02", [carrying], NOMINAL)
    decide(warehouse, "reject", "northborough/c1,01/2002/0073319Z")
    assert child_links(warehouse) == [
        ("pnc_id", None, "2024-01-01", "2024-01-02", True),
        ("single", None, "2024-01-02", None, False),
    ]


def test_an_id_with_neither_name_nor_date_of_birth_is_a_conflict(warehouse: Settings, tmp_path: Path) -> None:
    other = {"pnc_id": NOMINAL["pnc_id"], "surname": "Quillfeather", "forename": "Ada", "date_of_birth": "2004-09-30"}
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **other)], NOMINAL)
    assert [one.method for one in waiting(warehouse)] == ["conflict"]
    assert child_links(warehouse)[0][0] == "single"


@pytest.mark.parametrize(
    ("differs", "joins"),
    [
        ({"surname": "Quillfeather"}, True),
        ({"date_of_birth": "2004-09-30"}, True),
        ({"surname": "Ashdowne", "date_of_birth": "2004-09-30"}, True),
        ({"surname": "Quillfeather", "date_of_birth": "2009-03-18"}, True),
        ({"surname": "Quillfeather", "date_of_birth": "2004-09-30"}, False),
    ],
)
def test_an_id_joins_where_surname_or_date_of_birth_agrees(
    warehouse: Settings, tmp_path: Path, differs: dict[str, str], joins: bool
) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD | {"pnc_id": NOMINAL["pnc_id"]} | differs)], NOMINAL)
    assert [row[4] for row in child_links(warehouse)] == [joins]


def test_a_child_of_two_services_whom_the_police_do_not_know_is_one_person(warehouse: Settings, tmp_path: Path) -> None:
    write_delivery(tmp_path, "yot", "southmere", "2024-01-01", 1, {"child": [child("s9", **CHILD)]})
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD)])
    assert len(set(fetch(warehouse, "SELECT person_key FROM identity.person_link"))) == 1


def test_twins_are_two(warehouse: Settings, tmp_path: Path) -> None:
    twin = child("c2", **CHILD | {"forename": "Callum"})
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **CHILD), twin], NOMINAL | {"postcode": "WV1 4AB"})
    found = dict(fetch(warehouse, "SELECT source_id, person_key FROM identity.person_link"))
    assert found["c1"] == found[NOMINAL["pnc_id"]] != found["c2"]
    assert waiting(warehouse) == []


def test_a_link_that_changes_is_listed_once_it_does(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **DOUBTFUL)], NOMINAL)
    night(warehouse, tmp_path, "2024-01-09", [child("c1", **DOUBTFUL)], NOMINAL)
    decide(warehouse, "accept")
    with database.connect(warehouse, "loader") as connection, connection.cursor() as cursor:
        found = queue.changes(cursor, dt.date(2024, 1, 9), dt.date(2024, 1, 9))
        assert queue.changes(cursor, dt.date(2024, 1, 1), dt.date(2024, 1, 8)) == []
    assert {(one.record[2], one.method_before, one.method_after) for one in found} == {
        ("c1", "single", "review"),
        (NOMINAL["pnc_id"], "single", "review"),
    }


def test_the_evidence_adds_up_to_the_weight_of_the_night(warehouse: Settings, tmp_path: Path) -> None:
    night(warehouse, tmp_path, "2024-01-01", [child("c1", **DOUBTFUL)], NOMINAL)
    (pair,) = waiting(warehouse)
    with database.connect(warehouse, "loader") as connection, connection.cursor() as cursor:
        one, other = queue.find(cursor, pair.number)
        evidence = evidence_of(queue.face_now(cursor, one), queue.face_now(cursor, other), shipped_model())
    assert evidence.weight == pytest.approx(pair.weight, abs=1e-9)
    assert evidence.prior + sum(step.bits for step in evidence.steps) == pytest.approx(evidence.weight, abs=1e-6)
    console = Console(width=140, record=True)
    print_evidence(console, evidence, ("child", "police"))
    shown = console.export_text()
    assert all(text in shown for text in ("Ronan", "ROWAN", "one edit", "for review"))


def test_a_pair_that_nobody_knows_is_named(warehouse: Settings) -> None:
    with database.connect(warehouse, "loader") as connection, connection.cursor() as cursor:
        with pytest.raises(TrackerError, match="no pair is called 00000000"):
            queue.find(cursor, "00000000")
        with pytest.raises(TrackerError, match="never delivered"):
            queue.find(cursor, "northborough/c1,01/2002/0073319Z")
