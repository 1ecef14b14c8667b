"""Offences, of the reference engine: O1 to O7."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engine_cases import (
    ASN,
    OTHER_ASN,
    REFERENCE,
    Case,
    class_of,
    entered,
    member_of,
)
from tests.reference_engine.model import Record
from tests.reference_engine.offences import offences_of, straddles
from tests.reference_engine.pairing import pair_records, unpaired_same_asn


def record(name: str, day: str, code: str = "CJ88116", asn: str | None = ASN, end: str = "") -> Record:
    """A record `source:id`; sources of two digits are police forces."""
    source, record_id = name.split(":")
    return Record(
        system="pnc" if source.isdigit() else "cms",
        source=source,
        record_id=record_id,
        day=date.fromisoformat(day),
        end=date.fromisoformat(end) if end else None,
        code=code,
        asn=asn,
        is_orphan=False,
        is_charged=False,
    )


def groups_of(*records: Record) -> list[list[str]]:
    """Groups of more than one record, by their names."""
    groups = [[f"{r.source}:{r.record_id}" for r in group] for group in pair_records(records)]
    return sorted(group for group in groups if len(group) > 1)


def test_records_of_one_source_never_pair() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("north:2", "2023-04-01")) == []


def test_a_range_over_the_index_date_is_flagged() -> None:
    (offence,), _ = offences_of([record("north:1", "2023-05-05", end="2023-05-20")], REFERENCE)
    days = (date(2023, 5, 4), date(2023, 5, 5), date(2023, 5, 19), date(2023, 5, 20))
    assert [straddles(offence, day) for day in days] == [False, True, True, False]


def test_same_code_and_date_pair_before_same_date() -> None:
    pairs = groups_of(
        record("north:1", "2023-04-01", "TH68010"),
        record("north:2", "2023-04-01", "CJ88116"),
        record("20:1", "2023-04-01", "CJ88116"),
        record("20:2", "2023-04-01", "CD71039"),
    )
    assert pairs == [["north:1", "20:2"], ["north:2", "20:1"]]


def test_same_code_within_seven_days_or_inside_a_range() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-08")) == [["north:1", "20:1"]]
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-09")) == []
    ranged = record("north:1", "2023-04-01", end="2023-05-01")
    assert groups_of(ranged, record("20:1", "2023-05-01")) == [["north:1", "20:1"]]
    assert groups_of(ranged, record("20:1", "2023-05-09")) == []


def test_greedy_by_the_lower_record() -> None:
    pairs = groups_of(record("north:1", "2023-04-05"), record("20:1", "2023-04-01"), record("20:2", "2023-04-07"))
    assert pairs == [["north:1", "20:1"]]


def test_different_numbers_never_pair_and_missing_ones_ask_code_and_date() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-01", asn=OTHER_ASN)) == []
    assert groups_of(record("north:1", "2023-04-01", asn=None), record("20:1", "2023-04-01")) == [["north:1", "20:1"]]
    assert groups_of(record("north:1", "2023-04-01", asn=None), record("20:1", "2023-04-02")) == []


def test_groups_of_three_sources() -> None:
    assert groups_of(
        record("north:1", "2023-04-01"), record("south:1", "2023-04-01"), record("20:1", "2023-04-01")
    ) == [["north:1", "south:1", "20:1"]]


def test_unpaired_under_one_number() -> None:
    left = unpaired_same_asn(pair_records([record("north:1", "2023-04-01"), record("20:1", "2023-06-01")]))
    assert {r.source for r in left} == {"north", "20"}


@pytest.mark.parametrize(("police_day", "children"), [("2023-05-17", 1), ("2023-05-18", 0)])
def test_outcomes_far_apart_forbid_pairing_without_a_number(police_day: str, children: int) -> None:
    case = entered()
    case.police("2023-04-01", police_day)
    result = case.run()
    member = member_of(result)
    assert member["index_date"] == (date(2023, 5, 17) if children else date(2023, 5, 10))
    assert ("paired_to" in {row["class"] for row in result.classes}) == bool(children)


def test_a_dummy_number_is_none() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", asn="2200XX0000000000001A")
    case.police("2023-04-01", "2023-05-10", asn=ASN)
    assert [row["class"] for row in case.run().classes] == ["index", "paired_to"]


def test_police_decide_and_circumstances_come_from_cms() -> None:
    case = entered()
    offence = case.offence("2023-06-03", "2023-08-01", "YRO", asn=ASN, seriousness="6", cjs_code="CJ88116")
    case.police("2023-06-01", "2023-07-20", "1097", asn=ASN)
    (row,) = case.run().reoffences
    assert (row["offence_key"], row["offence_date"], row["outcome_date"]) == (
        offence,
        date(2023, 6, 1),
        date(2023, 7, 20),
    )
    assert (row["tier"], row["outcome"], row["seriousness"], row["found_in"]) == (
        "first_tier",
        "REFERRAL_ORDER",
        6,
        "both",
    )


def test_a_final_police_result_decides_even_when_set_aside() -> None:
    case = entered()
    offence = case.offence("2023-06-01", "2023-08-01", asn=ASN)
    case.police("2023-06-01", "2023-08-01", asn=ASN, marker="SUCCESSFUL")
    assert class_of(case.run(), offence) == "quashed"
    case = entered()
    offence = case.offence("2023-06-01", "2023-08-01", asn=ASN)
    case.police("2023-06-01", "2023-08-01", "4047", asn=ASN)  # bail: not final
    assert class_of(case.run(), offence) == "reoffence"


def test_keys_of_two_services_with_one_id() -> None:
    case = entered()
    case.child("south", "s1", "p1")
    case.offence("2023-06-01", "2023-08-01", offence_id="same")
    case.offence("2023-06-02", "2023-08-01", offence_id="same", source="south", child_id="s1")
    number = case.police("2023-06-03", "2023-08-01")
    keys = {row["offence_key"] for row in case.run().reoffences}
    assert keys == {"north/same", "south/same", f"{number}/001"}


@pytest.mark.parametrize(
    ("appeals", "expected"),
    [
        (["SUCCESSFUL"], "quashed"),
        (["PENDING"], "reoffence"),
        (["DISMISSED"], "reoffence"),
        (["CHANGED"], "reoffence"),
        (["CHANGED", "CHANGED"], "reoffence"),
        (["CHANGED", ""], "reoffence"),
    ],
)
def test_appeals(appeals: list[str], expected: str) -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    for number, appeal in enumerate(appeals):
        case.outcome(offence, f"2023-0{number + 7}-01", ("FINE", "YRO")[number], appeal_status=appeal)
    result = case.run()
    assert class_of(result, offence) == expected
    if len(appeals) == 2:
        assert [(row["outcome_date"], row["tier"]) for row in result.reoffences] == [(date(2023, 8, 1), "community")]


def test_proven_once_on_the_earliest_day_in_the_gravest_tier() -> None:
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "FINE")
    case.outcome(offence, "2023-05-10", "YRO")
    case.outcome(offence, "2023-08-10", "DTO")
    result = case.run()
    assert [m["cohort"] for m in result.members] == ["2023Q2"]
    assert member_of(result)["index_outcome"] == "YRO"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["ACQUITTED"], "non_conviction"),
        (["NFA"], "no_action"),
        (["NFA", "ACQUITTED"], "non_conviction"),
        (["OUTCOME_22"], "diversion"),
        (["SOMETHING_NEW"], "unmapped"),
        (["SOMETHING_NEW", "FINE"], "reoffence"),
        ([], "pending"),
    ],
)
def test_classes_of_outcomes(outcomes: list[str], expected: str) -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    for legal_outcome in outcomes:
        case.outcome(offence, "2023-07-01", legal_outcome)
    assert class_of(case.run(), offence) == expected


def test_taken_into_consideration_is_no_offence_of_its_own() -> None:
    case = entered()
    case.police("2023-06-01", "2023-07-01", "3112")
    assert member_of(case.run())["reoffences"] == 0


def test_orphans_and_unlisted_codes() -> None:
    case = entered()
    case.police("2023-06-01", "2023-07-01", asn=ASN)
    case.history = [version for version in case.history if version.table != "arrest_summons"]
    case.offence("2023-06-02", "2023-07-01", offence_id="odd", cjs_code="XX00000")
    result = case.run()
    assert class_of(result, f"{ASN}/001") == "orphan"
    assert class_of(result, "odd") == "unmapped"
    assert member_of(result)["reoffences"] == 0


def test_a_reoffence_out_of_area_has_its_own_class() -> None:
    case = entered()
    case.history = [v for v in case.history if v.table != "child"]
    case.add("yot", "north", "child", child_id="c1", date_of_birth=case.born, sex="F", home_yot="elsewhere")
    away = case.offence("2023-06-01", "2023-07-01", outcome={"residence": "OTHER"})
    assert class_of(case.run(), away) == "out_of_area"


def test_classes_add_up_to_the_records() -> None:
    case = entered(asn=ASN)
    case.police("2023-04-01", "2023-05-10", asn=ASN)
    for day in ("2023-06-01", "2024-06-01", "2022-06-01"):
        case.offence(day, "2024-08-01")
    result = case.run()
    for cohort in ("2023Q2", "2024Q3"):
        assert len([row for row in result.classes if row["cohort"] == cohort]) == 5
