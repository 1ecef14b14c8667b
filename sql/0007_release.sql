-- Releases: immutable rows by release_id, one list partition per table and release. What readers see is decided by
-- a pointer row per channel, so that a publication is one row and a snapshot never sees half of it.
SET LOCAL ROLE owner;

CREATE TABLE release.release (
    release_id text COLLATE "C" PRIMARY KEY,
    run_key text NOT NULL REFERENCES ops.run,
    as_of_date date NOT NULL,
    known_as_of date NOT NULL,
    definitions_hash text NOT NULL,
    reference_hash text NOT NULL,
    code_version text NOT NULL,
    deliveries_hash text NOT NULL,
    candidate_hash text NOT NULL,
    table_hashes jsonb NOT NULL,
    gate_result text NOT NULL,
    gate_warnings jsonb NOT NULL,
    published_at timestamptz NOT NULL
);

CREATE TABLE release.source_state (
    release_id text COLLATE "C" NOT NULL REFERENCES release.release,
    feed text NOT NULL,
    source text COLLATE "C" NOT NULL,
    last_extract_date date,
    last_sequence integer,
    last_revision integer,
    deliveries integer NOT NULL,
    missing_sequences integer[] NOT NULL,
    is_confirmed boolean NOT NULL,
    refused text[] NOT NULL,
    PRIMARY KEY (release_id, feed, source)
);
COMMENT ON TABLE release.source_state IS 'Per release and source: what it rests on, what is missing, what was refused';

CREATE TABLE release.pointer (
    channel text PRIMARY KEY CHECK (channel IN ('live', 'board')),
    release_id text COLLATE "C" NOT NULL REFERENCES release.release,
    moved_at timestamptz NOT NULL
);

CREATE TABLE release.cohort_member (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    cohort_start date NOT NULL,
    cohort_end date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    person_key text COLLATE "C" NOT NULL,
    index_date date NOT NULL,
    index_outcome text,
    index_tier text,
    index_offence_group text,
    index_seriousness smallint,
    age_at_index smallint NOT NULL,
    sex text NOT NULL,
    ethnicity_group text NOT NULL,
    care_status text NOT NULL,
    sen_status text NOT NULL,
    team text NOT NULL,
    ward_code text NOT NULL,
    ete_band text NOT NULL,
    likelihood_of_reoffending text NOT NULL,
    rosh text NOT NULL,
    intervention_level text NOT NULL,
    previous_offences integer NOT NULL,
    is_first_time_entrant boolean NOT NULL,
    follow_up_end date NOT NULL,
    proof_end date NOT NULL,
    state text NOT NULL,
    is_reoffender boolean NOT NULL,
    reoffences integer NOT NULL,
    reoffence_occasions integer NOT NULL,
    first_reoffence_date date,
    days_to_first_reoffence integer,
    first_reoffence_band text,
    max_reoffence_seriousness smallint,
    seriousness_change smallint,
    pending_offences integer NOT NULL,
    has_police_match boolean NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.reoffence (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    person_key text COLLATE "C" NOT NULL,
    offence_key text COLLATE "C" NOT NULL,
    offence_date date NOT NULL,
    outcome_date date NOT NULL,
    outcome text NOT NULL,
    tier text NOT NULL,
    offence_group text NOT NULL,
    seriousness smallint,
    found_in text NOT NULL
) PARTITION BY LIST (release_id);

CREATE TABLE release.cohort_summary (
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

CREATE TABLE access.reader_service (
    reader text NOT NULL,
    service text COLLATE "C" NOT NULL,
    PRIMARY KEY (reader, service)
);
COMMENT ON TABLE access.reader_service IS
'Which login reads which service; * reads every row, and only it reads yot all';
INSERT INTO access.reader_service (reader, service)
VALUES ('analyst', '*'), ('practitioner', '*'), ('auditor', '*');

ALTER TABLE release.cohort_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE release.reoffence ENABLE ROW LEVEL SECURITY;
ALTER TABLE release.cohort_summary ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_service ON release.cohort_member FOR SELECT TO views USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = current_user)
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
);
CREATE POLICY own_service ON release.reoffence FOR SELECT TO views USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = current_user)
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
);
CREATE POLICY own_service ON release.cohort_summary FOR SELECT TO views USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = current_user AND service <> 'all')
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
);

RESET ROLE;
