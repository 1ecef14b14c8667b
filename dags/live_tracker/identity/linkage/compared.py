"""The compared columns: what of a cleaned record the blocking rules and comparisons read."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

NICKNAMES = Path(__file__).parent / "nicknames.csv"


def prepared(cleaned: pd.DataFrame) -> pa.Table:
    """A row for each cleaned record, in the order of `record_key`: a key's place must not move a figure.

    The columns of a cleaned frame that are not there count as empty, so that a caller without courts or numbers gives
    none. Lists are sorted and have no repeats.
    """
    ordered = cleaned.iloc[sorted(range(len(cleaned)), key=cleaned["record_key"].tolist().__getitem__)]

    def column(name: str) -> list[Any]:
        return ordered[name].tolist() if name in ordered else [None] * len(ordered)

    forenames, surnames = ([_text(name) for name in column(f"{part}name_std")] for part in ("fore", "sur"))
    all_forenames = [
        _sorted([*_listed(names), name]) for names, name in zip(column("forenames_arr"), forenames, strict=True)
    ]
    all_surnames = [
        _sorted([*_listed(names), name]) for names, name in zip(column("surnames_arr"), surnames, strict=True)
    ]
    days = [_day(day) for day in column("dob")]
    dobs = [_iso(day) for day in days]
    places = [_place(*place) for place in zip(column("postcode_std"), column("outcode"), strict=True)]
    texts = {
        "unique_id": [str(key) for key in column("record_key")],
        "forename": forenames,
        "surname": surnames,
        "forename_start": [name and name[:2] for name in forenames],
        "surname_start": [name and name[:2] for name in surnames],
        "dob": dobs,
        "dob_swapped": [_swapped(day) if day else None for day in days],
        "dob_year": [dob and dob[:4] for dob in dobs],
        "sex": [_text(sex) for sex in column("sex_std")],
        "postcode": [postcode for postcode, _ in places],
        "area": [area for _, area in places],
        "pnc_id": [_text(value) for value in column("pnc_id_std")],
        "cro": [_text(value) for value in column("cro_std")],
    }
    lists = {
        "forenames": all_forenames,
        "surnames": all_surnames,
        "middles": [_sorted(_listed(names)) for names in column("middle_std")],
        "roots": [_sorted(root for name in names for root in roots(name)) for names in all_forenames],
        "dobs": [
            _sorted([*(_iso(_day(day)) for day in _listed(alias_days)), dob])
            for alias_days, dob in zip(column("dobs_arr"), dobs, strict=True)
        ],
        "asns": [_sorted(_listed(asns)) for asns in column("asns_arr")],
        "court_days": [_sorted(_iso(_day(day)) for day in _listed(others)) for others in column("court_days_arr")],
    }
    return pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
            **{name: pa.array(values, pa.list_(pa.string())) for name, values in lists.items()},
            "dob_weak": pa.array(
                [day is not None and bool(weak) for day, weak in zip(days, column("dob_weak"), strict=True)], pa.bool_()
            ),
            "dob_days": pa.array([day and day.toordinal() for day in days], pa.int32()),
        }
    )


def _place(postcode: Any, outcode: Any) -> tuple[str | None, str | None]:
    """Postcode and area; other countries' numbers are of towns, not of fifteen houses."""
    postcode, area = _text(postcode), _text(outcode)
    return (None, postcode) if postcode and postcode.isdigit() else (postcode, area)


@lru_cache(maxsize=100_000)
def roots(forename: str) -> tuple[str, ...]:
    """The full names that a forename may stand for, itself among them: SAM for SAM, SAMANTHA and SAMUEL."""
    return tuple(sorted({forename, *_full_names().get(forename, ())}))


@lru_cache(maxsize=1)
def _full_names() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with NICKNAMES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for short in row["short_forms"].split(" "):
                found[short].add(row["name"])
    return found


def _swapped(day: dt.date) -> str | None:
    """The date with day and month exchanged, where that is another date."""
    return day.replace(month=day.day, day=day.month).isoformat() if day.day <= 12 and day.day != day.month else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return None if pd.isna(value) else value.date()
    return value if isinstance(value, dt.date) else None


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []


def _sorted(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})
