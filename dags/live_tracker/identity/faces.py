"""Faces: all that a record says of who it is, while it says so; what two faces weigh never changes.

A face is the texts of a version together with the aliases, arrests and court days of the record at the time. Weights
are kept by face, so that a night weighs only the new ones, each against those that a blocking rule brings it to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.cleaning import REQUIRED, clean, split_forenames
from live_tracker.identity.clusters import Record
from live_tracker.identity.histories import Texts, Version
from live_tracker.identity.spans import END, Span, Valued, cut, joined, overlaps

ALIAS, ARREST, COURT_DAY = "alias", "asn", "court day"


class Item(NamedTuple):
    """Something else that is known of a record for a span: `kind` is ALIAS, ARREST or COURT_DAY."""

    kind: str
    value: str
    known_from: dt.date
    known_to: dt.date


@dataclass(frozen=True)
class Face:
    """What a record says. `items`: kind and value, sorted; `known_on`: the day by which centuries are told."""

    record: tuple[str, str, str]
    known_on: dt.date
    texts: Texts
    items: tuple[tuple[str, str], ...]

    @cached_property
    def key(self) -> str:
        """64 hex digits."""
        told = json.dumps([self.record, self.known_on.isoformat(), self.texts, self.items], separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


def faces_of(
    record: Record, versions: Sequence[Version], items: Sequence[Item], wanted: Sequence[Span]
) -> list[Valued[Face]]:
    """The faces of a record within the wanted spans, in the order of time."""
    found: list[Valued[Face]] = []
    for version in versions:
        of_version = [
            item for item in items if item.known_from < version.known_to and version.known_from < item.known_to
        ]
        for start, end in overlaps([version.span], wanted):
            days = {day for item in of_version for day in item[2:] if start < day < end}
            for span in cut({start, end, *days}):
                told = {item[:2] for item in of_version if item.known_from <= span[0] < item.known_to}
                face = Face((record.source_system, *record[3:]), version.known_on, version.texts, tuple(sorted(told)))
                found.append((face, *span))
    return joined(found)


def cleaned(faces: Iterable[Face]) -> pd.DataFrame:
    """The faces as linkage compares records (`cleaning.clean`), each under its key."""
    return clean(pd.DataFrame([_row(face) for face in faces], columns=[*REQUIRED, "asns", "court_days"], dtype=object))


def _row(face: Face) -> dict[str, Any]:
    texts = face.texts._asdict()
    if face.record[0] == "pnc":
        texts["forename"], texts["middle_names"] = split_forenames(texts["forename"] or "")
    told: dict[str, list[str]] = defaultdict(list)
    for kind, value in face.items:
        told[kind].append(value)
    aliases = [alias for alias in (texts["aliases"], *told[ALIAS]) if alias]
    return {
        **texts,
        "aliases": ";".join(aliases),
        "record_key": face.key,
        "known_on": face.known_on,
        "asns": told[ARREST],
        "court_days": told[COURT_DAY],
    }


def read_items(
    cursor: Cursor, system: str, records: Sequence[Record] | None = None
) -> dict[tuple[str, str], list[Item]]:
    """Aliases, arrests and court days by source and id: of the given records of a feed, or of those of the scope."""
    named = "unnest(%s::text[], %s::text[]) AS scope (source, source_id)"
    of_scope = f"(SELECT * FROM pg_temp.scope WHERE source_system = '{system}') AS scope"  # noqa: S608
    wanted = of_scope if records is None else named
    parameters = [] if records is None else [[each.source for each in records], [each.source_id for each in records]]
    found: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for kind, table, key, value in _ITEMS[system]:
        cursor.execute(
            f"""
            SELECT version.source, record.{key}, {value}, version.known_from, version.known_to
            FROM {wanted}
            INNER JOIN raw.{table} AS record ON scope.source = record.source AND scope.source_id = record.{key}
            INNER JOIN raw.{table}_version AS version
                ON record.source = version.source AND record.row_hash = version.row_hash
            WHERE NOT version.deleted AND {value} IS NOT NULL
            """,  # noqa: S608 - names of tables and columns from the list below
            parameters,
        )
        for source, source_id, told, known_from, known_to in cursor:
            found[source, source_id].append(Item(kind, told, known_from, known_to or END))
    return found


_ITEMS = {
    "cms": (
        (ARREST, "yot_offence", "child_id", "record.asn"),
        (COURT_DAY, "yot_outcome", "child_id", "record.outcome_date"),
    ),
    "pnc": (
        (
            *(ALIAS, "pnc_alias", "pnc_id"),
            "record.forenames || '|' || record.surname || '|' || coalesce(record.date_of_birth, '')",
        ),
        (ARREST, "pnc_arrest_summons", "pnc_id", "record.asn"),
        (COURT_DAY, "pnc_disposal", "pnc_id", "record.disposal_date"),
    ),
}
"""Kind, table, the column that names the record, and what it says."""
