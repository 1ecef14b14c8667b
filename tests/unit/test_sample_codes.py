"""The default sample has every code of the contract, and nothing that the reference lists have otherwise."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from live_tracker.deliveries.contract import FEEDS, POLICE_CAUTIONS
from live_tracker.settings import Settings
from tests.deliver import fetch, land_all
from tests.engine_cases import REFERENCE
from tests.sample_data.circumstances import LOCAL_FLAG
from tests.sample_data.nights import write_sample
from tests.sample_data.offences import BREACHES, DISPOSAL, FATES, KINDS, REVOKED, TIERS

Values = dict[tuple[str, str, str], set[str]]
COURT_TIERS = ("first_tier", "community", "custody")
FLAGS = "IOM ODOC MAPPA GANG CCE CSE NRM KNIFE".split()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    write_sample(out)
    return out


@pytest.fixture(scope="module")
def values(sample: Path) -> Values:
    """The values that any delivery has, by feed, table and column."""
    found: Values = defaultdict(set)
    for path in sample.glob("deliveries/*/*/*/*.csv"):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    found[path.parts[-4], path.stem, column].add(value)
    return found


def tier_of(outcome: str) -> str | None:
    return REFERENCE.legal_outcomes.get(outcome)


def test_every_code_of_the_contract_is_delivered_and_no_other(values: Values) -> None:
    for feed in FEEDS.values():
        for table in feed.tables:
            for column in table.columns:
                codes = column.codes
                if codes is not None and column.name == "programme_type":
                    # the contract's set is wider than its text: a programme is of a court's outcome, or none's
                    codes = frozenset(code for code in codes if (tier_of(code) or "custody") in COURT_TIERS)
                if codes is not None:
                    assert values[feed.name, table.name, column.name] - {""} == codes, f"{table.name}.{column.name}"


def test_every_flag_and_a_local_one_is_delivered(values: Values) -> None:
    assert values["yot", "child_flag", "flag"] == {*FLAGS, LOCAL_FLAG}


def test_police_write_every_disposal_in_words_and_numbers(values: Values) -> None:
    disposals = values["pnc", "disposal", "disposal_type"]
    assert disposals == {*DISPOSAL.values(), REVOKED}
    assert disposals >= POLICE_CAUTIONS


def test_kinds_are_what_the_reference_lists_say() -> None:
    for kind in (*KINDS, *(fate.kind for fate in FATES)):
        code = REFERENCE.offence_codes[kind.cjs_code]
        assert (code.is_recordable, code.category == "CB") == (kind.is_recordable, False), kind
        listed = (REFERENCE.category_of(kind.cjs_code), REFERENCE.seriousness_of(kind.cjs_code))
        assert listed == (kind.yjb_category, kind.seriousness), kind


def test_breaches_are_breaches_some_of_them_recordable() -> None:
    codes = [(kind, REFERENCE.offence_codes[kind.cjs_code]) for kind in BREACHES.values()]
    assert {code.category for _, code in codes} == {"CB"}
    assert [code.is_recordable for _, code in codes] == [kind.is_recordable for kind, _ in codes]
    assert {kind.is_recordable for kind, _ in codes} == {True, False}


def test_outcomes_are_of_the_tiers_of_the_reference_list() -> None:
    no_proof = {"non_conviction": "none", "no_action": "none"}
    listed = {outcome: tier_of(outcome) or "" for outcome in TIERS if tier_of(outcome)}
    assert {outcome: no_proof.get(tier, tier) for outcome, tier in listed.items()} == {
        outcome: TIERS[outcome] for outcome in listed
    }


def test_it_is_loaded_whole_and_every_code_is_in_the_lists(sample: Path, values: Values, warehouse: Settings) -> None:
    land_all(warehouse, sample / "deliveries")
    assert fetch(warehouse, "SELECT outcome FROM ops.delivery_attempt GROUP BY outcome") == [("loaded",)]
    assert fetch(warehouse, "SELECT count(*) FROM ops.quarantine") == [(0,)]
    offences = values["yot", "offence", "cjs_code"] | values["pnc", "offence", "cjs_code"]
    assert offences <= REFERENCE.offence_codes.keys()
    assert values["pnc", "disposal", "disposal_type"] <= REFERENCE.result_tiers.keys()
