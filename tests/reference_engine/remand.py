"""Remand: rule I3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .characteristics import NOT_KNOWN, care_status_at
from .dates import exists
from .entry import Life
from .figures import decimal_of
from .indicators import is_child
from .model import Table, Version, day, text
from .persons import one_service
from .spans import Span
from .stays import Stay, stays_of

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Where a child was put within a remand: the day of it, and the day on which the next place began or it left."""

    placement_type: str
    start: date
    end: date


@dataclass(frozen=True, eq=False)
class Remand:
    """Episodes on remand at most one day apart; `end` is the day of leaving, or A."""

    person_key: str
    yot: str
    start: date
    end: date
    places: tuple[Place, ...]
    care_status_before: str
    care_gained: str


def remands_of(life: Life) -> list[Remand]:
    """I3: a person's remands that began between the 10th and the 18th birthday."""
    remands = []
    for stay in stays_of(life.person, ("REMAND",), life.world.as_of):
        start = day(stay.episodes[0].row, "start_date")
        if start is None or not is_child(life, start):
            continue
        end = life.world.as_of if stay.end is None else stay.end
        service = one_service(life.person, [episode.source for episode in stay.episodes], start)
        assert service is not None
        before = care_status_at(life.world, life.person, service, start - ONE_DAY)
        remands.append(
            Remand(
                life.person.person_key,
                service,
                start,
                end,
                places_of(stay, end),
                before,
                care_gained(life, before, start, end),
            )
        )
    return remands


def places_of(stay: Stay, end: date) -> tuple[Place, ...]:
    """I3: a night belongs to the place in which the child was last put, that between two episodes to the first."""
    put = [(day(e.row, "start_date") or end, text(e.row, "placement_type") or "") for e in stay.episodes]
    nexts = [start for start, _ in put[1:]] + [end]
    return tuple(Place(where, start, until) for (start, where), until in zip(put, nexts, strict=True))


def care_gained(life: Life, before: str, start: date, end: date) -> str:
    """I3: not looked after the day before, and a spell of LAC begins from the first to the last day of the remand.

    R9: where it is not known how the child was cared for, it is not known whether care was gained.
    """
    if before == NOT_KNOWN:
        return NOT_KNOWN
    spells = [version for version in life.person.tables["care_episode"] if is_looked_after(version)]
    begun = [on for spell in spells if (on := day(spell.row, "start_date")) and exists(on, life.world.as_of)]
    gained = before != "LAC" and any(start <= on <= end for on in begun)
    return "yes" if gained else "no"


def is_looked_after(version: Version) -> bool:
    """R9: a spell of the care status LAC."""
    return text(version.row, "care_status") == "LAC"


def nights_in(span: Span, start: date, end: date) -> int:
    """I3: nights are end less start, clipped to the span; a night belongs to the day on which it begins."""
    return max(0, (min(end, span.end + ONE_DAY) - max(start, span.start)).days)


def is_in(span: Span, remand: Remand) -> bool:
    """I3: with a night in the span, or begun in it."""
    begun = span.start <= remand.start <= span.end
    return remand.yot in span.services and (begun or nights_in(span, remand.start, remand.end) > 0)


def remand_of(remands: list[Remand], spans: list[Span], as_of: date) -> Table:
    """I3: remands, children and nights of a span: all, by care the day before, by care gained, and by placement."""
    rows: Table = []
    for span in spans:
        own = [remand for remand in remands if remand.yot in span.services]
        whole = [(remand, Place("", remand.start, remand.end)) for remand in own]
        rows.append(remand_row(span, as_of, "all", "all", whole))
        by_value: dict[tuple[str, str], list[tuple[Remand, Place]]] = {}
        for remand, place in whole:
            by_value.setdefault(("care_status_before", remand.care_status_before), []).append((remand, place))
            by_value.setdefault(("care_gained", remand.care_gained), []).append((remand, place))
        for remand in own:
            for place in remand.places:
                by_value.setdefault(("placement_type", place.placement_type), []).append((remand, place))
        by_dimension = [remand_row(span, as_of, *item, places) for item, places in by_value.items()]
        rows += [row for row in by_dimension if row["remands"]]
    return rows


def remand_row(
    span: Span, as_of: date, dimension: str, value: str, places: Iterable[tuple[Remand, Place]]
) -> dict[str, Any]:
    """I3: remands with a night there in the span or put there in it; nights per remand and per child."""
    begun = [remand for remand, place in places if span.start <= place.start <= span.end]
    held = [remand for remand, place in places if nights_in(span, place.start, place.end)]
    remands = set(begun) | set(held)
    children = {remand.person_key for remand in remands}
    nights = sum(nights_in(span, place.start, place.end) for _, place in places)
    return {
        **span.columns(as_of),
        "dimension": dimension,
        "value": value,
        "remands": len(remands),
        "remands_begun": len(set(begun)),
        "children": len(children),
        "nights": nights,
        "nights_per_remand": decimal_of(Fraction(nights, len(remands))) if remands else None,
        "nights_per_child": decimal_of(Fraction(nights, len(children))) if children else None,
    }
