"""Identity resolution: who is whom over all of history, from the ids that both feeds carry.

The outcome is a function of the versions in raw and of the identity key, never of the order in which deliveries came;
a night that changes nothing writes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from psycopg2.extensions import cursor as Cursor

from live_tracker import fences
from live_tracker.database import analyze, connect
from live_tracker.home.secrets import secret
from live_tracker.identity.clusters import Edge, Membership, Record, memberships
from live_tracker.identity.identifiers import canonical_pnc_id
from live_tracker.settings import Settings

Value = TypeVar("Value")


@dataclass(frozen=True)
class LinkReport:
    """How many records and persons there are, and how many rows of identity.* this run changed."""

    records: int
    persons: int
    changed_links: int
    changed_persons: int


class _Span(NamedTuple):
    """A version of a record: its dates, whether the record was deleted, and the id that it shares."""

    known_from: dt.date
    known_to: dt.date | None
    deleted: bool
    shared_id: str | None


def resolve(settings: Settings, run_key: str, token: int) -> LinkReport:
    """Bring identity.person_link and identity.person up to the versions in raw, in one transaction.

    Raises Overtaken if a newer run works on identity. `run_key` names the run in the fence alone.
    """
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        fences.hold(connection, "identity", token)
        report = bring_up(cursor, _identity_key(settings))
    if report.changed_links or report.changed_persons:
        analyze(settings, ["identity.person_link", "identity.span", "identity.person"])
    return report


def bring_up(cursor: Cursor, key: bytes) -> LinkReport:
    """The same within a transaction of the caller's, once in it; `key` is the identity key."""
    histories = _histories(cursor)
    found = memberships(histories, _edges(histories))
    changed_links = _write_links(cursor, _link_rows(found, histories, key))
    if changed_links:
        _write_spans(cursor)
    changed_persons = _write_persons(cursor)
    cursor.execute("SELECT count(DISTINCT person_key) FROM identity.person")
    (persons,) = cursor.fetchone() or (0,)
    return LinkReport(len(histories), persons, changed_links, changed_persons)


def _identity_key(settings: Settings) -> bytes:
    given = settings.identity_key.get_secret_value() if settings.identity_key else secret(settings, "identity.key")
    return given.encode()


def person_key(key: bytes, record: Record) -> str:
    """The pseudonym of the person whom the record names: 32 hexadecimal digits of an HMAC-SHA256."""
    named = "\x1f".join((record.source_system, record.source, record.source_id))
    return hmac.new(key, named.encode(), hashlib.sha256).hexdigest()[:32]


def _histories(cursor: Cursor) -> dict[Record, list[_Span]]:
    cursor.execute(_VERSIONS)
    histories: dict[tuple[str, str, str], list[tuple[int, _Span]]] = defaultdict(list)
    for system, source, source_id, sequence, known_from, known_to, deleted, shared_id in cursor:
        history = histories[system, source, source_id]
        # a deletion repeats the last live row, whose id must not be read anew, by a century that has turned
        canonical = history[-1][1].shared_id if deleted and history else canonical_pnc_id(shared_id, known_from)
        history.append((sequence, _Span(known_from, known_to, deleted, canonical)))
    return {
        Record(history[0][1].known_from, history[0][0], *identity): [span for _, span in history]
        for identity, history in histories.items()
    }


def _edges(histories: dict[Record, list[_Span]]) -> Iterator[Edge]:
    """A child to the PNC id on its record, a nominal to its own id and to the one it was merged into."""
    for record, spans in histories.items():
        if record.source_system == "pnc":
            yield Edge(record, record.source_id, record.first_known, None)
        carried = ((span.shared_id, span.known_from, span.known_to) for span in spans if span.shared_id is not None)
        for shared_id, known_from, known_to in _joined(carried):
            yield Edge(record, shared_id, known_from, known_to)


def _link_rows(
    found: Iterable[Membership], histories: dict[Record, list[_Span]], key: bytes
) -> Iterator[tuple[str, ...]]:
    """Rows of person_link: each membership cut to the spans in which its record is there."""
    for membership in found:
        record = membership.record
        named, method = person_key(key, membership.earliest), "pnc_id" if membership.is_shared else "single"
        live = ((True, span.known_from, span.known_to) for span in histories[record] if not span.deleted)
        for _, known_from, known_to in _joined(live):
            start = max(known_from, membership.known_from)
            ends = [day for day in (known_to, membership.known_to) if day is not None]
            end = min(ends, default=None)
            if end is None or start < end:
                yield (
                    *(record.source_system, record.source, record.source_id, named, method),
                    *(start.isoformat(), "\\N" if end is None else end.isoformat()),
                )


