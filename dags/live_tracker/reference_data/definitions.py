"""Cohort definitions from a folder: checked with file, row and column before anything runs, kept by their hash."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from psycopg2.extras import execute_values

from live_tracker.database import connect
from live_tracker.reference_data.tables import Line, Problems, read_table
from live_tracker.settings import Settings

DEFINITIONS = "cohort_definitions.csv"
TIERS = "cohort_definition_tiers.csv"

PERIODS = frozenset({"quarter", "first_quarter", "financial_year", "calendar_year"})
ENTRIES = frozenset({"outcome", "release", "outcome_or_release", "flag"})
FILTERS = frozenset({"none", "serious_violence", "knife"})
SCOPES = frozenset({"recordable_not_breach"})
TIER_NAMES = frozenset({"diversion", "pre_court", "first_tier", "community", "custody"})
ROLES = frozenset({"entry", "proof"})
PROOF_SOURCES = {frozenset({"cms", "pnc"}): "cms;pnc", frozenset({"pnc"}): "pnc"}
DEFAULTS = {"proof_sources": "cms;pnc", "milestones": "3;6;9;12"}
OLDEST_AGE = 150
LONGEST_MONTHS = 600

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DIGITS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Definition:
    """A cohort definition; ages in whole years, windows and milestones in months."""

    definition: str
    title: str
    cohort_period: str
    min_age: int
    max_age: int
    entry: str
    entry_filter: str
    entry_flags: tuple[str, ...]
    follow_up_months: int
    waiting_months: int
    offence_scope: str
    proof_sources: str
    milestones: tuple[int, ...]
    description: str
    entry_tiers: tuple[str, ...]
    proof_tiers: tuple[str, ...]


def definitions_hash(definitions: list[Definition]) -> str:
    """sha-256 of what the definitions say: the order of rows and columns and line ends make no difference."""
    text = json.dumps([asdict(definition) for definition in sorted(definitions, key=lambda one: one.definition)])
    return hashlib.sha256(text.encode()).hexdigest()


def read_definitions(folder: Path) -> list[Definition]:
    """The definitions of a folder; CheckFailed with everything that is wrong with them."""
    problems = Problems(folder)
    lines = read_table(
        problems,
        DEFINITIONS,
        (
            *("definition", "title", "cohort_period", "min_age", "max_age", "entry", "entry_filter", "entry_flags"),
            *("follow_up_months", "waiting_months", "offence_scope", "description"),
        ),
        DEFAULTS,
        key=("definition",),
    )
    tier_lines = read_table(problems, TIERS, ("definition", "role", "tier"), key=("definition", "role", "tier"))
    problems.raise_if_any()
    if not lines:
        problems.add(DEFINITIONS, "there is no definition")
    tiers = _tiers(problems, tier_lines, {line["definition"] for line in lines})
    definitions = [_definition(problems, line, tiers) for line in lines]
    problems.raise_if_any()
    return definitions


def load_definitions(settings: Settings, folder: Path) -> str:
    """Put the definitions of a folder into the warehouse unless they are there; returns their hash."""
    definitions = read_definitions(folder)
    found = definitions_hash(definitions)
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('definitions', 0))")
        cursor.execute("SELECT 1 FROM reference.definition_set WHERE definitions_hash = %s", (found,))
        if cursor.fetchone():
            return found
        cursor.execute("INSERT INTO reference.definition_set VALUES (%s, now())", (found,))
        execute_values(
            cursor,
            """
            INSERT INTO reference.cohort_definition (
                definitions_hash, definition, title, cohort_period, min_age, max_age, entry, entry_filter, entry_flags,
                follow_up_months, waiting_months, offence_scope, proof_sources, milestones, description
            ) VALUES %s
            """,
            [
                (
                    *(found, one.definition, one.title, one.cohort_period, one.min_age, one.max_age, one.entry),
                    *(one.entry_filter, list(one.entry_flags), one.follow_up_months, one.waiting_months),
                    *(one.offence_scope, one.proof_sources, list(one.milestones), one.description),
                )
                for one in definitions
            ],
            template="(%s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s::smallint[], %s)",
        )
        execute_values(
            cursor,
            "INSERT INTO reference.cohort_definition_tier (definitions_hash, definition, role, tier) VALUES %s",
            [
                (found, one.definition, role, tier)
                for one in definitions
                for role, tiers in (("entry", one.entry_tiers), ("proof", one.proof_tiers))
                for tier in tiers
            ],
        )
    return found


def _tiers(problems: Problems, lines: list[Line], names: set[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    tiers: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if line["definition"] not in names:
            problems.add(TIERS, f"{DEFINITIONS} has no such definition", line.row, "definition")
        _one_of(problems, TIERS, line, "role", ROLES)
        _one_of(problems, TIERS, line, "tier", TIER_NAMES)
        tiers.setdefault((line["definition"], line["role"]), []).append(line["tier"])
    return {key: tuple(sorted(found)) for key, found in tiers.items()}


def _definition(problems: Problems, line: Line, tiers: dict[tuple[str, str], tuple[str, ...]]) -> Definition:
    name = line["definition"]
    if not _NAME.fullmatch(name):
        problems.add(DEFINITIONS, "is not a name of a-z, 0-9 and _", line.row, "definition")
    if not line["title"]:
        problems.add(DEFINITIONS, "is empty", line.row, "title")
    for column, allowed in (
        ("cohort_period", PERIODS),
        ("entry", ENTRIES),
        ("entry_filter", FILTERS),
        ("offence_scope", SCOPES),
    ):
        _one_of(problems, DEFINITIONS, line, column, allowed)
    minimum = _whole(problems, line, "min_age", 0, OLDEST_AGE)
    maximum = _whole(problems, line, "max_age", 0, OLDEST_AGE)
    if _number(line["max_age"], 0, minimum - 1) is not None:
        problems.add(DEFINITIONS, "is under min_age", line.row, "max_age")
    flags = tuple(sorted({flag.strip() for flag in line["entry_flags"].split(";") if flag.strip()}))
    if (line["entry"] == "flag") != bool(flags):
        problems.add(DEFINITIONS, "flags belong to entry=flag, and to no other", line.row, "entry_flags")
    if line["entry"] == "flag" and line["entry_filter"] != "none":
        problems.add(DEFINITIONS, "an entry by flag has no offence to filter by", line.row, "entry_filter")
    entry_tiers, proof_tiers = tiers.get((name, "entry"), ()), tiers.get((name, "proof"), ())
    if line["entry"] in {"outcome", "outcome_or_release"} and not entry_tiers:
        problems.add(TIERS, f"{name} has no entry tier, and enters by outcome", column="tier")
    if not proof_tiers:
        problems.add(TIERS, f"{name} has no proof tier", column="tier")
    return Definition(
        definition=name,
        title=line["title"],
        cohort_period=line["cohort_period"],
        min_age=minimum,
        max_age=maximum,
        entry=line["entry"],
        entry_filter=line["entry_filter"],
        entry_flags=flags,
        follow_up_months=_whole(problems, line, "follow_up_months", 1, LONGEST_MONTHS),
        waiting_months=_whole(problems, line, "waiting_months", 0, LONGEST_MONTHS),
        offence_scope=line["offence_scope"],
        proof_sources=_proof_sources(problems, line),
        milestones=_milestones(problems, line),
        description=line["description"],
        entry_tiers=entry_tiers,
        proof_tiers=proof_tiers,
    )


def _proof_sources(problems: Problems, line: Line) -> str:
    given = line.values.get("proof_sources") or DEFAULTS["proof_sources"]
    found = PROOF_SOURCES.get(frozenset(part.strip() for part in given.split(";")))
    if found is None:
        problems.add(DEFINITIONS, "is neither cms;pnc nor pnc", line.row, "proof_sources")
    return found or given


def _milestones(problems: Problems, line: Line) -> tuple[int, ...]:
    given = line.values.get("milestones") or DEFAULTS["milestones"]
    months = [_number(part.strip(), 1, LONGEST_MONTHS) for part in given.split(";")]
    if None in months or len(set(months)) < len(months):
        problems.add(DEFINITIONS, "is not a list of different months such as 3;6;9;12", line.row, "milestones")
        return ()
    return tuple(sorted(month for month in months if month is not None))


def _one_of(problems: Problems, file: str, line: Line, column: str, allowed: frozenset[str]) -> None:
    if line[column] not in allowed:
        problems.add(file, f"is none of {', '.join(sorted(allowed))}", line.row, column)


def _whole(problems: Problems, line: Line, column: str, least: int, most: int) -> int:
    number = _number(line[column], least, most)
    if number is None:
        problems.add(DEFINITIONS, f"is not a whole number from {least} to {most}", line.row, column)
        return least
    return number


def _number(text: str, least: int, most: int) -> int | None:
    number = int(text) if _DIGITS.fullmatch(text) else None
    return number if number is not None and least <= number <= most else None
