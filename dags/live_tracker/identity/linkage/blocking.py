"""Which pairs are looked at: those that one of these rules brings together. The rest are no links.

Each rule is wide in one respect and narrow in another, so that a pair with two faults in different fields is still
found and that no block grows with the square of the country. A column named twice is compared across: left = right.
"""

from __future__ import annotations

from typing import Any

from splink import block_on
from splink.blocking_rule_library import CustomRule

SHARED_IDS: tuple[Any, ...] = (block_on("pnc_id"), block_on("cro"))

LIKELY_PAIRS: tuple[Any, ...] = (
    block_on("asns", arrays_to_explode=["asns"]),
    # the day and a piece of a name
    block_on("dob", "surname_start"),
    block_on("dob", "forename_start"),
    block_on("dob", "postcode"),
    block_on("dob", "area"),
    CustomRule("l.dob_swapped = r.dob AND l.surname_start = r.surname_start"),
    # the name and a piece of the rest
    block_on("forename", "surname"),
    CustomRule("l.forename = r.surname AND l.surname = r.forename"),
    block_on("surname", "postcode"),
    block_on("forename", "postcode"),
    block_on("surname", "area", "forename_start"),
    block_on("forename", "area", "surname_start"),
    block_on("surname", "forename_start", "dob_year"),
    block_on("forename", "surname_start", "dob_year"),
    # names and days of aliases
    block_on("surnames", "dobs", arrays_to_explode=["surnames", "dobs"]),
    block_on("surnames", "forenames", arrays_to_explode=["surnames", "forenames"]),
    # neither name as the other has it
    block_on("postcode", "dob_year", "forename_start"),
    block_on("postcode", "dob_year", "surname_start"),
    block_on("court_days", "surname", arrays_to_explode=["court_days"]),
    block_on("court_days", "dob", arrays_to_explode=["court_days"]),
)
