"""The roles can log in, and a fresh warehouse gives no reader anything but the views."""

from __future__ import annotations

import psycopg2
import pytest

from live_tracker import database
from live_tracker.errors import DatabaseError
from live_tracker.settings import Settings


@pytest.mark.parametrize("role", database.ROLES)
def test_every_role_logs_in_with_its_session_settings(warehouse: Settings, role: database.Role) -> None:
    with database.connect(warehouse, role) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('timezone'), current_setting('datestyle')")
        assert cursor.fetchone() == (role, "UTC", "ISO, YMD")


@pytest.mark.parametrize("role", ["analyst", "practitioner", "board", "transformer"])
def test_no_reader_and_no_transformer_reads_raw(warehouse: Settings, role: database.Role) -> None:
    with pytest.raises(DatabaseError, match="42501"), database.connect(warehouse, role) as connection:
        connection.cursor().execute("SELECT * FROM raw.yot_child")


def test_a_second_prepare_changes_nothing(home: Settings) -> None:
    database.prepare(home)
    with database.connect(home, "analyst") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analytics.cohort_summary")
        assert cursor.fetchone() == (0,)


def test_a_database_error_leaves_without_the_row(warehouse: Settings) -> None:
    canary = "CANARY-Jane-Doe"
    with pytest.raises(DatabaseError) as caught, database.connect(warehouse, "loader") as connection:
        connection.cursor().execute("SELECT %s::date", (canary,))
    assert canary not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert not isinstance(caught.value.__context__, psycopg2.Error) or caught.value.__suppress_context__
    assert "22007" in str(caught.value)
