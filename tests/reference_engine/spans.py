"""Spans of the indicators: quarters and years of a service and of all; and the populations that rates are over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .dates import add_months, period_of, periods_between
from .figures import decimal_of
from .model import Period, Population, Reference, Table

ALL = "all"
CHILDREN, EVERYBODY = "10-17", "All"
MONTHS_BEFORE = (9, 6, 3)


@dataclass(frozen=True)
class Span:
    """A quarter, or the twelve months that end with it, of a service, or of all services that have it."""

    yot: str
    kind: str
    quarter: str
    start: date
    end: date
    services: tuple[str, ...]

    def holds(self, yot: str, day: date) -> bool:
        """Whether what a service has on a day is counted in it."""
        return yot in self.services and self.start <= day <= self.end

    def columns(self, as_of: date) -> dict[str, Any]:
        """What every row says of its span."""
        return {
            "yot": self.yot,
            "span": self.kind,
            "quarter": self.quarter,
            "period_start": self.start,
            "period_end": self.end,
            "is_complete": as_of >= self.end,
        }


def spans_of(first_proofs: dict[str, date], as_of: date) -> list[Span]:
    """E6: the quarters of each service from its first proof to A, years that have four of them, and those of all."""
    spans = []
    for service, first in sorted(first_proofs.items()):
        quarters = {quarter.start: quarter for quarter in periods_between("quarter", quarter_of(first).start, as_of)}
        for start, quarter in quarters.items():
            spans.append(Span(service, "quarter", quarter.label, start, quarter.end, (service,)))
            if all(add_months(start, -months) in quarters for months in MONTHS_BEFORE):
                year = add_months(start, -max(MONTHS_BEFORE))
                spans.append(Span(service, "year", quarter.label, year, quarter.end, (service,)))
    return spans + spans_of_all(spans)


def spans_of_all(spans: Iterable[Span]) -> list[Span]:
    """The same spans of all services that have them."""
    services: dict[tuple[str, str, date, date], list[str]] = {}
    for span in spans:
        services.setdefault((span.kind, span.quarter, span.start, span.end), []).append(span.yot)
    return [Span(ALL, *span, tuple(having)) for span, having in services.items()]


def quarter_of(day: date) -> Period:
    """The quarter that holds a day."""
    found = period_of("quarter", day)
    assert found is not None
    return found


def population_over(reference: Reference, service: str, end: date) -> Population | None:
    """I1, I2: children of 10 to 17 of the latest year on or before the end of a span, else of the earliest there is."""
    listed = {
        row.year: row
        for row in reference.populations
        if (row.area, row.age, row.ethnicity_group) == (service, CHILDREN, EVERYBODY)
    }
    if not listed:
        return None
    return listed[latest_year(listed, end)]


def latest_year(years: Collection[int], end: date) -> int:
    """I1, I2, I5: the latest year on or before the end of a span, else the earliest there is."""
    return max((year for year in years if year <= end.year), default=min(years))


def base_of(reference: Reference, span: Span) -> dict[str, Any]:
    """The population of a span; that of all only where each service has one and they are of one year."""
    found = [population_over(reference, service, span.end) for service in span.services]
    known = [population for population in found if population is not None]
    if len(known) < len(found) or len({population.year for population in known}) > 1:
        return {"population": None, "base_year": None, "population_source": None}
    return {
        "population": sum(population.population for population in known),
        "base_year": known[0].year,
        "population_source": "; ".join(sorted({population.source for population in known}, key=str.encode)),
    }


def rated(
    spans: list[Span],
    reference: Reference,
    as_of: date,
    per: int,
    counts_in: Callable[[Span], dict[str, Any]],
) -> Table:
    """A row for each span: what is counted first in it per so many of its population, and the same a year before."""
    rows = []
    for span in spans:
        counts, base = counts_in(span), base_of(reference, span)
        rate = None
        if base["population"]:
            rate = decimal_of(Fraction(next(iter(counts.values())) * per, base["population"]))
        rows.append({**span.columns(as_of), **counts, **base, f"rate_per_{per}": rate})
    by_span = {(row["yot"], row["span"], row["period_start"]): row for row in rows}
    counted = next(iter(counts_in(spans[0]))) if spans else ""
    for row in rows:
        before = by_span.get((row["yot"], row["span"], add_months(row["period_start"], -12)), {})
        for column in (counted, "population", "base_year", f"rate_per_{per}"):
            row[f"{column}_year_before"] = before.get(column)
    return rows
