"""Entry: rules E1 to E6. E6 itself stands in `dates`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .dates import age_on, follow_up_end, period_of, periods_between, proof_end
from .model import (
    NULL_DATE,
    Definition,
    Event,
    Member,
    Offence,
    Outcome,
    Period,
    Proof,
    Reference,
    Version,
    day,
    text,
)
from .offences import deciding, diversion_of, in_scope, proof_of, standing
from .persons import Person, World, identity_of, one_service, service_of_offence_event
from .stays import Stay, end_at, stays_of

SENTENCED = ("SENTENCE", "RECALL")
SERIOUS_CATEGORIES = ("ROBBERY", "DRUGS", "VIOLENCE_AGAINST_THE_PERSON")


@dataclass(frozen=True)
class Life:
    """What entry is made of: a person with the offences."""

    world: World
    person: Person
    offences: list[Offence]
    reference: Reference


def events_of(life: Life, definition: Definition) -> list[Event]:
    """E1: every entry event of a person, those that do not enter with the reason."""
    events: list[Event] = []
    if definition.entry in ("outcome", "outcome_or_release"):
        events += outcome_events(life, definition)
    if definition.entry in ("release", "outcome_or_release"):
        events += release_events(life, definition)
    if definition.entry == "flag":
        events += flag_events(life, definition)
    return events


def outcome_events(life: Life, definition: Definition) -> list[Event]:
    """E1: offences proven in an entry tier; where diversion is one, also the earliest standing diversion outcome."""
    proofs = [(offence, proof) for offence in life.offences for proof in outcomes_of_entry(life, offence, definition)]
    events = []
    for offence, proof in proofs:
        period = period_of(definition.cohort_period, proof.day)
        if period is None or proof.tier not in definition.entry_tiers or proof.tier == "custody":
            continue  # custodial sentences are no entry, whatever the entry tiers
        occasion = tuple({other: None for other, of_other in proofs if of_other.day == proof.day})
        yot, reason = service_of_offence_event(life.world, life.person, offence, proof.day, life.offences)
        if not in_scope(offence, definition.offence_scope):
            reason = "out_of_scope"
        event = Event("outcome", proof.day, period, yot, reason, offence, proof.tier, proof.outcome, occasion)
        events.append(with_limits(life, definition, event))
    return events


def outcomes_of_entry(life: Life, offence: Offence, definition: Definition) -> list[Proof]:
    """E1: the proof of an offence (custodial sentences included, for E3), and its diversion outcome before that."""
    proof = proof_of(offence, life.reference, definition.proof_sources)
    found = [proof] if proof else []
    if "diversion" in definition.entry_tiers:
        diversion = diversion_of(offence, life.reference, definition.proof_sources)
        if diversion and not (proof and proof.day <= diversion.day):
            found.append(diversion)
    return found


def began_with_sentence(stay: Stay) -> bool:
    """E2: stays that began with RECALL are no entry."""
    return text(stay.episodes[0].row, "kind") == "SENTENCE"


def last_episodes(life: Life, stay: Stay) -> list[Version]:
    """The episodes whose end is that of the stay, those of the service first to which P3 gives the release.

    Of one service's those with an occasion come first, then the latest start."""
    last = [episode for episode in stay.episodes if end_at(episode, life.world.as_of) == stay.end]
    if stay.end is None:
        return last
    service = one_service(life.person, [episode.source for episode in last], stay.end)
    last.sort(key=lambda episode: (text(episode.row, "episode_id") or "").encode())
    last.sort(key=lambda episode: day(episode.row, "start_date") or NULL_DATE, reverse=True)
    return sorted(last, key=lambda e: (e.source != service, e.source.encode(), text(e.row, "occasion_id") is None))


def release_events(life: Life, definition: Definition) -> list[Event]:
    """E1, E2: ends of stays that began with a sentence, if end_reason is empty or RELEASED."""
    events = []
    for stay in stays_of(life.person, SENTENCED, life.world.as_of):
        if stay.end is None or not began_with_sentence(stay):
            continue
        last = last_episodes(life, stay)
        period = period_of(definition.cohort_period, stay.end)
        if text(last[0].row, "end_reason") in (None, "RELEASED") and period is not None:
            events.append(with_limits(life, definition, release_event(life, definition, last, stay.end, period)))
    return events


def release_event(life: Life, definition: Definition, last: list[Version], end: date, period: Period) -> Event:
    """E2: it enters if one of its offences is in scope, or none is linked."""
    linked = linked_offences(life, last)
    occasion = tuple({offence: None for offence, _ in linked})
    entering = [(o, outcome) for o, outcome in linked if in_scope(o, definition.offence_scope)]
    yot, reason = last[0].source, None
    if linked and not entering:
        reason = "out_of_scope"
    if not linked and definition.entry_filter != "none":
        reason = "release_unlinked"
    if not entering:
        return Event("release", end, period, yot, reason, None, "custody", None, occasion)
    offence, outcome = min(entering, key=lambda pair: _principal_order(life.reference, *pair))
    return Event("release", end, period, yot, reason, offence, "custody", outcome.code, occasion)


