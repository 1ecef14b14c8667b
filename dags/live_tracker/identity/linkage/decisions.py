"""Which pairs are one person: ids first, then the weight, with what it must never overrule."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAMES_AGREE = {"exact", "alias", "close"}
DATES_AGREE = {"weak", "exact", "alias", "day_month_swap", "century", "one_edit"}
"""Levels of surname and date of birth that confirm a shared id."""

FORENAMES_AGREE = {"swapped", "exact", "alias", "nickname", "close", "near"}
DATES_MAY_AGREE = DATES_AGREE | {"weak_agrees", "two_parts"}
"""Levels without which weight alone joins nobody: a father and a son, two cousins, two of one household."""

NOBODY_ELSE = {"swapped", "exact"}
"""Levels of the forename with which a date some years off is an error: brothers are not called the same."""

DATES_OF_ONE_HOUSEHOLD = DATES_MAY_AGREE | {"five_years"}

MARGIN = 7.0
"""Bits by which the best must stand before every other: the odds are those for joining at all."""


def settled_by_id(pairs: pd.DataFrame) -> set[str]:
    """The left keys that a shared id joins to somebody."""
    return set(pairs.loc[_joined_by_id(pairs), "left_key"])


def decide(pairs: pd.DataFrame, thresholds: dict[str, float], *, one_to_one: bool) -> pd.DataFrame:
    """The pairs with `decision` (join, review, reject) and `method`, which says what decided.

    - `pnc_id`, `cro`: the two share a valid id, and surname or date of birth agrees: join.
    - `conflict`: they share an id and neither agrees, or the child's two ids point to two people: review, never a link.
    - `guard`: one household, one surname, other forenames, near dates, no id: brothers, sisters, twins. Rejected, or
      looked at where the forenames are nearly the same; never joined.
    - `splink`: by the bands of the weight. Where forenames or dates of birth do not agree, a person looks at it.

    With `one_to_one`, a left record joins one person on the right: the best, if no other comes within MARGIN of it;
    else all that do are for review. What falls further behind is rejected. Right records with one PNC id are one person.
    """
    weight = pairs["match_weight"]
    decision = pd.Series(
        np.select([weight >= thresholds["join"], weight >= thresholds["review"]], ["join", "review"], "reject"),
        index=pairs.index,
        dtype="object",
    )
    method = pd.Series("splink", index=pairs.index, dtype="object")

    agrees_enough = (pairs["forename"].isin(FORENAMES_AGREE) & pairs["date_of_birth"].isin(DATES_MAY_AGREE)) | (
        pairs["forename"].isin(NOBODY_ELSE) & pairs["date_of_birth"].eq("five_years")
    )
    is_asn_shared = pairs["court"].eq("asn")
    decision[decision.eq("join") & ~agrees_enough & ~is_asn_shared] = "review"

    is_family = _is_one_household(pairs) & ~is_asn_shared
    method[is_family] = "guard"
    decision[is_family & pairs["forename"].eq("other")] = "reject"
    decision[is_family & decision.eq("join")] = "review"

    is_id_shared, by_id = _is_id_shared(pairs), _joined_by_id(pairs)
    method[is_id_shared] = "conflict"
    decision[is_id_shared] = "review"
    method[by_id] = np.where(pairs.loc[by_id, "pnc_id"].eq("exact"), "pnc_id", "cro")
    decision[by_id] = "join"

    decided = pairs.assign(decision=decision, method=method)
    return _one_each(decided) if one_to_one else decided


def _is_id_shared(pairs: pd.DataFrame) -> pd.Series:
    return pairs["pnc_id"].eq("exact") | pairs["cro"].eq("exact")


def _joined_by_id(pairs: pd.DataFrame) -> pd.Series:
    agrees = (
        pairs["surname"].isin(NAMES_AGREE) | pairs["forename"].eq("swapped") | pairs["date_of_birth"].isin(DATES_AGREE)
    )
    return _is_id_shared(pairs) & agrees


def _is_one_household(pairs: pd.DataFrame) -> pd.Series:
    return (
        pairs["forename"].isin({"other", "near"})
        & pairs["surname"].isin(NAMES_AGREE)
        & pairs["date_of_birth"].isin(DATES_OF_ONE_HOUSEHOLD)
        & (pairs["postcode"].eq("exact") | pairs["court"].isin({"one_day", "two_days"}))
    )


def _one_each(decided: pd.DataFrame) -> pd.DataFrame:
    """Leave a left record one person that it joins: by its PNC id, else by its CRO number, else by weight."""
    person = decided["right_pnc_id"].fillna(decided["right_key"])
    joins = decided["decision"].eq("join")
    rank = decided["method"].map({"pnc_id": 0, "cro": 1}).fillna(2).where(joins)
    best_rank = rank.groupby(decided["left_key"]).transform("min")
    candidates = joins & rank.eq(best_rank)

    order = decided[candidates].sort_values(["match_weight", "right_key"], ascending=[False, True])
    best = order.drop_duplicates("left_key").set_index("left_key")
    best_person = decided["left_key"].map(person.loc[order.index].groupby(order["left_key"]).first())
    best_weight = decided["left_key"].map(best["match_weight"])
    is_other = best_person.notna() & person.ne(best_person)

    # an id is contested by another id of its kind alone, a weight by whatever weighs nearly as much
    may_contest = candidates | (best_rank.eq(2) & decided["decision"].ne("reject"))
    rivals = decided.loc[is_other & may_contest & (decided["match_weight"] > best_weight - MARGIN), "left_key"]

    decision, method = decided["decision"].copy(), decided["method"].copy()
    decision[joins & (is_other | decided["left_key"].isin(set(rivals)))] = "review"
    method[joins & is_other & rank.lt(2)] = "conflict"
    leading = (
        decided["match_weight"].where(decided["decision"].ne("reject")).groupby(decided["left_key"]).transform("max")
    )
    decision[method.isin({"splink", "guard"}) & (decided["match_weight"] <= leading - MARGIN)] = "reject"
    return decided.assign(decision=decision, method=method)
