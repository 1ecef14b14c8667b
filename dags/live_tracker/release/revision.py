"""The table `revision`: what a release has that the frozen quarters have otherwise, by the query of `tracker diff`."""

from __future__ import annotations

import datetime as dt

from psycopg2 import sql

from live_tracker.database import Connection
from live_tracker.release.causes import CHANGES


def fill(connection: Connection, partition: sql.Identifier, release_id: str, as_of: dt.date) -> None:
    """Write the rows of a release, which must stand in release.release, into its partition; as role owner.

    The newest frozen quarter is compared in all cohorts, an older one in its own. Without one there is no row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quarter, release_id, quarter = max(quarter) OVER () FROM release.frozen_quarter ORDER BY quarter"
        )
        for quarter, frozen, is_newest in cursor.fetchall():
            cursor.execute(
                sql.SQL(_ROWS).format(partition=partition),
                {
                    "first": frozen,
                    "second": release_id,
                    "as_of": as_of,
                    "quarter": quarter,
                    "cohort": None if is_newest else quarter,
                    "definition": None,
                },
            )


_ROWS = f"""
INSERT INTO {{partition}} (
    release_id, as_of_date, frozen_quarter, frozen_release_id, definition, cohort, yot, cause,
    members, children, reoffenders, reoffences, frozen_children, frozen_reoffenders, frozen_reoffences
)
WITH changes AS (
    {CHANGES}
),

summed_up AS (
    SELECT
        definition, cohort, services.yot, cause,
        sum(members) AS members, sum(children) AS children,
        sum(reoffenders) AS reoffenders, sum(reoffences) AS reoffences
    FROM changes
    CROSS JOIN LATERAL (VALUES (changes.yot), ('all')) AS services (yot)
    GROUP BY definition, cohort, services.yot, cause
),

frozen AS (
    SELECT * FROM release.cohort_summary WHERE release_id = %(first)s
)

SELECT
    %(second)s, %(as_of)s, %(quarter)s, %(first)s, definition, cohort, yot, cause,
    summed_up.members, summed_up.children, summed_up.reoffenders, summed_up.reoffences,
    coalesce(frozen.children, 0), coalesce(frozen.reoffenders, 0), coalesce(frozen.reoffences, 0)
FROM summed_up
LEFT JOIN frozen USING (definition, cohort, yot)
"""  # noqa: S608 - the query of the causes
