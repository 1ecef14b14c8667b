"""Lives: children, and the cases that come of what they do; each step follows the one before by a delay of its own.

Every child has a source of chance of its own, so that more children leave the others as they are.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from faker import Faker

from live_tracker.identity.identifiers import check_letter
from tests.sample_data.offences import (
    BREACH,
    CAUTIONS,
    COURT_ORDERS,
    DIVERSION,
    NON_CONVICTIONS,
    Kind,
    draw_kind,
    draw_outcome,
)

SERVICES = ("wolverhampton", "northborough", "eastvale", "southmere", "westholm", "midford")
FORCE = "20"
HISTORY_YEARS = 3
ADULT = 18
_TWO_DAY_WEEKEND = 5
_ETHNICITIES = {"W1": 55, "W9": 5, "M1": 7, "M9": 3, "A1": 6, "A2": 6, "A9": 3, "B1": 5, "B2": 4, "B9": 2, "NS": 4}


@dataclass(frozen=True)
class Child:
    """A child as the world knows it. `moved_on` is the day on which `moved_to` takes over from `home`."""

    number: int
    forename: str
    surname: str
    date_of_birth: dt.date
    sex: str
    ethnicity: str
    postcode: str
    ward: int
    home: str
    moved_to: str | None
    moved_on: dt.date | None
    sen_status: str

    def service_on(self, day: dt.date) -> str:
        return self.moved_to if self.moved_to and self.moved_on and day >= self.moved_on else self.home


@dataclass(frozen=True)
class Offence:
    """An offence as it happened; `end` only where it went on for days. `outcome` may differ from its case's."""

    number: int
    kind: Kind
    start: dt.date
    end: dt.date | None
    outcome: str


@dataclass(frozen=True)
class Case:
    """What one arrest came to. Days that have not come yet are in the future: nobody has written them down."""

    number: int
    service: str
    offences: tuple[Offence, ...]
    arrested: dt.date
    charged: dt.date | None
    first_hearing: dt.date | None
    outcome: str
    decided: dt.date
    is_adult: bool
    is_local: bool
    is_on_police_record: bool
    released: dt.date | None = None

    @property
    def asn(self) -> str:
        """The arrest/summons number: force, check letter and all."""
        year, serial = f"{self.arrested:%y}", f"{self.number:011d}"
        return f"{year}{FORCE}0100{serial}{check_letter(int(f'{FORCE}00{year}{serial}'))}"


@dataclass(frozen=True)
class Life:
    """A child and its cases, first arrest first; `chance` is what else is drawn about the child."""

    child: Child
    cases: tuple[Case, ...]
    chance: random.Random = field(compare=False)

    @property
    def pnc_id(self) -> str | None:
        """Canonical; of the year of the first arrest on the police record, if there is one."""
        first = next((case.arrested for case in self.cases if case.is_on_police_record), None)
        if first is None:
            return None
        serial = 1000 + self.child.number
        return f"{first.year}/{serial:07d}{check_letter(first.year % 100 * 10_000_000 + serial)}"


def live(services: int, children: int, seed: int, until: dt.date) -> Iterator[Life]:
    """The lives of `children` children of each of `services` services that had a first arrest by the day `until`."""
    fake = Faker("en_GB")
    for number in range(services * children):
        chance = random.Random(f"{seed}/{number}")  # a text seeds alike on every machine
        fake.seed_instance(chance.getrandbits(64))
        child = _born(number, SERVICES[:services], chance, fake, until)
        yield Life(child, tuple(_cases(child, chance, until)), chance)


def days(chance: random.Random, median: float, spread: float = 0.6) -> dt.timedelta:
    """A delay in whole days, lognormal about its median."""
    return dt.timedelta(days=round(chance.lognormvariate(math.log(median), spread)))


def age_on(date_of_birth: dt.date, day: dt.date) -> int:
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


