"""What a history reaches: the codes it holds, and how near its dates lie to what the rules measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from live_tracker.deliveries.contract import FEEDS, POLICE_CAUTIONS
from tests.histories.dates import add_months
from tests.histories.model import History, Life, Row
from tests.histories.reach_beside import reached_beside, wanted_beside
from tests.histories.records import FLAGS, LEGAL_OUTCOMES, number_of
from tests.reference_engine import Link, Result

BESIDE = (-1, 0, 1)
CLASSES = (
    *(
        "paired_to",
        "unmapped",
        "out_of_area",
        "quashed",
        "non_conviction",
        "no_action",
        "diversion",
        "pending",
        "breach",
    ),
    *("non_recordable", "index", "previous", "pseudo", "out_of_window", "not_proven_in_time", "reoffence", "orphan"),
)
TIERS = ("diversion", "pre_court", "first_tier", "community", "custody")
REASONS = ("out_of_scope", "out_of_area", "no_service", "age", "entry_filter", "release_unlinked")
NOT_ASKED = {"committed_on_bail", "safety_wellbeing", "programme_type"}
"""Columns with codes that no rule reads."""


def wanted() -> set[str]:
    """Everything that generated histories are to reach."""
    codes = {
        f"{feed.name} {table.name} {column.name} {code}"
        for feed in FEEDS.values()
        for table in feed.tables
        if table.name != "assessment_factor"
        for column in table.columns
        if column.name not in NOT_ASKED
        for code in column.codes or ()
    }
    codes |= {f"pnc disposal disposal_type {code}" for code in POLICE_CAUTIONS}
    codes |= {f"yot child_flag flag {flag}" for flag in FLAGS}
    codes.add(f"yot outcome legal_outcome {LEGAL_OUTCOMES[-1]}")
    edges = {
        f"{what} {days:+d}"
        for what in (
            *("offence from index", "offence from follow_up_end", "outcome from proof_end", "outcome from index"),
            *("as_of from follow_up_end", "as_of from proof_end", "as_of from cohort_end"),
            *("index from 18th birthday", "index from 10th birthday"),
            *("offence from 3 months", "offence from 6 months", "offence from 9 months"),
        )
        for days in BESIDE
    }
    edges |= {"assessment from index +42", "assessment from index +43"}
    edges |= {f"episode from the end before {days:+d}" for days in (0, 1, 2)}
    edges |= {"index on 29 February", "born on 29 February", "index on cohort_start", "index on cohort_end"}
    kinds = {f"entry {kind}" for kind in ("outcome", "release", "flag")}
    kinds |= {f"class {name}" for name in CLASSES} | {f"index tier {tier}" for tier in TIERS}
    kinds |= {f"reoffence tier {tier}" for tier in TIERS}
    kinds |= {f"state {state}" for state in ("in_follow_up", "awaiting_outcomes", "closed", "filling")}
    kinds |= {f"band {band}" for band in ("0-3", "3-6", "6-9", "9-12")} | {f"reason {reason}" for reason in REASONS}
    return (
        wanted_beside()
        | codes
        | edges
        | kinds
        | {"a year", "found in both", "found in cms", "found in pnc", "two services"}
    )


def plain_links(history: History) -> list[Link]:
    """Every child and nominal with the person whose number it carries: enough to see what is reached."""
    return [
        Link("cms" if life.feed == "yot" else "pnc", life.source, life.key, _person(life), dt.date.min, None)
        for life in history.lives
        if life.table in ("child", "nominal")
    ]


def reached(history: History, result: Result) -> Iterator[str]:
    """What this history holds and comes near to."""
    lives_of: dict[str, list[Life]] = {}
    for life in history.lives:
        lives_of.setdefault(_person(life), []).append(life)
        for row in _rows(life):
            for column, value in row.items():
                yield f"{life.feed} {life.table} {column} {value}"
                if column == "date_of_birth" and value.endswith("-02-29"):
                    yield "born on 29 February"
    for lives in lives_of.values():
        yield from _gaps(lives)
    rows_of = {
        person: [(life.table, row) for life in lives for row in _rows(life)] for person, lives in lives_of.items()
    }
    yield from reached_beside(history, rows_of, result)
    for member in result.members:
        yield from _of_member(history, member, lives_of[member["person_key"]])
    yield from _of_rows(result)


def _of_rows(result: Result) -> Iterator[str]:
    for event in result.events:
        yield f"entry {event['kind']}" if event["reason"] is None else f"reason {event['reason']}"
    for row in result.classes:
        yield f"class {row['class']}"
    for row in result.reoffences:
        yield from (f"reoffence tier {row['tier']}", f"found in {row['found_in']}")
    for row in result.summaries:
        yield f"state {row['state']}"
    if result.annual:
        yield "a year"
    if len({(row["definition"], row["cohort"], row["person_key"]) for row in result.members}) < len(result.members):
        yield "two services"


def _of_member(history: History, member: dict[str, Any], lives: list[Life]) -> Iterator[str]:
    index: dt.date = member["index_date"]
    yield f"index tier {member['index_tier']}"
    yield f"band {member['first_reoffence_band']}"
    yield f"state {member['state']}"
    if (index.month, index.day) == (2, 29):
        yield "index on 29 February"
    if index in (member["cohort_start"], member["cohort_end"]):
        yield f"index on {'cohort_start' if index == member['cohort_start'] else 'cohort_end'}"
    for end in ("follow_up_end", "proof_end", "cohort_end"):
        yield _edge(f"as_of from {end}", history.as_of, member[end])
    for life in lives:
        for row in _rows(life):
            yield from _dates_of(life, row, member)


def _dates_of(life: Life, row: Row, member: dict[str, Any]) -> Iterator[str]:
    index: dt.date = member["index_date"]
    if day := _day(row, "offence_date") or (_day(row, "start_date") if life.table == "offence" else None):
        yield _edge("offence from index", day, index)
        yield _edge("offence from follow_up_end", day, member["follow_up_end"])
        for months in (3, 6, 9):
            yield _edge(f"offence from {months} months", day, add_months(index, months))
    if day := _day(row, "outcome_date") or _day(row, "disposal_date"):
        yield _edge("outcome from proof_end", day, member["proof_end"])
        yield _edge("outcome from index", day, index)
    if day := _day(row, "assessment_date"):
        yield _edge("assessment from index", day, index)
    if day := _day(row, "date_of_birth"):
        for years in (10, 18):
            yield _edge(f"index from {years}th birthday", index, add_months(day, 12 * years))


def _gaps(lives: list[Life]) -> Iterator[str]:
    spells = [row for life in lives if life.table == "custody_episode" for row in _rows(life)]
    for row in spells:
        for other in spells:
            if row is not other and "end_date" in row:
                gap = dt.date.fromisoformat(other["start_date"]) - dt.date.fromisoformat(row["end_date"])
                yield f"episode from the end before {gap.days:+d}"


def _rows(life: Life) -> list[Row]:
    return [row for _, row in life.states if row is not None]


def _person(life: Life) -> str:
    row = _rows(life)[0]
    number = row["child_id"].removeprefix("c") if "child_id" in row else str(number_of(row["pnc_id"]))
    return f"person {number}"


def _day(row: Row, column: str) -> dt.date | None:
    return dt.date.fromisoformat(row[column]) if column in row else None


def _edge(what: str, day: dt.date, measured: dt.date) -> str:
    return f"{what} {(day - measured).days:+d}"
