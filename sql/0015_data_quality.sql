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

ALTER TABLE release.data_quality ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_service ON release.data_quality FOR SELECT TO views USING (
    yot IN (SELECT service FROM access.reader_service WHERE reader = current_user AND service <> 'all')
    OR '*' IN (SELECT service FROM access.reader_service WHERE reader = current_user)
);
-- the gate holds a candidate's match rates against those of the current release
CREATE POLICY gate ON release.data_quality FOR SELECT TO publisher USING (true);
GRANT SELECT ON release.data_quality TO views, publisher;

GRANT CREATE ON SCHEMA analytics TO views;
CREATE VIEW analytics.data_quality AS
SELECT * FROM release.data_quality
WHERE release_id = (SELECT pointer.release_id FROM release.pointer AS pointer WHERE pointer.channel = 'live');
ALTER VIEW analytics.data_quality OWNER TO views;
GRANT SELECT ON analytics.data_quality TO analyst, practitioner, auditor;
REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
