"""Entry, of the reference engine: E1 to E6."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engine_cases import (
    Case,
    class_of,
    definition_of,
    entered,
    member_of,
)


def test_stays_join_over_one_day() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01", reason="TRANSFERRED")
    case.episode("2023-05-02", "2023-08-01", reason="")
    assert [m["index_date"] for m in case.run().members] == [date(2023, 8, 1)]
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    case.episode("2023-05-03", "2023-08-01")
    assert [m["index_date"] for m in case.run().members] == [date(2023, 5, 1), date(2023, 8, 1)]


@pytest.mark.parametrize(
    ("kind", "reason", "children"),
    [
        ("SENTENCE", "RELEASED", 1),
        ("SENTENCE", "", 1),
        ("SENTENCE", "ADULT_ESTATE", 0),
        ("RECALL", "RELEASED", 0),
        ("REMAND", "RELEASED", 0),
    ],
)
def test_which_stays_end_in_a_release(kind: str, reason: str, children: int) -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01", kind, reason)
    assert len(case.run().members) == children
    assert case.run(as_of=date(2023, 4, 30)).members == []


def test_an_unlinked_release_needs_no_scope_but_fails_a_filter() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    member = member_of(case.run())
    assert (member["index_outcome"], member["index_offence_group"], member["index_tier"]) == (None, None, "custody")
    result = case.run("knife_crime")
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["release_unlinked"])


def test_a_release_is_linked_to_the_latest_custodial_outcome() -> None:
    case = Case()
    case.offence("2023-02-01", "2023-03-01", "DTO", cjs_code="SE20521")
    case.episode("2023-04-01", "2023-05-01")
    result = case.run()
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["out_of_scope"])
    case.offence("2023-02-01", "2023-03-05", "SECTION_250")
    assert member_of(case.run())["index_outcome"] == "SECTION_250"


def test_custodial_sentences_are_no_entry() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", "DTO")
    assert case.run(definition_of("both", entry_tiers=frozenset({"custody"}))).members == []


def test_a_release_goes_before_an_outcome_of_its_day() -> None:
    case = Case()
    case.offence("2023-02-01", "2023-03-01", "DTO")
    case.episode("2023-03-01", "2023-05-10", occasion_id="north-2023-03-01")
    case.offence("2023-03-02", "2023-05-10", "YRO", seriousness="8")
    assert member_of(case.run())["index_tier"] == "custody"


def test_gravest_tier_then_gravest_offence() -> None:
    case = entered(seriousness="8")
    case.offence("2023-04-02", "2023-05-10", "YRO", seriousness="2")
    case.offence("2023-04-03", "2023-05-10", "YRO", seriousness="3")
    member = member_of(case.run())
    assert (member["index_tier"], member["index_seriousness"]) == ("community", 3)


def test_filters_look_at_the_whole_occasion() -> None:
    case = entered()
    case.offence("2023-04-02", "2023-05-10", "FINE", knife_related="1", seriousness="1")
    assert len(case.run("knife_crime").members) == 1
    case.offence("2023-04-02", "2023-05-10", "FINE", yjb_category="ROBBERY", seriousness="4")
    assert case.run("serious_violence").members == []
    case.offence("2023-04-02", "2023-05-10", "FINE", yjb_category="ROBBERY", seriousness="5")
    assert len(case.run("serious_violence").members) == 1


def test_diversion_enters_unless_proven_by_then() -> None:
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "COMMUNITY_RESOLUTION")
    case.outcome(offence, "2023-05-10", "YOUTH_CAUTION")
    assert member_of(case.run("out_of_court"))["index_tier"] == "pre_court"
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "COMMUNITY_RESOLUTION")
    case.outcome(offence, "2023-07-10", "YOUTH_CAUTION")
    tiers = [(m["cohort"], m["index_tier"]) for m in case.run("out_of_court").members]
    assert tiers == [("2023Q2", "diversion"), ("2023Q3", "pre_court")]


def test_flags() -> None:
    case = Case()
    case.add("yot", "north", "child_flag", flag_id="f", child_id="c1", flag="IOM", start_date="2023-01-01")
    case.add(
        "yot",
        "north",
        "child_flag",
        flag_id="g",
        child_id="c1",
        flag="ODOC",
        start_date="2023-06-01",
        end_date="2024-04-01",
    )
    reoffence = case.offence("2023-07-01", "2023-09-01")
    result = case.run("managed_offenders", as_of=date(2024, 12, 1))
    assert [(m["cohort"], m["index_date"]) for m in result.members] == [
        ("2023-24", date(2023, 6, 1)),
        ("2024-25", date(2024, 4, 1)),
    ]
    member = member_of(result, "2023-24")
    assert (member["index_outcome"], member["index_seriousness"], member["seriousness_change"]) == (None, None, None)
    assert class_of(result, reoffence, "2023-24") == "reoffence"


def test_police_records_alone_prove_in_the_national_measure() -> None:
    case = entered()
    assert case.run("national_proven").members == []
    case.police("2023-04-01", "2023-05-12")
    only_cms = case.offence("2023-06-01", "2023-08-01")
    result = case.run("national_proven")
    assert member_of(result)["index_date"] == date(2023, 5, 12)
    assert (member_of(result)["reoffences"], class_of(result, only_cms)) == (0, "not_proven_in_time")


def test_a_release_of_the_national_measure_comes_from_cms() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    assert len(case.run("national_proven").members) == 1
