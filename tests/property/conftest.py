"""One compiled build for all tests of generated histories."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from live_tracker.settings import Settings
from tests.histories.compiled import CompiledBuild
from tests.histories.populations import write_code_lists
from tests.reference_engine import Reference, load_reference

# `ci` looks at the same examples each time, so that a red run is the change's doing; `long` looks at new ones.
hypothesis.settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
hypothesis.settings.register_profile("long", database=None, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def code_lists(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code lists of these tests."""
    shipped = project / "dags" / "live_tracker" / "reference_data" / "data"
    return write_code_lists(shipped, tmp_path_factory.mktemp("reference") / "data")


@pytest.fixture(scope="session")
def build(new_warehouse: Callable[[], Settings], code_lists: Path) -> Iterator[CompiledBuild]:
    """The models, compiled over a warehouse that no other test uses."""
    made = CompiledBuild(new_warehouse().model_copy(update={"reference": code_lists}))
    yield made
    made.close()


@pytest.fixture(scope="session")
def reference(code_lists: Path) -> Reference:
    """The code lists, as the reference engine reads them."""
    return load_reference(code_lists)
