"""What changed between two releases, cause by cause, and a frozen release made anew from what was known on its day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import pytest

from live_tracker.release.diff import Diff, diff
from live_tracker.release.freeze import freeze
from live_tracker.settings import PROJECT, Settings
from tests.deliver import Row, fetch, write_delivery
from tests.made_children import FORCE, MadeChild
from tests.night import run_night

pytestmark = pytest.mark.slow

FIRST, SECOND = dt.date(2024, 12, 1), dt.date(2024, 12, 2)
CELL = ("national_proven", "2023Q2", "northborough")
LATE, CORRECTED, DELETED, STAYS, GOES = range(1, 6)


def children() -> dict[int, MadeChild]:
    """Five children of 2023Q2; the reoffence of each is what the second night is about."""
    made = {number: MadeChild(number) for number in (LATE, CORRECTED, DELETED, STAYS, GOES)}
    for number, child in made.items():
        child.offence("2023-04-01", "2023-05-10")
        child.offence("2023-06-01", "" if number == LATE else "2023-07-01")
    return made


def correct(child: MadeChild, feed: str, table: str, **change: str) -> None:
    """Change the row of the child's reoffence."""
    rows = child.rows[feed, table]
    rows[-1] = {**rows[-1], **change}


def change(made: dict[int, MadeChild]) -> None:
    late = made[LATE].rows["pnc", "disposal"]
    asn = made[LATE].rows["pnc", "arrest_summons"][-1]["asn"]
    late.append({**late[0], "asn": asn, "disposal_date": "2023-07-01"})
    correct(made[CORRECTED], "pnc", "offence", start_date="2023-04-15")
    correct(made[CORRECTED], "yot", "offence", offence_date="2023-04-15")
    made[DELETED].rows["pnc", "disposal"].pop()
    made[DELETED].rows["yot", "outcome"].pop()
    made[GOES].rows["pnc", "nominal"][0] = {**made[GOES].rows["pnc", "nominal"][0], "merged_into": made[STAYS].pnc_id}


def deliver(root: Path, day: dt.date, made: dict[int, MadeChild]) -> None:
    tables: dict[str, dict[str, list[Row]]] = {"yot": defaultdict(list), "pnc": defaultdict(list)}
    for child in made.values():
        for (feed, table), rows in child.rows.items():
            tables[feed][table] += rows
    for feed, source in (("yot", "northborough"), ("pnc", FORCE)):
        write_delivery(root, feed, source, day.isoformat(), day.day, tables[feed])


@pytest.fixture
def releases(warehouse: Settings, tmp_path: Path) -> tuple[str, str]:
    """The releases of two nights, both as of the first."""
    made = children()
    deliver(tmp_path, FIRST, made)
    first = run_night(warehouse, tmp_path, PROJECT / "definitions", as_of=FIRST)
    change(made)
    deliver(tmp_path, SECOND, made)
    return first, run_night(warehouse, tmp_path, PROJECT / "definitions", as_of=FIRST)


def test_causes_add_up_and_a_frozen_release_is_made_anew_the_same(
    warehouse: Settings, tmp_path: Path, releases: tuple[str, str]
) -> None:
    first, second = releases
    found = diff(warehouse, first, second, None, None)
    assert_adds_up(found)
    told = {change.cause: change[4:] for change in found.changes if change[:3] == CELL}
    assert told == {
        "late outcome": (1, 0, 1, 1),
        "correction": (1, 0, -1, -1),
        "deletion": (1, 0, -1, -1),
        "merge or split": (2, -1, -1, 0),
    }
    [cell] = [cell for cell in found.cells if cell[:3] == CELL]
    assert (cell.before, cell.after) == ((5, 4, 4), (4, 2, 3))
    assert {change[:3] for change in found.changes} >= {CELL}
    assert diff(warehouse, second, "live", None, None) == Diff(second, second, [], [], is_backwards=False)

    freeze(warehouse, "2023Q2", first, "a tester", None)
    again = run_night(warehouse, tmp_path, PROJECT / "definitions", as_of=FIRST, known_as_of=FIRST)
    hashes = dict(fetch(warehouse, "SELECT release_id, candidate_hash FROM release.release"))
    assert hashes[again] == hashes[first] != hashes[second]
    assert_adds_up(diff(warehouse, "board", second, "2023Q2", "national_proven"))
    assert [diff(warehouse, *pair, None, None).is_backwards for pair in ((first, second), (second, first))] == [
        False,
        True,
    ]


def assert_adds_up(found: Diff) -> None:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for change in found.changes:
        for place, count in enumerate(change[5:]):
            sums[change[:3]][place] += count
    moved = {key: counts for key, counts in sums.items() if any(counts)}
    assert moved == {
        cell[:3]: [after - before for before, after in zip(cell.before, cell.after, strict=True)]
        for cell in found.cells
    }
    assert found.cells
