-- What a published table needs to be read, said once: migrations call it for each.
SET LOCAL ROLE owner;

-- Each login sees the rows of its own services.
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

-- Where analysts read it, a view that follows the pointer.
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

RESET ROLE;
