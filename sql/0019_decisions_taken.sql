-- Decisions that a night has taken up are told one by one: of two written at once the later number may be there first.
SET LOCAL ROLE owner;

CREATE TABLE identity.taken_decision (decision_id bigint PRIMARY KEY REFERENCES identity.review_decision);
COMMENT ON TABLE identity.taken_decision IS 'Decisions that a night has taken up';
GRANT SELECT, INSERT ON identity.taken_decision TO loader;

INSERT INTO identity.taken_decision (decision_id)
SELECT decision.decision_id
FROM identity.review_decision AS decision
INNER JOIN identity.resolved ON decision.decision_id <= resolved.last_decision;

ALTER TABLE identity.resolved DROP COLUMN last_decision;
COMMENT ON TABLE identity.resolved IS
'How identity was resolved last: a hash over model, code and key; no row: never';

ALTER TABLE identity.review_queue DROP COLUMN left_face, DROP COLUMN right_face;

RESET ROLE;
