"""What goes in and what comes out: versions, links, reference data, definitions, and the things the rules speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

Row = dict[str, str | None]
Table = list[dict[str, Any]]
T = TypeVar("T")

NULL_DATE = date(1900, 1, 1)
PROVING_TIERS = ("pre_court", "first_tier", "community", "custody")
BOTH_FEEDS = frozenset({"cms", "pnc"})
SYSTEM_OF_FEED = {"yot": "cms", "pnc": "pnc"}


@dataclass(frozen=True)
class Version:
    """One version of one delivered record; `known_to` is None while it stands."""

    feed: str
    source: str
    table: str
    row: Row
    known_from: date
    known_to: date | None


@dataclass(frozen=True)
class Link:
    """A CMS child or a police nominal, and the person it belongs to."""

    source_system: str
    source: str
    source_id: str
    person_key: str
    known_from: date
    known_to: date | None


@dataclass(frozen=True)
class Supply:
    """A table that a service sends, be it empty, and the extract date since which it does."""

    source: str
    table: str
    known_from: date


@dataclass(frozen=True)
class OffenceCode:
    """What the offence code list says of a code."""

    category: str
    home_office_class: str
    is_recordable: bool


@dataclass(frozen=True)
class Population:
    """How many children of an age, or of 10 to 17, and of a group, or of all, an area had in a year."""

    area: str
    year: int
    age: str
    ethnicity_group: str
    population: int
    source: str


@dataclass(frozen=True, repr=False)
class Reference:
    """The code lists. Lists keyed by Home Office class hold whole classes or the beginnings of them."""

    offence_codes: dict[str, OffenceCode]
    offence_groups: dict[str, tuple[str, str]]
    seriousness: dict[str, int]
    legal_outcomes: dict[str, str]
    result_types: dict[str, str]
    result_tiers: dict[str, tuple[str, str | None]]
    gravity: dict[str, int]
    substantive: frozenset[str]
    ethnicity_groups: dict[str, str]
    dummy_asns: tuple[re.Pattern[str], ...]
    populations: tuple[Population, ...]

    def group_of(self, code: str) -> str | None:
        """The offence group of an offence code."""
        found = self._by_class(code, self.offence_groups)
        return found[0] if found else None

    def category_of(self, code: str) -> str | None:
        """The YJB category of an offence code."""
        found = self._by_class(code, self.offence_groups)
        return found[1] if found else None

    def seriousness_of(self, code: str) -> int | None:
        """The listed seriousness of an offence code."""
        return self._by_class(code, self.seriousness)

    def _by_class(self, code: str, listed: dict[str, T]) -> T | None:
        known = self.offence_codes.get(code)
        if known is None:
            return None
        for length in range(len(known.home_office_class), 0, -1):
            if known.home_office_class[:length] in listed:
                return listed[known.home_office_class[:length]]
        return None


@dataclass(frozen=True)
class Definition:
    """One row of the cohort definitions, with its tiers."""

    definition: str
    cohort_period: str
    min_age: int
    max_age: int
    entry: str
    entry_filter: str
    entry_flags: frozenset[str]
    follow_up_months: int
    waiting_months: int
    offence_scope: str
    proof_sources: frozenset[str]
    entry_tiers: frozenset[str]
    proof_tiers: frozenset[str]
    milestones: tuple[int, ...] = (3, 6, 9, 12)


@dataclass(frozen=True)
class Parameters:
    """What is asked: the definitions, the day looked at, the last extract date known, and the least count of an index."""

    definitions: list[Definition]
    as_of: date
    known_as_of: date
    minimum_count: int = 5


@dataclass(frozen=True)
class Result:
    """The published rows; below them what is listed beside them."""

    members: Table
    reoffences: Table
    classes: Table
    summaries: Table
    annual: Table = field(default_factory=list)
    breakdowns: Table = field(default_factory=list)
    times: Table = field(default_factory=list)
    milestones: Table = field(default_factory=list)
    survival: Table = field(default_factory=list)
    first_time_entrants: Table = field(default_factory=list)
    custody: Table = field(default_factory=list)
    remand: Table = field(default_factory=list)
    ete: Table = field(default_factory=list)
    disproportionality: Table = field(default_factory=list)
    events: Table = field(default_factory=list)
    unpaired_same_asn: Table = field(default_factory=list)


@dataclass(eq=False)
class Outcome:
    """A CMS outcome or a police disposal. `tier` is None for a code outside the lists."""

    system: str
    source: str
    record_id: str
    day: date
    code: str
    tier: str | None
    is_final: bool
    appeal: str | None
    residence: str | None = None
    occasion: str | None = None

    @property
    def order(self) -> tuple[bytes, bytes, bytes]:
        """Where every tie ends."""
        return self.system.encode(), self.source.encode(), self.record_id.encode()


@dataclass(eq=False)
class Record:
    """An offence record of either feed."""

    system: str
    source: str
    record_id: str
    day: date
    end: date | None
    code: str
    asn: str | None
    is_orphan: bool
    is_charged: bool
    knife: bool | None = None
    seriousness: int | None = None
    category: str | None = None
    first_hearing: date | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def order(self) -> tuple[bytes, bytes, bytes]:
        """Where every tie ends."""
        return self.system.encode(), self.source.encode(), self.record_id.encode()

    @property
    def pairing_order(self) -> tuple[date, bytes, bytes, bytes, bytes]:
        """The order in which records are paired (O2)."""
        return self.day, self.code.encode(), *self.order


@dataclass(eq=False)
class Offence:
    """One offence, however many records."""

    records: list[Record]
    key: str
    day: date
    end: date | None
    code: str
    is_mapped: bool
    is_recordable: bool
    is_breach: bool
    group: str | None
    seriousness: int | None
    category: str | None
    knife: bool | None

    @property
    def head(self) -> Record:
        """The record that stands for the offence."""
        return self.records[0]

    @property
    def cms(self) -> list[Record]:
        """Its records in case-management systems."""
        return [record for record in self.records if record.system == "cms"]

    @property
    def police(self) -> list[Record]:
        """Its police records."""
        return [record for record in self.records if record.system == "pnc"]

    @property
    def found_in(self) -> str:
        """Which feeds know it."""
        if self.cms and self.police:
            return "both"
        return "cms" if self.cms else "pnc"


@dataclass(frozen=True)
class Proof:
    """The day, tier and outcome by which an offence is proven."""

    day: date
    tier: str
    outcome: str


@dataclass(frozen=True)
class Period:
    """A cohort's label with its first and last day."""

    label: str
    start: date
    end: date


