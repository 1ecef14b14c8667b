"""The golden scenarios through the whole pipeline: two feeds in, published rows out.

All children stand in the same deliveries, so that one build serves every scenario of one state (tests/scenario_table.py);
14 and 15, which are about a change, have a second night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from live_tracker.database import fetch
from live_tracker.settings import Settings
from tests.deliver import write_delivery
from tests.made_children import FORCE, MadeChild, deliver
from tests.night import run_night
from tests.scenario_table import NATIONAL, Q2, SCENARIOS, Cell, Scenario, day

pytestmark = pytest.mark.slow

FIRST_NIGHT, SECOND_NIGHT = dt.date(2024, 12, 1), dt.date(2024, 12, 2)
LAST_DAY_OF_FOLLOW_UP = dt.date(2024, 5, 10)
IN_TABLE = {scenario.number: number for number, scenario in enumerate(SCENARIOS, 1)}
QUASHED, TWICE_KNOWN, THRICE_ENTERED = 101, 102, 104


@dataclass(frozen=True)
class Night:
    """What one night published, and how it classed the records."""

    release_id: str
    members: list[dict[str, Any]]
    summaries: list[dict[str, Any]]
    annual: list[dict[str, Any]]
    offences: list[dict[str, Any]]
    persons: dict[str, str]

    def of_child(self, number: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["person_key"] == self.persons[f"c{number}"]]

    def member(self, number: int, cell: Cell) -> dict[str, Any]:
        [row] = [row for row in self.of_child(number, self.members) if (row["definition"], row["cohort"]) == cell]
        return row

    def offence(self, number: int, cell: Cell, offence_key: str) -> dict[str, Any]:
        [row] = [
            row
            for row in self.of_child(number, self.offences)
            if (row["definition"], row["cohort"], row["offence_key"]) == (*cell, offence_key)
        ]
        return row


@pytest.fixture(scope="module")
def home_of_scenarios(new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A warehouse of this module, and the deliveries of both nights."""
    root = tmp_path_factory.mktemp("scenarios")
    made = [scenario.child(number)[0] for scenario, number in zip(SCENARIOS, IN_TABLE.values(), strict=True)]
    deliver(root, FIRST_NIGHT.isoformat(), [*made, *_children_of_two_states(), *_children_of_a_year()])
    _deliver_the_second_night(root)
    return new_warehouse(), root


@pytest.fixture(scope="module")
def as_of_last_day(home_of_scenarios: tuple[Settings, Path], project: Path) -> Night:
    """As of the last day of X's follow-up, with what was known on the first night."""
    return _night(*home_of_scenarios, project, as_of=LAST_DAY_OF_FOLLOW_UP, known_as_of=FIRST_NIGHT)


@pytest.fixture(scope="module")
def first(as_of_last_day: Night, home_of_scenarios: tuple[Settings, Path], project: Path) -> Night:
    return _night(*home_of_scenarios, project, as_of=FIRST_NIGHT, known_as_of=FIRST_NIGHT)


@pytest.fixture(scope="module")
def second(first: Night, home_of_scenarios: tuple[Settings, Path], project: Path) -> Night:
    return _night(*home_of_scenarios, project, as_of=SECOND_NIGHT, known_as_of=SECOND_NIGHT)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{scenario.number}: {scenario.event}" for scenario in SCENARIOS])
def test_a_scenario_of_one_state(first: Night, scenario: Scenario) -> None:
    number = IN_TABLE[scenario.number]
    keys = scenario.child(number)[1]
    entered = {(row["definition"], row["cohort"]) for row in first.of_child(number, first.members)}
    assert {cell for cell in entered if cell[0] == NATIONAL} == {
        cell for cell in scenario.members if cell[0] == NATIONAL
    }
    for cell, expected in scenario.members.items():
        member = first.member(number, cell)
        assert {column: member[column] for column in expected} == expected, cell
    for cell, classes in scenario.classes.items():
        assert [first.offence(number, cell, key)["class"] for key in keys] == classes, cell


def test_13_a_range_over_the_index_date_is_flagged(first: Night) -> None:
    straddling = first.offence(IN_TABLE["13"], Q2, f"o2-{IN_TABLE['13']}")
    assert straddling["is_straddling"]
    assert not first.offence(IN_TABLE["5"], Q2, f"o2-{IN_TABLE['5']}")["is_straddling"]


@pytest.mark.parametrize(("number", "pending"), [("4a", 1), ("4b", 1), ("17", 1), ("1", 0), ("3", 0)])
def test_4_and_17_on_the_last_day_of_follow_up(as_of_last_day: Night, number: str, pending: int) -> None:
    """An outcome after the as-of day leaves its offence pending (T1); an offence after it is not there at all."""
    member = as_of_last_day.member(IN_TABLE[number], Q2)
    assert (member["state"], member["pending_offences"]) == ("in_follow_up", pending)
    assert member["reoffences"] == (number == "1")


def test_14_a_conviction_quashed_after_publication(
    home_of_scenarios: tuple[Settings, Path], first: Night, second: Night
) -> None:
    """Of the table, `a revision is logged` waits for the published table `revision`: there is none yet."""
    assert first.member(QUASHED, Q2)["reoffences"] == 1
    assert second.member(QUASHED, Q2)["reoffences"] == 0
    assert second.offence(QUASHED, Q2, f"o2-{QUASHED}")["class"] == "quashed"
    assert [row["cohort"] for row in second.of_child(QUASHED, second.members) if row["definition"] == NATIONAL] == [
        "2023Q2"
    ]
    assert _released(home_of_scenarios[0], "cohort_member", first.release_id) == first.members
    assert _released(home_of_scenarios[0], "cohort_summary", first.release_id) == first.summaries


