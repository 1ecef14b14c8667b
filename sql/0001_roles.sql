-- Roles are cluster-wide: created if absent, so that two databases of one server share them. Passwords are set
-- outside migrations. Settings are given to each login, because a member does not inherit them.
-- transactional: true
DO $$
DECLARE
    name text;
    member_options text := CASE
        WHEN current_setting('server_version_num')::integer >= 160000
            THEN ' WITH INHERIT FALSE, SET TRUE'
        ELSE ''
    END;
BEGIN
    FOREACH name IN ARRAY ARRAY['owner', 'views'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'migrator', 'loader', 'transformer', 'publisher', 'analyst', 'practitioner', 'board', 'auditor', 'eraser'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', name);
        END IF;
        EXECUTE format('ALTER ROLE %I SET timezone = ''UTC''', name);
        EXECUTE format('ALTER ROLE %I SET datestyle = ''ISO, YMD''', name);
        EXECUTE format('ALTER ROLE %I SET client_connection_check_interval = ''1s''', name);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''15min''', name);
        EXECUTE format('ALTER ROLE %I SET lock_timeout = ''5min''', name);
        EXECUTE format('ALTER ROLE %I SET search_path = ''pg_catalog''', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['analyst', 'practitioner', 'board', 'auditor'] LOOP
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', name);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = ''5min''', name);
    END LOOP;
    EXECUTE 'GRANT owner, views TO CURRENT_USER';
    EXECUTE 'GRANT owner TO migrator'
        || CASE WHEN member_options = '' THEN '' ELSE ' WITH INHERIT TRUE, SET TRUE' END;
    EXECUTE 'GRANT views TO owner';
    EXECUTE 'GRANT owner TO publisher' || member_options;
    IF member_options = '' THEN
        EXECUTE 'ALTER ROLE migrator INHERIT';
    END IF;
END
$$;
