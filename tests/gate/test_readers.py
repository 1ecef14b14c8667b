"""Who reads what of a release: analysts, practitioners, the board, and a login of one service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from live_tracker import database
from live_tracker.errors import DatabaseError
from live_tracker.release.freeze import freeze
from live_tracker.release.hashing import PRACTICE, PUBLISHED
from tests.deliver import administer

if TYPE_CHECKING:
    from tests.gate.conftest import Night

READER = "reader_of_eastvale"
PRACTITIONER = "practitioner_of_eastvale"
ANALYTICS = [table for table in PUBLISHED if table not in PRACTICE]


def test_a_view_reads_one_partition(night: Night) -> None:
    for number in range(1, 4):
        night.another_run(f"run {number}").release()
    for table in PUBLISHED:
        schema = "practice" if table in PRACTICE else "analytics"
        query = f"EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM {schema}.{table}"
        plan = [line for (line,) in night.rows(query, "practitioner")]
        scans = [line for line in plan if f"on {table}_2024" in line]
        assert [line for line in scans if "never executed" not in line] == [
            line for line in scans if f"{table}_20240625_3" in line
        ]
        assert len([line for line in scans if "never executed" not in line]) == 1


def test_the_board_reads_the_list_of_releases_and_nothing_else(night: Night) -> None:
    night.release()

    assert night.rows(
        """
        SELECT format('%I.%I', nspname, relname) FROM pg_catalog.pg_class
        INNER JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema')
            AND has_schema_privilege('board', pg_namespace.oid, 'USAGE')
            AND CASE WHEN relkind = 'S' THEN has_sequence_privilege('board', pg_class.oid, 'USAGE')
                ELSE has_any_column_privilege('board', pg_class.oid, 'SELECT, INSERT, UPDATE') END
        """
    ) == [("board.release",)]
    assert night.rows("SELECT count(*) FROM board.release", role="board") == [(2,)]


def test_nobody_but_the_owner_has_a_right_on_a_partition(night: Night) -> None:
    night.release()

    partitions = night.rows(
        """
        SELECT relrowsecurity, pg_get_userbyid(relowner), coalesce(array_length(relacl, 1), 0), relacl[1]::text
        FROM pg_catalog.pg_class INNER JOIN pg_catalog.pg_inherits ON inhrelid = pg_class.oid
        WHERE relnamespace = 'release'::regnamespace
        """
    )
    assert len(partitions) == len(PUBLISHED)
    for has_security, owner, grants, grant in partitions:
        assert (has_security, owner, grants) == (True, "owner", 1)
        assert grant.startswith("owner=")
    assert night.rows("SELECT count(*) FROM pg_catalog.pg_policy WHERE polname = 'while_filling'") == [(0,)]


@contextmanager
def login(
    night: Night, name: str, role: str, services: Sequence[str]
) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Queries as a login of these services, which is made for a test and dropped after it."""
    administer(night.settings, f"CREATE ROLE {name} LOGIN PASSWORD 'made-up' IN ROLE {role}")
    for service in services:
        night.execute(f"INSERT INTO access.reader_service VALUES ('{name}', '{service}')")
    parts = urlsplit(database.warehouse_admin_url(night.settings))
    address = f"{name}:made-up@{parts.netloc.rpartition('@')[2]}"

    def read(query: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(urlunsplit(parts._replace(netloc=address)))
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        finally:
            connection.close()

    yield read
    administer(night.settings, f"DROP ROLE {name}")


@pytest.fixture
def reader_of_eastvale(night: Night) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Queries as an analyst's login of one service."""
    with login(night, READER, "analyst", ["eastvale", "all"]) as read:
        yield read


@pytest.fixture
def practitioner_of_eastvale(night: Night) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Queries as a practitioner's login of one service."""
    with login(night, PRACTITIONER, "practitioner", ["eastvale"]) as read:
        yield read


LINKS = """
INSERT INTO identity.person_link (source_system, source, source_id, person_key, method, known_from, known_to) VALUES
    ('cms', 'eastvale', 'E-2', 'child-5', 'ids', '2024-06-20', NULL),
    ('cms', 'eastvale', 'E-1', 'child-5', 'ids', '2024-06-20', '2024-06-26'),
    ('cms', 'eastvale', 'E-0', 'child-5', 'ids', '2024-06-20', '2024-06-25'),
    ('cms', 'eastvale', 'E-3', 'child-5', 'ids', '2024-06-26', NULL),
    ('cms', 'westvale', 'W-5', 'child-5', 'ids', '2024-06-20', NULL),
    ('cms', 'westvale', 'W-4', 'child-4', 'ids', '2024-06-20', NULL),
    ('pnc', '20', 'P-5', 'child-5', 'ids', '2024-06-20', NULL)
"""


def test_practitioners_see_the_case_ids_of_their_services(
    night: Night,
    reader_of_eastvale: Callable[[str], list[tuple[Any, ...]]],
    practitioner_of_eastvale: Callable[[str], list[tuple[Any, ...]]],
) -> None:
    """Ids as linked on the known-as-of day, 25 June; nobody else reads the schema's tables."""
    night.execute(LINKS, role="loader")
    night.release()

    query = "SELECT yot, person_key, child_id FROM practice.caseload ORDER BY person_key"
    assert practitioner_of_eastvale(query) == [("eastvale", "child-5", "E-1;E-2")]
    assert night.rows(query, role="practitioner") == [
        ("westvale", "child-4", "W-4"),
        ("eastvale", "child-5", "E-1;E-2"),
    ]
    for table in PRACTICE:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            reader_of_eastvale(f"SELECT * FROM practice.{table}")
        for role in ("analyst", "auditor", "board"):
            with pytest.raises(DatabaseError, match="InsufficientPrivilege"):
                night.rows(f"SELECT * FROM practice.{table}", role=role)


@pytest.mark.parametrize("before", [None, "2024-06-24", "2024-06-25"])
def test_arrests_are_new_since_the_release_before(night: Night, before: str | None) -> None:
    """A release of the same known-as-of day does not make them old: it may only put something else right."""
    if before:
        first = night.release()
        administer(night.settings, f"UPDATE release.release SET known_as_of = '{before}' WHERE release_id = '{first}'")
        night.another_run("second run").release()
    else:
        night.release()

    assert night.rows("SELECT count(*) FROM practice.new_arrests", role="practitioner") == [(1,)]


def test_arrests_known_by_the_release_before_are_not_new(night: Night) -> None:
    night.execute("UPDATE candidate.new_arrests SET known_on = '2024-06-24'")
    first = night.release()
    administer(night.settings, f"UPDATE release.release SET known_as_of = '2024-06-24' WHERE release_id = '{first}'")
    night.another_run("second run").release()

    assert night.rows("SELECT count(*) FROM practice.new_arrests", role="practitioner") == [(0,)]


def test_a_login_of_one_service_sees_its_rows_and_no_sums(
    night: Night, reader_of_eastvale: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    freeze(night.settings, "2022Q4", night.release(), "a tester", None)
    night.execute("UPDATE candidate.cohort_member SET reoffences = reoffences + 1")
    live = night.another_run("second").release()

    for table in ANALYTICS:
        assert reader_of_eastvale(f"SELECT DISTINCT yot FROM analytics.{table}") == [("eastvale",)]
        (everything,) = night.rows(f"SELECT count(*) FROM release.{table} WHERE release_id = '{live}'")
        assert night.rows(f"SELECT count(*) FROM analytics.{table}", role="analyst") == [everything]
    assert ("all",) in night.rows("SELECT yot FROM analytics.cohort_summary", role="analyst")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reader_of_eastvale("SELECT * FROM release.cohort_member")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reader_of_eastvale("SELECT * FROM release.cohort_member_20240625_1")
