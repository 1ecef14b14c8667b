"""A small candidate in which everything holds, made of made-up rows, and the run that it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from live_tracker import fences, runs
from live_tracker.database import Role, connect
from live_tracker.deliveries.ledger import deliveries_hash
from live_tracker.release.hashing import GRAINS, candidate_hash, table_hashes
from live_tracker.release.publish import publish
from live_tracker.settings import Settings

AS_OF = dt.date(2024, 6, 25)

REFERENCE = """
INSERT INTO reference.definition_set VALUES ('definitions-a', now()), ('definitions-b', now());
INSERT INTO reference.cohort_definition (
    definitions_hash, definition, title, cohort_period, min_age, max_age, entry, entry_filter, entry_flags,
    follow_up_months, waiting_months, offence_scope, proof_sources, milestones, description
) VALUES
    ('definitions-a', 'both_feeds', 't', 'quarter', 10, 17, 'outcome', 'none', '{}', 12, 6,
        'recordable_not_breach', 'cms;pnc', '{3}', 'd'),
    ('definitions-a', 'police_only', 't', 'quarter', 10, 17, 'outcome', 'none', '{}', 12, 6,
        'recordable_not_breach', 'pnc', '{3}', 'd'),
    ('definitions-b', 'another_set', 't', 'quarter', 10, 17, 'outcome', 'none', '{}', 12, 6,
        'recordable_not_breach', 'cms;pnc', '{3}', 'd');
INSERT INTO reference.cohort_definition_tier
SELECT 'definitions-a', definition, 'proof', tier
FROM unnest(ARRAY['both_feeds', 'police_only']) AS definition,
    unnest(ARRAY['pre_court', 'first_tier', 'community', 'custody']) AS tier;
INSERT INTO reference.code_set VALUES ('reference-a', now());
INSERT INTO reference.comparator VALUES
('reference-a', 'albion', 'national', 'binary_rate', 'both_feeds', 'all police records', '*', 'autumn', '2022-10-01',
    '2022-12-31', 41.9, 'per_cent', NULL, NULL, 'a bulletin', 'table 1', '2024-05-01', NULL),
('reference-a', 'eastvale', 'service', 'custody_per_1000', NULL, 'sentences', 'eastvale', 'autumn', '2022-10-01',
    '2022-12-31', 0.14, 'per_1000', 1, 7000, 'a plan', 'page 4', '2024-05-01', NULL);
"""

DELIVERIES = """
INSERT INTO ops.delivery (
    delivery_id, feed, source, sequence, revision, extract_date, kind, folder, is_confirmed, run_key, loaded_at
) VALUES
    ('d1', 'yot', 'eastvale', 7, 0, '2024-06-21', 'full', 'yot/eastvale/2024-06-21', true, 'night', now()),
    ('d2', 'yot', 'eastvale', 7, 1, '2024-06-21', 'full', 'yot/eastvale/2024-06-21.r1', true, 'night', now()),
    ('d3', 'yot', 'eastvale', 10, 0, '2024-06-25', 'delta', 'yot/eastvale/2024-06-25', true, 'night', now()),
    ('d4', 'yot', 'westvale', 1, 0, '2024-06-24', 'full', 'yot/westvale/2024-06-24', false, 'night', now()),
    ('d5', 'pnc', '20', 3, 0, '2024-06-25', 'full', 'pnc/20/2024-06-25', true, 'night', now());
"""

MEMBERS = """
INSERT INTO candidate.cohort_member
SELECT
    definition, cohort, cohort_start::date, cohort_end::date, yot, person_key, index_date::date,
    'REFERRAL_ORDER', 'first_tier', 'Theft', 3, 15, 'M', 'White', 'None', 'None', 'Team A', 'E05000001', 'Full time',
    'MEDIUM', 'LOW', 'STANDARD', 0, true,
    (index_date::date + interval '12 months')::date, (index_date::date + interval '18 months')::date,
    state, false, 0, 0, NULL, NULL, NULL, NULL, NULL, 0, true
