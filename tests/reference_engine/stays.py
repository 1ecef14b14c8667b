"""Stays in custody: episodes that follow upon one another, of E2 and I3."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from .dates import exists
from .model import Version, day, text
from .persons import Person

ONE_DAY = timedelta(days=1)


@dataclass(eq=False)
class Stay:
    """Episodes at most one day apart, first episode first; `end` is None while one of them is open."""

    episodes: list[Version]
    end: date | None


def stays_of(person: Person, kinds: Collection[str], as_of: date) -> list[Stay]:
    """E2, I3: a person's episodes of these kinds that are at most one day apart are one stay, whatever their services."""
    episodes = [
        version
        for version in person.tables["custody_episode"]
        if text(version.row, "kind") in kinds and exists(day(version.row, "start_date"), as_of)
    ]
    stays: list[Stay] = []
    for episode in sorted(episodes, key=lambda v: (day(v.row, "start_date") or as_of, episode_order(v))):
        start, end = day(episode.row, "start_date") or as_of, end_at(episode, as_of)
        if stays and follows(stays[-1], start):
            stays[-1].episodes.append(episode)
            stays[-1].end = None if stays[-1].end is None or end is None else max(stays[-1].end, end)
        else:
            stays.append(Stay([episode], end))
    return stays


def follows(stay: Stay, start: date) -> bool:
    """E2: whether an episode that starts on a day belongs to a stay."""
    return stay.end is None or start <= stay.end + ONE_DAY


def end_at(episode: Version, as_of: date) -> date | None:
    """T1: an end after A does not exist: the episode goes on."""
    end = day(episode.row, "end_date")
    return end if exists(end, as_of) else None


def episode_order(version: Version) -> tuple[bytes, bytes]:
    """Where ties between episodes end."""
    return version.source.encode(), (text(version.row, "episode_id") or "").encode()
