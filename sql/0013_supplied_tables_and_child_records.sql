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

GRANT SELECT ON identity.supplied_table TO loader, transformer;
GRANT SELECT ON identity.child_record TO transformer;

RESET ROLE;
