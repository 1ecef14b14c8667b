"""An outside check: three definitions counted from the sample's truth file alone, by the words of the counting rules.

`python tests/sample_data/recount_from_truth.py OUT/truth.json 2026-11-21` prints children, reoffenders and reoffences of
every definition, quarter and service. It uses nothing of the project. Letters and numbers are those of the rules.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

TIERS = ("pre_court", "first_tier", "community", "custody")
"""The tiers that prove an offence, least grave first."""

Cell = tuple[str, str, str]
"""Definition, cohort and service."""


class Definition(NamedTuple):
    """`entry_tiers` is empty where only a release enters; `waiting_months` are those after the twelve of follow-up."""

    entry_tiers: frozenset[str]
    waiting_months: int
    is_police_only: bool


Proof = tuple[date, str]
"""The day of the proof and its tier."""


class Counts(NamedTuple):
    children: int
    reoffenders: int
    reoffences: int


CAUTIONS_AND_ORDERS = frozenset(TIERS) - {"custody"}
DEFINITIONS = {
    "national_proven": Definition(CAUTIONS_AND_ORDERS, 6, is_police_only=True),
    "local_live": Definition(CAUTIONS_AND_ORDERS, 0, is_police_only=False),
    "leaving_custody": Definition(frozenset(), 6, is_police_only=False),
}
FOLLOW_UP_MONTHS = 12
AGES = range(10, 18)


def recount(truth: list[dict[str, Any]], as_of: date, known_as_of: date) -> dict[Cell, Counts]:
    """Counts of every cell that has a child; `truth` is the content of a sample's truth.json."""
    cells: dict[Cell, list[int]] = {}
    for child in truth:
        for name, definition in DEFINITIONS.items():
            proofs = [
                (offence, proof)
                for offence in child["offences"]
                if counts_at_all(offence) and day(offence["date"]) <= as_of
                if (proof := proof_of(offence, definition, as_of, known_as_of)) is not None
            ]
            for (cohort, service), index in entries(child, definition, proofs, as_of, known_as_of).items():
                cells.setdefault((name, cohort, service), []).append(reoffences(definition, proofs, index))
    return {cell: Counts(len(each), sum(1 for count in each if count), sum(each)) for cell, each in cells.items()}


def entries(
    child: dict[str, Any], definition: Definition, proofs: list[tuple[dict[str, Any], Proof]], as_of: date, known: date
) -> dict[tuple[str, str], date]:
    """E1, E2, E4: the earliest day in each quarter and service on which the child enters."""
    events = [(proven, offence["service"]) for offence, (proven, tier) in proofs if tier in definition.entry_tiers]
    events += [
        (day(release["date"]), release["service"])
        for release in child["releases"]
        if release["is_entry"]
        and release["in_scope"]
        and day(release["date"]) <= as_of
        and day(release["known"]) <= known
    ]
    first: dict[tuple[str, str], date] = {}
    for index, service in sorted(events, key=lambda event: event[0]):
        if age(day(child["date_of_birth"]), index) in AGES:
            if service is None:
                raise ValueError(
                    f"child {child['child']} enters on {index} at no service: the truth does not say where"
                )
            first.setdefault((f"{index.year}Q{(index.month + 2) // 3}", service), index)
    return first


def reoffences(definition: Definition, proofs: list[tuple[dict[str, Any], Proof]], index: date) -> int:
    """R1: offences after the index date and within twelve months of it, proven by the end of the wait."""
    follow_up_end = plus_months(index, FOLLOW_UP_MONTHS)
    proof_end = plus_months(index, FOLLOW_UP_MONTHS + definition.waiting_months)
    return sum(
        1 for offence, (proven, _) in proofs if index < day(offence["date"]) <= follow_up_end and proven <= proof_end
    )


def proof_of(offence: dict[str, Any], definition: Definition, as_of: date, known_as_of: date) -> Proof | None:
    """O3 to O5: the day of the earliest standing outcome that proves, and the gravest tier of that day."""
    told = [outcome for outcome in offence["outcomes"] if day(outcome["date"]) <= as_of]
    by_police = [outcome for outcome in told if outcome["known_police"] and day(outcome["known_police"]) <= known_as_of]
    # a diversion is no final disposal: it leaves the decision to what the service knows
    police_decide = definition.is_police_only or any(outcome["tier"] != "diversion" for outcome in by_police)
    deciding = by_police if police_decide else [outcome for outcome in told if day(outcome["known"]) <= known_as_of]
    standing = [
        (day(outcome["date"]), TIERS.index(outcome["tier"]))
        for outcome in deciding
        if outcome["stands"] and outcome["tier"] in TIERS
    ]
    if not standing:
        return None
    first = min(when for when, _ in standing)
    return first, TIERS[max(tier for when, tier in standing if when == first)]


def counts_at_all(offence: dict[str, Any]) -> bool:
    """P2, O6, O7: not out of the area, recordable, and not a breach."""
    return bool(offence["is_recordable"]) and not offence["is_breach"] and not offence["out_of_area"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def plus_months(start: date, months: int) -> date:
    """T2: calendar months, the ends of months clipped."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def age(born: date, when: date) -> int:
    """T3."""
    return when.year - born.year - ((when.month, when.day) < (born.month, born.day))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("as_of", type=date.fromisoformat, help="the last night: nothing later is known or counted")
    given = parser.parse_args()
    writer = csv.writer(sys.stdout)
    writer.writerow(("definition", "cohort", "service", *Counts._fields))
    recounted = recount(json.loads(given.truth.read_text()), given.as_of, given.as_of)
    writer.writerows((*cell, *counts) for cell, counts in sorted(recounted.items()))
