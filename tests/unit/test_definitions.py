"""Definitions: the shipped ones, what a folder may leave out, every fault of a cell, and sets kept by their hash."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from live_tracker.errors import CheckFailed
from live_tracker.reference_data.definitions import (
    DEFINITIONS,
    TIERS,
    Definition,
    definitions_hash,
    load_definitions,
    read_definitions,
)
from live_tracker.settings import Settings
from tests import deliver

Row = Mapping[str, str]

TABLES = "definition_set cohort_definition cohort_definition_tier".split()
SUBSTANTIVE = ("community", "custody", "first_tier", "pre_court")

ONE = {
    "definition": "one",
    "title": "One",
    "cohort_period": "quarter",
    "min_age": "10",
    "max_age": "17",
    "entry": "outcome",
    "entry_filter": "none",
    "entry_flags": "",
    "follow_up_months": "12",
    "waiting_months": "6",
    "offence_scope": "recordable_not_breach",
    "proof_sources": "cms;pnc",
    "milestones": "3;6;9;12",
    "description": "",
}
TWO = {**ONE, "definition": "two", "entry": "flag", "entry_flags": "MAPPA;ODOC"}
ONE_TIERS = [
    {"definition": "one", "role": "entry", "tier": "first_tier"},
    {"definition": "one", "role": "entry", "tier": "community"},
    {"definition": "one", "role": "proof", "tier": "custody"},
    {"definition": "one", "role": "proof", "tier": "community"},
]
TWO_TIERS = [{"definition": "two", "role": "proof", "tier": "pre_court"}]


def text(rows: Sequence[Row]) -> str:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def write(folder: Path, rows: Sequence[Row] = (ONE,), tiers: Sequence[Row] = ONE_TIERS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / DEFINITIONS).write_bytes(text(rows).encode())
    (folder / TIERS).write_bytes(text(tiers).encode())
    return folder


def without(row: Row, *columns: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in columns}


def only(folder: Path) -> Definition:
    (definition,) = read_definitions(folder)
    return definition


def counts(settings: Settings) -> list[int]:
    return [deliver.fetch(settings, f"SELECT count(*) FROM reference.{table}")[0][0] for table in TABLES]


@pytest.fixture(scope="module")
def shipped(project: Path) -> dict[str, Definition]:
    return {one.definition: one for one in read_definitions(project / "definitions")}


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


# What the shipped definitions say


def test_the_shipped_eight_load(warehouse: Settings, project: Path) -> None:
    found = load_definitions(warehouse, project / "definitions")
    query = "SELECT definition FROM reference.cohort_definition WHERE definitions_hash = %s ORDER BY definition"
    assert [row[0] for row in deliver.fetch(warehouse, query, found)] == [
        "first_quarter",
        "knife_crime",
        "leaving_custody",
        "local_live",
        "managed_offenders",
        "national_proven",
        "out_of_court",
        "serious_violence",
    ]


@pytest.mark.parametrize(
    ("name", "period", "entry", "entry_filter", "waiting_months", "proof_sources"),
    [
        ("national_proven", "quarter", "outcome_or_release", "none", 6, "pnc"),
        ("local_live", "quarter", "outcome_or_release", "none", 0, "cms;pnc"),
        ("out_of_court", "quarter", "outcome", "none", 6, "cms;pnc"),
        ("first_quarter", "first_quarter", "outcome_or_release", "none", 0, "cms;pnc"),
        ("serious_violence", "quarter", "outcome_or_release", "serious_violence", 6, "cms;pnc"),
        ("managed_offenders", "financial_year", "flag", "none", 6, "cms;pnc"),
        ("leaving_custody", "quarter", "release", "none", 6, "cms;pnc"),
        ("knife_crime", "quarter", "outcome_or_release", "knife", 6, "cms;pnc"),
    ],
)
def test_a_shipped_definition_says_who_enters_and_how_long_is_waited(
    shipped: dict[str, Definition],
    name: str,
    period: str,
    entry: str,
    entry_filter: str,
    waiting_months: int,
    proof_sources: str,
) -> None:
    one = shipped[name]
    assert (one.cohort_period, one.entry, one.entry_filter, one.waiting_months, one.proof_sources) == (
        *(period, entry, entry_filter, waiting_months, proof_sources),
    )


def test_the_shipped_ones_follow_children_for_a_year(shipped: dict[str, Definition]) -> None:
    assert {(one.min_age, one.max_age, one.follow_up_months) for one in shipped.values()} == {(10, 17, 12)}


def test_the_shipped_ones_are_proven_in_the_substantive_tiers(shipped: dict[str, Definition]) -> None:
    assert {one.proof_tiers for one in shipped.values()} == {SUBSTANTIVE}


def test_only_out_of_court_enters_by_diversion(shipped: dict[str, Definition]) -> None:
    assert [one.definition for one in shipped.values() if "diversion" in one.entry_tiers] == ["out_of_court"]


def test_custodial_sentences_enter_nowhere(shipped: dict[str, Definition]) -> None:
    assert [one.definition for one in shipped.values() if "custody" in one.entry_tiers] == []


def test_managed_offenders_enter_by_two_flags(shipped: dict[str, Definition]) -> None:
    assert {name: one.entry_flags for name, one in shipped.items() if one.entry_flags} == {
        "managed_offenders": ("MAPPA", "ODOC")
    }


# What a folder may leave out, and how it may be written


def test_every_column_reaches_the_warehouse(warehouse: Settings, tmp_path: Path) -> None:
    row = {
        **TWO,
        "cohort_period": "calendar_year",
        "min_age": "11",
        "max_age": "16",
        "follow_up_months": "24",
        "waiting_months": "0",
        "proof_sources": "pnc",
        "milestones": "6;24",
        "description": 'a "quoted" line, and\nanother',
    }
    found = load_definitions(warehouse, write(tmp_path / "d", [row], TWO_TIERS))
    assert deliver.fetch(warehouse, "TABLE reference.cohort_definition") == [
        (
            *(found, "two", "One", "calendar_year", 11, 16, "flag", "none", ["MAPPA", "ODOC"]),
            *(24, 0, "recordable_not_breach", "pnc", [6, 24], 'a "quoted" line, and\nanother'),
        )
    ]


def test_every_tier_reaches_the_warehouse(warehouse: Settings, tmp_path: Path) -> None:
    found = load_definitions(warehouse, write(tmp_path / "d"))
    assert set(deliver.fetch(warehouse, "TABLE reference.cohort_definition_tier")) == {
        (found, row["definition"], row["role"], row["tier"]) for row in ONE_TIERS
    }


def test_without_optional_columns_the_defaults_hold(tmp_path: Path) -> None:
    one = only(write(tmp_path / "d", [without(ONE, "proof_sources", "milestones")]))
    assert (one.proof_sources, one.milestones) == ("cms;pnc", (3, 6, 9, 12))


def test_in_empty_optional_cells_the_defaults_hold(tmp_path: Path) -> None:
    one = only(write(tmp_path / "d", [{**ONE, "proof_sources": "", "milestones": " "}]))
    assert (one.proof_sources, one.milestones) == ("cms;pnc", (3, 6, 9, 12))


@pytest.mark.parametrize("entry", ["release", "flag"])
def test_no_entry_tier_is_needed_where_no_outcome_enters(tmp_path: Path, entry: str) -> None:
    row = {**ONE, "entry": entry, "entry_flags": "MAPPA" if entry == "flag" else ""}
    assert only(write(tmp_path / "d", [row], ONE_TIERS[2:])).entry_tiers == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("min_age", value) for value in ("0", "17")),
        *(("max_age", value) for value in ("10", "150")),
        *(("follow_up_months", value) for value in ("1", "600")),
        *(("waiting_months", value) for value in ("0", "600")),
    ],
)
def test_a_number_at_its_limit_is_taken(tmp_path: Path, column: str, value: str) -> None:
    assert getattr(only(write(tmp_path / "d", [{**ONE, column: value}])), column) == int(value)


def test_a_name_may_have_63_characters(tmp_path: Path) -> None:
    name = "a" * 63
    folder = write(tmp_path / "d", [{**ONE, "definition": name}], [{**row, "definition": name} for row in ONE_TIERS])
    assert only(folder).definition == name


# Every fault, with its file, row and column

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


# Sets kept by their hash


def encoded(folder: Path, change: Callable[[bytes], bytes]) -> Path:
    for file in (DEFINITIONS, TIERS):
        (folder / file).write_bytes(change((folder / file).read_bytes()))
    return folder


BOTH, ALL_TIERS = [ONE, TWO], [*ONE_TIERS, *TWO_TIERS]
SAME: dict[str, Callable[[Path], Path]] = {
    "rows the other way round": lambda d: write(d, BOTH[::-1], ALL_TIERS[::-1]),
    "columns the other way round": lambda d: write(d, [dict(reversed(row.items())) for row in BOTH], ALL_TIERS),
    "defaults left out": lambda d: write(d, [without(row, "proof_sources", "milestones") for row in BOTH], ALL_TIERS),
    "sources the other way round": lambda d: write(d, [{**ONE, "proof_sources": "pnc; cms"}, TWO], ALL_TIERS),
    "milestones the other way round": lambda d: write(d, [{**ONE, "milestones": "12;9; 6;03"}, TWO], ALL_TIERS),
    "flags the other way round": lambda d: write(d, [ONE, {**TWO, "entry_flags": " ODOC ;MAPPA;ODOC;"}], ALL_TIERS),
    "blanks around values": lambda d: write(d, [{**ONE, "title": " One ", "min_age": " 010"}, TWO], ALL_TIERS),
    "a BOM": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: b"\xef\xbb\xbf" + data),
    "CRLF": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: data.replace(b"\n", b"\r\n")),
    "blank lines": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: data.replace(b"\n", b"\n\n")),
}


@pytest.mark.parametrize("written", SAME.values(), ids=SAME)
def test_the_same_definitions_written_in_another_way_have_the_same_hash(
    tmp_path: Path, written: Callable[[Path], Path]
) -> None:
    as_usual = definitions_hash(read_definitions(write(tmp_path / "usual", BOTH, ALL_TIERS)))
    assert definitions_hash(read_definitions(written(tmp_path / "other"))) == as_usual


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "Another"),
        ("cohort_period", "calendar_year"),
        ("min_age", "11"),
        ("max_age", "16"),
        ("entry", "outcome_or_release"),
        ("entry_filter", "knife"),
        ("follow_up_months", "18"),
        ("waiting_months", "0"),
        ("proof_sources", "pnc"),
        ("milestones", "3;6;9"),
        ("description", "Another"),
    ],
)
def test_another_value_gives_another_hash(tmp_path: Path, column: str, value: str) -> None:
    before = definitions_hash(read_definitions(write(tmp_path / "d")))
    assert definitions_hash(read_definitions(write(tmp_path / "d", [{**ONE, column: value}]))) != before


@pytest.mark.parametrize(
    "tiers", [ONE_TIERS[1:], ONE_TIERS[:3], [*ONE_TIERS[:3], {**ONE_TIERS[3], "tier": "pre_court"}]]
)
def test_other_tiers_give_another_hash(tmp_path: Path, tiers: list[Row]) -> None:
    before = definitions_hash(read_definitions(write(tmp_path / "d")))
    assert definitions_hash(read_definitions(write(tmp_path / "d", tiers=tiers))) != before


def test_loading_returns_the_hash_of_what_was_read(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    assert load_definitions(warehouse, folder) == definitions_hash(read_definitions(folder))


def test_loading_twice_changes_nothing(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    once = load_definitions(warehouse, folder), deliver.fetch(warehouse, "TABLE reference.definition_set")
    again = load_definitions(warehouse, folder), deliver.fetch(warehouse, "TABLE reference.definition_set")
    assert (again, counts(warehouse)) == (once, [1, 1, 4])


def test_two_at_once_load_one_set(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    with ThreadPoolExecutor(2) as threads:
        hashes = set(threads.map(lambda _: load_definitions(warehouse, folder), range(2)))
    assert (len(hashes), counts(warehouse)) == (1, [1, 1, 4])


def test_the_old_set_stays_beside_the_new_one(warehouse: Settings, tmp_path: Path) -> None:
    old = load_definitions(warehouse, write(tmp_path / "d"))
    new = load_definitions(warehouse, write(tmp_path / "d", [{**ONE, "waiting_months": "0"}]))
    query = "SELECT definitions_hash, waiting_months FROM reference.cohort_definition"
    assert set(deliver.fetch(warehouse, query)) == {(old, 6), (new, 0)}


def test_the_old_set_is_found_again(warehouse: Settings, tmp_path: Path) -> None:
    old = load_definitions(warehouse, write(tmp_path / "d"))
    load_definitions(warehouse, write(tmp_path / "d", [{**ONE, "waiting_months": "0"}]))
    assert load_definitions(warehouse, write(tmp_path / "d")) == old
    assert counts(warehouse) == [2, 2, 8]


def test_a_refused_folder_leaves_the_loaded_set(warehouse: Settings, tmp_path: Path) -> None:
    load_definitions(warehouse, write(tmp_path / "d"))
    refused(warehouse, write(tmp_path / "d", [{**ONE, "min_age": "x"}]))
    assert counts(warehouse) == [1, 1, 4]
