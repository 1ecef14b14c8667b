"""Wolverhampton's past: as many children as planned, in the laws of their day, with enough that must not count."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sample_data.lives import Life
from tests.sample_data.offences import CAUTIONS
from tests.sample_data.wolverhampton import PLAN, past

LAST_NIGHT = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(past(1, LAST_NIGHT))


def test_the_plan_deals_one_life_to_each_child(lives: list[Life]) -> None:
    assert len(lives) == sum(planned.children for planned in PLAN) == 130
    assert len({life.pnc_id for life in lives}) == 130


def test_a_seed_makes_the_same_lives_and_another_others(lives: list[Life]) -> None:
    assert list(past(1, LAST_NIGHT)) == lives
    assert [life.cases for life in past(2, LAST_NIGHT)] != [life.cases for life in lives]


def test_each_step_follows_the_one_before_and_is_the_law_of_its_day(lives: list[Life]) -> None:
    for life in lives:
        for case in life.cases:
            steps = [step for step in (case.arrested, case.charged, case.first_hearing) if step]
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
