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

TEXT = (
    "unique_id forename surname forename_start surname_start dob dob_swapped dob_year sex postcode area pnc_id cro"
).split()
LISTS = "forenames surnames middles roots dobs asns court_days".split()

SCHEMA = pa.schema(
    [(name, pa.string()) for name in TEXT]
    + [(name, pa.list_(pa.string())) for name in LISTS]
    + [("dob_weak", pa.bool_()), ("dob_days", pa.int32())]
)


def prepared(cleaned: pd.DataFrame) -> pa.Table:
    """A row for each cleaned record, in the order of `record_key`: a key's place must not move a figure.

    The columns of a cleaned frame that are not there count as empty, so that a caller without courts or numbers gives
    none. Lists are sorted and have no repeats.
    """
    rows = [_row(dict(zip(cleaned.columns, values, strict=True))) for values in cleaned.itertuples(index=False)]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row["unique_id"]), schema=SCHEMA)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    forename, surname = _text(record.get("forename_std")), _text(record.get("surname_std"))
    forenames = _sorted([*_listed(record.get("forenames_arr")), forename])
    surnames = _sorted([*_listed(record.get("surnames_arr")), surname])
    day = _day(record.get("dob"))
    dob = day.isoformat() if day else None
    postcode, area = _text(record.get("postcode_std")), _text(record.get("outcode"))
    if postcode and postcode.isdigit():
        # other countries' numbers are of towns, not of fifteen houses
        postcode, area = None, postcode
    return {
        "unique_id": str(record["record_key"]),
        "forename": forename,
        "surname": surname,
        "forename_start": forename and forename[:2],
        "surname_start": surname and surname[:2],
        "forenames": forenames,
        "surnames": surnames,
        "middles": _sorted(_listed(record.get("middle_std"))),
        "roots": _sorted(root for name in forenames for root in roots(name)),
        "dob": dob,
        "dob_swapped": _swapped(day) if day else None,
        "dob_year": dob and dob[:4],
        "dob_days": day and day.toordinal(),
        "dob_weak": bool(record.get("dob_weak")) if dob else False,
        "dobs": _sorted([*(_iso(value) for value in _listed(record.get("dobs_arr"))), dob]),
        "sex": _text(record.get("sex_std")),
        "postcode": postcode,
        "area": area,
        "pnc_id": _text(record.get("pnc_id_std")),
        "cro": _text(record.get("cro_std")),
        "asns": _sorted(_listed(record.get("asns_arr"))),
        "court_days": _sorted(_iso(value) for value in _listed(record.get("court_days_arr"))),
    }


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


def _iso(value: Any) -> str | None:
    day = _day(value)
    return day.isoformat() if day else _text(value)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []


def _sorted(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})
