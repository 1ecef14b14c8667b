"""Connections by role, migrations, passwords: the one place that knows where the warehouse is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
import psycopg2.extensions
from psycopg2 import sql
from psycopg2.extras import RealDictCursor
from pydantic import SecretStr
from yoyo import get_backend, read_migrations

from live_tracker.errors import TrackerError, database_errors
from live_tracker.home import postgres
from live_tracker.home.secrets import secret
from live_tracker.settings import PROJECT, Settings

Connection = psycopg2.extensions.connection
Role = Literal[
    "migrator", "loader", "transformer", "publisher", "analyst", "practitioner", "board", "auditor", "eraser"
]
ROLES: tuple[Role, ...] = (
    *("migrator", "loader", "transformer", "publisher"),
    *("analyst", "practitioner", "board", "auditor", "eraser"),
)
WAREHOUSE = "warehouse"
OLDEST_SERVER = 150000


def administrator_url(settings: Settings) -> str:
    """URL of the server's administrator: the embedded server's, or `WAREHOUSE_URL`, with its password if that is apart."""
    if settings.warehouse_url is not None:
        return with_password(settings.warehouse_url.get_secret_value(), settings.warehouse_password)
    return postgres.administrator_url(settings)


def warehouse_admin_url(settings: Settings) -> str:
    """The administrator on the warehouse's own database."""
    parts = urlsplit(administrator_url(settings))
    return urlunsplit(parts._replace(path=f"/{warehouse_database(settings)}"))


def warehouse_database(settings: Settings) -> str:
    """`WAREHOUSE_URL` names the database; the embedded server has one called `warehouse`."""
    if settings.is_embedded:
        return WAREHOUSE
    return urlsplit(administrator_url(settings)).path.lstrip("/") or "postgres"


def airflow_database(settings: Settings) -> str:
    return "airflow" if settings.is_embedded else f"{warehouse_database(settings)}_airflow"


def airflow_url(settings: Settings) -> str:
    """Airflow's own metadata database, beside the warehouse on the same server, with a login of its own."""
    user = airflow_database(settings)
    return _with_login(administrator_url(settings), user, secret(settings, "airflow_database.password"), user)


def role_url(settings: Settings, role: Role) -> str:
    """Connection URL of a role's login on the warehouse."""
    password = secret(settings, f"{role}.password")
    return _with_login(administrator_url(settings), role, password, warehouse_database(settings))


def with_password(url: str, password: SecretStr | None) -> str:
    """The URL with that password in the place of its own; without one, as it is."""
    if password is None:
        return url
    parts = urlsplit(url)
    login, _, address = parts.netloc.rpartition("@")
    user, secret_word = login.partition(":")[0], quote(password.get_secret_value(), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{secret_word}@{address}"))


def _with_login(url: str, user: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{address}", path=f"/{database}"))


@contextmanager
def connect(settings: Settings, role: Role) -> Iterator[Connection]:
    """A connection of that role; one transaction, committed if the block ends well. Errors come without row data."""
    with database_errors(f"as {role}"):
        connection = psycopg2.connect(role_url(settings, role), application_name=f"live-tracker {role}")
        try:
            with connection:
                yield connection
        finally:
            connection.close()


def fetch(settings: Settings, role: Role, query: str, *parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query, as the role sees them, by column name."""
    with connect(settings, role) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, parameters)
        return [dict(row) for row in cursor.fetchall()]


def prepare(settings: Settings) -> None:
    """Databases, migrations and passwords, so that every role can log in. Repeating it does nothing."""
    if settings.is_embedded:
        postgres.start(settings)
        _create_database(settings, WAREHOUSE)
    _check_server(settings)
    migrate(settings)
    grant_database(settings)
    _set_passwords(settings)


def migrate(settings: Settings) -> None:
    """Apply the migrations of `sql/` that the warehouse has not had yet."""
    url = warehouse_admin_url(settings)
    backend = get_backend(url)
    try:
        migrations = read_migrations(str(PROJECT / "sql"))
        pending = backend.to_apply(migrations)
        if not pending:
            return
        with database_errors("migrations in sql/"), backend.lock():
            backend.apply_migrations(backend.to_apply(migrations))
    finally:
        backend.connection.close()


def grant_database(settings: Settings) -> None:
    """Rights on the database itself: a dump, a restore or a template does not carry them, so they are set at each start."""
    database = sql.Identifier(warehouse_database(settings))
    with _administrator(warehouse_admin_url(settings)) as cursor:
        logins = sql.SQL(", ").join(sql.Identifier(role) for role in ROLES)
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))
        cursor.execute(
            sql.SQL("GRANT TEMPORARY ON DATABASE {} TO loader, transformer, publisher, eraser, owner").format(database)
        )
        cursor.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO owner").format(database))


def prepare_airflow_database(settings: Settings) -> None:
    """Airflow's login and database on the same server."""
    name = airflow_database(settings)
    with _administrator(administrator_url(settings)) as cursor:
        cursor.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (name,))
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(name), sql.Literal(secret(settings, "airflow_database.password"))
            )
        )
    _create_database(settings, name, owner=name)


def _create_database(settings: Settings, name: str, owner: str | None = None) -> None:
    with _administrator(administrator_url(settings)) as cursor:
        cursor.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", (name,))
        if cursor.fetchone():
            return
        if owner:
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
        cursor.execute(
            sql.SQL("CREATE DATABASE {} {}").format(
                sql.Identifier(name),
                sql.SQL("OWNER {}").format(sql.Identifier(owner)) if owner else sql.SQL(""),
            )
        )


def _check_server(settings: Settings) -> None:
    with _administrator(warehouse_admin_url(settings)) as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone() or ("0",)
    if int(version) < OLDEST_SERVER:
        raise TrackerError(
            f"the Postgres of WAREHOUSE_URL is too old (server_version_num {version})", do="use Postgres 15 or later"
        )


def _set_passwords(settings: Settings) -> None:
    with _administrator(warehouse_admin_url(settings)) as cursor:
        for role in ROLES:
            cursor.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(secret(settings, f"{role}.password"))
                )
            )


@contextmanager
def _administrator(url: str) -> Iterator[psycopg2.extensions.cursor]:
    with database_errors("as administrator"):
        connection = psycopg2.connect(url, application_name="live-tracker administrator")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


def analyze(settings: Settings, relations: list[str]) -> None:
    """Statistics of relations that were just filled, so that what reads them next is planned on what is there.

    One of which less than a tenth has changed since they were taken keeps them, as the server itself would have it.
    """
    with connect(settings, "migrator") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relation
            FROM unnest(%s) AS relation
            INNER JOIN pg_catalog.pg_class AS class ON relation::regclass = class.oid
            LEFT JOIN pg_catalog.pg_stat_all_tables AS counted ON class.oid = counted.relid
            WHERE class.reltuples < 0 OR counted.n_mod_since_analyze > class.reltuples / 10
            """,
            (relations,),
        )
        for (relation,) in cursor.fetchall():
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(*relation.split("."))))
