"""Fixtures: one Postgres for the test session, and a fresh warehouse of its own for each test that asks for one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from live_tracker import database
from live_tracker.home import postgres
from live_tracker.settings import Settings


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with a running, migrated Postgres; stopped when the session ends."""
    folder = tmp_path_factory.mktemp("home")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings = Settings(home=folder)
    database.prepare(settings)
    yield settings
    postgres.stop(settings)


@pytest.fixture(scope="session")
def new_warehouse(home: Settings) -> Iterator[Callable[[], Settings]]:
    """Makes settings of a new, empty, migrated warehouse: a copy of the session's, on the same server."""
    numbers = itertools.count(1)
    made: list[str] = []

    def make() -> Settings:
        name = f"warehouse_{next(numbers)}"
        _administer(home, f"CREATE DATABASE {name} TEMPLATE {database.WAREHOUSE}")
        made.append(name)
        url = database.administrator_url(home).rpartition("/")[0] + f"/{name}"
        settings = home.model_copy(update={"warehouse_url": SecretStr(url)})
        database.grant_database(settings)
        return settings

    yield make
    for name in made:
        _administer(home, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse of this test alone."""
    return new_warehouse()


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).resolve().parents[1]


def _administer(settings: Settings, statement: str) -> None:
    connection = psycopg2.connect(database.administrator_url(settings))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
