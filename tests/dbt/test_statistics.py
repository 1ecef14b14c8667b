"""The marts' statistics against programs that others wrote, over the sample: lifelines for curves, statsmodels for the rest."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from psycopg2.extras import RealDictCursor
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from live_tracker.database import connect
from live_tracker.settings import Settings
from tests.night import build, request
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)
DAYS_OF_TWELVE_MONTHS = 366
MILLIONTH = 5.1e-7
"""Half of the last of six decimals, and a little for the arithmetic of others."""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def candidate(
    new_warehouse: Callable[[], Settings], project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A warehouse with the candidate of the sample."""
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, services=3, children=150, seed=11, last_night=LAST_NIGHT)
    settings = new_warehouse()
    build(settings, request(settings, out / "deliveries", project / "definitions"))
    return settings


def rows(settings: Settings, query: str) -> list[Row]:
    with connect(settings, "publisher") as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query)
        found = [dict(row) for row in cursor.fetchall()]
    assert found
    return found


def cell(row: Row) -> tuple[str, str, str]:
    return row["definition"], row["cohort"], row["yot"]


def test_survival_is_kaplan_meier(candidate: Settings) -> None:
    members = defaultdict(list)
    for member in rows(candidate, "SELECT * FROM candidate.cohort_member WHERE state = 'closed'"):
        for yot in (member["yot"], "all"):
            members[member["definition"], member["cohort"], yot].append(member["days_to_first_reoffence"])
    curves = defaultdict(list)
    for row in rows(candidate, "SELECT * FROM candidate.survival ORDER BY definition, cohort, yot, day"):
        curves[cell(row)].append(row)

    assert curves.keys() == members.keys()
    for key, days in members.items():
        curve = curves[key]
        theirs = kaplan_meier(tuple(sorted(days, key=str)))
        assert [row["day"] for row in curve] == [*range(DAYS_OF_TWELVE_MONTHS + 1)]
        for column, values in theirs.items():
            ours = np.array([float(row[column]) for row in curve])
            assert np.abs(ours - values).max() <= 1e-9, f"{key} {column}"


@cache
def kaplan_meier(days: tuple[int | None, ...]) -> dict[str, Any]:
    """Survival and its interval on days 0 to 366; None: no reoffence to the end."""
    fitter = KaplanMeierFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero while nothing varies, and puts 0 or 1 there
        fitter.fit(
            [DAYS_OF_TWELVE_MONTHS if day is None else day for day in days],
            [day is not None for day in days],
            timeline=range(DAYS_OF_TWELVE_MONTHS + 1),
        )
    low, high = fitter.confidence_interval_.to_numpy().T
    return {"survival": fitter.survival_function_.to_numpy().ravel(), "low": low, "high": high}


def test_survival_ends_at_the_binary_rate(candidate: Settings) -> None:
    last_days = {
        cell(row): row["survival"]
        for row in rows(candidate, f"SELECT * FROM candidate.survival WHERE day = {DAYS_OF_TWELVE_MONTHS}")
    }
    closed = rows(candidate, "SELECT * FROM candidate.cohort_summary WHERE state = 'closed'")
    assert [round(1 - last_days[cell(row)], 6) for row in closed] == [row["binary_rate"] for row in closed]


@pytest.mark.parametrize("table", ["cohort_summary", "cohort_summary_annual"])
def test_beyond_chance_is_a_two_proportion_test(candidate: Settings, table: str) -> None:
    """Of the services' quarters, where no child counts twice; of the rest that the test is never the bolder."""
    pairs = rows(
        candidate,
        f"""
        SELECT this_year.*, last_year.children AS children_before, last_year.reoffenders AS reoffenders_before
        FROM candidate.{table} AS this_year
        INNER JOIN candidate.{table} AS last_year
            ON (last_year.definition, last_year.yot) = (this_year.definition, this_year.yot)
            AND last_year.cohort_start = this_year.cohort_start - interval '1 year'
        WHERE this_year.state = 'closed' AND last_year.state = 'closed'
        """,
    )
    counts_once = [row for row in pairs if table == "cohort_summary" and row["yot"] != "all"]
    assert [row["is_beyond_chance"] for row in counts_once] == [differ(row) for row in counts_once]
    assert [cell(row) for row in pairs if row["is_beyond_chance"] and not differ(row)] == []
    assert {row["is_beyond_chance"] for row in pairs} == {True, False}


