"""Records: what each system wrote down of a life, and on which day; police records come days to weeks after the CMS's."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import NamedTuple

from tests.sample_data.cases import SETTLING, Case, Holder, Offence
from tests.sample_data.delays import days
from tests.sample_data.lives import Life
from tests.sample_data.offences import term_of

Row = dict[str, str]


class Record(NamedTuple):
    """What a system says of one key of a table from the day `known` on; `row` is None once it was taken out."""

    feed: str
    source: str
    table: str
    key: str
    known: dt.date
    row: Row | None


def child_id(life: Life, service: str) -> str:
    """The CMS id of a child: each service numbers its own."""
    return f"{service[0].upper()}{10000 + life.child.number}"


def offence_id(service: str, offence: Offence) -> str:
    return f"{service[0].upper()}O{offence.number:07d}"


def outcome_id(service: str, offence: Offence, place: int) -> str:
    """The CMS id of the decision at a place among those of the offence."""
    return f"{service[0].upper()}R{offence.number:07d}{'' if place == 0 else f'-{place + 1}'}"


def occasion_id(service: str, case: Case, place: int = 0) -> str:
    return f"{service[0].upper()}H{case.number:06d}{'' if place == 0 else f'-{place + 1}'}"


def put_right(chance: random.Random, entered: dt.date, until: dt.date) -> dt.date:
    """The day on which an error entered on a day is found: soon, or when the service goes over its records.

    Nothing wrong that counts outlasts the last night.
    """
    going_over = until - dt.timedelta(days=chance.randrange(30))
    found = going_over if chance.random() < 0.5 else entered + days(chance, 12)
    return max(entered, min(until, max(found, entered + dt.timedelta(days=1))))


def cms_case(life: Life, case: Case, holder: Holder, until: dt.date) -> Iterator[Record]:
    """The offences and outcomes of a case as a service has them."""
    entered = case.arrested + days(life.chance, 4)
    for place, offence in enumerate(case.offences):
        yield from _offence(life, case, offence, holder.service, entered, until)
        yield from _outcomes(life, case, offence, holder, until, is_main=place == 0)


def _offence(
    life: Life, case: Case, offence: Offence, service: str, entered: dt.date, until: dt.date
) -> Iterator[Record]:
    """An offence at first without its charge and hearing, which are filled in as they come."""
    chance, kind = life.chance, offence.kind
    row = {
        "offence_id": offence_id(service, offence),
        "child_id": child_id(life, service),
        "asn": _asn(case, chance),
        "crime_ref": f"{20 + case.number % 3}/{offence.number % 1_000_000:06d}/{case.arrested:%y}",
        "offence_date": offence.start.isoformat(),
        "offence_end_date": offence.end.isoformat() if offence.end else "1900-01-01",
        "arrest_date": case.arrested.isoformat(),
        "cjs_code": kind.cjs_code,
        "description": kind.description,
        "yjb_category": kind.yjb_category if kind.is_breach or chance.random() < 0.95 else "",
        "seriousness": str(kind.seriousness) if kind.is_breach or chance.random() < 0.95 else "",
        "knife_related": str(int(kind.is_knife)),
    }
    key = row["offence_id"]
    yield Record("yot", service, "offence", key, entered, row)
    if chance.random() < 0.02:
        # the same entered by a colleague: two offences, until somebody sees it
        twice = row | {"offence_id": f"{key}B"}
        yield Record("yot", service, "offence", f"{key}B", entered, twice)
        yield Record("yot", service, "offence", f"{key}B", put_right(chance, entered, until), None)
    if case.charged is not None and case.first_hearing is not None:
        row = row | {"charge_date": case.charged.isoformat(), "committed_on_bail": str(int(chance.random() < 0.06))}
        charged = max(entered, case.charged + days(chance, 2))
        yield Record("yot", service, "offence", key, charged, row)
        row = row | {"first_hearing_date": case.first_hearing.isoformat()}
        yield Record("yot", service, "offence", key, max(charged, case.first_hearing + days(chance, 4)), row)


def _asn(case: Case, chance: random.Random) -> str:
    """The arrest/summons number as the service has it: in full, as it is displayed, a placeholder's, or not at all."""
    lot = chance.random()
    if lot > 0.78 or not case.is_on_police_record:
        return f"{case.arrested:%y}6300{case.number:013d}Z" if lot > 0.97 else ""
    if lot > 0.66:
        full = case.asn
        return f"{full[:2]}/{full[2:6]}/{full[6:8]}/{int(full[8:19])}{full[19]}"
    return case.asn


def _outcomes(
    life: Life, case: Case, offence: Offence, holder: Holder, until: dt.date, *, is_main: bool
) -> Iterator[Record]:
    """The outcomes of an offence, each with what became of an appeal against it."""
    chance, service = life.chance, holder.service
    for place, decision in enumerate(offence.decisions):
        key = outcome_id(service, offence, place)
        row = {
            "outcome_id": key,
            "offence_id": offence_id(service, offence),
            "child_id": child_id(life, service),
            "occasion_id": occasion_id(service, case, place),
            "court": "2001" if case.first_hearing else "",
            "hearing_date": decision.day.isoformat() if case.first_hearing else "",
            "outcome_date": decision.day.isoformat(),
            "legal_outcome": decision.outcome,
            "main_outcome": str(int(is_main)),
            "term_days": term_of(decision.outcome),
            "residence": holder.residence,
        }
        entered = decision.day + days(chance, 3)
        if chance.random() < 0.02 and not decision.appeal:
            entered += days(chance, 60)
        if chance.random() < 0.03:
            wrong = max(decision.day - dt.timedelta(days=7), case.arrested)
            yield Record("yot", service, "outcome", key, entered, row | {"outcome_date": wrong.isoformat()})
            entered = put_right(chance, entered, until)
        yield Record("yot", service, "outcome", key, entered, row)
        if chance.random() < 0.02:
            twice = f"{key}B"
            yield Record("yot", service, "outcome", twice, entered, row | {"outcome_id": twice})
            yield Record("yot", service, "outcome", twice, put_right(chance, entered, until), None)
        for day, status in decision.appeal:
            entered = max(entered, day + min(days(chance, 5), SETTLING))
            yield Record("yot", service, "outcome", key, entered, row | {"appeal_status": status})
