-- What changed since the candidate was built, so that a night costs what its changes cost. The loader notes the rows
-- whose validity it moves; identity resolution notes the persons whose links or facts it moves. ops.candidate says what
-- the candidate was built from; where that cannot be built upon, everything is built anew and nothing needs noting.
SET LOCAL ROLE owner;

GRANT CREATE ON SCHEMA identity TO views;

CREATE TABLE ops.candidate (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    run_key text NOT NULL REFERENCES ops.run,
    step text NOT NULL CHECK (step IN ('planned', 'building', 'built')),
    as_of date NOT NULL,
    known_as_of date NOT NULL,
    definitions_hash text NOT NULL,
    reference_hash text NOT NULL,
    code_version text NOT NULL,
    reporting_services text NOT NULL,
    is_all_known boolean NOT NULL,
    change_number bigint NOT NULL,
    changes_after bigint,
    days_after date
);
COMMENT ON TABLE ops.candidate IS
'What the candidate was built from, and by which run. changes_after and days_after: null where all was built anew';
COMMENT ON COLUMN ops.candidate.is_all_known IS 'No delivery was there that known_as_of left out';
COMMENT ON COLUMN ops.candidate.change_number IS 'The last change that is in it';

CREATE SEQUENCE ops.change_number;

CREATE TABLE raw.change (
    change_number bigint NOT NULL DEFAULT nextval('ops.change_number'),
    table_name text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    row_hash bytea NOT NULL
);
CREATE INDEX change_number ON raw.change (change_number);
COMMENT ON TABLE raw.change IS 'Rows whose validity was moved since the candidate was built';

CREATE TABLE identity.person_change (
    change_number bigint NOT NULL DEFAULT nextval('ops.change_number'),
    person_key text COLLATE "C" NOT NULL
);
CREATE INDEX person_change_number ON identity.person_change (change_number);
COMMENT ON TABLE identity.person_change IS 'Persons whose links or facts were moved since the candidate was built';

-- The spans in which a record belongs to a person or to nobody become a table: a person's rows are found by its key.
CREATE VIEW identity.link_span AS
WITH ordered AS (
    SELECT
        source_system,
        source,
        source_id,
        person_key,
        known_from,
        known_to,
        row_number() OVER record_history AS link_number,
        lead(known_from) OVER record_history AS next_known_from
    FROM identity.person_link
    WINDOW record_history AS (PARTITION BY source_system, source, source_id ORDER BY known_from)
)

SELECT source_system, source, source_id, person_key, known_from, known_to
FROM ordered
UNION ALL
SELECT source_system, source, source_id, null, null, known_from
FROM ordered
WHERE link_number = 1
UNION ALL
SELECT source_system, source, source_id, null, known_to, next_known_from
FROM ordered
WHERE known_to IS NOT null AND known_to IS DISTINCT FROM next_known_from;

CREATE TABLE identity.span (
    source_system text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    person_key text COLLATE "C",
    known_from date,
    known_to date
);
COMMENT ON TABLE identity.span IS 'identity.link_span, kept by identity resolution';
INSERT INTO identity.span (source_system, source, source_id, person_key, known_from, known_to)
SELECT source_system, source, source_id, person_key, known_from, known_to
FROM identity.link_span;
CREATE INDEX span_record ON identity.span (source_system, source, source_id);
CREATE INDEX span_person ON identity.span (person_key);

CREATE OR REPLACE VIEW identity.record_span AS
SELECT source_system, source, source_id, person_key, known_from, known_to
FROM identity.span;

