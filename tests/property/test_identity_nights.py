"""Identity resolved night by night, each taking up only what hangs together with a change, against all at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from live_tracker.database import connect
from live_tracker.identity import links, scope
from live_tracker.settings import Settings
from tests.deliver import Row, child, fetch, land_all, write_delivery
from tests.property.test_identity_histories import NIGHTS, History, Life, histories, night

pytestmark = pytest.mark.slow

EXAMPLES = 10
KEY = b"of these tests"
SOURCES = (("yot", "north"), ("yot", "south"), ("pnc", "01"))


def row(life: Life, number: int) -> Row | None:
    """What the source sends of a record on a night; nothing where it is not known yet, or deleted."""
    said = life.nights[number - life.first] if number >= life.first else None
    if said is None:
        return None
    if life.system == "cms":
        told = {"pnc_id": said.carried, "surname": said.surname or "Unknown", "date_of_birth": said.born}
        return child(life.source_id, **told)
    told = {"surname": said.surname or "UNKNOWN", "forenames": "TESTA", "date_of_birth": said.born, "sex": "F"}
    return {"pnc_id": life.source_id, "merged_into": said.carried, **told}


def write(root: Path, history: History, feed: str, source: str, number: int) -> None:
    rows = [row(life, number) for life in history.lives if life.source == source]
    table = "child" if feed == "yot" else "nominal"
    tables = {table: [one for one in rows if one is not None]}
    write_delivery(root, feed, source, night(number).isoformat(), number + 1, tables)


def resolve(warehouse: Settings) -> None:
    with connect(warehouse, "loader") as connection, connection.cursor() as cursor:
        links.bring_up(cursor, KEY, None)


def told(warehouse: Settings) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("person_link", "person", "span", "record", "record_id")
    return {table: sorted(fetch(warehouse, f"SELECT t::text FROM identity.{table} AS t")) for table in tables}


@settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_night_by_night_in_any_order_is_as_all_at_once(
    new_warehouse: Callable[[], Settings], monkeypatch: pytest.MonkeyPatch, history: History, order: Random
) -> None:
    monkeypatch.setattr(scope, "MOST_CHANGED", 1.0)
    nightly, at_once = new_warehouse(), new_warehouse()
    deliveries = list(itertools.product(SOURCES, range(NIGHTS)))
    order.shuffle(deliveries)
    with TemporaryDirectory() as folder:
        for (feed, source), number in deliveries:
            write(Path(folder), history, feed, source, number)
            land_all(nightly, Path(folder))
            resolve(nightly)
        land_all(at_once, Path(folder))
        resolve(at_once)
    assert told(nightly) == told(at_once)
