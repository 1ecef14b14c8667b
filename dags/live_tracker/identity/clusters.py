"""Clusters: which records are one person on which day, from records and the spans in which they share an id.

Records and ids are the nodes of a graph whose edges have spans of extract dates; a person is a connected component on
a day. The cluster is named for its earliest record, so that nights that only add never renumber anyone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Record:
    """A CMS child or a police nominal. The order of records is the order in which they may name a person."""

    first_known: dt.date
    sequence: int
    source_system: str
    source: str
    source_id: str


Node = Record | str
"""A record, or a shared id that stands for everyone who carries it."""


@dataclass(frozen=True)
class Edge:
    """Two nodes that are one person from `known_from` to the day before `known_to` (None: still)."""

    one: Node
    other: Node
    known_from: dt.date
    known_to: dt.date | None


@dataclass(frozen=True)
class Membership:
    """A record's person over a span of extract dates, named by the cluster's earliest record; `size` counts records."""

    record: Record
    earliest: Record
    size: int
    known_from: dt.date
    known_to: dt.date | None


def memberships(records: Iterable[Record], edges: Iterable[Edge]) -> Iterator[Membership]:
    """Every record's memberships from the day it is first known, in time order, neighbouring spans that agree joined."""
    edges_of: dict[Node, list[Edge]] = defaultdict(list)
    for edge in edges:
        edges_of[edge.one].append(edge)
        edges_of[edge.other].append(edge)
    seen: set[Node] = set()
    for record in sorted(records):
        if record in seen:
            continue
        component = _reachable(record, lambda node: edges_of.get(node, ()))
        seen |= component
        members = sorted(node for node in component if isinstance(node, Record))
        if len(members) == 1:
            yield Membership(record, record, 1, record.first_known, None)
        else:
            changes = {member.first_known for member in members}
            for node in component:
                for edge in edges_of.get(node, ()):
                    changes.update(day for day in (edge.known_from, edge.known_to) if day is not None)
            yield from _over_time(members, edges_of, sorted(changes))


def _over_time(members: list[Record], edges_of: dict[Node, list[Edge]], days: list[dt.date]) -> Iterator[Membership]:
    """Memberships of records that are connected at some time, day of change by day of change."""
    open_spans: dict[Record, Membership] = {}
    for day in days:
        for record, (earliest, size) in _clusters_on(day, members, edges_of).items():
            current = open_spans.get(record)
            if current is not None and (current.earliest, current.size > 1) == (earliest, size > 1):
                continue
            if current is not None:
                yield Membership(current.record, current.earliest, current.size, current.known_from, day)
            open_spans[record] = Membership(record, earliest, size, day, None)
    yield from open_spans.values()


def _clusters_on(
    day: dt.date, members: list[Record], edges_of: dict[Node, list[Edge]]
) -> dict[Record, tuple[Record, int]]:
    """Of each record known on the day: the earliest record of its cluster, and how many there are."""

    def in_force(node: Node) -> list[Edge]:
        return [
            edge
            for edge in edges_of.get(node, ())
            if edge.known_from <= day and (edge.known_to is None or day < edge.known_to)
        ]

    found: dict[Record, tuple[Record, int]] = {}
    for record in members:
        if record.first_known > day or record in found:
            continue
        cluster = sorted(
            node for node in _reachable(record, in_force) if isinstance(node, Record) and node.first_known <= day
        )
        for member in cluster:
            found[member] = (cluster[0], len(cluster))
    return found


def _reachable(start: Node, edges_at: Callable[[Node], Iterable[Edge]]) -> set[Node]:
    reached, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        for edge in edges_at(node):
            neighbour = edge.other if edge.one == node else edge.one
            if neighbour not in reached:
                reached.add(neighbour)
                waiting.append(neighbour)
    return reached
