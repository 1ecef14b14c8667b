"""Why a member's figures differ between two releases: the one query behind `tracker diff` and the table `revision`."""

from __future__ import annotations

CAUSES = {
    "erasure": "records of the child were erased",
    "merge or split": "records of the child came to be another person's, or came from one",
    "deletion": "a record of the child was taken out",
    "late outcome": "an outcome of the child became known",
    "correction": "another record of the child was added or changed",
    "definition": "the definitions are others",
    "code": "the code or the code lists are others",
    "time passed": "only the as-of day is another",
    "unexplained": "nothing of the above: tell the engineers",
}
"""In the order in which they are asked: a change has the first that holds."""

_FILTER = "cohort = coalesce(%(cohort)s, cohort) AND definition = coalesce(%(definition)s, definition)"

CELLS = f"""
SELECT
    definition, cohort, yot,
    coalesce(before.children, 0) AS children_before,
    coalesce(before.reoffenders, 0) AS reoffenders_before,
    coalesce(before.reoffences, 0) AS reoffences_before,
    coalesce(after.children, 0) AS children_after,
    coalesce(after.reoffenders, 0) AS reoffenders_after,
    coalesce(after.reoffences, 0) AS reoffences_after
FROM (SELECT * FROM release.cohort_summary WHERE release_id = %(first)s) AS before
FULL JOIN (SELECT * FROM release.cohort_summary WHERE release_id = %(second)s) AS after
    USING (definition, cohort, yot)
WHERE yot <> 'all' AND {_FILTER}
"""  # noqa: S608 - the filter is above
"""The cells of the services in the releases `first` and `second`; `cohort` and `definition` narrow them, or are null."""

_VERSIONS_OF_A_TABLE = """
SELECT
    records.person_key, version.deleted, {is_outcome} AS is_outcome,
    NOT EXISTS (
        SELECT FROM raw.{table}_version AS earlier
        WHERE earlier.source = version.source AND earlier.key = version.key AND earlier.known_from < version.known_from
    ) AS is_first
FROM records
INNER JOIN raw.{table} AS record ON records.source = record.source AND records.source_id = record.{key}
INNER JOIN raw.{table}_version AS version ON record.source = version.source AND record.row_hash = version.row_hash
CROSS JOIN releases
WHERE
    records.source_system = '{system}'
    AND (
        (version.known_from > releases.since AND version.known_from <= releases.until)
        OR (version.source, version.known_from) IN (SELECT source, day FROM late WHERE feed = '{feed}')
    )
"""
_OF_CHILDREN = ("yot_child", "yot_offence", "yot_outcome", "yot_programme", "yot_custody_episode", "yot_child_flag")
_OF_NOMINALS = ("pnc_nominal", "pnc_arrest_summons", "pnc_offence", "pnc_disposal")
_OUTCOMES = {"yot_outcome", "pnc_disposal"}
_VERSIONS = "UNION ALL".join(
    _VERSIONS_OF_A_TABLE.format(
        system=system, feed=table.partition("_")[0], table=table, key=key, is_outcome=str(table in _OUTCOMES).lower()
    )
    for system, key, tables in (("cms", "child_id", _OF_CHILDREN), ("pnc", "pnc_id", _OF_NOMINALS))
    for table in tables
)

