"""Real records in, every known answer out: per cohort and overall, at the last day and at days before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import run_night
from tests.real.conftest import RECORDS

pytestmark = pytest.mark.slow

LAST_DAY = dt.date(2016, 4, 1)
MID_YEAR = dt.date(2014, 6, 30)
MID_QUARTER = dt.date(2014, 8, 15)

SUMMARY = """
    SELECT cohort, state, children, reoffenders, reoffences, maturity, binary_rate, reoffences_per_reoffender,
        reoffences_per_child
    FROM analytics.cohort_summary WHERE yot = 'all' AND release_id = %s ORDER BY cohort
"""
MEMBERS = """
    SELECT cohort, reoffence_occasions, first_reoffence_band, days_to_first_reoffence
    FROM analytics.cohort_member WHERE release_id = %s
"""


@pytest.fixture(scope="module")
def at(new_warehouse: Callable[[], Settings]) -> Callable[[dt.date], tuple[Settings, str]]:
    """The release as of a day; one warehouse serves all days."""
    settings = new_warehouse()
    made: dict[dt.date, str] = {}

    def release(day: dt.date) -> tuple[Settings, str]:
        made[day] = run_night(settings, RECORDS, RECORDS / "definitions", as_of=day)
        return settings, made[day]

    return release


def counts(members: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Occasions, bands and the median of some members, in the words of the answers."""
    bands = ("0-3", "3-6", "6-9", "9-12")
    days = [days for _, _, _, days in members if days is not None]
    return {
        "occasions": sum(occasions for _, occasions, _, _ in members),
        "first_reoffence_bands": {band: sum(of == band for _, _, of, _ in members) for band in bands},
        "median_days_to_first": median(days),
    }


def test_every_answer_at_the_last_day(at: Callable[[dt.date], tuple[Settings, str]]) -> None:
    settings, release_id = at(LAST_DAY)
    expected = json.loads((RECORDS / "expected.json").read_text())
    members = fetch_as(settings, "analyst", MEMBERS, release_id)
    summary = fetch_as(settings, "analyst", SUMMARY, release_id)
    found = {
        cohort: {
            "offenders": children,
            "reoffenders": reoffenders,
            "reoffences": reoffences,
            "binary_rate": float(rate),
            "reoffences_per_reoffender": float(per_reoffender),
            "reoffences_per_offender": float(per_child),
            **counts([member for member in members if member[0] == cohort]),
        }
        for cohort, _, children, reoffenders, reoffences, _, rate, per_reoffender, per_child in summary
    }
    assert found == expected["by_cohort"]
    children, reoffenders, reoffences = (sum(row[place] for row in summary) for place in (2, 3, 4))
    overall = {
        "offenders": children,
        "reoffenders": reoffenders,
        "reoffences": reoffences,
        "binary_rate": round(reoffenders / children, 6),
        "reoffences_per_reoffender": round(reoffences / reoffenders, 6),
        "reoffences_per_offender": round(reoffences / children, 6),
        **counts(members),
    }
    assert overall == expected["overall"]
    assert {row[0]: row[1] for row in summary if row[1] != "closed"} == {"2014Q4": "awaiting_outcomes"}
    assert summary[-1][5] == Decimal("0.9199")


def test_the_middle_of_the_year(at: Callable[[dt.date], tuple[Settings, str]]) -> None:
    settings, release_id = at(MID_YEAR)
    assert [(*row[:5], str(row[5])) for row in fetch_as(settings, "analyst", SUMMARY, release_id)] == [
        ("2013Q1", "awaiting_outcomes", 2059, 492, 514, "0.9157"),
        ("2013Q2", "awaiting_outcomes", 1394, 303, 316, "0.7720"),
        ("2013Q3", "in_follow_up", 1239, 264, 278, "0.5618"),
        ("2013Q4", "in_follow_up", 1508, 243, 252, "0.4150"),
        ("2014Q1", "in_follow_up", 1428, 132, 134, "0.2483"),
        ("2014Q2", "in_follow_up", 1314, 54, 54, "0.0810"),
    ]


def test_the_middle_of_a_quarter(at: Callable[[dt.date], tuple[Settings, str]]) -> None:
    settings, release_id = at(MID_QUARTER)
    query = """
        SELECT cohort, state, count(*) FROM analytics.cohort_member
        WHERE release_id = %s AND cohort IN ('2013Q1', '2013Q3') GROUP BY cohort, state ORDER BY cohort, state
    """
    assert fetch_as(settings, "analyst", query, release_id) == [
        ("2013Q1", "awaiting_outcomes", 1011),
        ("2013Q1", "closed", 1048),
        ("2013Q3", "awaiting_outcomes", 395),
        ("2013Q3", "in_follow_up", 844),
    ]
    summary = {row[0]: (row[1], row[2], str(row[5])) for row in fetch_as(settings, "analyst", SUMMARY, release_id)}
    assert summary["2013Q1"][2] == "0.9787"
    assert summary["2013Q3"][2] == "0.6458"
    assert summary["2014Q3"] == ("filling", 689, "0.0414")
