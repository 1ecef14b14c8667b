-- Erasure: a child's records are taken out for good, and what is left are hashes by which the loader knows them again.
SET LOCAL ROLE owner;

CREATE TABLE identity.erasure (
    erasure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    erased_on date NOT NULL,
    erased_by text NOT NULL CHECK (erased_by <> ''),
    reason_code text NOT NULL CHECK (reason_code IN ('request', 'retention', 'order', 'error')),
    key_hash text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE identity.erasure IS 'One row per erasure, append-only; nothing of what was erased';
COMMENT ON COLUMN identity.erasure.erased_on IS 'The newest extract date landed at that time';

COMMENT ON COLUMN identity.erasure.key_hash IS 'By which the loader sees that its identity key is still the same';

CREATE TABLE identity.erased_id (
    id_hash text COLLATE "C" PRIMARY KEY,
    feed text NOT NULL CHECK (feed IN ('yot', 'pnc')),
    source text COLLATE "C" NOT NULL,
    erasure_id bigint NOT NULL REFERENCES identity.erasure
);
COMMENT ON TABLE identity.erased_id IS 'Tombstones, append-only: rows that name one of these ids are not loaded';
COMMENT ON COLUMN identity.erased_id.id_hash IS
'HMAC-SHA256 under the identity key, which is not in the database, of feed, source, column and id';
CREATE INDEX erased_id_source ON identity.erased_id (feed, source);

-- Row accounting: what is kept out is counted by itself, so that no figure about quarantine moves.
ALTER TABLE ops.delivery_table
ADD COLUMN erased integer NOT NULL DEFAULT 0,
DROP CONSTRAINT delivery_table_check,
ADD CONSTRAINT delivered_rows_are_accounted_for CHECK (delivered = loaded + quarantined + erased);
COMMENT ON COLUMN ops.delivery_table.erased IS 'Rows of erased children: taken out later, or not loaded';

-- dbt's tables hold every child and are made anew by the next build. They are the transformer's; owner may drop them as
-- the owner of their schemas.
CREATE FUNCTION ops.drop_build() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    relation text;
BEGIN
    FOR relation IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname IN (
            'staging', 'intermediate', 'candidate', 'dev_staging', 'dev_intermediate', 'dev_candidate'
        )
    LOOP
        EXECUTE 'DROP TABLE IF EXISTS ' || relation || ' CASCADE';
    END LOOP;
    DELETE FROM ops.candidate;
END
$$;
COMMENT ON FUNCTION ops.drop_build() IS 'Drops what dbt has built, so that the next build is one of everything';
GRANT EXECUTE ON FUNCTION ops.drop_build() TO eraser;

-- What every released table with rows of persons needs: the eraser finds and deletes them in every release.
CREATE PROCEDURE release.let_be_erased(table_name text) LANGUAGE plpgsql AS $$
DECLARE
    column_names text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO column_names
    FROM pg_catalog.pg_attribute
    WHERE
        attrelid = format('release.%I', table_name)::regclass
        AND attname IN ('release_id', 'person_key', 'offence_key', 'arrest_key');
    EXECUTE format('CREATE POLICY eraser ON release.%I TO eraser USING (true)', table_name);
    EXECUTE format('GRANT DELETE, SELECT (%s) ON release.%I TO eraser', column_names, table_name);
END
$$;
REVOKE EXECUTE ON PROCEDURE release.let_be_erased(text) FROM public;

GRANT USAGE ON SCHEMA ops, raw, identity, reference, release TO eraser;
GRANT SELECT ON ops.run, ops.delivery, ops.candidate, reference.dummy_asn TO eraser;
GRANT SELECT, UPDATE (loaded, quarantined, erased) ON ops.delivery_table TO eraser;
GRANT SELECT, DELETE ON ops.quarantine TO eraser;
GRANT SELECT, INSERT, UPDATE ON ops.fence TO eraser;
GRANT USAGE ON SEQUENCE ops.fencing_token TO eraser;
GRANT SELECT, INSERT, DELETE ON raw.change, raw.unresolved TO eraser;

GRANT SELECT ON identity.resolved TO eraser;
GRANT SELECT, DELETE ON identity.person_link, identity.span, identity.person, identity.person_change TO eraser;
GRANT SELECT, DELETE ON identity.record, identity.record_id, identity.review_queue, identity.taken_decision TO eraser;
GRANT DELETE, SELECT (face, source_system, source, source_id) ON identity.face TO eraser;
GRANT DELETE, SELECT (left_face, right_face) ON identity.face_pair TO eraser;
GRANT DELETE, SELECT (
    decision_id, source, child_id, other_system, other_source, other_id
) ON identity.review_decision TO eraser;

GRANT SELECT, INSERT ON identity.erasure, identity.erased_id TO eraser;
GRANT SELECT (id_hash, feed, source) ON identity.erased_id TO loader;
GRANT SELECT (key_hash) ON identity.erasure TO loader;
GRANT SELECT (id_hash) ON identity.erased_id TO publisher;
GRANT SELECT ON identity.erasure TO auditor;

DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT
            class.relname AS name,
            string_agg(quote_ident(attribute.attname), ', ') FILTER (
                WHERE attribute.attname IN (
                    'source', 'row_hash', 'child_id', 'offence_id', 'outcome_id', 'programme_id', 'episode_id',
                    'assessment_id', 'factor', 'care_episode_id', 'ete_id', 'flag_id', 'pnc_id', 'asn', 'offence_seq'
                )
            ) AS ids
        FROM pg_catalog.pg_class AS class
        INNER JOIN pg_catalog.pg_attribute AS attribute ON class.oid = attribute.attrelid
        WHERE class.relnamespace = 'raw'::regnamespace AND class.relkind = 'r' AND class.relname ~ '^(yot|pnc)_'
        GROUP BY class.relname
    LOOP
        EXECUTE format(
            CASE
                WHEN found.name LIKE '%\_version' THEN 'GRANT SELECT, INSERT, DELETE ON raw.%I TO eraser'
                WHEN found.name LIKE '%\_sighting' THEN 'GRANT SELECT, DELETE ON raw.%I TO eraser'
                ELSE 'GRANT DELETE, SELECT (' || found.ids || ') ON raw.%I TO eraser'
            END,
            found.name
        );
    END LOOP;
    FOR found IN
        SELECT class.relname AS name
        FROM pg_catalog.pg_class AS class
        INNER JOIN pg_catalog.pg_attribute AS attribute ON class.oid = attribute.attrelid
        WHERE
            class.relnamespace = 'release'::regnamespace AND class.relkind = 'p' AND attribute.attname = 'person_key'
    LOOP
        CALL release.let_be_erased(found.name);
    END LOOP;
END
$$;

RESET ROLE;
