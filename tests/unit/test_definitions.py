"""Definitions: what the shipped ones say, what a folder may leave out and how it may be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker.reference_data.definitions import (
    Definition,
    load_definitions,
    read_definitions,
)
from live_tracker.settings import Settings
from tests import deliver
from tests.made_definitions import ONE, ONE_TIERS, TWO, TWO_TIERS, only, without, write

SUBSTANTIVE = ("community", "custody", "first_tier", "pre_court")


@pytest.fixture(scope="module")
def shipped(project: Path) -> dict[str, Definition]:
    return {one.definition: one for one in read_definitions(project / "definitions")}


def test_the_shipped_eight_load(warehouse: Settings, project: Path) -> None:
    found = load_definitions(warehouse, project / "definitions")
    query = "SELECT definition FROM reference.cohort_definition WHERE definitions_hash = %s ORDER BY definition"
    assert [row[0] for row in deliver.fetch(warehouse, query, found)] == [
        "first_quarter",
        "knife_crime",
        "leaving_custody",
        "local_live",
        "managed_offenders",
        "national_proven",
        "out_of_court",
        "serious_violence",
    ]


@pytest.mark.parametrize(
    ("name", "period", "entry", "entry_filter", "waiting_months", "proof_sources"),
    [
        ("national_proven", "quarter", "outcome_or_release", "none", 6, "pnc"),
        ("local_live", "quarter", "outcome_or_release", "none", 0, "cms;pnc"),
        ("out_of_court", "quarter", "outcome", "none", 6, "cms;pnc"),
        ("first_quarter", "first_quarter", "outcome_or_release", "none", 0, "cms;pnc"),
        ("serious_violence", "quarter", "outcome_or_release", "serious_violence", 6, "cms;pnc"),
        ("managed_offenders", "financial_year", "flag", "none", 6, "cms;pnc"),
        ("leaving_custody", "quarter", "release", "none", 6, "cms;pnc"),
        ("knife_crime", "quarter", "outcome_or_release", "knife", 6, "cms;pnc"),
    ],
)
def test_a_shipped_definition_says_who_enters_and_how_long_is_waited(
    shipped: dict[str, Definition],
    name: str,
    period: str,
    entry: str,
    entry_filter: str,
    waiting_months: int,
    proof_sources: str,
) -> None:
    one = shipped[name]
    assert (one.cohort_period, one.entry, one.entry_filter, one.waiting_months, one.proof_sources) == (
        *(period, entry, entry_filter, waiting_months, proof_sources),
    )


def test_the_shipped_ones_follow_children_for_a_year(shipped: dict[str, Definition]) -> None:
    assert {(one.min_age, one.max_age, one.follow_up_months) for one in shipped.values()} == {(10, 17, 12)}


def test_the_shipped_ones_are_proven_in_the_substantive_tiers(shipped: dict[str, Definition]) -> None:
    assert {one.proof_tiers for one in shipped.values()} == {SUBSTANTIVE}


def test_only_out_of_court_enters_by_diversion(shipped: dict[str, Definition]) -> None:
    assert [one.definition for one in shipped.values() if "diversion" in one.entry_tiers] == ["out_of_court"]


def test_custodial_sentences_enter_nowhere(shipped: dict[str, Definition]) -> None:
    assert [one.definition for one in shipped.values() if "custody" in one.entry_tiers] == []


def test_managed_offenders_enter_by_two_flags(shipped: dict[str, Definition]) -> None:
    assert {name: one.entry_flags for name, one in shipped.items() if one.entry_flags} == {
        "managed_offenders": ("MAPPA", "ODOC")
    }


def test_every_column_reaches_the_warehouse(warehouse: Settings, tmp_path: Path) -> None:
    row = {
        **TWO,
        "cohort_period": "calendar_year",
        "min_age": "11",
        "max_age": "16",
        "follow_up_months": "24",
        "waiting_months": "0",
        "proof_sources": "pnc",
        "milestones": "6;24",
        "description": 'a "quoted" line, and\nanother',
    }
    found = load_definitions(warehouse, write(tmp_path / "d", [row], TWO_TIERS))
    assert deliver.fetch(warehouse, "TABLE reference.cohort_definition") == [
        (
            *(found, "two", "One", "calendar_year", 11, 16, "flag", "none", ["MAPPA", "ODOC"]),
            *(24, 0, "recordable_not_breach", "pnc", [6, 24], 'a "quoted" line, and\nanother'),
        )
    ]


def test_every_tier_reaches_the_warehouse(warehouse: Settings, tmp_path: Path) -> None:
    found = load_definitions(warehouse, write(tmp_path / "d"))
    assert set(deliver.fetch(warehouse, "TABLE reference.cohort_definition_tier")) == {
        (found, row["definition"], row["role"], row["tier"]) for row in ONE_TIERS
    }


def test_without_optional_columns_the_defaults_hold(tmp_path: Path) -> None:
    one = only(write(tmp_path / "d", [without(ONE, "proof_sources", "milestones")]))
    assert (one.proof_sources, one.milestones) == ("cms;pnc", (3, 6, 9, 12))


def test_in_empty_optional_cells_the_defaults_hold(tmp_path: Path) -> None:
    one = only(write(tmp_path / "d", [{**ONE, "proof_sources": "", "milestones": " "}]))
    assert (one.proof_sources, one.milestones) == ("cms;pnc", (3, 6, 9, 12))


@pytest.mark.parametrize("entry", ["release", "flag"])
def test_no_entry_tier_is_needed_where_no_outcome_enters(tmp_path: Path, entry: str) -> None:
    row = {**ONE, "entry": entry, "entry_flags": "MAPPA" if entry == "flag" else ""}
    assert only(write(tmp_path / "d", [row], ONE_TIERS[2:])).entry_tiers == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("min_age", value) for value in ("0", "17")),
        *(("max_age", value) for value in ("10", "150")),
        *(("follow_up_months", value) for value in ("1", "600")),
        *(("waiting_months", value) for value in ("0", "600")),
    ],
)
def test_a_number_at_its_limit_is_taken(tmp_path: Path, column: str, value: str) -> None:
    assert getattr(only(write(tmp_path / "d", [{**ONE, column: value}])), column) == int(value)


def test_a_name_may_have_63_characters(tmp_path: Path) -> None:
    name = "a" * 63
    folder = write(tmp_path / "d", [{**ONE, "definition": name}], [{**row, "definition": name} for row in ONE_TIERS])
    assert only(folder).definition == name
