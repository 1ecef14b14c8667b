-- Frozen quarters: which release holds the board's figures of a quarter for good. Rows are added, never changed.
SET LOCAL ROLE owner;

CREATE TABLE release.frozen_quarter (
    quarter text COLLATE "C" PRIMARY KEY CHECK (quarter ~ '^[0-9]{4}Q[1-4]$'),
    release_id text COLLATE "C" NOT NULL REFERENCES release.release,
    frozen_by text NOT NULL CHECK (frozen_by <> ''),
    note text,
    frozen_at timestamptz NOT NULL
);
COMMENT ON TABLE release.frozen_quarter IS
'The release whose figures the board has for a quarter; the board channel follows the newest of them';
GRANT SELECT, INSERT ON release.frozen_quarter TO publisher;
GRANT SELECT ON release.frozen_quarter TO auditor;

RESET ROLE;
