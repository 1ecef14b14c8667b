"""Offences, their proof and their classes: rules O1 to O7. Pairing (O2) stands in `pairing`."""

from __future__ import annotations

from datetime import date

from .model import BOTH_FEEDS, PROVING_TIERS, Definition, Member, Offence, Outcome, Proof, Record, Reference
from .pairing import pair_records, unpaired_same_asn


def straddles(offence: Offence, index_date: date) -> bool:
    """O1: a range that straddles an index date counts as before it, by its start, and is flagged."""
    return offence.end is not None and offence.day <= index_date < offence.end


def offences_of(records: list[Record], reference: Reference) -> tuple[list[Offence], list[Record]]:
    """O2: a person's offences, from the records that are no orphans; and what is listed as unpaired_same_asn."""
    groups = pair_records(record for record in records if not record.is_orphan)
    heads = [group[0] for group in groups]
    offences = [one_offence(group, heads, reference) for group in groups]
    return sorted(offences, key=lambda offence: offence.head.order), unpaired_same_asn(groups)


def one_offence(group: list[Record], heads: list[Record], reference: Reference) -> Offence:
    """O2: date, range and code are the police record's. O3: circumstances come from CMS, else from the list."""
    police = [record for record in group if record.system == "pnc"]
    cms = [record for record in group if record.system == "cms"]
    dated = (police or cms)[0]
    listed = reference.offence_codes.get(dated.code)
    seriousness = next((record.seriousness for record in cms if record.seriousness is not None), None)
    return Offence(
        records=group,
        key=offence_key(group[0], heads),
        day=dated.day,
        end=dated.end,
        code=dated.code,
        is_mapped=listed is not None,
        is_recordable=listed is not None and listed.is_recordable,
        is_breach=listed is not None and listed.category == "CB",
        group=reference.group_of(dated.code),
        seriousness=reference.seriousness_of(dated.code) if seriousness is None else seriousness,
        category=next((record.category for record in cms if record.category), reference.category_of(dated.code)),
        knife=next((record.knife for record in cms if record.knife is not None), None),
    )


def offence_key(head: Record, heads: list[Record]) -> str:
    """O2: the CMS record's id if there is one; with the source before it if two services use it for two offences."""
    same_id = [other for other in heads if other.record_id == head.record_id]
    return head.record_id if len(same_id) == 1 else f"{head.source}/{head.record_id}"


def deciding(offence: Offence, sources: frozenset[str] = BOTH_FEEDS) -> list[Outcome]:
    """O3: the outcomes that decide: the police's once any is final, standing or not; till then those in CMS.

    `sources`: the feeds from which proof is taken (E5).
    """
    police = [outcome for record in offence.police for outcome in record.outcomes]
    if "pnc" in sources and any(outcome.is_final for outcome in police):
        return police
    return [outcome for record in offence.cms for outcome in record.outcomes] if "cms" in sources else []


def standing(outcomes: list[Outcome]) -> list[Outcome]:
    """O4: what appeals leave of outcomes. What is no outcome of the offence (taken into consideration) is none."""
    real = [o for o in outcomes if o.tier != "none" and not (o.system == "pnc" and o.tier is None)]
    unchanged = [outcome for outcome in real if outcome.appeal not in ("SUCCESSFUL", "CHANGED")]
    if unchanged:
        return unchanged
    changed = [outcome for outcome in real if outcome.appeal == "CHANGED"]
    return [max(changed, key=lambda o: (o.day, o.record_id.encode(), o.source.encode()))] if changed else []


def proof_of(
    offence: Offence, reference: Reference, sources: frozenset[str] = BOTH_FEEDS, *, diversion_proves: bool = False
) -> Proof | None:
    """O5: proven once, on the day of the earliest standing caution or conviction, in the gravest tier of that day.

    R1: where diversion is a proof tier, the earliest standing outcome of either kind proves.
    """
    proving = [outcome for outcome in standing(deciding(offence, sources)) if outcome.tier in PROVING_TIERS]
    if diversion_proves:
        proving += diversions_of(offence, sources)
    return gravest_of_first_day(proving, reference)


def diversion_of(offence: Offence, reference: Reference, sources: frozenset[str] = BOTH_FEEDS) -> Proof | None:
    """E1: the offence's earliest standing diversion outcome."""
    return gravest_of_first_day(diversions_of(offence, sources), reference)