FROM (VALUES
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'eastvale', 'child-1', '2022-10-15', 'closed'),
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'eastvale', 'child-2', '2022-12-20', 'closed'),
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'westvale', 'child-1', '2022-11-30', 'closed'),
    ('both_feeds', '2023Q1', '2023-01-01', '2023-03-31', 'westvale', 'child-3', '2023-03-31', 'awaiting_outcomes'),
    ('both_feeds', '2023Q3', '2023-07-01', '2023-09-30', 'westvale', 'child-4', '2023-08-31', 'in_follow_up'),
    ('both_feeds', '2024Q2', '2024-04-01', '2024-06-30', 'eastvale', 'child-5', '2024-06-25', 'in_follow_up'),
    ('police_only', '2022Q4', '2022-10-01', '2022-12-31', 'eastvale', 'child-1', '2022-10-15', 'closed')
) AS made_up (definition, cohort, cohort_start, cohort_end, yot, person_key, index_date, state);
"""

REOFFENCES = """
INSERT INTO candidate.reoffence
SELECT definition, cohort, yot, person_key, offence_key, offence_date::date, outcome_date::date,
    'YRO', 'community', 'Robbery', seriousness, found_in
FROM (VALUES
    ('both_feeds', '2022Q4', 'eastvale', 'child-1', 'offence-1', '2023-01-15', '2023-05-01', 6, 'both'),
    ('both_feeds', '2022Q4', 'eastvale', 'child-1', 'offence-2', '2023-10-15', '2024-04-15', 4, 'cms'),
    ('both_feeds', '2022Q4', 'eastvale', 'child-1', 'offence-3', '2023-10-15', '2024-04-15', NULL, 'cms'),
    ('both_feeds', '2022Q4', 'westvale', 'child-1', 'offence-1', '2023-01-15', '2023-05-01', 6, 'both'),
    ('both_feeds', '2023Q1', 'westvale', 'child-3', 'offence-4', '2023-07-01', '2024-06-25', 2, 'pnc'),
    ('police_only', '2022Q4', 'eastvale', 'child-1', 'offence-1', '2023-01-15', '2023-05-01', 6, 'both')
) AS made_up (
    definition, cohort, yot, person_key, offence_key, offence_date, outcome_date, seriousness, found_in
);
UPDATE candidate.cohort_member AS member SET
    is_reoffender = true, reoffences = counted.reoffences, reoffence_occasions = counted.occasions,
    first_reoffence_date = counted.first_date, days_to_first_reoffence = counted.first_date - member.index_date,
    first_reoffence_band = CASE
        WHEN counted.first_date <= member.index_date + interval '3 months' THEN '0-3' ELSE '3-6'
    END,
    max_reoffence_seriousness = counted.gravest, seriousness_change = counted.gravest - member.index_seriousness
FROM (
    SELECT definition, cohort, yot, person_key, count(*) AS reoffences, count(DISTINCT outcome_date) AS occasions,
        min(offence_date) AS first_date, max(seriousness) AS gravest
    FROM candidate.reoffence GROUP BY definition, cohort, yot, person_key
) AS counted
WHERE (member.definition, member.cohort, member.yot, member.person_key)
    = (counted.definition, counted.cohort, counted.yot, counted.person_key);
"""

SUMMARIES = """
INSERT INTO candidate.cohort_summary
SELECT definition, cohort, cohort_start::date, cohort_end::date, yot, children, distinct_children, reoffenders,
    reoffences, round(reoffenders::numeric / children, 6), 0, 1, round(reoffences::numeric / nullif(reoffenders, 0), 6),
    round(reoffences::numeric / children, 6), children_closed, maturity, state, NULL
