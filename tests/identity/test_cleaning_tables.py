"""Cleaning, column by column, as the truth tables beside this file have it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from live_tracker.errors import TrackerError
from live_tracker.identity.cleaning import CODE_LISTS, clean, split_forenames
from live_tracker.identity.identifiers import dummy_asns, read_asn

TABLES = Path(__file__).parent / "cleaning"
KNOWN_ON = dt.date(2024, 6, 1)
COLUMNS = {
    "pnc_ids": ("pnc_id", "pnc_id_std", "pnc_id_reason"),
    "cro_numbers": ("cro_no", "cro_std", "cro_reason"),
    "dates_of_birth": ("date_of_birth", "dob", "dob_reason"),
    "postcodes": ("postcode", "postcode_std", "postcode_reason"),
    "sexes": ("sex", "sex_std", None),
}
"""Of a table: the column it is about, the cleaned one and that of the reason."""


def rows(*tables: str) -> list[Any]:
    """Each table's rows as parameters `table, row`, named by what is given."""
    return [
        pytest.param(table, row, id=f"{table}-{number}-{row['given']!a}")
        for table in tables
        for number, row in enumerate(yaml.safe_load((TABLES / f"{table}.yml").read_text(encoding="utf-8")), start=1)
    ]


def record(known_on: dt.date = KNOWN_ON, **values: Any) -> dict[str, Any]:
    texts = "forename middle_names surname aliases date_of_birth sex postcode pnc_id cro_no".split()
    return {"record_key": "r1", **dict.fromkeys(texts), "known_on": known_on, **values}


def cleaned(**values: Any) -> dict[str, Any]:
    frame = clean(pd.DataFrame([record(**values)]))
    return {str(column): value for column, value in frame.iloc[0].items()}


@pytest.mark.parametrize(("table", "row"), rows(*COLUMNS))
def test_a_value_is_canonical_or_none_with_the_reason(table: str, row: dict[str, Any]) -> None:
    column, canonical, reason = COLUMNS[table]
    found = cleaned(**{column: row["given"]}, known_on=row.get("known_on", KNOWN_ON))

    assert found[canonical] == row["expected"]
    if reason is not None:
        assert found[reason] == row.get("reason")
    if table == "dates_of_birth":
        assert found["dob_weak"] == row.get("weak", False)
    if table == "postcodes":
        assert found["outcode"] == row.get("outcode")


@pytest.mark.parametrize(("table", "row"), rows("arrest_summons_numbers"))
def test_an_arrest_summons_number_is_in_its_long_form_or_has_a_reason(table: str, row: dict[str, Any]) -> None:
    found = read_asn(row["given"], dummy_asns(CODE_LISTS))

    assert (found.value, found.reason) == (row["expected"], row.get("reason"))
    assert cleaned(asns=[row["given"]])["asns_arr"] == (row["expected"] and [row["expected"]])


@pytest.mark.parametrize(("table", "row"), rows("names"))
def test_names_are_compared_in_one_form(table: str, row: dict[str, Any]) -> None:
    found = cleaned(**row["given"])

    assert {column: found[column] for column in row["expected"]} == row["expected"]


@pytest.mark.parametrize(
    ("forenames", "split"),
    [
        ("JACK", ("JACK", "")),
        (" JACK  PAUL SIMON ", ("JACK", "PAUL SIMON")),
        ("MR. JACK PAUL", ("JACK", "PAUL")),
        ("MARY-JANE ANN", ("MARY-JANE", "ANN")),
        ("MR", ("MR", "")),
        ("", ("", "")),
        (None, ("", "")),
    ],
)
def test_a_nominals_forenames_are_its_first_word_and_the_rest(forenames: str | None, split: tuple[str, str]) -> None:
    assert split_forenames(forenames) == split


def test_lists_are_sorted_without_repeats_and_without_what_stands_for_none() -> None:
    found = cleaned(
        asns=["97/0000/00/123456K", "1101ZD0100000410836V", "9700000000000123456K", "2463000000000000123Z", None, ""],
        court_days=["2024-03-02", dt.date(2024, 3, 1), "2024-03-02", "1900-01-01", None],
    )

    assert found["asns_arr"] == ["1101ZD0100000410836V", "9700000000000123456K"]
    assert found["court_days_arr"] == [dt.date(2024, 3, 1), dt.date(2024, 3, 2)]


@pytest.mark.parametrize("lists", [{}, {"asns": None, "court_days": float("nan")}, {"asns": [], "court_days": []}])
def test_no_list_and_an_empty_one_are_nothing_to_compare(lists: dict[str, Any]) -> None:
    found = cleaned(**lists)

    assert found["asns_arr"] is None
    assert found["court_days_arr"] is None


def test_a_code_list_of_ones_own_says_which_numbers_stand_for_none(tmp_path: Path) -> None:
    (tmp_path / "dummy_asn.csv").write_text("pattern,source\n^97,made up\n")
    frame = pd.DataFrame([record(asns=["9700000000000123456K", "1101ZD0100000410836V"])])

    assert clean(frame, tmp_path)["asns_arr"].tolist() == [["1101ZD0100000410836V"]]


def test_each_row_keeps_its_place_and_its_index() -> None:
    frame = pd.DataFrame([record(record_key="b", surname="Smith"), record(record_key="a", surname=None)], index=[40, 7])

    found = clean(frame)

    assert found.index.tolist() == [40, 7]
    assert found["record_key"].tolist() == ["b", "a"]
    assert found["surname_std"].tolist() == ["SMITH", None]
    assert frame["surname"].iloc[0] == "Smith"


def test_no_rows_give_no_rows_with_every_column() -> None:
    some = pd.DataFrame([record()])

    assert clean(some.iloc[:0]).columns.tolist() == clean(some).columns.tolist()
    assert clean(some.iloc[:0]).empty


def test_a_missing_column_is_named() -> None:
    frame = pd.DataFrame([record()]).drop(columns=["aliases", "sex"])

    with pytest.raises(TrackerError, match="aliases, sex missing"):
        clean(frame)


def test_a_record_without_the_day_it_is_known_is_refused() -> None:
    frame = pd.DataFrame([record(), record() | {"known_on": None}])

    with pytest.raises(TrackerError, match="1 of 2 have no known_on"):
        clean(frame)


def test_days_of_a_database_frame_are_days() -> None:
    frame = pd.DataFrame([record(date_of_birth="2008-02-03")])
    frame["known_on"] = pd.to_datetime(frame["known_on"])

    assert clean(frame)["dob"].tolist() == [dt.date(2008, 2, 3)]