def _born(number: int, services: tuple[str, ...], chance: random.Random, fake: Faker, until: dt.date) -> Child:
    sex = "M" if chance.random() < 0.8 else "F"
    home = services[number % len(services)]
    others = [service for service in services if service != home]
    moves = bool(others) and chance.random() < 0.05
    return Child(
        number=number,
        forename=fake.first_name_male() if sex == "M" else fake.first_name_female(),
        surname=fake.last_name(),
        # of the age to offend as a child at some time of the history, the older the likelier
        date_of_birth=until - dt.timedelta(days=round(365.25 * chance.triangular(12, 20.5, 17.5))),
        sex=sex,
        ethnicity=chance.choices(list(_ETHNICITIES), list(_ETHNICITIES.values()))[0],
        postcode=fake.postcode(),
        ward=chance.randrange(1, 9),
        home=home,
        moved_to=chance.choice(others) if moves else None,
        moved_on=until - dt.timedelta(days=chance.randrange(30, 700)) if moves else None,
        sen_status=chance.choices(["NONE", "SEN_SUPPORT", "EHCP", ""], [50, 25, 15, 10])[0],
    )


def _cases(child: Child, chance: random.Random, until: dt.date) -> Iterator[Case]:
    """The cases of a child in turn: the more there were, the likelier the next and its outcome the graver."""
    tenth_birthday = child.date_of_birth + dt.timedelta(days=3653)
    earliest = max(tenth_birthday, until - dt.timedelta(days=365 * HISTORY_YEARS))
    latest = min(until, child.date_of_birth + dt.timedelta(days=6570))
    risk = chance.betavariate(2, 3.5)
    day = earliest + dt.timedelta(days=chance.randrange(max(1, (latest - earliest).days)))
    substantive = 0
    number = 0
    case: Case | None = None
    while day <= until and number < 40:
        case = _case(child, chance, day, child.number * 100 + number, substantive, case)
        if case.arrested > until:
            return
        yield case
        number += 1
        substantive += case.outcome not in (*DIVERSION, *NON_CONVICTIONS)
        if chance.random() > min(0.9, risk + 0.06 * substantive):
            return
        # not before the end of a sentence in custody
        day = max(day + days(chance, 95, 0.9), case.released or day) + dt.timedelta(days=1)


def _case(child: Child, chance: random.Random, day: dt.date, number: int, previous: int, before: Case | None) -> Case:
    arrested = day + days(chance, 1.5, 1.0)
    is_adult = age_on(child.date_of_birth, arrested) >= ADULT
    kinds = [draw_kind(chance)]
    while chance.random() < 0.28 and len(kinds) < 6:
        kinds.append(draw_kind(chance))
    if before is not None and before.outcome in COURT_ORDERS and chance.random() < 0.12:
        kinds.append(BREACH)
    outcome = draw_outcome(chance, max(kind.seriousness for kind in kinds), previous, is_adult=is_adult)
    to_court = outcome not in (*DIVERSION, *CAUTIONS)
    charged = arrested + days(chance, 30) if to_court else None
    first_hearing = _weekday(charged + days(chance, 24, 0.4)) if charged else None
    decided = _weekday((first_hearing or arrested) + days(chance, 21, 0.8))
    released = None
    if outcome in {"DTO", "IMPRISONMENT"}:
        released = decided + dt.timedelta(days=chance.choice([60, 90, 120, 180]))
    return Case(
        number=number,
        service=child.service_on(arrested),
        offences=tuple(_offences(chance, kinds, day, arrested, number, outcome)),
        arrested=arrested,
        charged=charged,
        first_hearing=first_hearing,
        outcome=outcome,
        decided=decided,
        is_adult=is_adult,
        is_local=chance.random() > 0.03,
        is_on_police_record=outcome not in DIVERSION or chance.random() < 0.6,
        released=released,
    )


def _offences(
    chance: random.Random, kinds: list[Kind], day: dt.date, arrested: dt.date, number: int, outcome: str
) -> Iterator[Offence]:
    for place, kind in enumerate(kinds):
        start = min(day + dt.timedelta(days=place), arrested)
        is_range = chance.random() < 0.05
        end = min(start + days(chance, 5), arrested) if is_range else None
        falls = place > 0 and outcome not in DIVERSION and chance.random() < 0.1
        yield Offence(number * 10 + place, kind, start, end, "WITHDRAWN" if falls else outcome)


def _weekday(day: dt.date) -> dt.date:
    """Courts and offices do not sit at the weekend."""
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() >= _TWO_DAY_WEEKEND else day
