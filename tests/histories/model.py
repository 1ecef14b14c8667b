"""A history of records: what each source said of each record from one extract to the next, and what is asked of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from live_tracker.deliveries.contract import FEEDS, KEY_SEPARATOR
from tests.deliver import write_delivery
from tests.reference_engine import Definition, Parameters, Supply, Version

Row = dict[str, str]
Source = tuple[str, str]
"""Feed and name."""
MINIMUM_COUNT = 1
"""Of an index that is shown (I5): with a higher one that of a few people would always be hidden."""


@dataclass(frozen=True)
class Life:
    """One record of one source: the row from each of these extract dates on, None where it is gone."""

    feed: str
    source: str
    table: str
    states: tuple[tuple[dt.date, Row | None], ...]

    @property
    def key(self) -> str:
        """The key as the loader keeps it."""
        row = next(row for _, row in self.states if row is not None)
        return KEY_SEPARATOR.join(row[column] for column in FEEDS[self.feed].table(self.table).key)

    def versions(self) -> Iterator[tuple[Row, dt.date, dt.date | None, bool]]:
        """Row, known_from, known_to and whether it is deleted; a deletion repeats the row before it."""
        last: Row = {}
        ends = [*(day for day, _ in self.states[1:]), None]
        for (start, row), end in zip(self.states, ends, strict=True):
            last = row if row is not None else last
            yield last, start, end, row is None


@dataclass(frozen=True, repr=False)
class History:
    """Records of both feeds, the extract dates of their sources, and the definitions and days that are asked for."""

    lives: tuple[Life, ...]
    extracts: tuple[dt.date, ...]
    definitions: tuple[Definition, ...]
    as_of: dt.date
    known_as_of: dt.date
    sends_empty: bool
    """Whether tables without a row are sent; a table that is not sent says nothing."""

    def __repr__(self) -> str:
        return f"<{len(self.lives)} records as of {self.as_of}, known {self.known_as_of}>"

    @property
    def sources(self) -> list[Source]:
        """Every source that says something."""
        return sorted({(life.feed, life.source) for life in self.lives})

    def parameters(self) -> Parameters:
        """What the reference engine is asked."""
        return Parameters(list(self.definitions), self.as_of, self.known_as_of, MINIMUM_COUNT)

    def versions(self) -> list[Version]:
        """What the reference engine reads."""
        return [
            Version(life.feed, life.source, life.table, dict(row), start, end)
            for life in self.lives
            for row, start, end, is_deleted in life.versions()
            if not is_deleted
        ]

    def write_deliveries(self, root: Path) -> None:
        """The same as deliveries: of each source a full extract, then a delta at each later extract date."""
        for feed, source in self.sources:
            for sequence, day in enumerate(self.extracts, start=1):
                tables = self.tables_sent(feed, source, day)
                kind = "full" if sequence == 1 else "delta"
                write_delivery(root, feed, source, day.isoformat(), sequence, tables, kind=kind)

    def tables_sent(self, feed: str, source: str, day: dt.date) -> dict[str, list[Row]]:
        """The tables of one delivery: the required ones, and those that have rows or are sent without."""
        tables: dict[str, list[Row]] = {
            table.name: [] for table in FEEDS[feed].tables if table.required or self.sends_empty
        }
        for life in self.lives:
            if (life.feed, life.source) == (feed, source) and (said := _said_on(life, day)):
                tables.setdefault(life.table, []).extend(said)
        return tables

    def supplies(self) -> list[Supply]:
        """The tables that services send, with each extract that holds them."""
        return [
            Supply(source, table, day)
            for feed, source in self.sources
            for day in self.extracts
            for table in self.tables_sent(feed, source, day)
            if feed == "yot"
        ]

    def as_json(self) -> str:
        """Text from which `from_json` makes the same history."""
        return json.dumps(asdict(self), default=_plain, indent=1)


def _said_on(life: Life, day: dt.date) -> list[Row]:
    return [
        {**row, "deleted": "1"} if is_deleted else row for row, start, _, is_deleted in life.versions() if start == day
    ]


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a history")


def from_json(text: str) -> History:
    """The history that `as_json` wrote."""
    given = json.loads(text)
    return History(
        lives=tuple(
            Life(
                life["feed"],
                life["source"],
                life["table"],
                tuple((dt.date.fromisoformat(day), row) for day, row in life["states"]),
            )
            for life in given["lives"]
        ),
        extracts=_days(given["extracts"]),
        definitions=tuple(_definition(one) for one in given["definitions"]),
        as_of=dt.date.fromisoformat(given["as_of"]),
        known_as_of=dt.date.fromisoformat(given["known_as_of"]),
        sends_empty=given["sends_empty"],
    )


def _days(texts: Iterable[str]) -> tuple[dt.date, ...]:
    return tuple(dt.date.fromisoformat(text) for text in texts)


def _definition(given: dict[str, Any]) -> Definition:
    sets = ("entry_flags", "proof_sources", "entry_tiers", "proof_tiers")
    return Definition(
        **{**given, **{name: frozenset(given[name]) for name in sets}, "milestones": tuple(given["milestones"])}
    )
