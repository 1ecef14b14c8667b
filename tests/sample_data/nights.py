"""Nights: what each source sent, night after night; and the truth, written apart, which no pipeline reads."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from itertools import chain
from pathlib import Path

from live_tracker.deliveries.contract import FEEDS
from tests.deliver import write_delivery
from tests.sample_data.children import SERVICES
from tests.sample_data.lives import live
from tests.sample_data.records import Record, Row
from tests.sample_data.truth import heard, truth_of
from tests.sample_data.wolverhampton import past
from tests.sample_data.writing import written_down

LAST_NIGHT = dt.date(2026, 11, 21)
_CUT_SHORT_NIGHT = 3
"""The night on which a service's extract broke off, the last outcomes missing; its revision stands beside it."""

State = dict[tuple[str, str], Row]
"""The rows of a source, by table and key."""


def write_sample(
    out: Path,
    *,
    services: int = 2,
    nights: int = 7,
    children: int = 300,
    seed: int = 1,
    last_night: dt.date = LAST_NIGHT,
    errors: float = 1.0,
) -> None:
    """Write `out`/deliveries and `out`/truth.json; the same bytes for the same arguments on every machine.

    `errors` multiplies the errors in names, dates of birth and numbers: with 0 there are none.
    """
    if not 1 <= services <= len(SERVICES) or nights < 1 or children < 1 or not 0 <= errors <= 1:
        raise ValueError(
            f"1 to {len(SERVICES)} services, and at least one night and one child each; errors from 0 to 1"
        )
    first_night = last_night - dt.timedelta(days=nights - 1)
    histories: dict[tuple[str, str], list[Record]] = defaultdict(list)
    truth = []
    for life in chain(live(services, children, seed, last_night), past(seed, last_night)):
        records = list(written_down(life, last_night, errors))
        for record in records:
            histories[record.feed, record.source].append(record)
        truth.append(truth_of(life, heard(records, first_night, last_night)))
    for number, (feed, source) in enumerate(sorted(histories)):
        _write_source(out / "deliveries", feed, source, histories[feed, source], number, nights, last_night)
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")


def _write_source(
    root: Path, feed: str, source: str, history: list[Record], number: int, nights: int, last_night: dt.date
) -> None:
    """One source's deliveries: full on the first night, then deltas; every second service sends everything each night."""
    # a key's own order is kept among records of one day
    history = sorted(history, key=lambda record: record.known)
    sends_all = feed == "yot" and number % 2 == 1
    before: State = {}
    for night in range(nights):
        day = last_night - dt.timedelta(days=nights - 1 - night)
        now = _state(history, day)
        if night == 0 or sends_all:
            rows, kind = list(now.items()), "full"
        else:
            rows, kind = _changes(before, now), "delta"
        place = (root, feed, source, day.isoformat(), night + 1)
        if sends_all and night == _CUT_SHORT_NIGHT:
            whole = _tables(feed, rows)
            write_delivery(*place, whole | {"outcome": whole["outcome"][: len(whole["outcome"]) * 9 // 10]}, kind=kind)
            write_delivery(*place, whole, kind=kind, revision=1)
        else:
            write_delivery(*place, _tables(feed, rows), kind=kind)
        before = now


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


def _changes(before: State, now: State) -> list[tuple[tuple[str, str], Row]]:
    changed = [(key, row) for key, row in now.items() if before.get(key) != row]
    gone = [(key, row | {"deleted": "1"}) for key, row in before.items() if key not in now]
    return changed + gone


def _tables(feed: str, rows: list[tuple[tuple[str, str], Row]]) -> dict[str, list[Row]]:
    """Every table of the feed, the empty ones too: a file that is not there would say that the source has no such."""
    tables: dict[str, list[Row]] = {table.name: [] for table in FEEDS[feed].tables}
    for (table, _), row in sorted(rows):
        tables[table].append(row)
    return tables
