"""Identity resolution: who is whom over all of history, by ids, by weight and by what people decided.

The outcome is a function of the versions in raw, the decisions, the model and the identity key, never of the order in
which deliveries came; a night that changes nothing writes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from live_tracker import fences
from live_tracker.build.code import files_digest
from live_tracker.database import analyze, connect
from live_tracker.identity import scope
from live_tracker.identity.by_weight import ForReview
from live_tracker.identity.clusters import Edge, Membership, Record, memberships
from live_tracker.identity.copying import copy_rows
from live_tracker.identity.histories import Histories, read_histories
from live_tracker.identity.keys import identity_key
from live_tracker.identity.linkage.model import Model, model_of
from live_tracker.identity.spans import END, overlaps
from live_tracker.identity.ties import tied
from live_tracker.settings import Settings

KEPT = [
    *("identity.person_link", "identity.span", "identity.person", "identity.record", "identity.record_id"),
    *("identity.face", "identity.face_pair"),
]
"""What the next night, and the build, look things up in."""


@dataclass(frozen=True)
class LinkReport:
    """How many records and persons there are, and how many rows of identity.* this run changed."""

    records: int
    persons: int
    changed_links: int
    changed_persons: int


def resolve(settings: Settings, run_key: str, token: int) -> LinkReport:
    """Bring identity.person_link and identity.person up to the versions in raw, in one transaction.

    Raises Overtaken if a newer run works on identity. `run_key` names the run in the fence alone.
    """
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        fences.hold(connection, "identity", token)
        report = bring_up(cursor, identity_key(settings), model_of(settings))
    if report.changed_links or report.changed_persons:
        analyze(settings, KEPT)
    return report


def bring_up(cursor: Cursor, key: bytes, model: Model | None) -> LinkReport:
    """The same within a transaction of the caller's, once in it; `key` is the identity key.

    Without a model nothing is weighed: only ids that agree and people tie records together.
    """
    histories, edges, waiting = _taken_up(cursor, model, scope.begin(cursor, _fingerprint(key, model)))
    found = memberships([*histories.children, *histories.nominals], edges)
    changed_links = _write_links(cursor, _link_rows(found, histories, key))
    if changed_links:
        _write_spans(cursor)
    changed_persons = _write_persons(cursor)
    _write_reviews(cursor, waiting)
    cursor.execute(
        "SELECT (SELECT count(*) FROM identity.record), (SELECT count(DISTINCT person_key) FROM identity.person)"
    )
    records, persons = cursor.fetchone() or (0, 0)
    return LinkReport(records, persons, changed_links, changed_persons)


def _taken_up(cursor: Cursor, model: Model | None, is_all: bool) -> tuple[Histories, list[Edge], list[ForReview]]:
    """The histories of the scope and what ties them, once nothing outside it hangs together with them any more."""
    while True:
        histories = read_histories(cursor)
        scope.note_ids(cursor, histories)
        if not is_all and scope.spread(cursor):
            continue
        ties = tied(cursor, histories, model)
        # a new face may have found somebody of whom nothing has changed
        if is_all or not scope.spread(cursor):
            return histories, ties.edges, ties.reviews


def _fingerprint(key: bytes, model: Model | None) -> str:
    """64 hex digits over all but the records that a link may hang on: the model, this code and, by its hash, the key."""
    folder = Path(__file__).parent
    digest = files_digest(folder, (path for path in folder.rglob("*") if path.suffix in {".py", ".csv"}))
    digest.update(hmac.new(key, b"fingerprint", hashlib.sha256).digest() + repr(model).encode())
    return digest.hexdigest()


def person_key(key: bytes, record: Record) -> str:
    """The pseudonym of the person whom the record names: 32 hexadecimal digits of an HMAC-SHA256."""
    named = "\x1f".join((record.source_system, record.source, record.source_id))
    return hmac.new(key, named.encode(), hashlib.sha256).hexdigest()[:32]


def _link_rows(found: Iterable[Membership], histories: Histories, key: bytes) -> Iterator[tuple[object, ...]]:
    """Rows of person_link: each membership cut to the spans in which its record is there."""
    for membership in found:
        record = membership.record
        reason = (person_key(key, membership.earliest), membership.method, membership.weight)
        for start, end in overlaps([(membership.known_from, membership.known_to)], histories.live(record)):
            yield (*record[2:], *reason, start, None if end == END else end)


def _write_links(cursor: Cursor, rows: Iterable[tuple[object, ...]]) -> int:
    # whose they were before counts as well: the person may have lost a record
    cursor.execute(
        """
        CREATE TEMPORARY TABLE affected_person ON COMMIT DROP AS
        SELECT DISTINCT person_key
        FROM identity.person_link
        INNER JOIN pg_temp.scope USING (source_system, source, source_id)
        """
    )
    cursor.execute("CREATE TEMPORARY TABLE resolved (LIKE identity.person_link) ON COMMIT DROP")
    columns = ("source_system", "source", "source_id", "person_key", "method", "match_weight", "known_from", "known_to")
    copy_rows(cursor, "pg_temp.resolved", columns, rows)
    cursor.execute("INSERT INTO pg_temp.affected_person SELECT DISTINCT person_key FROM pg_temp.resolved")
    return _replace_changed(cursor, "person_link")


def _write_reviews(cursor: Cursor, waiting: Iterable[ForReview]) -> None:
    cursor.execute("CREATE TEMPORARY TABLE waiting (LIKE identity.review_queue) ON COMMIT DROP")
    columns = (
        *("source", "child_id", "other_system", "other_source", "other_id", "method", "match_weight"),
        *("known_from", "known_to"),
    )
    rows = (
        (*one.child[3:], *one.other[2:], *one[2:5], None if one.known_to == END else one.known_to) for one in waiting
    )
    copy_rows(cursor, "pg_temp.waiting", columns, rows)
    cursor.execute(
        """
        DELETE FROM identity.review_queue AS kept
        USING pg_temp.scope
        WHERE
            (scope.source_system, scope.source, scope.source_id) = ('cms', kept.source, kept.child_id)
            AND kept NOT IN (SELECT waiting FROM waiting)
        """
    )
    cursor.execute("INSERT INTO identity.review_queue TABLE pg_temp.waiting ON CONFLICT DO NOTHING")


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
    """Bring identity.span up to the links, for the records of the scope whose links differ."""
    cursor.execute(
        """
        CREATE TEMPORARY TABLE made_span ON COMMIT DROP AS
        SELECT link_span.*
        FROM pg_temp.scope
        CROSS JOIN LATERAL (
            SELECT * FROM identity.link_span AS made
            WHERE
                made.source_system = scope.source_system
                AND made.source = scope.source
                AND made.source_id = scope.source_id
        ) AS link_span
        """
    )
    cursor.execute(
        """
        CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
        WITH kept AS (
            SELECT span.* FROM identity.span INNER JOIN pg_temp.scope USING (source_system, source, source_id)
        )

        SELECT DISTINCT source_system, source, source_id
        FROM (
            (TABLE pg_temp.made_span EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE pg_temp.made_span)
        ) AS differing
        """
    )
    cursor.execute("DELETE FROM identity.span WHERE (source_system, source, source_id) IN (TABLE pg_temp.differing)")
    cursor.execute(
        """
        INSERT INTO identity.span
        SELECT * FROM pg_temp.made_span WHERE (source_system, source, source_id) IN (TABLE pg_temp.differing)
        """
    )


_REPLACE = {
    "person_link": (
        """
        DELETE FROM identity.person_link AS kept
        USING pg_temp.scope
        WHERE (kept.source_system, kept.source, kept.source_id) = (scope.source_system, scope.source, scope.source_id)
        AND NOT EXISTS (
            SELECT FROM pg_temp.resolved
            WHERE
                resolved.source_system = kept.source_system AND resolved.source = kept.source
                AND resolved.source_id = kept.source_id AND resolved.known_from = kept.known_from
                AND resolved.person_key = kept.person_key AND resolved.method = kept.method
                AND resolved.match_weight IS NOT DISTINCT FROM kept.match_weight
                AND resolved.known_to IS NOT DISTINCT FROM kept.known_to
        )
        """,
        "INSERT INTO identity.person_link SELECT * FROM pg_temp.resolved ON CONFLICT DO NOTHING",
    ),
    "person": (
        """
        DELETE FROM identity.person AS kept
        WHERE kept.person_key IN (TABLE pg_temp.affected_person) AND NOT EXISTS (
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
    WHERE NOT version.deleted AND link.person_key IN (TABLE pg_temp.affected_person)
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
    WHERE NOT version.deleted AND link.person_key IN (TABLE pg_temp.affected_person)
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
