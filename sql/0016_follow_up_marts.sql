-- What the follow-up shows beside the rates: six more published tables, released, partitioned and shown like the rest, and
-- whether a change on the year before is beyond chance.
SET LOCAL ROLE owner;

ALTER TABLE release.cohort_summary ADD COLUMN is_beyond_chance boolean;
ALTER TABLE release.cohort_summary_annual ADD COLUMN is_beyond_chance boolean;

CREATE TABLE release.survival (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    day integer NOT NULL,
    at_risk integer NOT NULL,
    events integer NOT NULL,
    survival numeric(15, 12) NOT NULL,
    low numeric(15, 12) NOT NULL,
    high numeric(15, 12) NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.seriousness (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    change text COLLATE "C" NOT NULL,
    reoffenders integer NOT NULL,
    share numeric(9, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.offence_group_matrix (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    index_offence_group text COLLATE "C" NOT NULL,
    reoffence_group text COLLATE "C" NOT NULL,
    reoffenders integer NOT NULL,
    share numeric(9, 6) NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.concentration (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    reoffences_each integer NOT NULL,
    children integer NOT NULL,
    cumulative_children integer NOT NULL,
    cumulative_reoffences integer NOT NULL,
    share_of_children numeric(9, 6) NOT NULL,
    share_of_reoffenders numeric(9, 6),
    share_of_reoffences numeric(9, 6),
    top_tenth_reoffenders integer NOT NULL,
    top_tenth_share numeric(9, 6)
) PARTITION BY LIST (release_id);

CREATE TABLE release.risk_factor (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    factor text COLLATE "C" NOT NULL,
    children_with integer NOT NULL,
    reoffenders_with integer NOT NULL,
    children_without integer NOT NULL,
    reoffenders_without integer NOT NULL,
    children_unknown integer NOT NULL,
    rate_with numeric(9, 6),
    rate_without numeric(9, 6),
    risk_ratio numeric(15, 6),
    risk_ratio_low numeric(15, 6),
    risk_ratio_high numeric(15, 6),
    p_value numeric(9, 6),
    factors_compared integer NOT NULL,
    holds_after_correction boolean
) PARTITION BY LIST (release_id);

CREATE TABLE release.programme_outcome (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    programme_type text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    children integer NOT NULL,
    began_after_reoffence integer NOT NULL,
    reoffenders integer NOT NULL,
    reoffences integer NOT NULL,
    binary_rate numeric(9, 6),
    binary_rate_low numeric(9, 6),
    binary_rate_high numeric(9, 6),
    caution text COLLATE "C" NOT NULL
) PARTITION BY LIST (release_id);

GRANT CREATE ON SCHEMA analytics TO views;

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY[
        'survival', 'seriousness', 'offence_group_matrix', 'concentration', 'risk_factor', 'programme_outcome'
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

CREATE OR REPLACE VIEW analytics.cohort_summary AS
SELECT * FROM release.cohort_summary
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

CREATE OR REPLACE VIEW analytics.cohort_summary_annual AS
SELECT * FROM release.cohort_summary_annual
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
