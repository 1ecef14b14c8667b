"""Versions in raw: whatever the order in which deliveries arrive, they are what a replay of the deliveries says."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from live_tracker.settings import Settings
from tests.deliver import Row, child, fetch, land_all, write_delivery

FIRST_DAY = dt.date(2024, 1, 1)
TABLES = ("child", "child_flag")
KEYS = tuple(f"k{number}" for number in range(1, 9))
LIVE = ("one", "two")
CHANGES = ["nothing", *LIVE, "deleted"]
WORDS = [*CHANGES, "damaged", "disputed"]
"""What a delivery may say of a key: nothing, one of two rows, that it is deleted, or what could not be loaded."""

Said = dict[str, str]


@dataclass(frozen=True)
class Delivery:
    """A delivery of a required table and one that need not be there: what it says of which key."""

    sequence: int
    revision: int
    kind: str
    child: Said
    child_flag: Said | None

    @property
    def day(self) -> dt.date:
        return FIRST_DAY + dt.timedelta(days=self.sequence)

    def said_of(self, table: str) -> Said | None:
        return self.child if table == "child" else self.child_flag


def said(words: list[str]) -> st.SearchStrategy[Said]:
    """Of every key a word: few examples must meet many histories of keys."""
    spoken = st.fixed_dictionaries(dict.fromkeys(KEYS, st.sampled_from(words)))
    return spoken.map(lambda all_keys: {key: word for key, word in all_keys.items() if word != "nothing"})


@st.composite
def histories(draw: st.DrawFn) -> list[Delivery]:
    """Some sequences, a few of them revised; a revision may leave out a table that its first delivery had."""
    history = []
    for sequence in sorted(draw(st.sets(st.integers(0, 6), min_size=3, max_size=5))):
        for revision in draw(st.sampled_from([(0,), (0,), (2,), (0, 1), (1, 3)])):
            flags = draw(st.sampled_from([said(WORDS), said(WORDS), st.none()]))
            kind = draw(st.sampled_from(["full", "delta"]))
            history.append(Delivery(sequence, revision, kind, draw(said(WORDS)), draw(flags)))
    return history


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Delivery]]:
    """The deliveries of a history in batches, in any order at all."""
    batches: list[list[Delivery]] = [[]]
    for delivery in draw(histories().flatmap(st.permutations)):
        comes_later = draw(st.booleans())
        if comes_later and batches[-1]:
            batches.append([])
        batches[-1].append(delivery)
    return batches


class Source:
    """A source of its own in the shared warehouse, and the folder in which its deliveries become visible."""

    _numbers = itertools.count(1)

    def __init__(self, warehouse: Settings, root: Path) -> None:
        self._warehouse, self._root, self._name = warehouse, root, f"source_{next(self._numbers)}"

    def receive(self, batch: list[Delivery]) -> list[str]:
        """Land a batch together with all that came before; the names of the folders that were loaded."""
        for delivery in batch:
            tables = {
                table: rows_of(table, spoken) for table in TABLES if (spoken := delivery.said_of(table)) is not None
            }
            write_delivery(
                *(self._root, "yot", self._name, delivery.day.isoformat(), delivery.sequence, tables),
                kind=delivery.kind,
                revision=delivery.revision,
            )
        report = land_all(self._warehouse, self._root)[f"yot/{self._name}"]
        assert report.refused == []
        return report.loaded

    def versions(self) -> list[tuple[Any, ...]]:
        """Everything that raw holds of the histories of keys, the source's name left out."""
        return [
            (table, *row)
            for table in TABLES
            for row in fetch(
                self._warehouse,
                f"""
                SELECT key, encode(row_hash, 'hex'), known_from, known_to, deleted
                FROM raw.yot_{table}_version WHERE source = %s ORDER BY key, known_from
                """,
                self._name,
            )
        ]

    def live_rows(self, on: dt.date) -> dict[str, Said]:
        """What a reader finds who asks for a day, in the words of the deliveries."""
        values = {"child": "surname", "child_flag": "flag"}
        return {
            table: dict(
                fetch(
                    self._warehouse,
                    f"""
                    SELECT version.key, record.{values[table]}
                    FROM raw.yot_{table}_version AS version
                    INNER JOIN raw.yot_{table} AS record USING (source, row_hash)
                    WHERE
                        version.source = %s AND NOT version.deleted
                        AND version.known_from <= %s AND %s < coalesce(version.known_to, 'infinity')
                    """,
                    *(self._name, on, on),
                )
            )
            for table in TABLES
        }


