"""Education, training and employment when orders end: rule I4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .characteristics import ete_band_at, is_of_school_age
from .dates import exists
from .entry import Life
from .figures import rate
from .model import Table, Version, day, text
from .offences import standing
from .persons import identity_of
from .spans import Span

ORDERED = ("first_tier", "community")


@dataclass(frozen=True)
class Order:
    """An order that has ended, with the band of the child on its first and on its last day."""

    person_key: str
    yot: str
    end: date
    age_group: str
    band_at_start: str
    band_at_end: str


def orders_of(life: Life) -> list[Order]:
    """I4: a person's programmes whose occasion has a first_tier or community outcome, that ended by A."""
    born, _ = identity_of(life.person)
    orders = []
    for programme in life.person.tables["programme"]:
        start, end = day(programme.row, "start_date"), end_of_order(programme)
        if start is None or end is None or not exists(start, life.world.as_of) or not exists(end, life.world.as_of):
            continue
        if born is None or not was_ordered(life, programme):
            continue
        at_start, at_end = (ete_band_at(life.world, life.person, programme.source, born, on) for on in (start, end))
        age_group = "school_age" if is_of_school_age(born, end) else "above_school_age"
        orders.append(Order(life.person.person_key, programme.source, end, age_group, at_start, at_end))
    return orders


def end_of_order(programme: Version) -> date | None:
    """I4: end_date, else planned_end_date: an end after A has not come, whatever was planned."""
    return day(programme.row, "end_date") or day(programme.row, "planned_end_date")


def was_ordered(life: Life, programme: Version) -> bool:
    """I4: the occasion has a first_tier or community outcome that stands (O4)."""
    occasion = text(programme.row, "occasion_id")
    outcomes = [
        outcome
        for offence in life.offences
        for outcome in standing([outcome for record in offence.cms for outcome in record.outcomes])
    ]
    return occasion is not None and any(
        (outcome.source, outcome.occasion) == (programme.source, occasion) and outcome.tier in ORDERED
        for outcome in outcomes
    )


def ete_of(orders: list[Order], spans: list[Span], as_of: date) -> Table:
    """I4: orders that ended in a span by age group and band; bands without an order have no row."""
    rows: Table = []
    for span in spans:
        ended = [order for order in orders if span.holds(order.yot, order.end)]
        for age_group in ("all", "school_age", "above_school_age"):
            some = [order for order in ended if age_group in ("all", order.age_group)]
            for band in bands_of(some):
                at_start = sum(order.band_at_start == band for order in some)
                at_end = [order for order in some if order.band_at_end == band]
                rows.append(
                    {
                        **span.columns(as_of),
                        "age_group": age_group,
                        "ete_band": band,
                        "orders": len(some),
                        "orders_at_start": at_start,
                        "orders_at_end": len(at_end),
                        "children_at_end": len({order.person_key for order in at_end}),
                        "share_at_start": rate(at_start, len(some)),
                        "share_at_end": rate(len(at_end), len(some)),
                    }
                )
    return rows


def bands_of(orders: Iterable[Order]) -> list[str]:
    """The bands in which an order began or ended."""
    return sorted({band for order in orders for band in (order.band_at_start, order.band_at_end)})
