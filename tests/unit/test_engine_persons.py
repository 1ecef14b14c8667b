"""Persons and places, of the reference engine: P1 to P3."""

from __future__ import annotations

import pytest

from tests.engine_cases import (
    ASN,
    Case,
    member_of,
)


def test_identity_comes_from_cms_and_the_latest_update() -> None:
    case = Case()
    case.born = "2007-01-15"
    case.child("south", "s1", "p1", updated_at="2024-02-01T10:00:00+01:00", sex="M")
    case.offence("2023-04-01", "2023-05-10")
    member = member_of(case.run())
    assert (member["age_at_index"], member["sex"]) == (16, "M")


@pytest.mark.parametrize(("home", "yot"), [("south", "south"), ("elsewhere", None)])
def test_residence_other(home: str, yot: str | None) -> None:
    case = Case(home_yot=home)
    case.child("south", "s9", "p9")
    case.offence("2023-04-01", "2023-05-10", outcome={"residence": "OTHER"})
    result = case.run()
    assert [m["yot"] for m in result.members] == ([yot] if yot else [])
    if not yot:
        assert [event["reason"] for event in result.events] == ["out_of_area"]


def test_police_event_goes_to_programme_then_outcome_then_home() -> None:
    case = Case()
    case.child("south", "s1", "p1")
    case.police("2023-04-01", "2023-05-10")
    assert member_of(case.run())["yot"] == "north"  # both from the first extract; ties by name
    case.offence("2023-01-01", "2023-02-01", "NFA", source="south", child_id="s1")
    assert member_of(case.run())["yot"] == "south"
    row = {"child_id": "c1", "programme_type": "PREVENTION"}
    case.add("yot", "north", "programme", programme_id="a", start_date="2023-05-01", end_date="2023-05-10", **row)
    assert member_of(case.run())["yot"] == "north"


def test_police_event_of_nobody_has_no_service() -> None:
    case = Case()
    case.nominal("20", "2021/0000007B", "p2")
    case.police("2023-04-01", "2023-05-10", pnc_id="2021/0000007B")
    result = case.run()
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["no_service"])


@pytest.mark.parametrize(
    ("north", "south", "expected"),
    [("LOCAL", "", "north"), ("", "LOCAL", "south"), ("", "", "south"), ("OTHER", "LOCAL", "south")],
)
def test_one_event_in_two_services(north: str, south: str, expected: str) -> None:
    case = Case(home_yot="south")
    case.child("south", "s1", "p1")
    case.offence("2023-04-01", "2023-05-10", outcome={"residence": north}, asn=ASN)
    case.offence("2023-04-01", "2023-05-10", source="south", child_id="s1", outcome={"residence": south}, asn=ASN)
    (member,) = case.run().members
    assert member["yot"] == expected
