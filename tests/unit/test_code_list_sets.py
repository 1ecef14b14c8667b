"""Sets of code lists: kept by their hash, and what they say reaches the warehouse as it is written."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from live_tracker.errors import CheckFailed
from live_tracker.reference_data.code_lists import read_code_lists, reference_hash
from live_tracker.settings import Settings
from tests import deliver
from tests.made_code_lists import LISTS, change, counts, load, write_lists


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return write_lists(tmp_path / "lists")


def test_loading_returns_the_hash_of_the_folder(warehouse: Settings, lists: Path) -> None:
    assert load(warehouse, lists) == reference_hash(lists)
    assert deliver.fetch(warehouse, "SELECT reference_hash FROM reference.code_set") == [(reference_hash(lists),)]


def test_loading_twice_changes_nothing(warehouse: Settings, lists: Path) -> None:
    once = load(warehouse, lists), counts(warehouse), deliver.fetch(warehouse, "TABLE reference.code_set")
    again = load(warehouse, lists), counts(warehouse), deliver.fetch(warehouse, "TABLE reference.code_set")
    assert once == again


def test_two_at_once_load_one_set(warehouse: Settings, lists: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        hashes = set(threads.map(lambda _: load(warehouse, lists), range(2)))
    assert (len(hashes), counts(warehouse)["code_set"], counts(warehouse)["tier"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,pre_court"),
        ("seriousness.csv", "008,3", "008,5"),
        ("offence_code.csv.gz", "AA00005,Five,CE,000/00,0", "AA00005,Five,CE,000/00,1"),
        ("dummy_asn.csv", "^0800", "^0900"),
        ("ethnicity.csv", "W1,White,White British,ours\n", ""),
        ("population.csv", "2020,17,White,20", "2020,17,White,21"),
        ("comparator.csv", "33.8", "33.80"),
    ],
)
def test_a_changed_row_gives_another_hash(lists: Path, file: str, old: str, new: str) -> None:
    before = reference_hash(lists)
    change(lists, file, old, new)
    assert reference_hash(lists) != before


def test_the_same_lists_elsewhere_have_the_same_hash(lists: Path, tmp_path: Path) -> None:
    assert reference_hash(shutil.copytree(lists, tmp_path / "elsewhere")) == reference_hash(lists)


def test_other_files_of_the_folder_do_not_count(lists: Path) -> None:
    before = reference_hash(lists)
    (lists / "notes.txt").write_text("ours")
    assert reference_hash(lists) == before


def test_the_old_set_stays_beside_the_new_one(warehouse: Settings, lists: Path) -> None:
    old = load(warehouse, lists)
    change(lists, "legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,pre_court")
    new = load(warehouse, lists)
    query = "SELECT reference_hash, tier FROM reference.legal_outcome WHERE legal_outcome = 'REFERRAL_ORDER'"
    assert set(deliver.fetch(warehouse, query)) == {(old, "first_tier"), (new, "pre_court")}


def test_the_longest_class_that_fits_gives_group_and_score(lists: Path) -> None:
    rows = read_code_lists(lists)["offence_code"]
    assert [(row[0], *row[5:]) for row in rows] == [
        ("AA00001", "Weapons", None, "3"),
        ("AA00002", "Violence", "VIOLENCE_AGAINST_THE_PERSON", "4"),
        ("AA00003", "Summary motoring", None, None),
        ("AA00004", "Summary non-motoring", None, None),
        ("AA00005", "Not known", None, None),
    ]


def test_a_tier_given_to_a_result_that_is_not_final_does_not_count(lists: Path) -> None:
    change(lists, "result_tier.csv", "1097,", "3117,first_tier,,ours\n1097,")
    tiers = {row[0]: (row[3], row[4]) for row in read_code_lists(lists)["result_code"]}
    assert tiers["3117"] == ("0", "none")


def test_a_published_value_keeps_the_decimals_that_are_printed(warehouse: Settings, lists: Path) -> None:
    load(warehouse, lists)
    query = "SELECT measure, definition, value::text, numerator, note FROM reference.comparator ORDER BY measure"
    assert deliver.fetch(warehouse, query) == [
        ("binary_rate", "national_proven", "33.8", 22, None),
        ("custody_per_1000", None, "0.40", None, "old"),
    ]


def test_two_plans_may_print_one_figure_and_one_plan_may_not_print_two(warehouse: Settings, lists: Path) -> None:
    row = LISTS["comparator.csv"].splitlines()[-1]
    (lists / "comparator.csv").write_text(f"{LISTS['comparator.csv']}{row.replace('a bulletin', 'a plan')}\n")
    load(warehouse, lists)
    (lists / "comparator.csv").write_text(f"{LISTS['comparator.csv']}{row.replace('0.40', '0.41')}\n")
    with pytest.raises(CheckFailed, match="row 4, column source: the same area and measure"):
        load(warehouse, lists)


@pytest.mark.parametrize("title", ["back\\slash", "\\N", "tab\there", '"two\nlines"', "Zoë"])
def test_a_title_arrives_as_it_is_written(warehouse: Settings, lists: Path, title: str) -> None:
    change(lists, "ethnicity.csv", "White British", title)
    load(warehouse, lists)
    assert deliver.fetch(warehouse, "SELECT title FROM reference.ethnicity") == [(title.strip('"'),)]
