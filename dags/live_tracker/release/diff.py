"""What changed from one release to another, in counts, each member's change under one cause: the parts add up."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from live_tracker.database import Connection, connect
from live_tracker.errors import TrackerError
from live_tracker.release.copying import as_owner
from live_tracker.release.publish import Channel, current_release
from live_tracker.settings import Settings

CAUSES = {
    "merge or split": "records of the child came to be another person's, or came from one",
    "deletion": "a record of the child was taken out",
    "late outcome": "an outcome of the child became known",
    "correction": "another record of the child was added or changed",
    "time passed": "only the as-of day is another",
    "definition": "the definitions are others",
    "code": "the code or the code lists are others",
    "unexplained": "nothing of the above: tell the engineers",
}
"""In the order in which they are asked: a change has the first that holds."""


class Change(NamedTuple):
    """How many members of a cell changed by a cause, and by how much that moves its counts."""

    definition: str
    cohort: str
    yot: str
    cause: str
    members: int
    children: int
    reoffenders: int
    reoffences: int


class Cell(NamedTuple):
    """A cell of the summary in the first release and in the second: children, reoffenders, reoffences."""

    definition: str
    cohort: str
    yot: str
    before: tuple[int, int, int]
    after: tuple[int, int, int]


class Diff(NamedTuple):
    """Two releases, the cells that differ and why."""

    first: str
    second: str
    cells: list[Cell]
    changes: list[Change]


def diff(settings: Settings, first: str, second: str, cohort: str | None, definition: str | None) -> Diff:
    """Compare two releases; `live` and `board` name those that readers see now.

    Raises TrackerError if there is no such release.
    """
    with connect(settings, "migrator") as connection:
        names = [_named(connection, name) for name in (first, second)]
        with as_owner(connection), connection.cursor() as cursor:
            days = [_known_as_of(cursor, name) for name in names]
            chosen = {
                "first": names[0],
                "second": names[1],
                "since": min(days),
                "until": max(days),
                "cohort": cohort,
                "definition": definition,
            }
            cursor.execute(_CELLS, chosen)
            cells = [Cell(row[0], row[1], row[2], row[3:6], row[6:9]) for row in cursor.fetchall()]
            cursor.execute(_CHANGES, chosen)
            changes = [Change(*row) for row in cursor.fetchall()]
    return Diff(str(names[0]), str(names[1]), cells, changes)


def _named(connection: Connection, name: str) -> str | None:
    channel: Channel | None = "live" if name == "live" else "board" if name == "board" else None
    return current_release(connection, channel) if channel else name


def _known_as_of(cursor: Cursor, release_id: str | None) -> dt.date:
    cursor.execute("SELECT known_as_of FROM release.release WHERE release_id = %s", (release_id,))
    row = cursor.fetchone()
    if row is None:
        raise TrackerError(
            f"there is no release {release_id or 'yet'}", "release.release", "`make status` names the current one"
        )
    known_as_of: dt.date = row[0]
    return known_as_of


_CELLS = """
SELECT
    definition, cohort, yot,
    coalesce(before.children, 0), coalesce(before.reoffenders, 0), coalesce(before.reoffences, 0),
    coalesce(after.children, 0), coalesce(after.reoffenders, 0), coalesce(after.reoffences, 0)
FROM (SELECT * FROM release.cohort_summary WHERE release_id = %(first)s) AS before
FULL JOIN (SELECT * FROM release.cohort_summary WHERE release_id = %(second)s) AS after
    USING (definition, cohort, yot)
WHERE
    yot <> 'all'
    AND cohort = coalesce(%(cohort)s, cohort)
    AND definition = coalesce(%(definition)s, definition)
    AND (before.children, before.reoffenders, before.reoffences)
    IS DISTINCT FROM (after.children, after.reoffenders, after.reoffences)
ORDER BY 1, 2, 3
"""

_VERSIONS_OF_A_TABLE = """
SELECT
    records.person_key, version.deleted, version.known_from, {is_outcome} AS is_outcome,
    NOT EXISTS (
        SELECT FROM raw.{table}_version AS earlier
        WHERE earlier.source = version.source AND earlier.key = version.key AND earlier.known_from < version.known_from
    ) AS is_first
