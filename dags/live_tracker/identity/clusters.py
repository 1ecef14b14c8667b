"""Clusters: which records are one person on which day, from records and the spans in which something ties them.

Records and ids are the nodes of a graph whose edges have spans of extract dates; a person is a connected component on
a day. The cluster is named for its earliest record, so that nights that only add never renumber anyone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from live_tracker.identity.spans import END

METHODS = ("pnc_id", "cro", "review", "splink")
"""By what a record may be tied to others, the surest first."""


class Record(NamedTuple):
    """A CMS child or a police nominal. The order of records is the order in which they may name a person."""

    first_known: dt.date
    sequence: int
    source_system: str
    source: str
    source_id: str


class Edge(NamedTuple):
    """A record belongs with another record, or with an id, from a day to the day before another.

    `method`: one of METHODS; None where a record is only tied to its own id. `weight`: bits, where it was weighed.
    """

    record: Record
    other: Record | str
    known_from: dt.date
    known_to: dt.date
    method: str | None = None
    weight: float | None = None


class Membership(NamedTuple):
    """A record's person over a span of extract dates: the person's earliest record, and what ties the record to it.

    `method` is `single` where it is alone.
    """

    record: Record
    earliest: Record
    method: str
    weight: float | None
    known_from: dt.date
    known_to: dt.date


class _Tie(NamedTuple):
    neighbour: int
    method: str | None
    weight: float | None


def memberships(records: Iterable[Record], edges: Iterable[Edge]) -> Iterator[Membership]:
    """Every record's memberships from the day it is first known, gapless; neighbouring spans differ."""
    ordered = sorted(records)
    since: dict[int, tuple[tuple[int, str, float | None], dt.date]] = {}
    for day, cluster, ties in _changed_clusters(ordered, edges):
        members = [node for node in cluster if node < len(ordered)]
        if not members:
            continue
        for member in members:
            now = (min(members), *_reason(ties[member].values(), is_shared=len(members) > 1))
            before, known_from = since.get(member, (None, day))
            if before == now:
                continue
            if before is not None:
                yield Membership(ordered[member], ordered[before[0]], *before[1:], known_from, day)
            since[member] = (now, day)
    for member, ((earliest, method, weight), known_from) in since.items():
        yield Membership(ordered[member], ordered[earliest], method, weight, known_from, END)


def _reason(ties: Iterable[_Tie], *, is_shared: bool) -> tuple[str, float | None]:
    """The surest of what ties a record to its person: of weights, the heaviest."""
    if not is_shared:
        return "single", None
    told = [(METHODS.index(tie.method), -(tie.weight or 0.0), tie.weight) for tie in ties if tie.method]
    # a nominal that others carry the id of is tied by it though it carries none itself
    place, _, weight = min(told, key=lambda reason: reason[:2], default=(0, 0.0, None))
    return METHODS[place], weight


def _changed_clusters(
    ordered: list[Record], edges: Iterable[Edge]
) -> Iterator[tuple[dt.date, set[int], dict[int, dict[int, _Tie]]]]:
    """Day by day, the clusters that something touched, with the ties in force: only they are walked.

    A node is the number of a record in `ordered`, so that the least node of a cluster names it; ids come after them.
    """
    numbers: dict[Record | str, int] = {record: number for number, record in enumerate(ordered)}
    touched: dict[dt.date, set[int]] = defaultdict(set)
    begun: dict[dt.date, list[tuple[int, int, int, Edge]]] = defaultdict(list)
    ended: dict[dt.date, list[tuple[int, int, int]]] = defaultdict(list)
    for number, record in enumerate(ordered):
        touched[record.first_known].add(number)
    for number, edge in enumerate(edges):
        one, other = numbers[edge.record], numbers.setdefault(edge.other, len(numbers))
        begun[edge.known_from].append((number, one, other, edge))
        touched[edge.known_from].update((one, other))
        if edge.known_to != END:
            ended[edge.known_to].append((number, one, other))
            touched[edge.known_to].update((one, other))
    in_force: dict[int, dict[int, _Tie]] = defaultdict(dict)
    for day in sorted(touched):
        for number, one, other in ended[day]:
            del in_force[one][number]
            del in_force[other][number]
        for number, one, other, edge in begun[day]:
            in_force[one][number] = _Tie(other, edge.method, edge.weight)
            in_force[other][number] = _Tie(one, edge.method, edge.weight)
        walked: set[int] = set()
        for node in touched[day]:
            if node not in walked:
                cluster = _reachable(node, in_force)
                walked |= cluster
                yield day, cluster, in_force


def _reachable(start: int, in_force: dict[int, dict[int, _Tie]]) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        for tie in in_force.get(waiting.pop(), {}).values():
            if tie.neighbour not in reached:
                reached.add(tie.neighbour)
                waiting.append(tie.neighbour)
    return reached
