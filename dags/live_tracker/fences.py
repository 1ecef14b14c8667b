"""Fencing: one worker on a resource at a time, and none that has been overtaken may still write.

An advisory lock makes two workers wait for one another; the token catches the worker that was thought dead and was not.
"""

from __future__ import annotations

from typing import Any

from live_tracker.database import Connection
from live_tracker.errors import TrackerError


class Overtaken(TrackerError):
    """A newer worker has claimed the resource: this one must write nothing more."""

    def __init__(self, resource: str, token: int) -> None:
        self.resource, self.token = resource, token
        super().__init__(
            f"another run has taken over {resource} (this one holds token {token})",
            do="nothing: the newer run does the work; `make status` shows it",
        )

    def __reduce__(self) -> tuple[type[Overtaken], tuple[Any, ...]]:
        return type(self), (self.resource, self.token)


def claim(connection: Connection, resource: str, run_key: str) -> int:
    """Take over a resource; returns the token to show at every write. Effective when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.fence (resource, token, run_key, claimed_at)
            VALUES (%s, nextval('ops.fencing_token'), %s, now())
            ON CONFLICT (resource) DO UPDATE
            SET token = nextval('ops.fencing_token'), run_key = excluded.run_key, claimed_at = excluded.claimed_at
            RETURNING token
            """,
            (resource, run_key),
        )
        (token,) = cursor.fetchone() or (0,)
        return int(token)


def hold(connection: Connection, resource: str, token: int) -> None:
    """First statement of every write transaction: wait for the resource, then make sure the token is still the newest.

    The lock and the check last to the end of the transaction, so that nobody can claim the resource in between.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (resource,))
        cursor.execute("SELECT token FROM ops.fence WHERE resource = %s FOR UPDATE", (resource,))
        row = cursor.fetchone()
        if row is None or row[0] != token:
            raise Overtaken(resource, token)
