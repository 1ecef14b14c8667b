"""Survival and the indicators, of the reference engine: R10 and I1 to I5, by hand."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine_cases import REFERENCE, Case, entered, member_of
from tests.reference_engine import Parameters, Result, run
from tests.reference_engine.disproportionality import index_of
from tests.reference_engine.model import Population
from tests.reference_engine.survival import most_days, step_of

Row = dict[str, Any]


def row_of(rows: list[Row], **wanted: Any) -> Row:
    """The one row with these values."""
    (found,) = [row for row in rows if all(row[column] == value for column, value in wanted.items())]
    return found


def quarter_of(rows: list[Row], quarter: str, yot: str = "north", **wanted: Any) -> Row:
    return row_of(rows, yot=yot, span="quarter", quarter=quarter, **wanted)


def with_populations(case: Case, *populations: tuple[str, int, str, int], as_of: date = date(2026, 11, 21)) -> Result:
    """The result where areas have so many children of 10 to 17, by year and group."""
    listed = tuple(Population(area, year, "10-17", group, count, area) for area, year, group, count in populations)
    reference = dataclasses.replace(REFERENCE, populations=listed)
    return run(case.history, case.links, reference, Parameters([], as_of, as_of))


def test_survival_is_of_closed_members_and_ends_at_the_binary_rate() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01")
    assert case.run(as_of=date(2024, 11, 10)).survival == []
    curve = {row["day"]: row for row in case.run(as_of=date(2024, 11, 11)).survival if row["yot"] == "all"}
    assert list(curve) == list(range(367))
    assert [(curve[day]["at_risk"], curve[day]["events"]) for day in (21, 22, 23)] == [(1, 0), (1, 1), (0, 0)]
    assert (curve[21]["survival"], curve[22]["survival"], curve[366]["survival"]) == (1, 0, 0)
    assert member_of(case.run())["days_to_first_reoffence"] == 22


def test_greenwood_on_the_log_log_scale() -> None:
    """Of 4 children 3 left: S = 0.75, margin = z * sqrt(1/12) / -ln 0.75 = 1.966727..., S to the power of e^margin."""
    survival, low, high = step_of(3, 4)
    assert survival == Decimal("0.75")
    assert float(low) == pytest.approx(0.127947, abs=1e-6)
    assert float(high) == pytest.approx(0.960549, abs=1e-6)
    assert step_of(4, 4) == (Decimal(1), Decimal(1), Decimal(1))
    assert step_of(0, 4) == (Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize(("months", "days"), [(12, 366), (6, 184), (3, 92), (1, 31), (24, 731)])
def test_the_most_days_of_a_follow_up(months: int, days: int) -> None:
    assert most_days(months) == days


@pytest.mark.parametrize(
    ("born", "hearing", "entrants"),
    [
        ("2005-05-10", "", 0),  # 18 on the day of the outcome
        ("2005-05-10", "2023-05-09", 1),  # 17 at the first hearing
        ("2005-05-11", "", 1),
        ("2005-05-11", "2023-05-11", 1),  # a hearing after the outcome is not believed
        ("2013-05-10", "", 1),
        ("2013-05-10", "2023-05-09", 0),  # 9 at the first hearing
        ("2013-05-11", "", 0),
    ],
)
def test_first_time_entrants_are_children_at_the_first_hearing(born: str, hearing: str, entrants: int) -> None:
    case = Case(born=born)
    case.offence("2023-04-01", "2023-05-10", first_hearing_date=hearing)
    case.offence("2023-06-01", "2023-08-01")
    found = case.run().first_time_entrants
    assert quarter_of(found, "2023Q2")["first_time_entrants"] == entrants
    assert quarter_of(found, "2023Q3")["first_time_entrants"] == 0


def test_who_entered_elsewhere_is_no_entrant_later() -> None:
    case = Case(home_yot="elsewhere")
    case.offence("2023-04-01", "2023-05-10", outcome={"residence": "OTHER"})
    case.offence("2023-06-01", "2023-08-01")
    found = case.run().first_time_entrants
    assert {row["yot"] for row in found} == {"north", "all"}
    assert sum(row["first_time_entrants"] for row in found) == 0
    assert min(row["quarter"] for row in found) == "2023Q3"


def test_rates_are_over_the_latest_year_on_or_before_the_span() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10")
    populations = (("north", 2024, "All", 4000), ("north", 2025, "All", 5000))
    found = with_populations(case, *populations).first_time_entrants
    assert [quarter_of(found, quarter)["base_year"] for quarter in ("2023Q2", "2024Q4", "2025Q1", "2026Q1")] == [
        *(2024, 2024, 2025, 2025)
    ]
    assert quarter_of(found, "2023Q2")["rate_per_100000"] == 25
    assert quarter_of(found, "2024Q2")["rate_per_100000_year_before"] == 25
    year = row_of(found, yot="all", span="year", quarter="2024Q1")
    assert (year["first_time_entrants"], year["period_start"]) == (1, date(2023, 4, 1))
    assert next(row["quarter"] for row in found if row["span"] == "year") == "2024Q1"


def test_all_have_a_population_where_every_service_has_one_of_one_year() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10")
    case.child("south", "s1", "p2")
    case.offence("2023-04-01", "2023-05-10", source="south", child_id="s1")
    north = ("north", 2023, "All", 4000)

    def base(*populations: tuple[str, int, str, int]) -> tuple[int | None, int | None]:
        row = quarter_of(with_populations(case, *populations).first_time_entrants, "2023Q2", "all")
        return row["population"], row["base_year"]

    assert base(north, ("south", 2023, "All", 6000)) == (10000, 2023)
    assert base(north, ("south", 2022, "All", 6000)) == (None, None)
    assert base(north) == (None, None)


def test_custody_is_counted_by_child_and_day() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", "DTO")
    case.offence("2023-04-02", "2023-05-10", "DTO")
    case.offence("2023-04-03", "2023-05-10", "REFERRAL_ORDER")
    breached = case.offence("2023-04-04", "2023-05-11", "YRO")
    case.outcome(breached, "2023-06-30", "DTO")  # a sentence after a breach: proven before
    case.offence("2023-04-05", "2023-05-12", "YOUTH_CAUTION")
    case.offence("2023-04-06", "2023-05-13", "DTO", outcome={"appeal_status": "SUCCESSFUL"})
    row = quarter_of(case.run().custody, "2023Q2")
    assert (row["custodial_sentences"], row["sentences"]) == (2, 3)
    assert row["share_of_sentences"] == Decimal("0.666667")


def test_sentences_of_the_day_of_majority_are_none() -> None:
    case = Case(born="2005-05-10")
    case.offence("2023-04-01", "2023-05-09", "DTO")
    case.offence("2023-04-01", "2023-05-10", "DTO")
    assert quarter_of(case.run().custody, "2023Q2")["custodial_sentences"] == 1


def remanded(*episodes: tuple[str, str, str]) -> Case:
    """A child with a proof in the first quarter of 2023, and episodes on remand: start, end, placement."""
    case = Case()
    case.offence("2022-12-01", "2023-01-10")
    for start, end, placement in episodes:
        case.episode(start, end, "REMAND", "", placement_type=placement)
    return case


def told(row: Row) -> tuple[int, int, int, int]:
    return row["remands"], row["remands_begun"], row["children"], row["nights"]


def test_nights_belong_to_the_quarter_in_which_they_begin() -> None:
    found = remanded(("2023-03-30", "2023-04-02", "YOI"), ("2023-06-30", "2023-07-01", "YOI")).run().remand
    assert told(quarter_of(found, "2023Q1", dimension="all")) == (1, 1, 1, 2)
    assert told(quarter_of(found, "2023Q2", dimension="all")) == (2, 1, 1, 2)
    assert told(quarter_of(found, "2023Q3", dimension="all")) == (0, 0, 0, 0)
    assert quarter_of(found, "2023Q2", dimension="all")["nights_per_child"] == 2


@pytest.mark.parametrize(
    ("second", "remands", "nights"), [("2023-02-10", 1, 14), ("2023-02-11", 1, 14), ("2023-02-12", 2, 12)]
)
def test_episodes_at_most_a_day_apart_are_one_remand(second: str, remands: int, nights: int) -> None:
    case = remanded(("2023-02-01", "2023-02-10", "YOI"), (second, "2023-02-15", "STC"))
    found = case.run().remand
    assert told(quarter_of(found, "2023Q1", dimension="all")) == (remands, remands, 1, nights)
    places = {
        row["value"]: row["nights"] for row in found if (row["dimension"], row["yot"]) == ("placement_type", "north")
    }
    gap = (date.fromisoformat(second) - date(2023, 2, 10)).days
    assert places == {"YOI": 9 + (gap == 1), "STC": 5 - gap}


def test_an_open_remand_goes_to_the_as_of_day() -> None:
    case = remanded(("2023-02-01", "", "YOI"))
    assert told(quarter_of(case.run(as_of=date(2023, 2, 11)).remand, "2023Q1", dimension="all")) == (1, 1, 1, 10)
    assert told(quarter_of(case.run(as_of=date(2023, 2, 1)).remand, "2023Q1", dimension="all")) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("start", "end", "before", "gained"),
    [
        ("2023-01-31", "", "LAC", "no"),
        ("2023-02-01", "", "None", "yes"),
        ("2023-02-10", "", "None", "yes"),
        ("2023-02-11", "", "None", "no"),
        ("2023-01-01", "2023-01-30", "None", "no"),
    ],
)
def test_care_before_and_care_gained(start: str, end: str, before: str, gained: str) -> None:
    case = remanded(("2023-02-01", "2023-02-10", "YOI"))
    spell = {"care_episode_id": "l1", "child_id": "c1", "care_status": "LAC"}
    case.add("yot", "north", "care_episode", **spell, start_date=start, end_date=end)
    found = case.run().remand
    assert quarter_of(found, "2023Q1", dimension="care_status_before")["value"] == before
    assert quarter_of(found, "2023Q1", dimension="care_gained")["value"] == gained


def test_care_is_not_known_where_the_service_does_not_tell() -> None:
    found = remanded(("2023-02-01", "2023-02-10", "YOI")).run().remand
    assert quarter_of(found, "2023Q1", dimension="care_gained")["value"] == "Not known"


def ordered(legal_outcome: str = "YRO", appeal: str = "", **programme: str) -> Case:
    """A child with an order that began on 10 May 2023, at 20 hours a week of suitable schooling."""
    case = Case(born="2007-09-01")
    case.offence("2023-04-01", "2023-05-10", legal_outcome, outcome={"occasion_id": "h1", "appeal_status": appeal})
    case.offence("2023-04-01", "2023-05-11", "REFERRAL_ORDER")
    row = {"programme_id": "p1", "child_id": "c1", "occasion_id": "h1", "start_date": "2023-05-10", **programme}
    case.add("yot", "north", "programme", **row)
    place = {"ete_id": "t1", "child_id": "c1", "provision_type": "COLLEGE", "start_date": "2023-01-01"}
    case.add("yot", "north", "ete_placement", **place, hours_offered="20", suitability="SUITABLE")
    return case


def test_hours_are_full_time_by_age_on_the_day() -> None:
    """School age ends with 28 June 2024, the last Friday of June of the school year of the 16th birthday."""
    found = ordered(end_date="2024-06-28").run().ete
    row = quarter_of(found, "2024Q2", age_group="school_age")
    assert (row["ete_band"], row["orders_at_start"], row["orders_at_end"]) == ("Part time, suitable", 1, 1)
    rows = {row["ete_band"]: row for row in ordered(end_date="2024-06-29").run().ete if row["quarter"] == "2024Q2"}
    assert (rows["Part time, suitable"]["orders_at_start"], rows["Part time, suitable"]["orders_at_end"]) == (1, 0)
    assert (rows["Full time, suitable"]["orders_at_start"], rows["Full time, suitable"]["orders_at_end"]) == (0, 1)
    assert rows["Full time, suitable"]["share_at_end"] == 1


@pytest.mark.parametrize(
    ("programme", "orders"),
    [
        ({"end_date": "2024-05-10"}, 1),
        ({"end_date": "2024-05-11"}, 0),
        ({"planned_end_date": "2024-05-10"}, 1),
        ({"planned_end_date": "2024-05-10", "end_date": "2024-05-11"}, 0),
        ({"planned_end_date": "2024-05-11", "end_date": "2024-05-10"}, 1),
        ({}, 0),
    ],
)
def test_an_order_ends_by_its_end_else_by_its_planned_end(programme: dict[str, str], orders: int) -> None:
    found = ordered(**programme).run(as_of=date(2024, 5, 10)).ete
    cell = ("north", "quarter", "all")
    assert sum(row["orders_at_end"] for row in found if (row["yot"], row["span"], row["age_group"]) == cell) == orders


@pytest.mark.parametrize(
    ("legal_outcome", "appeal", "is_order"),
    [
        *(("REFERRAL_ORDER", "", True), ("YRO", "PENDING", True), ("YRO", "SUCCESSFUL", False)),
        *(("YOUTH_CAUTION", "", False), ("DTO", "", False)),
    ],
)
def test_an_order_is_of_a_standing_first_tier_or_community_outcome(
    legal_outcome: str, appeal: str, is_order: bool
) -> None:
    assert bool(ordered(legal_outcome, appeal, end_date="2024-05-10").run().ete) == is_order


def test_the_relative_rate_index_and_its_interval() -> None:
    """20 of 100 against 50 of 500: an index of 2; error = sqrt(1/20 - 1/100 + 1/50 - 1/500) = 0.240832."""
    counts, base = Counter({"Mixed": 20, "White": 50}), Counter({"Mixed": 100, "White": 500})
    row = index_of("Mixed", counts, base, 5, is_population=True)
    assert (row["rate"], row["relative_rate_index"], row["is_hidden"]) == (Decimal("0.2"), 2, False)
    assert float(row["relative_rate_index_low"]) == pytest.approx(1.247480, abs=1e-6)
    assert float(row["relative_rate_index_high"]) == pytest.approx(3.206465, abs=1e-6)
    white = index_of("White", counts, base, 5, is_population=True)
    assert (white["relative_rate_index"], white["relative_rate_index_low"]) == (1, None)


@pytest.mark.parametrize(("children", "is_hidden"), [(4, True), (5, False)])
def test_an_index_is_hidden_under_the_minimum_count(children: int, is_hidden: bool) -> None:
    counts, base = Counter({"Mixed": children, "White": 50}), Counter({"Mixed": 100, "White": 500})
    row = index_of("Mixed", counts, base, 5, is_population=True)
    assert (row["is_hidden"], row["relative_rate_index"] is None) == (is_hidden, is_hidden)
    assert row["rate"] == Decimal(children) / 100


def test_stages_have_the_children_of_the_stage_before_as_their_base() -> None:
    case = Case(ethnicity="B1")
    case.offence("2023-04-01", "2023-05-10", "YOUTH_CAUTION", knife_related="1")
    case.offence("2023-04-02", "2023-05-11", "DTO")
    case.offence("2023-04-03", "2023-05-11", "YOUTH_CAUTION")  # not the gravest of its day
    populations = (
        ("north", 2023, "All", 100),
        ("north", 2023, "White", 60),
        ("north", 2023, "Black or Black British", 40),
    )
    found = with_populations(case, *populations).disproportionality
    rows = [row for row in found if (row["yot"], row["span"], row["quarter"]) == ("north", "quarter", "2023Q2")]
    black = {
        row["stage"]: (row["children"], row["base_children"], row["white_children"], row["white_base_children"])
        for row in rows
        if row["ethnicity_group"] == "Black or Black British"
    }
    assert black == {
        "first_time_entrants": (1, 40, 0, 60),
        "remand": (0, 40, 0, 60),
        "substantive_outcome": (1, 40, 0, 60),
        "cautioned": (1, 1, 0, 0),
        "knife": (1, 1, 0, 0),
        "sentenced": (1, 1, 0, 0),
        "custody": (1, 1, 0, 0),
    }
    row = row_of(rows, stage="custody", ethnicity_group="Black or Black British")
    assert (row["share"], row["population_share"], row["gap_points"]) == (1, Decimal("0.4"), 60)
    assert (row["is_hidden"], row["relative_rate_index"]) == (True, None)


def test_reoffenders_are_over_their_cohort() -> None:
    case = Case(ethnicity="W1")
    case.offence("2023-04-01", "2023-05-10")
    case.offence("2023-06-01", "2023-08-01")
    rows = [row for row in case.run().disproportionality if row["stage"] == "reoffenders" and row["yot"] == "north"]
    by_span = {(row["span"], row["quarter"]): (row["children"], row["base_children"]) for row in rows}
    assert by_span["quarter", "2023Q2"] == (1, 1)
    assert by_span["year", "2024Q1"] == (1, 2)
    assert {row["definition"] for row in rows} == {"both"}
