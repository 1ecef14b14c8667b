"""Nominals that were merged: under which id each lives on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from live_tracker.identity.clusters import Record
from live_tracker.identity.histories import Histories
from live_tracker.identity.spans import Valued


class Merges:
    """Under which id a nominal lives on a day, through all that it was merged into."""

    def __init__(self, histories: Histories) -> None:
        self._under: dict[str, list[Valued[str]]] = defaultdict(list)
        for nominal, versions in histories.nominals.items():
            self._under[nominal.source_id] += [
                (version.shared_id, *version.span) for version in versions if version.shared_id
            ]

    def root(self, nominal: Record, day: dt.date) -> str:
        """The id at the end of the way; of a circle, the least."""
        path = [nominal.source_id]
        while True:
            under = next((one for one, start, end in self._under.get(path[-1], ()) if start <= day < end), None)
            if under is None:
                return path[-1]
            if under in path:
                return min(path[path.index(under) :])
            path.append(under)

    def days(self, nominal: Record) -> set[dt.date]:
        """The days on which the way of the nominal may change."""
        found: set[dt.date] = set()
        seen: set[str] = set()
        waiting = [nominal.source_id]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                for under, start, end in self._under.get(one, ()):
                    found |= {start, end}
                    waiting.append(under)
        return found
