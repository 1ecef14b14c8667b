-- Linkage by evidence: what records say (faces), what pairs of them weigh, what people decided, what they should look at.
SET LOCAL ROLE owner;

CREATE TABLE identity.weigher (weigher text NOT NULL);
COMMENT ON TABLE identity.weigher IS 'The model and code by which the pairs of identity.face_pair were weighed';

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
CREATE INDEX face_block_keys ON identity.face USING gin (block_keys);

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

GRANT SELECT, INSERT, DELETE ON identity.weigher, identity.face, identity.face_pair, identity.review_queue TO loader;
GRANT SELECT, INSERT ON identity.review_decision TO loader;
GRANT SELECT (decision_id, verdict, decided_on) ON identity.review_decision TO publisher;
GRANT USAGE ON SCHEMA identity TO publisher;

RESET ROLE;
