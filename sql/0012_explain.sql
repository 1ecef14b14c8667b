-- Why a child is counted, or not: what analytics.explain says to whoever asks, read from the build that the live release
-- was copied from and from the sightings of raw. docs/decisions/0009-explain.md says why it is made so.
--
-- The bodies are text: dbt drops and renames what they read, and nothing may hang on it. They are of role explainer, so
-- that nobody else needs a right on dbt's tables; since current_user is that role in them, they ask for the rights of
-- session_user, the login itself.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'explainer') THEN
        EXECUTE 'CREATE ROLE explainer NOLOGIN';
    END IF;
    EXECUTE 'GRANT explainer TO owner';
END
$$;

SET LOCAL ROLE owner;

CREATE SCHEMA explain AUTHORIZATION owner;
GRANT USAGE, CREATE ON SCHEMA explain, analytics, practice TO explainer;
GRANT USAGE ON SCHEMA ops, raw, identity, reference, access, release, intermediate TO explainer;
GRANT SELECT ON ops.run, ops.candidate, ops.delivery TO explainer;
GRANT SELECT ON ALL TABLES IN SCHEMA raw TO explainer;
GRANT SELECT ON identity.person_link, access.reader_service TO explainer;
GRANT SELECT ON ALL TABLES IN SCHEMA reference TO explainer;
GRANT SELECT ON release.release, release.pointer, release.cohort_member, release.cohort_summary TO explainer;

CREATE POLICY own_service_explained ON release.cohort_member FOR SELECT TO explainer USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = session_user)
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = session_user)
);
CREATE POLICY own_service_explained ON release.cohort_summary FOR SELECT TO explainer USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = session_user AND service <> 'all')
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = session_user)
);

CREATE FUNCTION explain.reads(service text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM access.reader_service AS own
        WHERE own.reader = session_user AND own.service IN ('*', reads.service)
    );
END
$$;
COMMENT ON FUNCTION explain.reads(text) IS 'Whether the login reads that service';

-- The live release and the build at hand; `refused` says why that build cannot explain it.
CREATE FUNCTION explain.basis() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    live record;
BEGIN
    SELECT
        published.release_id, published.run_key, run.run_number, published.as_of_date AS as_of, published.known_as_of,
        candidate.run_key AS built_by, candidate.step, built_by.status AS built_by_status
    INTO live
    FROM release.pointer AS pointer
    INNER JOIN release.release AS published ON pointer.release_id = published.release_id
    INNER JOIN ops.run AS run ON published.run_key = run.run_key
    LEFT JOIN ops.candidate AS candidate ON true
    LEFT JOIN ops.run AS built_by ON candidate.run_key = built_by.run_key
    WHERE pointer.channel = 'live';
    IF NOT FOUND THEN
        RETURN jsonb_build_object('refused', 'no_release');
    END IF;
    RETURN to_jsonb(live) || jsonb_build_object(
        'refused',
        CASE
            WHEN live.built_by IS DISTINCT FROM live.run_key OR live.step <> 'built' THEN 'other_build'
            WHEN
                to_regclass('intermediate.int_member_offences') IS NULL
                OR NOT has_table_privilege('explainer', 'intermediate.int_member_offences', 'SELECT')
                THEN 'older_build'
        END
    );
END
$$;

