"""Cases: what one arrest came to, from the offences to the last decision; each step follows the one before."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from live_tracker.identity.identifiers import check_letter
from tests.sample_data.children import ADULT, Child, age_on
from tests.sample_data.custody import Episode, episodes_of, held_until
from tests.sample_data.delays import days, weekday
from tests.sample_data.offences import (
    COURT_ORDERS,
    CUSTODY,
    DISPOSAL,
    DIVERSION,
    NON_CONVICTIONS,
    OUT_OF_COURT,
    SUBSTANTIVE,
    TIERS,
    Kind,
)

FORCE = "20"
SETTLING = dt.timedelta(days=45)
"""By then both systems have heard the result of an appeal; the courts announce none so shortly before the last night."""

_FALLING = 0.1
_LESSER = {"first_tier": "ABSOLUTE_DISCHARGE", "community": "CONDITIONAL_DISCHARGE"}
_RESENTENCED = {"REFERRAL_ORDER": "YRO", "REPARATION_ORDER": "REFERRAL_ORDER", "YRO": "YRO_ISS"}


class Decision(NamedTuple):
    """What was decided of an offence on a day; `appeal` is how an appeal against it stood, and from which day on."""

    day: dt.date
    outcome: str
    appeal: tuple[tuple[dt.date, str], ...] = ()


class Holder(NamedTuple):
    """A service that holds a record of a case, and where the child lived as that service has it."""

    service: str
    residence: str


@dataclass(frozen=True)
class Offence:
    """An offence as it happened; `end` only where it went on for days. Its decisions may differ from its case's."""

    number: int
    kind: Kind
    start: dt.date
    end: dt.date | None
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Case:
    """What one arrest came to. Days that have not come yet are in the future: nobody has written them down.

    `service` is that to which the case belongs, None for one out of area or of an adult.
    """

    number: int
    service: str | None
    holders: tuple[Holder, ...]
    offences: tuple[Offence, ...]
    arrested: dt.date
    charged: dt.date | None
    first_hearing: dt.date | None
    outcome: str
    decided: dt.date
    is_adult: bool
    is_on_police_record: bool
    episodes: tuple[Episode, ...] = ()
    free_from: dt.date | None = None

    @property
    def asn(self) -> str:
        """The arrest/summons number: force, check letter and all."""
        year, serial = f"{self.arrested:%y}", f"{self.number:011d}"
        return f"{year}{FORCE}0100{serial}{check_letter(int(f'{FORCE}00{year}{serial}'))}"

    @property
    def is_substantive(self) -> bool:
        return any(
            TIERS[decision.outcome] in SUBSTANTIVE for offence in self.offences for decision in offence.decisions
        )


def make_case(
    child: Child,
    chance: random.Random,
    kinds: Sequence[Kind],
    outcome: str,
    day: dt.date,
    *,
    arrested: dt.date,
    number: int,
    until: dt.date,
    beside: Case | None = None,
    ending: str = "RELEASED",
    falling: float = _FALLING,
) -> Case:
    """A case of offences from the day `day` on with an outcome; `beside` is the case of whoever was arrested with them.

    `falling` is the chance of an offence beside the first to be dropped, `ending` how a sentence in custody ends.
    """
    is_adult = age_on(child.date_of_birth, arrested) >= ADULT
    charged, first_hearing, decided = _steps(chance, arrested, outcome) if beside is None else _steps_beside(beside)
    if outcome == "DTO" and age_on(child.date_of_birth, decided) >= ADULT:
        outcome = "YOI"
    decisions = _decisions(chance, outcome, decided, until)
    episodes = episodes_of(child, chance, outcome, charged, decided, ending) if charged and not is_adult else ()
    imprisoned = decided + dt.timedelta(days=90) if is_adult and outcome in CUSTODY else None
    return Case(
        number=number,
        service=None if is_adult or child.is_visitor else child.service_on(arrested),
        holders=() if is_adult else (Holder(child.service_on(arrested), "OTHER" if child.is_visitor else "LOCAL"),),
        offences=tuple(_offences(chance, kinds, day, arrested, number, decisions, falling)),
        arrested=arrested,
        charged=charged,
        first_hearing=first_hearing,
        outcome=outcome,
        decided=decided,
        is_adult=is_adult,
        is_on_police_record=is_adult or outcome not in ("NFA", *DIVERSION) or chance.random() < 0.75,
        episodes=episodes,
        free_from=imprisoned or held_until(episodes),
    )


