-- Identity views: the version rows of each feed table with person_key in place of child_id and pnc_id,
-- and without names, aliases, PNC and CRO ids, postcodes, dates of birth and free text.
-- Their validity is that of the row and of the link together; a row whose child or nominal is not there at
-- the time has no person_key.
SET LOCAL ROLE owner;

GRANT USAGE, CREATE ON SCHEMA identity TO views;

CREATE VIEW identity.yot_child AS
SELECT
    version.source,
    span.person_key,
    -- tells the versions of one record from those of another without naming it: history is read as one, whoever it was
    -- linked to at the time
    encode(sha256(convert_to(record.child_id, 'UTF8')), 'hex') COLLATE "C" AS child_record,
    record.ethnicity,
    record.ward_code,
    record.home_yot,
    record.team,
    record.sen_status,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_child_version AS version
INNER JOIN raw.yot_child AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_child OWNER TO views;

CREATE VIEW identity.yot_offence AS
SELECT
    version.source,
    span.person_key,
    record.offence_id,
    record.asn,
    record.offence_date,
    record.offence_end_date,
    record.arrest_date,
    record.charge_date,
    record.first_hearing_date,
    record.cjs_code,
    record.yjb_category,
    record.seriousness,
    record.knife_related,
    record.committed_on_bail,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_offence_version AS version
INNER JOIN raw.yot_offence AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_offence OWNER TO views;

CREATE VIEW identity.yot_outcome AS
SELECT
    version.source,
    span.person_key,
    record.outcome_id,
    record.offence_id,
    record.occasion_id,
    record.hearing_date,
    record.outcome_date,
    record.legal_outcome,
    record.main_outcome,
    record.term_days,
    record.appeal_status,
    record.residence,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_outcome_version AS version
INNER JOIN raw.yot_outcome AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_outcome OWNER TO views;

CREATE VIEW identity.yot_programme AS
SELECT
    version.source,
    span.person_key,
    record.programme_id,
    record.occasion_id,
    record.programme_type,
    record.start_date,
    record.planned_end_date,
    record.end_date,
    record.intervention_level,
    record.iss,
    record.breach_date,
    record.provider,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_programme_version AS version
INNER JOIN raw.yot_programme AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_programme OWNER TO views;

CREATE VIEW identity.yot_custody_episode AS
SELECT
    version.source,
    span.person_key,
    record.episode_id,
    record.occasion_id,
    record.offence_id,
    record.kind,
    record.placement_type,
    record.establishment,
    record.start_date,
    record.end_date,
    record.end_reason,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_custody_episode_version AS version
INNER JOIN raw.yot_custody_episode AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_custody_episode OWNER TO views;

CREATE VIEW identity.yot_assessment AS
SELECT
    version.source,
    span.person_key,
    record.assessment_id,
    record.assessment_date,
    record.stage,
    record.likelihood_of_reoffending,
    record.rosh,
    record.safety_wellbeing,
    record.yogrs,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_assessment_version AS version
INNER JOIN raw.yot_assessment AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_assessment OWNER TO views;

CREATE VIEW identity.yot_assessment_factor AS
SELECT
    version.source,
    span.person_key,
    record.assessment_id,
    record.factor,
    record.present,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_assessment_factor_version AS version
INNER JOIN raw.yot_assessment_factor AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_assessment_factor OWNER TO views;

CREATE VIEW identity.yot_care_episode AS
SELECT
    version.source,
    span.person_key,
    record.care_episode_id,
    record.care_status,
    record.start_date,
    record.end_date,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_care_episode_version AS version
INNER JOIN raw.yot_care_episode AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_care_episode OWNER TO views;

CREATE VIEW identity.yot_ete_placement AS
SELECT
    version.source,
    span.person_key,
    record.ete_id,
    record.provision_type,
    record.start_date,
    record.end_date,
    record.hours_offered,
    record.hours_attended,
    record.suitability,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_ete_placement_version AS version
INNER JOIN raw.yot_ete_placement AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_ete_placement OWNER TO views;

CREATE VIEW identity.yot_child_flag AS
SELECT
    version.source,
    span.person_key,
    record.flag_id,
    record.flag,
    record.start_date,
    record.end_date,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.yot_child_flag_version AS version
INNER JOIN raw.yot_child_flag AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'cms'
        AND version.source = span.source
        AND record.child_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.yot_child_flag OWNER TO views;

CREATE VIEW identity.pnc_nominal AS
SELECT
    version.source,
    span.person_key,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.pnc_nominal_version AS version
INNER JOIN raw.pnc_nominal AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'pnc'
        AND version.source = span.source
        AND record.pnc_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.pnc_nominal OWNER TO views;

CREATE VIEW identity.pnc_arrest_summons AS
SELECT
    version.source,
    span.person_key,
    record.asn,
    record.process_stage,
    record.process_date,
    record.force_code,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.pnc_arrest_summons_version AS version
INNER JOIN raw.pnc_arrest_summons AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'pnc'
        AND version.source = span.source
        AND record.pnc_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.pnc_arrest_summons OWNER TO views;

CREATE VIEW identity.pnc_offence AS
SELECT
    version.source,
    span.person_key,
    record.asn,
    record.offence_seq,
    record.cjs_code,
    record.start_date,
    record.end_date,
    record.date_qualifier,
    record.committed_on_bail,
    record.plea,
    record.verdict,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.pnc_offence_version AS version
INNER JOIN raw.pnc_offence AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'pnc'
        AND version.source = span.source
        AND record.pnc_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.pnc_offence OWNER TO views;

CREATE VIEW identity.pnc_disposal AS
SELECT
    version.source,
    span.person_key,
    record.asn,
    record.offence_seq,
    record.disposal_seq,
    record.disposal_type,
    record.disposal_date,
    record.hearing_date,
    record.quantity,
    record.appeal_marker,
    record.updated_at,
    version.deleted,
    greatest(version.known_from, coalesce(span.known_from, version.known_from)) AS known_from,
    least(version.known_to, span.known_to) AS known_to
FROM raw.pnc_disposal_version AS version
INNER JOIN raw.pnc_disposal AS record
    ON version.source = record.source AND version.row_hash = record.row_hash
LEFT JOIN identity.record_span AS span
    ON
        span.source_system = 'pnc'
        AND version.source = span.source
        AND record.pnc_id = span.source_id
        AND (span.known_from IS NULL OR version.known_to IS NULL OR span.known_from < version.known_to)
        AND (span.known_to IS NULL OR version.known_from < span.known_to);
ALTER VIEW identity.pnc_disposal OWNER TO views;

REVOKE CREATE ON SCHEMA identity FROM views;

RESET ROLE;
