"""How alike two records are in each comparison: a table of pairs and the level that each comes to."""

from __future__ import annotations

import csv
from typing import Any

import pandas as pd
import pytest

from live_tracker.identity.linkage.blocking import Rule
from live_tracker.identity.linkage.compared import NICKNAMES, prepared
from live_tracker.identity.linkage.model import shipped_model
from live_tracker.identity.linkage.pairs import weigh
from tests.linkage.records import cleaned


def _names(one: str, other: str) -> list[dict[str, Any]]:
    return [dict(zip(("forename", "surname"), name.split(" ", maxsplit=1), strict=True)) for name in (one, other)]


def _each(column: str, one: Any, other: Any) -> list[dict[str, Any]]:
    return [{column: one}, {column: other}]


CASES: list[tuple[str, str | None, list[dict[str, Any]]]] = [
    ("forename", "exact", _each("forename", "Zoë", "ZOE")),
    ("forename", "swapped", _names("Jack Holloway", "Holloway Jack")),
    ("forename", "alias", [{"forename": "Kit", "aliases": "Jack|Holloway|"}, {}]),
    ("forename", "alias", [{"aliases": "Bart|Smith|"}, {"forename": "Lisa", "aliases": "Bart|Jones|"}]),
    ("forename", "alias", [{"forename": "Peter", "middle_names": "Jack"}, {}]),
    ("forename", "nickname", _each("forename", "Bill", "William")),
    ("forename", "nickname", _each("forename", "Sam", "Samantha")),
    ("forename", "nickname", _each("forename", "Mohammed", "Muhammad")),
    ("forename", "close", _each("forename", "Benjamin", "Bejnamin")),
    ("forename", "near", _each("forename", "Tia", "Mia")),
    ("forename", "near", _each("forename", "Ashleigh", "Ashy")),
    ("forename", "other", _each("forename", "Jack", "Oliver")),
    ("forename", "other", _each("forename", "Liam", "William")),
    ("forename", None, _each("forename", "", "Jack")),
    ("surname", "exact", _each("surname", "O'Brien", "OBRIEN")),
    ("surname", "alias", _each("surname", "Smith-Jones", "Jones")),
    ("surname", "alias", [{"surname": "Kaur", "aliases": "Jack|Holloway|"}, {}]),
    ("surname", "close", _each("surname", "Holloway", "Hollowya")),
    ("surname", "near", _each("surname", "Martinez", "Martin-Shaw")),
    ("surname", "other", _each("surname", "Holloway", "Patel")),
    # the exchange is told once, by the forename
    ("surname", None, _names("Jack Holloway", "Holloway Jack")),
    ("date_of_birth", "exact", _each("date_of_birth", "2009-03-17", "2009-03-17")),
    ("date_of_birth", "weak", _each("date_of_birth", "2009-01-01", "2009-01-01")),
    ("date_of_birth", "weak", _each("date_of_birth", "2009-03-01", "2009-03-01")),
    ("date_of_birth", "alias", [{"aliases": "Jack|Holloway|2007-07-07"}, {"date_of_birth": "2007-07-07"}]),
    ("date_of_birth", "day_month_swap", _each("date_of_birth", "2009-03-07", "2009-07-03")),
    ("date_of_birth", "century", _each("date_of_birth", "2009-03-17", "1909-03-17")),
    ("date_of_birth", "one_edit", _each("date_of_birth", "2009-03-17", "2009-03-27")),
    ("date_of_birth", "one_edit", _each("date_of_birth", "2009-03-17", "2009-03-11")),
    ("date_of_birth", "weak_agrees", _each("date_of_birth", "2009-01-01", "2009-10-25")),
    ("date_of_birth", "weak_agrees", _each("date_of_birth", "2009-10-01", "2009-10-25")),
    ("date_of_birth", "two_parts", _each("date_of_birth", "2009-03-17", "2009-03-28")),
    ("date_of_birth", "five_years", _each("date_of_birth", "2009-03-17", "2012-11-02")),
    ("date_of_birth", "other", _each("date_of_birth", "2009-03-17", "1979-10-02")),
    ("date_of_birth", None, _each("date_of_birth", "2009-03-17", "unknown")),
    ("sex", "exact", _each("sex", "M", "M")),
    ("sex", "other", _each("sex", "M", "F")),
    ("sex", None, _each("sex", "M", "U")),
    ("postcode", "exact", _each("postcode", "bs34qt", "BS3 4QT")),
    ("postcode", "one_edit", _each("postcode", "BS3 4QT", "BS3 4QU")),
    ("postcode", "one_edit", _each("postcode", "BS3 4QT", "BS13 4QT")),
    ("postcode", "area", _each("postcode", "BS3 4QT", "BS3 1AA")),
    ("postcode", "other", _each("postcode", "BS3 4QT", "LE1 2AB")),
    ("postcode", None, _each("postcode", "BS3 4QT", "BS3")),
    ("area", "exact", _each("postcode", "BS3 4QT", "BS3")),
    ("area", "other", _each("postcode", "BS3 4QT", "LE1")),
    # a number of another country is that of a town
    ("area", "exact", _each("postcode", "4223", "4223")),
    ("area", "other", _each("postcode", "4223", "4560")),
    ("area", None, _each("postcode", "BS3 4QT", "BS3 4QT")),
    ("court", "asn", _each("asns", ["2220AA0000004687436Y"], ["2220AA0000004687436Y"])),
    ("court", "two_days", _each("court_days", ["2024-01-08", "2024-02-08"], ["2024-02-08", "2024-01-08"])),
    ("court", "one_day", _each("court_days", ["2024-01-08", "2024-02-08"], ["2024-02-08"])),
    ("court", "other", _each("court_days", ["2024-01-08"], ["2024-02-08"])),
    ("court", None, _each("court_days", ["2024-01-08"], [])),
    ("pnc_id", "exact", _each("pnc_id", "19/1234567J", "2019/1234567J")),
    ("pnc_id", "other", _each("pnc_id", "2019/1234567J", "2021/0000007B")),
    ("pnc_id", None, _each("pnc_id", "2019/1234567A", "2019/1234567J")),
    ("cro", "exact", _each("cro_no", "65656/91H", "065656/91H")),
    ("cro", None, [{"pnc_id": "2019/1234567J", "cro_no": "65656/91H"}] * 2),
]


