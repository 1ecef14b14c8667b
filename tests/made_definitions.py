"""Definitions made by hand for tests: rows, and the folder that holds them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from live_tracker.reference_data.definitions import (
    DEFINITIONS,
    TIERS,
    Definition,
    read_definitions,
)
from live_tracker.settings import Settings
from tests import deliver

Row = Mapping[str, str]

TABLES = "definition_set cohort_definition cohort_definition_tier".split()

ONE = {
    "definition": "one",
    "title": "One",
    "cohort_period": "quarter",
    "min_age": "10",
    "max_age": "17",
    "entry": "outcome",
    "entry_filter": "none",
    "entry_flags": "",
    "follow_up_months": "12",
    "waiting_months": "6",
    "offence_scope": "recordable_not_breach",
    "proof_sources": "cms;pnc",
    "milestones": "3;6;9;12",
    "description": "",
}
TWO = {**ONE, "definition": "two", "entry": "flag", "entry_flags": "MAPPA;ODOC"}
ONE_TIERS = [
    {"definition": "one", "role": "entry", "tier": "first_tier"},
    {"definition": "one", "role": "entry", "tier": "community"},
    {"definition": "one", "role": "proof", "tier": "custody"},
    {"definition": "one", "role": "proof", "tier": "community"},
]
TWO_TIERS = [{"definition": "two", "role": "proof", "tier": "pre_court"}]


def text(rows: Sequence[Row]) -> str:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def write(folder: Path, rows: Sequence[Row] = (ONE,), tiers: Sequence[Row] = ONE_TIERS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / DEFINITIONS).write_bytes(text(rows).encode())
    (folder / TIERS).write_bytes(text(tiers).encode())
    return folder


def without(row: Row, *columns: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in columns}


def only(folder: Path) -> Definition:
    (definition,) = read_definitions(folder)
    return definition


def counts(settings: Settings) -> list[int]:
    return [deliver.fetch(settings, f"SELECT count(*) FROM reference.{table}")[0][0] for table in TABLES]
