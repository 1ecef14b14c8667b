"""Dates as people and systems write them, and which dates of birth are weak evidence."""

from __future__ import annotations

import datetime as dt
import re

from live_tracker.identity.readings import FORM, IMPOSSIBLE_DATE, PLACEHOLDER, Reading, is_filler

NOT_KNOWN = dt.date(1900, 1, 1)
"""What case-management systems write for no date; nothing before it is taken for one either."""

_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII),
)


def read_date(text: str | None, latest: dt.date = dt.date.max) -> Reading[dt.date]:
    """The day, from `YYYY-MM-DD` (the feeds' form), `YYYYMMDD` or, as the British write it, `DD/MM/YYYY`.

    For a date of birth `latest` is the day on which it was known: somebody of any age may be born, but not after it.
    A day after `latest`, before 1900, or not in the calendar is none.
    """
    value = (text or "").strip()
    if not value:
        return Reading(None)
    match = next((found for form in _FORMS if (found := form.fullmatch(value))), None)
    if match is None:
        return Reading(None, PLACEHOLDER if is_filler(value) else FORM)
    try:
        day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return Reading(None, IMPOSSIBLE_DATE)
    if day == NOT_KNOWN:
        return Reading(None, PLACEHOLDER)
    return Reading(day) if NOT_KNOWN < day <= latest else Reading(None, IMPOSSIBLE_DATE)


def is_weak(date_of_birth: dt.date | None) -> bool:
    """Whether the day is a likely stand-in for one that nobody knew: 1 January, or the first of another month."""
    return date_of_birth is not None and date_of_birth.day == 1
