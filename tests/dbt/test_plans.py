"""The published figures of the plans come out of a sample built to their counts, by the whole way that any figure comes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from live_tracker.reference_data.comparators import UNITS
from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import run_night
from tests.sample_data.nights import write_plans

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(new_warehouse: Callable[[], Settings], project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse in which the sample of the plans has passed the gate and been released."""
    settings = new_warehouse()
    folder = tmp_path_factory.mktemp("plans")
    write_plans(folder)
    run_night(settings, folder / "deliveries", project / "definitions")
    return settings


def figures(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    return fetch_as(settings, "publisher", query)


@pytest.mark.parametrize(
    ("table", "definition", "cohort", "yot", "expected"),
    [
        # Wolverhampton 2019/20: 35 and 22 reoffenders of 65, with 101 and 105 reoffences
        ("cohort_summary", "national_proven", "2016Q2", "wolverhampton", (65, 35, 101, "53.8")),
        ("cohort_summary", "national_proven", "2017Q2", "wolverhampton", (65, 22, 105, "33.8")),
        # Birmingham 2018/19: October 2015 to September 2016, four quarters
        ("cohort_summary_annual", "national_proven", "2016Q3", "birmingham", (1110, 401, 1332, "36.1")),
        # Birmingham 2022/23: April 2019 to March 2020; the reoffences are the sample's own
        ("cohort_summary_annual", "national_proven", "2020Q1", "birmingham", (642, 164, 328, "25.5")),
        # Birmingham 2018/19: children under ODOC or MAPPA; the plan prints 46.1
        ("cohort_summary", "managed_offenders", "2017-18", "birmingham", (52, 24, 48, "46.2")),
    ],
)
def test_reoffending_is_as_published(
    built: Settings, table: str, definition: str, cohort: str, yot: str, expected: tuple[int, int, int, str]
) -> None:
    query = f"""
        SELECT children, reoffenders, reoffences, round(100 * binary_rate, 1)::text FROM candidate.{table}
        WHERE definition = '{definition}' AND cohort = '{cohort}' AND yot = '{yot}' AND state = 'closed'
    """
    assert figures(built, query) == [expected]


def test_reoffences_per_child_of_the_annual_cohort(built: Settings) -> None:
    query = """
        SELECT reoffences_per_child, round(reoffences_per_reoffender, 2) FROM candidate.cohort_summary_annual
        WHERE definition = 'national_proven' AND cohort = '2016Q3' AND yot = 'birmingham'
    """
    assert figures(built, query) == [(Decimal("1.200000"), Decimal("3.32"))]


def test_the_annual_cohort_is_the_sum_of_four_quarters(built: Settings) -> None:
    query = """
        SELECT cohort, children, reoffenders FROM candidate.cohort_summary
        WHERE definition = 'national_proven' AND yot = 'birmingham' AND cohort BETWEEN '2015Q4' AND '2016Q3'
        ORDER BY cohort
    """
    assert figures(built, query) == [
        *(("2015Q4", 278, 101), ("2016Q1", 278, 100), ("2016Q2", 277, 100), ("2016Q3", 277, 100))
    ]


def test_the_custody_rates_of_the_core_cities(built: Settings) -> None:
    query = """
        SELECT yot, custodial_sentences, population, round(rate_per_1000, 2)::text FROM candidate.custody
        WHERE span = 'year' AND quarter = '2018Q1' AND yot NOT IN ('all', 'wolverhampton') ORDER BY yot
    """
    assert figures(built, query) == [
        ("birmingham", 94, 117343, "0.80"),
        ("bristol", 14, 34983, "0.40"),
        ("cardiff", 14, 29082, "0.48"),
        ("leeds", 36, 64225, "0.56"),
        ("liverpool", 29, 36724, "0.79"),
        ("manchester", 48, 44101, "1.09"),
        ("newcastle", 18, 22939, "0.78"),
        ("nottingham", 32, 25766, "1.24"),
        ("sheffield", 10, 48475, "0.21"),
    ]


def test_the_custodial_sentences_of_the_year_before(built: Settings) -> None:
    query = """
        SELECT custodial_sentences_year_before FROM candidate.custody
        WHERE span = 'year' AND quarter = '2018Q1' AND yot = 'birmingham'
    """
    assert figures(built, query) == [(96,)]


def test_remands_and_their_nights(built: Settings) -> None:
    query = """
        SELECT quarter, children, remands, nights, round(nights_per_child, 1)::text FROM candidate.remand
        WHERE span = 'year' AND quarter IN ('2017Q1', '2018Q1') AND yot = 'birmingham' AND dimension = 'all'
        ORDER BY quarter
    """
    assert figures(built, query) == [("2017Q1", 58, 58, 3210, "55.3"), ("2018Q1", 73, 73, 5363, "73.5")]


def test_first_time_entrants_with_the_population_that_the_plan_names(built: Settings) -> None:
    """The plan prints 453 and 545 per 100,000, which are of no population that it names."""
    query = """
        SELECT first_time_entrants, first_time_entrants_year_before, population, round(rate_per_100000, 1)::text,
            round(rate_per_100000_year_before, 1)::text
        FROM candidate.first_time_entrants WHERE span = 'year' AND quarter = '2018Q1' AND yot = 'birmingham'
    """
    assert figures(built, query) == [(541, 648, 117343, "461.0", "552.2")]


def test_published_figures_stand_beside_ours(built: Settings) -> None:
    """What the plan prints otherwise than its counts give is not as published; all else is."""
    query = """
        SELECT measure, area, period_start, published_value::float, is_as_published FROM candidate.comparator
        WHERE source = 'Birmingham Youth Offending Service plan 2018/19' AND is_as_published IS NOT NULL
        ORDER BY is_as_published, measure, area, period_start
    """
    found = figures(built, query)
    assert [(measure, published) for measure, _, _, published, is_as_published in found if not is_as_published] == [
        ("binary_rate", 0.461),
        ("first_time_entrants_per_100000", 545.0),
        ("first_time_entrants_per_100000", 453.0),
    ]
    # 36.1 %, 1.20, nine custody rates, entrants, sentences, remands and nights of two years, nights of a child
    assert len([row for row in found if row[4]]) == 20


def test_each_row_names_how_both_sides_count(built: Settings) -> None:
    query = """
        SELECT basis, definition, our_period, our_state, our_maturity, months_apart FROM candidate.comparator
        WHERE yot = 'birmingham' AND area = 'england_and_wales' AND measure = 'binary_rate' AND published_value = 0.419
    """
    assert figures(built, query) == [
        (
            "national proven reoffending, from police records: 12 months and 6 of waiting; four quarters",
            *("national_proven", "2016Q3", "closed", Decimal("1.0000"), 0),
        )
    ]


def test_every_measure_of_the_list_has_figures_of_ours(built: Settings) -> None:
    """Serious violence, education and each mean included: a name that the marts do not know would stand alone."""
    compared = {measure for (measure,) in figures(built, "SELECT DISTINCT measure FROM candidate.comparator")}
    query = "SELECT DISTINCT measure FROM candidate.comparator WHERE our_value IS NOT NULL"
    assert {measure for (measure,) in figures(built, query)} == compared <= set(UNITS)
