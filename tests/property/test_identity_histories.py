"""Merges, splits, chains, swaps, deletions and returns on either side: what must hold of any of them.

Records change from night to night; a weigher of two lines stands for Splink, so that what is tested is time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from live_tracker.identity.by_id import tied_by_id
from live_tracker.identity.by_weight import COLUMNS, tied_by_weight
from live_tracker.identity.clusters import Membership, Record, memberships
from live_tracker.identity.faces import Face, faces_of
from live_tracker.identity.histories import Histories, Texts, Version, read_version
from live_tracker.identity.linkage.model import THRESHOLDS
from live_tracker.identity.review.decisions import Pair, Verdict, pair, reviewed
from live_tracker.identity.spans import END

NIGHTS = 6
FIRST = dt.date(2024, 1, 1)
IDS = ("2020/0000001E", "2020/0000002F", "2020/0000003G")
SURNAMES = ("ABLE", "BAKER", "")
BIRTHS = ("2008-01-02", "2009-03-04")

EXAMPLES, FEWER = 1_000, 300


def night(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


@dataclass(frozen=True)
class Said:
    """What a record says on a night; a nominal's `carried` is the id that it lives under."""

    surname: str
    born: str
    carried: str


@dataclass(frozen=True)
class Life:
    """A record by night: from the first on it says something or is deleted (None)."""

    system: str
    source: str
    source_id: str
    first: int
    nights: tuple[Said | None, ...]


@dataclass(frozen=True)
class Told:
    """A decision about the records at two places, on a night."""

    places: tuple[int, int]
    verdict: Verdict
    night: int


@dataclass(frozen=True)
class History:
    lives: tuple[Life, ...]
    told: tuple[Told, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    said = st.builds(Said, st.sampled_from(SURNAMES), st.sampled_from(BIRTHS), st.sampled_from(("", "", *IDS)))
    lives = []
    children = draw(st.integers(1, 4))
    for number in range(children + 3):
        first = draw(st.integers(0, NIGHTS - 2))
        nights = tuple(draw(said if place == 0 else st.none() | said) for place in range(NIGHTS - first))
        if number < children:
            lives.append(Life("cms", ("north", "south")[number % 2], f"c{number}", first, nights))
        else:
            lives.append(Life("pnc", "01", IDS[number - children], first, nights))
    places = st.sampled_from(list(combinations(range(len(lives)), 2))).filter(lambda two: two[0] < children)
    verdicts = st.builds(
        Told, places, st.sampled_from(("accept", "reject", "undo")), st.integers(NIGHTS - 2, NIGHTS - 1)
    )
    told = draw(st.lists(verdicts, max_size=3))
    return History(tuple(lives), tuple(sorted(told, key=lambda one: one.night)))


def versions(life: Life, until: int) -> Iterator[Version]:
    """The versions that the extracts up to a night make."""
    known = [(life.first + place, said) for place, said in enumerate(life.nights) if life.first + place <= until]
    changes = [one for place, one in enumerate(known) if place == 0 or known[place - 1][1] != one[1]]
    ends = [*(night(start) for start, _ in changes[1:]), END]
    last: Version | None = None
    for (start, said), end in zip(changes, ends, strict=True):
        if said is None:
            assert last is not None
            yield replace(last, known_from=night(start), known_to=end, deleted=True)
            continue
        own = life.source_id if life.system == "pnc" else said.carried
        texts = Texts("Testa", None, said.surname, None, said.born, "F", None, own, None)
        last = read_version(texts, said.carried, night(start), end)
        yield last


def weigh(faces: list[Face]) -> pd.DataFrame:
    """Who has the same surname weighs 9 bits, and 12 with the same day of birth."""
    rows = []
    for one, other in combinations(sorted(faces, key=lambda face: (face.record[0], face.key)), 2):
        is_born_alike = one.texts.date_of_birth == other.texts.date_of_birth
        if one.record == other.record or one.record[0] == "pnc" or not one.texts.surname:
            continue
        if one.texts.surname == other.texts.surname:
            levels = {
                "forename": "exact",
                "surname": "exact",
                "date_of_birth": "exact" if is_born_alike else "two_parts",
            }
            rows.append(
                {"left_key": one.key, "right_key": other.key, "match_weight": 12.0 if is_born_alike else 9.0} | levels
            )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"match_weight": float})