FROM (VALUES
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'all', 3, 2, 2, 4, 3, 1, 'closed'),
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'eastvale', 2, 2, 1, 3, 2, 1, 'closed'),
    ('both_feeds', '2022Q4', '2022-10-01', '2022-12-31', 'westvale', 1, 1, 1, 1, 1, 1, 'closed'),
    ('both_feeds', '2023Q1', '2023-01-01', '2023-03-31', 'all', 1, 1, 1, 1, 0, 0.8, 'awaiting_outcomes'),
    ('both_feeds', '2023Q1', '2023-01-01', '2023-03-31', 'westvale', 1, 1, 1, 1, 0, 0.8, 'awaiting_outcomes'),
    ('both_feeds', '2023Q3', '2023-07-01', '2023-09-30', 'all', 1, 1, 0, 0, 0, 0.5, 'in_follow_up'),
    ('both_feeds', '2023Q3', '2023-07-01', '2023-09-30', 'westvale', 1, 1, 0, 0, 0, 0.5, 'in_follow_up'),
    ('both_feeds', '2024Q2', '2024-04-01', '2024-06-30', 'all', 1, 1, 0, 0, 0, 0, 'filling'),
    ('both_feeds', '2024Q2', '2024-04-01', '2024-06-30', 'eastvale', 1, 1, 0, 0, 0, 0, 'filling'),
    ('police_only', '2022Q4', '2022-10-01', '2022-12-31', 'all', 1, 1, 1, 1, 1, 1, 'closed'),
    ('police_only', '2022Q4', '2022-10-01', '2022-12-31', 'eastvale', 1, 1, 1, 1, 1, 1, 'closed')
) AS made_up (
    definition, cohort, cohort_start, cohort_end, yot, children, distinct_children, reoffenders, reoffences,
    children_closed, maturity, state
);
"""

CELLS = """
    (SELECT member.*, cells.cell_yot FROM candidate.cohort_member AS member
    CROSS JOIN LATERAL (VALUES (member.yot), ('all')) AS cells (cell_yot)) AS member
"""

BREAKDOWNS = f"""
INSERT INTO candidate.cohort_summary_annual
SELECT definition, '2023Q3', '2022-10-01', '2023-09-30', yot, sum(children), sum(children), sum(reoffenders),
    sum(reoffences), round(sum(reoffenders)::numeric / sum(children), 6), 0, 1, 1, 1, 0, 0.5, 'in_follow_up', NULL
FROM candidate.cohort_summary WHERE definition = 'both_feeds' AND cohort_end <= '2023-09-30'
GROUP BY definition, yot;
INSERT INTO candidate.cohort_breakdown
SELECT definition, cohort, cell_yot, dimension, 'one for all', count(*), count(*) FILTER (WHERE is_reoffender),
    sum(reoffences), round(count(*) FILTER (WHERE is_reoffender) / count(*)::numeric, 6), 0, 1, 1, 1
FROM {CELLS} CROSS JOIN unnest(ARRAY[
    'age_band', 'sex', 'ethnicity_group', 'care_status', 'sen_status', 'ete_band', 'tier', 'offence_group',
    'previous_offences', 'first_time_entrant', 'team', 'ward_code', 'likelihood_of_reoffending', 'rosh',
    'intervention_level'
]) AS dimension
GROUP BY definition, cohort, cell_yot, dimension;
INSERT INTO candidate.cohort_breakdown
SELECT definition, cohort, cell_yot, 'flag:ODOC', CASE WHEN person_key = 'child-1' THEN 'yes' ELSE 'no' END, count(*),
    count(*) FILTER (WHERE is_reoffender), sum(reoffences),
    round(count(*) FILTER (WHERE is_reoffender) / count(*)::numeric, 6), 0, 1, 1, 1
FROM {CELLS} WHERE cohort = '2022Q4'
GROUP BY definition, cohort, cell_yot, person_key = 'child-1', 5;
INSERT INTO candidate.time_to_reoffence
SELECT definition, cohort, cell_yot, band, count(*) FILTER (WHERE first_reoffence_band = band), NULL
FROM {CELLS} CROSS JOIN unnest(ARRAY['0-3', '3-6', '6-9', '9-12']) AS band
GROUP BY definition, cohort, cell_yot, band;
INSERT INTO candidate.milestone
SELECT definition, cohort, yot, 3, children, children, reoffenders, reoffences, binary_rate, 0, 1
FROM candidate.cohort_summary;
INSERT INTO candidate.data_quality VALUES
('eastvale', 30, 24, 6, 0.8, 20, 20, 1, 40, 30, 0.75),
('westvale', 10, 8, 2, 0.8, 0, 0, NULL, 0, 0, NULL),
('all', 40, 32, 8, 0.8, 20, 20, 1, 40, 30, 0.75);
"""


FOLLOW_UP = f"""
INSERT INTO candidate.survival
SELECT definition, cohort, yot, day, survivors + events, events, round(survivors::numeric / children, 12), 0, 1
FROM (
    SELECT definition, cohort, cell_yot AS yot, day, count(*) AS children,
        count(*) FILTER (WHERE days_to_first_reoffence = day) AS events,
        count(*) FILTER (WHERE days_to_first_reoffence IS NULL OR days_to_first_reoffence > day) AS survivors
    FROM {CELLS} CROSS JOIN generate_series(0, 366) AS day
    WHERE state = 'closed'
    GROUP BY definition, cohort, cell_yot, day
) AS curve;
INSERT INTO candidate.seriousness
SELECT definition, cohort, yot, change, CASE change WHEN 'more' THEN reoffenders ELSE 0 END,
    CASE WHEN reoffenders > 0 THEN CASE change WHEN 'more' THEN 1 ELSE 0 END END
