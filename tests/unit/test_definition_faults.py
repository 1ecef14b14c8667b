"""Definitions that do not hold together: every fault is named with its file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.errors import CheckFailed
from live_tracker.reference_data.definitions import (
    DEFINITIONS,
    TIERS,
    load_definitions,
)
from live_tracker.settings import Settings
from tests.made_definitions import ONE, ONE_TIERS, TWO, TWO_TIERS, counts, text, without, write

IS_NONE_OF = "is none of "
NO_NUMBER = "is not a whole number from "
NO_MONTHS = "is not a list of different months"
FAULTS = [
    *(("definition", name, "is not a name") for name in ("", "One", "1one", "o ne", "o-ne", "ünö", "a" * 64)),
    ("title", " ", "is empty"),
    *(("cohort_period", value, IS_NONE_OF) for value in ("", "month", "Quarter", "2023Q2")),
    *(("entry", value, IS_NONE_OF) for value in ("", "charge", "Outcome")),
    *(("entry_filter", value, IS_NONE_OF) for value in ("", "drugs", "Knife")),
    *(("offence_scope", value, IS_NONE_OF) for value in ("", "all", "recordable")),
    *(("min_age", value, NO_NUMBER + "0 to 150") for value in ("", "ten", "-1", "10.0", "1e1", "+10", "٣", "151")),
    *(("max_age", value, NO_NUMBER + "0 to 150") for value in ("", "17.5", "151", "²")),
    pytest.param("max_age", "1" * 5000, NO_NUMBER + "0 to 150", id="max_age-of-5000-digits"),
    ("max_age", "9", "is under min_age"),
    *(("follow_up_months", value, NO_NUMBER + "1 to 600") for value in ("", "0", "601", "12 months")),
    *(("waiting_months", value, NO_NUMBER + "0 to 600") for value in ("", "-1", "601", "none")),
    *(("proof_sources", value, "is neither cms;pnc nor pnc") for value in ("cms", "police", "PNC", "cms,pnc", ";")),
    *(("milestones", value, NO_MONTHS) for value in ("3,6", "3;6;", "0;3", "601", "x", "3;3", "3;03", "-3", "3.5")),
    pytest.param("milestones", "1" * 5000, NO_MONTHS, id="milestones-of-5000-digits"),
    ("entry_flags", "MAPPA", "flags belong to entry=flag"),
    ("description", "a\0b", "holds a NUL character"),
]


@pytest.fixture(scope="module")
def empty(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse into which nothing is ever loaded."""
    return new_warehouse()


def refused(settings: Settings, folder: Path) -> list[str]:
    """What is said of definitions that do not load."""
    before = counts(settings)
    with pytest.raises(CheckFailed) as error:
        load_definitions(settings, folder)
    assert error.value.where == str(folder)
    assert counts(settings) == before
    return error.value.what.split("\n  ")


@pytest.mark.parametrize(("column", "value", "problem"), FAULTS)
def test_a_bad_cell_is_refused_with_its_place(
    empty: Settings, tmp_path: Path, column: str, value: str, problem: str
) -> None:
    folder = write(tmp_path / "d", [TWO, {**ONE, column: value}], [*ONE_TIERS, *TWO_TIERS])
    said = refused(empty, folder)
    assert [line for line in said if line.startswith(f"{DEFINITIONS}, row 3, column {column}: {problem}")]


@pytest.mark.parametrize("flags", ["", " ; "])
def test_an_entry_by_flag_without_flags_is_refused(empty: Settings, tmp_path: Path, flags: str) -> None:
    folder = write(tmp_path / "d", [{**TWO, "entry_flags": flags}], TWO_TIERS)
    assert refused(empty, folder) == [
        f"{DEFINITIONS}, row 2, column entry_flags: flags belong to entry=flag, and to no other"
    ]


def test_an_entry_by_flag_with_a_filter_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", [{**TWO, "entry_filter": "knife"}], TWO_TIERS)
    assert refused(empty, folder) == [
        f"{DEFINITIONS}, row 2, column entry_filter: an entry by flag has no offence to filter by"
    ]


@pytest.mark.parametrize(("column", "value"), [("min_age", "x"), ("max_age", "x")])
def test_a_bad_age_is_one_fault(empty: Settings, tmp_path: Path, column: str, value: str) -> None:
    folder = write(tmp_path / "d", [{**ONE, column: value}])
    assert refused(empty, folder) == [f"{DEFINITIONS}, row 2, column {column}: {NO_NUMBER}0 to 150"]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("definition", "three", f"{DEFINITIONS} has no such definition"),
        ("definition", "", f"{DEFINITIONS} has no such definition"),
        ("role", "exit", "is none of entry, proof"),
        ("role", "", "is none of entry, proof"),
        ("tier", "gravest", "is none of community, custody, diversion, first_tier, pre_court"),
        ("tier", "no_action", "is none of community, custody, diversion, first_tier, pre_court"),
        ("tier", "non_conviction", "is none of community, custody, diversion, first_tier, pre_court"),
        ("tier", "Custody", "is none of community, custody, diversion, first_tier, pre_court"),
        ("tier", "", "is none of community, custody, diversion, first_tier, pre_court"),
    ],
)
def test_a_bad_cell_of_the_tiers_is_refused_with_its_place(
    empty: Settings, tmp_path: Path, column: str, value: str, problem: str
) -> None:
    extra = {"definition": "one", "role": "proof", "tier": "pre_court", column: value}
    assert refused(empty, write(tmp_path / "d", tiers=[*ONE_TIERS, extra])) == [
        f"{TIERS}, row 6, column {column}: {problem}"
    ]


