-- Published figures of other places as reference data, and beside each of them ours.
SET LOCAL ROLE owner;

CREATE TABLE reference.comparator (
    reference_hash text NOT NULL REFERENCES reference.code_set,
    area text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    measure text COLLATE "C" NOT NULL,
    definition text COLLATE "C",
    basis text NOT NULL,
    services text COLLATE "C" NOT NULL,
    period text NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL CHECK (period_start <= period_end),
    -- without a scale, so that the decimals are those that were printed
    value numeric NOT NULL,
    unit text NOT NULL,
    numerator integer,
    denominator integer,
    source text COLLATE "C" NOT NULL,
    page text NOT NULL,
    source_date date NOT NULL,
    note text,
    UNIQUE NULLS NOT DISTINCT (reference_hash, area, measure, definition, period_start, period_end, source)
);
COMMENT ON TABLE reference.comparator IS
'Published figures that those of the services are put beside, as printed, each with its page';
GRANT SELECT, INSERT ON reference.comparator TO loader;
GRANT SELECT ON reference.comparator TO transformer, publisher;

CREATE TABLE release.comparator (
    release_id text COLLATE "C" NOT NULL,
    as_of_date date NOT NULL,
    yot text COLLATE "C" NOT NULL,
    area text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    measure text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    definition text COLLATE "C",
    basis text NOT NULL,
    period text NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    published_value numeric(15, 6) NOT NULL,
    published_numerator integer,
    published_denominator integer,
    published_from_counts numeric(15, 6),
    our_period text COLLATE "C",
    our_period_start date,
    our_period_end date,
    months_apart integer,
    our_state text,
    our_maturity numeric(5, 4),
    our_numerator integer,
    our_denominator integer,
    our_value numeric(15, 6),
    difference numeric(15, 6),
    is_as_published boolean,
    source text COLLATE "C" NOT NULL,
    page text NOT NULL,
    source_date date NOT NULL,
    note text
) PARTITION BY LIST (release_id);

GRANT CREATE ON SCHEMA analytics TO views;
CALL release.keep_to_services('comparator');
CALL release.show_to_analysts('comparator');
REVOKE CREATE ON SCHEMA analytics FROM views;

RESET ROLE;
