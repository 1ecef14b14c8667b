"""The code lists in force: checked, joined and put into reference.* under the hash of their contents."""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from psycopg2 import sql

from live_tracker.database import Connection, connect
from live_tracker.reference_data import comparators
from live_tracker.reference_data.tables import Line, Problems, is_day, read_table
from live_tracker.settings import Settings

NOT_KNOWN = "Not known"
GROUP_BY_CATEGORY = {"CM": "Summary motoring", "CS": "Summary non-motoring"}
"""Offence group of a code whose Home Office class is in no group, by its category."""

ALL_AGES = "10-17"
ALL_GROUPS = "All"
AGES = tuple(str(age) for age in range(10, 18))

Rows = list[tuple[str | None, ...]]

_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_FILES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tier.csv": (("tier", "gravity", "is_substantive", "title", "source"), ("tier",)),
    "legal_outcome.csv": (("legal_outcome", "tier", "title", "source"), ("legal_outcome",)),
    "result_code.csv.gz": (("result_code", "title", "result_type"), ("result_code",)),
    "result_tier.csv": (("result_code", "tier", "legal_outcome", "source"), ("result_code",)),
    "offence_code.csv.gz": (
        ("cjs_code", "title", "category", "home_office_class", "is_recordable"),
        ("cjs_code",),
    ),
    "offence_group.csv": (("home_office_class", "offence_group", "yjb_category", "source"), ("home_office_class",)),
    "seriousness.csv": (("home_office_class", "seriousness", "source"), ("home_office_class",)),
    "ethnicity.csv": (("ethnicity", "ethnicity_group", "title", "source"), ("ethnicity",)),
    "dummy_asn.csv": (("pattern", "source"), ("pattern",)),
    "population.csv": (
        ("area", "year", "age", "ethnicity_group", "population", "source", "source_date"),
        ("area", "year", "age", "ethnicity_group"),
    ),
    comparators.FILE: (comparators.COLUMNS, comparators.KEY),
}

_MAY_BE_EMPTY = frozenset(
    [
        *(("result_code.csv.gz", "result_type"), ("result_tier.csv", "legal_outcome")),
        *(("offence_code.csv.gz", column) for column in ("title", "category", "home_office_class")),
        ("offence_group.csv", "yjb_category"),
        *((comparators.FILE, column) for column in comparators.MAY_BE_EMPTY),
    ]
)

_COLUMNS: dict[str, tuple[str, ...]] = {
    "tier": ("tier", "gravity", "is_substantive", "title", "source"),
    "legal_outcome": ("legal_outcome", "tier", "title", "source"),
    "result_code": ("result_code", "title", "result_type", "is_final", "tier", "legal_outcome", "source"),
    "offence_code": (
        *("cjs_code", "title", "category", "home_office_class"),
        *("is_recordable", "offence_group", "yjb_category", "seriousness"),
    ),
    "ethnicity": ("ethnicity", "ethnicity_group", "title", "source"),
    "dummy_asn": ("pattern", "source"),
    "population": ("area", "year", "age", "ethnicity_group", "population", "source", "source_date"),
    "comparator": comparators.COLUMNS,
}


def reference_hash(folder: Path) -> str:
    """sha-256 over the list files, by name: the same lists have the same hash on any machine."""
    digest = hashlib.sha256()
    for name in sorted(_FILES):
        path = folder / name
        digest.update(f"{name}\0".encode() + (path.read_bytes() if path.exists() else b""))
    return digest.hexdigest()


def load_code_lists(settings: Settings) -> str:
    """Put the lists of `settings.reference` into the warehouse unless they are there; returns their hash.

    Raises CheckFailed with file, row and column of everything that is wrong with them.
    """
    found = reference_hash(settings.reference)
    with connect(settings, "loader") as connection:
        if _is_loaded(connection, found):
            return found
        tables = read_code_lists(settings.reference)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reference', 0))")
        if not _is_loaded(connection, found):
            _copy(connection, found, tables)
    return found


