"""Records: what each system wrote down of a life, and on which day; police records come days to weeks after the CMS's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from tests.sample_data.lives import FORCE, Case, Life, Offence, days
from tests.sample_data.offences import CAUTIONS, COURT_ORDERS, DISPOSAL, DIVERSION

Row = dict[str, str]


class Record(NamedTuple):
    """What a system says of one key of a table from the day `known` on; `row` is None once it was taken out."""

    feed: str
    source: str
    table: str
    key: str
    known: dt.date
    row: Row | None


def written_down(life: Life) -> Iterator[Record]:
    """Everything that CMS and police ever wrote down of a life, days that have not come included."""
    yield from _cms_child(life)
    for case in life.cases:
        if not case.is_adult:
            yield from _cms_case(life, case)
            yield from _cms_custody(life, case)
            yield from _cms_programme(life, case)
    yield from _cms_circumstances(life)
    yield from _police(life)


def child_id(life: Life, service: str) -> str:
    """The CMS id of a child: each service numbers its own."""
    return f"{service[0].upper()}{10000 + life.child.number}"


def offence_id(case: Case, offence: Offence) -> str:
    return f"{case.service[0].upper()}O{offence.number:07d}"


def is_in_cms(case: Case) -> bool:
    return not case.is_adult


def _cms_child(life: Life) -> Iterator[Record]:
    """A row in each service that has worked with the child; the PNC id is filled in later, sometimes never."""
    child = life.child
    own = [case for case in life.cases if is_in_cms(case)]
    for service in sorted({case.service for case in own}):
        first = min(case.arrested for case in own if case.service == service) + days(life.chance, 3)
        row = {
            "child_id": child_id(life, service),
            "forename": child.forename,
            "surname": child.surname,
            "date_of_birth": child.date_of_birth.isoformat(),
            "sex": child.sex,
            "ethnicity": child.ethnicity,
            "postcode": child.postcode,
            "ward_code": f"E0500{1300 + child.ward}",
            "home_yot": child.service_on(first),
            "team": f"Team {'ABC'[child.ward % 3]}",
            "sen_status": child.sen_status,
        }
        yield Record("yot", service, "child", row["child_id"], first, row)
        if life.pnc_id and life.chance.random() < 0.9:
            pnc_id = _as_typed(life.pnc_id) if life.chance.random() < 0.3 else life.pnc_id
            row = row | {"pnc_id": pnc_id}
            yield Record("yot", service, "child", row["child_id"], first + days(life.chance, 10), row)
        if child.moved_on is not None and child.moved_on > first and child.moved_to is not None:
            moved = row | {"home_yot": child.moved_to}
            yield Record("yot", service, "child", row["child_id"], child.moved_on + days(life.chance, 5), moved)


def _as_typed(pnc_id: str) -> str:
    """The short form that people type: two digits of the year, no leading noughts."""
    year, serial = pnc_id.split("/")
    return f"{year[2:]}/{serial.lstrip('0')}"


def _cms_case(life: Life, case: Case) -> Iterator[Record]:
    entered = case.arrested + days(life.chance, 4)
    for place, offence in enumerate(case.offences):
        yield from _cms_offence(life, case, offence, entered)
        yield from _cms_outcome(life, case, offence, is_main=place == 0)


def _cms_offence(life: Life, case: Case, offence: Offence, entered: dt.date) -> Iterator[Record]:
    """An offence at first without its charge and hearing, which are filled in as they come."""
    row = {
        "offence_id": offence_id(case, offence),
        "child_id": child_id(life, case.service),
        "asn": case.asn if case.is_on_police_record and life.chance.random() < 0.75 else "",
        "offence_date": offence.start.isoformat(),
        "offence_end_date": offence.end.isoformat() if offence.end else "1900-01-01",
        "arrest_date": case.arrested.isoformat(),
        "cjs_code": offence.kind.cjs_code,
        "description": offence.kind.description,
        "yjb_category": offence.kind.yjb_category if life.chance.random() < 0.95 else "",
        "seriousness": str(offence.kind.seriousness) if life.chance.random() < 0.95 else "",
        "knife_related": str(int(offence.kind.is_knife)),
    }
    key = row["offence_id"]
    yield Record("yot", case.service, "offence", key, entered, row)
    if case.charged is not None and case.first_hearing is not None:
        charged = row | {"charge_date": case.charged.isoformat()}
        yield Record("yot", case.service, "offence", key, max(entered, case.charged + days(life.chance, 2)), charged)
        heard = charged | {"first_hearing_date": case.first_hearing.isoformat()}
        known = max(entered, case.charged, case.first_hearing) + days(life.chance, 4)
        yield Record("yot", case.service, "offence", key, known, heard)


def _cms_outcome(life: Life, case: Case, offence: Offence, *, is_main: bool) -> Iterator[Record]:
    """An outcome; now and then first with a wrong day, or entered twice and the second taken out again."""
    row = {
        "outcome_id": offence_id(case, offence).replace("O", "R", 1),
        "offence_id": offence_id(case, offence),
        "child_id": child_id(life, case.service),
        "occasion_id": f"{case.service[0].upper()}H{case.number:06d}",
        "hearing_date": case.decided.isoformat() if case.first_hearing else "",
        "outcome_date": case.decided.isoformat(),
        "legal_outcome": offence.outcome,
        "main_outcome": str(int(is_main)),
        "term_days": str(COURT_ORDERS.get(offence.outcome, "")),
        "residence": "LOCAL" if case.is_local else "OTHER",
    }
    key, entered = row["outcome_id"], case.decided + days(life.chance, 3)
    if life.chance.random() < 0.03:
        wrong = row | {"outcome_date": (case.decided - dt.timedelta(days=7)).isoformat()}
        yield Record("yot", case.service, "outcome", key, entered, wrong)
        entered += days(life.chance, 15)
    yield Record("yot", case.service, "outcome", key, entered, row)
    if life.chance.random() < 0.02:
        twice = row | {"outcome_id": f"{key}B"}
        yield Record("yot", case.service, "outcome", f"{key}B", entered, twice)
        yield Record("yot", case.service, "outcome", f"{key}B", entered + days(life.chance, 12), None)


def _cms_custody(life: Life, case: Case) -> Iterator[Record]:
    if case.outcome != "DTO" or case.released is None:
        return
    row = {
        "episode_id": f"{case.service[0].upper()}E{case.number:06d}",
        "child_id": child_id(life, case.service),
        "occasion_id": f"{case.service[0].upper()}H{case.number:06d}",
        "kind": "SENTENCE",
        "placement_type": life.chance.choice(["YOI", "YOI", "SCH", "SECURE_SCHOOL"]),
        "start_date": case.decided.isoformat(),
    }
    key, begun = row["episode_id"], case.decided + days(life.chance, 2)
    yield Record("yot", case.service, "custody_episode", key, begun, row)
    ended = row | {"end_date": case.released.isoformat(), "end_reason": "RELEASED"}
    known = max(begun, case.released + days(life.chance, 2))
    yield Record("yot", case.service, "custody_episode", key, known, ended)


def _cms_programme(life: Life, case: Case) -> Iterator[Record]:
    """The order of a case, an assessment at its start, and its end once it has come."""
    if case.outcome not in COURT_ORDERS:
        return
    end = case.decided + dt.timedelta(days=COURT_ORDERS[case.outcome])
    prefix, known = case.service[0].upper(), case.decided + days(life.chance, 3)
    row = {
        "programme_id": f"{prefix}P{case.number:06d}",
        "child_id": child_id(life, case.service),
        "occasion_id": f"{prefix}H{case.number:06d}",
        "programme_type": case.outcome,
        "start_date": case.decided.isoformat(),
        "planned_end_date": end.isoformat(),
        "intervention_level": life.chance.choice(["STANDARD", "ENHANCED", "INTENSIVE"]),
        "iss": str(int(case.outcome == "YRO_ISS")),
    }
    yield Record("yot", case.service, "programme", row["programme_id"], known, row)
    ended = row | {"end_date": end.isoformat()}
    yield Record("yot", case.service, "programme", row["programme_id"], end + days(life.chance, 5), ended)
    assessed = case.decided + days(life.chance, 10)
    assessment = {
        "assessment_id": f"{prefix}A{case.number:06d}",
        "child_id": row["child_id"],
        "assessment_date": assessed.isoformat(),
        "stage": "START",
        "likelihood_of_reoffending": life.chance.choice(["LOW", "MEDIUM", "HIGH", "VERY_HIGH"]),
        "rosh": life.chance.choice(["LOW", "MEDIUM", "HIGH"]),
    }
    key = assessment["assessment_id"]
    yield Record("yot", case.service, "assessment", key, assessed + days(life.chance, 2), assessment)


def _cms_circumstances(life: Life) -> Iterator[Record]:
    """Schooling of every child, care of some, a flag on those who came back again and again."""
    own = [case for case in life.cases if is_in_cms(case)]
    if not own:
        return
    service, first = own[0].service, own[0].arrested
    prefix, known = service[0].upper(), first + days(life.chance, 6)
    ete = {
        "ete_id": f"{prefix}T{life.child.number:05d}",
        "child_id": child_id(life, service),
        "provision_type": life.chance.choices(["MAINSTREAM", "ALTERNATIVE", "COLLEGE", "NEET"], [45, 25, 15, 15])[0],
        "start_date": (first - dt.timedelta(days=200)).isoformat(),
        "hours_offered": life.chance.choice(["25", "25", "16", "10"]),
        "suitability": life.chance.choices(["SUITABLE", "UNSUITABLE", "UNKNOWN"], [70, 20, 10])[0],
    }
    yield Record("yot", service, "ete_placement", ete["ete_id"], known, ete)
    if life.chance.random() < 0.15:
        care = {
            "care_episode_id": f"{prefix}C{life.child.number:05d}",
            "child_id": ete["child_id"],
            "care_status": life.chance.choice(["LAC", "CIN", "CP"]),
            "start_date": (first - days(life.chance, 300)).isoformat(),
        }
        yield Record("yot", service, "care_episode", care["care_episode_id"], known, care)
    if len(own) > 3:
        flagged = own[3].arrested + days(life.chance, 20)
        flag = {
            "flag_id": f"{prefix}F{life.child.number:05d}",
            "child_id": ete["child_id"],
            "flag": life.chance.choice(["ODOC", "MAPPA", "KNIFE"]),
            "start_date": flagged.isoformat(),
        }
        yield Record("yot", service, "child_flag", flag["flag_id"], flagged + days(life.chance, 3), flag)


def _police(life: Life) -> Iterator[Record]:
    cases = [case for case in life.cases if case.is_on_police_record]
    if not cases or life.pnc_id is None:
        return
    nominal = {
        "pnc_id": life.pnc_id,
        "surname": life.child.surname.upper(),
        "forenames": life.child.forename.upper(),
        "date_of_birth": life.child.date_of_birth.isoformat(),
        "sex": life.child.sex,
    }
    first = True
    for case in cases:
        entered = case.arrested + days(life.chance, 5)
        if first:
            yield Record("pnc", FORCE, "nominal", life.pnc_id, entered, nominal)
            first = False
        yield from _police_case(life, life.pnc_id, case, entered)


def _police_case(life: Life, pnc_id: str, case: Case, entered: dt.date) -> Iterator[Record]:
    summons = {
        "asn": case.asn,
        "pnc_id": pnc_id,
        "process_stage": "ARREST",
        "process_date": case.arrested.isoformat(),
        "force_code": FORCE,
    }
    yield Record("pnc", FORCE, "arrest_summons", case.asn, entered, summons)
    if case.charged is not None:
        charged = summons | {"process_stage": "CHARGE", "process_date": case.charged.isoformat()}
        known = max(entered, case.charged + days(life.chance, 4))
        yield Record("pnc", FORCE, "arrest_summons", case.asn, known, charged)
    # the police hear of an outcome after the service does
    decided = max(entered, case.decided) + days(life.chance, 9, 0.8)
    for sequence, offence in enumerate(case.offences, start=1):
        row = {
            "asn": case.asn,
            "offence_seq": str(sequence),
            "pnc_id": pnc_id,
            "cjs_code": offence.kind.cjs_code,
            "title": offence.kind.description,
            "start_date": offence.start.isoformat(),
            "end_date": offence.end.isoformat() if offence.end else "",
        }
        yield Record("pnc", FORCE, "offence", f"{case.asn}/{sequence}", entered, row)
        if offence.outcome in DISPOSAL:
            disposal = {
                "asn": case.asn,
                "offence_seq": str(sequence),
                "disposal_seq": "1",
                "pnc_id": pnc_id,
                "disposal_type": DISPOSAL[offence.outcome],
                "disposal_date": case.decided.isoformat(),
                "court": "" if case.outcome in (*DIVERSION, *CAUTIONS) else "2001",
            }
            yield Record("pnc", FORCE, "disposal", f"{case.asn}/{sequence}/1", decided, disposal)