def _joined(spans: Iterable[tuple[Value, dt.date, dt.date | None]]) -> list[tuple[Value, dt.date, dt.date | None]]:
    """Neighbouring spans of one value made one: what else changes in a record changes nothing here."""
    joined: list[tuple[Value, dt.date, dt.date | None]] = []
    for value, known_from, known_to in spans:
        if joined and joined[-1][0] == value and joined[-1][2] == known_from:
            joined[-1] = (value, joined[-1][1], known_to)
        else:
            joined.append((value, known_from, known_to))
    return joined


def _write_links(cursor: Cursor, rows: Iterable[tuple[str, ...]]) -> int:
    cursor.execute("CREATE TEMPORARY TABLE resolved (LIKE identity.person_link) ON COMMIT DROP")
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(value if value == "\\N" else _escaped(value) for value in row) + "\n")
    text.seek(0)
    cursor.copy_expert(
        """
        COPY pg_temp.resolved (source_system, source, source_id, person_key, method, known_from, known_to) FROM STDIN
        """,
        text,
    )
    return _replace_changed(cursor, "person_link")


def _write_persons(cursor: Cursor) -> int:
    cursor.execute("DROP TABLE pg_temp.resolved")
    cursor.execute("CREATE TEMPORARY TABLE resolved (LIKE identity.person) ON COMMIT DROP")
    cursor.execute(_PERSONS)
    return _replace_changed(cursor, "person")


def _replace_changed(cursor: Cursor, table: str) -> int:
    """Make identity.<table> equal to the temporary table, touching only rows that differ; returns how many did.

    The persons of those rows are noted for the next build, before and after.
    """
    cursor.execute("ANALYZE pg_temp.resolved")
    changed = 0
    for statement in _REPLACE[table]:
        cursor.execute(_NOTED.format(statement=statement))
        (rows,) = cursor.fetchone() or (0,)
        changed += rows
    return changed


