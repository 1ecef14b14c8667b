"""What weight ties together where no id has settled it, day by day, and what a person should look at instead."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from live_tracker.identity.clusters import Edge, Record
from live_tracker.identity.faces import Face
from live_tracker.identity.histories import Histories
from live_tracker.identity.linkage.comparisons import COMPARISONS
from live_tracker.identity.linkage.decisions import decide
from live_tracker.identity.merges import Merges
from live_tracker.identity.review.decisions import Reviews, pair
from live_tracker.identity.spans import END, Span, Valued, cut, joined, overlaps, without

FacesOf = Mapping[Record, list[Valued[Face]]]
Thresholds = dict[str, float]

COLUMNS = ("left_key", "right_key", "match_weight", *(comparison.name for comparison in COMPARISONS))
"""A pair of faces: their keys, what they weigh and how alike they are in each comparison."""


class Alike(NamedTuple):
    """Two records whose faces are worth a look, while they have them; `place`: the row of the pair of faces."""

    child: Record
    other: Record
    place: int
    known_from: dt.date
    known_to: dt.date

    def holds(self, span: Span) -> bool:
        return self.known_from <= span[0] and span[1] <= self.known_to


class Decided(NamedTuple):
    """What was decided on two records for a span: `decision` is join or review."""

    child: Record
    other: Record
    place: int
    decision: str
    method: str
    known_from: dt.date
    known_to: dt.date


class ForReview(NamedTuple):
    """Two records that a person should look at, over a span; `weight` in bits."""

    child: Record
    other: Record
    method: str
    weight: float
    known_from: dt.date
    known_to: dt.date


class ByWeight(NamedTuple):
    """Ties, and what is for review."""

    edges: list[Edge]
    reviews: list[ForReview]


def tied_by_weight(
    children: FacesOf,
    nominals: FacesOf,
    pairs: pd.DataFrame,
    thresholds: Thresholds,
    histories: Histories,
    reviews: Reviews,
) -> ByWeight:
    """Children tied to nominals, one at most, and to each other.

    `children`: the faces of unsettled ones while they are; `pairs`: what faces weigh (`weights.pair_weights`).
    """
    alike = list(_alike(children, nominals, pairs, reviews))
    merges = Merges(histories)
    edges = [
        Edge(child, other, start, end, "review")
        for (child, other), spans in reviews.accepted.items()
        for start, end in overlaps(spans, [(max(child.first_known, other.first_known), END)])
    ]
    decided = list(_to_nominals([one for one in alike if one.other.source_system == "pnc"], pairs, thresholds, merges))
    edges += _edges(decided, pairs)
    children_alike = [one for one in alike if one.other.source_system == "cms"]
    among_children = list(_among_children(children_alike, pairs, thresholds, edges, merges))
    edges += _edges(among_children, pairs)
    return ByWeight(edges, list(_for_review([*decided, *among_children], pairs, histories)))


def _alike(children: FacesOf, nominals: FacesOf, pairs: pd.DataFrame, reviews: Reviews) -> Iterator[Alike]:
    """Pairs of faces made pairs of records, while both have them; what a person has decided is left out."""
    bearers: dict[str, tuple[Record, list[Span]]] = {}
    for faces in (children, nominals):
        for record, spans in faces.items():
            for face, start, end in spans:
                bearers.setdefault(face.key, (record, []))[1].append((start, end))
    for place, (left, right) in enumerate(zip(pairs["left_key"], pairs["right_key"], strict=True)):
        if left in bearers and right in bearers:
            (one, ones), (other, others) = bearers[left], bearers[right]
            first, second = pair(one, other)
            told = [*reviews.rejected(first, second), *reviews.accepted.get((first, second), ())]
            for start, end in without(overlaps(ones, others), told):
                yield Alike(first, second, place, start, end)


def _to_nominals(
    alike: Iterable[Alike], pairs: pd.DataFrame, thresholds: Thresholds, merges: Merges
) -> Iterator[Decided]:
    """Each child, on each day, beside all nominals that it may be: decided together."""
    of_child: dict[Record, list[Alike]] = defaultdict(list)
    for one in alike:
        of_child[one.child].append(one)
    rows = [
        (f"{child.source}/{child.source_id}/{span[0]}", one, span)
        for child, candidates in of_child.items()
        for span in cut(day for one in candidates for day in (*one[3:], *merges.days(one.other)))
        for one in candidates
        if one.holds(span)
    ]
    beside = pairs.iloc[[one.place for _, one, _ in rows]].reset_index(drop=True)
    beside = beside.assign(
        left_key=[situation for situation, _, _ in rows],
        right_key=[f"{one.other.source}/{one.other.source_id}" for _, one, _ in rows],
        right_pnc_id=[merges.root(one.other, start) for _, one, (start, _) in rows],
    )
    found = decide(beside, thresholds, one_to_one=True)
    for (_, one, span), decision, method in zip(rows, found["decision"], found["method"], strict=True):
        if decision != "reject":
            yield Decided(*one[:3], decision, method, *span)


def _among_children(
    alike: Iterable[Alike], pairs: pd.DataFrame, thresholds: Thresholds, edges: Iterable[Edge], merges: Merges
) -> Iterator[Decided]:
    """Case records tied to each other, the heaviest first, unless that would make two nominals one."""
    nominals: dict[Record, list[Edge]] = defaultdict(list)
    for edge in edges:
        if isinstance(edge.other, Record) and edge.other.source_system == "pnc":
            nominals[edge.record].append(edge)
    found = decide(pairs, thresholds, one_to_one=False)
    decisions, methods, weights = (found[column].tolist() for column in ("decision", "method", "match_weight"))
    for together in _components(one for one in alike if decisions[one.place] != "reject"):
        heaviest = sorted(together, key=lambda one: (decisions[one.place] != "join", -weights[one.place], one[:2]))
        near = [edge for child in {child for one in together for child in one[:2]} for edge in nominals[child]]
        for span in cut(
            day for days in (*(one[3:] for one in together), *(edge[2:4] for edge in near)) for day in days
        ):
            people = _People(near, span[0], merges)
            for one in heaviest:
                if one.holds(span) and not people.are_one(one.child, one.other):
                    is_join = decisions[one.place] == "join" and people.join(one.child, one.other)
                    yield Decided(*one[:3], "join" if is_join else "review", methods[one.place], *span)


class _People:
    """Children on a day as they are put together, with the nominals that are already theirs."""

    def __init__(self, edges: Iterable[Edge], day: dt.date, merges: Merges) -> None:
        self._members: dict[Record, set[Record]] = {}
        self._nominals: dict[Record, set[str]] = defaultdict(set)
        for edge in edges:
            if edge.known_from <= day < edge.known_to and isinstance(edge.other, Record):
                self._nominals[edge.record].add(merges.root(edge.other, day))

    def are_one(self, one: Record, other: Record) -> bool:
        return other in self._with(one) or bool(self._of(one) & self._of(other))

    def join(self, one: Record, other: Record) -> bool:
        """Whether the two may be one person; they are then."""
        if self._of(one) and self._of(other):
            return False
        both = self._with(one) | self._with(other)
        for member in both:
            self._members[member] = both
        return True

    def _with(self, child: Record) -> set[Record]:
        return self._members.get(child, {child})

    def _of(self, child: Record) -> set[str]:
        return {nominal for member in self._with(child) for nominal in self._nominals[member]}


def _components(alike: Iterable[Alike]) -> Iterable[list[Alike]]:
    """The pairs in groups that have no child in common."""
    ones, parent = list(alike), dict[Record, Record]()

    def head(child: Record) -> Record:
        while (above := parent.setdefault(child, child)) != child:
            child = above
        return child

    for one in ones:
        parent[head(one.child)] = head(one.other)
    groups: dict[Record, list[Alike]] = defaultdict(list)
    for one in ones:
        groups[head(one.child)].append(one)
    return groups.values()


def _edges(decided: Iterable[Decided], pairs: pd.DataFrame) -> Iterator[Edge]:
    weights = pairs["match_weight"].tolist()
    told = sorted(one for one in decided if one.decision == "join")
    values = (((one.child, one.other, one.method, weights[one.place]), *one[5:]) for one in told)
    for (child, other, method, weight), start, end in joined(sorted(values)):
        yield Edge(child, other, start, end, method, weight if method == "splink" else None)


def _for_review(decided: Iterable[Decided], pairs: pd.DataFrame, histories: Histories) -> Iterator[ForReview]:
    """What is for review, while both records are there."""
    weights = pairs["match_weight"].tolist()
    told = sorted(
        ((one.child, one.other, one.method, weights[one.place]), *one[5:])
        for one in decided
        if one.decision == "review"
    )
    for (child, other, method, weight), *span in joined(told):
        both_live = overlaps(histories.live(child), histories.live(other))
        for start, end in overlaps([(span[0], span[1])], both_live):
            yield ForReview(child, other, method, weight, start, end)
