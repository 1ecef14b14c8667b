"""Damaged code lists are refused with their place, and nothing of them is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.errors import CheckFailed
from live_tracker.settings import Settings
from tests.made_code_lists import LISTS, NATIONAL, OUR_OWN, change, counts, load, write_lists


@pytest.fixture(scope="module")
def empty(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse into which nothing is ever loaded."""
    return new_warehouse()


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return write_lists(tmp_path / "lists")


def refused(settings: Settings, lists: Path) -> list[str]:
    """What is said of lists that do not load."""
    before = counts(settings)
    with pytest.raises(CheckFailed) as error:
        load(settings, lists)
    assert error.value.where == str(lists)
    assert counts(settings) == before
    return error.value.what.split("\n  ")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,firsttier", "row 2, column tier: .*no such"),
        ("result_tier.csv", "1097,first_tier", "1097,First_tier", "row 2, column tier: .*no such tier"),
        ("result_tier.csv", "REFERRAL_ORDER", "REFERAL_ORDER", "row 2, column legal_outcome: .*no such outcome"),
        ("result_tier.csv", "1097,first_tier,REFERRAL_ORDER,ours\n", "", "column result_code: .*1097 has no tier"),
        ("tier.csv", "first_tier,3,1", "first_tier,3,yes", "row 4, column is_substantive: is none of 0, 1"),
        ("tier.csv", "first_tier,3,1", "first_tier,3.5,1", "row 4, column gravity: is not a whole number"),
        ("tier.csv", "none,-2", "none,--2", "row 2, column gravity: is not a whole number"),
        ("tier.csv", "first_tier,3,1", "first_tier,²,1", "row 4, column gravity: is not a whole number"),
        ("tier.csv", "first_tier,3,1", "first_tier,99999,1", "row 4, column gravity: is not a whole number"),
        ("seriousness.csv", "008/06,4", "008/06,9", "row 3, column seriousness: is none of 1, 2"),
        ("offence_code.csv.gz", "999/01,0", "999/01,N", "row 4, column is_recordable: is none of 0, 1"),
        ("result_code.csv.gz", "Referral Order,F", "Referral Order,f", "row 2, column result_type: is none of"),
        ("tier.csv", ",source", "", "row 1, column source: the column is missing"),
        ("offence_code.csv.gz", ",is_recordable", "", "row 1, column is_recordable: the column is missing"),
        ("ethnicity.csv", ",source", ",source,notes", "row 1, column notes: nobody knows this column"),
        ("ethnicity.csv", ",title,", ",title,title,", "row 1: a column is there twice"),
        ("ethnicity.csv", "White British,ours", "White British", "row 2: 3 fields where the header has 4"),
        ("tier.csv", "pre_court,", "first_tier,", "row 4, column tier: the same tier as in row 3"),
        ("offence_code.csv.gz", "AA00004", "AA00001", "row 5, column cjs_code: the same cjs_code as in row 2"),
        ("result_code.csv.gz", "3117", "1097", "row 3, column result_code: the same result_code as in row 2"),
        ("legal_outcome.csv", "YOUTH_CAUTION", "REFERRAL_ORDER", "row 3, column legal_outcome: the same legal_outcome"),
        ("seriousness.csv", "008/06", "008", "row 3, column home_office_class: the same home_office_class as in row 2"),
        ("ethnicity.csv", "White British,ours", "White British,", "row 2, column source: is empty"),
        ("seriousness.csv", "008,3,ours", "008,3,", "row 2, column source: is empty"),
        ("offence_group.csv", "Weapons,,ours", "Weapons,, ", "row 3, column source: is empty"),
        ("offence_code.csv.gz", "AA00002", "", "row 3, column cjs_code: is empty"),
        ("population.csv", "2020,10-17,All", "20,10-17,All", "row 2, column year: is not a year"),
        ("population.csv", "2020,10,White", "2020,9,White", "row 4, column age: is neither 10 to 17 nor 10-17"),
        ("population.csv", "10,White", "10,Pink", "row 4, column ethnicity_group: is neither All nor"),
        ("population.csv", "All,30", "All,30.5", "row 2, column population: is not a whole number"),
        ("population.csv", "All,30", "All,-30", "row 2, column population: is not a whole number"),
        ("population.csv", "30,ours,2024-05-01", "30,ours,2024-02-30", "row 2, column source_date: is not a date"),
        ("population.csv", "30,ours,2024-05-01", "30,,2024-05-01", "row 2, column source: is empty"),
        ("population.csv", "30,ours,2024-05-01", "30,ours,", "row 2, column source_date: is empty"),
        (
            "population.csv",
            "2020,17,White",
            "2020,10,White",
            "row 5, column ethnicity_group: the same area and year and age",
        ),
        ("population.csv", "17,White,20", "17,White,19", "eastvale 2020 does not add up to its total of 30"),
        (
            "population.csv",
            "eastvale,2020,10,White",
            "eastvale,2020,10,All,15,ours,2024-05-01\neastvale,2020,17,All,15,ours,2024-05-01\neastvale,2020,10,White",
            r"eastvale 2020 does not add up to its total of 15 \(10\)",
        ),
        ("population.csv", "10-17,All,30", "10-17,All,0", "eastvale 2020 has nobody of 10-17 and All"),
        ("comparator.csv", "eastvale,service", "East Vale,service", "row 2, column area: is not a name"),
        ("comparator.csv", "eastvale,service", "eastvale,twin", "row 2, column kind: is none of core_city, family"),
        ("comparator.csv", "custody_per_1000", "custody", "row 3, column measure: is none of binary_rate,"),
        ("comparator.csv", "per_cent", "per_1000", "row 2, column unit: is not per_cent, the unit of binary_rate"),
        (
            "comparator.csv",
            "custody_per_1000,",
            "custody_per_1000,x",
            "row 3, column definition: .* under no definition",
        ),
        ("comparator.csv", "national_proven", "National", "row 2, column definition: is not the name of a definition"),
        ("comparator.csv", "eastvale,spring", "east vale,spring", "row 2, column services: is neither"),
        ("comparator.csv", "*,2023", ",2023", "row 3, column services: is empty"),
        ("comparator.csv", "33.8", "33.8%", "row 2, column value: is not a number"),
        ("comparator.csv", "33.8", "-33.8", "row 2, column value: is not a number"),
        ("comparator.csv", "22,65", "22.5,65", "row 2, column numerator: is not a whole number"),
        ("comparator.csv", "22,65", "22,0", "row 2, column denominator: is not a whole number above nought"),
        ("comparator.csv", "2023-04-01", "2023-04-31", "row 2, column period_start: is not a date"),
        ("comparator.csv", "2023-04-01", "2023-04-02", "row 2, column period_start: is not the first day of a month"),
        ("comparator.csv", "2023-06-30", "2023-06-29", "row 2, column period_end: is not the last day of a month"),
        ("comparator.csv", "2023-06-30", "2023-03-31", "row 2, column period_end: is before period_start"),
        ("comparator.csv", "a plan,page 4", "a plan,", "row 2, column page: is empty"),
        ("comparator.csv", "2024-05-01,\n", "2024-05,\n", "row 2, column source_date: is not a date"),
        ("dummy_asn.csv", "^0800", "(0800", "row 2, column pattern: is not a pattern"),
        ("ethnicity.csv", "White British", "White\0British", "row 2, column title: holds a NUL"),
        ("ethnicity.csv", "White British", '"White British', "the file cannot be read as CSV in UTF-8"),
    ],
)
def test_a_damaged_list_is_refused_with_its_place(
    empty: Settings, lists: Path, file: str, old: str, new: str, problem: str
) -> None:
    change(lists, file, old, new)
    expected = re.compile(f"{re.escape(file)}(, |: ){problem}")
    assert [line for line in refused(empty, lists) if expected.match(line)]