def diversions_of(offence: Offence, sources: frozenset[str]) -> list[Outcome]:
    """Standing diversion outcomes in any record of the offence; each feed's appeals move its own outcomes."""
    feeds = [records for system, records in (("pnc", offence.police), ("cms", offence.cms)) if system in sources]
    return [
        outcome
        for records in feeds
        for outcome in standing([outcome for record in records for outcome in record.outcomes])
        if outcome.tier == "diversion"
    ]


def gravest_of_first_day(outcomes: list[Outcome], reference: Reference) -> Proof | None:
    """O5: the earliest day, and the gravest outcome of that day."""
    if not outcomes:
        return None
    first = min(outcome.day for outcome in outcomes)
    of_the_day = [outcome for outcome in outcomes if outcome.day == first]
    gravest = min(of_the_day, key=lambda o: (-reference.gravity[o.tier or "none"], o.order))
    return Proof(first, gravest.tier or "none", gravest.code)


def in_scope(offence: Offence, scope: str) -> bool:
    """O6: recordable by the reference list, and not category CB."""
    if scope != "recordable_not_breach":
        raise ValueError(f"unknown offence scope {scope}")
    return offence.is_recordable and not offence.is_breach


def is_pseudo(offence: Offence, proof: Proof, index_date: date) -> bool:
    """O6: pseudo-reconviction: proven after, committed on or before, the index date."""
    return offence.day <= index_date < proof.day


def class_of(
    record: Record, offence: Offence | None, member: Member, reference: Reference, *, is_out_of_area: bool
) -> str:
    """O7: the first class that holds of an offence record, for a definition and a member."""
    if offence is None:
        return "orphan"
    if record is not offence.head:
        return "paired_to"
    definition = member.definition
    diversion_proves = "diversion" in definition.proof_tiers
    proof = proof_of(offence, reference, definition.proof_sources, diversion_proves=diversion_proves)
    known_proof = proof or proof_of(offence, reference)
    if is_unmapped(offence, known_proof):
        return "unmapped"
    if is_out_of_area:
        return "out_of_area"
    if known_proof is None:
        return class_of_unproven(offence)
    return class_of_proven(offence, member, proof, known_proof)


def is_unmapped(offence: Offence, proof: Proof | None) -> bool:
    """O7: a code outside the lists: the offence's, or the only outcomes' of an offence that is not proven."""
    if not offence.is_mapped:
        return True
    outcomes = deciding(offence)
    return proof is None and bool(outcomes) and all(outcome.tier is None for outcome in outcomes)


def class_of_unproven(offence: Offence) -> str:
    """O7: quashed, non_conviction, no_action, diversion (in a proof tier it would have proved), pending."""
    outcomes = deciding(offence)
    if any(outcome.tier in PROVING_TIERS for outcome in outcomes):
        return "quashed"
    tiers = {outcome.tier for outcome in outcomes if outcome.is_final}
    if tiers & {"non_conviction", "none"}:
        return "non_conviction"
    if "no_action" in tiers:
        return "no_action"
    if diversions_of(offence, BOTH_FEEDS):
        return "diversion"
    return "pending"


def class_of_proven(offence: Offence, member: Member, proof: Proof | None, known_proof: Proof) -> str:  # noqa: PLR0911
    """O7: breach, non_recordable, index, previous, pseudo, out_of_window, not_proven_in_time, reoffence."""
    index_date = member.event.day
    if offence.is_breach:
        return "breach"
    if not offence.is_recordable:
        return "non_recordable"
    if is_of_index_occasion(offence, member, known_proof):
        return "index"
    if known_proof.day < index_date:
        return "previous"
    if is_pseudo(offence, known_proof, index_date):
        return "pseudo"
    if not index_date < offence.day <= member.follow_up_end:
        return "out_of_window"
    if not is_proven_in_time(proof, member.definition, member.proof_end):
        return "not_proven_in_time"
    return "reoffence"


def is_of_index_occasion(offence: Offence, member: Member, proof: Proof) -> bool:
    """O7: any offence proven on the index occasion: that day, or the occasion of the release; flags have none (E5)."""
    if member.event.kind == "flag":
        return False
    return proof.day == member.event.day or (member.event.kind == "release" and offence in member.event.occasion)


def is_proven_in_time(proof: Proof | None, definition: Definition, last_day: date) -> bool:
    """R1: proven in a proof tier by proof_end."""
    return proof is not None and proof.tier in definition.proof_tiers and proof.day <= last_day
