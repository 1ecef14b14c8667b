"""Training: what is learnt from records of which nobody says who is whom."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from live_tracker.identity.linkage import training
from live_tracker.identity.linkage.files import read_files
from live_tracker.identity.linkage.model import Model, Odds, shipped_model
from live_tracker.identity.linkage.training import FEWEST_BEARERS, TooLittleToLearn, changes, fitted, train
from tests.linkage.people import People, make_people, write_files
from tests.linkage.records import KNOWN_ON

SAMPLED = 1e5


@pytest.fixture(scope="module")
def people() -> People:
    return make_people(3_000, seed=21)


@pytest.fixture(scope="module")
def frames(people: People, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    children, nominals = write_files(people, tmp_path_factory.mktemp("files"))
    return read_files(children, nominals, KNOWN_ON)


@pytest.fixture(scope="module")
def ignorant() -> Model:
    """The shipped model with dates of birth that say next to nothing."""
    shipped = shipped_model()
    levels = {name: Odds(odds.u, odds.u) for name, odds in shipped.levels["date_of_birth"].items()}
    return replace(shipped, levels=shipped.levels | {"date_of_birth": levels})


@pytest.fixture(scope="module")
def trained(frames: tuple[pd.DataFrame, pd.DataFrame], ignorant: Model) -> Model:
    return train(*frames, "trained", ignorant, {"records": "made up"}, sampled_pairs=SAMPLED)


def test_what_the_records_teach(trained: Model, people: People) -> None:
    levels = trained.levels["date_of_birth"]
    assert levels["exact"].bits > 10
    assert levels["day_month_swap"].bits > 3
    assert levels["other"].bits < -2
    # the share of pairs that are one person, and nobody has told it
    pairs = len(people.children) * len(people.nominals)
    assert trained.prior == pytest.approx(len(people.truth) / pairs, rel=0.1)


def test_what_they_cannot_teach_stays(trained: Model, ignorant: Model) -> None:
    for name in ("court", "pnc_id", "cro"):
        assert trained.levels[name] == ignorant.levels[name]


def test_the_model_tells_no_rare_name(trained: Model, frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    surnames = pd.concat([frame["surname_std"] for frame in frames]).value_counts()
    assert set(trained.frequencies["surname"]) == set(surnames[surnames >= FEWEST_BEARERS].index)
    assert trained.frequencies["surname"]["SMITH"] == pytest.approx(surnames["SMITH"] / surnames.sum(), rel=1e-5)


def test_the_same_records_make_the_same_model(
    trained: Model, frames: tuple[pd.DataFrame, pd.DataFrame], ignorant: Model
) -> None:
    shuffled = frames[0].sample(frac=1, random_state=3), frames[1].sample(frac=1, random_state=3)
    again = train(*shuffled, "trained", ignorant, {"records": "made up"}, sampled_pairs=SAMPLED)
    assert again == trained


def test_changes_name_every_level(trained: Model, ignorant: Model) -> None:
    found = {(change.comparison, change.level): change for change in changes(ignorant, trained)}
    assert len(found) == sum(len(levels) for levels in trained.levels.values())
    exact = found["date_of_birth", "exact"]
    assert exact.before == 0
    assert exact.after == trained.levels["date_of_birth"]["exact"].bits


def test_too_few_records(frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    few = frames[0].head(100), frames[1].head(100)
    with pytest.raises(TooLittleToLearn, match="100 records are too few"):
        train(*few, "few", shipped_model(), {})
    assert fitted(*few, shipped_model()) == shipped_model()


def test_files_without_anybody_in_both_teach_no_errors(
    frames: tuple[pd.DataFrame, pd.DataFrame], people: People
) -> None:
    children, nominals = frames
    strangers = nominals[~nominals["record_key"].isin(set(people.truth["pnc_id"].iloc[::2]))]
    others = children[children["record_key"].isin(set(people.truth["child_id"].iloc[::2]))]
    found = train(others, strangers, "strangers", shipped_model(), {}, sampled_pairs=SAMPLED)
    # brothers and sisters are there, and a few of them pass for one person
    assert found.prior * len(others) * len(strangers) < 20
    for level, odds in shipped_model().levels["forename"].items():
        assert found.levels["forename"][level].m == pytest.approx(odds.m, abs=0.05), level


def test_files_with_nothing_in_common_leave_the_model_as_it_is(
    frames: tuple[pd.DataFrame, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "PAIRS_SAMPLED_TO_FIT", SAMPLED)
    children, nominals = frames
    elsewhere = nominals.assign(dob=None, dobs_arr=None, forename_std="NOBODY", forenames_arr=None)
    with pytest.raises(TooLittleToLearn, match="cannot be trained") as caught:
        train(children, elsewhere, "none", shipped_model(), {}, sampled_pairs=SAMPLED)
    assert "NOBODY" not in str(caught.value)
    assert fitted(children, elsewhere, shipped_model()) == shipped_model()


def test_a_large_population_is_trained_by_name_within_an_area(
    frames: tuple[pd.DataFrame, pd.DataFrame], monkeypatch: pytest.MonkeyPatch, people: People
) -> None:
    monkeypatch.setattr(training, "MOST_STRANGERS", 0.0)
    found = train(*frames, "by area", shipped_model(), {}, sampled_pairs=SAMPLED)
    assert found.levels["date_of_birth"]["exact"].m > 0.8
    pairs = len(people.children) * len(people.nominals)
    assert found.prior == pytest.approx(len(people.truth) / pairs, rel=0.1)