-- Where a row stood in the last delivery that told of it, of those that the release was made from.
CREATE FUNCTION explain.delivered(feed text, table_name text, source text, key text, basis jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    found_at jsonb;
BEGIN
    EXECUTE format(
        $query$
        WITH of_release AS (
            SELECT DISTINCT ON (delivery.sequence)
                delivery.delivery_id,
                delivery.sequence,
                delivery.feed || '/' || delivery.source || '/' || regexp_replace(delivery.folder, '^.*/', '') AS folder
            FROM ops.delivery AS delivery
            INNER JOIN ops.run AS run ON delivery.run_key = run.run_key
            WHERE
                delivery.feed = $1
                AND delivery.source = $2
                AND delivery.extract_date <= ($4 ->> 'known_as_of')::date
                AND run.run_number <= ($4 ->> 'run_number')::bigint
            ORDER BY delivery.sequence, delivery.revision DESC
        )

        SELECT
            jsonb_build_object('delivery', of_release.folder, 'table', $5, 'line', sighting.line_no)
        FROM raw.%I AS sighting
        INNER JOIN of_release ON sighting.delivery_id = of_release.delivery_id
        WHERE sighting.key = $3 AND sighting.row_hash IS NOT NULL AND NOT sighting.deleted
        ORDER BY of_release.sequence DESC, sighting.line_no
        LIMIT 1
        $query$,
        delivered.feed || '_' || delivered.table_name || '_sighting'
    ) INTO found_at USING delivered.feed, delivered.source, delivered.key, delivered.basis, delivered.table_name;
    RETURN found_at;
END
$$;

-- The same of a record of the build: its id is the key of its row, with the parts that the police give it set apart.
CREATE FUNCTION explain.record_delivered(source_system text, table_name text, source text, record_id text, basis jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE
        WHEN record_delivered.source_system = 'cms' THEN explain.delivered(
            'yot', record_delivered.table_name, record_delivered.source, record_delivered.record_id,
            record_delivered.basis
        )
        WHEN record_delivered.table_name = 'offence' THEN explain.delivered(
            'pnc', 'offence', record_delivered.source,
            regexp_replace(record_delivered.record_id, '/([^/]*)$', chr(31) || '\1'),
            record_delivered.basis
        )
        ELSE explain.delivered(
            'pnc', 'disposal', record_delivered.source,
            regexp_replace(record_delivered.record_id, '/([^/]*)/([^/]*)$', chr(31) || '\1' || chr(31) || '\2'),
            record_delivered.basis
        )
    END;
END
$$;

-- The records that the person has in either feed, without their ids.
CREATE FUNCTION explain.links(person_key text, basis jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'source_system', link.source_system, 'source', link.source, 'method', link.method,
                    'known_from', link.known_from, 'delivered', CASE link.source_system
                        WHEN 'cms' THEN explain.delivered('yot', 'child', link.source, link.source_id, links.basis)
                        ELSE explain.delivered('pnc', 'nominal', link.source, link.source_id, links.basis)
                    END
                )
                ORDER BY link.source_system, link.source, link.source_id
            ),
            '[]'
        )
        FROM identity.person_link AS link
        WHERE
            link.person_key = links.person_key
            AND link.known_from <= (links.basis ->> 'known_as_of')::date
            AND (link.known_to IS NULL OR (links.basis ->> 'known_as_of')::date < link.known_to)
            AND (link.source_system = 'pnc' OR explain.reads(link.source))
    );
END
$$;

CREATE FUNCTION explain.records(person_key text, basis jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                to_jsonb(record) - 'person_key' || jsonb_build_object(
                    'offence_uid', of_group.offence_uid,
                    'delivered', explain.record_delivered(
                        record.source_system, 'offence', record.source, record.record_id, records.basis
                    )
                )
                ORDER BY record.start_date, record.cjs_code, record.source_system, record.source, record.record_id
            ),
            '[]'
        )
        FROM intermediate.int_offence_records AS record
        LEFT JOIN intermediate.int_offence_groups AS of_group ON record.record_key = of_group.record_key
        WHERE record.person_key = records.person_key
    );
END
$$;
COMMENT ON FUNCTION explain.records(text, jsonb) IS 'O1, O2: the offence records of a person, each with its offence';

CREATE FUNCTION explain.pairs(person_key text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object('lower', pair.lower_key, 'higher', pair.higher_key, 'pass', pair.pass)
                ORDER BY pair.pass, pair.lower_number, pair.higher_number
            ),
            '[]'
        )
        FROM intermediate.int_offence_record_pairs AS pair
        WHERE pair.person_key = pairs.person_key
    );
END
$$;
COMMENT ON FUNCTION explain.pairs(text) IS 'O2: the pairs that a pass found, whether they were taken or not';

