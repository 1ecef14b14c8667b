-- What readers see, and what each program may do. The views belong to a role that owns no table, so that row-level
-- security holds for whoever asks.
SET LOCAL ROLE owner;

GRANT USAGE, CREATE ON SCHEMA analytics, board, practice TO views;
GRANT USAGE ON SCHEMA identity, raw, release, access TO views;
GRANT SELECT ON release.cohort_member, release.reoffence, release.cohort_summary TO views;
GRANT SELECT ON release.release, release.source_state, release.pointer, access.reader_service TO views;
GRANT SELECT ON ALL TABLES IN SCHEMA raw TO views;
GRANT SELECT ON identity.record_span TO views;

CREATE VIEW analytics.cohort_member AS
SELECT * FROM release.cohort_member
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

CREATE VIEW analytics.reoffence AS
SELECT * FROM release.reoffence
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

CREATE VIEW analytics.cohort_summary AS
SELECT * FROM release.cohort_summary
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');

-- One row per channel and release: the whole list of releases, with the current one of each channel marked.
CREATE VIEW board.release AS
SELECT
    channels.channel,
    published.release_id,
    published.as_of_date,
    published.known_as_of,
    published.published_at,
    published.definitions_hash,
    published.code_version,
    sources.last_delivery_by_source,
    sources.missing_sequences_by_source,
    sources.refused_by_source,
    sources.unconfirmed_sources,
    published.gate_result,
    coalesce(pointer.release_id = published.release_id, false) AS is_current
FROM release.release AS published
CROSS JOIN (VALUES ('live'), ('board')) AS channels (channel)
LEFT JOIN release.pointer AS pointer ON channels.channel = pointer.channel
LEFT JOIN LATERAL (
    SELECT
        jsonb_object_agg(state.feed || '/' || state.source, state.last_extract_date) AS last_delivery_by_source,
        coalesce(
            jsonb_object_agg(state.feed || '/' || state.source, state.missing_sequences)
            FILTER (WHERE cardinality(state.missing_sequences) > 0),
            '{}'::jsonb
        ) AS missing_sequences_by_source,
        coalesce(
            jsonb_object_agg(state.feed || '/' || state.source, state.refused)
            FILTER (WHERE cardinality(state.refused) > 0),
            '{}'::jsonb
        ) AS refused_by_source,
        coalesce(
            jsonb_agg(state.feed || '/' || state.source ORDER BY state.feed, state.source)
            FILTER (WHERE NOT state.is_confirmed),
            '[]'::jsonb
        ) AS unconfirmed_sources
    FROM release.source_state AS state
    WHERE state.release_id = published.release_id
) AS sources ON true;

ALTER VIEW analytics.cohort_member OWNER TO views;
ALTER VIEW analytics.reoffence OWNER TO views;
ALTER VIEW analytics.cohort_summary OWNER TO views;
ALTER VIEW board.release OWNER TO views;
REVOKE CREATE ON SCHEMA analytics, board, practice FROM views;

GRANT USAGE ON SCHEMA analytics TO analyst, practitioner, auditor;
GRANT USAGE ON SCHEMA board TO analyst, practitioner, board, auditor;
GRANT USAGE ON SCHEMA practice TO practitioner, auditor;
GRANT SELECT ON analytics.cohort_member, analytics.reoffence, analytics.cohort_summary TO analyst, practitioner, auditor;
GRANT SELECT ON board.release TO analyst, practitioner, board, auditor;

GRANT USAGE ON SCHEMA ops, raw, identity, reference TO loader;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA raw TO loader;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ops TO loader, publisher;
GRANT USAGE ON SEQUENCE ops.fencing_token TO loader, transformer, publisher;
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.person_link, identity.person TO loader;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA reference TO loader;

GRANT USAGE ON SCHEMA ops, identity, reference TO transformer;
GRANT SELECT ON ALL TABLES IN SCHEMA reference TO transformer;
GRANT SELECT ON identity.person TO transformer;
GRANT SELECT, UPDATE ON ops.run, ops.fence TO transformer;
GRANT INSERT ON ops.fence TO transformer;

GRANT USAGE ON SCHEMA ops, release, candidate, reference TO publisher;
GRANT SELECT ON ALL TABLES IN SCHEMA release TO publisher;
GRANT SELECT ON ALL TABLES IN SCHEMA reference TO publisher;

GRANT USAGE ON SCHEMA ops, release, identity TO auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA ops TO auditor;
GRANT SELECT ON release.release, release.source_state, release.pointer TO auditor;

RESET ROLE;

DO $$
DECLARE
    view_name text;
    table_name text;
BEGIN
    SET LOCAL ROLE owner;
    FOR view_name IN
        SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'identity' AND viewname ~ '^(yot|pnc)_'
    LOOP
        EXECUTE format('GRANT SELECT ON identity.%I TO transformer', view_name);
    END LOOP;
    -- Versions are derived: the loader replaces those of the keys a delivery touches.
    FOR table_name IN
        SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'raw' AND tablename LIKE '%\_version'
    LOOP
        EXECUTE format('GRANT UPDATE, DELETE ON raw.%I TO loader', table_name);
    END LOOP;
    RESET ROLE;
END
$$;
