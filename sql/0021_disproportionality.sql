-- How often children of an ethnic group come to a stage of youth justice, against White children; and the programmes in
-- which a child of the caseload is.
SET LOCAL ROLE owner;

CREATE TABLE release.disproportionality (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    stage text COLLATE "C" NOT NULL,
    base_stage text COLLATE "C" NOT NULL,
    definition text COLLATE "C" NOT NULL,
    ethnicity_group text COLLATE "C" NOT NULL,
    children integer NOT NULL,
    base_children integer,
    rate numeric(9, 6),
    white_children integer NOT NULL,
    white_base_children integer,
    relative_rate_index numeric(15, 6),
    relative_rate_index_low numeric(15, 6),
    relative_rate_index_high numeric(15, 6),
    is_hidden boolean NOT NULL,
    share numeric(9, 6),
    population_share numeric(9, 6),
    gap_points numeric(9, 4),
    population integer,
    base_year smallint,
    population_source text
) PARTITION BY LIST (release_id);

-- releases made before have no programmes
ALTER TABLE release.caseload ADD COLUMN open_programmes integer;
ALTER TABLE release.caseload ADD COLUMN open_programme_types text;

GRANT CREATE ON SCHEMA analytics, practice TO views;

CALL release.keep_to_services('disproportionality');
CALL release.show_to_analysts('disproportionality');

-- as it was, over the new columns: a view takes new ones only at its end, where child_id is
DROP VIEW practice.caseload;
CREATE VIEW practice.caseload AS
SELECT
    caseload.*,
    records.child_id
FROM release.caseload AS caseload
INNER JOIN release.release AS published ON caseload.release_id = published.release_id
LEFT JOIN LATERAL (
    SELECT string_agg(link.source_id, ';' ORDER BY link.source_id COLLATE "C") AS child_id
    FROM identity.person_link AS link
    WHERE
        link.source_system = 'cms'
        AND link.source = caseload.yot
        AND link.person_key = caseload.person_key
        AND link.known_from <= published.known_as_of
        AND (link.known_to IS NULL OR published.known_as_of < link.known_to)
) AS records ON TRUE
WHERE
    caseload.release_id
    = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

ALTER VIEW practice.caseload OWNER TO views;
GRANT SELECT ON practice.caseload TO practitioner;

REVOKE CREATE ON SCHEMA analytics, practice FROM views;

RESET ROLE;
