"""The golden scenarios, with the values that the rules give them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engine_cases import (
    FIRST_EXTRACT,
    Case,
    class_of,
    definition_of,
    entered,
    member_of,
)
from tests.reference_engine import Link


def test_scenario_01_a_caution_for_an_early_reoffence() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01", "YOUTH_CONDITIONAL_CAUTION")
    result = case.run()
    member = member_of(result)
    assert (member["is_reoffender"], member["reoffences"], member["days_to_first_reoffence"]) == (True, 1, 22)
    assert (member["first_reoffence_band"], member["follow_up_end"], member["proof_end"]) == (
        "0-3",
        date(2024, 5, 10),
        date(2024, 11, 10),
    )
    assert (member["state"], member["index_outcome"], member["index_tier"]) == (
        "closed",
        "REFERRAL_ORDER",
        "first_tier",
    )


@pytest.mark.parametrize(
    ("offence_date", "outcome_date", "expected"),
    [
        ("2024-05-10", "2024-09-01", "reoffence"),  # 2
        ("2024-05-11", "2024-09-01", "out_of_window"),  # 3
        ("2024-03-01", "2024-11-10", "reoffence"),  # 4
        ("2024-03-01", "2024-11-11", "not_proven_in_time"),  # 4
        ("2023-05-10", "2023-09-01", "pseudo"),
        ("2023-05-11", "2023-09-01", "reoffence"),
        ("2022-05-11", "2023-03-31", "previous"),
        ("2022-05-11", "2023-05-10", "index"),
    ],
)
def test_scenarios_02_to_04_boundaries(offence_date: str, outcome_date: str, expected: str) -> None:
    case = entered()
    case.offence(offence_date, outcome_date, offence_id="other")
    result = case.run()
    assert class_of(result, "other") == expected
    assert member_of(result)["reoffences"] == (expected == "reoffence")


def test_scenario_05_pseudo_reconviction_enters_the_next_cohort() -> None:
    case = entered()
    pseudo = case.offence("2023-03-01", "2023-07-01")
    result = case.run()
    assert class_of(result, pseudo) == "pseudo"
    assert member_of(result)["reoffences"] == 0
    assert member_of(result, "2023Q3")["index_date"] == date(2023, 7, 1)
    assert class_of(result, "index", "2023Q3") == "previous"


def test_scenario_06_community_resolution() -> None:
    case = entered()
    resolution = case.offence("2023-06-01", "2023-06-20", "COMMUNITY_RESOLUTION")
    assert class_of(case.run(), resolution) == "diversion"
    tracker = case.run("out_of_court")
    assert [(m["index_date"], m["index_tier"]) for m in tracker.members] == [(date(2023, 6, 20), "diversion")]
    counting = definition_of("both", proof_tiers=frozenset({"diversion", "first_tier"}))
    assert member_of(case.run(counting))["reoffences"] == 1


@pytest.mark.parametrize("code", ["CJ08507", "SE20521"])
def test_scenario_07_breach_never_counts(code: str) -> None:
    case = entered()
    breach = case.offence("2023-06-01", "2023-07-01", cjs_code=code)
    result = case.run()
    assert class_of(result, breach) == "breach"
    assert [m["cohort"] for m in result.members] == ["2023Q2"]


def test_scenario_08_three_offences_one_occasion() -> None:
    case = entered()
    for offence_date in ("2023-09-03", "2023-09-01", "2023-09-02"):
        case.offence(offence_date, "2023-12-01")
    member = member_of(case.run())
    assert (member["reoffences"], member["reoffence_occasions"]) == (3, 1)
    assert member["first_reoffence_date"] == date(2023, 9, 1)


def test_scenario_09_two_entry_events_in_one_quarter() -> None:
    case = Case()
    case.offence("2023-03-20", "2023-04-10", "YOUTH_CAUTION")
    case.offence("2023-05-01", "2023-06-05")
    member = member_of(case.run())
    assert (member["index_date"], member["reoffences"]) == (date(2023, 4, 10), 1)


def test_scenario_10_release_is_the_entry() -> None:
    case = Case()
    sentenced = case.offence("2023-03-01", "2023-04-20", "DTO")
    case.episode("2023-04-20", "2023-08-20", occasion_id="north-2023-04-20")
    inside = case.offence("2023-07-01", "2023-10-01")
    result = case.run()
    assert [m["cohort"] for m in result.members] == ["2023Q3", "2023Q4"]
    member = member_of(result, "2023Q3")
    assert (member["index_date"], member["index_outcome"], member["index_tier"]) == (
        date(2023, 8, 20),
        "DTO",
        "custody",
    )
    assert (class_of(result, inside, "2023Q3"), class_of(result, sentenced, "2023Q3")) == ("pseudo", "index")


def test_scenario_11_adult_caution_known_to_the_police_alone() -> None:
    case = Case(born="2005-11-01")
    case.offence("2023-04-01", "2023-05-10")
    case.police("2024-01-05", "2024-02-01", "ADULT_CAUTION")
    result = case.run()
    assert member_of(result)["reoffences"] == 1
    (reoffence,) = result.reoffences
    assert (reoffence["found_in"], reoffence["tier"], reoffence["outcome"]) == ("pnc", "pre_court", "ADULT_CAUTION")


@pytest.mark.parametrize(
    ("born", "children"), [("2005-05-10", 0), ("2005-05-11", 1), ("2013-05-10", 1), ("2013-05-11", 0)]
)
def test_scenario_12_age_on_the_index_date(born: str, children: int) -> None:
    case = Case(born=born)
    case.offence("2023-04-01", "2023-05-10")
    assert len(case.run().members) == children


def test_scenario_13_a_range_counts_by_its_start() -> None:
    case = entered()
    ranged = case.offence("2023-05-05", "2023-09-01", offence_end_date="2023-05-20")
    assert class_of(case.run(), ranged) == "pseudo"


def test_scenario_14_a_quashed_conviction_drops_out_when_known() -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    row = {"outcome_id": "a", "offence_id": offence, "outcome_date": "2023-08-01", "legal_outcome": "FINE"}
    case.add("yot", "north", "outcome", FIRST_EXTRACT, date(2024, 1, 1), **row)
    case.add("yot", "north", "outcome", date(2024, 1, 1), None, **row, appeal_status="SUCCESSFUL")
    assert member_of(case.run(known=date(2023, 12, 31)))["reoffences"] == 1
    result = case.run(known=date(2024, 1, 1))
    assert (member_of(result)["reoffences"], class_of(result, offence)) == (0, "quashed")


def test_scenario_15_two_police_ids_merged() -> None:
    case = Case()
    case.links = [link for link in case.links if link.source_system == "cms"]
    case.nominal("20", "2020/0000001A", "p1")
    case.police("2023-04-01", "2023-05-10")
    case.links.append(Link("pnc", "20", "2021/0000007B", "p2", FIRST_EXTRACT, date(2024, 1, 1)))
    case.links.append(Link("pnc", "20", "2021/0000007B", "p1", date(2024, 1, 1), None))
    case.add("pnc", "20", "nominal", pnc_id="2021/0000007B", date_of_birth=case.born, sex="F")
    case.police("2023-04-02", "2023-05-20", pnc_id="21/7B")
    case.add(
        "yot",
        "north",
        "programme",
        programme_id="g",
        child_id="c1",
        programme_type="VOLUNTARY",
        start_date="2023-01-01",
    )
    case.child("north", "c2", "p2")
    assert len(case.run(known=date(2023, 12, 31)).members) == 2
    assert len(case.run(known=date(2024, 1, 1)).members) == 1


def test_scenario_16_not_recordable() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", cjs_code="RT88191")
    assert case.run().members == []
    case = entered()
    insurance = case.offence("2023-06-01", "2023-06-20", cjs_code="RT88191")
    assert class_of(case.run(), insurance) == "non_recordable"


def test_scenario_17_pending() -> None:
    case = entered()
    charged = case.offence("2023-10-01", charge_date="2023-10-05")
    case.police("2023-11-01", stage="SUMMONS", verdict="GUILTY")
    case.police("2023-11-02", stage="ARREST")
    result = case.run(as_of=date(2023, 12, 1))
    member = member_of(result)
    assert (member["pending_offences"], member["reoffences"], member["state"]) == (2, 0, "in_follow_up")
    assert class_of(result, charged) == "pending"
