-- What changed since the frozen quarters: a published table that the publication fills, and whose records were erased.
SET LOCAL ROLE owner;

CREATE TABLE identity.erased_person (person_key text COLLATE "C" PRIMARY KEY, erased_on date NOT NULL);
COMMENT ON TABLE identity.erased_person IS 'Persons that had records erased; nothing of what was erased';
COMMENT ON COLUMN identity.erased_person.erased_on IS 'The newest extract date landed at that time';
GRANT SELECT, INSERT ON identity.erased_person TO eraser;
GRANT SELECT ON identity.erased_person TO publisher;

CREATE TABLE release.revision (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    frozen_quarter text COLLATE "C" NOT NULL,
    frozen_release_id text COLLATE "C" NOT NULL,
    definition text COLLATE "C" NOT NULL,
    cohort text COLLATE "C" NOT NULL,
    yot text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    members integer NOT NULL,
    children integer NOT NULL,
    reoffenders integer NOT NULL,
    reoffences integer NOT NULL,
    frozen_children integer NOT NULL,
    frozen_reoffenders integer NOT NULL,
    frozen_reoffences integer NOT NULL
) PARTITION BY LIST (release_id);
CALL release.keep_to_services('revision');

GRANT CREATE ON SCHEMA analytics TO views;
CALL release.show_to_analysts('revision');
REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