FROM candidate.cohort_summary CROSS JOIN unnest(ARRAY['less', 'same', 'more', 'unknown']) AS change;
INSERT INTO candidate.offence_group_matrix
SELECT definition, cohort, yot, 'Theft', 'Robbery', reoffenders, 1 FROM candidate.cohort_summary WHERE reoffenders > 0;
INSERT INTO candidate.concentration
SELECT numbers.definition, numbers.cohort, numbers.yot, reoffences_each, numbers.children, cumulative_children,
    cumulative_reoffences, round(cumulative_children / summary.children::numeric, 6), NULL,
    round(cumulative_reoffences / nullif(summary.reoffences, 0)::numeric, 6), ceil(summary.reoffenders / 10.0), NULL
FROM (
    SELECT definition, cohort, cell_yot AS yot, reoffences AS reoffences_each, count(*) AS children,
        sum(count(*)) OVER from_the_most AS cumulative_children,
        sum(count(*) * reoffences) OVER from_the_most AS cumulative_reoffences
    FROM {CELLS}
    GROUP BY definition, cohort, cell_yot, reoffences
    WINDOW from_the_most AS (PARTITION BY definition, cohort, cell_yot ORDER BY reoffences DESC)
) AS numbers INNER JOIN candidate.cohort_summary AS summary USING (definition, cohort, yot);
INSERT INTO candidate.risk_factor
SELECT definition, cohort, yot, 'FAMILY', children, reoffenders, 0, 0, 0, round(reoffenders::numeric / children, 6),
    NULL, NULL, NULL, NULL, NULL, 0, NULL
FROM candidate.cohort_summary;
INSERT INTO candidate.programme_outcome
SELECT definition, cohort, yot, 'YRO', 'Not known', children, 0, reoffenders, reoffences, binary_rate, 0, 1,
    'children were not assigned by chance'
FROM candidate.cohort_summary;
"""

COMPARATORS = """
INSERT INTO candidate.comparator
SELECT yot, 'albion', 'national', 'binary_rate', 'fraction', 'both_feeds', 'all police records', 'autumn', '2022-10-01',
    '2022-12-31', 0.419, NULL, NULL, NULL, cohort, cohort_start, cohort_end, 0, state, maturity, reoffenders, children,
    binary_rate, binary_rate - 0.419, NULL, 'a bulletin', 'table 1', '2024-05-01', NULL
FROM candidate.cohort_summary WHERE definition = 'both_feeds' AND cohort = '2022Q4';
INSERT INTO candidate.comparator VALUES
('eastvale', 'eastvale', 'service', 'custody_per_1000', 'per_1000', NULL, 'sentences', 'autumn', '2022-10-01',
    '2022-12-31', 0.14, 1, 7000, 0.142857, '2022Q4', '2022-10-01', '2022-12-31', 0, 'complete', NULL, 1, 7000, 0.142857,
    0.002857, true, 'a plan', 'page 4', '2024-05-01', NULL);
"""

SPANS = """
    (VALUES
        ('quarter', '2022Q4', '2022-10-01'::date, '2022-12-31'::date, true),
        ('year', '2024Q2', '2023-07-01', '2024-06-30', false)
    ) AS spans (span, quarter, period_start, period_end, is_complete)
"""

INDICATORS = f"""
INSERT INTO candidate.first_time_entrants
SELECT yot, spans.*, entrants, population, 2020, 'made up', round(100000 * entrants / population::numeric, 6),
    entrants, population, 2020, round(100000 * entrants / population::numeric, 6)
