"""Records of both feeds made comparable: each column read by its own module, canonical or None with the reason.

Names, dates, postcodes and ids have a module each; here they are put together to the columns that linkage compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd
from pandas.api.types import is_list_like

from live_tracker.errors import TrackerError
from live_tracker.identity.dates import is_weak, read_date
from live_tracker.identity.identifiers import dummy_asns, read_asn, read_cro, read_pnc_id
from live_tracker.identity.names import GivenNames, Surname, read_given_names, read_surname, split_forenames
from live_tracker.identity.postcodes import read_postcode
from live_tracker.identity.readings import each_once

__all__ = ["clean", "split_forenames"]

REQUIRED = (
    *("record_key", "forename", "middle_names", "surname", "aliases"),
    *("date_of_birth", "sex", "postcode", "pnc_id", "cro_no", "known_on"),
)
CODE_LISTS = Path(__file__).parents[1] / "reference_data" / "data"
SEXES = {"M": "M", "MALE": "M", "1": "M", "F": "F", "FEMALE": "F", "2": "F"}
"""Letters of the feeds, words, and the numbers of the national return; anything else is not known."""


Item = TypeVar("Item", str, dt.date)


class _Alias(NamedTuple):
    given: GivenNames
    surname: Surname
    date_of_birth: dt.date | None


def clean(records: pd.DataFrame, reference: Path = CODE_LISTS) -> pd.DataFrame:
    """The columns that linkage compares: a row for each row, under the same index.

    Input: text as the feeds have it (None or empty: nothing) in `record_key`, `forename`, `middle_names`, `surname`,
    `aliases` (`FORENAME|SURNAME|YYYY-MM-DD`, `;` between them), `date_of_birth`, `sex`, `postcode`, `pnc_id`, `cro_no`;
    the date `known_on`, which decides the century of a two-digit PNC year; lists in `asns` and `court_days`, which may
    be missing. `reference` is the folder of the code lists.

    Output, objects with None where there is nothing to compare, never an empty list: `record_key`, `forename_std`,
    `middle_std`, `surname_std`, `full_name_std`; `forenames_arr`, `surnames_arr`, `full_names_arr`, of the record and
    its aliases, sorted, without repeats; `dob` (date), `dob_weak` (bool), `dobs_arr`; `sex_std` (M or F); `postcode_std`,
    `outcode`; `pnc_id_std`, `cro_std`, `asns_arr`, `court_days_arr` (dates); and `dob_reason`, `postcode_reason`,
    `pnc_id_reason`, `cro_reason`: why a value that was given is None, a code of `readings`.

    Raises TrackerError if a column is missing or a record has no `known_on`; no text is an error.
    """
    missing = [column for column in REQUIRED if column not in records.columns]
    if missing:
        raise TrackerError(f"records cannot be cleaned: {', '.join(missing)} missing", do="give every column")
    known_on = _known_days(records["known_on"])
    cleaned = {
        "record_key": list(records["record_key"]),
        **_names_and_dates(records, known_on),
        "sex_std": each_once(_sex, _texts(records["sex"])),
        **_places(records),
        **_ids(records, known_on),
        "asns_arr": _asns(records, reference),
        "court_days_arr": _court_days(records),
    }
    weak = pd.Series([is_weak(day) for day in cleaned["dob"]], index=records.index, dtype=bool)
    return pd.DataFrame(cleaned, index=records.index, dtype=object).assign(dob_weak=weak)


def _names_and_dates(records: pd.DataFrame, known_on: list[dt.date]) -> dict[str, list[Any]]:
    given = each_once(read_given_names, _texts(records["forename"]), _texts(records["middle_names"]))
    surnames = each_once(read_surname, _texts(records["surname"]))
    births = each_once(read_date, _texts(records["date_of_birth"]), known_on)
    aliases = each_once(_aliases, _texts(records["aliases"]), known_on)
    rows = list(zip(given, surnames, births, aliases, strict=True))
    return {
        "forename_std": [names.forename for names in given],
        "middle_std": [list(names.middle) or None for names in given],
        "surname_std": [name.surname for name in surnames],
        "full_name_std": [_full_name(names, name) for names, name in zip(given, surnames, strict=True)],
        "forenames_arr": [
            _array((*own.forms, *(form for other in others for form in other.given.forms)) if others else own.forms)
            for own, _, _, others in rows
        ],
        "surnames_arr": [
            _array((*own.forms, *(form for other in others for form in other.surname.forms)) if others else own.forms)
            for _, own, _, others in rows
        ],
        "full_names_arr": [
            _array([_full_name(own, name), *[_full_name(other.given, other.surname) for other in others]])
            for own, name, _, others in rows
        ],
        "dob": [birth.value for birth in births],
        "dob_reason": [birth.reason for birth in births],
        "dobs_arr": [_array([own.value, *[other.date_of_birth for other in others]]) for _, _, own, others in rows],
    }


def _aliases(text: str | None, known_on: dt.date) -> tuple[_Alias, ...]:
    items = [item.split("|") for item in (text or "").split(";") if item]
    return tuple(
        _Alias(read_given_names(forename, None), read_surname(surname), read_date(date_of_birth, known_on).value)
        for forename, surname, date_of_birth in ((*item, "", "")[:3] for item in items)
    )


def _full_name(given: GivenNames, surname: Surname) -> str | None:
    return None if given.forename is None or surname.surname is None else f"{given.forename} {surname.surname}"


def _sex(text: str | None) -> str | None:
    return SEXES.get((text or "").strip().upper())


def _places(records: pd.DataFrame) -> dict[str, list[Any]]:
    postcodes = each_once(read_postcode, _texts(records["postcode"]))
    return {
        "postcode_std": [read.postcode for read in postcodes],
        "outcode": [read.outcode for read in postcodes],
        "postcode_reason": [read.reason for read in postcodes],
    }


def _ids(records: pd.DataFrame, known_on: list[dt.date]) -> dict[str, list[Any]]:
    pnc_ids = each_once(read_pnc_id, _texts(records["pnc_id"]), known_on)
    cros = each_once(read_cro, _texts(records["cro_no"]))
    return {
        "pnc_id_std": [read.value for read in pnc_ids],
        "pnc_id_reason": [read.reason for read in pnc_ids],
        "cro_std": [read.value for read in cros],
        "cro_reason": [read.reason for read in cros],
    }


def _asns(records: pd.DataFrame, reference: Path) -> list[list[str] | None]:
    dummies = dummy_asns(reference)
    return _each_list(lambda asn: read_asn(asn, dummies).value, _lists(records, "asns"))


def _court_days(records: pd.DataFrame) -> list[list[dt.date] | None]:
    return _each_list(lambda day: read_date(day).value, _lists(records, "court_days"))


def _known_days(column: pd.Series[Any]) -> list[dt.date]:
    without = int(column.isna().sum())
    if without:
        raise TrackerError(
            f"records cannot be cleaned: {without} of {len(column)} have no known_on",
            do="give each record the day from which it is known",
        )
    return [day.date() if isinstance(day, dt.datetime) else day for day in column.tolist()]


def _texts(column: pd.Series[Any]) -> list[str | None]:
    return [value if isinstance(value, str) else None if pd.isna(value) else str(value) for value in column.tolist()]


def _lists(records: pd.DataFrame, column: str) -> list[list[str]]:
    """The texts of a list column; nothing where it is missing or has no list."""
    if column not in records.columns:
        return [[]] * len(records)
    return [
        [str(value) for value in values if value is not None] if is_list_like(values) else []
        for values in records[column].tolist()
    ]


def _each_list(read: Callable[[str], Item | None], lists: list[list[str]]) -> list[list[Item] | None]:
    known = {text: read(text) for text in set(chain.from_iterable(lists))}
    return [_array([known[text] for text in texts]) for texts in lists]


def _array(values: Sequence[Item | None]) -> list[Item] | None:
    return sorted({value for value in values if value is not None}) or None