def held_elsewhere(case: Case, child: Child, services: Sequence[str], chance: random.Random) -> Case:
    """The case as the services hold it: some are held by another service as well, or by another instead."""
    lot, others = chance.random(), [service for service in services if service != case.service]
    if case.service is None or lot > 0.07:
        return case
    is_settled = child.moved_on is None
    if lot < 0.02 and others and is_settled and not case.episodes:
        return replace(case, holders=(Holder(chance.choice(others), "OTHER"),))
    # two services know of one event by the child's PNC id alone
    if lot < 0.05 and others and case.is_on_police_record:
        residence = "LOCAL" if is_settled and chance.random() < 0.3 else "OTHER"
        return replace(case, holders=(*case.holders, Holder(chance.choice(others), residence)))
    if is_settled:
        return replace(case, holders=(Holder(case.service, "OTHER"),))
    return case


def _steps(chance: random.Random, arrested: dt.date, outcome: str) -> tuple[dt.date | None, dt.date | None, dt.date]:
    """Charge and first hearing, if it goes to court, and the day of the outcome."""
    charged = arrested + days(chance, 30) if outcome not in OUT_OF_COURT else None
    first_hearing = weekday(charged + days(chance, 24, 0.4)) if charged else None
    return charged, first_hearing, weekday((first_hearing or arrested) + days(chance, 21, 0.8))


def _steps_beside(other: Case) -> tuple[dt.date | None, dt.date | None, dt.date]:
    return other.charged, other.first_hearing, other.decided


def _decisions(chance: random.Random, outcome: str, decided: dt.date, until: dt.date) -> tuple[Decision, ...]:
    """The outcome, and what became of it: an appeal, or a new sentence for the same offence."""
    lot = chance.random()
    if lot < 0.06 and (outcome in COURT_ORDERS or outcome in CUSTODY):
        return tuple(_appealed(chance, outcome, decided, until))
    if lot < 0.12 and outcome in _RESENTENCED:
        again = weekday(decided + days(chance, 120, 0.4))
        return Decision(decided, outcome), Decision(again, _RESENTENCED[outcome])
    return (Decision(decided, outcome),)


def _appealed(chance: random.Random, outcome: str, decided: dt.date, until: dt.date) -> Iterator[Decision]:
    lodged = decided + days(chance, 12, 0.3)
    heard = weekday(lodged + days(chance, 120))
    if until - SETTLING < heard <= until:
        heard = until + dt.timedelta(days=1)
    # who serves a sentence in custody has served it by then
    results = ["DISMISSED"] if outcome in CUSTODY else ["DISMISSED", "SUCCESSFUL", "CHANGED"]
    result = chance.choice(results)
    yield Decision(decided, outcome, ((lodged, "PENDING"), (heard, result)))
    if result == "CHANGED":
        yield Decision(heard, _LESSER[TIERS[outcome]])


def _offences(
    chance: random.Random,
    kinds: Sequence[Kind],
    day: dt.date,
    arrested: dt.date,
    number: int,
    decisions: tuple[Decision, ...],
    falling: float,
) -> Iterator[Offence]:
    """Offences of different kinds or days: who does the same twice on one day is charged once."""
    done: set[tuple[str, dt.date]] = set()
    for place, kind in enumerate(kinds):
        start = min(day + dt.timedelta(days=place), arrested)
        is_range = chance.random() < 0.05
        end = min(start + days(chance, 5), arrested) if is_range else None
        first = decisions[0]
        falls = place > 0 and first.outcome in DISPOSAL and first.outcome not in OUT_OF_COURT
        if falls and first.outcome not in NON_CONVICTIONS and chance.random() < falling:
            fallen = chance.choice(["WITHDRAWN", "DISCONTINUED", "DISMISSED"])
            decided: tuple[Decision, ...] = (Decision(first.day, fallen),)
        else:
            decided = decisions
        if (kind.cjs_code, start) not in done:
            yield Offence(number * 10 + place, kind, start, end, decided)
        done.add((kind.cjs_code, start))