CREATE FUNCTION explain.outcomes(person_key text, proof_sources text, basis jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'offence_uid', of_group.offence_uid, 'source_system', outcome.source_system,
                    'source', outcome.source, 'outcome_id', outcome.outcome_id, 'outcome_date', outcome.outcome_date,
                    'outcome', outcome.outcome, 'tier', outcome.tier, 'appeal_status', outcome.appeal_status,
                    'is_final', outcome.is_final, 'is_unmapped', outcome.is_unmapped,
                    'is_substantive', outcome.is_substantive, 'residence', outcome.residence,
                    'decides', coalesce(deciding.decides, false), 'is_standing', coalesce(deciding.is_standing, false),
                    'is_heard', deciding.outcome_id IS NOT null,
                    'delivered', explain.record_delivered(
                        outcome.source_system,
                        CASE outcome.source_system WHEN 'cms' THEN 'outcome' ELSE 'disposal' END,
                        outcome.source, outcome.outcome_id, outcomes.basis
                    )
                )
                ORDER BY outcome.outcome_date, outcome.source_system, outcome.source, outcome.outcome_id
            ),
            '[]'
        )
        FROM intermediate.int_outcome_records AS outcome
        INNER JOIN intermediate.int_offence_groups AS of_group ON outcome.record_key = of_group.record_key
        LEFT JOIN intermediate.int_deciding_outcomes AS deciding
            ON
                of_group.offence_uid = deciding.offence_uid
                AND outcome.source_system = deciding.source_system
                AND outcome.source = deciding.source
                AND outcome.outcome_id = deciding.outcome_id
                AND outcome.person_key = deciding.person_key
                AND deciding.proof_sources = outcomes.proof_sources
        WHERE outcome.person_key = outcomes.person_key
    );
END
$$;
COMMENT ON FUNCTION explain.outcomes(text, text, jsonb) IS
'O3, O4: the outcomes of a person''s offences, and which of them decide and stand for a definition';

CREATE FUNCTION explain.offences(person_key text, proof_sources text, reference_hash text)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                to_jsonb(offence) - 'person_key' || jsonb_build_object(
                    'title', code.title,
                    'proof_date', proof.proof_date, 'proof_tier', proof.proof_tier,
                    'proof_outcome', proof.proof_outcome,
                    'diversion_date', proof.diversion_date, 'diversion_outcome', proof.diversion_outcome,
                    'known_proof_date', of_both.proof_date, 'known_diversion_date', of_both.diversion_date
                )
                ORDER BY offence.start_date, offence.offence_uid
            ),
            '[]'
        )
        FROM intermediate.int_offences AS offence
        INNER JOIN intermediate.int_offence_proofs AS proof
            ON
                offence.offence_uid = proof.offence_uid
                AND offence.person_key = proof.person_key
                AND proof.proof_sources = offences.proof_sources
        INNER JOIN intermediate.int_offence_proofs AS of_both
            ON
                offence.offence_uid = of_both.offence_uid
                AND offence.person_key = of_both.person_key
                AND of_both.proof_sources = 'cms;pnc'
        LEFT JOIN reference.offence_code AS code
            ON offence.cjs_code = code.cjs_code AND code.reference_hash = offences.reference_hash
        WHERE offence.person_key = offences.person_key
    );
END
$$;
COMMENT ON FUNCTION explain.offences(text, text, text) IS 'O5, O6: the offences of a person and when they were proven';

CREATE FUNCTION explain.entries(person_key text, definition text, basis jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                to_jsonb(entry) - 'person_key' - 'sex' || jsonb_build_object(
                    'offences', (
                        SELECT coalesce(jsonb_agg(of_release.offence_uid ORDER BY of_release.offence_uid), '[]')
                        FROM intermediate.int_release_offences AS of_release
                        WHERE
                            entry.entry_kind = 'release'
                            AND of_release.person_key = entry.person_key
                            AND of_release.release_uid = entry.entry_uid
                    ),
                    'delivered', CASE
                        WHEN entry.entry_kind = 'flag'
                            THEN explain.delivered('yot', 'child_flag', entry.yot, entry.entry_uid, entries.basis)
                    END
                )
                ORDER BY entry.entry_date, entry.entry_kind, entry.entry_uid
            ),
            '[]'
        )
        FROM intermediate.int_entries AS entry
        WHERE
            entry.person_key = entries.person_key
            AND entry.definition = entries.definition
            AND (entry.yot IS NULL OR explain.reads(entry.yot))
    );
