-- Raw: what arrived, as text. <feed>_<table> holds each distinct row once per source (append-only);
-- _sighting says which delivery and line carried it; _version is the history of each key, by extract date.
-- They name deliveries of ops.delivery without a foreign key: the loader writes both in one transaction, and a check
-- per row would cost as much as the load.
SET LOCAL ROLE owner;

CREATE TABLE raw.yot_child (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    child_id text,
    pnc_id text,
    cro_no text,
    forename text,
    middle_names text,
    surname text,
    aliases text,
    date_of_birth text,
    sex text,
    ethnicity text,
    postcode text,
    ward_code text,
    home_yot text,
    team text,
    case_manager text,
    sen_status text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_child_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_child_sighting_key ON raw.yot_child_sighting (key);

CREATE TABLE raw.yot_child_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_offence (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    offence_id text,
    child_id text,
    asn text,
    crime_ref text,
    offence_date text,
    offence_end_date text,
    arrest_date text,
    charge_date text,
    first_hearing_date text,
    cjs_code text,
    description text,
    yjb_category text,
    seriousness text,
    knife_related text,
    committed_on_bail text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_offence_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_offence_sighting_key ON raw.yot_offence_sighting (key);

CREATE TABLE raw.yot_offence_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_outcome (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    outcome_id text,
    offence_id text,
    child_id text,
    occasion_id text,
    court text,
    hearing_date text,
    outcome_date text,
    legal_outcome text,
    main_outcome text,
    term_days text,
    appeal_status text,
    residence text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_outcome_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_outcome_sighting_key ON raw.yot_outcome_sighting (key);

CREATE TABLE raw.yot_outcome_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_programme (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    programme_id text,
    child_id text,
    occasion_id text,
    programme_type text,
    start_date text,
    planned_end_date text,
    end_date text,
    intervention_level text,
    iss text,
    breach_date text,
    provider text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_programme_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_programme_sighting_key ON raw.yot_programme_sighting (key);

CREATE TABLE raw.yot_programme_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_custody_episode (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    episode_id text,
    child_id text,
    occasion_id text,
    offence_id text,
    kind text,
    placement_type text,
    establishment text,
    start_date text,
    end_date text,
    end_reason text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_custody_episode_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_custody_episode_sighting_key ON raw.yot_custody_episode_sighting (key);

CREATE TABLE raw.yot_custody_episode_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_assessment (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    assessment_id text,
    child_id text,
    assessment_date text,
    stage text,
    likelihood_of_reoffending text,
    rosh text,
    safety_wellbeing text,
    yogrs text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_assessment_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_assessment_sighting_key ON raw.yot_assessment_sighting (key);

CREATE TABLE raw.yot_assessment_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_assessment_factor (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    assessment_id text,
    child_id text,
    factor text,
    present text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_assessment_factor_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_assessment_factor_sighting_key ON raw.yot_assessment_factor_sighting (key);

CREATE TABLE raw.yot_assessment_factor_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_care_episode (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    care_episode_id text,
    child_id text,
    care_status text,
    start_date text,
    end_date text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_care_episode_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_care_episode_sighting_key ON raw.yot_care_episode_sighting (key);

CREATE TABLE raw.yot_care_episode_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_ete_placement (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    ete_id text,
    child_id text,
    provision_type text,
    start_date text,
    end_date text,
    hours_offered text,
    hours_attended text,
    suitability text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_ete_placement_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_ete_placement_sighting_key ON raw.yot_ete_placement_sighting (key);

CREATE TABLE raw.yot_ete_placement_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.yot_child_flag (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    flag_id text,
    child_id text,
    flag text,
    start_date text,
    end_date text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.yot_child_flag_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX yot_child_flag_sighting_key ON raw.yot_child_flag_sighting (key);

CREATE TABLE raw.yot_child_flag_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.pnc_nominal (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    pnc_id text,
    cro_no text,
    surname text,
    forenames text,
    date_of_birth text,
    sex text,
    postcode text,
    merged_into text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.pnc_nominal_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX pnc_nominal_sighting_key ON raw.pnc_nominal_sighting (key);

CREATE TABLE raw.pnc_nominal_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.pnc_alias (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    pnc_id text,
    surname text,
    forenames text,
    date_of_birth text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.pnc_alias_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX pnc_alias_sighting_key ON raw.pnc_alias_sighting (key);

CREATE TABLE raw.pnc_alias_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.pnc_arrest_summons (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    asn text,
    pnc_id text,
    process_stage text,
    process_date text,
    force_code text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.pnc_arrest_summons_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX pnc_arrest_summons_sighting_key ON raw.pnc_arrest_summons_sighting (key);

CREATE TABLE raw.pnc_arrest_summons_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.pnc_offence (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    asn text,
    offence_seq text,
    pnc_id text,
    cjs_code text,
    title text,
    start_date text,
    end_date text,
    date_qualifier text,
    court_case_ref text,
    committed_on_bail text,
    plea text,
    verdict text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.pnc_offence_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX pnc_offence_sighting_key ON raw.pnc_offence_sighting (key);

CREATE TABLE raw.pnc_offence_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

CREATE TABLE raw.pnc_disposal (
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL,
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    asn text,
    offence_seq text,
    disposal_seq text,
    pnc_id text,
    disposal_type text,
    disposal_date text,
    hearing_date text,
    court text,
    quantity text,
    appeal_marker text,
    updated_at text,
    extra jsonb,
    PRIMARY KEY (source, row_hash)
);

CREATE TABLE raw.pnc_disposal_sighting (
    delivery_id text NOT NULL,
    line_no integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, line_no)
);
CREATE INDEX pnc_disposal_sighting_key ON raw.pnc_disposal_sighting (key);

CREATE TABLE raw.pnc_disposal_version (
    source text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    row_hash bytea,
    known_from date NOT NULL,
    known_to date,
    deleted boolean NOT NULL,
    PRIMARY KEY (source, key, known_from)
);

RESET ROLE;