-- From a person to its rows, and from a row to its versions.
CREATE INDEX yot_child_child ON raw.yot_child (source, child_id COLLATE "C");
CREATE INDEX yot_child_version_row ON raw.yot_child_version (source, row_hash);
CREATE INDEX yot_offence_child ON raw.yot_offence (source, child_id COLLATE "C");
CREATE INDEX yot_offence_version_row ON raw.yot_offence_version (source, row_hash);
CREATE INDEX yot_outcome_child ON raw.yot_outcome (source, child_id COLLATE "C");
CREATE INDEX yot_outcome_version_row ON raw.yot_outcome_version (source, row_hash);
CREATE INDEX yot_programme_child ON raw.yot_programme (source, child_id COLLATE "C");
CREATE INDEX yot_programme_version_row ON raw.yot_programme_version (source, row_hash);
CREATE INDEX yot_custody_episode_child ON raw.yot_custody_episode (source, child_id COLLATE "C");
CREATE INDEX yot_custody_episode_version_row ON raw.yot_custody_episode_version (source, row_hash);
CREATE INDEX yot_assessment_child ON raw.yot_assessment (source, child_id COLLATE "C");
CREATE INDEX yot_assessment_version_row ON raw.yot_assessment_version (source, row_hash);
CREATE INDEX yot_assessment_factor_child ON raw.yot_assessment_factor (source, child_id COLLATE "C");
CREATE INDEX yot_assessment_factor_version_row ON raw.yot_assessment_factor_version (source, row_hash);
CREATE INDEX yot_care_episode_child ON raw.yot_care_episode (source, child_id COLLATE "C");
CREATE INDEX yot_care_episode_version_row ON raw.yot_care_episode_version (source, row_hash);
CREATE INDEX yot_ete_placement_child ON raw.yot_ete_placement (source, child_id COLLATE "C");
CREATE INDEX yot_ete_placement_version_row ON raw.yot_ete_placement_version (source, row_hash);
CREATE INDEX yot_child_flag_child ON raw.yot_child_flag (source, child_id COLLATE "C");
CREATE INDEX yot_child_flag_version_row ON raw.yot_child_flag_version (source, row_hash);
CREATE INDEX pnc_nominal_nominal ON raw.pnc_nominal (source, pnc_id COLLATE "C");
CREATE INDEX pnc_nominal_version_row ON raw.pnc_nominal_version (source, row_hash);
CREATE INDEX pnc_arrest_summons_nominal ON raw.pnc_arrest_summons (source, pnc_id COLLATE "C");
CREATE INDEX pnc_arrest_summons_version_row ON raw.pnc_arrest_summons_version (source, row_hash);
CREATE INDEX pnc_offence_nominal ON raw.pnc_offence (source, pnc_id COLLATE "C");
CREATE INDEX pnc_offence_version_row ON raw.pnc_offence_version (source, row_hash);
CREATE INDEX pnc_disposal_nominal ON raw.pnc_disposal (source, pnc_id COLLATE "C");
CREATE INDEX pnc_disposal_version_row ON raw.pnc_disposal_version (source, row_hash);
CREATE INDEX yot_offence_id ON raw.yot_offence (source, offence_id);
CREATE INDEX pnc_offence_summons ON raw.pnc_offence (source, asn);
CREATE INDEX yot_outcome_offence ON raw.yot_outcome (source, offence_id COLLATE "C");
CREATE INDEX pnc_arrest_summons_number ON raw.pnc_arrest_summons (source, asn COLLATE "C");
CREATE INDEX pnc_disposal_summons ON raw.pnc_disposal (source, asn COLLATE "C");

-- Persons whose build must be taken up again: of the child or nominal a changed row names, at whatever time, and of the
-- offence that a changed outcome, summons or disposal belongs to.
CREATE VIEW identity.changed_person AS
SELECT
    change_number,
    person_key
FROM identity.person_change
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_child AS record
    ON change.table_name = 'yot_child' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_offence AS record
    ON change.table_name = 'yot_offence' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_outcome AS record
    ON change.table_name = 'yot_outcome' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_programme AS record
    ON change.table_name = 'yot_programme' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_custody_episode AS record
    ON change.table_name = 'yot_custody_episode' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_assessment AS record
    ON change.table_name = 'yot_assessment' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_assessment_factor AS record
    ON change.table_name = 'yot_assessment_factor' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_care_episode AS record
    ON change.table_name = 'yot_care_episode' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_ete_placement AS record
    ON change.table_name = 'yot_ete_placement' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_child_flag AS record
    ON change.table_name = 'yot_child_flag' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND record.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_nominal AS record
    ON change.table_name = 'pnc_nominal' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND record.pnc_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_arrest_summons AS record
    ON change.table_name = 'pnc_arrest_summons' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND record.pnc_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_offence AS record
    ON change.table_name = 'pnc_offence' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND record.pnc_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_disposal AS record
    ON change.table_name = 'pnc_disposal' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND record.pnc_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.yot_outcome AS record
    ON change.table_name = 'yot_outcome' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN raw.yot_offence AS offence
    ON record.source = offence.source AND record.offence_id = offence.offence_id
INNER JOIN identity.person_link AS link
    ON link.source_system = 'cms' AND record.source = link.source AND offence.child_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_arrest_summons AS record
    ON change.table_name = 'pnc_arrest_summons' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN raw.pnc_offence AS offence
    ON record.source = offence.source AND record.asn = offence.asn
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND offence.pnc_id = link.source_id
UNION ALL
SELECT
    change.change_number,
    link.person_key
FROM raw.change AS change
INNER JOIN raw.pnc_disposal AS record
    ON change.table_name = 'pnc_disposal' AND change.source = record.source AND change.row_hash = record.row_hash
INNER JOIN raw.pnc_offence AS offence
    ON record.source = offence.source AND record.asn = offence.asn
INNER JOIN identity.person_link AS link
    ON link.source_system = 'pnc' AND record.source = link.source AND offence.pnc_id = link.source_id;
ALTER VIEW identity.changed_person OWNER TO views;

REVOKE CREATE ON SCHEMA identity FROM views;
GRANT SELECT ON raw.change, identity.person_change, identity.person_link TO views;

GRANT USAGE, SELECT ON SEQUENCE ops.change_number TO loader;
GRANT SELECT, INSERT, DELETE ON raw.change, identity.person_change TO loader;
GRANT SELECT, INSERT, DELETE ON identity.span TO loader;
GRANT SELECT ON identity.link_span TO loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.candidate TO loader;
GRANT SELECT ON ops.candidate TO auditor;
GRANT SELECT ON identity.changed_person TO transformer;

RESET ROLE;
