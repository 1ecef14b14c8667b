"""Which records a night takes up: those that changed, and all that hang together with one of them.

Whatever decides about a record (ids that it shares, faces that it weighs with, decisions, its person) joins it to other
records; a group of records so joined is decided on by itself. The records are in the temporary table `scope`.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.clusters import Record
from live_tracker.identity.copying import copy_rows
from live_tracker.identity.histories import Histories

MOST_CHANGED = 0.2
"""Share of changed records from which everything is taken up: it costs no more."""

_CHANGED = (
    *(("cms", table, "child_id") for table in ("yot_child", "yot_offence", "yot_outcome")),
    *(("pnc", table, "pnc_id") for table in ("pnc_nominal", "pnc_alias", "pnc_arrest_summons", "pnc_disposal")),
)
"""Feed, table and the column that names the record, of all that linkage reads."""


def begin(cursor: Cursor, fingerprint: str) -> bool:
    """Fill the scope with what changed since the last night; whether that is everything.

    `fingerprint` is of the model, the code and the key: if it is another, nothing that was kept is of use.
    """
    cursor.execute("CREATE TEMPORARY TABLE scope (LIKE identity.record INCLUDING ALL) ON COMMIT DROP")
    cursor.execute("CREATE TEMPORARY TABLE taken (LIKE raw.unresolved) ON COMMIT DROP")
    # taken and deleted in one statement: what is landed meanwhile waits for the next night
    cursor.execute("WITH gone AS (DELETE FROM raw.unresolved RETURNING *) INSERT INTO pg_temp.taken TABLE gone")
    cursor.execute(
        """
        INSERT INTO identity.taken_decision SELECT decision_id FROM identity.review_decision
        ON CONFLICT DO NOTHING RETURNING decision_id
        """
    )
    decisions = [decision_id for (decision_id,) in cursor]
    cursor.execute("SELECT fingerprint FROM identity.resolved")
    (kept,) = cursor.fetchone() or (None,)
    is_all = kept != fingerprint
    if is_all:
        cursor.execute("DELETE FROM identity.face")
    else:
        _fill_with_changed(cursor, decisions)
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_temp.scope) > %s * count(*) FROM identity.record", [MOST_CHANGED]
        )
        (is_all,) = cursor.fetchone() or (True,)
    if is_all:
        cursor.execute(_EVERYTHING)
    cursor.execute("DELETE FROM identity.resolved")
    cursor.execute("INSERT INTO identity.resolved (fingerprint) VALUES (%s)", (fingerprint,))
    cursor.execute("ANALYZE pg_temp.scope")
    return bool(is_all)


def note_ids(cursor: Cursor, histories: Histories) -> None:
    """Bring identity.record and the ids by which records find each other up to the histories of the scope."""
    cursor.execute(
        """
        DELETE FROM identity.record
        WHERE (source_system, source, source_id) IN (SELECT source_system, source, source_id FROM pg_temp.scope)
        """
    )
    copy_rows(
        *(cursor, "identity.record", ("source_system", "source", "source_id")),
        (record[2:] for record in (*histories.children, *histories.nominals)),
    )
    copy_rows(cursor, "identity.record_id", ("source_system", "source", "source_id", "shared_id"), _ids(histories))


def spread(cursor: Cursor) -> bool:
    """Add every record that hangs together with one of the scope; whether there were any."""
    grew = False
    while True:
        cursor.execute(_NEIGHBOURS)
        if not cursor.rowcount:
            break
        grew = True
        cursor.execute("ANALYZE pg_temp.scope")
    return grew


def _fill_with_changed(cursor: Cursor, decisions: list[int]) -> None:
    for system, table, key in _CHANGED:
        cursor.execute(
            f"""
            INSERT INTO pg_temp.scope
            SELECT %s, record.source, record.{key}
            FROM pg_temp.taken
            INNER JOIN raw.{table} AS record ON taken.source = record.source AND taken.row_hash = record.row_hash
            WHERE taken.table_name = %s AND record.{key} IS NOT NULL
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - names of tables and columns from the list above
            (system, table),
        )
    cursor.execute(
        """
        INSERT INTO pg_temp.scope
        SELECT 'cms', source, child_id FROM identity.review_decision WHERE decision_id = ANY (%(new)s)
        UNION
        SELECT other_system, other_source, other_id FROM identity.review_decision WHERE decision_id = ANY (%(new)s)
        ON CONFLICT DO NOTHING
        """,
        {"new": decisions},
    )


def _ids(histories: Histories) -> Iterator[tuple[str, str, str, str]]:
    for records in (histories.children, histories.nominals):
        for record, versions in records.items():
            told = {each for version in versions for each in (version.shared_id, _cro(version.cro)) if each}
            for shared_id in told | _own(record):
                yield (*record[2:], shared_id)


def _own(record: Record) -> set[str]:
    return {record.source_id} if record.source_system == "pnc" else set()


def _cro(number: str | None) -> str | None:
    return f"CRO {number}" if number else None


_EVERYTHING = """
INSERT INTO pg_temp.scope
SELECT 'cms', source, key FROM raw.yot_child_version
UNION
SELECT 'pnc', source, key FROM raw.pnc_nominal_version
UNION
TABLE identity.record
ON CONFLICT DO NOTHING
"""

_NEIGHBOURS = """
INSERT INTO pg_temp.scope
SELECT other.source_system, other.source, other.source_id
FROM pg_temp.scope
INNER JOIN identity.record_id AS own USING (source_system, source, source_id)
INNER JOIN identity.record_id AS other ON own.shared_id = other.shared_id
UNION
SELECT other.source_system, other.source, other.source_id
FROM pg_temp.scope
INNER JOIN identity.person_link AS own USING (source_system, source, source_id)
INNER JOIN identity.person_link AS other ON own.person_key = other.person_key
UNION
SELECT other.source_system, other.source, other.source_id
FROM pg_temp.scope
INNER JOIN identity.face AS own USING (source_system, source, source_id)
INNER JOIN identity.face_pair AS pair ON own.face = pair.left_face
INNER JOIN identity.face AS other ON pair.right_face = other.face
UNION
SELECT other.source_system, other.source, other.source_id
FROM pg_temp.scope
INNER JOIN identity.face AS own USING (source_system, source, source_id)
INNER JOIN identity.face_pair AS pair ON own.face = pair.right_face
INNER JOIN identity.face AS other ON pair.left_face = other.face
UNION
SELECT decision.other_system, decision.other_source, decision.other_id
FROM pg_temp.scope
INNER JOIN identity.review_decision AS decision
    ON scope.source_system = 'cms' AND scope.source = decision.source AND scope.source_id = decision.child_id
UNION
SELECT 'cms', decision.source, decision.child_id
FROM pg_temp.scope
INNER JOIN identity.review_decision AS decision
    ON scope.source_system = decision.other_system
    AND scope.source = decision.other_source AND scope.source_id = decision.other_id
ON CONFLICT DO NOTHING
"""