FROM records
INNER JOIN raw.{table} AS record ON records.source = record.source AND records.source_id = record.{key}
INNER JOIN raw.{table}_version AS version ON record.source = version.source AND record.row_hash = version.row_hash
WHERE records.source_system = '{system}'
"""
_OF_CHILDREN = ("yot_child", "yot_offence", "yot_outcome", "yot_custody_episode", "yot_child_flag")
_OF_NOMINALS = ("pnc_nominal", "pnc_arrest_summons", "pnc_offence", "pnc_disposal")
_OUTCOMES = {"yot_outcome", "pnc_disposal"}
_VERSIONS = "UNION ALL".join(
    _VERSIONS_OF_A_TABLE.format(system=system, table=table, key=key, is_outcome=str(table in _OUTCOMES).lower())
    for system, key, tables in (("cms", "child_id", _OF_CHILDREN), ("pnc", "pnc_id", _OF_NOMINALS))
    for table in tables
)

# the records of a person are those that any link ever gave it: what moved away counts as well
_CHANGES = f"""
WITH members AS (
    SELECT
        definition, cohort, yot, person_key,
        coalesce((after.person_key IS NOT NULL)::integer, 0) - coalesce((before.person_key IS NOT NULL)::integer, 0)
            AS children,
        coalesce(after.is_reoffender::integer, 0) - coalesce(before.is_reoffender::integer, 0) AS reoffenders,
        coalesce(after.reoffences, 0) - coalesce(before.reoffences, 0) AS reoffences
    FROM (SELECT * FROM release.cohort_member WHERE release_id = %(first)s) AS before
    FULL JOIN (SELECT * FROM release.cohort_member WHERE release_id = %(second)s) AS after
        USING (definition, cohort, yot, person_key)
    WHERE cohort = coalesce(%(cohort)s, cohort) AND definition = coalesce(%(definition)s, definition)
),

changed AS (
    SELECT * FROM members WHERE (children, reoffenders, reoffences) <> (0, 0, 0)
),

people AS (
    SELECT DISTINCT person_key FROM changed
),

spans AS (
    SELECT
        link.*,
        lag(link.person_key) OVER record_history AS person_before,
        lead(link.person_key) OVER record_history AS person_after
    FROM identity.person_link AS link
    WHERE (link.source_system, link.source, link.source_id) IN (
        SELECT source_system, source, source_id FROM identity.person_link WHERE person_key IN (TABLE people)
    )
    WINDOW record_history AS (PARTITION BY link.source_system, link.source, link.source_id ORDER BY link.known_from)
),

moved AS (
    SELECT person_key FROM spans
    WHERE
        (person_before <> person_key AND known_from > %(since)s AND known_from <= %(until)s)
        OR (person_after <> person_key AND known_to > %(since)s AND known_to <= %(until)s)
),

records AS (
    SELECT DISTINCT source_system, source, source_id, person_key FROM spans WHERE person_key IN (TABLE people)
),

known AS (
    {_VERSIONS}
),

causes AS (
    SELECT
        person_key,
        bool_or(deleted) AS has_deletion,
        bool_or(is_outcome AND is_first AND NOT deleted) AS has_late_outcome
    FROM known
    WHERE known_from > %(since)s AND known_from <= %(until)s
    GROUP BY person_key
),

releases AS (
    SELECT
        before.as_of_date <> after.as_of_date AS is_other_day,
        before.definitions_hash <> after.definitions_hash AS are_other_definitions,
        (before.code_version, before.reference_hash) <> (after.code_version, after.reference_hash) AS is_other_code
    FROM release.release AS before
    CROSS JOIN release.release AS after
    WHERE before.release_id = %(first)s AND after.release_id = %(second)s
),

told AS (
    SELECT
        changed.*,
        CASE
            WHEN changed.person_key IN (TABLE moved) THEN 'merge or split'
            WHEN causes.has_deletion THEN 'deletion'
            WHEN causes.has_late_outcome THEN 'late outcome'
            WHEN causes.person_key IS NOT NULL THEN 'correction'
            WHEN releases.are_other_definitions THEN 'definition'
            WHEN releases.is_other_code THEN 'code'
            WHEN releases.is_other_day THEN 'time passed'
            ELSE 'unexplained'
        END AS cause
    FROM changed
    CROSS JOIN releases
    LEFT JOIN causes ON changed.person_key = causes.person_key
)

SELECT definition, cohort, yot, cause, count(*), sum(children), sum(reoffenders), sum(reoffences)
FROM told
GROUP BY definition, cohort, yot, cause
ORDER BY definition, cohort, yot, cause
"""  # noqa: S608 - names of tables and columns from the lists above
