"""The list of published figures that ours are put beside: what each column may hold."""

from __future__ import annotations

import datetime as dt
import re

from live_tracker.reference_data.tables import Line, Problems, is_day

FILE = "comparator.csv"
COLUMNS = (
    *("area", "kind", "measure", "definition", "basis", "services", "period", "period_start", "period_end"),
    *("value", "unit", "numerator", "denominator", "source", "page", "source_date", "note"),
)
KEY = ("area", "measure", "definition", "period_start", "period_end", "source")
MAY_BE_EMPTY = ("definition", "numerator", "denominator", "note")

KINDS = frozenset(["service", "core_city", "family", "police_area", "region", "national"])
EVERY_SERVICE = "*"
UNITS = {
    **{"binary_rate": "per_cent", "reoffences_per_reoffender": "each", "reoffences_per_child": "each"},
    **{"first_time_entrants": "count", "first_time_entrants_per_100000": "per_100000"},
    **{"custodial_sentences": "count", "custody_per_1000": "per_1000", "custody_share_of_sentences": "per_cent"},
    **{"remand_children": "count", "remand_nights": "count", "nights_per_child": "each", "nights_per_remand": "each"},
    **{"ete_suitable_at_end": "per_cent"},
    **{"serious_violence_offences": "count", "serious_violence_children": "count"},
}
"""The measures that the mart has figures of its own for, each with its unit."""

_BY_DEFINITION = frozenset(["binary_rate", "reoffences_per_reoffender", "reoffences_per_child"])
_NAME = "[a-z][a-z0-9_-]*"
_SHAPES = {
    "area": (_NAME, "is not a name in small letters"),
    "definition": (f"({_NAME})?", "is not the name of a definition"),
    "services": (rf"\*|{_NAME}(;{_NAME})*", "is neither * nor names of services with ; between them"),
    "value": (r"[0-9]{1,8}(\.[0-9]{1,6})?", "is not a number as printed, without signs"),
    "numerator": ("([0-9]{1,9})?", "is not a whole number"),
    "denominator": ("([1-9][0-9]{0,8})?", "is not a whole number above nought"),
}


def check_comparators(problems: Problems, lines: list[Line]) -> None:
    """Note what is wrong with the published figures, each with its row and column."""
    for line in lines:
        for column, message in _faults(line):
            problems.add(FILE, message, line.row, column)


def _faults(line: Line) -> list[tuple[str, str]]:
    faults = [
        (column, message) for column, (shape, message) in _SHAPES.items() if not re.fullmatch(shape, line[column])
    ]
    if line["kind"] not in KINDS:
        faults.append(("kind", f"is none of {', '.join(sorted(KINDS))}"))
    if line["measure"] not in UNITS:
        faults.append(("measure", f"is none of {', '.join(UNITS)}"))
    elif line["unit"] != UNITS[line["measure"]]:
        faults.append(("unit", f"is not {UNITS[line['measure']]}, the unit of {line['measure']}"))
    elif line["definition"] and line["measure"] not in _BY_DEFINITION:
        faults.append(("definition", f"{line['measure']} is counted under no definition"))
    days = [column for column in ("period_start", "period_end", "source_date") if not is_day(line[column])]
    faults += [(column, "is not a date") for column in days]
    if not days:
        faults += _faults_of_period(line)
    return faults


def _faults_of_period(line: Line) -> list[tuple[str, str]]:
    """Whole months, the last not before the first: whatever else would stand beside no period of ours."""
    start, end = (dt.date.fromisoformat(line[column]) for column in ("period_start", "period_end"))
    faults = []
    if start.day != 1:
        faults.append(("period_start", "is not the first day of a month"))
    if (end + dt.timedelta(days=1)).day != 1:
        faults.append(("period_end", "is not the last day of a month"))
    if end < start:
        faults.append(("period_end", "is before period_start"))
    return faults
