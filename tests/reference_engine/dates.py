"""Time: rules T1 to T4, and the periods of E6."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from .model import Period

BANDS = ((0, 3), (3, 6), (6, 9), (9, 12))


class Dated(Protocol):
    """What is valid from one extract date to another."""

    @property
    def known_from(self) -> date: ...

    @property
    def known_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def known_at(versions: Iterable[D], known_as_of: date) -> list[D]:
    """T1: no delivery with an extract date after K exists; of the rest, what stands at K."""
    return [
        version
        for version in versions
        if version.known_from <= known_as_of and (version.known_to is None or known_as_of < version.known_to)
    ]


def exists(day: date | None, as_of: date) -> bool:
    """T1: nothing dated after A exists."""
    return day is not None and day <= as_of


def add_months(day: date, months: int) -> date:
    """T2: one addition of calendar months; month ends clip."""
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def follow_up_end(index_date: date, follow_up_months: int) -> date:
    """T2: the last day of follow-up, inclusive."""
    return add_months(index_date, follow_up_months)


def proof_end(index_date: date, follow_up_months: int, waiting_months: int) -> date:
    """T2: the last day of proof, by one addition from the index date, inclusive."""
    return add_months(index_date, follow_up_months + waiting_months)


def age_on(born: date, day: date) -> int:
    """T3: difference of years, less one if the day's (month, day) precedes that of birth."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def band_of(index_date: date, day: date) -> str | None:
    """T4: band a-b is after index_date + a months, up to and including index_date + b months."""
    for first, last in BANDS:
        if add_months(index_date, first) < day <= add_months(index_date, last):
            return f"{first}-{last}"
    return None


def period_of(kind: str, day: date) -> Period | None:
    """E6: the period that holds a day; first_quarter has none outside January to March."""
    if kind == "calendar_year":
        return Period(f"{day.year}", date(day.year, 1, 1), date(day.year, 12, 31))
    if kind == "financial_year":
        year = day.year if day.month >= 4 else day.year - 1
        return Period(f"{year}-{(year + 1) % 100:02d}", date(year, 4, 1), date(year + 1, 3, 31))
    quarter = (day.month - 1) // 3 + 1
    if kind == "quarter" or (kind == "first_quarter" and quarter == 1):
        start = date(day.year, quarter * 3 - 2, 1)
        return Period(f"{day.year}Q{quarter}", start, add_months(start, 3) - timedelta(days=1))
    if kind == "first_quarter":
        return None
    raise ValueError(f"unknown cohort period {kind}")


def periods_between(kind: str, first: date, last: date) -> Sequence[Period]:
    """E6: every period that overlaps the days from first to last."""
    periods = []
    day = first
    while day <= last:
        period = period_of(kind, day)
        if period is None:
            day = add_months(day.replace(day=1), 1)
            continue
        periods.append(period)
        day = period.end + timedelta(days=1)
    return periods


def last_friday_of_june(year: int) -> date:
    """R9: the day on which a school year's leavers cease to be of compulsory school age."""
    day = date(year, 6, 30)
    return day - timedelta(days=(day.weekday() - calendar.FRIDAY) % 7)
