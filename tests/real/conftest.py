"""Real records with known answers are not the project's to commit: the comparison runs where a copy is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

RECORDS = Path(os.environ.get("REAL_RECORDS", Path(__file__).resolve().parents[3] / "shared" / "real" / "broward"))
"""A folder of deliveries, with definitions/ and expected.json."""

IS_THERE = (RECORDS / "expected.json").is_file()

if not IS_THERE:
    collect_ignore = ["test_real_records.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not IS_THERE:
        terminalreporter.write_line(
            f"The comparison with real records did not run: there are none in {RECORDS} (REAL_RECORDS names the folder)."
        )
