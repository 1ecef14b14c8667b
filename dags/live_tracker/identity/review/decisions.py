"""What people have decided about pairs of records: append-only rows, each in force until the next about its pair."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.clusters import Record
from live_tracker.identity.spans import END, Span

Verdict = Literal["accept", "reject", "undo"]
Pair = tuple[Record, Record]


@dataclass
class Reviews:
    """The spans in which a pair (see `pair`) stands accepted or rejected."""

    accepted: dict[Pair, list[Span]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[Pair, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def rejected(self, one: Record, other: Record) -> list[Span]:
        return self.refused.get(pair(one, other), [])

    def accepted_to_nominal(self, child: Record) -> list[Span]:
        """The spans in which a person has said which nominal the child is."""
        return self._to_nominals.get(child, [])

    def __post_init__(self) -> None:
        self._to_nominals: dict[Record, list[Span]] = defaultdict(list)
        for (child, other), spans in self.accepted.items():
            if other.source_system == "pnc":
                self._to_nominals[child] += spans


def pair(one: Record, other: Record) -> Pair:
    """Two records in the order in which a decision names them: a child first, two children by service and id."""
    first, second = sorted((one, other), key=lambda record: record[2:])
    return first, second


def read_reviews(cursor: Cursor, records: dict[tuple[str, str, str], Record]) -> Reviews:
    """Every decision about records that are known; `records` by source system, source and id."""
    cursor.execute(
        """
        SELECT source, child_id, other_system, other_source, other_id, verdict, decided_on
        FROM identity.review_decision
        WHERE verdict <> 'note'
        ORDER BY decided_on, decision_id
        """
    )
    told: dict[Pair, list[tuple[Verdict, dt.date]]] = defaultdict(list)
    for source, child_id, other_system, other_source, other_id, verdict, decided_on in cursor:
        child, other = records.get(("cms", source, child_id)), records.get((other_system, other_source, other_id))
        if child and other:
            told[pair(child, other)].append((verdict, decided_on))
    return reviewed(told)


def reviewed(told: dict[Pair, list[tuple[Verdict, dt.date]]]) -> Reviews:
    """The spans that follow from the verdicts on each pair, in the order in which they were given."""
    spans: dict[Verdict, dict[Pair, list[Span]]] = {"accept": defaultdict(list), "reject": defaultdict(list)}
    for pair, verdicts in told.items():
        ends = [*(day for _, day in verdicts[1:]), END]
        for (verdict, start), end in zip(verdicts, ends, strict=True):
            if verdict != "undo" and start < end:
                spans[verdict][pair].append((start, end))
    return Reviews(spans["accept"], spans["reject"])
