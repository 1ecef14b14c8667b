-- Identity: who is whom, through time. The keyed hash behind person_key is made outside the database.
SET LOCAL ROLE owner;

CREATE TABLE identity.person_link (
    source_system text COLLATE "C" NOT NULL CHECK (source_system IN ('cms', 'pnc')),
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    person_key text COLLATE "C" NOT NULL,
    method text NOT NULL,
    match_weight double precision,
    known_from date NOT NULL,
    known_to date,
    PRIMARY KEY (source_system, source, source_id, known_from)
);
COMMENT ON TABLE identity.person_link IS
'One row per record and span of extract dates in which it belongs to a person; none while the record is deleted';
CREATE INDEX person_link_person ON identity.person_link (person_key);

CREATE TABLE identity.person (
    person_key text COLLATE "C" NOT NULL,
    date_of_birth date NOT NULL,
    sex text NOT NULL,
    known_from date NOT NULL,
    known_to date,
    PRIMARY KEY (person_key, known_from)
);

-- person_link with its gaps: before a record was known, while it was deleted, and after.
CREATE VIEW identity.record_span AS
WITH ordered AS (
    SELECT
        source_system,
        source,
        source_id,
        person_key,
        known_from,
        known_to,
        row_number() OVER record_history AS link_number,
        lead(known_from) OVER record_history AS next_known_from
    FROM identity.person_link
    WINDOW record_history AS (PARTITION BY source_system, source, source_id ORDER BY known_from)
)

SELECT source_system, source, source_id, person_key, known_from, known_to
FROM ordered
UNION ALL
SELECT source_system, source, source_id, NULL, NULL, known_from
FROM ordered
WHERE link_number = 1
UNION ALL
SELECT source_system, source, source_id, NULL, known_to, next_known_from
FROM ordered
WHERE known_to IS NOT NULL AND known_to IS DISTINCT FROM next_known_from;

RESET ROLE;
