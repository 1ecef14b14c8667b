"""What cleaning makes of a value: the canonical one or, where it is of no use, a code that says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

Value = TypeVar("Value")
Found = TypeVar("Found")

FORM = "form"
"""Not written in any form of the column: look at the record, the value is mistyped or in the wrong field."""
CHECK_LETTER = "check_letter"
"""The form is right and the letter does not fit the number: one of its characters is wrong."""
PLACEHOLDER = "placeholder"
"""Stands for "not known": ask for the value, there is nothing in it to correct."""
IMPOSSIBLE_DATE = "impossible_date"
"""No day of the calendar, before 1900, or after the day on which it was known."""
INCOMPLETE = "incomplete"
"""Only the first half of a postcode."""

FILLERS = frozenset(
    [
        *("UNKNOWN", "NOT KNOWN", "NOT ENTERED", "NOT RECORDED", "NOT GIVEN", "NOT STATED", "NOT APPLICABLE"),
        *("N/A", "NONE", "TBC"),
    ]
)
"""What people write where they have nothing to write. NA, NIL and NULL are not here: each is somebody's name."""


class Reading(NamedTuple, Generic[Value]):
    """The canonical value, or None with the reason; both are None where nothing was given."""

    value: Value | None
    reason: str | None = None


def is_filler(text: str) -> bool:
    """Whether the text only fills a field: a word for "not known", or no letter and no digit at all."""
    return " ".join(text.upper().split()) in FILLERS or not any(character.isalnum() for character in text)


def each_once(read: Callable[..., Found], *columns: list[Any]) -> list[Found]:
    """`read` of every row of the columns, called once for each combination of values: names and days repeat.

    Rows with the same values share one result, which must not be changed.
    """
    known: dict[tuple[Any, ...], Found] = {}
    found = []
    for values in zip(*columns, strict=True):
        if values not in known:
            known[values] = read(*values)
        found.append(known[values])
    return found