END
$$;
COMMENT ON FUNCTION explain.entries(text, text, jsonb) IS 'E1 to E4: the entry events in the services that the login reads';

CREATE FUNCTION explain.stays(person_key text, basis jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                to_jsonb(stay) - 'person_key' - 'rank_from_end' || jsonb_build_object(
                    'release_uid', released.release_uid,
                    'is_last', stay.rank_from_end = 1,
                    'delivered', explain.delivered('yot', 'custody_episode', stay.source, stay.episode_id, stays.basis)
                )
                ORDER BY stay.stay_number, stay.number_from_start
            ),
            '[]'
        )
        FROM intermediate.int_stays AS stay
        LEFT JOIN intermediate.int_releases AS released
            ON stay.person_key = released.person_key AND stay.stay_number = released.stay_number
        WHERE stay.person_key = stays.person_key
    );
END
$$;
COMMENT ON FUNCTION explain.stays(text, jsonb) IS 'E2: the episodes of each stay in custody, and its release';

-- The member rows and their cells as released; the classes of the offences for those of the cohort.
CREATE FUNCTION explain.members(person_key text, definition text, cohort text, basis jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'row', to_jsonb(member),
                    'entry_kind', event.entry_kind,
                    'entry_uid', event.entry_uid,
                    'offences', (
                        SELECT coalesce(jsonb_agg(
                            to_jsonb(offence) - 'person_key' - 'member_key' - 'definition' - 'cohort' - 'yot'
                            ORDER BY offence.offence_date, offence.offence_uid
                        ), '[]')
                        FROM intermediate.int_member_offences AS offence
                        WHERE
                            offence.person_key = member.person_key
                            AND offence.definition = member.definition
                            AND offence.cohort = member.cohort
                            AND offence.yot = member.yot
                            AND member.cohort = members.cohort
                    ),
                    'cells', (
                        SELECT coalesce(jsonb_agg(to_jsonb(cell) ORDER BY cell.yot = 'all', cell.yot), '[]')
                        FROM release.cohort_summary AS cell
                        WHERE
                            cell.release_id = member.release_id
                            AND cell.definition = member.definition
                            AND cell.cohort = member.cohort
                            AND cell.yot IN (member.yot, 'all')
                    )
                )
                ORDER BY member.cohort_start, member.yot
            ),
            '[]'
        )
        FROM release.cohort_member AS member
        INNER JOIN intermediate.int_members AS event
            ON
                member.person_key = event.person_key
                AND member.definition = event.definition
                AND member.cohort = event.cohort
                AND member.yot = event.yot
        WHERE
            member.release_id = members.basis ->> 'release_id'
            AND member.definition = members.definition
            AND member.person_key = members.person_key
    );
END
$$;

-- Whether the login may ask after the person: a child of a service that it reads, by its record or by an event.
CREATE FUNCTION explain.may_ask(person_key text, basis jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM identity.person_link AS link
        WHERE
            link.person_key = may_ask.person_key
            AND link.known_from <= (may_ask.basis ->> 'known_as_of')::date
            AND (link.known_to IS NULL OR (may_ask.basis ->> 'known_as_of')::date < link.known_to)
            AND explain.reads(CASE link.source_system WHEN 'cms' THEN link.source ELSE '*' END)
    ) OR EXISTS (
        SELECT FROM intermediate.int_entries AS entry
        WHERE entry.person_key = may_ask.person_key AND explain.reads(entry.yot)
    );
END
$$;

CREATE FUNCTION analytics.explain(person_key text, definition text, cohort text DEFAULT NULL)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    basis jsonb;
    asked record;
    period jsonb;
    found_out jsonb;
