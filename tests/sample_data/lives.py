"""Lives: children, and the cases that come of what they do; each step follows the one before by a delay of its own.

Every child has a source of chance of its own, so that more children leave the others as they are. Only a younger
brother or sister looks at another life: that of the elder, whose number is lower.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from faker import Faker

from live_tracker.identity.identifiers import check_letter
from tests.sample_data.cases import Case, held_elsewhere, make_case
from tests.sample_data.children import ADULT, SERVICES, Child, age_on, birthday, born, elder_of, younger
from tests.sample_data.delays import days
from tests.sample_data.offences import BREACHES, CUSTODY, FATES, Fate, Kind, draw_kind, draw_outcome

HISTORY_YEARS = 3
_FATED = 20
"""Every twentieth child of a service is dealt one of the rarest things."""
_MOST_CASES = 40
_BREACH_OUTCOMES = ("YRO", "CONDITIONAL_DISCHARGE", "FINE")


class Flag(NamedTuple):
    """A flag of a child from its first day to its last, if it has one."""

    name: str
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True)
class Life:
    """A child and its cases, first arrest first; `chance` is what else is drawn about the child.

    `scribe` draws the errors of those who write about it, so that none of them changes anything else. `flags` are the
    child's where a plan says so; of others they follow from the cases.
    """

    child: Child
    cases: tuple[Case, ...]
    chance: random.Random = field(compare=False)
    scribe: random.Random = field(compare=False)
    flags: tuple[Flag, ...] | None = None

    @property
    def pnc_id(self) -> str | None:
        """Canonical; of the year of the first arrest on the police record, if there is one."""
        first = next((case.arrested for case in self.cases if case.is_on_police_record), None)
        return None if first is None else pnc_id(first.year, 1000 + self.child.number)

    @property
    def services(self) -> list[str]:
        """The services that hold a record of the child."""
        return sorted({holder.service for case in self.cases for holder in case.holders})


def pnc_id(year: int, serial: int) -> str:
    return f"{year}/{serial:07d}{check_letter(year % 100 * 10_000_000 + serial)}"


def live(services: int, children: int, seed: int, until: dt.date) -> Iterator[Life]:
    """The lives of `children` children of each of `services` services that had a first arrest by the day `until`."""
    fake = Faker("en_GB")
    names = SERVICES[:services]
    lives: dict[int, Life] = {}
    for number in range(services * children):
        chance = random.Random(f"{seed}/{number}")  # a text seeds alike on every machine
        fake.seed_instance(chance.getrandbits(64))
        elder = lives.get(elder_of(number, services) or -1)
        if elder is None:
            child, beside = born(number, names, chance, fake, until), None
        else:
            child, beside = younger(number, elder.child, services, chance, fake), _joined(elder, chance)
        place = number // services
        fate = FATES[(place // _FATED + number) % len(FATES)] if place % _FATED == _FATED - 7 else None
        cases = (held_elsewhere(case, child, names, chance) for case in _cases(child, chance, until, beside, fate))
        lives[number] = Life(child, tuple(cases), chance, random.Random(f"{seed}/{number}/scribe"))
        yield lives[number]


def _joined(elder: Life, chance: random.Random) -> Case | None:
    """The case of the elder in which the younger had a part."""
    cases = [case for case in elder.cases if not case.is_adult and case.outcome not in CUSTODY]
    return chance.choice(cases[:3]) if cases and chance.random() < 0.75 else None


def _cases(
    child: Child, chance: random.Random, until: dt.date, beside: Case | None, fate: Fate | None
) -> Iterator[Case]:
    """The cases of a child in turn: the more there were, the likelier the next and its outcome the graver."""
    earliest = max(birthday(child.date_of_birth, 10), until - dt.timedelta(days=365 * HISTORY_YEARS))
    latest = min(until, birthday(child.date_of_birth, ADULT) - dt.timedelta(days=1))
    risk = chance.betavariate(2, 3.5)
    day = earliest + dt.timedelta(days=chance.randrange(max(1, (latest - earliest).days)))
    if beside is not None and beside.offences[0].start >= earliest:
        day = beside.offences[0].start
    else:
        beside = None
    before: list[Case] = []
    while day <= until and len(before) < _MOST_CASES:
        case = _next_case(child, chance, day, before, until, beside, fate)
        if case.arrested > until:
            return
        yield case
        before.append(case)
        beside = fate = None
        substantive = sum(one.is_substantive for one in before)
        # fewer come back from year to year
        if chance.random() > min(0.9, risk + 0.06 * substantive) * (
            1.1 - 0.05 * (day.year - until.year + HISTORY_YEARS)
        ):
            return
        # not before the end of custody
        free = max(case.free_from or day, case.offences[-1].start)
        if free >= until:
            return
        day = max(day + days(chance, 95, 0.9), free) + dt.timedelta(days=1)


def _next_case(
    child: Child,
    chance: random.Random,
    day: dt.date,
    before: list[Case],
    until: dt.date,
    beside: Case | None,
    fate: Fate | None,
) -> Case:
    number, arrested = child.number * 100 + len(before), day + days(chance, 1.5, 1.0)
    make = partial(make_case, child, chance, number=number, until=until)
    if beside is not None:
        return make([beside.offences[0].kind], beside.outcome, day, arrested=beside.arrested, beside=beside)
    age = age_on(child.date_of_birth, arrested)
    if fate is not None and 12 <= age < ADULT:
        return make([fate.kind], fate.outcome, day, arrested=arrested, ending=fate.end_reason)
    kinds = _kinds(chance)
    substantive, worst = sum(case.is_substantive for case in before), max(kind.seriousness for kind in kinds)
    outcome = draw_outcome(chance, worst, substantive, day.year, is_adult=age >= ADULT)
    breach = BREACHES.get(before[-1].outcome) if before else None
    if breach is not None and age < ADULT and chance.random() < 0.16:
        kinds, outcome = [breach, *kinds[1:]], chance.choice(_BREACH_OUTCOMES)
    return make(kinds, outcome, day, arrested=arrested)


def _kinds(chance: random.Random) -> list[Kind]:
    kinds = [draw_kind(chance)]
    while chance.random() < 0.28 and len(kinds) < 6:
        kinds.append(draw_kind(chance))
    return kinds
