"""Migrations go forward only: one that has been applied somewhere stays as it is, and a warehouse of before is brought up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr
from yoyo import get_backend, read_migrations

from live_tracker import database
from live_tracker.settings import Settings
from tests.deliver import administer, fetch


def test_no_migration_has_been_edited(project: Path) -> None:
    """A warehouse that has had it would never see the change. A new migration adds its line: `cd sql; sha256sum *.sql`."""
    lines = (line.split("  ") for line in (project / "sql" / "SHA256SUMS").read_text().splitlines())
    told = {name: digest for digest, name in lines}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (project / "sql").glob("*.sql")}
    assert there == told


def test_decisions_that_a_night_had_taken_up_stay_taken(empty_database: Settings, project: Path) -> None:
    """Before 0019 it was told by the number of the last one."""
    backend = get_backend(database.warehouse_admin_url(empty_database))
    migrations = read_migrations(str(project / "sql"))
    with backend.lock():
        backend.apply_migrations(backend.to_apply(migrations).filter(lambda one: one.id < "0019"))
    backend.connection.close()
    administer(
        empty_database,
        """
        INSERT INTO identity.review_decision (
            source, child_id, other_system, other_source, other_id, verdict, decided_by, decided_on
        )
        SELECT 'northborough', 'c1', 'cms', 'northborough', other_id, 'reject', 'a tester', DATE '2024-01-01'
        FROM unnest(ARRAY['c2', 'c3', 'c4']) AS other_id;
        INSERT INTO identity.resolved (fingerprint, last_decision) SELECT 'f', min(decision_id) + 1 FROM identity.review_decision;
        """,
    )
    database.migrate(empty_database)
    taken = """
        SELECT other_id FROM identity.review_decision WHERE decision_id IN (SELECT decision_id FROM identity.taken_decision)
        ORDER BY other_id
    """
    assert fetch(empty_database, taken) == [("c2",), ("c3",)]


@pytest.fixture
def empty_database(home: Settings) -> Iterator[Settings]:
    """Settings of a database without a migration on the session's server."""
    connection = psycopg2.connect(database.administrator_url(home))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE warehouse_of_before TEMPLATE template0")
        url = database.administrator_url(home).rpartition("/")[0] + "/warehouse_of_before"
        yield home.model_copy(update={"warehouse_url": SecretStr(url)})
        cursor.execute("DROP DATABASE warehouse_of_before WITH (FORCE)")
    connection.close()
