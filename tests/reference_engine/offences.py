"""Offences: rules O1 to O7."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from .dates import exists
from .model import (
    BOTH_FEEDS,
    PROVING_TIERS,
    Definition,
    Member,
    Offence,
    Outcome,
    Proof,
    Record,
    Reference,
    Row,
    Version,
    canonical_asn,
    canonical_pnc_id,
    day,
    flag,
    number,
    text,
)
from .persons import Person, World

WEEK = timedelta(days=7)


# Records


class RecordShelf:
    """The records beside offences, found by the keys under which offences point at them."""

    def __init__(self, world: World, reference: Reference) -> None:
        self.world = world
        self.reference = reference
        self.children = {
            (v.source, text(v.row, "child_id")) for v in world.versions if (v.feed, v.table) == ("yot", "child")
        }
        self.nominals = {
            (v.source, self._pnc_id(v.row)) for v in world.versions if (v.feed, v.table) == ("pnc", "nominal")
        }
        self.arrests = {
            (v.source, text(v.row, "asn")): v for v in world.versions if (v.feed, v.table) == ("pnc", "arrest_summons")
        }
        self.outcomes: dict[tuple[str, str | None], list[Outcome]] = {}
        self.disposals: dict[tuple[str, str | None, str | None], list[Outcome]] = {}
        for version in world.versions:
            if (version.feed, version.table) == ("yot", "outcome"):
                if outcome := cms_outcome(version, reference, world.as_of):
                    self.outcomes.setdefault((version.source, text(version.row, "offence_id")), []).append(outcome)
            elif (version.feed, version.table) == ("pnc", "disposal") and (
                outcome := police_outcome(version, reference, world.as_of)
            ):
                key = (version.source, text(version.row, "asn"), text(version.row, "offence_seq"))
                self.disposals.setdefault(key, []).append(outcome)

    def _pnc_id(self, row: Row) -> str:
        return canonical_pnc_id(text(row, "pnc_id") or "", self.world.known_as_of.year)

    def records_of(self, person: Person) -> list[Record]:
        """A person's offence records that exist at A."""
        found = [
            self._cms_record(version) if version.feed == "yot" else self._police_record(version)
            for version in person.offence_versions
        ]
        return sorted((record for record in found if record is not None), key=lambda record: record.order)

    def _cms_record(self, version: Version) -> Record | None:
        row = version.row
        start = day(row, "offence_date")
        if start is None or not exists(start, self.world.as_of):
            return None
        offence_id = text(row, "offence_id") or ""
        return Record(
            system="cms",
            source=version.source,
            record_id=offence_id,
            day=start,
            end=day(row, "offence_end_date"),
            code=text(row, "cjs_code") or "",
            asn=number_of_arrest(text(row, "asn"), self.reference),
            child_id=text(row, "child_id"),
            is_orphan=(version.source, text(row, "child_id")) not in self.children,
            is_charged=exists(day(row, "charge_date"), self.world.as_of),
            knife=flag(row, "knife_related"),
            seriousness=number(row, "seriousness"),
            category=text(row, "yjb_category"),
            outcomes=self.outcomes.get((version.source, offence_id), []),
        )

    def _police_record(self, version: Version) -> Record | None:
        row = version.row
        start = day(row, "start_date")
        if start is None or not exists(start, self.world.as_of):
            return None
        asn, sequence = text(row, "asn"), text(row, "offence_seq")
        arrest = self.arrests.get((version.source, asn))
        charged = (
            arrest is not None
            and text(arrest.row, "process_stage") in ("CHARGE", "SUMMONS")
            and exists(day(arrest.row, "process_date"), self.world.as_of)
        )
        return Record(
            system="pnc",
            source=version.source,
            record_id=f"{asn}/{sequence}",
            day=start,
            end=day(row, "end_date"),
            code=text(row, "cjs_code") or "",
            asn=number_of_arrest(asn, self.reference),
            child_id=None,
            is_orphan=arrest is None or (version.source, self._pnc_id(row)) not in self.nominals,
            is_charged=charged,
            outcomes=self.disposals.get((version.source, asn, sequence), []),
        )


def cms_outcome(version: Version, reference: Reference, as_of: date) -> Outcome | None:
    """An outcome of a case-management system, if it exists at A (T1)."""
    row = version.row
    decided, code = day(row, "outcome_date"), text(row, "legal_outcome") or ""
    if decided is None or not exists(decided, as_of):
        return None
    return Outcome(
        system="cms",
        source=version.source,
        record_id=text(row, "outcome_id") or "",
        day=decided,
        code=code,
        tier=reference.legal_outcomes.get(code),
        is_final=True,
        appeal=text(row, "appeal_status"),
        residence=text(row, "residence"),
        occasion=text(row, "occasion_id"),
    )


def police_outcome(version: Version, reference: Reference, as_of: date) -> Outcome | None:
    """A disposal, if it exists at A (T1). E2: its code is the CMS code that the result list maps to, else its own."""
    row = version.row
    decided, result = day(row, "disposal_date"), text(row, "disposal_type") or ""
    if decided is None or not exists(decided, as_of):
        return None
    tier, legal_outcome = reference.result_tiers.get(result, (None, None))
    result_type = reference.result_types.get(result)
    return Outcome(
        system="pnc",
        source=version.source,
        record_id="/".join(text(row, column) or "" for column in ("asn", "offence_seq", "disposal_seq")),
        day=decided,
        code=legal_outcome or result,
        # a listed result that is not final is no outcome of the offence; one that is not listed is unmapped
        tier=tier if tier is not None else (None if result_type is None else "none"),
        is_final=is_final_disposal(result_type, tier),
        appeal=text(row, "appeal_marker"),
    )


