"""Planned lives: as many children as published, each adding what its part says, with enough that must not count."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from tests.sample_data.counting import counts, custody_days, entry_days, first_proven, remands, window_from
from tests.sample_data.lives import Life
from tests.sample_data.offences import CAUTIONS
from tests.sample_data.planned import lives_of, past
from tests.sample_data.plans import Span, dealt_out, plan_of, plans, quarters_of, shared

LAST_NIGHT = dt.date(2026, 11, 21)
OF_2017 = Span(dt.date(2017, 4, 1), dt.date(2018, 3, 31))
OF_2016 = Span(dt.date(2016, 4, 1), dt.date(2017, 3, 31))


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(past(1, LAST_NIGHT))


@pytest.fixture(scope="module")
def birmingham() -> list[Life]:
    return list(lives_of(plan_of("birmingham"), 1, LAST_NIGHT, 2_200_000))


def test_the_plan_deals_one_life_to_each_child(lives: list[Life]) -> None:
    planned = [figure.children for figure in plan_of("wolverhampton").figures]
    assert len(lives) == sum(planned) == 130
    assert len({life.pnc_id for life in lives}) == 130


def test_a_seed_makes_the_same_lives_and_another_others(lives: list[Life]) -> None:
    assert list(past(1, LAST_NIGHT)) == lives
    assert [life.cases for life in past(2, LAST_NIGHT)] != [life.cases for life in lives]


def test_each_step_follows_the_one_before_and_is_the_law_of_its_day(lives: list[Life], birmingham: list[Life]) -> None:
    for life in [*lives, *birmingham]:
        for case in life.cases:
            steps = [step for step in (case.arrested, case.charged, case.first_hearing, case.decided) if step]
            assert steps == sorted(steps)
            for offence in case.offences:
                assert life.child.date_of_birth.replace(day=1).year + 10 <= offence.start.year
                assert offence.start <= case.arrested
                for decision in offence.decisions:
                    assert decision.day >= case.arrested
                    assert (decision.outcome in {"REPRIMAND", "FINAL_WARNING"}) <= (decision.day < dt.date(2013, 4, 8))
                    assert (decision.outcome in {"YOUTH_CAUTION"}) <= (decision.day >= dt.date(2013, 4, 8))


def test_much_of_it_must_not_count(lives: list[Life]) -> None:
    cases = [case for life in lives for case in life.cases]
    outcomes = {case.outcome for case in cases}
    assert {"COMMUNITY_RESOLUTION", "ACQUITTED", "DTO", "REPRIMAND", "FINAL_WARNING"} <= outcomes
    kinds = {offence.kind for case in cases for offence in case.offences}
    assert any(kind.is_breach for kind in kinds)
    assert any(not kind.is_recordable and not kind.is_breach for kind in kinds)
    assert any(not offence.decisions for case in cases for offence in case.offences)
    assert outcomes & set(CAUTIONS)


def test_an_annual_cohort_is_dealt_over_four_quarters_each_child_in_one(birmingham: list[Life]) -> None:
    entered: Counter[Span] = Counter()
    reoffences: list[int] = []
    for quarter in quarters_of(Span(dt.date(2015, 10, 1), dt.date(2016, 9, 30))):
        for life in birmingham:
            days = [day for day in entry_days(life.cases) if day in quarter]
            if days:
                entered[quarter] += 1
                window = window_from(min(days))
                reoffences.append(sum(counts(offence, window) for case in life.cases for offence in case.offences))
    assert list(entered.values()) == [278, 278, 277, 277]
    assert (sum(map(bool, reoffences)), sum(reoffences)) == (401, 1332)


@pytest.mark.parametrize(
    ("year", "sentences", "remanded", "nights"), [(OF_2016, 96, 58, 3210), (OF_2017, 94, 73, 5363)]
)
def test_custody_and_remands_of_a_year(
    birmingham: list[Life], year: Span, sentences: int, remanded: int, nights: int
) -> None:
    assert sum(day in year for life in birmingham for day in custody_days(life.cases)) == sentences
    held = [episode for life in birmingham for episode in remands(life.cases) if episode.start in year]
    assert len(held) == remanded
    assert sum((episode.end - episode.start).days for episode in held if episode.end) == nights


@pytest.mark.parametrize(("year", "entrants"), [(OF_2016, 648), (OF_2017, 541)])
def test_first_time_entrants_of_a_year(birmingham: list[Life], year: Span, entrants: int) -> None:
    assert sum(first_proven(life.cases) in year for life in birmingham) == entrants


def test_managed_children_are_those_of_the_plan_and_no_others(birmingham: list[Life]) -> None:
    flagged = [life for life in birmingham if life.flags]
    assert len(flagged) == 52
    assert all(flag.start in OF_2017 for life in flagged for flag in life.flags or ())
    assert [life for life in birmingham if life.flags is None] == []


def test_no_two_planned_children_share_a_number() -> None:
    names = [plan.service for plan in plans()]
    assert len(names) == len(set(names)) == 10
    most = max(sum(1 for _ in plan.parts(1)) for plan in plans())
    assert most < 10_000


@pytest.mark.parametrize(
    ("count", "expected"), [(1110, [278, 278, 277, 277]), (401, [101, 100, 100, 100]), (3, [1, 1, 1, 0])]
)
def test_a_count_is_shared_in_parts_that_add_up(count: int, expected: list[int]) -> None:
    assert shared(count, 4) == expected


def test_a_quarter_begins_where_the_one_before_ended() -> None:
    quarters = quarters_of(Span(dt.date(2015, 10, 1), dt.date(2016, 9, 30)))
    assert [quarter.first for quarter in quarters] == [
        *(dt.date(2015, 10, 1), dt.date(2016, 1, 1), dt.date(2016, 4, 1), dt.date(2016, 7, 1))
    ]
    assert [quarter.last for quarter in quarters] == [
        *(dt.date(2015, 12, 31), dt.date(2016, 3, 31), dt.date(2016, 6, 30), dt.date(2016, 9, 30))
    ]


def test_what_is_dealt_out_adds_up_and_nobody_has_more_than_the_most() -> None:
    each = dealt_out(5363, 73, 220, random.Random(1))
    assert (len(each), sum(each)) == (73, 5363)
    assert 1 <= min(each) <= max(each) <= 220
