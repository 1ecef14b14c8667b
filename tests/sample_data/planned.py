"""Lives dealt to the parts of published figures, so that each adds what its part says and nothing else.

A plan says how many children entered a period and how many offences those who came back committed, how many were
sentenced, remanded or came in for the first time, no more. Each life is made as any other, by offences, arrests and
outcomes with their delays, and drawn anew until its days lie as the plan has it: what counts on the days on which it is
to count, what does not count beside it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from faker import Faker

from tests.sample_data.cases import Case, make_case
from tests.sample_data.children import ADULT, Child, age_on, birthday, named
from tests.sample_data.counting import (
    Window,
    counts,
    custody_days,
    entry_days,
    first_proven,
    remands,
    window_from,
)
from tests.sample_data.custody import ONE_DAY, Episode
from tests.sample_data.delays import days
from tests.sample_data.lives import Flag, Life
from tests.sample_data.offences import BREACHES, KINDS, NON_CONVICTIONS, Kind
from tests.sample_data.plans import Part, Plan, Span, plan_of

SERVICE = "wolverhampton"
"""The service whose planned children are in every sample."""
_FIRST_NUMBER = 1_000_000
_TRIES = 30
_Make = Callable[[list[Kind], str, dt.date], Case]

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
_FIRST_OUTCOMES = {
    **{"YOUTH_CAUTION": 26, "YOUTH_CONDITIONAL_CAUTION": 18, "REFERRAL_ORDER": 42, "CONDITIONAL_DISCHARGE": 5, "YRO": 7}
}
_CUSTODIAL_OUTCOMES = {"DTO": 78, "SECTION_250": 22}
_ADULT_OUTCOMES = {"ADULT_CAUTION": 40, "FINE": 30, "CONDITIONAL_DISCHARGE": 15, "COMMUNITY_ORDER": 15}

_REPRIMANDS_END, _WARNINGS = dt.date(2013, 4, 8), ("REPRIMAND", "FINAL_WARNING")
_SUCCESSORS = ("YOUTH_CAUTION", "YOUTH_CONDITIONAL_CAUTION")
_ORDERS_END = dt.date(2009, 11, 30)
_OLD_ORDERS = ("ACTION_PLAN_ORDER", "SUPERVISION_ORDER", "ATTENDANCE_CENTRE_ORDER", "CURFEW_ORDER")
"""Replaced by the youth rehabilitation order for offences from that day on; reprimands by the youth caution."""


class _Draft(NamedTuple):
    """A life as drawn: its cases, those of them that must be reoffences, and when the child entered, if it did."""

    cases: list[Case]
    again: tuple[Case, ...] = ()
    window: Window | None = None
    flags: tuple[Flag, ...] = ()


def past(seed: int, until: dt.date) -> Iterator[Life]:
    """The planned lives of the service that every sample has."""
    return lives_of(plan_of(SERVICE), seed, until, _FIRST_NUMBER)


def lives_of(plan: Plan, seed: int, until: dt.date, first_number: int) -> Iterator[Life]:
    """A life for each part of the plan, numbered from the first on, each with a source of chance of its own."""
    fake = Faker("en_GB")
    for number, part in enumerate(plan.parts(seed), start=first_number):
        yield _life(plan, part, number, seed, fake, until)


def _life(plan: Plan, part: Part, number: int, seed: int, fake: Faker, until: dt.date) -> Life:
    has_flags = bool(plan.spans("managed"))
    for attempt in itertools.count():
        chance = random.Random(f"{seed}/{number}/{attempt}")
        fake.seed_instance(chance.getrandbits(64))
        day = part.span.first + dt.timedelta(days=chance.randrange((part.span.last - part.span.first).days + 1))
        born = day - dt.timedelta(days=round(365.25 * chance.triangular(11.5, 17.9, 16.8)))
        child = named(number, plan.service, born, chance, fake)
        make = partial(_case, child, chance, itertools.count(child.number * 100), until)
        draft = _DRAFTS[part.kind](plan, part, child, chance, make, day)
        if draft is not None and _is_possible(draft) and _adds_its_part(plan, part, child, draft):
            cases = tuple(sorted(draft.cases, key=lambda case: (case.arrested, case.number)))
            flags = draft.flags if has_flags else None
            return Life(child, cases, chance, random.Random(f"{seed}/{number}/scribe"), flags)
    raise AssertionError


def _cohort(plan: Plan, part: Part, child: Child, chance: random.Random, make: _Make, day: dt.date) -> _Draft | None:
    """Who entered a cohort, with the planned reoffences and what does not count beside them."""
    outcome = _chosen(chance, _INDEX_OUTCOMES)
    entry = make([_drawn(chance)], outcome, day - days(chance, 200 if outcome == "DTO" else 70, 0.3))
    entered = min(entry_days([entry]), default=None)
    if entered is None or entered not in part.span:
        return None
    window = window_from(entered)
    early = [] if part.is_entrant else [*_early(child, chance, make, part)]
    others = [*early, *_not_counting(chance, make, entry, window)]
    again = list(_reoffending(plan, part, chance, make, window))
    return _Draft([*others, entry, *again], tuple(again), window)


def _managed(plan: Plan, part: Part, child: Child, chance: random.Random, make: _Make, day: dt.date) -> _Draft | None:
    """Who came to be managed by several agencies, known from before."""
    early, window = [*_early(child, chance, make, part)], window_from(day)
    again = list(_reoffending(plan, part, chance, make, window))
    end = day + dt.timedelta(days=chance.randrange(90, 400)) if chance.random() < 0.7 else None
    flag = Flag(chance.choice(["ODOC", "MAPPA"]), day, end)
    is_child = 10 <= age_on(child.date_of_birth, day) < ADULT
    return _Draft([*early, *again], tuple(again), window, (flag,)) if early and is_child else None


def _sentenced(plan: Plan, part: Part, child: Child, chance: random.Random, make: _Make, day: dt.date) -> _Draft | None:
    """Who was sentenced to custody, on remand before it for the planned nights or not at all."""
    case = make([_drawn(chance)], _chosen(chance, _CUSTODIAL_OUTCOMES), day - days(chance, 75, 0.3))
    case = _remanded(case, part.nights)
    is_child = all(10 <= age_on(child.date_of_birth, held) < ADULT for held in (case.arrested, case.decided))
    return _Draft([*_early(child, chance, make, part), case]) if is_child else None


def _entrant(plan: Plan, part: Part, child: Child, chance: random.Random, make: _Make, day: dt.date) -> _Draft | None:
    """Whose first outcome it was; what was resolved in the community before is none."""
    before = [make([_drawn(chance)], "COMMUNITY_RESOLUTION", day - days(chance, 240))] if chance.random() < 0.17 else []
    case = make([_drawn(chance)], _chosen(chance, _FIRST_OUTCOMES), day - days(chance, 60, 0.3))
    return _Draft([*before, case])


_DRAFTS: dict[str, Callable[[Plan, Part, Child, random.Random, _Make, dt.date], _Draft | None]] = {
    **{"cohort": _cohort, "managed": _managed, "custody": _sentenced, "entrants": _entrant}
}


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


def _early(child: Child, chance: random.Random, make: _Make, part: Part) -> Iterator[Case]:
    """What went before, some of it under laws that are no more."""
    tenth = birthday(child.date_of_birth, 10)
    if tenth < _ORDERS_END - dt.timedelta(days=60) and chance.random() < 0.7:
        yield make([_drawn(chance)], _OLD_ORDERS[child.number % 4], _between(chance, tenth, _ORDERS_END))
    last = _REPRIMANDS_END - dt.timedelta(days=30)
    if tenth < last and chance.random() < 0.5:
        yield make([_drawn(chance)], _WARNINGS[child.number % 2], _between(chance, tenth, last))
    recent = max(tenth, part.span.first - dt.timedelta(days=900), _REPRIMANDS_END)
    last = part.known_by - dt.timedelta(days=150)
    while recent < last and chance.random() < 0.4:
        recent = _between(chance, recent, last)
        yield make([_drawn(chance)], _chosen(chance, _REOFFENCE_OUTCOMES), recent)


def _reoffending(plan: Plan, part: Part, chance: random.Random, make: _Make, window: Window) -> Iterator[Case]:
    """Cases of the planned number of offences, one to four each, most of them soon after the index."""
    reoffences = part.reoffences
    while reoffences > 0:
        kinds = chance.sample(_COUNTING, min(reoffences, chance.choices([1, 2, 3, 4], [50, 28, 14, 8])[0]))
        for _ in range(_TRIES):
            day = window.entered + days(chance, 80, 1.0) + dt.timedelta(days=1)
            case = make(kinds, _chosen(chance, _REOFFENCE_OUTCOMES), day)
            is_clear = not part.is_crowded or _is_clear(plan, part, case)
            if is_clear and all(counts(offence, window) for offence in case.offences):
                break
        yield case
        reoffences -= len(kinds)


def _not_counting(chance: random.Random, make: _Make, entry: Case, window: Window) -> Iterator[Case]:
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


def _remanded(case: Case, nights: int) -> Case:
    """The case with so many nights on remand up to the sentence; all that led to it as much earlier as they take."""
    episodes = tuple(episode for episode in case.episodes if episode.kind != "REMAND")
    if nights == 0 or case.charged is None:
        return replace(case, episodes=episodes)
    start = case.decided - dt.timedelta(days=nights)
    sooner = max(case.charged - (start - ONE_DAY), dt.timedelta(0))
    remand = Episode("REMAND", episodes[0].placement, start, case.decided, "SENTENCED")
    return replace(
        case,
        offences=tuple(
            replace(offence, start=offence.start - sooner, end=offence.end and offence.end - sooner)
            for offence in case.offences
        ),
        arrested=case.arrested - sooner,
        charged=case.charged - sooner,
        first_hearing=case.first_hearing and case.first_hearing - sooner,
        episodes=(remand, *episodes),
    )


def _adds_its_part(plan: Plan, part: Part, child: Child, draft: _Draft) -> bool:
    """Whether the life adds to each figure of the plan what its part says."""
    years = plan.spans("custody", "remand")
    if draft.window is not None:
        again = draft.again
        if any(counts(offence, draft.window) != (case in again) for case in draft.cases for offence in case.offences):
            return False
    sentenced = [day for day in custody_days(draft.cases) if any(day in year for year in years)]
    nights = [episode for episode in remands(draft.cases) if _touches(episode, years)]
    return (
        _enters_as_planned(plan, part, child, draft)
        and _is_first_as_planned(plan, part, child, draft.cases)
        and len(sentenced) == (part.kind == "custody")
        and all(day in part.span for day in sentenced)
        and len(nights) == (part.nights > 0)
        and all(episode.start in part.span for episode in nights)
    )


def _enters_as_planned(plan: Plan, part: Part, child: Child, draft: _Draft) -> bool:
    """The index is the first entry in its quarter, as a child, and there is none in another quarter of the plan."""
    entries = [day for day in entry_days(draft.cases) if any(day in quarter for quarter in plan.quarters)]
    if part.kind != "cohort" or draft.window is None:
        return not entries
    index = draft.window.entered
    others = [day for day in entries if day not in part.span]
    return not others and min(entries) == index and 10 <= age_on(child.date_of_birth, index) < ADULT


def _is_first_as_planned(plan: Plan, part: Part, child: Child, cases: list[Case]) -> bool:
    """The first outcome of a first-time entrant lies in its span, that of the others in no year that is planned."""
    first = first_proven(cases)
    if not part.is_entrant:
        return first is None or not any(first in year for year in plan.spans("entrants"))
    held = [case for case in cases if first in {decision.day for one in case.offences for decision in one.decisions}]
    is_child = all(
        10 <= age_on(child.date_of_birth, day) < ADULT for case in held for day in (case.arrested, case.decided)
    )
    return first is not None and first in part.span and is_child


def _is_clear(plan: Plan, part: Part, case: Case) -> bool:
    """Whether a case adds to no other figure than that of its part."""
    quarters = [quarter for quarter in plan.quarters if quarter != part.span]
    years = plan.spans("custody", "remand")
    return (
        not any(day in quarter for day in entry_days([case]) for quarter in quarters)
        and not any(day in year for day in custody_days([case]) for year in years)
        and not any(_touches(episode, years) for episode in remands([case]))
    )


def _touches(episode: Episode, years: list[Span]) -> bool:
    end = episode.end or dt.date.max
    return any(episode.start <= year.last and end >= year.first for year in years)


def _is_possible(draft: _Draft) -> bool:
    return _is_free(draft.cases) and _is_lawful(draft.cases)


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


def _drawn(chance: random.Random) -> Kind:
    return chance.choices(_COUNTING, [kind.weight for kind in _COUNTING])[0]


def _chosen(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
