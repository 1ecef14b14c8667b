"""What ids tie together: first of all evidence, where the names or the dates of birth beside them agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from live_tracker.identity.clusters import Edge, Record
from live_tracker.identity.histories import Histories, Version
from live_tracker.identity.review.decisions import Reviews
from live_tracker.identity.spans import END, Span, joined, overlap, without

MOST_HOLDERS = 20
"""Case records of all services that may be one child by one PNC id; one that more carry stands for "not known" and makes
no two of them one. A nominal that has the number still takes those that agree with it."""


@dataclass
class ById:
    """What ids tie together, and the spans in which nothing but weight can say who a child is."""

    edges: list[Edge]
    unsettled: dict[Record, list[Span]]


def tied_by_id(histories: Histories, reviews: Reviews) -> ById:
    """Children tied to the nominal, and to each other, by a PNC id; nominals to their own and the one they live under.

    A child is settled while it is tied to a nominal and no CRO number of it is another's. Where a person has
    accepted a link the child is settled too; where one has rejected it, no id ties the two.
    """
    holders, cro_holders, carriers = _by_own_id(histories), _by_cro(histories), _carriers(histories)
    edges = list(_of_nominals(histories))
    for alike in carriers.values():
        edges += _of_children(alike, histories, reviews)
    unsettled: dict[Record, list[Span]] = {}
    for child, versions in histories.children.items():
        tied, settled = _tied(child, versions, holders, cro_holders, histories, reviews)
        edges += tied
        left = without([(versions[0].known_from, END)], [*settled, *reviews.accepted_to_nominal(child)])
        if left:
            unsettled[child] = left
    return ById(edges, unsettled)


def _by_own_id(histories: Histories) -> dict[str, list[Record]]:
    holders: dict[str, list[Record]] = defaultdict(list)
    for nominal in histories.nominals:
        holders[nominal.source_id].append(nominal)
    return holders


def _by_cro(histories: Histories) -> dict[str, set[str]]:
    """The nominals' own ids by the CRO numbers that they ever had."""
    holders: dict[str, set[str]] = defaultdict(set)
    for nominal, versions in histories.nominals.items():
        for version in versions:
            if version.cro:
                holders[version.cro].add(nominal.source_id)
    return holders


def _carriers(histories: Histories) -> dict[str, set[Record]]:
    carriers: dict[str, set[Record]] = defaultdict(set)
    for child, versions in histories.children.items():
        for version in versions:
            if version.shared_id:
                carriers[version.shared_id].add(child)
    return {shared_id: children for shared_id, children in carriers.items() if len(children) > 1}


def _of_nominals(histories: Histories) -> Iterator[Edge]:
    for nominal, versions in histories.nominals.items():
        yield Edge(nominal, nominal.source_id, nominal.first_known, END)
        merged = [(version.shared_id, *version.span) for version in versions if version.shared_id is not None]
        for shared_id, start, end in joined(merged):
            if shared_id != nominal.source_id:
                yield Edge(nominal, shared_id, start, end, "pnc_id")


def _of_children(children: set[Record], histories: Histories, reviews: Reviews) -> Iterator[Edge]:
    """Case records that carry one PNC id, also where no nominal has come yet."""
    if len(children) > MOST_HOLDERS:
        return
    for one, other in combinations(sorted(children), 2):
        agreeing = (
            shared
            for version in histories.children[one]
            if version.shared_id
            for another in histories.children[other]
            if version.shared_id == another.shared_id and version.agrees_with(another)
            if (shared := overlap(version.span, another.span))
        )
        for start, end in _merged(without(agreeing, reviews.rejected(one, other))):
            yield Edge(one, other, start, end, "pnc_id")


def _tied(
    child: Record,
    versions: list[Version],
    holders: dict[str, list[Record]],
    cro_holders: dict[str, set[str]],
    histories: Histories,
    reviews: Reviews,
) -> tuple[list[Edge], list[Span]]:
    """The child's ties to the nominals whose id it carries, and the spans in which that settles who it is."""
    spans: dict[Record, list[Span]] = defaultdict(list)
    settled: list[Span] = []
    for version in versions:
        for nominal in holders.get(version.shared_id or "", ()):
            agreeing = (
                shared
                for other in histories.nominals[nominal]
                if version.agrees_with(other) and (shared := overlap(version.span, other.span))
            )
            found = without(agreeing, reviews.rejected(child, nominal))
            spans[nominal] += found
            if cro_holders.get(version.cro or "", {nominal.source_id}) <= {nominal.source_id}:
                settled += found
    edges = [
        Edge(child, nominal, start, end, "pnc_id") for nominal, found in spans.items() for start, end in _merged(found)
    ]
    return edges, settled


def _merged(spans: list[Span]) -> list[Span]:
    return [(start, end) for _, start, end in joined((True, *span) for span in sorted(spans))]
