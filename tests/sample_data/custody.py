"""Custody: remands, sentences served with their transfers, recalls; and how stays end."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.sample_data.children import ADULT, Child, age_on, birthday
from tests.sample_data.delays import days
from tests.sample_data.offences import CUSTODY, NON_CONVICTIONS

ONE_DAY = dt.timedelta(days=1)
_SERVED = {
    "DTO": (60, 90, 120, 180),
    "YOI": (90, 120, 240),
    "SECTION_250": (240, 360, 480),
    "SECTION_254": (600, 800),
}
"""Days until release; who is detained at His Majesty's pleasure is not released in these years."""
_RECALLED_AFTER = (0, 1, 1, 20, 45)


class Episode(NamedTuple):
    """Custody of one kind in one place; without an end it goes on."""

    kind: str
    placement: str
    start: dt.date
    end: dt.date | None = None
    reason: str = ""


def episodes_of(
    child: Child, chance: random.Random, outcome: str, charged: dt.date, decided: dt.date, ending: str = "RELEASED"
) -> tuple[Episode, ...]:
    """The episodes that come of a court case; `ending` is how the sentence ends, if there is one to serve."""
    episodes = list(_remand(child, chance, outcome, charged, decided))
    if outcome in CUSTODY:
        episodes += _sentence(child, chance, outcome, decided, ending)
        last = episodes[-1]
        if last.end is not None and last.reason in {"", "RELEASED"} and chance.random() < 0.3:
            back = last.end + dt.timedelta(days=chance.choice(_RECALLED_AFTER))
            episodes.append(Episode("RECALL", last.placement, back, back + dt.timedelta(days=28), "RELEASED"))
    return tuple(episodes)


def held_until(episodes: Iterable[Episode]) -> dt.date | None:
    """The day from which the child is free again; the last day there is for those who never are."""
    ends = [
        dt.date.max if episode.end is None or episode.reason in {"ADULT_ESTATE", "DIED"} else episode.end
        for episode in episodes
    ]
    return max(ends, default=None)


def stays(episodes: Iterable[Episode]) -> list[list[Episode]]:
    """Sentences and recalls at most one day apart, as one stay each."""
    found: list[list[Episode]] = []
    served = (episode for episode in episodes if episode.kind != "REMAND")
    for episode in sorted(served, key=lambda episode: (episode.start, episode.end or dt.date.max)):
        before = max((one.end or dt.date.max for one in found[-1]), default=None) if found else None
        if before is not None and (before == dt.date.max or episode.start <= before + ONE_DAY):
            found[-1].append(episode)
        else:
            found.append([episode])
    return found


def _remand(child: Child, chance: random.Random, outcome: str, charged: dt.date, decided: dt.date) -> Iterator[Episode]:
    likely = 0.45 if outcome in CUSTODY else 0.2 if outcome in NON_CONVICTIONS else 0.04
    start = charged + ONE_DAY
    if chance.random() > likely or decided <= start:
        return
    placement = _placement(child, chance, start)
    bailed = start + days(chance, 14)
    if outcome not in CUSTODY and bailed < decided and chance.random() < 0.5:
        yield Episode("REMAND", placement, start, bailed, "BAILED")
    elif outcome in NON_CONVICTIONS:
        yield Episode("REMAND", placement, start, decided, "ACQUITTED")
    else:
        yield Episode("REMAND", placement, start, decided, "SENTENCED")


def _sentence(child: Child, chance: random.Random, outcome: str, start: dt.date, ending: str) -> Iterator[Episode]:
    placement = _placement(child, chance, start)
    if outcome not in _SERVED:
        yield Episode("SENTENCE", placement, start)
        return
    end = start + dt.timedelta(days=chance.choice(_SERVED[outcome]))
    grown_up = birthday(child.date_of_birth, ADULT)
    if start < grown_up and (ending == "ADULT_ESTATE" or (grown_up < end and chance.random() < 0.3)):
        end, ending = grown_up, "ADULT_ESTATE"
    elif ending == "RELEASED" and chance.random() < 0.1:
        ending = ""
    if (end - start).days > 40 and chance.random() < 0.25:
        moved = start + (end - start) // 2
        yield Episode("SENTENCE", placement, start, moved, "TRANSFERRED")
        start, placement = moved + dt.timedelta(days=chance.choice([0, 1])), _placement(child, chance, moved)
    yield Episode("SENTENCE", placement, start, end, ending)


def _placement(child: Child, chance: random.Random, day: dt.date) -> str:
    age = age_on(child.date_of_birth, day)
    if age >= ADULT:
        return "YOI"
    return chance.choices(["SCH", "STC", "SECURE_SCHOOL", "YOI"], [60, 25, 15, 0] if age < 15 else [15, 15, 10, 60])[0]
