"""The published tables as a list: grain, rows, what they cost to build, how they are tested and what they answer."""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple

from psycopg2 import sql

from live_tracker.database import connect
from live_tracker.manual.unit_tests import read_unit_tests
from live_tracker.release.copying import as_owner
from live_tracker.release.descriptions import described_tables
from live_tracker.release.hashing import PRACTICE, PUBLISHED
from live_tracker.release.publish import current_release
from live_tracker.settings import Settings


class Mart(NamedTuple):
    """A published table. `rows`: of the current release; `seconds`: of the home's last build, its data tests left out."""

    name: str
    grain: str
    rows: int | None
    seconds: float | None
    unit_tests: int
    answers: str


def list_marts(settings: Settings) -> list[Mart]:
    """Every published table, in the order of its publication; without a release or a build their numbers are None."""
    models = {model["name"]: model for model in described_tables()}
    tests = Counter(test.model for test in read_unit_tests())
    rows, seconds = _rows(settings), _seconds(settings)
    return [
        Mart(
            f"{'practice' if table in PRACTICE else 'analytics'}.{table}",
            ", ".join(grain),
            rows.get(table),
            seconds.get(table),
            tests[table],
            models[table]["config"]["meta"]["answers"],
        )
        for table, grain in PUBLISHED.items()
    ]


def _rows(settings: Settings) -> dict[str, int]:
    with connect(settings, "publisher") as connection:
        release_id = current_release(connection)
        if release_id is None:
            return {}
        with as_owner(connection), connection.cursor() as cursor:
            found = {}
            for table in PUBLISHED:
                query = sql.SQL("SELECT count(*) FROM release.{} WHERE release_id = %s").format(sql.Identifier(table))
                cursor.execute(query, (release_id,))
                (found[table],) = cursor.fetchone() or (0,)
            return found


def _seconds(settings: Settings) -> dict[str, float]:
    """The last layer that a build makes is that of the marts: what dbt left behind is of them."""
    results = settings.home / "dbt" / "target" / "run_results.json"
    if not results.is_file():
        return {}
    nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
    return {
        node["unique_id"].rpartition(".")[2]: node["execution_time"]
        for node in nodes
        if node["unique_id"].startswith("model.")
    }