def test_single_ages_of_a_group_that_do_not_add_up_to_its_own_row_are_refused(empty: Settings, lists: Path) -> None:
    """The groups add up to the total, and so do the ages of all groups."""
    change(lists, "ethnicity.csv", "W1,White", "B1,Black,Caribbean,ours\nW1,White")
    own_rows = "eastvale,2020,10-17,Black,20,ours,2024-05-01\neastvale,2020,10-17,White,10"
    change(lists, "population.csv", "eastvale,2020,10-17,White,30", own_rows)
    problem = "population.csv: eastvale 2020 does not add up to its total of"
    assert refused(empty, lists) == [f"{problem} 20 (Black)", f"{problem} 10 (White)"]


@pytest.mark.parametrize("file", [*OUR_OWN, *NATIONAL])
def test_a_list_that_is_not_there_is_refused(empty: Settings, lists: Path, file: str) -> None:
    (lists / file).unlink()
    assert refused(empty, lists) == [f"{file}: the file is not there"]


@pytest.mark.parametrize("damage", ["cut short", "overwritten", "not packed"])
def test_a_packed_list_that_is_broken_is_refused(empty: Settings, lists: Path, damage: str) -> None:
    path = lists / "offence_code.csv.gz"
    packed = path.read_bytes()
    broken = {"cut short": packed[:-12], "overwritten": packed[:10] + b"\xff" * 20 + packed[30:], "not packed": b"a,b"}
    path.write_bytes(broken[damage])
    assert refused(empty, lists) == ["offence_code.csv.gz: the file cannot be read as CSV in UTF-8"]


def test_a_list_in_another_encoding_is_refused(empty: Settings, lists: Path) -> None:
    (lists / "ethnicity.csv").write_bytes(LISTS["ethnicity.csv"].replace("British", "Brît").encode("latin-1"))
    assert refused(empty, lists) == ["ethnicity.csv: the file cannot be read as CSV in UTF-8"]


def test_all_that_is_wrong_is_said_at_once(empty: Settings, lists: Path) -> None:
    change(lists, "tier.csv", "first_tier,3,1", "first_tier,x,y")
    change(lists, "seriousness.csv", "008,3", "008,0")
    assert len(refused(empty, lists)) == 3
