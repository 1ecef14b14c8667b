"""Postgres for tests: a server of one's own, and empty warehouses on it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from pydantic import SecretStr

from live_tracker import database
from live_tracker.home import postgres
from live_tracker.settings import Settings


@contextmanager
def own_server(folder: Path) -> Iterator[Settings]:
    """A home in `folder` with a running, migrated Postgres; stopped at the end, and everything in it thrown away."""
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings = Settings(home=folder)
    database.prepare(settings)
    # nobody needs what a power cut would take
    _administer(settings, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    try:
        yield settings
    finally:
        postgres.stop(settings)
        shutil.rmtree(folder)


def warehouses(home: Settings) -> Callable[[], Settings]:
    """Makes settings of a new, empty, migrated warehouse: a copy of the home's, on the same server."""
    numbers = itertools.count(1)

    def make() -> Settings:
        name = f"warehouse_{next(numbers)}"
        _administer(home, f"CREATE DATABASE {name} TEMPLATE {database.WAREHOUSE}")
        url = database.administrator_url(home).rpartition("/")[0] + f"/{name}"
        settings = home.model_copy(update={"warehouse_url": SecretStr(url)})
        database.grant_database(settings)
        return settings

    return make


def _administer(settings: Settings, *statements: str) -> None:
    connection = psycopg2.connect(database.administrator_url(settings))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()
