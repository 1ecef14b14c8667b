"""What the police write down of a life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.sample_data.cases import FORCE, SETTLING, Case, Offence
from tests.sample_data.child_records import cro_no
from tests.sample_data.delays import days
from tests.sample_data.lives import Life, pnc_id
from tests.sample_data.names import written
from tests.sample_data.offences import DISPOSAL, NON_CONVICTIONS, OUT_OF_COURT, REVOKED, term_of
from tests.sample_data.records import Record, Row, put_right

_SECOND_ID = 5_000_000
_TWICE = 0.04
"""The share of children with several arrests who were taken for somebody new at the second."""


def on_police_record(life: Life, until: dt.date, errors: float) -> Iterator[Record]:
    """Nominals, aliases, summonses, offences and disposals of the cases that reached the police record."""
    cases = [case for case in life.cases if case.is_on_police_record]
    if not cases or life.pnc_id is None:
        return
    entered = [case.arrested + days(life.chance, 5) for case in cases]
    nominal = _nominal(life, life.pnc_id, errors)
    yield Record("pnc", FORCE, "nominal", life.pnc_id, entered[0], nominal)
    yield from _aliases(life, nominal, entered[0], errors)
    ids = [life.pnc_id] * len(cases)
    is_taken_for_new = life.scribe.random() < _TWICE * errors
    # two nominals of one child are seen to be one before the last night, or the second is not there yet
    if is_taken_for_new and len(cases) > 1 and entered[1] < until:
        ids[1:] = [pnc_id(cases[1].arrested.year, _SECOND_ID + life.child.number)] * (len(cases) - 1)
        other = _nominal(life, ids[1], errors)
        yield Record("pnc", FORCE, "nominal", ids[1], entered[1], other)
        merged = put_right(life.scribe, entered[1], until)
        yield Record("pnc", FORCE, "nominal", ids[1], merged, other | {"merged_into": life.pnc_id})
    for case, known, number in zip(cases, entered, ids, strict=True):
        yield from _case(life, case, known, number)


def offence_key(case: Case, sequence: int) -> str:
    return f"{case.asn}/{sequence}"


def disposal_key(case: Case, sequence: int, place: int) -> str:
    """The key of the decision at a place among those of an offence; between them the revocations have theirs."""
    return f"{case.asn}/{sequence}/{2 * place + 1}"


def _nominal(life: Life, number: str, errors: float) -> Row:
    names = written(life.child, life.scribe, errors, police=True)
    return {
        "pnc_id": number,
        "cro_no": cro_no(life),
        "surname": names.surname.upper(),
        "forenames": names.forename.upper(),
        "date_of_birth": names.date_of_birth.isoformat(),
        "sex": life.child.sex,
        "postcode": life.child.postcode,
    }


def _aliases(life: Life, nominal: Row, known: dt.date, errors: float) -> Iterator[Record]:
    for forename, surname, date_of_birth in written(life.child, life.scribe, errors, police=True).aliases:
        row = {
            "pnc_id": nominal["pnc_id"],
            "surname": surname.upper(),
            "forenames": forename.upper(),
            "date_of_birth": date_of_birth,
        }
        yield Record("pnc", FORCE, "alias", "/".join(row.values()), known, row)


def _case(life: Life, case: Case, entered: dt.date, number: str) -> Iterator[Record]:
    summons = {
        "asn": case.asn,
        "pnc_id": number,
        "process_stage": "ARREST",
        "process_date": case.arrested.isoformat(),
        "force_code": FORCE,
    }
    yield Record("pnc", FORCE, "arrest_summons", case.asn, entered, summons)
    if case.charged is not None:
        stage = "SUMMONS" if case.offences[0].kind.yjb_category == "MOTORING" else "CHARGE"
        charged = summons | {"process_stage": stage, "process_date": case.charged.isoformat()}
        known = max(entered, case.charged + days(life.chance, 4))
        yield Record("pnc", FORCE, "arrest_summons", case.asn, known, charged)
    # the police hear of an outcome after the service does
    delay = days(life.chance, 9, 0.8)
    for sequence, offence in enumerate(case.offences, start=1):
        row = {
            "asn": case.asn,
            "offence_seq": str(sequence),
            "pnc_id": number,
            "cjs_code": offence.kind.cjs_code,
            "title": offence.kind.description,
            "start_date": offence.start.isoformat(),
            "end_date": offence.end.isoformat() if offence.end else "",
            "date_qualifier": "4" if offence.end else "1",
        }
        yield Record("pnc", FORCE, "offence", offence_key(case, sequence), entered, row)
        yield from _disposals(life, case, offence, sequence, entered, delay, number)


def _disposals(
    life: Life, case: Case, offence: Offence, sequence: int, entered: dt.date, delay: dt.timedelta, number: str
) -> Iterator[Record]:
    for place, decision in enumerate(offence.decisions):
        if decision.outcome not in DISPOSAL:
            continue
        is_of_court = decision.outcome not in OUT_OF_COURT
        row = {
            "asn": case.asn,
            "offence_seq": str(sequence),
            "disposal_seq": str(2 * place + 1),
            "pnc_id": number,
            "disposal_type": DISPOSAL[decision.outcome],
            "disposal_date": decision.day.isoformat(),
            "hearing_date": decision.day.isoformat() if is_of_court else "",
            "court": "2001" if is_of_court else "",
            "quantity": f"D{term_of(decision.outcome)}" if term_of(decision.outcome) else "",
        }
        changes_appeal = place > 0 and bool(offence.decisions[0].appeal)
        known = max(entered, decision.day + (min(delay, SETTLING) if changes_appeal else delay))
        key = disposal_key(case, sequence, place)
        yield Record("pnc", FORCE, "disposal", key, known, row)
        if place > 0 and not changes_appeal and decision.outcome not in NON_CONVICTIONS:
            revoked = row | {"disposal_seq": str(2 * place), "disposal_type": REVOKED, "quantity": ""}
            yield Record("pnc", FORCE, "disposal", f"{offence_key(case, sequence)}/{2 * place}", known, revoked)
        for day, status in decision.appeal:
            known = max(known, day + min(days(life.chance, 9, 0.8), SETTLING))
            yield Record("pnc", FORCE, "disposal", key, known, row | {"appeal_marker": status})