BEGIN
    -- each statement must see the pointer and the build as they are then: the last one compares them with the first
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'analytics.explain needs a transaction that is READ COMMITTED';
    END IF;
    basis := explain.basis();
    IF basis ->> 'refused' IS NOT NULL THEN
        RETURN basis;
    END IF;
    IF NOT explain.may_ask(explain.person_key, basis) THEN
        RETURN basis || '{"refused": "unknown_child"}';
    END IF;
    SELECT titled.title, titled.description, titled.milestones, wanted.*, published.reference_hash
    INTO asked
    FROM intermediate.int_definitions AS wanted
    CROSS JOIN release.release AS published
    INNER JOIN reference.cohort_definition AS titled
        ON published.definitions_hash = titled.definitions_hash AND wanted.definition = titled.definition
    WHERE published.release_id = basis ->> 'release_id' AND wanted.definition = explain.definition;
    IF NOT FOUND THEN
        RETURN basis || '{"refused": "unknown_definition"}' || jsonb_build_object('known', (
            SELECT jsonb_agg(wanted.definition ORDER BY wanted.definition) FROM intermediate.int_definitions AS wanted
        ));
    END IF;
    SELECT to_jsonb(named) INTO period
    FROM intermediate.int_periods AS named
    WHERE named.cohort_period = asked.cohort_period AND named.cohort = explain.cohort;
    IF explain.cohort IS NOT NULL AND period IS NULL THEN
        RETURN basis || '{"refused": "unknown_cohort"}' || jsonb_build_object('cohort_period', asked.cohort_period, 'newest', (
            SELECT named.cohort FROM intermediate.int_periods AS named
            WHERE named.cohort_period = asked.cohort_period ORDER BY named.cohort_start DESC LIMIT 1
        ));
    END IF;
    found_out := basis || jsonb_build_object(
        'definition', to_jsonb(asked) - 'reference_hash',
        'period', period,
        'links', explain.links(explain.person_key, basis),
        'records', explain.records(explain.person_key, basis),
        'pairs', explain.pairs(explain.person_key),
        'outcomes', explain.outcomes(explain.person_key, asked.proof_sources, basis),
        'offences', explain.offences(explain.person_key, asked.proof_sources, asked.reference_hash),
        'stays', explain.stays(explain.person_key, basis),
        'entries', explain.entries(explain.person_key, explain.definition, basis),
        'members', explain.members(explain.person_key, explain.definition, explain.cohort, basis),
        'member_columns', (
            SELECT jsonb_agg(member.attname ORDER BY member.attnum)
            FROM pg_catalog.pg_attribute AS member
            WHERE member.attrelid = 'release.cohort_member'::regclass AND member.attnum > 0
        )
    );
    IF explain.basis() <> basis THEN
        RETURN basis || '{"refused": "build_began"}';
    END IF;
    RETURN found_out;
END
$$;
COMMENT ON FUNCTION analytics.explain(text, text, text) IS
'Why a child is counted or not: records, pairing, proof, entry, window, member row and cell of the live release';

CREATE FUNCTION practice.person_keys(child_id text, service text DEFAULT NULL)
RETURNS TABLE (source text, person_key text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT link.source, link.person_key
    FROM identity.person_link AS link
    INNER JOIN release.release AS published
        ON
            link.known_from <= published.known_as_of
            AND (link.known_to IS NULL OR published.known_as_of < link.known_to)
    INNER JOIN release.pointer AS pointer ON published.release_id = pointer.release_id AND pointer.channel = 'live'
    WHERE
        link.source_system = 'cms'
        AND link.source_id = person_keys.child_id
        AND (person_keys.service IS NULL OR link.source = person_keys.service)
        AND explain.reads(link.source)
    ORDER BY link.source;
END
$$;
COMMENT ON FUNCTION practice.person_keys(text, text) IS
'The person behind a child id of a case-management system, in each service of the login that has it';

RESET ROLE;

DO $$
DECLARE
    of_explain regprocedure;
BEGIN
    SET LOCAL ROLE owner;
    FOR of_explain IN
        SELECT oid::regprocedure FROM pg_catalog.pg_proc
        WHERE
            pronamespace = 'explain'::regnamespace
            OR oid IN ('analytics.explain(text, text, text)'::regprocedure, 'practice.person_keys(text, text)'::regprocedure)
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO explainer', of_explain);
    END LOOP;
    REVOKE CREATE ON SCHEMA explain, analytics, practice FROM explainer;
    -- granted by the functions' owner: owner has its rights
    SET LOCAL ROLE explainer;
    GRANT EXECUTE ON FUNCTION analytics.explain(text, text, text) TO analyst, practitioner, auditor;
    GRANT EXECUTE ON FUNCTION practice.person_keys(text, text) TO practitioner;
    RESET ROLE;
END
$$;
