"""Training: what the levels say and how common names are, learnt from records of which nobody has said who is whom."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from splink import block_on

from live_tracker.errors import TrackerError
from live_tracker.identity.linkage.blocking import LIKELY_PAIRS, SHARED_IDS
from live_tracker.identity.linkage.compared import prepared
from live_tracker.identity.linkage.comparisons import AREA, COMPARISONS, OTHER, POSTCODE
from live_tracker.identity.linkage.engine import FREQUENCY_COLUMNS, linker
from live_tracker.identity.linkage.model import THRESHOLDS, Model, Odds
from live_tracker.identity.linkage.pairs import Told, weigh

FEWEST_BEARERS = 10
"""Records that must have a name before the model's file tells how common it is: a rare name is somebody's."""
LEAST_M, LEAST_U = 1e-4, 1e-6
"""A level that training saw never or hardly is not impossible: no level says more than 20 bits or less than -13."""
FEWEST_RECORDS = 500
SAMPLED_PAIRS, PAIRS_SAMPLED_TO_FIT = 1e7, 1e6
LEAST_WEIGHT_COUNTED = -5.0
MOST_STRANGERS = 0.5
"""Pairs of two people of one name, for each pair of one person there can be, up to which a name is rule enough."""
PAIRS_BEHIND_BEFORE = 200.0
"""Pairs of one person that the earlier model's m counts for: what a handful of pairs teaches does not overturn it."""
SEED = 1
ROUNDS_FOR_PRIOR = 5


class TooLittleToLearn(TrackerError):
    """The records are too few, or too few of them are one person."""


@dataclass(frozen=True)
class Change:
    """What a level said before and says now, in bits."""

    comparison: str
    level: str
    before: float
    after: float


def train(
    children: pd.DataFrame,
    nominals: pd.DataFrame,
    version: str,
    before: Model,
    notes: Mapping[str, str],
    *,
    fewest_bearers: int = FEWEST_BEARERS,
    sampled_pairs: float = SAMPLED_PAIRS,
    told: Told = lambda _: None,
) -> Model:
    """A model learnt from two cleaned frames by expectation maximisation; the same frames make the same model.

    What the records cannot teach (courts, where no court days are given) is as in `before`, and so in part is what few
    pairs teach. Raises TooLittleToLearn where there are too few records, or no two with a day or a name in common.
    """
    tables = [prepared(frame) for frame in (children, nominals)]
    rows = [table.num_rows for table in tables]
    if min(rows) < FEWEST_RECORDS:
        raise TooLittleToLearn(
            f"{min(rows):,} records are too few to train on", do=f"give at least {FEWEST_RECORDS:,} of either feed"
        )
    frequencies = {column: _frequencies(tables, column, fewest_bearers) for column in FREQUENCY_COLUMNS}
    start = replace(
        before, version=version, prior=1 / max(rows), frequencies=frequencies, thresholds=THRESHOLDS, notes=dict(notes)
    )
    learnt = _learnt(tables, start, sampled_pairs, told)
    told("how many pairs are one person")
    first = replace(start, levels=_levels(before, learnt, 0.0, 0.0))
    prior = _prior(tables, first)
    share = prior * math.prod(rows)
    told("what they say")
    made = replace(start, prior=prior, levels=_levels(before, learnt, prior, share / (share + PAIRS_BEHIND_BEFORE)))
    return replace(made, prior=_prior(tables, made))


def fitted(children: pd.DataFrame, nominals: pd.DataFrame, model: Model, told: Told = lambda _: None) -> Model:
    """The model for two frames that are a population of their own, as files from elsewhere are.

    How common names, days and places are is counted in them, and how often people err is learnt from them as far as
    they have enough to teach; where they have too little, it is the model as it was. It is not to be kept: it
    holds every name.
    """
    try:
        return train(
            *(children, nominals, f"{model.version}, fitted", model, model.notes),
            fewest_bearers=1,
            sampled_pairs=PAIRS_SAMPLED_TO_FIT,
            told=told,
        )
    except TooLittleToLearn:
        return model


def changes(before: Model, after: Model) -> list[Change]:
    """Every level's weight in either model, in the order of the comparisons."""
    return [
        Change(comparison.name, level, *(model.levels[comparison.name][level].bits for model in (before, after)))
        for comparison in COMPARISONS
        for level in comparison.level_names
    ]


def _frequencies(tables: Sequence[pa.Table], column: str, fewest: int) -> dict[str, float]:
    counts = Counter(name for table in tables for name in table[column].to_pylist() if name is not None)
    total = counts.total()
    return {name: _six_figures(count / total) for name, count in sorted(counts.items()) if count >= fewest}