def is_final_disposal(result_type: str | None, tier: str | None) -> bool:
    """O3: a final disposal: result type F, or a caution."""
    return result_type == "F" or tier == "pre_court"


def number_of_arrest(asn: str | None, reference: Reference) -> str | None:
    """O2: an arrest/summons number; dummy numbers are none."""
    if asn is None:
        return None
    number_in_full = canonical_asn(asn)
    return None if any(dummy.search(number_in_full) for dummy in reference.dummy_asns) else number_in_full


def straddles(offence: Offence, index_date: date) -> bool:
    """O1: a range that straddles an index date counts as before it, by its start, and is flagged."""
    return offence.end is not None and offence.day <= index_date < offence.end


def pair_records(records: Iterable[Record]) -> list[list[Record]]:
    """O2: groups of records that are one offence, from pairs taken greedily in passes."""
    ordered = sorted(records, key=lambda record: record.pairing_order)
    group_of = {record: [record] for record in ordered}
    for in_pass in (same_number_code_date, same_number_date, same_number_code_near, code_and_date_without_number):
        for position, lower in enumerate(ordered):
            for higher in ordered[position + 1 :]:
                if in_pass(lower, higher) and may_join(group_of[lower], group_of[higher]):
                    joined = group_of[lower] + group_of[higher]
                    for record in joined:
                        group_of[record] = joined
    groups = {id(group): group for group in group_of.values()}
    return [sorted(group, key=lambda record: record.order) for group in groups.values()]


def may_join(first: list[Record], second: list[Record]) -> bool:
    """O2: a pair joins two groups if together they hold no two records of one source."""
    if first is second:
        return False
    sources = [(record.system, record.source) for record in first + second]
    return len(sources) == len(set(sources))


def same_number(lower: Record, higher: Record) -> bool:
    """O2: both have a number, and it is the same."""
    return lower.asn is not None and lower.asn == higher.asn


def same_number_code_date(lower: Record, higher: Record) -> bool:
    """O2, first pass: same number, code and date."""
    return same_number(lower, higher) and lower.code == higher.code and lower.day == higher.day


def same_number_date(lower: Record, higher: Record) -> bool:
    """O2, second pass: same number and date."""
    return same_number(lower, higher) and lower.day == higher.day


def same_number_code_near(lower: Record, higher: Record) -> bool:
    """O2, third pass: same number and code, dates within 7 days of each other or inside either's range."""
    near = abs(lower.day - higher.day) <= WEEK or inside(lower.day, higher) or inside(higher.day, lower)
    return same_number(lower, higher) and lower.code == higher.code and near


def inside(when: date, record: Record) -> bool:
    """Whether a day lies in a record's range."""
    return record.end is not None and record.day <= when <= record.end


def code_and_date_without_number(lower: Record, higher: Record) -> bool:
    """O2, last pass: no number on one side or both; code and date, unless both have outcomes and none lie near."""
    if (lower.asn is not None and higher.asn is not None) or (lower.code, lower.day) != (higher.code, higher.day):
        return False
    days, other_days = final_days(lower), final_days(higher)
    if not days or not other_days:
        return True
    return any(abs(one - other) <= WEEK for one in days for other in other_days)


def final_days(record: Record) -> list[date]:
    """The days of a record's outcomes; what the police list as not final is none."""
    return [outcome.day for outcome in record.outcomes if outcome.is_final or outcome.tier == "diversion"]


def unpaired_same_asn(groups: list[list[Record]]) -> list[Record]:
    """O2: what stays unpaired under one number: records alone, whose number a record of another source has too."""
    everything = [record for group in groups for record in group]
    return [
        group[0]
        for group in groups
        if len(group) == 1
        and any(
            same_number(group[0], other) and (group[0].system, group[0].source) != (other.system, other.source)
            for other in everything
        )
    ]


def offences_of(records: list[Record], reference: Reference) -> tuple[list[Offence], list[Record]]:
    """O2: a person's offences, from the records that are no orphans; and what is listed as unpaired_same_asn."""
    groups = pair_records(record for record in records if not record.is_orphan)
    offences = [one_offence(group, records, reference) for group in groups]
    return sorted(offences, key=lambda offence: offence.head.order), unpaired_same_asn(groups)


def one_offence(group: list[Record], records: list[Record], reference: Reference) -> Offence:
    """O2: date, range and code are the police record's. O3: circumstances come from CMS, else from the list."""
    police = [record for record in group if record.system == "pnc"]
    cms = [record for record in group if record.system == "cms"]
    dated = (police or cms)[0]
    listed = reference.offence_codes.get(dated.code)
    seriousness = next((record.seriousness for record in cms if record.seriousness is not None), None)
    return Offence(
        records=group,
        key=offence_key(group[0], records),
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


def offence_key(head: Record, records: list[Record]) -> str:
    """O2: the CMS record's id if there is one; with the source before it if two services use the same id."""
    if head.system == "pnc":
        return head.record_id
    same_id = [r for r in records if r.system == "cms" and r.record_id == head.record_id]
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
    return [max(changed, key=lambda outcome: (outcome.day, outcome.record_id.encode()))] if changed else []


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
