"""Clusters: which records are one person on which day, from records and the spans in which they carry an id.

Records and ids are the nodes of a graph whose edges have spans of extract dates; a person is a connected component on
a day. The cluster is named for its earliest record, so that nights that only add never renumber anyone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Record(NamedTuple):
    """A CMS child or a police nominal. The order of records is the order in which they may name a person."""

    first_known: dt.date
    sequence: int
    source_system: str
    source: str
    source_id: str


class Edge(NamedTuple):
    """A record carries an id from `known_from`, not before it is known, to the day before `known_to` (None: still)."""

    record: Record
    shared_id: str
    known_from: dt.date
    known_to: dt.date | None


class Membership(NamedTuple):
    """A record's person over a span of extract dates: the person's earliest record, and whether there are others."""

    record: Record
    earliest: Record
    is_shared: bool
    known_from: dt.date
    known_to: dt.date | None


def memberships(records: Iterable[Record], edges: Iterable[Edge]) -> Iterator[Membership]:
    """Every record's memberships from the day it is first known, gapless; neighbouring spans differ."""
    ordered = sorted(records)
    since: dict[int, tuple[int, bool, dt.date]] = {}
    for day, cluster in _changed_clusters(ordered, edges):
        members = [node for node in cluster if node < len(ordered)]
        if not members:
            continue
        person = (min(members), len(members) > 1)
        for member in members:
            before = since.get(member)
            if before is not None and before[:2] == person:
                continue
            if before is not None:
                yield Membership(ordered[member], ordered[before[0]], before[1], before[2], day)
            since[member] = (*person, day)
    for member, (earliest, is_shared, known_from) in since.items():
        yield Membership(ordered[member], ordered[earliest], is_shared, known_from, None)


def _changed_clusters(ordered: list[Record], edges: Iterable[Edge]) -> Iterator[tuple[dt.date, set[int]]]:
    """Day by day, the clusters that something touched: only they are walked, so that a night costs what it changes.

    A node is the number of a record in `ordered`, so that the least node of a cluster names it; ids come after them.
    """
    numbers: dict[Record | str, int] = {record: number for number, record in enumerate(ordered)}
    touched: dict[dt.date, set[int]] = defaultdict(set)
    changes: dict[dt.date, list[tuple[int, int, int]]] = defaultdict(list)
    for number, record in enumerate(ordered):
        touched[record.first_known].add(number)
    for edge in edges:
        pair = (numbers[edge.record], numbers.setdefault(edge.shared_id, len(numbers)))
        changes[edge.known_from].append((*pair, 1))
        touched[edge.known_from].update(pair)
        if edge.known_to is not None:
            changes[edge.known_to].append((*pair, -1))
            touched[edge.known_to].update(pair)
    in_force: dict[int, dict[int, int]] = defaultdict(dict)
    for day in sorted(touched):
        for one, other, step in changes[day]:
            _count(in_force[one], other, step)
            _count(in_force[other], one, step)
        walked: set[int] = set()
        for node in touched[day]:
            if node not in walked:
                cluster = _reachable(node, in_force)
                walked |= cluster
                yield day, cluster


def _count(neighbours: dict[int, int], node: int, step: int) -> None:
    """A record may carry one id twice, as its own and as the one it was merged into: edges are counted."""
    count = neighbours.get(node, 0) + step
    if count:
        neighbours[node] = count
    else:
        neighbours.pop(node, None)


def _reachable(start: int, in_force: dict[int, dict[int, int]]) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        for neighbour in in_force.get(waiting.pop(), ()):
            if neighbour not in reached:
                reached.add(neighbour)
                waiting.append(neighbour)
    return reached
