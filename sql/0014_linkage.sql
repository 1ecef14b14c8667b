-- Linkage by evidence: what records say (faces), what pairs of them weigh, what people decided, what they should look at.
SET LOCAL ROLE owner;

CREATE TABLE raw.unresolved (
    table_name text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL
);
COMMENT ON TABLE raw.unresolved IS 'Rows whose validity was moved since identity was resolved last';
CREATE INDEX pnc_alias_nominal ON raw.pnc_alias (source, pnc_id COLLATE "C");
CREATE INDEX pnc_alias_version_row ON raw.pnc_alias_version (source, row_hash);

CREATE TABLE identity.resolved (
    fingerprint text NOT NULL,
    last_decision bigint NOT NULL
);
COMMENT ON TABLE identity.resolved IS
'How identity was resolved last: a hash over model, code and key, and the last decision that is in it; no row: never';

CREATE TABLE identity.record (
    source_system text COLLATE "C" NOT NULL CHECK (source_system IN ('cms', 'pnc')),
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (source_system, source, source_id)
);
COMMENT ON TABLE identity.record IS 'Every child and nominal that there ever was';

CREATE TABLE identity.record_id (
    source_system text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    shared_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (source_system, source, source_id, shared_id),
    FOREIGN KEY (source_system, source, source_id) REFERENCES identity.record ON DELETE CASCADE
);
COMMENT ON TABLE identity.record_id IS 'The canonical ids that a record ever carried, by which records find each other';
CREATE INDEX record_id_shared ON identity.record_id (shared_id);

CREATE TABLE identity.face (
    face text COLLATE "C" PRIMARY KEY,
    source_system text COLLATE "C" NOT NULL CHECK (source_system IN ('cms', 'pnc')),
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    compared json NOT NULL,
    block_keys integer[] NOT NULL
);
COMMENT ON TABLE identity.face IS
'What records say of who they are, cleaned, once for each way of saying it; made anew from raw where it is lost';
CREATE INDEX face_record ON identity.face (source_system, source, source_id);
-- apart, so that whoever looks for one of the few unsettled children does not meet every nominal; and each row put in
-- at once, since a list of those that wait would be read at every look
CREATE INDEX face_block_keys_cms ON identity.face
USING gin (block_keys) WITH (fastupdate = off) WHERE source_system = 'cms';
CREATE INDEX face_block_keys_pnc ON identity.face
USING gin (block_keys) WITH (fastupdate = off) WHERE source_system = 'pnc';

CREATE TABLE identity.face_pair (
    left_face text COLLATE "C" NOT NULL REFERENCES identity.face ON DELETE CASCADE,
    right_face text COLLATE "C" NOT NULL REFERENCES identity.face ON DELETE CASCADE,
    match_weight double precision NOT NULL,
    levels json NOT NULL,
    PRIMARY KEY (left_face, right_face)
);
COMMENT ON TABLE identity.face_pair IS
'Pairs worth a look, of two children or of a child and a nominal: bits, and the level of each comparison';
CREATE INDEX face_pair_right ON identity.face_pair (right_face);

CREATE TABLE identity.review_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text COLLATE "C" NOT NULL,
    child_id text COLLATE "C" NOT NULL,
    other_system text COLLATE "C" NOT NULL CHECK (other_system IN ('cms', 'pnc')),
    other_source text COLLATE "C" NOT NULL,
    other_id text COLLATE "C" NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('accept', 'reject', 'undo', 'note')),
    decided_on date NOT NULL,
    decided_by text NOT NULL CHECK (decided_by <> ''),
    note text,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE identity.review_decision IS
'What people decided about pairs of records, append-only; each holds from decided_on until the next about its pair';

CREATE INDEX review_decision_child ON identity.review_decision (source, child_id);
CREATE INDEX review_decision_other ON identity.review_decision (other_system, other_source, other_id);

CREATE TABLE identity.review_queue (
    source text COLLATE "C" NOT NULL,
    child_id text COLLATE "C" NOT NULL,
    other_system text COLLATE "C" NOT NULL,
    other_source text COLLATE "C" NOT NULL,
    other_id text COLLATE "C" NOT NULL,
    method text NOT NULL,
    match_weight double precision NOT NULL,
    left_face text COLLATE "C" NOT NULL,
    right_face text COLLATE "C" NOT NULL,
    known_from date NOT NULL,
    known_to date,
    PRIMARY KEY (source, child_id, other_system, other_source, other_id, known_from)
);
COMMENT ON TABLE identity.review_queue IS
'Pairs of records that a person should look at, with the spans of extract dates in which that was so';

GRANT SELECT, INSERT, DELETE ON raw.unresolved TO loader;
GRANT SELECT, INSERT, DELETE ON identity.resolved, identity.record, identity.record_id TO loader;
GRANT SELECT, INSERT, DELETE ON identity.face, identity.face_pair, identity.review_queue TO loader;
GRANT SELECT, INSERT ON identity.review_decision TO loader;
GRANT SELECT (decision_id, verdict, decided_on) ON identity.review_decision TO publisher;
GRANT USAGE ON SCHEMA identity TO publisher;

RESET ROLE;
