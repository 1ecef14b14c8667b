"""What was measured of builds, and the tables that say it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from rich.table import Table

from live_tracker.release.hashing import GRAINS
from tests.bench.pandas_summary import SQL_OF_THE_SAME

SUMMARIES = set(GRAINS) - {"cohort_member", "reoffence"}
"""Marts that every build makes anew."""


@dataclass
class Taken:
    """Seconds of each part, and the largest memory seen."""

    parts: dict[str, float]
    peak_mb: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(self.parts.values())


@dataclass
class Build:
    """Seconds of a build by dbt: of its layers by the clock, of its nodes (some run side by side) by name."""

    layers: dict[str, float] = field(default_factory=dict)
    nodes: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(self.layers.values())


@dataclass
class Measured:
    """One size: children of the services, persons found, children changed in the night, persons that it took up."""

    services: int
    children: int
    people: int
    changed: int
    affected: int
    full: Build
    night: Build
    bare: Taken
    by_duckdb: Taken
    by_pandas: Taken

    @property
    def bare_of_the_same(self) -> float:
        """Seconds of the models that do what the pandas script does, of every definition."""
        return sum(self.bare.parts[name] for name in SQL_OF_THE_SAME)

    def ways(self) -> Iterator[tuple[str, float, float | None, float | None]]:
        """Each way with its seconds, its ratio to the SQL that does the same, and megabytes."""
        bare = self.bare.seconds
        yield "full build by dbt", self.full.seconds, self.full.seconds / bare, self.full.peak_mb
        yield "night's build by dbt", self.night.seconds, self.night.seconds / bare, self.night.peak_mb
        yield "bare SQL by psql", bare, 1.0, self.bare.peak_mb
        yield "same SQL by DuckDB", self.by_duckdb.seconds, self.by_duckdb.seconds / bare, self.by_duckdb.peak_mb
        yield "bare SQL of pandas' part", self.bare_of_the_same, self.bare_of_the_same / bare, None
        yield "pandas, one definition", self.by_pandas.seconds, self.by_pandas.seconds / bare, self.by_pandas.peak_mb


def times(measured: list[Measured]) -> Table:
    """Seconds and memory of each way at each size."""
    table = Table(
        title="Builds of the same rows",
        caption="In one run, on a machine that others may use: the ratios hold, the seconds are of the day. dbt runs the\n"
        "data tests too, four nodes at a time; psql and DuckDB run one model after the other. Peak: proportional memory,\n"
        "of the client and, for Postgres, its server (256 MB of shared buffers). DuckDB has the rows of the identity\n"
        "views as tables, and does without the table comparator. pandas has the counts and rates of cohort_summary for\n"
        "national_proven, starting from offences that are paired, proven and placed already; its part of the bare SQL is\n"
        "of all definitions, intervals and changes on the year included.",
        caption_justify="left",
    )
    for column in ("services", "children", "persons", "changed", "taken up"):
        table.add_column(column, justify="right")
    table.add_column("way")
    for column in ("seconds", "/ bare SQL", "/ full", "peak, MB"):
        table.add_column(column, justify="right")
    for one in measured:
        size: tuple[str, ...] = (
            *(f"{one.services}", f"{one.children:,}"),
            *(f"{one.people:,}", f"{one.changed:,}", f"{one.affected:,}"),
        )
        for way, seconds, ratio, peak in one.ways():
            table.add_row(
                *size,
                way,
                *(f"{seconds:.1f}", f"{ratio:.2f}", f"{seconds / one.full.seconds:.2f}"),
                "" if peak is None else f"{peak:,.0f}",
            )
            size = ("",) * len(size)
        table.add_section()
    return table


def growth(measured: list[Measured]) -> Table:
    """By how much seconds grow where the children are ten times as many."""
    table = Table(title="Growth per tenfold: 10 is linear")
    table.add_column("way")
    for before, after in pairwise(measured):
        table.add_column(f"{before.services} to {after.services}", justify="right")
    grown = [
        [
            per_tenfold(small[1], large[1], after.children / before.children)
            for small, large in zip(before.ways(), after.ways(), strict=True)
        ]
        for before, after in pairwise(measured)
    ]
    for place, (way, *_) in enumerate(measured[0].ways()):
        table.add_row(way, *(f"{column[place]:.1f}" for column in grown))
    return table


def per_tenfold(seconds: float, later: float, times_as_many: float) -> float:
    """By what seconds grow per tenfold, if they went from one to the other where there were so many times as many."""
    return float((later / seconds) ** (1 / math.log10(times_as_many)))


def profile(measured: list[Measured]) -> Table:
    """Where a build's seconds go, by what its nodes are, with the dearest."""
    table = Table(title="Where it goes: seconds of all nodes of a kind (dbt: four at a time)")
    table.add_column("services", justify="right")
    table.add_column("build")
    kinds = ("views of the feeds", "models of people", "summaries", "data tests")
    for kind in kinds:
        table.add_column(kind, justify="right")
    table.add_column("the dearest")
    for one in measured:
        for way, nodes in (("full", one.full.nodes), ("night", one.night.nodes), ("bare SQL", one.bare.parts)):
            sums = dict.fromkeys(kinds, 0.0)
            for name, seconds in nodes.items():
                sums[kind_of(name)] += seconds
            table.add_row(f"{one.services}", way, *(f"{sums[kind]:.1f}" for kind in kinds), _dearest(nodes))
        table.add_section()
    return table


def kind_of(node: str) -> str:
    """What a node is; data tests come under one name."""
    if node == "data tests":
        return node
    if node.startswith("stg_"):
        return "views of the feeds"
    return "summaries" if node in SUMMARIES else "models of people"


def _dearest(nodes: Mapping[str, float], how_many: int = 3) -> str:
    models = sorted(((seconds, name) for name, seconds in nodes.items() if name != "data tests"), reverse=True)
    return ", ".join(f"{name} {seconds:.1f}" for seconds, name in models[:how_many])


def aims(measured: list[Measured]) -> Iterator[str]:
    """What was aimed at, and what came of it at the largest size."""
    largest = measured[-1]
    at, full = f"at {largest.services} services:", largest.full.seconds
    yield f"{at} full build {full / largest.bare.seconds:.2f} times the bare SQL (aim: 3)"
    yield f"{at} a night {largest.night.seconds / full:.2f} of a full build (aim: 0.1 at 100 services)"
    for before, after in pairwise(measured):
        grown = per_tenfold(before.full.seconds, after.full.seconds, after.children / before.children)
        yield f"{before.services} to {after.services} services: a full build grows {grown:.1f} times per tenfold (aim: 10)"
