"""Fixtures: one Postgres for the test session, and a fresh warehouse of its own for each test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.servers import own_server, warehouses


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with a running, migrated Postgres; stopped when the session ends."""
    with own_server(tmp_path_factory.mktemp("home")) as settings:
        yield settings


@pytest.fixture(scope="session")
def new_warehouse(home: Settings) -> Callable[[], Settings]:
    """Makes settings of a new, empty, migrated warehouse on the session's server."""
    return warehouses(home)


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse of this test alone."""
    return new_warehouse()


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).resolve().parents[1]
