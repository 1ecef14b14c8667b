-- A refused or incomplete delivery is settled once a higher revision of it has been loaded: its folder may stay.
SET LOCAL ROLE owner;

CREATE VIEW ops.unsettled_attempt AS
SELECT attempt.*
FROM ops.delivery_attempt AS attempt
WHERE
    attempt.outcome IN ('refused', 'incomplete')
    AND NOT EXISTS (
        SELECT FROM ops.delivery
        WHERE
            attempt.feed = delivery.feed
            AND attempt.source = delivery.source
            AND delivery.revision > 0
            AND (
                attempt.folder = delivery.extract_date::text
                OR attempt.folder IN (
                    SELECT delivery.extract_date::text || '.r' || lower_revision.number
                    FROM generate_series(1, delivery.revision - 1) AS lower_revision (number)
                )
            )
    );

GRANT SELECT ON ops.unsettled_attempt TO loader, publisher, auditor;

RESET ROLE;
