"""What published plans count, child by child: each figure is dealt out into parts, one for each life that makes it up."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("published.csv")
_MOST_REOFFENCES, _MOST_NIGHTS = 16, 220
_NOT_PUBLISHED = 2
"""Reoffences for each reoffender where a plan does not say how many there were."""


class Span(NamedTuple):
    """Days from the first to the last, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


class Figure(NamedTuple):
    """A published figure: of a cohort, of managed children, of custody, of remands or of first-time entrants."""

    kind: str
    span: Span
    children: int
    reoffenders: int
    reoffences: int
    nights: int
    source: str


@dataclass(frozen=True)
class Part:
    """What one child adds to the figures of its service, and it adds nothing else to any of them.

    `known_by`: the latest day for what went before. `is_crowded`: other cohorts of the plan lie in its follow-up.
    """

    kind: str
    span: Span
    known_by: dt.date
    reoffences: int = 0
    nights: int = 0
    is_entrant: bool = False
    is_crowded: bool = False


class Plan:
    """The published figures of a service, in the order of the table."""

    def __init__(self, service: str, figures: list[Figure]) -> None:
        self.service, self.figures = service, figures

    def spans(self, *kinds: str) -> list[Span]:
        return [figure.span for figure in self.figures if figure.kind in kinds]

    @cached_property
    def quarters(self) -> list[Span]:
        """The quarters of its cohorts; an annual figure is that of four."""
        return [quarter for span in self.spans("cohort") for quarter in quarters_of(span)]

    def parts(self, seed: int) -> Iterator[Part]:
        """One part for each child that the plan counts; who entered a cohort may be a first-time entrant by it."""
        entrants = dict.fromkeys(self.spans("entrants"), 0)
        for figure in self.figures:
            for part in self._dealt(figure, seed, entrants):
                for span in entrants:
                    entrants[span] += part.is_entrant and part.span.first in span
                yield part

    def _dealt(self, figure: Figure, seed: int, entrants: dict[Span, int]) -> Iterator[Part]:
        known_by = self._known_by(figure.span)
        if figure.kind == "cohort":
            yield from self._cohort(figure, seed, known_by)
        elif figure.kind == "managed":
            for reoffences in _with_none(figure, random.Random(f"{seed}/{figure.span.first}/managed")):
                yield Part("managed", figure.span, known_by, reoffences, is_crowded=True)
        elif figure.kind == "custody":
            for nights in self._nights(figure, seed):
                yield Part("custody", figure.span, known_by, nights=nights)
        elif figure.kind == "entrants":
            for _ in range(figure.children - entrants[figure.span]):
                yield Part("entrants", figure.span, known_by, is_entrant=True)

    def _cohort(self, figure: Figure, seed: int, known_by: dt.date) -> Iterator[Part]:
        quarters = quarters_of(figure.span)
        shares = (shared(count, len(quarters)) for count in (figure.children, figure.reoffenders, figure.reoffences))
        for quarter, children, reoffenders, reoffences in zip(quarters, *shares, strict=True):
            of_quarter = figure._replace(children=children, reoffenders=reoffenders, reoffences=reoffences)
            may_be_first = any(quarter.first in years for years in self.spans("entrants"))
            dealt = _with_none(of_quarter, random.Random(f"{seed}/{quarter.first}"))
            for place, often in enumerate(dealt):
                is_entrant = may_be_first and place % 2 == 0
                day = known_by if may_be_first else min(known_by, quarter.first)
                yield Part("cohort", quarter, day, often, is_entrant=is_entrant, is_crowded=len(quarters) > 1)

    def _nights(self, custody: Figure, seed: int) -> list[int]:
        """Nights on remand before each sentence; none before most."""
        for figure in self.figures:
            if figure.kind == "remand" and figure.span == custody.span:
                chance = random.Random(f"{seed}/{figure.span.first}/remand")
                nights = dealt_out(figure.nights, figure.children, _MOST_NIGHTS, chance)
                return nights + [0] * (custody.children - figure.children)
        return [0] * custody.children

    def _known_by(self, span: Span) -> dt.date:
        """Where first-time entrants are planned, what went before lies before everything planned; else before the span."""
        years = self.spans("entrants")
        if not years or span.first > max(year.last for year in years):
            return span.first
        return min(figure.span.first for figure in self.figures)


def plans() -> list[Plan]:
    """The plans of the table, by service in its order."""
    of_service: dict[str, list[Figure]] = {}
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            span = Span(dt.date.fromisoformat(row["first_day"]), dt.date.fromisoformat(row["last_day"]))
            reoffenders = int(row["reoffenders"] or 0)
            reoffences = int(row["reoffences"] or reoffenders * _NOT_PUBLISHED)
            counted = (int(row["children"]), reoffenders, reoffences, int(row["nights"] or 0))
            of_service.setdefault(row["service"], []).append(Figure(row["figure"], span, *counted, row["source"]))
    return [Plan(service, figures) for service, figures in of_service.items()]


def plan_of(service: str) -> Plan:
    return next(plan for plan in plans() if plan.service == service)


def quarters_of(span: Span) -> list[Span]:
    """The quarters of whole ones from the first day to the last."""
    quarters, first = [], span.first
    while first <= span.last:
        after = (first.replace(day=1) + dt.timedelta(days=95)).replace(day=1)
        quarters.append(Span(first, after - dt.timedelta(days=1)))
        first = after
    return quarters


def shared(count: int, parts: int) -> list[int]:
    """A count in parts as equal as can be, the greater first."""
    return [count // parts + (place < count % parts) for place in range(parts)]


def dealt_out(count: int, children: int, most: int, chance: random.Random) -> list[int]:
    """A count among children, each at least one: who has had many is the likeliest to get the next."""
    each = [1] * children
    left = count - children
    while left > 0:
        place = chance.choices(range(children), each)[0]
        if each[place] < most:
            each[place] += 1
            left -= 1
    return each


def _with_none(figure: Figure, chance: random.Random) -> list[int]:
    """How often each child reoffends, those who do first."""
    often = dealt_out(figure.reoffences, figure.reoffenders, _MOST_REOFFENCES, chance) if figure.reoffenders else []
    return often + [0] * (figure.children - figure.reoffenders)
