"""Tombstones: keyed hashes of the ids of erased records, by which the loader knows them again and nobody else does."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from live_tracker.database import Connection
from live_tracker.deliveries.contract import Feed, Table
from live_tracker.errors import TrackerError


def id_hash(key: bytes, feed: str, source: str, column: str, value: str) -> str:
    """64 hex digits of HMAC-SHA256 over an id as raw keeps it; `column` says what it is an id of."""
    return hmac.digest(key, "\x1f".join(("erased", feed, source, column, value)).encode(), hashlib.sha256).hex()


def key_hash(key: bytes) -> str:
    """64 hex digits by which a key is known again."""
    return hmac.digest(key, b"key of the erased ids", hashlib.sha256).hex()


@dataclass(frozen=True)
class Tombstones:
    """The tombstones of one source; without any, nothing is looked at."""

    key: bytes
    feed: Feed
    source: str
    hashes: frozenset[str]

    def has(self, table: Table, named: Sequence[tuple[str, str]]) -> bool:
        """Whether a row that names these ids, as (column, value), is an erased child's.

        It is if its own id or its child or nominal is erased. Other ids that it names count only where it names no
        child or nominal, as rows that tell of a deletion need not.
        """
        deciding = {self.feed.person_column, table.key[0]}
        has_person = any(column == self.feed.person_column for column, _ in named)
        return any(
            id_hash(self.key, self.feed.name, self.source, column, value) in self.hashes
            for column, value in named
            if column in deciding or not has_person
        )


def read_tombstones(connection: Connection, key: bytes, feed: Feed, source: str) -> Tombstones:
    """The tombstones of a source, as they stand in this transaction. Raises TrackerError if there are any of another key."""
    with connection.cursor() as cursor:
        check_key(cursor, key)
        cursor.execute("SELECT id_hash FROM identity.erased_id WHERE feed = %s AND source = %s", (feed.name, source))
        return Tombstones(key, feed, source, frozenset(found for (found,) in cursor.fetchall()))


def check_key(cursor: Cursor, key: bytes) -> None:
    """Raise TrackerError if anybody was erased under another key: its tombstones would know nobody again."""
    cursor.execute("SELECT FROM identity.erasure WHERE key_hash <> %s LIMIT 1", (key_hash(key),))
    if cursor.fetchone() is not None:
        raise TrackerError(
            "the identity key is another than when children were erased: their rows would not be known again",
            "identity.erasure",
            "put the home's old identity key back",
        )
