"""The golden scenarios that one state of the feeds tells, as a table: number, event in words, what is expected.

Unless a scenario says otherwise the child is X: fifteen, referral order on 10 May 2023 for an offence of 1 April, so
2023Q2, follow-up to 10 May 2024, proof to 10 November 2024. Both feeds have every event; `national_proven` takes entry
and proof from the police alone. The values are those of the rules; where they differ from the published table:

- 1, 2, 3, 4, 8, 10: the conviction or caution that proves the offence is itself an entry of its own quarter (E1).
- 6: the table counts the resolution under a local switch. No shipped definition has diversion as a proof tier; the
  class is `diversion` even where it was the entry, since O7 asks that first.
- 11: the caution enters no cohort: the child is eighteen by then (E4).
- 17: `in_follow_up` belongs to a day in the follow-up; on this one the cohort is closed, the offence still pending.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.made_children import MadeChild

NATIONAL, OUT_OF_COURT = "national_proven", "out_of_court"
Cell = tuple[str, str]
"""Definition and cohort."""
Q2, Q3, Q4 = (NATIONAL, "2023Q2"), (NATIONAL, "2023Q3"), (NATIONAL, "2023Q4")
NONE_REOFFENDED = {"is_reoffender": False, "reoffences": 0, "first_reoffence_date": None}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@dataclass(frozen=True)
class Scenario:
    """A row of the table: number, event in words, what makes it, and what is expected of the child.

    `events` adds to the child and returns the offences of interest; without `is_x` there is no order of 10 May.
    `members`: columns of the child's rows, which are all that it has under national_proven. `classes`: those of the
    offences of interest, in their order.
    """

    number: str
    event: str
    events: Callable[[MadeChild], list[str]]
    members: dict[Cell, dict[str, Any]]
    classes: dict[Cell, list[str]] = field(default_factory=dict)
    is_x: bool = True
    born: str = "2008-01-15"

    def child(self, number: int) -> tuple[MadeChild, list[str]]:
        made = MadeChild(number, self.born)
        if self.is_x:
            made.offence("2023-04-01", "2023-05-10")
        return made, self.events(made)


def offences(*events: tuple[str, ...], **values: Any) -> Callable[[MadeChild], list[str]]:
    """Offences of both feeds: each its date, day of outcome and outcome, as far as it has them."""
    return lambda made: [made.offence(*event, **values) for event in events]


def released(made: MadeChild) -> list[str]:
    keys = [made.offence("2023-03-01", "2023-04-20", "DTO"), made.offence("2023-07-01", "2023-10-01")]
    made.custody("2023-04-20", "2023-08-20")
    return keys


SCENARIOS = [
    Scenario(
        "1",
        "offence 2023-06-01, youth conditional caution 2023-08-01: reoffender after 22 days",
        offences(("2023-06-01", "2023-08-01", "YOUTH_CONDITIONAL_CAUTION")),
        {
            Q2: {
                **{"index_date": day("2023-05-10"), "index_outcome": "REFERRAL_ORDER", "index_tier": "first_tier"},
                **{"follow_up_end": day("2024-05-10"), "proof_end": day("2024-11-10"), "state": "closed"},
                **{"is_reoffender": True, "reoffences": 1, "reoffence_occasions": 1},
                **{"days_to_first_reoffence": 22, "first_reoffence_band": "0-3"},
            },
            Q3: {"index_date": day("2023-08-01"), "index_tier": "pre_court", **NONE_REOFFENDED},
        },
        {Q2: ["reoffence"], Q3: ["index"]},
    ),
    Scenario(
        "2",
        "offence on the last day of follow-up, convicted 2024-09-01: counts (T2, inclusive)",
        offences(("2024-05-10", "2024-09-01")),
        {
            Q2: {"reoffences": 1, "days_to_first_reoffence": 366, "first_reoffence_band": "9-12"},
            (NATIONAL, "2024Q3"): NONE_REOFFENDED,
        },
        {Q2: ["reoffence"]},
    ),
    Scenario(
        "3",
        "offence the day after it: outside follow-up",
        offences(("2024-05-11", "2024-09-01")),
        {Q2: NONE_REOFFENDED, (NATIONAL, "2024Q3"): NONE_REOFFENDED},
        {Q2: ["out_of_window"]},
    ),
    Scenario(
        "4a",
        "offence 2024-03-01, convicted on the last day for proof: counts",
        offences(("2024-03-01", "2024-11-10")),
        {Q2: {"reoffences": 1, "is_reoffender": True}, (NATIONAL, "2024Q4"): NONE_REOFFENDED},
        {Q2: ["reoffence"]},
    ),
    Scenario(
        "4b",
        "offence 2024-03-01, convicted the day after: not proven in time",
        offences(("2024-03-01", "2024-11-11")),
        {Q2: {**NONE_REOFFENDED, "pending_offences": 0}, (NATIONAL, "2024Q4"): NONE_REOFFENDED},
        {Q2: ["not_proven_in_time"]},
    ),
    Scenario(
        "5",
        "offence 2023-03-01, convicted 2023-07-01: pseudo-reconviction, and the entry of 2023Q3",
        offences(("2023-03-01", "2023-07-01")),
        {Q2: NONE_REOFFENDED, Q3: {"index_date": day("2023-07-01"), "previous_offences": 1, **NONE_REOFFENDED}},
        {Q2: ["pseudo"], Q3: ["index"]},
    ),
    Scenario(
        "6",
        "community resolution 2023-06-20 for an offence of 2023-06-01: no proof, the out-of-court tracker's entry",
        offences(("2023-06-01", "2023-06-20", "COMMUNITY_RESOLUTION")),
        {
            Q2: NONE_REOFFENDED,
            ("local_live", "2023Q2"): NONE_REOFFENDED,
            (OUT_OF_COURT, "2023Q2"): {"index_date": day("2023-06-20"), "index_tier": "diversion", **NONE_REOFFENDED},
        },
        {Q2: ["diversion"], ("local_live", "2023Q2"): ["diversion"], (OUT_OF_COURT, "2023Q2"): ["diversion"]},
    ),
    Scenario(
        "7a",
        "failing to comply with a youth rehabilitation order (CJ08507, not recordable): never counts",
        offences(("2023-06-01", "2023-07-01"), cjs_code="CJ08507"),
        {Q2: NONE_REOFFENDED},
        {Q2: ["breach"]},
    ),
    Scenario(
        "7b",
        "the same of one with ISS (SE20521, recordable, category CB): nor does it",
        offences(("2023-06-01", "2023-07-01"), cjs_code="SE20521"),
        {Q2: NONE_REOFFENDED},
        {Q2: ["breach"]},
    ),
    Scenario(
        "8",
        "three offences 2023-09-01 to 03, one hearing 2023-12-01: three reoffences on one occasion",
        offences(("2023-09-03", "2023-12-01"), ("2023-09-01", "2023-12-01"), ("2023-09-02", "2023-12-01")),
        {
            Q2: {"reoffences": 3, "reoffence_occasions": 1, "first_reoffence_date": day("2023-09-01")},
            Q4: {"index_date": day("2023-12-01"), **NONE_REOFFENDED},
        },
        {Q2: ["reoffence"] * 3, Q4: ["index"] * 3},
    ),
    Scenario(
        "9",
        "youth caution 2023-04-10, referral order 2023-06-05 for 2023-05-01: one entry, the order's offence reoffends",
        offences(("2023-03-20", "2023-04-10", "YOUTH_CAUTION"), ("2023-05-01", "2023-06-05")),
        {Q2: {"index_date": day("2023-04-10"), "index_outcome": "YOUTH_CAUTION", "reoffences": 1}},
        {Q2: ["index", "reoffence"]},
        is_x=False,
    ),
    Scenario(
        "10",
        "detained 2023-04-20, released 2023-08-20; offence inside 2023-07-01, convicted 2023-10-01",
        released,
        {
            Q3: {"index_date": day("2023-08-20"), "index_outcome": "DTO", "index_tier": "custody", **NONE_REOFFENDED},
            Q4: {"index_date": day("2023-10-01"), "index_tier": "first_tier", **NONE_REOFFENDED},
            ("leaving_custody", "2023Q3"): {"index_date": day("2023-08-20"), **NONE_REOFFENDED},
        },
        {Q3: ["index", "pseudo"], Q4: ["previous", "index"], ("leaving_custody", "2023Q3"): ["index", "pseudo"]},
        is_x=False,
    ),
    Scenario(
        "11",
        "eighteen on 2023-11-01; adult caution 2024-02-01 for 2024-01-05, which only the police have: counts",
        offences(("2024-01-05", "2024-02-01", "ADULT_CAUTION"), case_record=False),
        {
            Q2: {"age_at_index": 17, "reoffences": 1, "has_police_match": True},
            ("local_live", "2023Q2"): {"reoffences": 1},
        },
        {Q2: ["reoffence"], ("local_live", "2023Q2"): ["reoffence"]},
        born="2005-11-01",
    ),
    Scenario(
        "12a",
        "seventeen at the offence, eighteen on the day of sentence: outside the cohort",
        offences(),
        {},
        born="2005-05-10",
    ),
    Scenario(
        "12b", "eighteen on the day after sentence: inside", offences(), {Q2: {"age_at_index": 17}}, born="2005-05-11"
    ),
    Scenario(
        "13",
        "offence 2023-05-05 to 2023-05-20, convicted 2023-09-01: its start is before the index date",
        offences(("2023-05-05", "2023-09-01"), until="2023-05-20"),
        {Q2: NONE_REOFFENDED, Q3: {"index_date": day("2023-09-01"), **NONE_REOFFENDED}},
        {Q2: ["pseudo"]},
    ),
    Scenario(
        "16a",
        "no insurance (RT88191) alone: not recordable, no entry",
        offences(("2023-04-01", "2023-05-10"), cjs_code="RT88191"),
        {},
        is_x=False,
    ),
    Scenario(
        "16b",
        "no insurance after the order: not recordable, no reoffence",
        offences(("2023-06-01", "2023-06-20"), cjs_code="RT88191"),
        {Q2: NONE_REOFFENDED},
        {Q2: ["non_recordable"]},
    ),
    Scenario(
        "17",
        "offence 2023-10-01 charged, trial to come: pending, no reoffence",
        offences(("2023-10-01",)),
        {Q2: {**NONE_REOFFENDED, "pending_offences": 1, "state": "closed"}},
        {Q2: ["pending"]},
    ),
]
