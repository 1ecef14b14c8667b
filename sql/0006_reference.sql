-- Reference data and definitions: sets keyed by the hash of their contents. Old sets stay, so that a release of
-- any day can be explained by the lists it was made with.
SET LOCAL ROLE owner;

CREATE TABLE reference.code_set (
    reference_hash text PRIMARY KEY,
    loaded_at timestamptz NOT NULL
);

CREATE TABLE reference.tier (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    tier text NOT NULL,
    gravity smallint NOT NULL,
    is_substantive boolean NOT NULL,
    title text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (reference_hash, tier)
);
COMMENT ON COLUMN reference.tier.gravity IS 'Higher is graver; outcomes that prove nothing stand below 1';

CREATE TABLE reference.legal_outcome (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    legal_outcome text NOT NULL,
    tier text NOT NULL,
    title text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (reference_hash, legal_outcome)
);

CREATE TABLE reference.result_code (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    result_code text NOT NULL,
    title text NOT NULL,
    result_type text,
    is_final boolean NOT NULL,
    tier text NOT NULL,
    legal_outcome text,
    source text NOT NULL,
    PRIMARY KEY (reference_hash, result_code)
);
COMMENT ON COLUMN reference.result_code.is_final IS 'Result type F, or a caution: the police record then decides';
COMMENT ON COLUMN reference.result_code.legal_outcome IS 'The case-management code that it maps to, if there is one';

CREATE TABLE reference.offence_code (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    cjs_code text NOT NULL,
    title text NOT NULL,
    category text,
    home_office_class text,
    is_recordable boolean NOT NULL,
    offence_group text NOT NULL,
    yjb_category text,
    seriousness smallint,
    PRIMARY KEY (reference_hash, cjs_code)
);
COMMENT ON COLUMN reference.offence_code.seriousness IS 'YJB score 1-8, 8 gravest; indicative, not the authoritative list';

CREATE TABLE reference.ethnicity (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    ethnicity text NOT NULL,
    ethnicity_group text NOT NULL,
    title text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (reference_hash, ethnicity)
);

CREATE TABLE reference.dummy_asn (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    pattern text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (reference_hash, pattern)
);
COMMENT ON TABLE reference.dummy_asn IS 'Regular expressions of arrest/summons numbers that stand for none';

CREATE TABLE reference.definition_set (
    definitions_hash text PRIMARY KEY,
    loaded_at timestamptz NOT NULL
);

CREATE TABLE reference.cohort_definition (
    definitions_hash text NOT NULL REFERENCES reference.definition_set,
    definition text COLLATE "C" NOT NULL,
    title text NOT NULL,
    cohort_period text NOT NULL CHECK (cohort_period IN ('quarter', 'first_quarter', 'financial_year', 'calendar_year')),
    min_age smallint NOT NULL,
    max_age smallint NOT NULL,
    entry text NOT NULL CHECK (entry IN ('outcome', 'release', 'outcome_or_release', 'flag')),
    entry_filter text NOT NULL CHECK (entry_filter IN ('none', 'serious_violence', 'knife')),
    entry_flags text[] NOT NULL,
    follow_up_months smallint NOT NULL,
    waiting_months smallint NOT NULL,
    offence_scope text NOT NULL CHECK (offence_scope IN ('recordable_not_breach')),
    proof_sources text NOT NULL CHECK (proof_sources IN ('cms;pnc', 'pnc')),
    milestones smallint[] NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (definitions_hash, definition)
);

CREATE TABLE reference.cohort_definition_tier (
    definitions_hash text NOT NULL,
    definition text COLLATE "C" NOT NULL,
    role text NOT NULL CHECK (role IN ('entry', 'proof')),
    tier text NOT NULL CHECK (tier IN ('diversion', 'pre_court', 'first_tier', 'community', 'custody')),
    PRIMARY KEY (definitions_hash, definition, role, tier),
    FOREIGN KEY (definitions_hash, definition) REFERENCES reference.cohort_definition
);

RESET ROLE;
