-- Populations as reference data, and the indicators beside reoffending: first-time entrants, custody, remand, education,
-- serious violence, and what practitioners work from.
SET LOCAL ROLE owner;

CREATE TABLE reference.population (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    area text COLLATE "C" NOT NULL,
    year smallint NOT NULL,
    age text NOT NULL,
    ethnicity_group text NOT NULL,
    population integer NOT NULL CHECK (population >= 0),
    source text NOT NULL,
    source_date date NOT NULL,
    PRIMARY KEY (reference_hash, area, year, age, ethnicity_group)
);
COMMENT ON TABLE reference.population IS
'Children of 10 to 17 by area (a service, or another that plans name) and year; 10-17 and All is the total';
GRANT SELECT, INSERT ON reference.population TO loader;
GRANT SELECT ON reference.population TO transformer, publisher;

RESET ROLE;
