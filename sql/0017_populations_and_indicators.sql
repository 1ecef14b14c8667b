-- Populations as reference data, and the indicators beside reoffending: first-time entrants, custody, remand, education,
-- serious violence, and what practitioners work from.
SET LOCAL ROLE owner;

CREATE TABLE reference.population (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    area text COLLATE "C" NOT NULL,
    year smallint NOT NULL,
    age text NOT NULL,
    ethnicity_group text NOT NULL,
    population integer NOT NULL CHECK (population >= 0),
    source text NOT NULL,
    source_date date NOT NULL,
    PRIMARY KEY (reference_hash, area, year, age, ethnicity_group)
);
COMMENT ON TABLE reference.population IS
'Children of 10 to 17 by area (a service, or another that plans name) and year; 10-17 and All is the total';
GRANT SELECT, INSERT ON reference.population TO loader;
GRANT SELECT ON reference.population TO transformer, publisher;

CREATE TABLE release.first_time_entrants (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    first_time_entrants integer NOT NULL,
    population integer,
    base_year smallint,
    population_source text,
    rate_per_100000 numeric(12, 6),
    first_time_entrants_year_before integer,
    population_year_before integer,
    base_year_year_before smallint,
    rate_per_100000_year_before numeric(12, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.custody (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    custodial_sentences integer NOT NULL,
    sentences integer NOT NULL,
    share_of_sentences numeric(9, 6),
    population integer,
    base_year smallint,
    population_source text,
    rate_per_1000 numeric(12, 6),
    custodial_sentences_year_before integer,
    population_year_before integer,
    base_year_year_before smallint,
    rate_per_1000_year_before numeric(12, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.remand (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    remands integer NOT NULL,
    remands_begun integer NOT NULL,
    children integer NOT NULL,
    nights integer NOT NULL,
    nights_per_remand numeric(12, 6),
    nights_per_child numeric(12, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.ete (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    age_group text COLLATE "C" NOT NULL,
    ete_band text COLLATE "C" NOT NULL,
    orders integer NOT NULL,
    orders_at_start integer NOT NULL,
    orders_at_end integer NOT NULL,
    children_at_end integer NOT NULL,
    share_at_start numeric(9, 6) NOT NULL,
    share_at_end numeric(9, 6) NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.serious_violence (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    span text COLLATE "C" NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_complete boolean NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    offences integer NOT NULL,
    children integer NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.caseload (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    person_key text COLLATE "C" NOT NULL,
    index_date date NOT NULL,
    follow_up_end date NOT NULL,
    days_gone integer NOT NULL,
    days_left integer NOT NULL,
    pending_offences integer NOT NULL,
    reoffences integer NOT NULL,
    last_reoffence_date date,
    likelihood_at_index text NOT NULL,
    likelihood_latest text NOT NULL,
    rosh_at_index text NOT NULL,
    rosh_latest text NOT NULL,
    rosh_change text NOT NULL,
    last_assessed_on date
) PARTITION BY LIST (release_id);

CREATE TABLE release.new_arrests (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    arrest_key text COLLATE "C" NOT NULL,
    person_key text COLLATE "C" NOT NULL,
    process_stage text NOT NULL,
    process_date date NOT NULL,
    known_on date NOT NULL,
    offences integer NOT NULL,
    max_seriousness smallint,
    is_in_case_record boolean NOT NULL,
    is_in_follow_up boolean NOT NULL
) PARTITION BY LIST (release_id);

GRANT CREATE ON SCHEMA analytics, practice TO views;

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY[
        'first_time_entrants', 'custody', 'remand', 'ete', 'serious_violence', 'caseload', 'new_arrests'
    ] LOOP
        EXECUTE format('ALTER TABLE release.%I ENABLE ROW LEVEL SECURITY', table_name);
        EXECUTE format(
            $policy$
            CREATE POLICY own_service ON release.%I FOR SELECT TO views USING (
                yot IN (SELECT service FROM access.reader_service WHERE reader = current_user AND service <> 'all')
                OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
            )
            $policy$,
            table_name
        );
        EXECUTE format('GRANT SELECT ON release.%I TO views, publisher', table_name);
    END LOOP;
    FOREACH table_name IN ARRAY ARRAY[
        'first_time_entrants', 'custody', 'remand', 'ete', 'serious_violence'
    ] LOOP
        EXECUTE format(
            $view$
            CREATE VIEW analytics.%1$I AS
            SELECT * FROM release.%1$I
            WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live')
            $view$,
            table_name
        );
        EXECUTE format('ALTER VIEW analytics.%I OWNER TO views', table_name);
        EXECUTE format('GRANT SELECT ON analytics.%I TO analyst, practitioner, auditor', table_name);
    END LOOP;
END
$$;

-- The child id of the case-management system stands beside the pseudonym here and nowhere else: ids of the service's own
-- records of the child, as they were linked on the release's known-as-of day.
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

-- Known since the release before: the newest one of an earlier known-as-of day.
CREATE VIEW practice.new_arrests AS
SELECT
    new_arrests.*,
    records.child_id
FROM release.new_arrests AS new_arrests
INNER JOIN release.release AS published ON new_arrests.release_id = published.release_id
LEFT JOIN LATERAL (
    SELECT string_agg(link.source_id, ';' ORDER BY link.source_id COLLATE "C") AS child_id
    FROM identity.person_link AS link
    WHERE
        link.source_system = 'cms'
        AND link.source = new_arrests.yot
        AND link.person_key = new_arrests.person_key
        AND link.known_from <= published.known_as_of
        AND (link.known_to IS NULL OR published.known_as_of < link.known_to)
) AS records ON TRUE
WHERE
    new_arrests.release_id
    = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live')
    AND new_arrests.known_on > coalesce(
        (
            SELECT max(earlier.known_as_of) FROM release.release AS earlier
            WHERE earlier.known_as_of < published.known_as_of
        ),
        '-infinity'
    );

ALTER VIEW practice.caseload OWNER TO views;
ALTER VIEW practice.new_arrests OWNER TO views;
GRANT SELECT ON practice.caseload, practice.new_arrests TO practitioner;

REVOKE CREATE ON SCHEMA analytics, practice FROM views;

RESET ROLE;