FROM {SPANS} CROSS JOIN (VALUES ('eastvale', 3, 7000), ('westvale', 0, 1000), ('all', 3, 8000))
    AS counts (yot, entrants, population);
INSERT INTO candidate.custody
SELECT yot, spans.*, custodial, sentences, round(custodial / nullif(sentences, 0)::numeric, 6), population, 2020,
    'made up', round(1000 * custodial / population::numeric, 6), NULL, NULL, NULL, NULL
FROM {SPANS} CROSS JOIN (VALUES ('eastvale', 1, 3, 7000), ('westvale', 0, 0, 1000), ('all', 1, 3, 8000))
    AS counts (yot, custodial, sentences, population);
INSERT INTO candidate.remand
SELECT yot, spans.*, dimension, value, remands, remands, children, nights, round(nights / nullif(remands, 0)::numeric, 6),
    round(nights / nullif(children, 0)::numeric, 6)
FROM {SPANS} CROSS JOIN (VALUES ('eastvale'), ('all')) AS services (yot)
CROSS JOIN (VALUES
    ('all', 'all', 2, 1, 30), ('care_status_before', 'LAC', 2, 1, 30), ('care_gained', 'no', 2, 1, 30),
    ('placement_type', 'SCH', 1, 1, 10), ('placement_type', 'YOI', 1, 1, 20)
) AS counts (dimension, value, remands, children, nights);
INSERT INTO candidate.remand
SELECT 'westvale', spans.*, 'all', 'all', 0, 0, 0, 0, NULL, NULL FROM {SPANS};
INSERT INTO candidate.ete
SELECT yot, spans.*, age_group, ete_band, 2, at_start, at_end, at_end, at_start / 2.0, at_end / 2.0
FROM {SPANS} CROSS JOIN (VALUES ('eastvale'), ('all')) AS services (yot)
CROSS JOIN unnest(ARRAY['all', 'school_age']) AS age_group
CROSS JOIN (VALUES ('NEET', 2, 1), ('Full time, suitable', 0, 1)) AS counts (ete_band, at_start, at_end);
INSERT INTO candidate.serious_violence
SELECT yot, spans.*, dimension, value, 2, 1
FROM {SPANS} CROSS JOIN (VALUES ('eastvale'), ('all')) AS services (yot)
CROSS JOIN (VALUES
    ('all', 'all'), ('category', 'ROBBERY'), ('seriousness', '6'), ('age_band', '15-17'), ('sex', 'M'),
    ('tier', 'custody'), ('rosh_at_entry', 'HIGH'), ('rosh_latest', 'LOW'), ('rosh_change', 'lower')
) AS counts (dimension, value);
INSERT INTO candidate.serious_violence SELECT 'westvale', spans.*, 'all', 'all', 0, 0 FROM {SPANS};
INSERT INTO candidate.disproportionality
SELECT yot, spans.*, stage, base_stage, 'none', ethnicity_group, children, base, round(children / base::numeric, 6),
    white, white_base, CASE WHEN white >= 5 THEN children * white_base / (base * white)::numeric END,
    CASE WHEN white >= 5 AND ethnicity_group <> 'White' THEN 1.1 END,
    CASE WHEN white >= 5 AND ethnicity_group <> 'White' THEN 9 END, white < 5, share, population_share,
    100 * (share - population_share), population, 2020, 'made up'
FROM {SPANS} CROSS JOIN (VALUES ('eastvale'), ('all')) AS services (yot)
CROSS JOIN (VALUES
    ('first_time_entrants', 'population', 'White', 2, 6000, 2, 6000, 6000, 0.666667, 0.75),
    ('first_time_entrants', 'population', 'Mixed', 1, 2000, 2, 6000, 2000, 0.333333, 0.25),
    ('substantive_outcome', 'population', 'White', 30, 6000, 30, 6000, 6000, 0.6, 0.75),
    ('substantive_outcome', 'population', 'Mixed', 20, 2000, 30, 6000, 2000, 0.4, 0.25),
    ('sentenced', 'substantive_outcome', 'White', 10, 30, 10, 30, 6000, 0.5, 0.75),
    ('sentenced', 'substantive_outcome', 'Mixed', 10, 20, 10, 30, 2000, 0.5, 0.25)
) AS counts (
    stage, base_stage, ethnicity_group, children, base, white, white_base, population, share, population_share
);
INSERT INTO candidate.disproportionality
SELECT yot, 'quarter', cohort, cohort_start, cohort_end, state = 'closed', 'reoffenders', 'cohort', definition, 'White',
    reoffenders, children, binary_rate, reoffenders, children, NULL, NULL, NULL, true, 1, NULL, NULL, NULL, NULL, NULL
