"""Figures over members and reoffences: the bands of T4, the years of R5, the milestones of R6, and breakdowns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from .dates import add_months
from .figures import cohort_state, decimal_of, design_effect, rate, summary_of, wilson
from .model import Definition, Table

BANDS = ("0-3", "3-6", "6-9", "9-12")
AS_THEY_ARE = (
    *("care_status", "sen_status", "ete_band", "team", "ward_code"),
    *("likelihood_of_reoffending", "rosh", "intervention_level"),
)
"""Characteristics that are dimensions under their own names, with the values that they have."""
RATES = ("binary_rate", "binary_rate_low", "binary_rate_high", "reoffences_per_reoffender", "reoffences_per_child")
Cells = dict[tuple[str, str, str], Table]


def cells_of(members: Iterable[dict[str, Any]]) -> Cells:
    """The members of each definition, cohort and service, and of all services together."""
    cells: Cells = defaultdict(list)
    for member in members:
        for yot in (member["yot"], "all"):
            cells[member["definition"], member["cohort"], yot].append(member)
    return cells


def times_of(members: Table) -> Table:
    """T4: how many reoffenders first reoffended in each band, and their share of all reoffenders."""
    rows = []
    for (definition, cohort, yot), cell in cells_of(members).items():
        reoffenders = sum(member["is_reoffender"] for member in cell)
        for band in BANDS:
            banded = sum(member["first_reoffence_band"] == band for member in cell)
            key = {"definition": definition, "cohort": cohort, "yot": yot, "band": band}
            rows.append({**key, "reoffenders": banded, "share": rate(banded, reoffenders)})
    return rows


def annual_of(definitions: list[Definition], members: Table, as_of: date) -> Table:
    """R5: four consecutive quarters in which the definition has members; a child counts in each quarter it entered."""
    quarterly = {definition.definition for definition in definitions if definition.cohort_period == "quarter"}
    own = [member for member in members if member["definition"] in quarterly]
    quarters = {(member["definition"], member["cohort_start"]): member for member in own}
    rows = []
    for (definition, last_start), last in quarters.items():
        starts = [add_months(last_start, -months) for months in (0, 3, 6, 9)]
        if not all((definition, start) in quarters for start in starts):
            continue
        year = [member for member in own if member["definition"] == definition and member["cohort_start"] in starts]
        for (_, _, yot), cell in cells_of({**member, "cohort": last["cohort"]} for member in year).items():
            low, high = wilson(sum(row["is_reoffender"] for row in cell), len(cell), design_effect(cell))
            bounds = {"cohort_start": starts[-1], "cohort_end": last["cohort_end"]}
            state = cohort_state(last["cohort_end"], [row["state"] for row in cell], as_of)
            interval = {"binary_rate_low": low, "binary_rate_high": high}
            rows.append({**summary_of(cell, yot, as_of), **bounds, **interval, "state": state})
    return with_change_on_year(rows)


def with_change_on_year(rows: Table) -> Table:
    """R5: the rate less that of the same four quarters a year before, in points."""
    rates = {
        (row["definition"], row["yot"], row["cohort_start"]): Fraction(row["reoffenders"], row["children"])
        for row in rows
    }
    for row in rows:
        before = rates.get((row["definition"], row["yot"], add_months(row["cohort_start"], -12)))
        change = None if before is None else (Fraction(row["reoffenders"], row["children"]) - before) * 100
        row["change_on_year_points"] = None if change is None else decimal_of(change, "0.0001")
    return rows


def milestones_of(definitions: list[Definition], members: Table, reoffences: Table, as_of: date) -> Table:
    """R6: reoffences committed by the milestone, over the members who have reached it."""
    offence_days: dict[tuple[str, ...], list[date]] = defaultdict(list)
    for row in reoffences:
        offence_days[row["definition"], row["cohort"], row["yot"], row["person_key"]].append(row["offence_date"])
    months = {definition.definition: definition.milestones for definition in definitions}
    rows = []
    for (definition, cohort, yot), cell in cells_of(members).items():
        for month in months[definition]:
            reached = []
            for member in cell:
                day = add_months(member["index_date"], month)
                own = offence_days[definition, cohort, member["yot"], member["person_key"]]
                count = sum(offence_date <= day for offence_date in own)
                if as_of >= day:
                    reached.append({**member, "is_reoffender": count > 0, "reoffences": count})
            key = {"definition": definition, "cohort": cohort, "yot": yot, "month": month, "children": len(cell)}
            rows.append({**key, **milestone_of(reached, yot, as_of)})
    return rows


def milestone_of(reached: Table, yot: str, as_of: date) -> dict[str, Any]:
    """R6: the figures of those who have reached a milestone; no rate if nobody has."""
    if not reached:
        none = dict.fromkeys(("binary_rate", "low", "high"))
        return {"children_reached": 0, "reoffenders": 0, "reoffences": 0, **none}
    summary = summary_of(reached, yot, as_of)
    return {
        "children_reached": len(reached),
        **{column: summary[column] for column in ("reoffenders", "reoffences", "binary_rate")},
        "low": summary["binary_rate_low"],
        "high": summary["binary_rate_high"],
    }


def values_of(member: dict[str, Any]) -> dict[str, str]:
    """The value of a member in each dimension but the flags."""
    age, previous = member["age_at_index"], member["previous_offences"]
    ages = ((9, "under 10"), (14, "10-14"), (17, "15-17"), (999, "18 and over"))
    counts = ((0, "0"), (2, "1-2"), (6, "3-6"), (10, "7-10"), (10**9, "11 or more"))
    return {
        "age_band": next(name for last, name in ages if age <= last),
        "sex": member["sex"],
        "ethnicity_group": member["ethnicity_group"],
        "tier": member["index_tier"] or "Not known",
        "offence_group": member["index_offence_group"] or "Not known",
        "previous_offences": next(name for last, name in counts if previous <= last),
        "first_time_entrant": "yes" if member["is_first_time_entrant"] else "no",
        **{column: member[column] for column in AS_THEY_ARE},
    }


def flag_of(member: dict[str, Any], flag: str) -> str:
    """R9: whether a flag holds for a member; not known where its service sends no flags."""
    if flag in member["flags"]:
        return "yes"
    return "no" if member["has_flags_told"] else "Not known"


def breakdowns_of(members: Table, as_of: date) -> Table:
    """R4: the figures of a cohort by one characteristic at a time; a flag is one where a child of the cell has it."""
    rows = []
    for (definition, cohort, yot), cell in cells_of(members).items():
        flags = frozenset[str]().union(*(member["flags"] for member in cell))
        by_value: dict[tuple[str, str], Table] = defaultdict(list)
        for member in cell:
            flags_of_member = {f"flag:{flag}": flag_of(member, flag) for flag in flags}
            for item in (values_of(member) | flags_of_member).items():
                by_value[item].append(member)
        for (dimension, value), some in by_value.items():
            summary = summary_of(some, yot, as_of)
            key = {"definition": definition, "cohort": cohort, "yot": yot, "dimension": dimension, "value": value}
            figures = {column: summary[column] for column in ("children", "reoffenders", "reoffences", *RATES)}
            rows.append({**key, **figures})
    return rows
