"""Spans of extract dates: from a day, to the day before another; END stands for no end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

END = dt.date.max

Value = TypeVar("Value")
Span = tuple[dt.date, dt.date]
Valued = tuple[Value, dt.date, dt.date]


def overlap(one: Span, other: Span) -> Span | None:
    """The days that two spans share; None if there are none."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def overlaps(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The days that two lists of spans share."""
    return [shared for span in spans for other in others if (shared := overlap(span, other))]


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the spans outside the holes."""
    left = list(spans)
    for start, end in holes:
        left = [
            part
            for span in left
            for part in ((span[0], min(span[1], start)), (max(span[0], end), span[1]))
            if part[0] < part[1]
        ]
    return left


def joined(spans: Iterable[Valued[Value]]) -> list[Valued[Value]]:
    """Neighbouring spans of one value made one; the spans come in their order."""
    found: list[Valued[Value]] = []
    for value, start, end in spans:
        if found and found[-1][0] == value and found[-1][2] >= start:
            found[-1] = (value, found[-1][1], max(end, found[-1][2]))
        else:
            found.append((value, start, end))
    return found


def cut(days: Iterable[dt.date]) -> list[Span]:
    """The spans between neighbouring days."""
    return list(pairwise(sorted(set(days))))
