"""The whole run: from versions and links to the published rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .breakdowns import annual_of, breakdowns_of, milestones_of, times_of
from .characteristics import characteristics_of
from .disproportionality import Seen, disproportionality_of, ethnic_group_of
from .entry import Life, events_of, members_of
from .ete import Order, ete_of, orders_of
from .figures import (
    is_first_time_entrant,
    pending_offences,
    previous_offences,
    reoffence_columns,
    reoffence_proof,
    state_of,
    summaries_of,
)
from .indicators import (
    Entrant,
    OutcomeDay,
    custody_of,
    entrant_of,
    first_time_entrants_of,
    outcome_days_of,
    proofs_known_to,
)
from .model import (
    BOTH_FEEDS,
    Definition,
    Event,
    Link,
    Member,
    Offence,
    Parameters,
    Record,
    Reference,
    Result,
    Supply,
    Version,
)
from .offences import class_of, deciding, diversions_of, offences_of, proof_of
from .persons import build_world, service_of_offence_event
from .records import RecordShelf
from .remand import Remand, remand_of, remands_of
from .spans import spans_of
from .survival import survival_of


def run(
    history: list[Version],
    links: list[Link],
    reference: Reference,
    parameters: Parameters,
    supplies: list[Supply] | None = None,
) -> Result:
    """Every member, reoffence, class and summary of the definitions, as at A and as known at K.

    `supplies`: the tables that services send; without it those of which there is a row.
    """
    world = build_world(history, links, parameters, supplies)
    shelf = RecordShelf(world, reference)
    result = Result([], [], [], [])
    beside = Beside()
    for person in world.persons:
        records = shelf.records_of(person)
        offences, unpaired = offences_of(records, reference)
        life = Life(world, person, offences, reference)
        beside.add(life)
        result.unpaired_same_asn.extend(
            {"person_key": person.person_key, **_record_columns(record)} for record in unpaired
        )
        for definition in parameters.definitions:
            events = events_of(life, definition)
            result.events.extend(_event_row(person.person_key, definition, event) for event in events)
            for member in members_of(life, definition, events):
                _add_member(result, life, member, records)
    for table, key in ((result.members, ()), (result.reoffences, ("offence_key",))):
        table.sort(key=lambda row: [row[column] for column in ("definition", "cohort", "yot", "person_key", *key)])
    result.summaries.extend(summaries_of(result.members, parameters.as_of))
    result.annual.extend(annual_of(parameters.definitions, result.members, parameters.as_of))
    result.breakdowns.extend(breakdowns_of(result.members, parameters.as_of))
    result.times.extend(times_of(result.members))
    result.milestones.extend(milestones_of(parameters.definitions, result.members, result.reoffences, parameters.as_of))
    result.survival.extend(survival_of(parameters.definitions, result.members))
    beside.tell(result, reference, parameters)
    return result


@dataclass
class Beside:
    """What the indicators beside reoffending are counted of, person after person."""

    first_proofs: dict[str, date] = field(default_factory=dict)
    entrants: list[Entrant] = field(default_factory=list)
    outcome_days: list[OutcomeDay] = field(default_factory=list)
    remands: list[Remand] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)

    def add(self, life: Life) -> None:
        """I1 to I5: what a person brings to each of them."""
        for service, on in proofs_known_to(life):
            self.first_proofs[service] = min(on, self.first_proofs.get(service, on))
        if entrant := entrant_of(life):
            self.entrants.append(entrant)
        self.outcome_days += outcome_days_of(life)
        self.groups[life.person.person_key] = ethnic_group_of(life.person, life.reference)
        self.remands += remands_of(life)
        self.orders += orders_of(life)

    def tell(self, result: Result, reference: Reference, parameters: Parameters) -> None:
        """I1 to I5: the rows of each."""
        as_of = parameters.as_of
        spans = spans_of(self.first_proofs, as_of)
        result.first_time_entrants.extend(first_time_entrants_of(self.entrants, spans, reference, as_of))
        result.custody.extend(custody_of(self.outcome_days, spans, reference, as_of))
        result.remand.extend(remand_of(self.remands, spans, as_of))
        result.ete.extend(ete_of(self.orders, spans, as_of))
        seen = Seen(self.entrants, self.remands, self.outcome_days, self.groups)
        result.disproportionality.extend(disproportionality_of(seen, spans, result.members, reference, parameters))


def _add_member(result: Result, life: Life, member: Member, records: list[Record]) -> None:
    """O7: each record gets its class; R1: the offences of class reoffence are the member's reoffences."""
    reference = life.reference
    offence_of = {record: offence for offence in life.offences for record in offence.records}
    cell = {
        "definition": member.definition.definition,
        "cohort": member.event.period.label,
        "yot": member.yot,
        "person_key": member.person_key,
    }
    reoffences = []
    for record in records:
        offence = offence_of.get(record)
        outside = offence is not None and is_out_of_area(life, member.definition, offence)
        found = class_of(record, offence, member, reference, is_out_of_area=outside)
        result.classes.append({**cell, **_record_columns(record), "class": found})
        proof = reoffence_proof(offence, member, reference) if offence else None
        if offence and proof and found == "reoffence":
            reoffences.append((offence, proof))
    for offence, proof in reoffences:
        result.reoffences.append(
            {
                **cell,
                "offence_key": offence.key,
                "offence_date": offence.day,
                "outcome_date": proof.day,
                "outcome": proof.outcome,
                "tier": proof.tier,
                "offence_group": offence.group,
                "seriousness": offence.seriousness,
                "found_in": offence.found_in,
            }
        )
    result.members.append(
        {
            **cell,
            **_index_columns(member),
            **characteristics_of(life.world, life.person, member, reference),
            "previous_offences": previous_offences(life.offences, member, reference),
            "is_first_time_entrant": is_first_time_entrant(life.offences, member, reference),
            "follow_up_end": member.follow_up_end,
            "proof_end": member.proof_end,
            "state": state_of(member, life.world.as_of),
            **reoffence_columns(member, reoffences),
            "pending_offences": pending_offences(life.offences, member),
        }
    )


def is_out_of_area(life: Life, definition: Definition, offence: Offence) -> bool:
    """P2: the event of an offence, its proof or its first outcome, is excluded as out of area."""
    diversion_proves = "diversion" in definition.proof_tiers
    proof = proof_of(offence, life.reference, definition.proof_sources, diversion_proves=diversion_proves)
    proof = proof or proof_of(offence, life.reference)
    days = [outcome.day for outcome in diversions_of(offence, BOTH_FEEDS) or deciding(offence)]
    if not offence.cms or not (proof or days):
        return False
    on = proof.day if proof else min(days)
    return service_of_offence_event(life.world, life.person, offence, on, life.offences)[1] == "out_of_area"


def _index_columns(member: Member) -> dict[str, Any]:
    event = member.event
    return {
        "cohort_start": event.period.start,
        "cohort_end": event.period.end,
        "index_date": event.day,
        "index_outcome": event.outcome,
        "index_tier": event.tier,
        "index_offence_group": event.offence.group if event.offence else None,
        "index_seriousness": event.offence.seriousness if event.offence else None,
    }


def _record_columns(record: Record) -> dict[str, Any]:
    return {"source_system": record.system, "source": record.source, "record_id": record.record_id}


def _event_row(person_key: str, definition: Definition, event: Event) -> dict[str, Any]:
    return {
        "definition": definition.definition,
        "cohort": event.period.label,
        "yot": event.yot,
        "person_key": person_key,
        "kind": event.kind,
        "day": event.day,
        "reason": event.reason,
        "offence_key": event.offence.key if event.offence else None,
    }
