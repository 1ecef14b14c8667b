"""Figures and characteristics, of the reference engine: R1 to R9."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.engine_cases import (
    ASN,
    Case,
    entered,
    member_of,
)
from tests.reference_engine.figures import decimal_of, design_effect, wilson
from tests.reference_engine.model import canonical_asn, canonical_pnc_id


def test_states() -> None:
    case = entered()

    def states(as_of: date) -> tuple[str, str]:
        result = case.run(as_of=as_of)
        return member_of(result)["state"], result.summaries[0]["state"]

    assert states(date(2023, 6, 29)) == ("in_follow_up", "filling")
    assert states(date(2023, 6, 30)) == ("in_follow_up", "in_follow_up")
    assert states(date(2024, 5, 10))[0] == "in_follow_up"
    assert states(date(2024, 5, 11))[0] == "awaiting_outcomes"
    assert states(date(2024, 11, 10))[0] == "awaiting_outcomes"
    assert states(date(2024, 11, 11)) == ("closed", "closed")


def test_summaries() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01")
    case.child("south", "s1", "p1")
    case.offence("2023-04-05", "2023-05-20", source="south", child_id="s1")
    result = case.run(as_of=date(2023, 11, 10))
    rows = {row["yot"]: row for row in result.summaries if row["cohort"] == "2023Q2"}
    assert {yot: (row["children"], row["distinct_children"]) for yot, row in rows.items()} == {
        "all": (2, 1),
        "north": (1, 1),
        "south": (1, 1),
    }
    assert rows["north"]["binary_rate"] == Decimal("1.000000")
    assert rows["all"]["maturity"] == decimal_of((Fraction(184, 550) + Fraction(174, 550)) / 2, "0.0001")
    assert rows["north"]["change_on_year_points"] is None


def test_change_on_the_year_before() -> None:
    case = Case()
    case.offence("2022-04-01", "2022-05-10")
    case.offence("2023-04-01", "2023-05-10")
    case.offence("2023-06-01", "2023-08-01")
    rows = {row["cohort"]: row for row in case.run().summaries if row["yot"] == "all"}
    assert rows["2023Q2"]["change_on_year_points"] == Decimal("0.0000")  # both reoffended
    assert rows["2023Q2"]["reoffences_per_child"] == Decimal("1.000000")


def test_wilson_interval() -> None:
    assert wilson(22, 65) == (Decimal("0.235335"), Decimal("0.459616"))
    assert wilson(0, 10)[0] == Decimal(0)
    assert wilson(10, 10)[1] == Decimal(1)
    assert wilson(22, 65, Fraction(2))[0] < wilson(22, 65)[0]
    assert wilson(22, 65, Fraction(1, 2)) == wilson(22, 65)


def test_design_effect() -> None:
    def rows(*entries: tuple[str, bool]) -> list[dict[str, Any]]:
        return [{"person_key": key, "is_reoffender": reoffends} for key, reoffends in entries]

    assert design_effect(rows(("a", True), ("a", False))) == 1  # one child
    assert design_effect(rows(("a", True), ("b", True))) == 1  # p is 1
    assert design_effect(rows(("a", True), ("a", True), ("b", False), ("b", False))) == 4
    assert design_effect(rows(("a", True), ("b", False))) == 2


def test_rates_round_half_up() -> None:
    assert decimal_of(Fraction(1, 2_000_000)) == Decimal("0.000001")
    assert decimal_of(Fraction(22, 65)) == Decimal("0.338462")


def test_previous_offences_and_first_time_entrants() -> None:
    case = entered()
    assert (member_of(case.run())["previous_offences"], member_of(case.run())["is_first_time_entrant"]) == (0, True)
    case.offence("2023-01-01", "2023-02-01", "COMMUNITY_RESOLUTION")
    assert member_of(case.run())["is_first_time_entrant"] is True
    case.offence("2023-01-01", "2023-02-01", cjs_code="RT88191")  # not recordable: any scope for first-time entrants
    assert (member_of(case.run())["previous_offences"], member_of(case.run())["is_first_time_entrant"]) == (0, False)
    case.offence("2023-01-02", "2023-02-01", asn=ASN)
    case.police("2023-01-02", "2023-02-01", asn=ASN)
    assert member_of(case.run())["previous_offences"] == 1


def test_seriousness_change() -> None:
    case = entered(seriousness="4")
    case.offence("2023-06-01", "2023-08-01", seriousness="2")
    case.offence("2023-06-02", "2023-08-01", seriousness="6")
    member = member_of(case.run())
    assert (member["max_reoffence_seriousness"], member["seriousness_change"]) == (6, 2)


def test_characteristics() -> None:
    case = entered()
    case.history = [v for v in case.history if v.table != "child"]
    row = {"child_id": "c1", "date_of_birth": "2007-01-15", "sex": "F", "home_yot": "north"}
    case.add("yot", "north", "child", date(2023, 6, 1), date(2023, 7, 1), **row, team="East", ethnicity="W2")
    case.add("yot", "north", "child", date(2023, 7, 1), None, **row, team="West", sen_status="EHCP")
    for number, (start, end, hours, suitability) in enumerate(
        (
            ("2023-05-01", "2023-05-10", "20", "SUITABLE"),
            ("2023-05-10", "1900-01-01", "5", "UNKNOWN"),
            ("2023-05-11", "", "9", "SUITABLE"),
        )
    ):
        case.add(
            "yot",
            "north",
            "ete_placement",
            ete_id=str(number),
            child_id="c1",
            provision_type="COLLEGE",
            start_date=start,
            end_date=end,
            hours_offered="25",
            hours_attended=hours,
            suitability=suitability,
        )
    case.add("yot", "north", "assessment", assessment_id="1", child_id="c1", assessment_date="2023-06-21", rosh="HIGH")
    case.add(
        "yot", "north", "care_episode", care_episode_id="1", child_id="c1", care_status="LAC", start_date="2023-05-10"
    )
    member = member_of(case.run())
    expected = {
        "team": "East",
        "ethnicity_group": "White",
        "sen_status": "Not known",
        "ete_band": "Full time, unsuitable",
        "rosh": "HIGH",
        "likelihood_of_reoffending": "Not known",
        "care_status": "LAC",
        "has_police_match": True,
        "age_at_index": 16,
    }
    assert {column: member[column] for column in expected} == expected


def test_an_assessment_43_days_after_is_too_late() -> None:
    case = entered()
    case.add("yot", "north", "assessment", assessment_id="1", child_id="c1", assessment_date="2023-06-22", rosh="HIGH")
    assert member_of(case.run())["rosh"] == "Not known"


def test_identifiers() -> None:
    assert canonical_pnc_id("81/34U", 2026) == "1981/0000034U"
    assert canonical_pnc_id("79163001B", 2026) == "1979/0163001B"
    assert canonical_pnc_id("19790163001b", 2026) == "1979/0163001B"
    assert canonical_asn("97/0000/00/123456K") == "9700000000000123456K"
    assert canonical_asn("11/c01zd/01/410908R") == "11C01ZD0100000410908R"


MEMBER_COLUMNS = """definition cohort cohort_start cohort_end yot person_key index_date index_outcome index_tier
    index_offence_group index_seriousness age_at_index sex ethnicity_group care_status sen_status team ward_code ete_band
    likelihood_of_reoffending rosh intervention_level previous_offences is_first_time_entrant follow_up_end proof_end state
    is_reoffender reoffences reoffence_occasions first_reoffence_date days_to_first_reoffence first_reoffence_band
    max_reoffence_seriousness seriousness_change pending_offences has_police_match flags has_flags_told"""
REOFFENCE_COLUMNS = """definition cohort yot person_key offence_key offence_date outcome_date outcome tier offence_group
    seriousness found_in"""
SUMMARY_COLUMNS = """definition cohort cohort_start cohort_end yot children distinct_children reoffenders reoffences
    binary_rate binary_rate_low binary_rate_high reoffences_per_reoffender reoffences_per_child children_closed maturity
    state change_on_year_points"""
CLASS_COLUMNS = "definition cohort yot person_key source_system source record_id class"


def test_columns() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01")
    result = case.run()
    for table, columns in (
        (result.members, MEMBER_COLUMNS),
        (result.reoffences, REOFFENCE_COLUMNS),
        (result.summaries, SUMMARY_COLUMNS),
        (result.classes, CLASS_COLUMNS),
    ):
        assert set(table[0]) == set(columns.split())


def test_order_of_arrival_changes_nothing() -> None:
    case = entered(asn=ASN)
    case.police("2023-04-03", "2023-05-12", asn=ASN)
    case.child("south", "s1", "p1", team="East")
    case.offence("2023-06-01", "2023-08-01", source="south", child_id="s1")
    forwards = case.run()
    case.history.reverse()
    case.links.reverse()
    assert case.run() == forwards