def _learnt(tables: Sequence[pa.Table], start: Model, sampled_pairs: float, told: Told) -> dict[str, dict[str, Odds]]:
    """What Splink says of each comparison's levels; as in `start`, where the records say nothing."""
    made, api = linker(tables, start, LIKELY_PAIRS)
    sessions = _sessions(tables, start)
    try:
        told("pairs of two people")
        # the default stops as soon as every level has been seen a hundred times, which most weak ones have at once
        made.training.estimate_u_using_random_sampling(max_pairs=sampled_pairs, seed=SEED, min_count_per_level=None)
        for number, rule in enumerate(sessions, start=1):
            told(f"pairs of one person, session {number} of {len(sessions)}")
            made.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True
            )
        settings = made.misc.save_model_to_json()
    except Exception as error:
        # of any kind, for Splink keeps its own to itself; its words may quote what it has read
        raise TooLittleToLearn(
            f"the model cannot be trained on these records: {type(error).__name__}",
            do="give records of both feeds of which a good part are one person",
        ) from None
    finally:
        api.duckdb_con.close()
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: Odds(level["m_probability"], level["u_probability"])
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
        for comparison in settings["comparisons"]
    }


def _sessions(tables: Sequence[pa.Table], start: Model) -> tuple[Any, Any]:
    """Rules under which a good part of the pairs are one person; each teaches what has no column in its rule.

    By the day and by the full name; where the population is so large that a name brings strangers together, by the
    name within an area. None is by postcode, where brothers and sisters would pass for one person.
    """
    rows = [table.num_rows for table in tables]
    same_name = math.prod(sum(share**2 for share in start.frequencies[column].values()) for column in FREQUENCY_COLUMNS)
    has_areas = all(table["area"].null_count < table.num_rows for table in tables)
    are_strangers_many = math.prod(rows) * same_name > MOST_STRANGERS * min(rows)
    by_name = ("forename", "surname", "area") if has_areas and are_strangers_many else ("forename", "surname")
    return block_on("dob"), block_on(*by_name)


def _levels(
    before: Model, learnt: dict[str, dict[str, Odds]], prior: float, trust: float
) -> dict[str, dict[str, Odds]]:
    """The odds of every comparison: u as learnt, m by `trust` (0 to 1) as learnt and for the rest as before."""
    levels = {
        comparison.name: {
            name: _odds(before.levels[comparison.name][name], odds, prior, trust)
            for name, odds in learnt[comparison.name].items()
        }
        for comparison in COMPARISONS
    }
    return levels | {AREA.name: _area_odds(levels[POSTCODE.name])}


def _odds(before: Odds, learnt: Odds, prior: float, trust: float) -> Odds:
    m = trust * learnt.m + (1 - trust) * before.m
    # a level that no sampled pair was at comes back as it was
    is_seen = learnt.u != before.u
    # some of the sampled pairs were one person after all; where a level is theirs alone, they are all that was seen
    u = learnt.u - prior * m if is_seen else before.u
    return before if learnt == before else Odds(_six_figures(max(m, LEAST_M)), _six_figures(max(u, LEAST_U)))


def _area_odds(postcode: dict[str, Odds]) -> dict[str, Odds]:
    """Where one side has only the area, it agrees as often as the areas of two whole postcodes do."""
    agreeing = [odds for name, odds in postcode.items() if name != OTHER]
    m, u = sum(odds.m for odds in agreeing), sum(odds.u for odds in agreeing)
    return {"exact": Odds(_six_figures(m), _six_figures(u)), OTHER: Odds(_six_figures(1 - m), _six_figures(1 - u))}


def _six_figures(share: float) -> float:
    """Six figures: the last ones hang on the order in which a processor happened to add."""
    return float(f"{share:.6g}")


def _prior(tables: Sequence[pa.Table], model: Model) -> float:
    """The share of all pairs that are one person, such that it is the mean of what the model says of them."""
    weights = weigh(tables, model, [*SHARED_IDS, *LIKELY_PAIRS], LEAST_WEIGHT_COUNTED)["match_weight"].to_numpy()
    evidence = weights - math.log2(model.prior / (1 - model.prior))
    pairs = math.prod(table.num_rows for table in tables)
    prior = model.prior
    for _ in range(ROUNDS_FOR_PRIOR):
        odds = np.exp2(evidence) * prior / (1 - prior)
        prior = float((odds / (1 + odds)).sum()) / pairs
    return _six_figures(prior)
