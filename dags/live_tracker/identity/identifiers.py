"""Canonical PNC ids, CRO numbers and arrest/summons numbers, by their check letters.

Rules as the justice system's own matcher has them; anything that fails becomes None, never an error. No clock: the
day that decides the century of a two-digit year is given by the caller.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path

from live_tracker.identity.readings import CHECK_LETTER, FORM, PLACEHOLDER, Reading, is_filler
from live_tracker.reference_data.tables import Problems, read_table

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""Letter of a number modulo 23; there is no I, O or S."""
DUMMY_ASNS = "dummy_asn.csv"
"""The code list of arrest/summons numbers that stand for none."""

_PNC = re.compile(r"(?:(\d{4}|\d{2})/(\d{1,7})|(\d{4})(\d{7})|(\d{2})(\d{1,7}))([A-Z])", re.ASCII)
_CRO = re.compile(r"(\d{1,6})/(\d{2})([A-Z])", re.ASCII)
_CRO_SEARCH_FILE = re.compile(r"SF(\d{2})/(\d{1,6})([A-Z])", re.ASCII)
_NO_SERIAL = re.compile(r"(?:\d{4}/0{7}|SF\d{2}/0+)[A-Z]|0{6}/\d{2}[A-Z]")
_ASN = re.compile(r"(\d{2})([A-Z]?)([0-9A-Z]{2})([0-9A-Z]{2})([0-9A-Z]{2})(\d{11})([A-Z])", re.ASCII)
_ASN_DISPLAYED = re.compile(r"(\d{2})/([A-Z]?[0-9A-Z]{4})/([0-9A-Z]{2})/(\d{1,11})([A-Z])", re.ASCII)


def check_letter(number: int) -> str:
    """The check letter of a number."""
    return CHECK_LETTERS[number % len(CHECK_LETTERS)]


@lru_cache(maxsize=200_000)
def canonical_pnc_id(text: str | None, on: dt.date) -> str | None:
    """`YYYY/NNNNNNNC`, or None if the text is no valid PNC id.

    A two-digit year is of this century if it is not after the year of `on`, else of the last; the check letter rests
    on the last two digits of the year and the serial of seven.
    """
    return _pnc_id(_tidied(text), on).value


@lru_cache(maxsize=200_000)
def canonical_cro(text: str | None) -> str | None:
    """`NNNNNN/YYC`, or `SFYY/N…C` of a search file as written, or None if the text is no valid CRO number."""
    return _cro(_tidied(text)).value


def read_pnc_id(text: str | None, on: dt.date) -> Reading[str]:
    """The canonical PNC id as evidence of who somebody is, or why it is none: a serial of zeros is a placeholder."""
    return _as_evidence(_pnc_id(_tidied(text), on))


def read_cro(text: str | None) -> Reading[str]:
    """The canonical CRO number as evidence of who somebody is, or why it is none: 000000/00Z is a placeholder."""
    return _as_evidence(_cro(_tidied(text)))


def read_asn(text: str | None, dummies: re.Pattern[str]) -> Reading[str]:
    """The arrest/summons number in its long form `YY[T]FFUUSSNNNNNNNNNNNC`, or why it is none.

    Given so, or as it is displayed: `YY/[T]FFUU/SS/N…C`, the sequence unpadded. The check letter rests on force, system
    and year, as far as they are digits, and the sequence; unit and top level T are not in it. `dummies` matches the
    long forms of numbers that stand for none, whose letters need not fit.
    """
    value = _tidied(text)
    displayed = _ASN_DISPLAYED.fullmatch(value)
    if displayed is not None:
        year, unit, system, sequence, letter = displayed.groups()
        value = f"{year}{unit}{system}{sequence.zfill(11)}{letter}"
    if dummies.search(value):
        return Reading(None, PLACEHOLDER)
    match = _ASN.fullmatch(value)
    if match is None:
        return _unreadable(value)
    year, _, force, _, system, sequence, letter = match.groups()
    checked = "".join(part for part in (force, system) if part.isdigit()) + year + sequence
    return Reading(value) if check_letter(int(checked)) == letter else Reading(None, CHECK_LETTER)


@lru_cache(maxsize=8)
def dummy_asns(folder: Path) -> re.Pattern[str]:
    """Matches what the code list of a folder has as placeholders; CheckFailed if the list cannot be read."""
    problems = Problems(folder)
    lines = read_table(problems, DUMMY_ASNS, ("pattern", "source"), key=("pattern",))
    problems.raise_if_any()
    return re.compile("|".join(f"(?:{line['pattern']})" for line in lines) or r"(?!)")


def _tidied(text: str | None) -> str:
    return (text or "").strip().upper()


def _pnc_id(value: str, on: dt.date) -> Reading[str]:
    match = _PNC.fullmatch(value)
    if match is None:
        return _unreadable(value)
    year = match[1] or match[3] or match[5]
    serial = int(match[2] or match[4] or match[6])
    if check_letter(int(year[-2:]) * 10_000_000 + serial) != match[7]:
        return Reading(None, CHECK_LETTER)
    return Reading(f"{_with_century(year, on)}/{serial:07d}{match[7]}")


def _cro(value: str) -> Reading[str]:
    standard = _CRO.fullmatch(value)
    if standard is not None:
        serial, year, letter = int(standard[1]), int(standard[2]), standard[3]
        fits = check_letter(year * 1_000_000 + serial) == letter
        return Reading(f"{serial:06d}/{standard[2]}{letter}") if fits else Reading(None, CHECK_LETTER)
    search_file = _CRO_SEARCH_FILE.fullmatch(value)
    if search_file is not None:
        fits = check_letter(int(search_file[1] + search_file[2])) == search_file[3]
        return Reading(value) if fits else Reading(None, CHECK_LETTER)
    return _unreadable(value)


def _as_evidence(read: Reading[str]) -> Reading[str]:
    """A serial of zeros names nobody, though its letter may fit."""
    is_placeholder = read.value is not None and _NO_SERIAL.fullmatch(read.value)
    return Reading(None, PLACEHOLDER) if is_placeholder else read


def _unreadable(value: str) -> Reading[str]:
    """Nothing given is no fault."""
    if not value:
        return Reading(None)
    return Reading(None, PLACEHOLDER if is_filler(value) else FORM)


def _with_century(year: str, on: dt.date) -> str:
    if len(year) == 4:
        return year
    century = on.year // 100
    return f"{century if int(year) <= on.year % 100 else century - 1}{year}"