def read_code_lists(folder: Path) -> dict[str, Rows]:
    """The lists of a folder as rows of the reference tables; CheckFailed if anything is wrong with them."""
    problems = Problems(folder)
    lists = {name: read_table(problems, name, columns, key=key) for name, (columns, key) in _FILES.items()}
    problems.raise_if_any()
    _check(problems, lists)
    problems.raise_if_any()
    tables: dict[str, Rows] = {
        "tier": _plain(lists["tier.csv"], _COLUMNS["tier"]),
        "legal_outcome": _plain(lists["legal_outcome.csv"], _COLUMNS["legal_outcome"]),
        "result_code": _result_codes(lists["result_code.csv.gz"], lists["result_tier.csv"]),
        "offence_code": _offence_codes(
            lists["offence_code.csv.gz"], lists["offence_group.csv"], lists["seriousness.csv"]
        ),
        "ethnicity": _plain(lists["ethnicity.csv"], _COLUMNS["ethnicity"]),
        "dummy_asn": _plain(lists["dummy_asn.csv"], _COLUMNS["dummy_asn"]),
        "population": _plain(lists["population.csv"], _COLUMNS["population"]),
        "comparator": _plain(lists[comparators.FILE], _COLUMNS["comparator"]),
    }
    return tables


def _check(problems: Problems, lists: dict[str, list[Line]]) -> None:
    _check_filled(problems, lists)
    _check_tiers(problems, lists)
    _check_values(problems, lists)
    _check_populations(problems, lists)
    comparators.check_comparators(problems, lists[comparators.FILE])


def _check_tiers(problems: Problems, lists: dict[str, list[Line]]) -> None:
    tiers = {line["tier"] for line in lists["tier.csv"]}
    for name in ("legal_outcome.csv", "result_tier.csv"):
        for line in lists[name]:
            if line["tier"] not in tiers:
                problems.add(name, "tier.csv has no such tier", line.row, "tier")
    legal_outcomes = {line["legal_outcome"] for line in lists["legal_outcome.csv"]}
    for line in lists["result_tier.csv"]:
        if line["legal_outcome"] and line["legal_outcome"] not in legal_outcomes:
            problems.add("result_tier.csv", "legal_outcome.csv has no such outcome", line.row, "legal_outcome")
    with_a_tier = {line["result_code"] for line in lists["result_tier.csv"]}
    for line in lists["result_code.csv.gz"]:
        if line["result_type"] == "F" and line["result_code"] not in with_a_tier:
            problems.add("result_tier.csv", f"the final result {line['result_code']} has no tier", column="result_code")


def _check_values(problems: Problems, lists: dict[str, list[Line]]) -> None:
    for name, column, allowed in (
        ("tier.csv", "is_substantive", {"0", "1"}),
        ("offence_code.csv.gz", "is_recordable", {"0", "1"}),
        ("result_code.csv.gz", "result_type", {"", "F", "I", "P"}),
        ("seriousness.csv", "seriousness", set("12345678")),
    ):
        for line in lists[name]:
            if line[column] not in allowed:
                problems.add(name, f"is none of {', '.join(sorted(allowed - {''}))}", line.row, column)
    for line in lists["tier.csv"]:
        if not re.fullmatch("-?[0-9]{1,4}", line["gravity"]):
            problems.add("tier.csv", "is not a whole number", line.row, "gravity")
    for line in lists["dummy_asn.csv"]:
        try:
            re.compile(line["pattern"])
        except re.error:
            problems.add("dummy_asn.csv", "is not a pattern", line.row, "pattern")


def _check_populations(problems: Problems, lists: dict[str, list[Line]]) -> None:
    """Each area and year has its total, and whatever is finer adds up to it: single ages, groups, and both together."""
    groups = {line["ethnicity_group"] for line in lists["ethnicity.csv"]} | {ALL_GROUPS}
    cells: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for line in lists["population.csv"]:
        faults = [
            ("year", not re.fullmatch("(19|20)[0-9]{2}", line["year"]), "is not a year"),
            ("age", line["age"] not in {*AGES, ALL_AGES}, f"is neither 10 to 17 nor {ALL_AGES}"),
            (
                "ethnicity_group",
                line["ethnicity_group"] not in groups,
                f"is neither {ALL_GROUPS} nor a group of ethnicity.csv",
            ),
            ("population", not re.fullmatch("[0-9]{1,9}", line["population"]), "is not a whole number"),
            ("source_date", not is_day(line["source_date"]), "is not a date"),
        ]
        for column, is_wrong, message in faults:
            if is_wrong:
                problems.add("population.csv", message, line.row, column)
        if not any(is_wrong for _, is_wrong, _ in faults):
            cells[line["area"], line["year"]][line["age"], line["ethnicity_group"]] = int(line["population"])
    for (area, year), populations in cells.items():
        if not populations.get((ALL_AGES, ALL_GROUPS)):
            problems.add("population.csv", f"{area} {year} has nobody of {ALL_AGES} and {ALL_GROUPS}")
        else:
            for what in _not_adding_up(populations):
                problems.add("population.csv", f"{area} {year} does not add up to its total of {what}")


