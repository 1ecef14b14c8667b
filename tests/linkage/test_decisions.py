"""Which pairs join, are looked at or rejected, by their levels and weights."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from live_tracker.identity.linkage.decisions import MARGIN, decide
from live_tracker.identity.linkage.model import JOIN_FROM, REVIEW_FROM, THRESHOLDS

ALIKE = {
    **{"left_key": "c", "right_key": "n", "right_pnc_id": None, "match_weight": 20.0, "forename": "exact"},
    **{"surname": "exact", "date_of_birth": "exact", "postcode": "exact", "court": None, "pnc_id": None, "cro": None},
}
"""A pair that agrees in everything but ids; others are told by what differs."""
BROTHERS = {"forename": "other", "date_of_birth": "five_years"}
ID_ALONE = {"pnc_id": "exact", "forename": "other", "surname": "other", "date_of_birth": "other", "match_weight": -3.0}


def _decided(*pairs: dict[str, Any], one_to_one: bool = True) -> list[tuple[str, str]]:
    frame = pd.DataFrame([ALIKE | pair for pair in pairs], columns=list(ALIKE)).astype({"match_weight": float})
    found = decide(frame, THRESHOLDS, one_to_one=one_to_one)
    return list(zip(found["decision"], found["method"], strict=True))


@pytest.mark.parametrize(
    ("pair", "decision"),
    [
        ({}, ("join", "splink")),
        ({"match_weight": JOIN_FROM}, ("join", "splink")),
        ({"match_weight": JOIN_FROM - 0.01}, ("review", "splink")),
        ({"match_weight": REVIEW_FROM}, ("review", "splink")),
        ({"match_weight": REVIEW_FROM - 0.01}, ("reject", "splink")),
    ],
)
def test_bands(pair: dict[str, Any], decision: tuple[str, str]) -> None:
    assert _decided(pair) == [decision]


@pytest.mark.parametrize(
    ("pair", "decision"),
    [
        (ID_ALONE, ("review", "conflict")),
        (ID_ALONE | {"match_weight": 40.0}, ("review", "conflict")),
        (ID_ALONE | {"surname": None, "date_of_birth": None}, ("review", "conflict")),
        (ID_ALONE | {"surname": "near"}, ("review", "conflict")),
        (ID_ALONE | {"date_of_birth": "two_parts"}, ("review", "conflict")),
        *((ID_ALONE | {"surname": level}, ("join", "pnc_id")) for level in ("exact", "alias", "close")),
        *(
            (ID_ALONE | {"date_of_birth": level}, ("join", "pnc_id"))
            for level in ("exact", "weak", "alias", "day_month_swap", "century", "one_edit")
        ),
        (ID_ALONE | {"forename": "swapped", "surname": None}, ("join", "pnc_id")),
        (ID_ALONE | {"pnc_id": None, "cro": "exact", "surname": "exact"}, ("join", "cro")),
        (ID_ALONE | {"pnc_id": "other", "cro": "exact"}, ("review", "conflict")),
    ],
)
def test_an_id_joins_where_surname_or_date_of_birth_agrees(pair: dict[str, Any], decision: tuple[str, str]) -> None:
    assert _decided(pair) == [decision]


@pytest.mark.parametrize("date", ["exact", "one_edit", "two_parts", "five_years"])
@pytest.mark.parametrize("household", [{"postcode": "exact"}, {"postcode": "other", "court": "one_day"}])
def test_brothers_and_twins_never_join(date: str, household: dict[str, Any]) -> None:
    twins = BROTHERS | household | {"date_of_birth": date, "match_weight": 30.0}
    assert _decided(twins) == [("reject", "guard")]
    assert _decided(twins, one_to_one=False) == [("reject", "guard")]
    # forenames nearly the same are a twin's or a slip of the pen: somebody looks
    assert _decided(twins | {"forename": "near"}) == [("review", "guard")]


@pytest.mark.parametrize("shared", [{"court": "asn"}, {"pnc_id": "exact"}, {"cro": "exact"}])
def test_a_shared_number_tells_a_child_with_two_names_from_two_children(shared: dict[str, Any]) -> None:
    (decision, _) = _decided(BROTHERS | {"match_weight": 30.0} | shared)[0]
    assert decision == "join"


@pytest.mark.parametrize(
    ("pair", "decision"),
    [
        # a father and a son, a cousin, somebody of no known date
        ({"date_of_birth": "other"}, "review"),
        ({"date_of_birth": None}, "review"),
        ({"forename": "nickname", "date_of_birth": "five_years"}, "review"),
        ({"forename": "other", "postcode": "other"}, "review"),
        ({"forename": None}, "review"),
        # nobody has a brother of the same name
        ({"date_of_birth": "five_years"}, "join"),
    ],
)
def test_weight_alone_joins_nobody(pair: dict[str, Any], decision: str) -> None:
    assert _decided(pair | {"match_weight": 30.0}) == [(decision, "splink")]


def test_a_child_joins_its_best_nominal() -> None:
    pairs = {"right_key": "n1"}, {"right_key": "n2", "match_weight": 20.0 - MARGIN}
    assert _decided(*pairs) == [("join", "splink"), ("reject", "splink")]
    assert _decided(*pairs, one_to_one=False) == [("join", "splink"), ("join", "splink")]


@pytest.mark.parametrize(
    "second", [{}, {"match_weight": 20.1 - MARGIN}, {"date_of_birth": "other"}, {"right_key": "n0"}]
)
def test_two_that_are_too_close_are_for_review(second: dict[str, Any]) -> None:
    pairs = {"right_key": "n1"}, {"right_key": "n2"} | second
    assert _decided(*pairs) == [("review", "splink")] * 2


def test_a_twin_does_not_contest_the_other() -> None:
    pairs = {"right_key": "n1"}, {"right_key": "n2", "forename": "other", "match_weight": 18.0}
    assert _decided(*pairs) == [("join", "splink"), ("reject", "guard")]


def test_nominals_of_one_pnc_id_are_one_person() -> None:
    pairs = [{"right_key": key, "right_pnc_id": "2019/1234567J"} for key in ("n1", "n2")]
    assert _decided(*pairs) == [("join", "splink")] * 2


def test_a_pnc_id_goes_before_a_cro_number_and_that_before_a_weight() -> None:
    by_pnc_id, by_cro = (
        {"right_key": "n1", "pnc_id": "exact"},
        {"right_key": "n2", "cro": "exact", "match_weight": 30.0},
    )
    assert _decided(by_pnc_id, by_cro) == [("join", "pnc_id"), ("review", "conflict")]
    by_weight = {"right_key": "n3", "match_weight": 30.0}
    assert _decided(by_cro, by_weight) == [("join", "cro"), ("review", "splink")]


def test_one_cro_number_of_two_people_joins_neither() -> None:
    pairs = {"right_key": "n1", "cro": "exact"}, {"right_key": "n2", "cro": "exact", "match_weight": 19.0}
    assert {decision for decision, _ in _decided(*pairs)} == {"review"}


def test_a_conflict_is_kept_for_review_beside_a_join() -> None:
    pairs = {"right_key": "n1"}, {"right_key": "n2"} | ID_ALONE
    assert _decided(*pairs) == [("join", "splink"), ("review", "conflict")]


def test_the_order_of_rows_decides_nothing() -> None:
    pairs: list[dict[str, Any]] = [
        {"right_key": "n1"},
        {"right_key": "n2", "match_weight": 15.0},
        {"right_key": "n3", "cro": "exact", "match_weight": 19.0},
        {"right_key": "n4", "cro": "exact", "match_weight": 19.0},
        {"right_key": "n5"} | BROTHERS,
    ]
    outcomes = {
        tuple(sorted(zip([pair["right_key"] for pair in order], _decided(*order), strict=True)))
        for order in itertools.permutations(pairs)
    }
    assert len(outcomes) == 1


def test_no_pairs() -> None:
    assert _decided() == []
