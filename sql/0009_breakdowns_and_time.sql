-- Breakdowns and time: four more published tables, released, partitioned and shown like the first three.
SET LOCAL ROLE owner;

CREATE TABLE release.cohort_summary_annual (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    cohort_start date NOT NULL,
    cohort_end date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    children integer NOT NULL,
    distinct_children integer NOT NULL,
    reoffenders integer NOT NULL,
    reoffences integer NOT NULL,
    binary_rate numeric(9, 6) NOT NULL,
    binary_rate_low numeric(9, 6) NOT NULL,
    binary_rate_high numeric(9, 6) NOT NULL,
    reoffences_per_reoffender numeric(9, 6),
    reoffences_per_child numeric(9, 6) NOT NULL,
    children_closed integer NOT NULL,
    maturity numeric(5, 4) NOT NULL,
    state text NOT NULL,
    change_on_year_points numeric(9, 4)
) PARTITION BY LIST (release_id);

CREATE TABLE release.cohort_breakdown (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    children integer NOT NULL,
    reoffenders integer NOT NULL,
    reoffences integer NOT NULL,
    binary_rate numeric(9, 6) NOT NULL,
    binary_rate_low numeric(9, 6) NOT NULL,
    binary_rate_high numeric(9, 6) NOT NULL,
    reoffences_per_reoffender numeric(9, 6),
    reoffences_per_child numeric(9, 6) NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.time_to_reoffence (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    band text COLLATE "C" NOT NULL,
    reoffenders integer NOT NULL,
    share numeric(9, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.milestone (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    month integer NOT NULL,
    children integer NOT NULL,
    children_reached integer NOT NULL,
    reoffenders integer NOT NULL,
    reoffences integer NOT NULL,
    binary_rate numeric(9, 6),
    low numeric(9, 6),
    high numeric(9, 6)
) PARTITION BY LIST (release_id);

GRANT CREATE ON SCHEMA analytics TO views;

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY['cohort_summary_annual', 'cohort_breakdown', 'time_to_reoffence', 'milestone'] LOOP
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

REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