def _write_spans(cursor: Cursor) -> None:
    """Bring identity.span up to the links, for the records whose links differ."""
    cursor.execute(
        """
        CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
        SELECT DISTINCT source_system, source, source_id
        FROM (
            (SELECT * FROM identity.link_span EXCEPT SELECT * FROM identity.span)
            UNION ALL
            (SELECT * FROM identity.span EXCEPT SELECT * FROM identity.link_span)
        ) AS differing
        """
    )
    cursor.execute("DELETE FROM identity.span WHERE (source_system, source, source_id) IN (TABLE pg_temp.differing)")
    cursor.execute(
        """
        INSERT INTO identity.span
        SELECT * FROM identity.link_span WHERE (source_system, source, source_id) IN (TABLE pg_temp.differing)
        """
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


_REPLACE = {
    "person_link": (
        """
        DELETE FROM identity.person_link AS kept WHERE NOT EXISTS (
            SELECT FROM pg_temp.resolved
            WHERE
                resolved.source_system = kept.source_system AND resolved.source = kept.source
                AND resolved.source_id = kept.source_id AND resolved.known_from = kept.known_from
                AND resolved.person_key = kept.person_key AND resolved.method = kept.method
                AND resolved.known_to IS NOT DISTINCT FROM kept.known_to
        )
        """,
        "INSERT INTO identity.person_link SELECT * FROM pg_temp.resolved ON CONFLICT DO NOTHING",
    ),
    "person": (
        """
        DELETE FROM identity.person AS kept WHERE NOT EXISTS (
            SELECT FROM pg_temp.resolved
            WHERE
                resolved.person_key = kept.person_key AND resolved.known_from = kept.known_from
                AND resolved.date_of_birth = kept.date_of_birth AND resolved.sex = kept.sex
                AND resolved.known_to IS NOT DISTINCT FROM kept.known_to
        )
        """,
        "INSERT INTO identity.person SELECT * FROM pg_temp.resolved ON CONFLICT DO NOTHING",
    ),
}

_NOTED = """
WITH changed AS ({statement} RETURNING person_key),

noted AS (
    INSERT INTO identity.person_change (person_key)
    SELECT DISTINCT person_key FROM changed
    WHERE EXISTS (SELECT FROM ops.candidate)
)

SELECT count(*) FROM changed
"""

_VERSIONS = """
SELECT
    'cms', version.source, version.key, delivery.sequence, version.known_from, version.known_to, version.deleted,
    record.pnc_id
FROM raw.yot_child_version AS version
INNER JOIN raw.yot_child AS record ON version.source = record.source AND version.row_hash = record.row_hash
INNER JOIN (
    SELECT DISTINCT feed, source, sequence, extract_date FROM ops.delivery
) AS delivery
    ON delivery.feed = 'yot' AND version.source = delivery.source AND version.known_from = delivery.extract_date
UNION ALL
SELECT
    'pnc', version.source, version.key, delivery.sequence, version.known_from, version.known_to, version.deleted,
    record.merged_into
FROM raw.pnc_nominal_version AS version
INNER JOIN raw.pnc_nominal AS record ON version.source = record.source AND version.row_hash = record.row_hash
INNER JOIN (
    SELECT DISTINCT feed, source, sequence, extract_date FROM ops.delivery
) AS delivery
    ON delivery.feed = 'pnc' AND version.source = delivery.source AND version.known_from = delivery.extract_date
ORDER BY 1, 2, 3, 5
"""

_PERSONS = """
INSERT INTO pg_temp.resolved (person_key, date_of_birth, sex, known_from, known_to)
WITH facts AS (
    SELECT
        link.person_key, 1 AS preference, version.source, version.key AS source_id,
        coalesce(record.updated_at::timestamptz, version.known_from::timestamp AT TIME ZONE 'UTC') AS updated_at,
        record.date_of_birth::date AS date_of_birth, record.sex,
        greatest(link.known_from, version.known_from) AS known_from, least(link.known_to, version.known_to) AS known_to
    FROM raw.yot_child_version AS version
    INNER JOIN raw.yot_child AS record ON version.source = record.source AND version.row_hash = record.row_hash
    INNER JOIN identity.person_link AS link
        ON link.source_system = 'cms' AND version.source = link.source AND version.key = link.source_id
    WHERE NOT version.deleted
    UNION ALL
    SELECT
        link.person_key, 2, version.source, version.key,
        coalesce(record.updated_at::timestamptz, version.known_from::timestamp AT TIME ZONE 'UTC'),
        record.date_of_birth::date, record.sex,
        greatest(link.known_from, version.known_from), least(link.known_to, version.known_to)
    FROM raw.pnc_nominal_version AS version
    INNER JOIN raw.pnc_nominal AS record ON version.source = record.source AND version.row_hash = record.row_hash
    INNER JOIN identity.person_link AS link
        ON link.source_system = 'pnc' AND version.source = link.source AND version.key = link.source_id
    WHERE NOT version.deleted
),

spans AS (
    SELECT * FROM facts WHERE known_to IS NULL OR known_from < known_to
),

days AS (
    SELECT person_key, known_from AS day FROM spans
    UNION
    SELECT person_key, known_to FROM spans WHERE known_to IS NOT NULL
),

intervals AS (
    SELECT person_key, day AS known_from, lead(day) OVER (PARTITION BY person_key ORDER BY day) AS known_to FROM days
),

best AS (
    SELECT DISTINCT ON (intervals.person_key, intervals.known_from)
        intervals.person_key, intervals.known_from, intervals.known_to, spans.date_of_birth, spans.sex
    FROM intervals
    INNER JOIN spans
        ON
            intervals.person_key = spans.person_key
            AND spans.known_from <= intervals.known_from
            AND (spans.known_to IS NULL OR intervals.known_from < spans.known_to)
    ORDER BY
        intervals.person_key, intervals.known_from,
        spans.preference, spans.updated_at DESC, spans.source, spans.source_id
),

with_breaks AS (
    SELECT
        *,
        (lag(known_to) OVER history IS DISTINCT FROM known_from)
        OR (lag(date_of_birth) OVER history, lag(sex) OVER history) IS DISTINCT FROM (date_of_birth, sex) AS is_break
    FROM best
    WINDOW history AS (PARTITION BY person_key ORDER BY known_from)
),

numbered AS (
    SELECT *, count(*) FILTER (WHERE is_break) OVER (PARTITION BY person_key ORDER BY known_from) AS stretch
    FROM with_breaks
)

SELECT
    person_key, min(date_of_birth), min(sex), min(known_from),
    CASE WHEN bool_or(known_to IS NULL) THEN NULL ELSE max(known_to) END
FROM numbered
GROUP BY person_key, stretch
"""
