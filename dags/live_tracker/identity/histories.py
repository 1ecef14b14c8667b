"""What every record said, version by version: the children of the services and the nominals of the police."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.clusters import Record
from live_tracker.identity.dates import read_date
from live_tracker.identity.identifiers import read_cro, read_pnc_id
from live_tracker.identity.names import read_surname
from live_tracker.identity.spans import END, Span, joined


class Texts(NamedTuple):
    """The columns by which people are told apart, as written; `pnc_id` of a nominal is its own."""

    forename: str | None
    middle_names: str | None
    surname: str | None
    aliases: str | None
    date_of_birth: str | None
    sex: str | None
    postcode: str | None
    pnc_id: str | None
    cro_no: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record. A deletion repeats the last live one, `known_on` with it: what was said is read once.

    `shared_id`: the PNC id that a child carries, or under which a nominal lives now; canonical.
    """

    known_from: dt.date
    known_to: dt.date
    known_on: dt.date
    deleted: bool
    texts: Texts
    shared_id: str | None
    cro: str | None
    surname: str | None
    date_of_birth: dt.date | None

    @property
    def span(self) -> Span:
        return self.known_from, self.known_to

    def agrees_with(self, other: Version) -> bool:
        """Whether surname or date of birth is the same, as cleaned."""
        return (self.surname is not None and self.surname == other.surname) or (
            self.date_of_birth is not None and self.date_of_birth == other.date_of_birth
        )


@dataclass
class Histories:
    """The versions of every record, in the order of time; children and nominals apart."""

    children: dict[Record, list[Version]] = field(default_factory=dict)
    nominals: dict[Record, list[Version]] = field(default_factory=dict)

    def of(self, record: Record) -> list[Version]:
        return (self.children if record.source_system == "cms" else self.nominals)[record]

    def live(self, record: Record) -> list[Span]:
        """The spans in which the record was there."""
        spans = joined((True, *version.span) for version in self.of(record) if not version.deleted)
        return [(start, end) for _, start, end in spans]

    def __len__(self) -> int:
        return len(self.children) + len(self.nominals)


def read_histories(cursor: Cursor, records: Sequence[tuple[str, str, str]] | None = None) -> Histories:
    """Every version of the records of the scope, or of those named by source system, source and id.

    As cleaned as joining by ids needs it.
    """
    if records is None:
        cursor.execute(_VERSIONS.format(wanted="pg_temp.scope"))
    else:
        named = "unnest(%(systems)s, %(sources)s, %(ids)s) AS scope (source_system, source, source_id)"
        columns = dict(zip(("systems", "sources", "ids"), map(list, zip(*records, strict=True)), strict=True))
        cursor.execute(_VERSIONS.format(wanted=named), columns)
    versions: dict[tuple[str, str, str], list[tuple[int, Version]]] = defaultdict(list)
    for system, source, source_id, sequence, known_from, known_to, deleted, *texts in cursor:
        history = versions[system, source, source_id]
        shared_id, *rest = texts
        written = Texts(*rest)
        if deleted and history:
            before = history[-1][1]
            version = Version(
                *(known_from, known_to or END, before.known_on, True, before.texts, before.shared_id),
                *(before.cro, before.surname, before.date_of_birth),
            )
        else:
            version = read_version(written, shared_id, known_from, known_to or END, deleted=deleted)
        history.append((sequence, version))
    found = Histories()
    for (system, source, source_id), history in versions.items():
        sequence, first = history[0]
        record = Record(first.known_from, sequence, system, source, source_id)
        (found.children if system == "cms" else found.nominals)[record] = [version for _, version in history]
    return found


def read_version(
    texts: Texts, shared_id: str | None, known_from: dt.date, known_to: dt.date, *, deleted: bool = False
) -> Version:
    """A version of what is written; the day from which it is known decides what its ids and dates can be."""
    return Version(
        *(known_from, known_to, known_from, deleted, texts, read_pnc_id(shared_id, known_from).value),
        *(read_cro(texts.cro_no).value, read_surname(texts.surname).surname),
        read_date(texts.date_of_birth, known_from).value,
    )


_VERSIONS = """
SELECT
    'cms', version.source, version.key, delivery.sequence, version.known_from, version.known_to, version.deleted,
    record.pnc_id,
    record.forename, record.middle_names, record.surname, record.aliases, record.date_of_birth, record.sex,
    record.postcode, record.pnc_id, record.cro_no
FROM raw.yot_child_version AS version
INNER JOIN raw.yot_child AS record ON version.source = record.source AND version.row_hash = record.row_hash
INNER JOIN (
    SELECT DISTINCT feed, source, sequence, extract_date FROM ops.delivery
) AS delivery
    ON delivery.feed = 'yot' AND version.source = delivery.source AND version.known_from = delivery.extract_date
INNER JOIN {wanted}
    ON scope.source_system = 'cms' AND version.source = scope.source AND version.key = scope.source_id
UNION ALL
SELECT
    'pnc', version.source, version.key, delivery.sequence, version.known_from, version.known_to, version.deleted,
    record.merged_into,
    record.forenames, NULL, record.surname, NULL, record.date_of_birth, record.sex,
    record.postcode, record.pnc_id, record.cro_no
FROM raw.pnc_nominal_version AS version
INNER JOIN raw.pnc_nominal AS record ON version.source = record.source AND version.row_hash = record.row_hash
INNER JOIN (
    SELECT DISTINCT feed, source, sequence, extract_date FROM ops.delivery
) AS delivery
    ON delivery.feed = 'pnc' AND version.source = delivery.source AND version.known_from = delivery.extract_date
INNER JOIN {wanted}
    ON scope.source_system = 'pnc' AND version.source = scope.source AND version.key = scope.source_id
ORDER BY 1, 2, 3, 5
"""