@pytest.fixture(scope="module")
def weighed() -> pd.DataFrame:
    sides = [cleaned(**{str(number): pair[side] for number, (_, _, pair) in enumerate(CASES)}) for side in (0, 1)]
    # each case has one key on both sides
    tables = [prepared(side) for side in sides]
    return weigh(tables, shipped_model(), [Rule(("unique_id",))], None).set_index("left_key")


@pytest.mark.parametrize(("number", "case"), enumerate(CASES), ids=[f"{one}-{level}" for one, level, _ in CASES])
def test_level(weighed: pd.DataFrame, number: int, case: tuple[str, str | None, Any]) -> None:
    comparison, level, _ = case
    assert weighed.to_dict("index")[str(number)][comparison] == level


def test_what_is_unknown_says_nothing(weighed: pd.DataFrame) -> None:
    for comparison in {one for one, level, _ in CASES if level is None}:
        unknown = weighed[weighed[comparison].isna()]
        assert len(unknown)
        assert (unknown[f"{comparison}_bits"] == 0).all()


def test_the_weight_is_the_prior_and_what_each_comparison_adds(weighed: pd.DataFrame) -> None:
    added = weighed.filter(regex="_bits$").sum(axis=1)
    assert (weighed["match_weight"] - added).round(6).nunique() == 1


def test_the_table_of_nicknames() -> None:
    with NICKNAMES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [row["name"] for row in rows]
    assert names == sorted(set(names))
    for row in rows:
        short_forms = row["short_forms"].split(" ")
        assert short_forms == sorted(set(short_forms) - {row["name"]})
        # as cleaning writes them, or nobody would be found by them
        assert all(name.isascii() and name.isalpha() and name.isupper() for name in (row["name"], *short_forms))