def _principal_order(
    reference: Reference, offence: Offence, outcome: Outcome
) -> tuple[int, int, tuple[bytes, ...], tuple[bytes, ...]]:
    """E4: the gravest tier, then the gravest offence; every tie ends at the record."""
    gravity = reference.gravity.get(outcome.tier or "none", -9)
    return -gravity, -(offence.seriousness or 0), offence.head.order, outcome.order


def linked_offences(life: Life, last: Sequence[Version]) -> list[tuple[Offence, Outcome]]:
    """E2: a release's offences: of its episode's occasion, else of the latest custodial outcome by its start."""
    occasion = text(last[0].row, "occasion_id")
    found = [
        (offence, outcome)
        for offence in life.offences
        for record in offence.cms
        for outcome in record.outcomes
        if occasion is not None and (outcome.source, outcome.occasion) == (last[0].source, occasion)
    ]
    if found:
        return found
    start = day(last[0].row, "start_date")
    custodial = [
        (offence, outcome)
        for offence in life.offences
        for outcome in standing(deciding(offence))
        if outcome.tier == "custody" and start is not None and outcome.day <= start
    ]
    latest = max((outcome.day for _, outcome in custodial), default=None)
    return [(offence, outcome) for offence, outcome in custodial if outcome.day == latest]


def flag_events(life: Life, definition: Definition) -> list[Event]:
    """E1: the first day in the period on which one of entry_flags holds."""
    first_days: dict[tuple[Period, str], date] = {}
    for version in life.person.tables["child_flag"]:
        start, end = day(version.row, "start_date"), day(version.row, "end_date")
        if text(version.row, "flag") not in definition.entry_flags or start is None:
            continue
        last = life.world.as_of if end is None else min(end, life.world.as_of)
        for period in periods_between(definition.cohort_period, start, last):
            first = max(start, period.start)
            if first > last:
                continue
            key = (period, version.source)
            first_days[key] = min(first, first_days.get(key, first))
    events = []
    for (period, yot), first in sorted(first_days.items(), key=lambda pair: (pair[1], pair[0][1])):
        events.append(with_limits(life, definition, flag_event(first, period, yot)))
    return events


def flag_event(on: date, period: Period, yot: str) -> Event:
    """E5: an entry by flag has no index offence, and so no outcome, tier, group or seriousness."""
    return Event("flag", on, period, yot, reason=None, offence=None, tier=None, outcome=None, occasion=())


def with_limits(life: Life, definition: Definition, event: Event) -> Event:
    """E3, E4: an event outside the age limits, or whose occasion does not meet the filter, with its reason."""
    born, _ = identity_of(life.person)
    reason = event.reason
    if reason is None and (born is None or not definition.min_age <= age_on(born, event.day) <= definition.max_age):
        reason = "age"
    if reason is None and not meets_filter(definition.entry_filter, event.occasion):
        reason = "entry_filter"
    return Event(
        event.kind,
        event.day,
        event.period,
        event.yot,
        reason,
        event.offence,
        event.tier,
        event.outcome,
        event.occasion,
    )


def meets_filter(entry_filter: str, occasion: Sequence[Offence]) -> bool:
    """E3: holds if any offence of the entry occasion meets it; what is unknown does not (O3)."""
    if entry_filter == "none":
        return True
    if entry_filter == "knife":
        return any(offence.knife is True for offence in occasion)
    if entry_filter == "serious_violence":
        return any(
            offence.category in SERIOUS_CATEGORIES and 5 <= (offence.seriousness or 0) <= 8 for offence in occasion
        )
    raise ValueError(f"unknown entry filter {entry_filter}")


def event_order(reference: Reference, event: Event) -> tuple[date, bool, int, int, tuple[bytes, ...]]:
    """E4: the earliest; on one day a release before an outcome, then the gravest tier, then the gravest offence."""
    gravity = reference.gravity.get(event.tier or "none", -9)
    seriousness = (event.offence.seriousness or 0) if event.offence else 0
    return event.day, event.kind != "release", -gravity, -seriousness, event.offence.head.order if event.offence else ()


def members_of(life: Life, definition: Definition, events: list[Event]) -> list[Member]:
    """E4: a child enters once per definition, period and service, at the earliest entry event."""
    first: dict[tuple[str, str], Event] = {}
    for event in sorted(events, key=lambda event: event_order(life.reference, event)):
        if event.reason is None and event.yot is not None:
            first.setdefault((event.period.label, event.yot), event)
    return [
        Member(
            definition,
            event,
            yot,
            life.person.person_key,
            follow_up_end(event.day, definition.follow_up_months),
            proof_end(event.day, definition.follow_up_months, definition.waiting_months),
        )
        for (_, yot), event in first.items()
    ]
