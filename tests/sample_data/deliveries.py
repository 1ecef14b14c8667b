"""Deliveries: what a source sent of its records, night after night, and when each delivery reached the service.

Every source has a source of chance of its own, so that more sources leave the others as they are. What it sent is true:
with its last delivery, a source has told everything that it knew on the last night.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live_tracker.deliveries.contract import FEEDS
from tests.deliver import write_delivery
from tests.sample_data.children import SERVICES
from tests.sample_data.records import Record, Row

State = dict[tuple[str, str], Row]
"""The rows of a source, by table and key."""

Tables = dict[str, list[Row]]

_NOT_SUPPLIED = {"northborough": {"child_flag"}}
"""Optional tables that a service's system does not have, so that it never sends the file, not even an empty one."""

_CUT_SHORT_NIGHT = 3
"""The night on which a service that sends everything each night first has an extract break off; the first is 0."""

_ENTERED_TWICE = {"yot": "outcome", "pnc": "disposal"}
"""The table of each feed in which a row is now and then entered a second time and taken out again."""


@dataclass(frozen=True)
class Night:
    """How a source sends on a night. Of a delivery that is cut short, a revision with all of it stands beside it."""

    number: int
    day: dt.date
    kind: str
    is_sent: bool
    is_cut_short: bool
    has_mistake: bool


def write_deliveries(
    root: Path, feed: str, source: str, history: list[Record], days: Sequence[dt.date], seed: int
) -> list[tuple[int, str]]:
    """Write what a source sent on the nights of `days`; returns, for each folder, its night (from 1) and its path."""
    nights = _nights(feed, source, days, random.Random(f"{seed}/{feed}/{source}/nights"))
    # a key's own order is kept among records of one day
    history = sorted(history, key=lambda record: record.known)
    written = []
    before: State = {}
    for night in nights:
        if not night.is_sent:
            continue
        # a chance of its own, so that other records leave the nights to come as they are
        chance = random.Random(f"{seed}/{feed}/{source}/{night.day}")
        now = _state(history, night.day)
        if night.has_mistake:
            now |= _entered_twice(feed, now, chance)
        tables = _tables(feed, source, list(now.items()) if night.kind == "full" else _changes(before, now))
        for revision, sent in enumerate([_cut_short(tables), tables] if night.is_cut_short else [tables]):
            # the sequence counts nights, so that one without a delivery leaves a gap
            place = (root, feed, source, night.day.isoformat(), night.number + 1, _with_repeats(sent, chance))
            folder = write_delivery(*place, kind=night.kind, revision=revision, **_form(sent, chance))
            written.append((night.number + 1, folder.relative_to(root).as_posix()))
        before = now
    return written


def arrivals(written: Sequence[tuple[int, str]], nights: int, seed: int) -> list[tuple[int, str]]:
    """The night on which each delivery reached the service, with its path, in the order of arrival.

    Most come on their own night, some one to three nights late, and some a second time; all of them are there by the
    last night.
    """
    arrived = []
    for night, folder in written:
        chance = random.Random(f"{seed}/{folder}/arrival")
        came = min(nights, night + (chance.randint(1, 3) if night > 1 and chance.random() < 0.1 else 0))
        arrived.append((came, chance.random(), folder))
        if chance.random() < 0.08:
            arrived.append((min(nights, came + chance.randint(0, 3)), chance.random(), folder))
    return [(night, folder) for night, _, folder in sorted(arrived)]


def _nights(feed: str, source: str, days: Sequence[dt.date], chance: random.Random) -> Iterator[Night]:
    """The nights of a source. On the first it sends everything, on the first and the last it always sends."""
    sends_all = feed == "yot" and source in SERVICES[1::2]
    first_cut = _CUT_SHORT_NIGHT if sends_all else None
    is_after_gap = False
    for number, day in enumerate(days):
        is_edge = number in {0, len(days) - 1}
        if chance.random() < 0.07:
            sends_all = not sends_all
        is_cut_short = number > 0 and (chance.random() < 0.06 or number == first_cut)
        is_sent = is_edge or is_cut_short or chance.random() > 0.07
        heals = is_after_gap and chance.random() < 0.5
        has_mistake = not is_edge and chance.random() < 0.3
        kind = "full" if number == 0 or sends_all or heals else "delta"
        yield Night(number, day, kind, is_sent, is_cut_short, has_mistake)
        is_after_gap = not is_sent


def _state(history: list[Record], day: dt.date) -> State:
    state: State = {}
    for record in history:
        if record.known > day:
            break
        if record.row is None:
            state.pop((record.table, record.key), None)
        else:
            state[record.table, record.key] = record.row
    return state


def _entered_twice(feed: str, now: State, chance: random.Random) -> State:
    """A row that stands there a second time under an id of its own, until the next night on which the source sends."""
    table = _ENTERED_TWICE[feed]
    keys = sorted(key for name, key in now if name == table)
    if not keys:
        return {}
    key, column = chance.choice(keys), FEEDS[feed].table(table).key[-1]
    row = now[table, key]
    return {(table, f"{key}9"): row | {column: f"{row[column]}9"}}


def _changes(before: State, now: State) -> list[tuple[tuple[str, str], Row]]:
    """New and changed rows since the delivery that was sent last, whichever night that was; then those that are gone."""
    changed = [(key, row) for key, row in now.items() if before.get(key) != row]
    gone = [(key, row | {"deleted": "1"}) for key, row in before.items() if key not in now]
    return changed + gone


def _tables(feed: str, source: str, rows: list[tuple[tuple[str, str], Row]]) -> Tables:
    """Every table that the source has, the empty ones too: a file that is not there would say that it has no such."""
    not_supplied = _NOT_SUPPLIED.get(source, set())
    tables: Tables = {table.name: [] for table in FEEDS[feed].tables if table.name not in not_supplied}
    for (table, _), row in sorted(rows, key=lambda item: item[0]):
        if table in tables:
            tables[table].append(row)
    return tables


def _cut_short(tables: Tables) -> Tables:
    """What there is of an extract that broke off: the longest table lacks its end."""
    longest = max(tables, key=lambda name: len(tables[name]))
    return tables | {longest: tables[longest][: len(tables[longest]) * 9 // 10]}


def _with_repeats(tables: Tables, chance: random.Random) -> Tables:
    """Now and then a file has one of its rows twice."""
    filled = sorted(name for name, rows in tables.items() if rows)
    if not filled or chance.random() > 0.15:
        return tables
    name = chance.choice(filled)
    return tables | {name: [*tables[name], chance.choice(tables[name])]}


def _form(tables: Tables, chance: random.Random) -> dict[str, Any]:
    """How a delivery is written down: encoding, byte order mark and packing; its values are the same in every form."""
    is_packed, encoding, has_mark = chance.random() < 0.2, "utf-8", chance.random() < 0.15
    text = "".join(value for rows in tables.values() for row in rows for value in row.values())
    # what the older encoding has no letters for cannot be sent in it
    if chance.random() < 0.15 and text.encode("windows-1252", "ignore").decode("windows-1252") == text:
        encoding, has_mark = "windows-1252", False
    return {"encoding": encoding, "has_mark": has_mark, "is_packed": is_packed}