def links(history: History, until: int = NIGHTS - 1) -> list[Membership]:
    """Every membership, by what was known on a night."""
    found = Histories()
    records: dict[int, Record] = {}
    for place, life in enumerate(history.lives):
        if life.first <= until:
            record = Record(night(life.first), life.first, life.system, life.source, life.source_id)
            (found.children if life.system == "cms" else found.nominals)[record] = list(versions(life, until))
            records[place] = record
    decisions: dict[Pair, list[tuple[Verdict, dt.date]]] = {}
    for told in history.told:
        if told.night <= until and all(place in records for place in told.places):
            decisions.setdefault(pair(*(records[place] for place in told.places)), []).append(
                (told.verdict, night(told.night))
            )
    reviews = reviewed(decisions)
    by_id = tied_by_id(found, reviews)
    children = {child: faces_of(child, found.children[child], (), spans) for child, spans in by_id.unsettled.items()}
    nominals = {
        nominal: faces_of(nominal, said, (), [(nominal.first_known, END)]) for nominal, said in found.nominals.items()
    }
    faces = [face for spans in (*children.values(), *nominals.values()) for face, _, _ in spans]
    by_weight = tied_by_weight(children, nominals, weigh(faces), THRESHOLDS, found, reviews)
    return list(memberships(records.values(), [*by_id.edges, *by_weight.edges]))


def on(day: dt.date, found: list[Membership]) -> dict[Record, tuple[Record, str]]:
    """Each record's person and what ties it to that person, on a day; a record that is twice there is an error."""
    held = [(one.record, (one.earliest, one.method)) for one in found if one.known_from <= day < one.known_to]
    assert len(dict(held)) == len(held)
    return dict(held)


@settings(max_examples=EXAMPLES)
@given(histories())
def test_every_record_is_of_one_person_on_every_day(history: History) -> None:
    found = links(history)
    for number in range(NIGHTS):
        known = {(life.system, life.source, life.source_id) for life in history.lives if life.first <= number}
        people = on(night(number), found)
        assert {record[2:] for record in people} == known
        for record, (earliest, method) in people.items():
            together = [other for other, (name, _) in people.items() if name == earliest]
            assert earliest == min(together)
            assert (method == "single") == (together == [record])


@settings(max_examples=EXAMPLES)
@given(histories(), st.integers(0, NIGHTS - 2))
def test_what_comes_later_changes_no_earlier_day(history: History, until: int) -> None:
    before, after = links(history, until), links(history)
    for number in range(until + 1):
        assert on(night(number), before) == on(night(number), after)


@settings(max_examples=FEWER)
@given(histories(), st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_merge_that_is_taken_back_leaves_what_was(history: History, one: str, other: str) -> None:
    """On the last night but one a nominal is merged, on the last it is as it was on the night before."""
    plain, merged = (_merged_late(history, one, under) for under in ("", other))
    last = night(NIGHTS - 1)
    assert on(last, links(plain)) == on(last, links(merged))


def _merged_late(history: History, nominal: str, under: str) -> History:
    lives = []
    for life in history.lives:
        nights = list(life.nights)
        steady = nights[max(0, NIGHTS - 3 - life.first)] or nights[0]
        if life.source_id == nominal and steady is not None and len(nights) > 1:
            nights[-2:] = [replace(steady, carried=under) if under else steady, steady]
        lives.append(replace(life, nights=tuple(nights)))
    return History(tuple(lives), ())


@settings(max_examples=FEWER)
@given(histories(), st.integers(0, 3), st.sampled_from(["accept", "reject"]))
def test_a_decision_that_is_undone_leaves_what_was(history: History, place: int, verdict: Verdict) -> None:
    child, nominal = place % (len(history.lives) - 3), len(history.lives) - 1
    told = (Told((child, nominal), verdict, NIGHTS - 2), Told((child, nominal), "undo", NIGHTS - 1))
    undone, never = (links(History(history.lives, both)) for both in (told, ()))
    assert on(night(NIGHTS - 1), undone) == on(night(NIGHTS - 1), never)
    assert on(night(NIGHTS - 3), undone) == on(night(NIGHTS - 3), never)


@settings(max_examples=FEWER)
@given(histories())
def test_what_a_person_decided_stands(history: History) -> None:
    found = on(night(NIGHTS - 1), links(history))
    records = {record[2:]: record for record in found}
    last = {told.places: told.verdict for told in history.told}
    for places, verdict in last.items():
        one, other = (
            records[(life.system, life.source, life.source_id)] for life in map(history.lives.__getitem__, places)
        )
        if verdict == "accept":
            assert found[one][0] == found[other][0]
