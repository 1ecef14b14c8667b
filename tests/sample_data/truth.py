"""The truth: who is who and what was proven, from the events; what no system had heard of by the last night is left out.

It is written beside the deliveries for tests that count for themselves. The pipeline never reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tests.sample_data.cases import FORCE, Case, Decision, Offence
from tests.sample_data.circumstances import episode_key, flag_key, flags_of
from tests.sample_data.custody import Episode, stays
from tests.sample_data.lives import Life
from tests.sample_data.offences import TIERS
from tests.sample_data.police import disposal_key, offence_key
from tests.sample_data.records import Record, Row, offence_id, outcome_id

Key = tuple[str, str, str, str]
"""Feed, source, table and key of a record."""


class Heard(NamedTuple):
    """What the systems had heard of a life by the last night: of each record the first day, the last row, and its day."""

    first: dict[Key, dt.date]
    rows: dict[Key, Row]
    last: dict[Key, dt.date]


def heard(records: Iterable[Record], first_night: dt.date, last_night: dt.date) -> Heard:
    """The extract days and the rows of records; a day before the first night is the first night."""
    first: dict[Key, dt.date] = {}
    rows: dict[Key, Row] = {}
    last: dict[Key, dt.date] = {}
    for record in sorted(records, key=lambda record: record.known):
        key = record[:4]
        if record.known > last_night:
            break
        if record.row is None:
            rows.pop(key, None)
        else:
            first.setdefault(key, max(record.known, first_night))
            rows[key] = record.row
            last[key] = max(record.known, first_night)
    return Heard({key: day for key, day in first.items() if key in rows}, rows, last)


def truth_of(life: Life, known: Heard) -> dict[str, Any]:
    """A child with the ids of its records and everything it did that any system had heard of."""
    own = sorted((key[1], key[3]) for key in known.first if key[2] == "child")
    police = sorted(key[3] for key in known.first if key[2] == "nominal")
    return {
        "child": life.child.number,
        "date_of_birth": life.child.date_of_birth.isoformat(),
        "sex": life.child.sex,
        "records": [["cms", *record] for record in own] + [["pnc", FORCE, number] for number in police],
        "offences": [
            told
            for case in life.cases
            for sequence, offence in enumerate(case.offences, start=1)
            if (told := _offence(case, offence, sequence, known)) is not None
        ],
        "releases": list(_releases(life, known)),
        "flags": list(_flags(life, known)),
    }


def _offence(case: Case, offence: Offence, sequence: int, known: Heard) -> dict[str, Any] | None:
    holding = [
        holder.service
        for holder in case.holders
        if ("yot", holder.service, "offence", offence_id(holder.service, offence)) in known.first
    ]
    cms = [("yot", service, "offence", offence_id(service, offence)) for service in holding]
    police = ("pnc", FORCE, "offence", offence_key(case, sequence))
    if not cms and police not in known.first:
        return None
    summons = known.rows.get(("pnc", FORCE, "arrest_summons", case.asn), {})
    is_charged = (
        any("charge_date" in known.rows[key] for key in cms) or summons.get("process_stage", "ARREST") != "ARREST"
    )
    outcomes = [
        told
        for place, decision in enumerate(offence.decisions)
        if (told := _outcome(case, offence, sequence, place, decision, known)) is not None
    ]
    service = _service(case, offence, holding, known)
    return {
        "date": offence.start.isoformat(),
        "cjs_code": offence.kind.cjs_code,
        "is_recordable": offence.kind.is_recordable,
        "is_breach": offence.kind.is_breach,
        "category": offence.kind.yjb_category,
        "seriousness": offence.kind.seriousness,
        "is_knife": offence.kind.is_knife,
        "service": service,
        "out_of_area": bool(cms) and service is None,
        "charged": case.charged.isoformat() if case.charged and is_charged else None,
        "only_police": not cms,
        "in_police": police in known.first,
        "outcomes": outcomes,
    }


def _service(case: Case, offence: Offence, holding: list[str], known: Heard) -> str | None:
    """That of the case, once one of its outcomes has said where the child lives; until then whose record it is."""
    says_residence = any(
        ("yot", service, "outcome", outcome_id(service, offence, place)) in known.first
        for service in holding
        for place in range(len(offence.decisions))
    )
    if not holding or says_residence:
        return case.service if holding else None
    return case.service if case.service in holding else min(holding)


def _outcome(
    case: Case, offence: Offence, sequence: int, place: int, decision: Decision, known: Heard
) -> dict[str, Any] | None:
    """A decision of which some system had heard; one changed on appeal falls with the one that took its place."""
    keys: list[Key] = [
        ("yot", holder.service, "outcome", outcome_id(holder.service, offence, place)) for holder in case.holders
    ]
    police = ("pnc", FORCE, "disposal", disposal_key(case, sequence, place))
    days = [known.first[key] for key in (*keys, police) if key in known.first]
    if not days:
        return None
    statuses = {known.rows[key].get("appeal_status") for key in keys if key in known.rows}
    statuses.add(known.rows.get(police, {}).get("appeal_marker"))
    known_police = known.first.get(police)
    return {
        "date": decision.day.isoformat(),
        "tier": TIERS[decision.outcome],
        "stands": not statuses & {"SUCCESSFUL", "CHANGED"},
        "known": min(days).isoformat(),
        "known_police": known_police.isoformat() if known_police else None,
    }


def _releases(life: Life, known: Heard) -> Iterator[dict[str, Any]]:
    """The ends of stays that ended in a release, as far as the services had heard of starts and ends."""
    held: dict[Episode, tuple[Case, dt.date]] = {}
    for case in life.cases:
        for place, episode in enumerate(case.episodes):
            service = case.holders[0].service
            key = ("yot", service, "custody_episode", episode_key(service, case, place))
            if key in known.first:
                ended = known.rows[key].get("end_date")
                held[episode if ended else episode._replace(end=None, reason="")] = (case, known.last[key])
    for stay in stays(held):
        last = max(stay, key=lambda episode: (episode.end or dt.date.max, episode.start))
        case, day = held[last]
        if last.end is None or last.reason not in {"", "RELEASED"}:
            continue
        yield {
            "date": last.end.isoformat(),
            "service": case.holders[0].service,
            "known": day.isoformat(),
            "in_scope": any(offence.kind.is_recordable and not offence.kind.is_breach for offence in case.offences),
            "is_entry": stay[0].kind == "SENTENCE",
        }


def _flags(life: Life, known: Heard) -> Iterator[dict[str, Any]]:
    for place, (name, start, end) in enumerate(flags_of(life)):
        service = next(case.holders[0].service for case in life.cases if case.holders)
        key = ("yot", service, "child_flag", flag_key(service, life, place))
        if key in known.rows:
            is_over = end is not None and "end_date" in known.rows[key]
            ends = end.isoformat() if end is not None and is_over else None
            yield {"flag": name, "start": start.isoformat(), "end": ends, "service": service}
