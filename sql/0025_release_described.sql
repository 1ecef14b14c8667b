-- What the list of releases says, for whoever reads it by psql or from a BI tool.
SET LOCAL ROLE owner;

COMMENT ON VIEW board.release IS
'One row per channel and release: the whole list of releases, with the current one of each channel marked';
COMMENT ON COLUMN board.release.channel IS
'Who reads by it: live, the analysts; board, the management board, which sees a frozen quarter';
COMMENT ON COLUMN board.release.release_id IS
'The release, <as-of date>.<number>';
COMMENT ON COLUMN board.release.as_of_date IS
'Day that the release counts up to';
COMMENT ON COLUMN board.release.known_as_of IS
'Day up to whose deliveries the release knows';
COMMENT ON COLUMN board.release.published_at IS
'When it became visible';
COMMENT ON COLUMN board.release.definitions_hash IS
'The cohort definitions that it counts by; equal hashes, equal definitions';
COMMENT ON COLUMN board.release.code_version IS
'The code that built it';
COMMENT ON COLUMN board.release.last_delivery_by_source IS
'Feed/source: extract date of the last delivery that it rests on';
COMMENT ON COLUMN board.release.missing_sequences_by_source IS
'Feed/source: numbers of deliveries that were sent and have not come; sources that lack none are left out';
COMMENT ON COLUMN board.release.refused_by_source IS
'Feed/source: delivery folders that its run refused; sources without any are left out';
COMMENT ON COLUMN board.release.unconfirmed_sources IS
'Feed/source whose manifest the receiver wrote, so that nobody has confirmed that the delivery is whole';
COMMENT ON COLUMN board.release.gate_result IS
'What the gate said of it';
COMMENT ON COLUMN board.release.is_current IS
'Readers of the channel see this release now';
