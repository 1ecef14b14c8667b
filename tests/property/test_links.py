"""Persons over time: what the clusters say, held against every day's connected components, counted one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from live_tracker.identity.clusters import METHODS, Edge, Membership, Record, memberships
from live_tracker.identity.spans import END

FIRST_DAY = dt.date(2024, 1, 1)
DAYS = 8
"""Everything that happens does so in the first of them; the last is like every day after it."""
NIGHT = FIRST_DAY + dt.timedelta(days=DAYS)

METHOD = st.sampled_from([None, *METHODS])
IDS = st.sampled_from(["id-1", "id-2", "id-3", "id-4"])
SYSTEMS = st.sampled_from([("cms", "northborough"), ("cms", "southborough"), ("pnc", "01")])

Person = tuple[Record, bool]


@dataclass(frozen=True)
class History:
    records: list[Record]
    edges: list[Edge]


def day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Records that come to be known on some day, and carry ids from then on or later, for a while or for good."""
    records, edges = [], []
    for number in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, DAYS - 2))
        record = Record(day(first), draw(st.integers(1, 3)), *draw(SYSTEMS), str(number))
        records.append(record)
        for shared_id in draw(st.lists(IDS, max_size=3)):
            start = draw(st.integers(first, DAYS - 2))
            end = draw(st.none() | st.integers(start + 1, DAYS - 1))
            edges.append(Edge(record, shared_id, day(start), END if end is None else day(end), draw(METHOD)))
    for one, other in draw(st.lists(st.tuples(*[st.sampled_from(records)] * 2), max_size=2)):
        if one != other:
            start = max(one.first_known, other.first_known)
            edges.append(Edge(one, other, start, END, "splink", draw(st.floats(7, 30))))
    return History(records, edges)


@st.composite
def nights(draw: st.DrawFn) -> History:
    """Records that are all known for the first time on the night after a history, and what they carry."""
    records = [
        Record(NIGHT, draw(st.integers(1, 3)), *draw(SYSTEMS), f"new-{n}") for n in range(draw(st.integers(1, 3)))
    ]
    return History(
        records,
        [Edge(record, shared_id, NIGHT, END, "pnc_id") for record in records for shared_id in draw(st.lists(IDS))],
    )


def holds(span: Edge | Membership, on: dt.date) -> bool:
    return span.known_from <= on < span.known_to


def persons_on(on: dt.date, history: History) -> dict[Record, Person]:
    """The plain way: of each record known on the day, everything that can be reached over the edges of the day."""
    carried: dict[Record, set[object]] = {record: set() for record in history.records if record.first_known <= on}
    for edge in history.edges:
        if holds(edge, on):
            # two records that are tied to each other carry their tie
            tie = (edge.record, edge.other) if isinstance(edge.other, Record) else edge.other
            for record in carried.keys() & {edge.record, edge.other}:
                carried[record].add(tie)
    persons = {}
    for record, own in carried.items():
        together, ids = {record}, set(own)
        while joined := {other for other in carried if other not in together and carried[other] & ids}:
            together |= joined
            ids.update(*(carried[other] for other in joined))
        persons[record] = (min(together), len(together) > 1)
    return persons


def found_on(on: dt.date, found: Iterable[Membership]) -> list[tuple[Record, Person]]:
    return sorted((span.record, (span.earliest, span.method != "single")) for span in found if holds(span, on))


def spans_by_record(found: Iterable[Membership]) -> dict[Record, list[Membership]]:
    spans: dict[Record, list[Membership]] = {}
    for span in sorted(found, key=lambda span: (span.record, span.known_from)):
        spans.setdefault(span.record, []).append(span)
    return spans


@given(histories())
def test_every_day_the_persons_are_the_connected_components_of_the_day(history: History) -> None:
    found = list(memberships(history.records, history.edges))
    for number in range(DAYS):
        assert found_on(day(number), found) == sorted(persons_on(day(number), history).items())


@given(histories())
def test_the_spans_of_a_record_have_no_gap_from_the_day_it_is_known(history: History) -> None:
    spans = spans_by_record(memberships(history.records, history.edges))
    assert spans.keys() == set(history.records)
    for record, own in spans.items():
        assert own[0].known_from == record.first_known
        assert [span.known_to for span in own] == [*(span.known_from for span in own[1:]), END]
        assert all(before.known_from < after.known_from for before, after in pairwise(own))


@given(histories())
def test_neighbouring_spans_of_a_record_differ(history: History) -> None:
    for own in spans_by_record(memberships(history.records, history.edges)).values():
        assert all(
            (before.earliest, before.method, before.weight) != (after.earliest, after.method, after.weight)
            for before, after in pairwise(own)
        )


@given(histories())
def test_a_person_is_named_for_its_earliest_record_which_is_one_of_its_own(history: History) -> None:
    found = list(memberships(history.records, history.edges))
    for number in range(DAYS):
        persons = dict(found_on(day(number), found))
        for record, (earliest, is_shared) in persons.items():
            members = [other for other, (name, _) in persons.items() if name == earliest]
            assert record in members
            assert earliest == min(members)
            assert is_shared == (len(members) > 1)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_edges_does_not_matter(history: History, random: Random) -> None:
    records, edges = (
        random.sample(history.records, len(history.records)),
        random.sample(history.edges, len(history.edges)),
    )
    assert sorted(memberships(records, edges), key=repr) == sorted(
        memberships(history.records, history.edges), key=repr
    )


@given(histories(), nights())
def test_a_night_of_new_records_renames_no_person_that_stays_apart(history: History, night: History) -> None:
    before = dict(found_on(NIGHT, memberships(history.records, history.edges)))
    after = dict(found_on(NIGHT, memberships(history.records + night.records, history.edges + night.edges)))
    for record in before:
        together = {before[other][0] for other in before if after[other][0] == after[record][0]}
        # names of persons from before that are one now; one name alone stays
        assert after[record][0] == min(together)


@given(histories(), nights())
def test_a_night_of_new_records_changes_no_day_before_it(history: History, night: History) -> None:
    before = list(memberships(history.records, history.edges))
    after = list(memberships(history.records + night.records, history.edges + night.edges))
    for number in range(DAYS):
        assert found_on(day(number), after) == found_on(day(number), before)