def rows_of(table: str, spoken: Said) -> list[Row]:
    """The rows in which a delivery says it."""
    date = "date_of_birth" if table == "child" else "start_date"
    marks = {"deleted": {"deleted": "1"}, "damaged": {date: "31/02/2008"}}
    return [
        row_of(table, key, value) | marks.get(word, {})
        for key, word in spoken.items()
        for value in (LIVE if word == "disputed" else (word,))
    ]


def row_of(table: str, key: str, value: str) -> dict[str, str]:
    if table == "child":
        return child(key, surname=value)
    return {"flag_id": key, "child_id": key, "flag": value, "start_date": "2024-01-01"}


def replayed(history: list[Delivery], until: dt.date) -> dict[str, Said]:
    """The model: the highest revisions in sequence order, each one read into a dictionary."""
    highest = {delivery.sequence: delivery for delivery in sorted(history, key=lambda delivery: delivery.revision)}
    state: dict[str, Said] = {table: {} for table in TABLES}
    for sequence in sorted(highest):
        delivery = highest[sequence]
        for table in TABLES:
            spoken = delivery.said_of(table)
            if spoken is None or delivery.day > until:
                continue
            live = state[table]
            unsure = {key for key, word in spoken.items() if word in {"damaged", "disputed"}}
            if delivery.kind == "full":
                live = {key: word for key, word in live.items() if key in unsure}
            live = {key: word for key, word in live.items() if spoken.get(key) != "deleted"}
            state[table] = live | {key: word for key, word in spoken.items() if word in LIVE}
    return state


GONE_AND_BACK = [
    Delivery(0, 0, "full", {"k1": "one", "k2": "one", "k3": "one"}, None),
    Delivery(1, 0, "full", {"k1": "deleted", "k2": "damaged"}, None),
    Delivery(2, 0, "delta", {"k1": "one", "k3": "one"}, None),
]


@pytest.fixture(scope="module")
def new_source(new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Source]:
    """Makes sources in one warehouse, so that an example costs no database."""
    warehouse = new_warehouse()
    return lambda: Source(warehouse, tmp_path_factory.mktemp("deliveries"))


@settings(max_examples=15, deadline=None)
@given(arrivals())
def test_any_order_of_arrival_gives_the_same_versions(
    new_source: Callable[[], Source], batches: list[list[Delivery]]
) -> None:
    as_they_came, at_once = new_source(), new_source()
    for batch in batches:
        as_they_came.receive(batch)
    at_once.receive([delivery for batch in batches for delivery in batch])
    assert as_they_came.versions() == at_once.versions()


@settings(max_examples=15, deadline=None)
@given(batches=arrivals())
@example(batches=[[delivery] for delivery in GONE_AND_BACK])
def test_every_day_is_what_a_replay_of_the_highest_revisions_says(
    new_source: Callable[[], Source], batches: list[list[Delivery]]
) -> None:
    source = new_source()
    for batch in batches:
        source.receive(batch)
    history = [delivery for batch in batches for delivery in batch]
    for day in {delivery.day for delivery in history}:
        assert source.live_rows(day) == replayed(history, day)


@settings(max_examples=5, deadline=None)
@given(histories())
def test_everything_delivered_again_changes_nothing(new_source: Callable[[], Source], history: list[Delivery]) -> None:
    source = new_source()
    assert len(source.receive(history)) == len(history)
    versions = source.versions()
    assert source.receive(history) == []
    assert source.versions() == versions


@settings(max_examples=8, deadline=None)
@given(said(CHANGES), st.lists(said(CHANGES), min_size=1, max_size=3))
def test_a_full_extract_says_what_an_older_one_and_the_deltas_since_say(
    new_source: Callable[[], Source], first: Said, changes: list[Said]
) -> None:
    full = Delivery(0, 0, "full", first, first)
    deltas = [Delivery(sequence, 0, "delta", spoken, spoken) for sequence, spoken in enumerate(changes, 1)]
    last_day = deltas[-1].day
    by_delta, by_full = new_source(), new_source()
    by_delta.receive([full, *deltas])
    state = by_delta.live_rows(last_day)
    by_full.receive([full, replace(deltas[-1], kind="full", child=state["child"], child_flag=state["child_flag"])])
    assert by_full.live_rows(last_day) == state
