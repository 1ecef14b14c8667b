"""Cleaned frames in, decided pairs out, by the shipped model."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from live_tracker.identity.cleaning import clean
from live_tracker.identity.linkage.model import Model, shipped_model
from live_tracker.identity.linkage.pairs import link, score
from tests.linkage.people import Rates, make_people
from tests.linkage.records import JACK, KNOWN_ON, cleaned

PNC_ID, OTHER_PNC_ID = "2019/1234567J", "2021/0000007B"


@pytest.fixture(scope="module")
def model() -> Model:
    return shipped_model()


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Children and nominals with three times the usual errors, and their court days."""
    made = make_people(600, seed=11, rates=Rates().times(3))
    rows = made.children.to_dict("records")
    nominals = [
        row | dict(zip(("forename", "middle_names"), (f"{row['forenames']} ".split(" ", 1)), strict=True))
        for row in made.nominals.to_dict("records")
    ]
    children = {row["child_id"]: {name: row[name] for name in JACK} for row in rows}
    return cleaned(**children), cleaned(**{row["pnc_id"]: {name: row[name] for name in JACK} for row in nominals})


def _links(pairs: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    kept = pairs[pairs["decision"] != "reject"]
    columns = (kept[name].tolist() for name in ("left_key", "right_key", "decision", "method"))
    return {(left, right): (decision, method) for left, right, decision, method in zip(*columns, strict=True)}


def _only(pairs: pd.DataFrame) -> dict[str, Any]:
    (pair,) = pairs.to_dict("records")
    return {str(name): value for name, value in pair.items()}


def test_a_child_and_its_nominal(model: Model) -> None:
    pairs = link(cleaned(c={}), cleaned(n={"postcode": "LE1 2AB"}, m={"forename": "Oliver"}), model)
    assert _links(pairs) == {("c", "n"): ("join", "splink")}


@pytest.mark.parametrize(
    ("child", "nominal", "outcome"),
    [
        # an id and one of the two
        ({"pnc_id": "19/1234567J", "surname": "Patel"}, {"pnc_id": PNC_ID}, ("join", "pnc_id")),
        ({"pnc_id": PNC_ID, "date_of_birth": "2001-11-30"}, {"pnc_id": PNC_ID}, ("join", "pnc_id")),
        ({"cro_no": "65656/91H", "surname": "Patel"}, {"cro_no": "065656/91H"}, ("join", "cro")),
        # an id and neither
        (
            {"pnc_id": PNC_ID, "surname": "Patel", "date_of_birth": "2001-11-30"},
            {"pnc_id": PNC_ID},
            ("review", "conflict"),
        ),
    ],
)
def test_a_shared_id(model: Model, child: dict[str, Any], nominal: dict[str, Any], outcome: tuple[str, str]) -> None:
    assert _links(link(cleaned(c=child), cleaned(n=nominal), model)) == {("c", "n"): outcome}


def test_an_id_that_does_not_check_is_none(model: Model) -> None:
    child = {"pnc_id": "2019/1234567A", "surname": "Patel", "date_of_birth": "2001-11-30"}
    assert not _links(link(cleaned(c=child), cleaned(n={"pnc_id": PNC_ID}), model))


@pytest.mark.parametrize("date_of_birth", ["2009-03-17", "2010-05-02"])
def test_brothers_who_offend_together(model: Model, date_of_birth: str) -> None:
    day = {"court_days": ["2024-01-08"]}
    brother = day | {"forename": "Oliver", "date_of_birth": date_of_birth}
    pairs = link(cleaned(jack=day, oliver=brother), cleaned(JACK=day, OLIVER=brother), model)
    assert _links(pairs) == {("jack", "JACK"): ("join", "splink"), ("oliver", "OLIVER"): ("join", "splink")}
    assert not _links(link(cleaned(jack=day), cleaned(OLIVER=brother), model))


def test_two_nominals_as_like_as_each_other_are_for_review(model: Model) -> None:
    pairs = link(cleaned(c={}), cleaned(n1={"pnc_id": PNC_ID}, n2={"pnc_id": OTHER_PNC_ID}), model)
    assert _links(pairs) == {("c", "n1"): ("review", "splink"), ("c", "n2"): ("review", "splink")}


def test_a_child_of_two_services_is_found_within_one_frame(model: Model) -> None:
    children = cleaned(a={}, b={"postcode": ""}, c={"forename": "Jak"}, d={"forename": "Oliver"})
    links = _links(link(children, None, model))
    joined = {pair for pair, (decision, _) in links.items() if decision == "join"}
    # one of them may have another to itself: within a frame there is no best
    assert joined == {("a", "b"), ("a", "c"), ("b", "c")}


def test_names_that_the_model_does_not_know(model: Model) -> None:
    rare = {"forename": "Xiuying", "surname": "Nguyễn-Þórsdóttir"}
    pair = _only(score(cleaned(c=rare), cleaned(n=rare), model))
    common = _only(score(cleaned(c={}), cleaned(n={}), model))
    # rarer than Jack Holloway, and no proof by itself
    assert common["forename_bits"] < pair["forename_bits"] < 11
    assert common["surname_bits"] < pair["surname_bits"] < 13


def test_a_number_of_another_country_is_evidence(model: Model) -> None:
    same = _only(score(cleaned(c={"postcode": "4223"}), cleaned(n={"postcode": "4223"}), model))
    unknown = _only(score(cleaned(c={"postcode": "4223"}), cleaned(n={"postcode": ""}), model))
    assert same["match_weight"] > unknown["match_weight"] + 3


def test_columns_of_courts_may_be_missing(model: Model) -> None:
    without = cleaned(c={}).drop(columns=["asns_arr", "court_days_arr"])
    assert _links(link(without, cleaned(n={}), model)) == {("c", "n"): ("join", "splink")}


@pytest.mark.parametrize("empty", ["left", "right", "both"])
def test_frames_without_rows(model: Model, empty: str) -> None:
    one, none = cleaned(c={}), cleaned(c={}).iloc[:0]
    pairs = link(one if empty == "right" else none, one if empty == "left" else none, model)
    assert pairs.empty
    assert {"left_key", "right_key", "match_weight", "decision", "method"} <= set(pairs.columns)


def test_the_order_of_rows_changes_nothing(model: Model, people: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    children, nominals = people
    shuffled = children.sample(frac=1, random_state=1), nominals.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(link(*people, model), link(*shuffled, model))


def test_a_part_weighs_as_the_whole_does(model: Model, people: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    children, nominals = people
    whole = score(children, nominals, model)
    some = children.iloc[::7]
    expected = whole[whole["left_key"].isin(set(some["record_key"]))].reset_index(drop=True)
    assert len(expected) > 20
    pd.testing.assert_frame_equal(score(some, nominals, model), expected)
    alone = nominals.iloc[:50:10]
    found = pd.concat([score(children, alone.iloc[[place]], model) for place in range(len(alone))])
    among_all = whole[whole["right_key"].isin(set(alone["record_key"]))]
    # a child that another nominal's id has settled is not looked at again: alone, a nominal may see more
    weights = found.set_index(["left_key", "right_key"])["match_weight"]
    expected_weights = among_all.set_index(["left_key", "right_key"])["match_weight"]
    assert len(expected_weights) >= len(alone) / 2
    pd.testing.assert_series_equal(weights.loc[expected_weights.index], expected_weights, check_exact=True)


def test_most_are_found_and_nobody_else_is_joined(model: Model) -> None:
    made = make_people(3_000, seed=5)
    children = made.children.assign(known_on=KNOWN_ON, record_key=made.children["child_id"])
    names = made.nominals["forenames"].str.partition(" ")
    nominals = made.nominals.assign(
        known_on=KNOWN_ON, record_key=made.nominals["pnc_id"], forename=names[0], middle_names=names[2]
    )
    links = _links(link(clean(children), clean(nominals), model))
    truth = set(zip(made.truth["child_id"], made.truth["pnc_id"], strict=True))
    joined = {pair for pair, (decision, _) in links.items() if decision == "join"}
    assert len(joined - truth) <= 1
    assert len(truth & joined) > 0.95 * len(truth)
    assert len(truth & set(links)) > 0.98 * len(truth)