def _not_adding_up(populations: dict[tuple[str, str], int]) -> list[str]:
    """Of one area and year, by age and group: the sums that differ from the row that says them, as `total (whose)`."""
    ages = {cell: count for cell, count in populations.items() if cell[0] != ALL_AGES and cell[1] == ALL_GROUPS}
    groups = {cell: count for cell, count in populations.items() if cell[0] == ALL_AGES and cell[1] != ALL_GROUPS}
    both = {cell: count for cell, count in populations.items() if cell[0] != ALL_AGES and cell[1] != ALL_GROUPS}
    total = populations[ALL_AGES, ALL_GROUPS]
    wrong = [str(total)] if any(part and sum(part.values()) != total for part in (ages, groups, both)) else []
    for place, margin in ((0, ages), (1, groups)):
        for cell, count in margin.items() if both else ():
            if sum(part for key, part in both.items() if key[place] == cell[place]) != count:
                wrong.append(f"{count} ({cell[place]})")
    return wrong


def _check_filled(problems: Problems, lists: dict[str, list[Line]]) -> None:
    for name, (columns, _) in _FILES.items():
        if not lists[name]:
            problems.add(name, "the list is empty")
        required = [column for column in columns if (name, column) not in _MAY_BE_EMPTY]
        for line in lists[name]:
            for column in required:
                if not line[column]:
                    problems.add(name, "is empty", line.row, column)


def _plain(lines: list[Line], columns: Sequence[str]) -> Rows:
    return [tuple(line[column] or None for column in columns) for line in lines]


def _result_codes(codes: list[Line], tiers: list[Line]) -> Rows:
    """Court results by number, then what the police feed has as text; only type F, and cautions, are final."""
    tier_of = {line["result_code"]: line for line in tiers}
    titles = {line["result_code"] for line in codes}
    rows: Rows = []
    for line in codes:
        code, kind = line["result_code"], line["result_type"]
        tier = tier_of.get(code) if kind == "F" else None
        rows.append(
            (
                *(code, line["title"], kind or None, str(int(kind == "F"))),
                *(
                    (tier["tier"], tier["legal_outcome"] or None, tier["source"])
                    if tier
                    else ("none", None, "not final")
                ),
            )
        )
    for line in tiers:
        if line["result_code"] not in titles:
            is_final = str(int(line["tier"] == "pre_court"))
            title = line["result_code"].replace("_", " ").capitalize()
            rows.append(
                (
                    line["result_code"],
                    title,
                    None,
                    is_final,
                    line["tier"],
                    line["legal_outcome"] or None,
                    line["source"],
                )
            )
    return rows


def _offence_codes(codes: list[Line], groups: list[Line], scores: list[Line]) -> Rows:
    group_of = {line["home_office_class"]: line for line in groups}
    score_of = {line["home_office_class"]: line for line in scores}
    rows: Rows = []
    for line in codes:
        group = _longest_prefix(group_of, line["home_office_class"])
        score = _longest_prefix(score_of, line["home_office_class"])
        rows.append(
            (
                *(line["cjs_code"], line["title"], line["category"] or None, line["home_office_class"] or None),
                line["is_recordable"],
                group["offence_group"] if group else GROUP_BY_CATEGORY.get(line["category"], NOT_KNOWN),
                (group["yjb_category"] or None) if group else None,
                score["seriousness"] if score else None,
            )
        )
    return rows


def _longest_prefix(lines: dict[str, Line], value: str) -> Line | None:
    for length in range(len(value), 0, -1):
        if value[:length] in lines:
            return lines[value[:length]]
    return None


def _is_loaded(connection: Connection, found: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM reference.code_set WHERE reference_hash = %s", (found,))
        return cursor.fetchone() is not None


def _copy(connection: Connection, found: str, tables: dict[str, Rows]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO reference.code_set VALUES (%s, now())", (found,))
        for table, rows in tables.items():
            names = sql.SQL(", ").join(sql.Identifier(name) for name in ("reference_hash", *_COLUMNS[table]))
            cursor.copy_expert(
                sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier("reference", table), names),
                io.StringIO(_copy_text((found, *row) for row in rows)),
            )


def _copy_text(rows: Iterable[tuple[str | None, ...]]) -> str:
    return "".join(
        "\t".join("\\N" if value is None else value.translate(_COPY_ESCAPES) for value in row) + "\n" for row in rows
    )
