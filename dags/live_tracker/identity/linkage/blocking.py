"""Which pairs are looked at: those that one of these rules brings together. The rest are no links.

Each rule is wide in one respect and narrow in another, so that a pair with two faults in different fields is still
found and that no block grows with the square of the country.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from splink import block_on
from splink.blocking_rule_library import CustomRule


@dataclass(frozen=True)
class Rule:
    """Brings two records together that have the same in every column; of a list column, one item in common.

    `exchanged` is SQL for a rule that compares a column with another one of the other record: names or parts of a date
    that were exchanged.
    """

    columns: tuple[str, ...]
    lists: tuple[str, ...] = ()
    exchanged: str | None = None

    def for_splink(self) -> Any:
        if self.exchanged:
            return CustomRule(self.exchanged)
        return block_on(*self.columns, arrays_to_explode=list(self.lists) or None)


SHARED_IDS = (Rule(("pnc_id",)), Rule(("cro",)))

LIKELY_PAIRS = (
    Rule(("asns",), lists=("asns",)),
    # the day and a piece of a name
    Rule(("dob", "surname_start")),
    Rule(("dob", "forename_start")),
    Rule(("dob", "postcode")),
    Rule(("dob", "area")),
    Rule(("dob", "surname_start"), exchanged="l.dob_swapped = r.dob AND l.surname_start = r.surname_start"),
    # the name and a piece of the rest
    Rule(("forename", "surname")),
    Rule(("forename", "surname"), exchanged="l.forename = r.surname AND l.surname = r.forename"),
    Rule(("surname", "postcode")),
    Rule(("forename", "postcode")),
    Rule(("surname", "area", "forename_start")),
    Rule(("forename", "area", "surname_start")),
    Rule(("surname", "forename_start", "dob_year")),
    Rule(("forename", "surname_start", "dob_year")),
    # names and days of aliases
    Rule(("surnames", "dobs"), lists=("surnames", "dobs")),
    Rule(("surnames", "forenames"), lists=("surnames", "forenames")),
    # neither name as the other has it
    Rule(("postcode", "dob_year", "forename_start")),
    Rule(("postcode", "dob_year", "surname_start")),
    Rule(("court_days", "surname"), lists=("court_days",)),
    Rule(("court_days", "dob"), lists=("court_days",)),
)


def block_keys(record: Mapping[str, Any]) -> list[int]:
    """Numbers of 32 bits for a compared record; two that a rule brings together have one in common.

    Others may have one in common too: they choose whom to load, and the rules decide.
    """
    keys = {
        zlib.crc32("\x1f".join((*rule.columns, *values)).encode()) - 2**31
        for rule in {rule.columns: rule for rule in (*SHARED_IDS, *LIKELY_PAIRS)}.values()
        for values in _values(rule.columns, record)
    }
    return sorted(keys)


def _values(columns: tuple[str, ...], record: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """What the record has in the columns, in every combination; a day also with its day and month exchanged."""
    parts = []
    for column in columns:
        told = record[column]
        values = [told] if isinstance(told, str) else list(told or ())
        parts.append([*values, record["dob_swapped"]] if column == "dob" and record["dob_swapped"] else values)
    combined = product(*parts)
    # either name may stand in the other's place
    return (tuple(sorted(names)) for names in combined) if columns == ("forename", "surname") else combined
