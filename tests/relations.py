"""The same facts delivered otherwise: deliveries read back, and what may be done to them without a figure moving."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import gzip
import io
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deliver import write_delivery

Row = dict[str, str]

IDS = (
    *("child_id", "offence_id", "outcome_id", "occasion_id", "programme_id", "episode_id", "assessment_id"),
    *("care_episode_id", "ete_id", "flag_id"),
)
"""The ids that a service makes up. Those of the police are numbers of the nation, with check letters."""

OF_PERSONS = ("child", "nominal")
"""The tables whose first extract date names a person, and whose versions are a child's history."""


@dataclass(frozen=True)
class Delivery:
    """A delivery as it was read: who sent it, when, and the rows of its tables as text. `form` is how it is written."""

    feed: str
    source: str
    day: dt.date
    sequence: int
    revision: int
    kind: str
    tables: Mapping[str, list[Row]]
    form: Mapping[str, Any] = dataclasses.field(default_factory=dict)


Deliveries = list[Delivery]


def read(root: Path) -> Deliveries:
    """The deliveries of a folder, in the order of their sources and sequences."""
    return [_read(path.parent) for path in sorted(root.glob("*/*/*/manifest.json"))]


def _read(folder: Path) -> Delivery:
    manifest = json.loads((folder / "manifest.json").read_text())
    tables = {}
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        text = (gzip.decompress(data) if file["name"].endswith(".gz") else data).decode(manifest["encoding"])
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        tables[file["name"].partition(".")[0]] = [dict(row) for row in rows]
    return Delivery(
        manifest["contract"].partition("/")[0],
        manifest["source"],
        dt.date.fromisoformat(manifest["extract_date"]),
        manifest["sequence"],
        manifest["revision"],
        manifest["kind"],
        tables,
        {"encoding": manifest["encoding"]},
    )


def write(root: Path, deliveries: Iterable[Delivery]) -> Path:
    """Write deliveries, each with a manifest that fits it; returns the folder."""
    for one in deliveries:
        place = (one.feed, one.source, one.day.isoformat(), one.sequence)
        write_delivery(root, *place, one.tables, kind=one.kind, revision=one.revision, **one.form)
    return root


def with_rows(delivery: Delivery, change: Callable[[Row], Row]) -> Delivery:
    """The delivery with every row changed."""
    tables = {name: [change(row) for row in rows] for name, rows in delivery.tables.items()}
    return dataclasses.replace(delivery, tables=tables)


def renamed(deliveries: Iterable[Delivery], sources: Mapping[str, str]) -> Deliveries:
    """Sources under other names, also where a child's row names one."""

    def change(row: Row) -> Row:
        return row | {"home_yot": sources.get(row["home_yot"], row["home_yot"])} if "home_yot" in row else row

    return [
        dataclasses.replace(with_rows(one, change), source=sources.get(one.source, one.source)) for one in deliveries
    ]


def shuffled(deliveries: Iterable[Delivery], seed: int) -> Deliveries:
    """Rows in another order, in files of another form: line ends, packing, byte order mark."""
    chance = random.Random(seed)
    changed = []
    for one in deliveries:
        tables = {name: chance.sample(rows, len(rows)) for name, rows in one.tables.items()}
        form = {"line_end": chance.choice(("\n", "\r\n")), "is_packed": chance.random() < 0.5}
        if one.form["encoding"] == "utf-8":
            form["has_mark"] = chance.random() < 0.5
        changed.append(dataclasses.replace(one, tables=tables, form={**one.form, **form}))
    return changed


def other_ids(deliveries: Iterable[Delivery]) -> dict[str, dict[str, str]]:
    """Another id for every id, by column; in byte order they stand as the old ones do, for ties are broken by them."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in deliveries:
        for row in (row for rows in one.tables.values() for row in rows):
            for column in IDS:
                # read as the loader reads it: outer white space is not of the id
                found[column].add(row.get(column, "").strip())
    return {
        column: {old: f"Zz{7 * number:08d}" for number, old in enumerate(sorted(ids - {""}, key=str.encode))}
        for column, ids in found.items()
    }


def relabelled(deliveries: Iterable[Delivery], ids: Mapping[str, Mapping[str, str]]) -> Deliveries:
    """The same rows under other ids."""

    def change(row: Row) -> Row:
        return {
            column: ids[column].get(value.strip(), value) if column in ids else value for column, value in row.items()
        }

    return [with_rows(one, change) for one in deliveries]


def repeated(deliveries: Iterable[Delivery], last_day: dt.date) -> Deliveries:
    """Each delivery a second time as a revision of itself, and again as the next one, a day later, where that day is free."""
    deliveries = list(deliveries)
    days = {(one.feed, one.source, one.day) for one in deliveries}
    twice = []
    for one in with_room(deliveries):
        twice.append(one)
        if one.revision == last_revision(deliveries, one):
            twice.append(dataclasses.replace(one, revision=one.revision + 1))
            next_day = one.day + dt.timedelta(days=1)
            if next_day <= last_day and (one.feed, one.source, next_day) not in days:
                twice.append(dataclasses.replace(one, day=next_day, sequence=one.sequence + 1, revision=0))
    return twice


def split(deliveries: Iterable[Delivery], last_day: dt.date) -> Deliveries:
    """Each delivery whose next day is free in two: persons and every other row that night, the rest in a delta after it.

    Persons stay where they are: the day on which one is first known names it, and dates the versions of a child.
    """
    deliveries = list(deliveries)
    days = {(one.feed, one.source, one.day) for one in deliveries}
    parts = []
    for one in with_room(deliveries):
        next_day = one.day + dt.timedelta(days=1)
        if next_day > last_day or (one.feed, one.source, next_day) in days:
            parts.append(one)
            continue
        first = {name: rows if name in OF_PERSONS else rows[::2] for name, rows in one.tables.items()}
        # an empty file says that there is none, no file that nothing is said: a delta speaks of what it holds
        rest = {name: rows[1::2] for name, rows in one.tables.items() if name not in OF_PERSONS}
        parts.append(dataclasses.replace(one, tables=first))
        if one.revision == last_revision(deliveries, one):
            parts.append(
                dataclasses.replace(one, tables=rest, day=next_day, sequence=one.sequence + 1, revision=0, kind="delta")
            )
    return parts


def with_room(deliveries: Iterable[Delivery]) -> Deliveries:
    """Every sequence doubled, so that there is a number for one more after each."""
    return [dataclasses.replace(one, sequence=2 * one.sequence) for one in deliveries]


def last_revision(deliveries: Iterable[Delivery], of: Delivery) -> int:
    """The highest revision of the delivery's source and day."""
    return max(one.revision for one in deliveries if (one.feed, one.source, one.day) == (of.feed, of.source, of.day))
