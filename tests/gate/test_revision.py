"""What a release says of the frozen quarters: what has moved since, by cause, adding up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from live_tracker.release import cli
from live_tracker.release.diff import diff
from live_tracker.release.freeze import freeze
from tests.deliver import administer

if TYPE_CHECKING:
    from tests.gate.conftest import Night

MOVED = """
UPDATE candidate.cohort_member SET reoffences = 2
WHERE (definition, cohort, yot, person_key) = ('both_feeds', '2022Q4', 'eastvale', 'child-1');
UPDATE candidate.cohort_summary SET reoffences = reoffences - 1
WHERE (definition, cohort) = ('both_feeds', '2022Q4') AND yot IN ('eastvale', 'all');
DELETE FROM candidate.cohort_member WHERE cohort = '2023Q1';
DELETE FROM candidate.cohort_summary WHERE cohort = '2023Q1';
"""
"""A reoffence of child-1 at eastvale is gone, and child-3, a reoffender, from westvale."""

ROWS = """
SELECT frozen_quarter, cohort, yot, cause, members, children, reoffenders, reoffences,
    frozen_children, frozen_reoffenders, frozen_reoffences
FROM analytics.revision ORDER BY frozen_quarter, cohort, yot, cause
"""


def moved(night: Night, first: str | None = None) -> str:
    """Freeze the release as 2023Q1, and publish one in which figures have moved."""
    freeze(night.settings, "2023Q1", first or night.release(), "a tester", None)
    night.execute(MOVED)
    return night.another_run("second").release()


def causes(night: Night) -> dict[str, str]:
    """The cause told of each service in which something moved."""
    return {change.yot: change.cause for change in diff(night.settings, "board", "live", None, None).changes}


def test_without_a_frozen_quarter_nothing_is_revised(night: Night) -> None:
    night.release()
    night.execute(MOVED)
    night.another_run("second").release()
    assert night.rows("SELECT count(*) FROM analytics.revision", role="analyst") == [(0,)]


def test_what_moved_is_told_of_each_service_and_of_all(night: Night) -> None:
    first = night.release()
    second = moved(night, first)
    expected = [
        ("2023Q1", "2022Q4", "all", "unexplained", 1, 0, 0, -1, 3, 2, 4),
        ("2023Q1", "2022Q4", "eastvale", "unexplained", 1, 0, 0, -1, 2, 1, 3),
        ("2023Q1", "2023Q1", "all", "unexplained", 1, -1, -1, -1, 1, 1, 1),
        ("2023Q1", "2023Q1", "westvale", "unexplained", 1, -1, -1, -1, 1, 1, 1),
    ]
    assert night.rows(ROWS, role="analyst") == expected
    assert night.rows(
        "SELECT DISTINCT release_id, frozen_release_id, as_of_date FROM analytics.revision", role="analyst"
    ) == [(second, first, dt.date(2024, 6, 25))]
    assert [
        (change.cohort, change.yot, *change[3:]) for change in diff(night.settings, "board", "live", None, None).changes
    ] == [row[1:8] for row in expected if row[2] != "all"]

    night.another_run("the same once more").release()
    assert night.rows(ROWS, role="analyst") == expected


def test_the_newest_quarter_is_compared_in_all_cohorts_and_an_older_one_in_its_own(night: Night) -> None:
    first = night.release()
    freeze(night.settings, "2022Q4", first, "a tester", None)
    moved(night, first)
    assert {row[:2] for row in night.rows(ROWS, role="analyst")} == {
        ("2022Q4", "2022Q4"),
        ("2023Q1", "2022Q4"),
        ("2023Q1", "2023Q1"),
    }


def test_an_erasure_is_a_cause_and_the_rows_add_up_without_those_of_the_child(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """child-3 is erased, before or after its rows are taken out of the frozen release."""
    moved(night)
    assert causes(night) == {"eastvale": "unexplained", "westvale": "unexplained"}
    administer(night.settings, "INSERT INTO identity.erased_person VALUES ('child-3', '2024-06-24')")
    assert causes(night)["westvale"] == "unexplained"  # the frozen release knew of that already
    administer(night.settings, "UPDATE identity.erased_person SET erased_on = '2024-06-25'")
    assert causes(night) == {"eastvale": "unexplained", "westvale": "erasure"}
    told = diff(night.settings, "board", "live", None, None)

    administer(night.settings, "DELETE FROM release.cohort_member WHERE person_key = 'child-3'")
    assert diff(night.settings, "board", "live", None, None) == told
    night.another_run("after the erasure").release()
    assert night.rows(ROWS, role="analyst")[-1] == ("2023Q1", "2023Q1", "westvale", "erasure", 1, -1, -1, -1, 1, 1, 1)

    monkeypatch.setattr(cli, "_settings", lambda: night.settings)
    cli.diff("board", "live", None, None)
    said = capsys.readouterr().out
    assert "erasure: records of the child were erased" in said
    assert "correction:" not in said

    administer(night.settings, "DELETE FROM identity.erased_person")
    assert causes(night)["westvale"] == "unexplained"


def test_what_is_left_of_a_child_after_an_erasure_came_by_it(night: Night) -> None:
    """child-3 lives on as child-9, in one row with it; if a record of child-9 has changed, that is told instead."""
    freeze(night.settings, "2023Q1", night.release(), "a tester", None)
    night.execute("UPDATE candidate.cohort_member SET person_key = 'child-9' WHERE person_key = 'child-3'")
    night.another_run("second").release()
    administer(night.settings, "INSERT INTO identity.erased_person VALUES ('child-3', '2024-06-25')")
    assert [change[2:] for change in diff(night.settings, "board", "live", None, None).changes] == [
        ("westvale", "erasure", 2, 0, 0, 0)
    ]
    administer(night.settings, RECORD.format(person="child-9"))
    know_board_as_of(night, "2024-06-23")
    assert [change[2:] for change in diff(night.settings, "board", "live", None, None).changes] == [
        ("westvale", "erasure", 1, -1, -1, -1),
        ("westvale", "late outcome", 1, 1, 1, 1),
    ]


RECORD = """
INSERT INTO identity.person_link (source_system, source, source_id, person_key, method, known_from)
VALUES ('cms', 'westvale', 'W-3', '{person}', 'ids', '2024-01-01');
INSERT INTO raw.yot_outcome (source, row_hash, delivery_id, line_no, outcome_id, child_id)
VALUES ('westvale', '\\x01', 'd4', 1, 'R-1', 'W-3');
INSERT INTO raw.yot_outcome_version (source, key, row_hash, known_from, deleted)
VALUES ('westvale', 'R-1', '\\x01', '2024-06-24', false);
"""
"""An outcome of one child, known since 24 June."""


def know_board_as_of(night: Night, day: str) -> None:
    """Let the frozen release know what was known by a day; the live one knows all up to 25 June."""
    administer(
        night.settings,
        f"""
        UPDATE release.release SET known_as_of = '{day}'
        FROM release.pointer WHERE channel = 'board' AND pointer.release_id = release.release_id
        """,
    )


def test_what_became_known_since_is_the_cause_by_its_kind(night: Night) -> None:
    moved(night)
    know_board_as_of(night, "2024-06-23")
    administer(night.settings, RECORD.format(person="child-3"))

    def after(statement: str) -> str:
        administer(night.settings, statement)
        return causes(night)["westvale"]

    known_from = "UPDATE raw.yot_outcome_version SET known_from = '2024-06-{}' WHERE key = 'R-1'"
    days = (23, 24, 25, 26)
    assert [after(known_from.format(day)) for day in days] == [
        *("unexplained", "late outcome", "late outcome", "unexplained")
    ]
    assert after(known_from.format(24)) == "late outcome"
    earlier = (
        "INSERT INTO raw.yot_outcome_version VALUES ('westvale', 'R-1', '\\x02', '2024-06-01', '2024-06-24', false)"
    )
    assert after(earlier) == "correction"
    assert after("UPDATE raw.yot_outcome_version SET deleted = true WHERE known_from = '2024-06-24'") == "deletion"
    link = "INSERT INTO identity.person_link VALUES ('cms', 'westvale', 'W-3', 'child-7', 'ids', NULL, '{}', '{}')"
    assert after(link.format("2023-01-01", "2024-01-01")) == "deletion"  # it moved long ago
    administer(night.settings, "UPDATE identity.person_link SET known_from = '2024-06-24' WHERE person_key = 'child-3'")
    assert after("UPDATE identity.person_link SET known_to = '2024-06-24' WHERE person_key = 'child-7'") == (
        "merge or split"
    )
    assert causes(night)["eastvale"] == "unexplained"


def test_what_came_in_late_for_an_earlier_day_is_new_as_well(night: Night) -> None:
    moved(night)
    know_board_as_of(night, "2024-06-23")
    administer(night.settings, RECORD.format(person="child-3"))
    administer(night.settings, "UPDATE raw.yot_outcome_version SET known_from = '2024-06-20'")
    assert causes(night)["westvale"] == "unexplained"
    late = """
    INSERT INTO ops.delivery VALUES (
        '{0}', 'yot', '{0}', 99, 0, '2024-06-20', 'full', 'f', true, 'late night',
        (SELECT max(published_at) FROM release.release)
    )
    """
    administer(night.settings, late.format("eastvale"))
    assert causes(night)["westvale"] == "unexplained"
    administer(night.settings, late.format("westvale"))
    assert causes(night)["westvale"] == "late outcome"
    administer(night.settings, "UPDATE ops.delivery SET loaded_at = '2024-06-20' WHERE run_key = 'late night'")
    assert causes(night)["westvale"] == "unexplained"


def test_without_a_change_of_records_it_is_the_definition_the_code_or_the_day(night: Night) -> None:
    moved(night)
    told = []
    for column, value in (("as_of_date", "2024-06-24"), ("code_version", "b"), ("definitions_hash", "b")):
        administer(
            night.settings,
            f"""
            UPDATE release.release SET {column} = '{value}'
            FROM release.pointer WHERE channel = 'board' AND pointer.release_id = release.release_id
            """,
        )
        told.append(causes(night)["westvale"])
    assert told == ["time passed", "code", "definition"]


def test_a_change_of_any_record_that_counts_is_found(night: Night) -> None:
    moved(night)
    know_board_as_of(night, "2024-06-23")
    administer(
        night.settings,
        """
        INSERT INTO identity.person_link (source_system, source, source_id, person_key, method, known_from) VALUES
            ('cms', 'westvale', 'W-3', 'child-3', 'ids', '2024-01-01'), ('pnc', '20', 'P-3', 'child-3', 'ids', '2024-01-01')
        """,
    )
    told = {}
    for table in (
        *("yot_child", "yot_offence", "yot_outcome", "yot_programme", "yot_custody_episode", "yot_child_flag"),
        *("pnc_nominal", "pnc_arrest_summons", "pnc_offence", "pnc_disposal"),
    ):
        column, source, number = ("child_id", "westvale", "W-3") if table[:3] == "yot" else ("pnc_id", "20", "P-3")
        administer(
            night.settings,
            f"""
            INSERT INTO raw.{table} (source, row_hash, delivery_id, line_no, {column})
            VALUES ('{source}', '\\x01', 'd4', 1, '{number}');
            INSERT INTO raw.{table}_version (source, key, row_hash, known_from, deleted)
            VALUES ('{source}', 'X-1', '\\x01', '2024-06-24', false);
            """,
        )
        told[table] = causes(night)["westvale"]
        administer(night.settings, f"DELETE FROM raw.{table}_version")
    outcomes = {"yot_outcome", "pnc_disposal"}
    assert told == {table: "late outcome" if table in outcomes else "correction" for table in told}
    assert causes(night)["westvale"] == "unexplained"
