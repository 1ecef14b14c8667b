"""Sets of definitions: kept by the hash of what they say, beside one another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from live_tracker.errors import CheckFailed
from live_tracker.reference_data.definitions import (
    DEFINITIONS,
    TIERS,
    definitions_hash,
    load_definitions,
    read_definitions,
)
from live_tracker.settings import Settings
from tests import deliver
from tests.made_definitions import ONE, ONE_TIERS, TWO, TWO_TIERS, Row, counts, without, write


def encoded(folder: Path, change: Callable[[bytes], bytes]) -> Path:
    for file in (DEFINITIONS, TIERS):
        (folder / file).write_bytes(change((folder / file).read_bytes()))
    return folder


BOTH, ALL_TIERS = [ONE, TWO], [*ONE_TIERS, *TWO_TIERS]
SAME: dict[str, Callable[[Path], Path]] = {
    "rows the other way round": lambda d: write(d, BOTH[::-1], ALL_TIERS[::-1]),
    "columns the other way round": lambda d: write(d, [dict(reversed(row.items())) for row in BOTH], ALL_TIERS),
    "defaults left out": lambda d: write(d, [without(row, "proof_sources", "milestones") for row in BOTH], ALL_TIERS),
    "sources the other way round": lambda d: write(d, [{**ONE, "proof_sources": "pnc; cms"}, TWO], ALL_TIERS),
    "milestones the other way round": lambda d: write(d, [{**ONE, "milestones": "12;9; 6;03"}, TWO], ALL_TIERS),
    "flags the other way round": lambda d: write(d, [ONE, {**TWO, "entry_flags": " ODOC ;MAPPA;ODOC;"}], ALL_TIERS),
    "blanks around values": lambda d: write(d, [{**ONE, "title": " One ", "min_age": " 010"}, TWO], ALL_TIERS),
    "a BOM": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: b"\xef\xbb\xbf" + data),
    "CRLF": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: data.replace(b"\n", b"\r\n")),
    "blank lines": lambda d: encoded(write(d, BOTH, ALL_TIERS), lambda data: data.replace(b"\n", b"\n\n")),
}


@pytest.mark.parametrize("written", SAME.values(), ids=SAME)
def test_the_same_definitions_written_in_another_way_have_the_same_hash(
    tmp_path: Path, written: Callable[[Path], Path]
) -> None:
    as_usual = definitions_hash(read_definitions(write(tmp_path / "usual", BOTH, ALL_TIERS)))
    assert definitions_hash(read_definitions(written(tmp_path / "other"))) == as_usual


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "Another"),
        ("cohort_period", "calendar_year"),
        ("min_age", "11"),
        ("max_age", "16"),
        ("entry", "outcome_or_release"),
        ("entry_filter", "knife"),
        ("follow_up_months", "18"),
        ("waiting_months", "0"),
        ("proof_sources", "pnc"),
        ("milestones", "3;6;9"),
        ("description", "Another"),
    ],
)
def test_another_value_gives_another_hash(tmp_path: Path, column: str, value: str) -> None:
    before = definitions_hash(read_definitions(write(tmp_path / "d")))
    assert definitions_hash(read_definitions(write(tmp_path / "d", [{**ONE, column: value}]))) != before


@pytest.mark.parametrize(
    "tiers", [ONE_TIERS[1:], ONE_TIERS[:3], [*ONE_TIERS[:3], {**ONE_TIERS[3], "tier": "pre_court"}]]
)
def test_other_tiers_give_another_hash(tmp_path: Path, tiers: list[Row]) -> None:
    before = definitions_hash(read_definitions(write(tmp_path / "d")))
    assert definitions_hash(read_definitions(write(tmp_path / "d", tiers=tiers))) != before


def test_loading_returns_the_hash_of_what_was_read(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    assert load_definitions(warehouse, folder) == definitions_hash(read_definitions(folder))


def test_loading_twice_changes_nothing(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    once = load_definitions(warehouse, folder), deliver.fetch(warehouse, "TABLE reference.definition_set")
    again = load_definitions(warehouse, folder), deliver.fetch(warehouse, "TABLE reference.definition_set")
    assert (again, counts(warehouse)) == (once, [1, 1, 4])


def test_two_at_once_load_one_set(warehouse: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    with ThreadPoolExecutor(2) as threads:
        hashes = set(threads.map(lambda _: load_definitions(warehouse, folder), range(2)))
    assert (len(hashes), counts(warehouse)) == (1, [1, 1, 4])


def test_the_old_set_stays_beside_the_new_one(warehouse: Settings, tmp_path: Path) -> None:
    old = load_definitions(warehouse, write(tmp_path / "d"))
    new = load_definitions(warehouse, write(tmp_path / "d", [{**ONE, "waiting_months": "0"}]))
    query = "SELECT definitions_hash, waiting_months FROM reference.cohort_definition"
    assert set(deliver.fetch(warehouse, query)) == {(old, 6), (new, 0)}


def test_the_old_set_is_found_again(warehouse: Settings, tmp_path: Path) -> None:
    old = load_definitions(warehouse, write(tmp_path / "d"))
    load_definitions(warehouse, write(tmp_path / "d", [{**ONE, "waiting_months": "0"}]))
    assert load_definitions(warehouse, write(tmp_path / "d")) == old
    assert counts(warehouse) == [2, 2, 8]


def test_a_refused_folder_leaves_the_loaded_set(warehouse: Settings, tmp_path: Path) -> None:
    load_definitions(warehouse, write(tmp_path / "d"))
    with pytest.raises(CheckFailed):
        load_definitions(warehouse, write(tmp_path / "d", [{**ONE, "min_age": "x"}]))
    assert counts(warehouse) == [1, 1, 4]
