"""Histories over which the build and the reference engine once disagreed, or that chance draws too seldom: run for good."""

from __future__ import annotations

import os
from pathlib import Path

from tests.histories.model import History, from_json

FOLDER = Path(__file__).resolve().parents[1] / "regressions"
FOUND = "found"
"""The name of the last one found: Hypothesis ends with the smallest. Whoever mends it gives it the name of the fault."""


def kept() -> dict[str, History]:
    """Every history that is kept, by its name."""
    return {path.stem: from_json(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def keep(history: History) -> Path:
    """Write down a history that the two disagree on, over the one found before it."""
    folder = Path(os.environ.get("FOUND_REGRESSIONS", FOLDER))
    path = folder / f"{FOUND}.json"
    path.write_text(history.as_json() + "\n")
    return path
