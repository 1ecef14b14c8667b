"""Wolverhampton's past: children whose lives are dealt from published figures, quarter by quarter.

The plan says how many children entered a quarter and how many offences those who came back committed, no more. Each
life is made as any other, by offences, arrests and outcomes with their delays, and drawn anew until its days lie as
the plan has it: the index in its quarter, what counts within twelve months and proven within eighteen, what does not
count beside it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from faker import Faker

from tests.sample_data.cases import Case, Decision, Offence, make_case
from tests.sample_data.children import ADULT, Child, age_on, birthday, named
from tests.sample_data.custody import stays
from tests.sample_data.delays import days
from tests.sample_data.lives import Life
from tests.sample_data.offences import BREACHES, KINDS, NON_CONVICTIONS, SUBSTANTIVE, TIERS, Kind

SERVICE = "wolverhampton"
_FIRST_NUMBER = 1_000_000
_MOST_REOFFENCES = 16
_TRIES = 30
_Make = Callable[[list[Kind], str, dt.date], Case]


class Planned(NamedTuple):
    """Published figures of the children who entered in a quarter."""

    first_day: dt.date
    last_day: dt.date
    children: int
    reoffenders: int
    reoffences: int
    source: str


PLAN = (
    Planned(dt.date(2016, 4, 1), dt.date(2016, 6, 30), 65, 35, 101, "Wolverhampton YOT plan 2019/20"),
    Planned(dt.date(2017, 4, 1), dt.date(2017, 6, 30), 65, 22, 105, "Wolverhampton YOT plan 2019/20"),
)

_COUNTING = tuple(kind for kind in KINDS if kind.is_recordable and kind.seriousness <= 6)
_NOT_RECORDABLE = tuple(kind for kind in KINDS if not kind.is_recordable)
_INDEX_OUTCOMES = {
    **{"YOUTH_CAUTION": 22, "YOUTH_CONDITIONAL_CAUTION": 14, "REFERRAL_ORDER": 30, "CONDITIONAL_DISCHARGE": 5},
    **{"FINE": 2, "REPARATION_ORDER": 3, "YRO": 14, "YRO_ISS": 3, "DTO": 7},
}
_REOFFENCE_OUTCOMES = {
    **{"YOUTH_CONDITIONAL_CAUTION": 16, "REFERRAL_ORDER": 34, "CONDITIONAL_DISCHARGE": 8, "YRO": 30, "YRO_ISS": 8},
    **{"DTO": 4},
}
_ADULT_OUTCOMES = {"ADULT_CAUTION": 40, "FINE": 30, "CONDITIONAL_DISCHARGE": 15, "COMMUNITY_ORDER": 15}

_REPRIMANDS_END, _WARNINGS = dt.date(2013, 4, 8), ("REPRIMAND", "FINAL_WARNING")
_SUCCESSORS = ("YOUTH_CAUTION", "YOUTH_CONDITIONAL_CAUTION")
_ORDERS_END = dt.date(2009, 11, 30)
_OLD_ORDERS = ("ACTION_PLAN_ORDER", "SUPERVISION_ORDER", "ATTENDANCE_CENTRE_ORDER", "CURFEW_ORDER")
"""Replaced by the youth rehabilitation order for offences from that day on; reprimands by the youth caution."""


def past(seed: int, until: dt.date) -> Iterator[Life]:
    """The lives of the plan, each with a source of chance of its own."""
    fake, number = Faker("en_GB"), _FIRST_NUMBER
    for planned in PLAN:
        for reoffences in _dealt(planned, random.Random(f"{seed}/{planned.first_day}")):
            yield _life(planned, reoffences, number, seed, fake, until)
            number += 1


def _dealt(planned: Planned, chance: random.Random) -> list[int]:
    """How often each child reoffends: who did it often is the likeliest to do it again."""
    often = [1] * planned.reoffenders
    while sum(often) < planned.reoffences:
        place = chance.choices(range(len(often)), often)[0]
        often[place] += often[place] < _MOST_REOFFENCES
    return often + [0] * (planned.children - planned.reoffenders)


def _life(planned: Planned, reoffences: int, number: int, seed: int, fake: Faker, until: dt.date) -> Life:
    for attempt in itertools.count():
        chance = random.Random(f"{seed}/{number}/{attempt}")
        fake.seed_instance(chance.getrandbits(64))
        index = planned.first_day + dt.timedelta(days=chance.randrange((planned.last_day - planned.first_day).days + 1))
        born = index - dt.timedelta(days=round(365.25 * chance.triangular(11.5, 17.9, 16.8)))
        child = named(number, SERVICE, born, chance, fake)
        cases = _cases(child, chance, planned, index, reoffences, until)
        if cases is not None:
            return Life(child, tuple(cases), chance, random.Random(f"{seed}/{number}/scribe"))
    raise AssertionError


class _Window(NamedTuple):
    """A child's index, the last day of its follow-up, and the last day on which a reoffence can be proven."""

    entered: dt.date
    follow_up_end: dt.date
    proof_end: dt.date