# The releases are matched by literals, so that two partitions are read. The records of a person are those that any link
# ever gave it: what moved away counts as well.
CHANGES = f"""
WITH releases AS (
    SELECT
        least(before.known_as_of, after.known_as_of) AS since,
        greatest(before.known_as_of, after.known_as_of) AS until,
        least(before.published_at, after.published_at) AS known_at_first,
        greatest(before.published_at, after.published_at) AS known_at_last,
        before.as_of_date <> after.as_of_date AS is_other_day,
        before.definitions_hash <> after.definitions_hash AS are_other_definitions,
        (before.code_version, before.reference_hash) <> (after.code_version, after.reference_hash) AS is_other_code,
        EXISTS (
            SELECT FROM identity.erased_person
            WHERE erased_person.erased_on >= least(before.known_as_of, after.known_as_of)
        ) AS has_erasure
    FROM release.release AS before
    CROSS JOIN release.release AS after
    WHERE before.release_id = %(first)s AND after.release_id = %(second)s
),

cells AS (
    {CELLS}
),

members AS (
    SELECT
        definition, cohort, yot, person_key,
        (before.person_key IS NOT NULL)::integer AS children_before,
        coalesce(before.is_reoffender::integer, 0) AS reoffenders_before,
        coalesce(before.reoffences, 0) AS reoffences_before,
        (after.person_key IS NOT NULL)::integer AS children_after,
        coalesce(after.is_reoffender::integer, 0) AS reoffenders_after,
        coalesce(after.reoffences, 0) AS reoffences_after
    FROM (SELECT * FROM release.cohort_member WHERE release_id = %(first)s) AS before
    FULL JOIN (SELECT * FROM release.cohort_member WHERE release_id = %(second)s) AS after
        USING (definition, cohort, yot, person_key)
    WHERE {_FILTER}
),

changed AS (
    SELECT
        definition, cohort, yot, person_key,
        children_after - children_before AS children,
        reoffenders_after - reoffenders_before AS reoffenders,
        reoffences_after - reoffences_before AS reoffences
    FROM members
    WHERE
        (children_before, reoffenders_before, reoffences_before)
        <> (children_after, reoffenders_after, reoffences_after)
),

people AS (
    SELECT DISTINCT person_key FROM changed
),

-- what bears a day that the earlier release covers, and came after it
late AS (
    SELECT delivery.feed, delivery.source, delivery.extract_date AS day
    FROM ops.delivery AS delivery
    CROSS JOIN releases
    WHERE
        delivery.extract_date <= releases.since
        AND delivery.loaded_at > releases.known_at_first AND delivery.loaded_at <= releases.known_at_last
    UNION
    SELECT 'decision', decision.source, decision.decided_on
    FROM identity.review_decision AS decision
    CROSS JOIN releases
    WHERE
        decision.verdict <> 'note' AND decision.decided_on <= releases.since
        AND decision.recorded_at > releases.known_at_first AND decision.recorded_at <= releases.known_at_last
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

turns AS (
    SELECT person_key, known_from AS day FROM spans WHERE person_before <> person_key
    UNION ALL
    SELECT person_key, known_to FROM spans WHERE person_after <> person_key
),

moved AS (
    SELECT turns.person_key
    FROM turns
    CROSS JOIN releases
    WHERE
        (turns.day > releases.since AND turns.day <= releases.until)
        OR turns.day IN (SELECT late.day FROM late)
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
    GROUP BY person_key
),

told AS (
    SELECT
        changed.*,
        CASE
            WHEN erased.person_key IS NOT NULL THEN 'erasure'
            WHEN changed.person_key IN (TABLE moved) THEN 'merge or split'
            WHEN causes.has_deletion THEN 'deletion'
            WHEN causes.has_late_outcome THEN 'late outcome'
            WHEN causes.person_key IS NOT NULL THEN 'correction'
            -- what an erasure left of somebody, under a key of its own
            WHEN
                releases.has_erasure AND changed.children > 0
                AND changed.person_key NOT IN (
                    SELECT person_key FROM release.cohort_member WHERE release_id = %(first)s
                )
                THEN 'erasure'
            WHEN releases.are_other_definitions THEN 'definition'
            WHEN releases.is_other_code THEN 'code'
            WHEN releases.is_other_day THEN 'time passed'
            ELSE 'unexplained'
        END AS cause
    FROM changed
    CROSS JOIN releases
    LEFT JOIN causes ON changed.person_key = causes.person_key
    LEFT JOIN identity.erased_person AS erased
        ON changed.person_key = erased.person_key AND erased.erased_on >= releases.since
),

listed AS (
    SELECT
        definition, cohort, yot,
        sum(children_before) AS children_before,
        sum(reoffenders_before) AS reoffenders_before,
        sum(reoffences_before) AS reoffences_before,
        sum(children_after) AS children_after,
        sum(reoffenders_after) AS reoffenders_after,
        sum(reoffences_after) AS reoffences_after
    FROM members
    GROUP BY definition, cohort, yot
),

-- an erasure leaves the counts of a release as they were, and takes the rows
rows_gone AS (
    SELECT
        definition, cohort, yot,
        cells.children_before - coalesce(listed.children_before, 0) AS children_before,
        cells.reoffenders_before - coalesce(listed.reoffenders_before, 0) AS reoffenders_before,
        cells.reoffences_before - coalesce(listed.reoffences_before, 0) AS reoffences_before,
        cells.children_after - coalesce(listed.children_after, 0) AS children_after,
        cells.reoffenders_after - coalesce(listed.reoffenders_after, 0) AS reoffenders_after,
        cells.reoffences_after - coalesce(listed.reoffences_after, 0) AS reoffences_after
    FROM cells
    LEFT JOIN listed USING (definition, cohort, yot)
),

parts AS (
    SELECT definition, cohort, yot, cause, 1 AS members, children, reoffenders, reoffences
    FROM told
    UNION ALL
    SELECT
        definition, cohort, yot,
        CASE WHEN releases.has_erasure THEN 'erasure' ELSE 'unexplained' END,
        greatest(children_before, children_after),
        children_after - children_before,
        reoffenders_after - reoffenders_before,
        reoffences_after - reoffences_before
    FROM rows_gone
    CROSS JOIN releases
    WHERE
        (children_before, reoffenders_before, reoffences_before)
        <> (children_after, reoffenders_after, reoffences_after)
)

SELECT
    definition, cohort, yot, cause,
    sum(members)::integer AS members,
    sum(children)::integer AS children,
    sum(reoffenders)::integer AS reoffenders,
    sum(reoffences)::integer AS reoffences
FROM parts
GROUP BY definition, cohort, yot, cause
"""  # noqa: S608 - names of tables and columns from the lists above
"""Each cell and cause by which a member's figures moved from `first` to `second`; parameters as of `CELLS`.

Of two different releases; the rows of a cell add up to the difference of its counts.
"""
