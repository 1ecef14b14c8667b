"""Canonical PNC ids and CRO numbers, by their check letters.

Rules as the justice system's own matcher has them; anything that fails becomes None, never an error. No clock: the
day that decides the century of a two-digit year is given by the caller.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""Letter of a number modulo 23; there is no I, O or S."""

_PNC = re.compile(r"(?:(\d{4}|\d{2})/(\d{1,7})|(\d{4})(\d{7})|(\d{2})(\d{1,7}))([A-Z])", re.ASCII)
_CRO = re.compile(r"(\d{1,6})/(\d{2})([A-Z])", re.ASCII)
_CRO_SEARCH_FILE = re.compile(r"SF(\d{2})/(\d{1,6})([A-Z])", re.ASCII)


def check_letter(number: int) -> str:
    """The check letter of a number."""
    return CHECK_LETTERS[number % len(CHECK_LETTERS)]


@lru_cache(maxsize=200_000)
def canonical_pnc_id(text: str | None, on: dt.date) -> str | None:
    """`YYYY/NNNNNNNC`, or None if the text is no valid PNC id.

    A two-digit year is of this century if it is not after the year of `on`, else of the last; the check letter rests
    on the last two digits of the year and the serial of seven.
    """
    match = _PNC.fullmatch((text or "").strip().upper())
    if match is None:
        return None
    year = match[1] or match[3] or match[5]
    serial = int(match[2] or match[4] or match[6])
    if check_letter(int(year[-2:]) * 10_000_000 + serial) != match[7]:
        return None
    return f"{_with_century(year, on)}/{serial:07d}{match[7]}"


@lru_cache(maxsize=200_000)
def canonical_cro(text: str | None) -> str | None:
    """`NNNNNN/YYC`, or `SFYY/N…C` of a search file as written, or None if the text is no valid CRO number."""
    value = (text or "").strip().upper()
    standard = _CRO.fullmatch(value)
    if standard is not None:
        serial, year, letter = int(standard[1]), int(standard[2]), standard[3]
        return f"{serial:06d}/{standard[2]}{letter}" if check_letter(year * 1_000_000 + serial) == letter else None
    search_file = _CRO_SEARCH_FILE.fullmatch(value)
    if search_file is not None:
        return value if check_letter(int(search_file[1] + search_file[2])) == search_file[3] else None
    return None


def _with_century(year: str, on: dt.date) -> str:
    if len(year) == 4:
        return year
    century = on.year // 100
    return f"{century if int(year) <= on.year % 100 else century - 1}{year}"