def _cases(
    child: Child, chance: random.Random, planned: Planned, index: dt.date, reoffences: int, until: dt.date
) -> list[Case] | None:
    """Cases in the order of arrests, or None if their days do not lie as planned."""
    make = partial(_case, child, chance, itertools.count(child.number * 100), until)
    outcome = _chosen(chance, _INDEX_OUTCOMES)
    entry = make([_drawn(chance)], outcome, index - days(chance, 200 if outcome == "DTO" else 70, 0.3))
    window = _window(entry)
    if window is None or not planned.first_day <= window.entered <= planned.last_day:
        return None
    others = [*_early(child, chance, make, planned), *_not_counting(chance, make, entry, window)]
    again = list(_reoffending(chance, make, window, reoffences))
    cases = sorted([*others, entry, *again], key=lambda case: (case.arrested, case.number))
    for case in cases:
        if any(_counts(offence, window) != (case in again) for offence in case.offences):
            return None
    fits = _enters_as_planned(child, cases, window.entered) and _is_free(cases) and _is_lawful(cases)
    return cases if fits else None


def _case(
    child: Child,
    chance: random.Random,
    numbers: Iterator[int],
    until: dt.date,
    kinds: list[Kind],
    outcome: str,
    day: dt.date,
) -> Case:
    """A case in which no charge falls; who is of age when arrested is dealt with as an adult."""
    arrested = day + days(chance, 1.5, 1.0)
    if age_on(child.date_of_birth, arrested) >= ADULT and outcome not in NON_CONVICTIONS:
        outcome = _chosen(chance, _ADULT_OUTCOMES)
    number = next(numbers)
    case = make_case(child, chance, kinds, outcome, day, arrested=arrested, number=number, until=until, falling=0)
    # all that the published figures rest on is on the police record
    return replace(case, is_on_police_record=True)


def _early(child: Child, chance: random.Random, make: _Make, planned: Planned) -> Iterator[Case]:
    """What went before, some of it under laws that are no more."""
    tenth = birthday(child.date_of_birth, 10)
    if tenth < _ORDERS_END - dt.timedelta(days=60) and chance.random() < 0.7:
        yield make([_drawn(chance)], _OLD_ORDERS[child.number % 4], _between(chance, tenth, _ORDERS_END))
    last = _REPRIMANDS_END - dt.timedelta(days=30)
    if tenth < last and chance.random() < 0.5:
        yield make([_drawn(chance)], _WARNINGS[child.number % 2], _between(chance, tenth, last))
    recent = max(tenth, planned.first_day - dt.timedelta(days=900), _REPRIMANDS_END)
    last = planned.first_day - dt.timedelta(days=150)
    while recent < last and chance.random() < 0.4:
        recent = _between(chance, recent, last)
        yield make([_drawn(chance)], _chosen(chance, _REOFFENCE_OUTCOMES), recent)


def _reoffending(chance: random.Random, make: _Make, window: _Window, reoffences: int) -> Iterator[Case]:
    """Cases of the planned number of offences, one to four each, most of them soon after the index."""
    while reoffences > 0:
        kinds = chance.sample(_COUNTING, min(reoffences, chance.choices([1, 2, 3, 4], [50, 28, 14, 8])[0]))
        for _ in range(_TRIES):
            day = window.entered + days(chance, 80, 1.0) + dt.timedelta(days=1)
            case = make(kinds, _chosen(chance, _REOFFENCE_OUTCOMES), day)
            if all(_counts(offence, window) for offence in case.offences):
                break
        yield case
        reoffences -= len(kinds)