FROM candidate.cohort_summary WHERE cohort = '2022Q4';
INSERT INTO candidate.caseload
SELECT definition, cohort, yot, person_key, index_date, follow_up_end, date '{AS_OF}' - index_date,
    follow_up_end - date '{AS_OF}', pending_offences, reoffences, NULL, 'LOW', 'LOW', 'LOW', 'LOW', 'same', NULL, 1, 'YRO'
FROM candidate.cohort_member WHERE state = 'in_follow_up';
INSERT INTO candidate.new_arrests VALUES
    ('eastvale', '20/2400000000001A', 'child-1', 'ARREST', '2024-06-25', '2024-06-25', 1, 6, true, false);
"""


@dataclass(frozen=True)
class Night:
    """A warehouse with a good candidate, and the run that it was built for."""

    settings: Settings
    run_key: str

    def execute(self, statement: str, role: Role = "migrator") -> None:
        with connect(self.settings, role) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query: str, role: Role = "migrator") -> list[tuple[Any, ...]]:
        with connect(self.settings, role) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def make_good(self) -> None:
        """Good deliveries and a good candidate in place of whatever there was."""
        self.execute("DELETE FROM ops.delivery;" + DELIVERIES)
        for table in GRAINS:
            self.execute(
                f"""
                DROP TABLE IF EXISTS candidate.{table};
                CREATE TABLE candidate.{table} (LIKE release.{table});
                ALTER TABLE candidate.{table} DROP COLUMN release_id, DROP COLUMN as_of_date;
                GRANT SELECT ON candidate.{table} TO publisher;
                """
            )
        self.execute(MEMBERS + REOFFENCES + SUMMARIES + BREAKDOWNS + FOLLOW_UP + INDICATORS + COMPARATORS)

    def another_run(self, run_key: str, *, as_of: dt.date = AS_OF, requested_as_of: dt.date | None = None) -> Night:
        """A run as it stands when its candidate has been built, in the same warehouse."""
        with connect(self.settings, "loader") as connection:
            runs.request(
                connection,
                run_key,
                requested_by="make",
                definitions_hash="definitions-a",
                reference_hash="reference-a",
                code_version="code-a",
                as_of=requested_as_of,
            )
            resolved = {"as_of": as_of, "known_as_of": AS_OF, "deliveries_hash": deliveries_hash(connection, AS_OF)}
            runs.update(connection, run_key, "building", **resolved)
        return Night(self.settings, run_key)

    def pass_gate(self) -> None:
        """A gate that has passed the candidate as it stands, without the time that the checks take."""
        with connect(self.settings, "publisher") as connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ops.gate_result VALUES (%s, %s, true, 1, '[]', '[]', now())",
                (self.run_key, candidate_hash(table_hashes(connection))),
            )

    def claim(self) -> int:
        with connect(self.settings, "publisher") as connection:
            return fences.claim(connection, "publish", self.run_key)

    def release(self) -> str:
        """Pass the gate and publish; the release_id."""
        self.pass_gate()
        return self.publish()

    def publish(self, *, allow_older_as_of: bool = False) -> str:
        return publish(self.settings, self.run_key, self.claim(), allow_older_as_of=allow_older_as_of)


def prepare_night(settings: Settings) -> Night:
    night = Night(settings, "")
    night.execute(REFERENCE)
    night.make_good()
    return night.another_run("night 2024-06-25T01:00:00+00:00")


@pytest.fixture
def night(warehouse: Settings) -> Night:
    """A warehouse with deliveries, definitions, a good candidate and its run."""
    return prepare_night(warehouse)


@pytest.fixture(scope="module")
def shared_night(new_warehouse: Callable[[], Settings]) -> Night:
    """The same, shared by the tests of a module: each makes the candidate good before it spoils it."""
    return prepare_night(new_warehouse())
