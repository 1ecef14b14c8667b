-- How many of a service's children and offences the police feed has too: released, partitioned and shown like the others.
SET LOCAL ROLE owner;

CREATE TABLE release.data_quality (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    children integer NOT NULL,
    children_with_police_match integer NOT NULL,
    children_without_police_match integer NOT NULL,
    match_rate numeric(9, 6),
    children_proven integer NOT NULL,
    children_proven_with_police_match integer NOT NULL,
    proven_match_rate numeric(9, 6),
    offences integer NOT NULL,
    offences_with_police_record integer NOT NULL,
    offence_match_rate numeric(9, 6)
) PARTITION BY LIST (release_id);

-- What every published table needs, from here on: each login sees the rows of its own services.
CREATE PROCEDURE release.keep_to_services(table_name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE release.%I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
        $policy$
        CREATE POLICY own_service ON release.%I FOR SELECT TO views USING (
            yot IN (SELECT service FROM access.reader_service WHERE reader = current_user AND service <> 'all')
            OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
        )
        $policy$,
        table_name
    );
    EXECUTE format('GRANT SELECT ON release.%I TO views, publisher', table_name);
END
$$;

-- And, where analysts read it, a view that follows the pointer.
CREATE PROCEDURE release.show_to_analysts(table_name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        $view$
        CREATE VIEW analytics.%1$I AS
        SELECT * FROM release.%1$I
        WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live')
        $view$,
        table_name
    );
    EXECUTE format('ALTER VIEW analytics.%I OWNER TO views', table_name);
    EXECUTE format('GRANT SELECT ON analytics.%I TO analyst, practitioner, auditor', table_name);
END
$$;
REVOKE EXECUTE ON PROCEDURE release.keep_to_services(text), release.show_to_analysts(text) FROM public;

CALL release.keep_to_services('data_quality');
-- the gate holds a candidate's match rates against those of the current release
CREATE POLICY gate ON release.data_quality FOR SELECT TO publisher USING (true);

GRANT CREATE ON SCHEMA analytics TO views;
CALL release.show_to_analysts('data_quality');
REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