def _not_counting(chance: random.Random, make: _Make, entry: Case, window: _Window) -> Iterator[Case]:
    """What the measure leaves out: diverted, breach, not recordable, committed before, after, proven late or never."""
    within = partial(_between, chance, window.entered, window.follow_up_end)
    breach = BREACHES.get(entry.outcome)
    if chance.random() < 0.35:
        yield make([_drawn(chance)], "COMMUNITY_RESOLUTION", within())
    if breach is not None and chance.random() < 0.3:
        yield make([breach], chance.choice(["CONDITIONAL_DISCHARGE", "YRO", "FINE"]), within())
    if chance.random() < 0.12:
        yield make([chance.choice(_NOT_RECORDABLE)], chance.choice(["FINE", "CONDITIONAL_DISCHARGE"]), within())
    if chance.random() < 0.15:
        before = window.entered - dt.timedelta(days=chance.randrange(40))
        yield make([_drawn(chance)], "REFERRAL_ORDER", before)
    if chance.random() < 0.25:
        after = window.follow_up_end + dt.timedelta(days=chance.randrange(1, 200))
        yield make([_drawn(chance)], "YRO", after)
    if chance.random() < 0.12:
        yield make([_drawn(chance)], "REFERRAL_ORDER", window.follow_up_end - dt.timedelta(days=chance.randrange(50)))
    if chance.random() < 0.1:
        yield make([_drawn(chance)], chance.choice(NON_CONVICTIONS), within())
    if chance.random() < 0.06:
        yield _never_heard(make([_drawn(chance)], "WITHDRAWN", within()))


def _never_heard(case: Case) -> Case:
    """The case of somebody who was charged and never found again."""
    offences = tuple(replace(offence, decisions=()) for offence in case.offences)
    return replace(case, outcome="", offences=offences, first_hearing=None, episodes=())


def _window(entry: Case) -> _Window | None:
    index = min(_entry_days([entry]), default=None)
    return None if index is None else _Window(index, _months_after(index, 12), _months_after(index, 18))


def _entry_days(cases: list[Case]) -> Iterator[dt.date]:
    """Days of cautions and of sentences not served in custody, and of releases from custody."""
    for offence in (offence for case in cases for offence in case.offences):
        proof = _proof(offence)
        if proof is not None and TIERS[proof.outcome] != "custody" and _is_in_scope(offence):
            yield proof.day
    for stay in stays(episode for case in cases for episode in case.episodes):
        last = max(stay, key=lambda episode: (episode.end or dt.date.max, episode.start))
        if stay[0].kind == "SENTENCE" and last.end is not None and last.reason in {"", "RELEASED"}:
            yield last.end


def _proof(offence: Offence) -> Decision | None:
    """The earliest caution or conviction that no appeal took away."""
    proving = (
        decision
        for decision in offence.decisions
        if TIERS[decision.outcome] in SUBSTANTIVE
        and not any(status in {"SUCCESSFUL", "CHANGED"} for _, status in decision.appeal)
    )
    return min(proving, key=lambda decision: decision.day, default=None)


def _counts(offence: Offence, window: _Window) -> bool:
    proof = _proof(offence)
    return (
        proof is not None
        and _is_in_scope(offence)
        and window.entered < offence.start <= window.follow_up_end
        and proof.day <= window.proof_end
    )


def _is_in_scope(offence: Offence) -> bool:
    return offence.kind.is_recordable and not offence.kind.is_breach


def _enters_as_planned(child: Child, cases: list[Case], index: dt.date) -> bool:
    """The index is the first entry in its quarter, as a child, and there is none in another quarter of the plan."""
    entries = [day for day in _entry_days(cases) for planned in PLAN if planned.first_day <= day <= planned.last_day]
    same_quarter = [planned for planned in PLAN if planned.first_day <= index <= planned.last_day]
    others = [day for day in entries if not any(one.first_day <= day <= one.last_day for one in same_quarter)]
    return not others and min(entries) == index and 10 <= age_on(child.date_of_birth, index) < ADULT


def _is_free(cases: list[Case]) -> bool:
    """Nobody offends in custody, or does the same twice on one day."""
    offences = [offence for case in cases for offence in case.offences]
    if len({(offence.kind, offence.start) for offence in offences}) < len(offences):
        return False
    held = [(episode.start, episode.end or dt.date.max) for case in cases for episode in case.episodes]
    return not any(start <= offence.start <= end for offence in offences for start, end in held)


def _is_lawful(cases: list[Case]) -> bool:
    """Old outcomes only while they were the law, and their successors only since."""
    return all(
        (decision.outcome not in _WARNINGS or decision.day < _REPRIMANDS_END)
        and (decision.outcome not in _OLD_ORDERS or offence.start < _ORDERS_END)
        and (decision.outcome not in _SUCCESSORS or decision.day >= _REPRIMANDS_END)
        for case in cases
        for offence in case.offences
        for decision in offence.decisions
    )


def _between(chance: random.Random, first: dt.date, last: dt.date) -> dt.date:
    """A day after the first, up to the last."""
    return first + dt.timedelta(days=chance.randint(1, (last - first).days))


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or the last of a shorter one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _drawn(chance: random.Random) -> Kind:
    return chance.choices(_COUNTING, [kind.weight for kind in _COUNTING])[0]


def _chosen(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
