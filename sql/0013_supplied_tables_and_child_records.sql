-- What models ask beside the rows themselves.
SET LOCAL ROLE owner;

-- Which tables a service supplies, and since which extract. An empty table says that there is nothing; a table that is
-- not delivered says nothing, and what rests on it is not known.
CREATE VIEW identity.supplied_table AS
WITH effective AS (
    SELECT DISTINCT ON (source, sequence)
        delivery_id,
        source,
        extract_date
    FROM ops.delivery
    WHERE feed = 'yot'
    ORDER BY source, sequence, revision DESC
)

SELECT
    effective.source,
    supplied.table_name COLLATE "C" AS table_name,
    min(effective.extract_date) AS known_from
FROM effective
INNER JOIN ops.delivery_table AS supplied ON effective.delivery_id = supplied.delivery_id
GROUP BY effective.source, supplied.table_name;

-- The records of a person in the order of their ids, where every tie of two of them ends, without the ids.
CREATE VIEW identity.child_record AS
SELECT DISTINCT
    person_key,
    source,
    encode(sha256(convert_to(source_id, 'UTF8')), 'hex') COLLATE "C" AS child_record,
    dense_rank() OVER (PARTITION BY person_key ORDER BY source, source_id) AS record_number
FROM identity.span
WHERE source_system = 'cms' AND person_key IS NOT null;

-- A version of a child's record is in force from its own extract, also where a link that changed later cuts it in two.
GRANT CREATE ON SCHEMA identity TO views;
CREATE OR REPLACE VIEW identity.yot_child AS
SELECT
    version.source,
    span.person_key,
    encode(sha256(convert_to(record.child_id, 'UTF8')), 'hex') COLLATE "C" AS child_record,
    record.ethnicity,
    record.ward_code,
    record.home_yot,
    record.team,
    record.sen_status,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to,
    version.known_from AS version_from
FROM raw.yot_child_version AS version
INNER JOIN raw.yot_child AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS null OR version.known_to IS null OR span.known_from < version.known_to)
        AND (span.known_to IS null OR version.known_from < span.known_to);
REVOKE CREATE ON SCHEMA identity FROM views;

GRANT SELECT ON identity.supplied_table TO loader, transformer;
GRANT SELECT ON identity.child_record TO transformer;

RESET ROLE;
