"""The code version follows what can move a figure, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker.build.code import code_version


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("sql/1.sql", "dags/live_tracker/a.py", "dbt_project/models/m.sql", "expectations/suites/s.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["sql/1.sql", "dags/live_tracker/a.py", "dbt_project/models/m.sql", "expectations/suites/s.json", "sql/2.sql"],
)
def test_a_changed_or_new_source_changes_it(checkout: Path, changed: str) -> None:
    before = code_version(checkout)
    (checkout / changed).write_text("two")
    assert code_version(checkout) != before


@pytest.mark.parametrize(
    "made",
    [
        "dbt_project/target/run/m.sql",
        "expectations/uncommitted/x.json",
        "dags/live_tracker/__pycache__/a.py",
        "README.md",
    ],
)
def test_what_running_leaves_behind_does_not(checkout: Path, made: str) -> None:
    before = code_version(checkout)
    (checkout / made).parent.mkdir(parents=True, exist_ok=True)
    (checkout / made).write_text("made")
    assert code_version(checkout) == before


def test_a_renamed_source_changes_it(checkout: Path) -> None:
    before = code_version(checkout)
    (checkout / "sql/1.sql").rename(checkout / "sql/3.sql")
    assert code_version(checkout) != before


def test_this_checkout_has_one() -> None:
    assert len(code_version()) == 64
