"""The code version follows what can move a figure, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker.build.code import code_version

SOURCES = (
    *("sql/1.sql", "dags/live_tracker/a.py", "dbt_project/models/m.sql", "expectations/suites/s.json"),
    *("dags/live_tracker/identity/linkage/nicknames.csv", "dags/live_tracker/identity/linkage/models/m.json"),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    return tmp_path


@pytest.mark.parametrize("changed", [*SOURCES, "sql/2.sql"])
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


def test_the_service_s_own_linkage_model_changes_it(checkout: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text("one")
    versions = {code_version(checkout), code_version(checkout, own)}
    own.write_text("two")
    assert len(versions | {code_version(checkout, own)}) == 3
