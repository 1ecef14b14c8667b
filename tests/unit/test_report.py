"""What `tracker run` prints of the current release, and how its messages name commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from live_tracker import report, terminal
from live_tracker.home import bindings
from live_tracker.settings import PROJECT, Settings
from tests.deliver import administer
from tests.made_release import RELEASE, write_release


@pytest.fixture
def released(warehouse: Settings) -> Settings:
    write_release(warehouse)
    return warehouse


def printed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> str:
    report.print_tracker(settings, terminal.console())
    return capsys.readouterr().out


def test_the_definitions_that_everybody_looks_for_come_first(
    released: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    found = re.findall(r"^│ (\w+) +│ 2025Q1", printed(released, capsys), re.MULTILINE)
    assert found == ["national_proven", "local_live", "first_quarter", "knife_crime"]


def test_a_long_tracker_is_cut_to_the_newest_sums(
    released: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_ROWS", 1)
    monkeypatch.setattr(report, "NEWEST", 1)
    administer(
        released,
        """
        INSERT INTO release.cohort_summary
        SELECT (jsonb_populate_record(
            summary, '{"cohort": "2024Q4", "cohort_start": "2024-10-01", "cohort_end": "2024-12-31"}'
        )).*
        FROM release.cohort_summary AS summary
        """,
    )
    output = printed(released, capsys)
    assert "2025Q1" in output
    assert "2024Q4" not in output
    assert re.search(r"the newest 1 cohorts of each definition, all services; \d+ rows more are in", output)


def test_the_title_names_the_day(released: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(released, capsys).splitlines()[0].strip() == "The live tracker, as of 2026-03-08"


def test_the_title_names_sample_data(released: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    administer(released, f"UPDATE ops.home SET deliveries_folder = '{bindings.sample_folder(released)}'")
    assert printed(released, capsys).splitlines()[0].strip() == "The live tracker, as of 2026-03-08, sample data"


def test_an_empty_tracker_is_printed_as_such(warehouse: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    output = printed(warehouse, capsys)
    assert "The live tracker, no release yet" in output
    assert "definition" in output


def test_what_must_be_read_with_care_is_said(released: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    report.print_reservations(released, terminal.console(), RELEASE)
    assert capsys.readouterr().out.splitlines() == [
        "warning of the gate: delivery: sources_are_fresh (2 rows): named",
        "counts unconfirmed, since the receiver wrote the manifest: yot/northtown",
    ]


def test_of_no_release_nothing_is_said(released: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    report.print_reservations(released, terminal.console(), None)
    assert capsys.readouterr().out == ""


def texts(path: Path) -> Iterator[str]:
    """What a module may print: its strings without docstrings; of a DAG file, whose docstring Airflow shows, all."""
    tree = ast.parse(path.read_text())
    if path.parent.name == "dags":
        yield path.read_text()
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_messages_name_commands_as_they_are_called() -> None:
    """`tracker` alone is on nobody's PATH."""
    paths = sorted((PROJECT / "dags").rglob("*.py"))
    assert len(paths) > 30
    assert [path.name for path in paths if any("`tracker " in text for text in texts(path))] == []
