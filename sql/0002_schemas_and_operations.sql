-- Schemas, and the operational tables: the ledger of deliveries, runs, fences, quarantine.
DO $$
DECLARE
    name text;
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO owner', current_database());
    FOREACH name IN ARRAY ARRAY[
        'ops', 'raw', 'identity', 'reference', 'access', 'release', 'analytics', 'board', 'practice'
    ] LOOP
        EXECUTE format('CREATE SCHEMA %I AUTHORIZATION owner', name);
    END LOOP;
    -- dbt's own: it makes and drops what is in them, and nothing outside dbt hangs on them. The dev target has its own.
    FOREACH name IN ARRAY ARRAY[
        'staging', 'intermediate', 'candidate', 'dev_staging', 'dev_intermediate', 'dev_candidate'
    ] LOOP
        EXECUTE format('CREATE SCHEMA %I AUTHORIZATION owner', name);
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO transformer', name);
    END LOOP;
    EXECUTE 'REVOKE ALL ON SCHEMA public FROM PUBLIC';
END
$$;

SET LOCAL ROLE owner;

ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE EXECUTE ON FUNCTIONS FROM public;

-- What a home is bound to: one row. deliveries_folder is set by the first landing and stays; definitions_folder is the
-- one given last.
CREATE TABLE ops.home (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    deliveries_folder text,
    definitions_folder text
);
INSERT INTO ops.home DEFAULT VALUES;

-- The ledger: one row per delivery that was loaded. The effective delivery of a sequence is its highest revision.
CREATE TABLE ops.delivery (
    delivery_id text PRIMARY KEY,
    feed text NOT NULL CHECK (feed IN ('yot', 'pnc')),
    source text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    revision integer NOT NULL,
    extract_date date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('full', 'delta')),
    folder text NOT NULL,
    is_confirmed boolean NOT NULL DEFAULT true,
    run_key text NOT NULL,
    loaded_at timestamptz NOT NULL,
    UNIQUE (feed, source, sequence, revision)
);
COMMENT ON COLUMN ops.delivery.delivery_id IS 'sha-256 of what the manifest says of the contents';
COMMENT ON COLUMN ops.delivery.is_confirmed IS 'false where the receiver, not the sender, wrote the manifest';

-- Row accounting: delivered = loaded + quarantined, to the row.
CREATE TABLE ops.delivery_table (
    delivery_id text NOT NULL REFERENCES ops.delivery,
    table_name text NOT NULL,
    delivered integer NOT NULL,
    loaded integer NOT NULL,
    quarantined integer NOT NULL,
    PRIMARY KEY (delivery_id, table_name),
    CHECK (delivered = loaded + quarantined)
);

CREATE TABLE ops.quarantine (
    delivery_id text NOT NULL REFERENCES ops.delivery,
    table_name text NOT NULL,
    line_no integer NOT NULL,
    column_name text,
    reason text NOT NULL
);
CREATE INDEX quarantine_delivery ON ops.quarantine (delivery_id);

-- What was loaded and yet deserves a look: counts of unknown codes, extra columns, repeated rows.
CREATE TABLE ops.delivery_warning (
    delivery_id text NOT NULL REFERENCES ops.delivery,
    table_name text NOT NULL,
    column_name text,
    reason text NOT NULL,
    rows integer NOT NULL
);
CREATE INDEX delivery_warning_delivery ON ops.delivery_warning (delivery_id);

-- Every look at a delivery folder, whatever came of it: loaded, unchanged, refused, incomplete.
CREATE TABLE ops.delivery_attempt (
    attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_key text NOT NULL,
    feed text NOT NULL,
    source text NOT NULL,
    folder text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('loaded', 'unchanged', 'refused', 'incomplete')),
    delivery_id text,
    reason text,
    table_name text,
    line_no integer,
    column_name text,
    detail text,
    attempted_at timestamptz NOT NULL
);
CREATE INDEX delivery_attempt_run ON ops.delivery_attempt (run_key);

CREATE TABLE ops.run (
    run_key text PRIMARY KEY,
    run_number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    requested_by text NOT NULL CHECK (requested_by IN ('make', 'schedule')),
    requested_as_of date,
    requested_known_as_of date,
    as_of date,
    known_as_of date,
    definitions_hash text NOT NULL,
    reference_hash text NOT NULL,
    code_version text NOT NULL,
    deliveries_hash text,
    candidate_hash text,
    release_id text,
    status text NOT NULL CHECK (
        status IN (
            'requested', 'landing', 'resolving', 'building', 'gating', 'published', 'current', 'failed', 'superseded'
        )
    ),
    message text,
    requested_at timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON TABLE ops.run IS
'One request for a release. requested_* as asked (null: the default); as_of and known_as_of as resolved after landing';

-- Fencing: whoever works on a resource holds its newest token; a write with an older one is refused.
CREATE SEQUENCE ops.fencing_token;
CREATE TABLE ops.fence (
    resource text PRIMARY KEY,
    token bigint NOT NULL,
    run_key text NOT NULL,
    claimed_at timestamptz NOT NULL
);

-- The result of each gate, with the candidate it saw. Never a value of a row.
CREATE TABLE ops.gate_result (
    run_key text NOT NULL REFERENCES ops.run,
    candidate_hash text NOT NULL,
    success boolean NOT NULL,
    expectations integer NOT NULL,
    failed jsonb NOT NULL,
    warned jsonb NOT NULL,
    checked_at timestamptz NOT NULL
);
CREATE INDEX gate_result_run ON ops.gate_result (run_key);

RESET ROLE;
