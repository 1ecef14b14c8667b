"""The days that generated histories are made of: on, a day before and a day after what the rules measure."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

ANCHORS = tuple(
    dt.date.fromisoformat(day)
    for day in (
        *("2022-12-31", "2023-01-01", "2023-02-28", "2023-03-01", "2023-03-31", "2023-04-01", "2023-05-10"),
        *("2023-06-30", "2023-08-31", "2024-02-28", "2024-02-29", "2024-03-01"),
    )
)
"""Days around which a history happens: ends and beginnings of periods and months, and an ordinary day."""

MONTHS = (0, 0, 0, 0, 3, 6, 9, 12, 15, 18)
NUDGES = (0, 0, 0, 0, 1, 1, -1, -1, 7, 8, -7, -8)
LAST_EXTRACT_AFTER = 24
"""Months from the anchor to the extract in which everything has happened."""


def add_months(day: dt.date, months: int) -> dt.date:
    """Calendar months later (or earlier), clipped at the end of a month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (first_of_next - dt.timedelta(days=1)).day))


def days_around(anchor: dt.date) -> st.SearchStrategy[dt.date]:
    """The anchor, months after it, and days close to these."""
    return st.builds(
        lambda months, nudge: add_months(anchor, months) + dt.timedelta(days=nudge),
        st.sampled_from(MONTHS),
        st.sampled_from(NUDGES),
    )


def birthdays(anchor: dt.date) -> st.SearchStrategy[dt.date]:
    """Ages at the limits of cohorts and of school, to the day; and children born on 29 February."""
    near = st.builds(
        lambda years, months, nudge: add_months(anchor, months - 12 * years) + dt.timedelta(days=nudge),
        st.sampled_from((15, 15, 10, 15, 18, 16)),
        st.sampled_from((0, 0, 3, 6, 12)),
        st.sampled_from((0, 1, -1)),
    )
    return near | st.sampled_from((dt.date(2008, 2, 29), dt.date(2004, 2, 29), dt.date(2012, 2, 29)))