def test_15_two_police_ids_merged(first: Night, second: Night) -> None:
    """Two files of one child: two members while nothing joins the police ids, one when the police merge them.

    The later of the two orders is then the same child's: its offence came before the first index date.
    """
    assert first.persons[f"c{TWICE_KNOWN}"] != first.persons[f"c{TWICE_KNOWN + 1}"]
    before = [first.member(number, Q2) for number in (TWICE_KNOWN, TWICE_KNOWN + 1)]
    assert [(row["index_date"], row["reoffences"]) for row in before] == [
        (day("2023-05-10"), 0),
        (day("2023-05-20"), 0),
    ]
    assert second.persons[f"c{TWICE_KNOWN}"] == second.persons[f"c{TWICE_KNOWN + 1}"]
    after = second.member(TWICE_KNOWN, Q2)
    assert (after["index_date"], after["reoffences"]) == (day("2023-05-10"), 0)
    assert second.offence(TWICE_KNOWN, Q2, f"o1-{TWICE_KNOWN + 1}")["class"] == "pseudo"
    assert _summary(first)["children"] - _summary(second)["children"] == 1


def test_a_year_is_sum_over_sum(first: Night) -> None:
    """southmere in 2023: two, one, one and one children, of whom one, one, none and none reoffended.

    Two of five is 40 %; the mean of the four rates would be 37.5 %. The child of three quarters counts three times.
    """
    by_quarter = [
        (row["cohort"], row["children"], row["reoffenders"])
        for row in first.summaries
        if (row["definition"], row["yot"]) == (NATIONAL, "southmere") and row["cohort"].startswith("2023")
    ]
    assert sorted(by_quarter) == [("2023Q1", 2, 1), ("2023Q2", 1, 1), ("2023Q3", 1, 0), ("2023Q4", 1, 0)]
    [year] = [
        row
        for row in first.annual
        if (row["definition"], row["cohort"], row["yot"]) == (NATIONAL, "2023Q4", "southmere")
    ]
    assert (year["children"], year["distinct_children"], year["reoffenders"], year["reoffences"]) == (5, 3, 2, 3)
    assert (year["binary_rate"], year["state"]) == (Decimal("0.400000"), "awaiting_outcomes")


def _children_of_two_states() -> list[MadeChild]:
    quashed, one, other = MadeChild(QUASHED), MadeChild(TWICE_KNOWN), MadeChild(TWICE_KNOWN + 1)
    quashed.offence("2023-04-01", "2023-05-10")
    quashed.offence("2023-06-01", "2023-08-01")
    one.offence("2023-04-01", "2023-05-10")
    other.offence("2023-04-02", "2023-05-20")
    return [quashed, one, other]


def _children_of_a_year() -> list[MadeChild]:
    thrice, once, last = (MadeChild(THRICE_ENTERED + number, service="southmere") for number in range(3))
    thrice.offence("2022-12-01", "2023-01-10")
    thrice.offence("2023-02-01", "2023-04-10")
    thrice.offence("2023-05-01", "2023-07-10")
    once.offence("2022-12-01", "2023-01-20")
    last.offence("2023-09-01", "2023-10-10")
    return [thrice, once, last]


def _deliver_the_second_night(root: Path) -> None:
    quashed, one, other = _children_of_two_states()
    case, police = quashed.rows["yot", "outcome"][1], quashed.rows["pnc", "disposal"][1]
    merged = {**other.rows["pnc", "nominal"][0], "merged_into": one.pnc_id}
    for feed, source, tables in (
        ("yot", "northborough", {"outcome": [{**case, "appeal_status": "SUCCESSFUL"}]}),
        ("yot", "southmere", {}),
        ("pnc", FORCE, {"disposal": [{**police, "appeal_marker": "SUCCESSFUL"}], "nominal": [merged]}),
    ):
        write_delivery(root, feed, source, SECOND_NIGHT.isoformat(), 2, tables, kind="delta")


def _night(settings: Settings, deliveries: Path, project: Path, *, as_of: dt.date, known_as_of: dt.date) -> Night:
    release_id = run_night(settings, deliveries, project / "definitions", as_of=as_of, known_as_of=known_as_of)
    links = fetch(
        settings,
        "loader",
        "SELECT source_id, person_key FROM identity.person_link WHERE source_system = 'cms'"
        f" AND known_from <= '{known_as_of}' AND '{known_as_of}' < coalesce(known_to, 'infinity')",
    )
    return Night(
        release_id,
        members=_released(settings, "cohort_member", release_id),
        summaries=_released(settings, "cohort_summary", release_id),
        annual=_released(settings, "cohort_summary_annual", release_id),
        offences=fetch(settings, "transformer", "SELECT * FROM intermediate.int_member_offences"),
        persons={row["source_id"]: row["person_key"] for row in links},
    )


def _released(settings: Settings, table: str, release_id: str) -> list[dict[str, Any]]:
    query = f"SELECT * FROM release.{table} WHERE release_id = '{release_id}' ORDER BY {table}::text"
    return fetch(settings, "migrator", query)


def _summary(night: Night) -> dict[str, Any]:
    [row] = [row for row in night.summaries if (row["definition"], row["cohort"], row["yot"]) == (*Q2, "all")]
    return row
