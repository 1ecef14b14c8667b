"""The compiled models against the reference engine, over generated histories: two programs written from one page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from live_tracker.database import connect
from live_tracker.identity import links
from live_tracker.settings import Settings
from tests.deliver import land_all
from tests.histories import regressions
from tests.histories.compiled import IDENTITY_KEY, CompiledBuild
from tests.histories.draw import histories
from tests.histories.model import History
from tests.recount import differences_between, history_of, links_of, supplies_of
from tests.reference_engine import Reference, Supply, Version, run

pytestmark = pytest.mark.slow

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
EXAMPLES = int(os.environ.get("EXAMPLES", "20000" if IS_LONG else "300"))
LOADED = EXAMPLES // 20
"""One history in twenty goes through the loader and identity resolution as well."""


def disagreements(build: CompiledBuild, reference: Reference, history: History) -> list[str]:
    """What the models and the engine make of a history, where they differ."""
    with build.over(history) as built:
        tables, found_links = built.build_all().tables(), built.links()
    result = run(history.versions(), found_links, reference, history.parameters(), history.supplies())
    return differences_between(tables, result)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_models_count_as_the_reference_engine(build: CompiledBuild, reference: Reference, history: History) -> None:
    found = disagreements(build, reference, history)
    if found:
        note(f"kept as {regressions.keep(history)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", regressions.kept())
def test_what_was_once_counted_otherwise(build: CompiledBuild, reference: Reference, name: str) -> None:
    found = disagreements(build, reference, regressions.kept()[name])
    assert not found, "\n".join(found)


# made smaller, a history would be landed hundreds of times
@settings(max_examples=LOADED, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_the_loader_makes_of_deliveries_what_the_models_are_given_here(
    build: CompiledBuild, new_warehouse: Callable[[], Settings], history: History
) -> None:
    with build.over(history) as built:
        given_links = built.links()
    with TemporaryDirectory() as folder:
        history.write_deliveries(Path(folder))
        warehouse = new_warehouse()
        land_all(warehouse, Path(folder))
        with connect(warehouse, "loader") as connection, connection.cursor() as cursor:
            links.bring_up(cursor, IDENTITY_KEY, None)
        assert as_told(history_of(warehouse)) == as_told(history.versions())
        assert sorted(links_of(warehouse), key=repr) == sorted(given_links, key=repr)
        assert first_supplies(supplies_of(warehouse)) == first_supplies(history.supplies())


def as_told(versions: list[Version]) -> list[str]:
    """Versions without what is empty, in an order of their own."""
    return sorted(
        repr((v.feed, v.source, v.table, sorted((c, t) for c, t in v.row.items() if t), v.known_from, v.known_to))
        for v in versions
    )


def first_supplies(supplies: list[Supply]) -> dict[tuple[str, str], str]:
    """The extract since which each table is supplied."""
    days: dict[tuple[str, str], str] = {}
    for supply in sorted(supplies, key=lambda one: one.known_from):
        days.setdefault((supply.source, supply.table), supply.known_from.isoformat())
    return days