@pytest.mark.parametrize("entry", ["outcome", "outcome_or_release"])
def test_an_entry_by_outcome_without_an_entry_tier_is_refused(empty: Settings, tmp_path: Path, entry: str) -> None:
    folder = write(tmp_path / "d", [{**ONE, "entry": entry}], ONE_TIERS[2:])
    assert refused(empty, folder) == [f"{TIERS}, column tier: one has no entry tier, and enters by outcome"]


def test_a_definition_without_a_proof_tier_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", tiers=ONE_TIERS[:2])
    assert refused(empty, folder) == [f"{TIERS}, column tier: one has no proof tier"]


def test_a_name_given_twice_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", [ONE, {**ONE, "title": "Another"}])
    assert refused(empty, folder) == [f"{DEFINITIONS}, row 3, column definition: the same definition as in row 2"]


def test_a_tier_given_twice_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", tiers=[*ONE_TIERS, ONE_TIERS[0]])
    assert refused(empty, folder) == [f"{TIERS}, row 6, column tier: the same definition and role and tier as in row 2"]


@pytest.mark.parametrize("column", sorted(set(ONE) - {"proof_sources", "milestones"}))
def test_a_missing_column_is_refused(empty: Settings, tmp_path: Path, column: str) -> None:
    folder = write(tmp_path / "d", [without(ONE, column)])
    assert refused(empty, folder) == [f"{DEFINITIONS}, row 1, column {column}: the column is missing"]


@pytest.mark.parametrize("column", ["definition", "role", "tier"])
def test_a_missing_column_of_the_tiers_is_refused(empty: Settings, tmp_path: Path, column: str) -> None:
    folder = write(tmp_path / "d", tiers=[without(row, column) for row in ONE_TIERS])
    assert refused(empty, folder) == [f"{TIERS}, row 1, column {column}: the column is missing"]


def test_an_unknown_column_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", [{**ONE, "milestone": "3"}])
    assert refused(empty, folder) == [f"{DEFINITIONS}, row 1, column milestone: nobody knows this column"]


def test_an_unknown_column_of_the_tiers_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", tiers=[{**row, "note": ""} for row in ONE_TIERS])
    assert refused(empty, folder) == [f"{TIERS}, row 1, column note: nobody knows this column"]


def test_a_column_given_twice_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    (folder / TIERS).write_text("definition,role,tier,tier\none,proof,custody,custody\n")
    assert refused(empty, folder) == [f"{TIERS}, row 1: a column is there twice"]


@pytest.mark.parametrize("line", ["one,proof", "one,proof,pre_court,"])
def test_a_row_of_another_length_is_refused(empty: Settings, tmp_path: Path, line: str) -> None:
    folder = write(tmp_path / "d")
    (folder / TIERS).write_text(text(ONE_TIERS) + line + "\n")
    assert refused(empty, folder) == [f"{TIERS}, row 6: {line.count(',') + 1} fields where the header has 3"]


@pytest.mark.parametrize("file", [DEFINITIONS, TIERS])
def test_a_missing_file_is_refused(empty: Settings, tmp_path: Path, file: str) -> None:
    folder = write(tmp_path / "d")
    (folder / file).unlink()
    assert refused(empty, folder) == [f"{file}: the file is not there"]


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_or_missing_folder_is_refused(empty: Settings, tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "d"
    if is_there:
        folder.mkdir()
    assert refused(empty, folder) == [f"{file}: the file is not there" for file in (DEFINITIONS, TIERS)]


def test_a_file_without_definitions_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    (folder / DEFINITIONS).write_text(",".join(ONE) + "\n")
    assert f"{DEFINITIONS}: there is no definition" in refused(empty, folder)


def test_an_empty_file_is_refused(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    (folder / TIERS).write_bytes(b"")
    assert refused(empty, folder) == [
        f"{TIERS}, row 1, column {column}: the column is missing" for column in ("definition", "role", "tier")
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(text([ONE]).encode("utf-16"), id="utf-16"),
        pytest.param(text([{**ONE, "title": "Müller"}]).encode("latin-1"), id="latin-1"),
        pytest.param(text([ONE]).encode() + b'"open', id="open quote"),
        pytest.param(b"PK\x03\x04\xff\xfe", id="spreadsheet"),
    ],
)
def test_a_file_that_is_no_csv_in_utf_8_is_refused(empty: Settings, tmp_path: Path, data: bytes) -> None:
    folder = write(tmp_path / "d")
    (folder / DEFINITIONS).write_bytes(data)
    assert refused(empty, folder) == [f"{DEFINITIONS}: the file cannot be read as CSV in UTF-8"]


def test_all_that_is_wrong_is_said_at_once(empty: Settings, tmp_path: Path) -> None:
    rows = [{**ONE, "min_age": "x", "cohort_period": "month"}, {**TWO, "waiting_months": ""}]
    folder = write(tmp_path / "d", rows, [*ONE_TIERS, {**TWO_TIERS[0], "tier": "x"}])
    assert sorted(line.split(":")[0] for line in refused(empty, folder)) == [
        f"{TIERS}, row 6, column tier",
        f"{DEFINITIONS}, row 2, column cohort_period",
        f"{DEFINITIONS}, row 2, column min_age",
        f"{DEFINITIONS}, row 3, column waiting_months",
    ]


def test_blank_lines_count_as_rows(empty: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    (folder / TIERS).write_text(text(ONE_TIERS) + "\n,,\none,proof,x\n")
    assert [line.split(":")[0] for line in refused(empty, folder)] == [f"{TIERS}, row 8, column tier"]
