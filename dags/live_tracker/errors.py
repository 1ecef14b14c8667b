"""Errors that a person can act on, and the wrapper that keeps row data out of database errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import sqlalchemy.exc


class TrackerError(Exception):
    """Something a person can put right: `what` happened, `where`, and what to `do`."""

    def __init__(self, what: str, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__("\n  ".join(part for part in (what, where and f"where: {where}", do and f"do: {do}") if part))

    def __reduce__(self) -> tuple[type[TrackerError], tuple[Any, ...]]:
        return type(self), (self.what, self.where, self.do)


class CheckFailed(TrackerError):
    """The data, the definitions or the candidate failed a check: trying again cannot help."""


class DatabaseError(TrackerError):
    """A database error without its row: the SQLSTATE, the kind of error and the names involved."""

    def __init__(self, sqlstate: str, kind: str, where: str = "") -> None:
        self.sqlstate, self.kind = sqlstate, kind
        super().__init__(f"the database refused a statement: {kind} (SQLSTATE {sqlstate})", where)

    def __reduce__(self) -> tuple[type[DatabaseError], tuple[Any, ...]]:
        return type(self), (self.sqlstate, self.kind, self.where)


class DatabaseUnavailable(DatabaseError):
    """The connection was lost or refused: a retry may help."""


_COPY_LINE = re.compile(r"COPY (\w+), line (\d+)")


def without_row_data(error: psycopg2.Error, where: str = "") -> DatabaseError:
    """Rewrap a database error so that no value of a row is left in it.

    The message, DETAIL and CONTEXT of Postgres quote rows; what is kept is the SQLSTATE, the names of table,
    column and constraint, and the line number of a COPY.
    """
    diagnostics = error.diag
    names = [
        f"{label} {value}"
        for label, value in (
            ("table", diagnostics.table_name),
            ("column", diagnostics.column_name),
            ("constraint", diagnostics.constraint_name),
        )
        if value
    ]
    copy = _COPY_LINE.search(diagnostics.context or "")
    if copy:
        names.append(f"COPY {copy[1]} line {copy[2]}")
    sqlstate = error.pgcode or "08000"
    unavailable = sqlstate[:2] in {"08", "57"} or isinstance(
        error, (psycopg2.OperationalError, psycopg2.InterfaceError)
    )
    kind = DatabaseUnavailable if unavailable else DatabaseError
    return kind(sqlstate, type(error).__name__, ", ".join(part for part in (where, *names) if part))


@contextmanager
def database_errors(where: str = "") -> Iterator[None]:
    """Let no driver's error out of the block: it leaves rewrapped and without its cause."""
    try:
        yield
    except psycopg2.Error as error:
        raise without_row_data(error, where) from None
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg2.Error):
            raise without_row_data(error.orig, where) from None
        raise DatabaseError("58000", type(error).__name__, where) from None
