"""A tracker that nobody shipped, made by rows alone: over the sample, and over a service whose children are counted by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from live_tracker.reference_data.definitions import DEFINITIONS, TIERS, read_definitions
from live_tracker.settings import Settings
from tests.deliver import fetch
from tests.made_children import MadeChild, deliver
from tests.night import run_night
from tests.sample_data.nights import LAST_NIGHT, write_sample

pytestmark = pytest.mark.slow

NINTH = "young_year"
ROW = (
    "young_year,Ten to fourteen,calendar_year,10,14,outcome,none,,6,3,recordable_not_breach,cms;pnc,2;4;6,"
    '"Six months, three to prove; a community resolution is a reoffence"'
)
ROLES = ("entry,pre_court", "entry,first_tier", "proof,diversion", "proof,pre_court", "proof,first_tier")
FIRST_NUMBER = 9_000_000
"""Far from the numbers of the sample's police ids."""


def children() -> list[MadeChild]:
    """Six children of eastvale; four enter 2024, two of them reoffend, with two offences and one."""

    def made(number: int, born: str) -> MadeChild:
        return MadeChild(FIRST_NUMBER + number, born, service="eastvale")

    twice = made(1, "2012-01-15")
    twice.offence("2024-01-05", "2024-02-10", "YOUTH_CAUTION")
    twice.offence("2024-03-15", "2024-04-20", "COMMUNITY_RESOLUTION")  # within two months
    twice.offence("2024-07-01", "2024-09-20")  # within six; no second entry in the year
    last_days = made(2, "2009-06-02")  # fifteen on the day after the index date
    last_days.offence("2024-05-01", "2024-06-01")
    last_days.offence("2024-12-01", "2025-03-01")  # last day of six months, proven on the last of nine
    too_old = made(3, "2009-06-01")  # fifteen on the index date
    too_old.offence("2024-05-01", "2024-06-01")
    too_late = made(4, "2013-03-03")
    too_late.offence("2024-09-01", "2024-10-01")
    too_late.offence("2024-10-20", "2025-07-02", "COMMUNITY_RESOLUTION")  # a day over nine months; no entry of its own
    two_entries = made(5, "2013-01-01")
    two_entries.offence("2024-01-02", "2024-01-20", "YOUTH_CAUTION")
    two_entries.offence("2024-08-01", "2024-09-05")  # over six months
    released = made(6, "2011-01-01")  # neither sentence nor release is an entry
    released.offence("2024-02-01", "2024-03-01", "DTO")
    released.custody("2024-03-01", "2024-07-01")
    return [twice, last_days, too_old, too_late, two_entries, released]


@pytest.fixture(scope="module")
def release(
    new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory, project: Path
) -> tuple[Settings, str]:
    """A release over the sample and eastvale, with nine definitions."""
    out = tmp_path_factory.mktemp("ninth")
    write_sample(out, services=2, nights=1, children=150)
    deliver(out / "deliveries", LAST_NIGHT.isoformat(), children())
    definitions = out / "definitions"
    shutil.copytree(project / "definitions", definitions)
    for file, lines in ((DEFINITIONS, (ROW,)), (TIERS, tuple(f"{NINTH},{role}" for role in ROLES))):
        with (definitions / file).open("a") as written:
            written.writelines(line + "\n" for line in lines)
    settings = new_warehouse()
    return settings, run_night(settings, out / "deliveries", definitions)


def rows(release: tuple[Settings, str], table: str, columns: str, where: str = "yot = 'eastvale'") -> list[Any]:
    settings, release_id = release
    query = f"SELECT {columns} FROM release.{table} WHERE release_id = %s AND definition = %s AND {where} ORDER BY 1, 2"
    return fetch(settings, query, release_id, NINTH)


def test_the_counts_of_a_service_are_those_made_by_hand(release: tuple[Settings, str]) -> None:
    columns = "cohort, children, reoffenders, reoffences, binary_rate, state, cohort_start::text, cohort_end::text"
    assert rows(release, "cohort_summary", columns) == [
        ("2024", 4, 2, 3, Decimal("0.500000"), "closed", "2024-01-01", "2024-12-31")
    ]


def test_each_child_is_counted_as_the_row_says(release: tuple[Settings, str]) -> None:
    columns = "index_date::text, index_outcome, age_at_index, follow_up_end::text, proof_end::text, reoffences"
    assert rows(release, "cohort_member", columns) == [
        ("2024-01-20", "YOUTH_CAUTION", 11, "2024-07-20", "2024-10-20", 0),
        ("2024-02-10", "YOUTH_CAUTION", 12, "2024-08-10", "2024-11-10", 2),
        ("2024-06-01", "REFERRAL_ORDER", 14, "2024-12-01", "2025-03-01", 1),
        ("2024-10-01", "REFERRAL_ORDER", 11, "2025-04-01", "2025-07-01", 0),
    ]
    assert rows(release, "reoffence", "offence_date::text, outcome_date::text, tier") == [
        ("2024-03-15", "2024-04-20", "diversion"),
        ("2024-07-01", "2024-09-20", "first_tier"),
        ("2024-12-01", "2025-03-01", "first_tier"),
    ]


def test_its_milestones_and_times_are_its_own(release: tuple[Settings, str]) -> None:
    assert rows(release, "milestone", "month, children_reached, reoffenders, reoffences") == [
        (2, 4, 1, 1),
        (4, 4, 1, 1),
        (6, 4, 2, 3),
    ]
    times = rows(release, "time_to_reoffence", "band, reoffenders", "yot = 'eastvale' AND reoffenders > 0")
    assert times == [("0-3", 1), ("3-6", 1)]


def test_only_quarterly_definitions_have_annual_figures(release: tuple[Settings, str]) -> None:
    assert rows(release, "cohort_summary_annual", "cohort, children", "true") == []
    settings, release_id = release
    query = "SELECT DISTINCT definition FROM release.cohort_summary_annual WHERE release_id = %s"
    assert {"national_proven", "local_live"} <= {row[0] for row in fetch(settings, query, release_id)}


def test_the_sample_has_children_of_all_nine(release: tuple[Settings, str], project: Path) -> None:
    settings, release_id = release
    query = """
    SELECT DISTINCT definition FROM release.cohort_member WHERE release_id = %s AND yot <> 'eastvale' ORDER BY 1
    """
    shipped = [definition.definition for definition in read_definitions(project / "definitions")]
    assert len(shipped) == 8
    assert [row[0] for row in fetch(settings, query, release_id)] == sorted([*shipped, NINTH])