def differ(row: Row) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two rates of 0 or of 1 have no z
        _, p_value = proportions_ztest(
            [row["reoffenders"], row["reoffenders_before"]], [row["children"], row["children_before"]]
        )
    return bool(p_value < 0.05)


def test_wolverhampton_fell_by_twenty_points_and_beyond_chance(candidate: Settings) -> None:
    """22 of 65 after 35 of 65: a fall that a plan calls "20 %" and that is 20.0 percentage points."""
    (found,) = rows(
        candidate,
        "SELECT change_on_year_points, is_beyond_chance FROM candidate.cohort_summary "
        "WHERE (definition, cohort, yot) = ('national_proven', '2017Q2', 'wolverhampton')",
    )
    assert found == {"change_on_year_points": -20, "is_beyond_chance": True}


def test_risk_ratios_are_those_of_two_by_two_tables(candidate: Settings) -> None:
    intervals = 0
    for row in rows(
        candidate, "SELECT * FROM candidate.risk_factor WHERE reoffenders_without > 0 AND children_with > 0"
    ):
        table = two_by_two(row)
        assert float(row["risk_ratio"]) == pytest.approx(table.riskratio, abs=MILLIONTH)
        if row["risk_ratio_low"] is not None:
            intervals += 1
            ours = float(row["risk_ratio_low"]), float(row["risk_ratio_high"])
            assert ours == pytest.approx(table.riskratio_confint(), abs=MILLIONTH)
        else:
            assert row["reoffenders_with"] == 0 or table.log_riskratio_se == 0
    assert intervals > 100


def two_by_two(row: Row) -> Any:
    counts = [
        [row[f"reoffenders_{group}"], row[f"children_{group}"] - row[f"reoffenders_{group}"]]
        for group in ("with", "without")
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a logarithm of 0
        return Table2x2(np.array(counts), shift_zeros=False)


def test_relative_rate_indexes_are_those_of_two_by_two_tables(candidate: Settings) -> None:
    """The group against White, those who came to the stage against those of its base who did not."""
    compared = rows(
        candidate,
        "SELECT * FROM candidate.disproportionality WHERE relative_rate_index_low IS NOT NULL ORDER BY stage, quarter",
    )
    for row in compared:
        table = two_by_two(
            {
                "reoffenders_with": row["children"],
                "children_with": row["base_children"],
                "reoffenders_without": row["white_children"],
                "children_without": row["white_base_children"],
            }
        )
        ours = [float(row[f"relative_rate_index{bound}"]) for bound in ("", "_low", "_high")]
        assert ours == pytest.approx([table.riskratio, *table.riskratio_confint()], abs=MILLIONTH)
    assert {row["base_stage"] for row in compared} >= {"population", "substantive_outcome", "cohort"}


def test_no_index_is_of_fewer_than_five(candidate: Settings) -> None:
    counted = rows(
        candidate, "SELECT * FROM candidate.disproportionality WHERE base_children > 0 AND white_base_children > 0"
    )
    fewest = {
        has_index: [
            min(row[count] for count in ("children", "base_children", "white_children", "white_base_children"))
            for row in counted
            if row["ethnicity_group"] not in ("Not known", "Information not obtainable")
            and (row["relative_rate_index"] is not None) == has_index
        ]
        for has_index in (True, False)
    }
    assert (min(fewest[True]), max(fewest[False])) == (5, 4)


def test_factors_are_corrected_as_holm_does(candidate: Settings) -> None:
    cells = defaultdict(list)
    for row in rows(candidate, "SELECT * FROM candidate.risk_factor WHERE p_value IS NOT NULL"):
        cells[cell(row)].append(row)
    for compared in cells.values():
        p_values = [two_by_two(row).test_nominal_association().pvalue for row in compared]
        assert [float(row["p_value"]) for row in compared] == pytest.approx(p_values, abs=1e-6)
        assert {row["factors_compared"] for row in compared} == {len(compared)}
        assert [row["holds_after_correction"] for row in compared] == list(multipletests(p_values, method="holm")[0])


def test_programmes_have_wilson_intervals(candidate: Settings) -> None:
    for row in rows(candidate, "SELECT * FROM candidate.programme_outcome WHERE yot <> 'all' AND children > 0"):
        ours = float(row["binary_rate_low"]), float(row["binary_rate_high"])
        theirs = proportion_confint(row["reoffenders"], row["children"], method="wilson")
        assert ours == pytest.approx(theirs, abs=MILLIONTH)
