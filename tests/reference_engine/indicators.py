"""The indicators of children and sentences: rules I1, first-time entrants, and I2, custody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from .dates import age_on
from .entry import Life
from .figures import rate
from .model import Offence, Reference, Table
from .offences import deciding, proof_of, standing
from .persons import identity_of, service_of_offence_event, sources_of
from .spans import Span, rated

COURT_TIERS = ("first_tier", "community", "custody")


@dataclass(frozen=True)
class Entrant:
    """A child whose first substantive outcome ever makes it a first-time entrant of a service."""

    person_key: str
    yot: str
    day: date


@dataclass(frozen=True)
class OutcomeDay:
    """A day on which a child had a substantive outcome: the gravest tier of the day, and its service."""

    person_key: str
    yot: str
    day: date
    tier: str
    is_knife_related: bool


def is_child(life: Life, on: date) -> bool:
    """I1 to I3: 10 to 17 on a day."""
    born, _ = identity_of(life.person)
    return born is not None and 10 <= age_on(born, on) <= 17


def service_on(life: Life, offence: Offence, on: date) -> str | None:
    """P2: the service or area of an offence on a day, if it is not excluded."""
    return service_of_offence_event(life.world, life.person, offence, on, life.offences)[0]


def proofs_known_to(life: Life) -> list[tuple[str, date]]:
    """The services and days of a person's proofs: the first of a service is where its rows begin."""
    proofs = [(offence, proof.day) for offence in life.offences if (proof := proof_of(offence, life.reference))]
    found = [(service_on(life, offence, on), on) for offence, on in proofs]
    return [(service, on) for service, on in found if service in sources_of(life.world)]


def entrant_of(life: Life) -> Entrant | None:
    """I1: the person's earliest standing substantive outcome ever, if its hearing was that of a child, in the area."""
    proofs = [
        (offence, proof)
        for offence in life.offences
        if (proof := proof_of(offence, life.reference)) and proof.tier in life.reference.substantive
    ]
    if not proofs:
        return None
    gravity = life.reference.gravity
    offence, proof = min(
        proofs, key=lambda pair: (pair[1].day, -gravity[pair[1].tier], -(pair[0].seriousness or 0), pair[0].head.order)
    )
    service = service_on(life, offence, proof.day)
    if service is None or not is_child(life, heard_on(offence, proof.day)):
        return None
    return Entrant(life.person.person_key, service, proof.day)


def heard_on(offence: Offence, outcome_day: date) -> date:
    """I1: the day of the first hearing, else of the outcome; a first hearing after the outcome is not believed."""
    stated = [record.first_hearing for record in offence.cms if record.first_hearing]
    return min([*stated, outcome_day])


def outcome_days_of(life: Life) -> list[OutcomeDay]:
    """I2, I5: one per child and day, in its gravest tier; of several services with one tier the first by name."""
    gravity, key = life.reference.gravity, life.person.person_key
    of_day: dict[date, list[OutcomeDay]] = {}
    for offence in life.offences:
        for outcome in standing(deciding(offence)):
            on, tier, service = outcome.day, outcome.tier or "none", service_on(life, offence, outcome.day)
            if tier in life.reference.substantive and service is not None and is_child(life, on):
                of_day.setdefault(on, []).append(OutcomeDay(key, service, on, tier, offence.knife is True))
    days = []
    for told in of_day.values():
        gravest = min(told, key=lambda one: (-gravity[one.tier], one.yot.encode()))
        days.append(replace(gravest, is_knife_related=any(one.is_knife_related for one in told)))
    return days


def first_time_entrants_of(entrants: list[Entrant], spans: list[Span], reference: Reference, as_of: date) -> Table:
    """I1: first-time entrants of a span, per 100,000 children."""

    def counts_in(span: Span) -> dict[str, int]:
        return {"first_time_entrants": sum(span.holds(entrant.yot, entrant.day) for entrant in entrants)}

    return rated(spans, reference, as_of, 100_000, counts_in)


def custody_of(days: list[OutcomeDay], spans: list[Span], reference: Reference, as_of: date) -> Table:
    """I2: custodial sentences of a span, per 1,000 children and of all sentences."""

    def counts_in(span: Span) -> dict[str, object]:
        passed = [one for one in days if one.tier in COURT_TIERS and span.holds(one.yot, one.day)]
        custodial = sum(one.tier == "custody" for one in passed)
        share = rate(custodial, len(passed))
        return {"custodial_sentences": custodial, "sentences": len(passed), "share_of_sentences": share}

    return rated(spans, reference, as_of, 1_000, counts_in)
