"""Offence records as the feeds hold them: which exist, which are orphans, and their outcomes; rules T1, O2, O3 and O7."""

from __future__ import annotations

from datetime import date

from .dates import exists
from .model import Outcome, Record, Reference, Row, Version, canonical_asn, canonical_pnc_id, day, flag, number, text
from .persons import Person, World


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
            is_orphan=(version.source, text(row, "child_id")) not in self.children,
            is_charged=exists(day(row, "charge_date"), self.world.as_of),
            knife=flag(row, "knife_related"),
            seriousness=number(row, "seriousness"),
            category=text(row, "yjb_category"),
            first_hearing=day(row, "first_hearing_date"),
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