@dataclass(frozen=True, eq=False)
class Event:
    """An entry event of a person; `reason` says why it does not enter."""

    kind: str
    day: date
    period: Period
    yot: str | None
    reason: str | None
    offence: Offence | None
    tier: str | None
    outcome: str | None
    occasion: tuple[Offence, ...]


@dataclass(eq=False)
class Member:
    """A child in a cohort."""

    definition: Definition
    event: Event
    yot: str
    person_key: str
    follow_up_end: date
    proof_end: date
    row: dict[str, Any] = field(default_factory=dict)


def text(row: Row, column: str) -> str | None:
    """A value trimmed of outer white space; empty is None."""
    value = (row.get(column) or "").strip()
    return value or None


def day(row: Row, column: str) -> date | None:
    """A date; empty and 1900-01-01 are None."""
    value = text(row, column)
    parsed = date.fromisoformat(value[:10]) if value else None
    return None if parsed == NULL_DATE else parsed


def number(row: Row, column: str) -> int | None:
    """A whole number or None."""
    value = text(row, column)
    return int(value) if value else None


def flag(row: Row, column: str) -> bool | None:
    """A flag, 1 or 0, or None."""
    value = text(row, column)
    return None if value is None else value == "1"


def updated_at(version: Version) -> datetime:
    """When the sender last touched the row; without a time, the day of the extract that brought it."""
    value = text(version.row, "updated_at")
    if value is None:
        return datetime(version.known_from.year, version.known_from.month, version.known_from.day, tzinfo=UTC)
    parsed = datetime.fromisoformat(value)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def canonical_pnc_id(value: str, current_year: int) -> str:
    """`YYYY/NNNNNNNC` of any form of a PNC id; what is none comes back as it is."""
    given = value.strip().upper()
    forms = (r"(\d{4}|\d{2})/(\d{1,7})([A-Z])", r"(\d{4})(\d{7})([A-Z])", r"(\d{2})(\d{1,7})([A-Z])")
    match = next((found for form in forms if (found := re.fullmatch(form, given))), None)
    if match is None:
        return value.strip()
    year, serial, check = match.groups()
    if len(year) == 2:
        year = f"20{year}" if int(year) <= current_year % 100 else f"19{year}"
    return f"{year}/{int(serial):07d}{check}"


def canonical_asn(value: str) -> str:
    """An arrest/summons number in its long form: no slashes, the sequence padded to eleven digits."""
    value = value.upper()
    match = re.fullmatch(r"(\d{2})/([A-Z0-9]{4,5})/([A-Z0-9]{2})/(\d{1,11})([A-Z])", value)
    if match is None:
        return value
    year, unit, system, sequence, check = match.groups()
    return f"{year}{unit}{system}{int(sequence):011d}{check}"
