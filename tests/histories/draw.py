"""Hypothesis draws whole histories: a few people, the deliveries that told of them, definitions, and the days asked for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.histories import beside
from tests.histories.dates import ANCHORS, LAST_EXTRACT_AFTER, add_months
from tests.histories.model import History, Life
from tests.histories.records import FLAGS, Drawing
from tests.reference_engine import Definition

PERIODS = ("quarter", "quarter", "quarter", "first_quarter", "financial_year", "calendar_year")
ENTRIES = ("outcome", "outcome_or_release", "outcome_or_release", "release", "flag")
FILTERS = ("none", "none", "serious_violence", "knife")
ENTRY_TIERS = ("diversion", "pre_court", "first_tier", "community", "custody")
BOTH, POLICE = frozenset({"cms", "pnc"}), frozenset({"pnc"})
OLDEST = 150


def tiers(least: int) -> st.SearchStrategy[frozenset[str]]:
    """Some of the tiers, all and the proving ones more often."""
    proving = st.just(frozenset(ENTRY_TIERS[1:]))
    return proving | st.just(frozenset(ENTRY_TIERS)) | st.frozensets(st.sampled_from(ENTRY_TIERS), min_size=least)


@st.composite
def definitions(draw: st.DrawFn, name: str) -> Definition:
    """A definition that the reader of definitions would accept."""
    entry = draw(st.sampled_from(ENTRIES))
    return Definition(
        definition=name,
        cohort_period=draw(st.sampled_from(PERIODS)),
        min_age=10,
        max_age=17,
        entry=entry,
        entry_filter="none" if entry == "flag" else draw(st.sampled_from(FILTERS)),
        entry_flags=draw(st.frozensets(st.sampled_from(FLAGS), min_size=1)) if entry == "flag" else frozenset(),
        follow_up_months=draw(st.sampled_from((12, 12, 12, 6, 3))),
        waiting_months=draw(st.sampled_from((6, 6, 3, 0))),
        offence_scope="recordable_not_breach",
        proof_sources=draw(st.sampled_from((BOTH, BOTH, POLICE))),
        entry_tiers=draw(tiers(1)) if entry.startswith("outcome") else frozenset(),
        proof_tiers=draw(tiers(1)),
        milestones=draw(st.sampled_from(((3, 6, 9, 12), (3, 6, 9, 12), (1, 12), (6,)))),
    )


def opened(definition: Definition) -> Definition:
    """The same with everyone in the cohort: any age, tier and flag, no filter. An empty cohort could hide a bug."""
    return dataclasses.replace(
        definition,
        definition=f"{definition.definition}_all",
        min_age=0,
        max_age=OLDEST,
        entry_filter="none",
        entry_flags=frozenset(FLAGS) if definition.entry == "flag" else frozenset(),
        entry_tiers=frozenset(ENTRY_TIERS) if definition.entry.startswith("outcome") else frozenset(),
    )


@st.composite
def extract_dates(draw: st.DrawFn, anchor: dt.date) -> tuple[dt.date, ...]:
    """Three: the first near the anchor, the last when everything has happened."""
    first = anchor + dt.timedelta(days=draw(st.sampled_from((-1, 0, 0, 1, 30))))
    second = add_months(anchor, draw(st.sampled_from((3, 12, 15, 18))))
    return first, second, add_months(anchor, LAST_EXTRACT_AFTER)


@st.composite
def days_asked(draw: st.DrawFn, anchor: dt.date, extracts: Sequence[dt.date]) -> tuple[dt.date, dt.date]:
    """As-of and known-as-of: at the end of everything, or on and beside the ends of windows."""
    last = extracts[-1]
    known_as_of = draw(st.sampled_from((*(last,) * 6, *extracts, extracts[1] - dt.timedelta(days=1))))
    known_as_of = max(known_as_of, extracts[0])
    end_of_quarter = add_months(anchor.replace(month=(anchor.month - 1) // 3 * 3 + 3, day=1), 1) - dt.timedelta(days=1)
    months = draw(st.sampled_from((*(24,) * 8, 3, 6, 9, 12, 15, 18)))
    day = draw(st.sampled_from((*(add_months(anchor, months),) * 8, end_of_quarter)))
    return min(day + dt.timedelta(days=draw(st.sampled_from((0, -1, 1)))), known_as_of), known_as_of


@st.composite
def people_numbered(draw: st.DrawFn, people: Sequence[int], extracts: Sequence[dt.date]) -> list[Life]:
    """The records of people with these numbers, around one of the anchors."""
    anchor = draw(st.sampled_from(ANCHORS))
    return [life for number in people for life in life_of(draw, number, people, anchor, extracts)]


def life_of(
    draw: st.DrawFn, number: int, people: Sequence[int], anchor: dt.date, extracts: Sequence[dt.date]
) -> list[Life]:
    """The records of one person, with what the indicators beside reoffending measure more often than by chance."""
    drawing = Drawing(draw, number, people, anchor, extracts)
    drawing.make()
    if drawing.services and drawing.count(2) == 0:
        beside.remand(drawing, drawing.services)
    if drawing.services and drawing.count(1) == 0:
        beside.order(drawing, drawing.pick(drawing.services))
    return drawing.lives


@st.composite
def histories(draw: st.DrawFn, most_people: int = 5) -> History:
    """A history with everything that is asked of it; each definition also with everyone in the cohort."""
    anchor = draw(st.sampled_from(ANCHORS))
    extracts = draw(extract_dates(anchor))
    people = range(draw(st.integers(1, most_people)))
    lives = [life for number in people for life in life_of(draw, number, people, anchor, extracts)]
    drawn = [draw(definitions(name)) for name in ("one", "other")]
    as_of, known_as_of = draw(days_asked(anchor, extracts))
    return History(
        lives=tuple(lives),
        extracts=extracts,
        definitions=(*drawn, *(opened(definition) for definition in drawn)),
        as_of=as_of,
        known_as_of=known_as_of,
        sends_empty=draw(st.booleans()),
    )
