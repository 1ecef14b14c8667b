"""What a service writes down around the cases: care, schooling, assessments, programmes, custody, flags."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.sample_data.cases import Case
from tests.sample_data.children import age_on, birthday
from tests.sample_data.delays import days
from tests.sample_data.lives import Flag, Life
from tests.sample_data.offences import COMMUNITY, CUSTODY, DIVERSION, FIRST_TIER
from tests.sample_data.records import Record, Row, child_id, occasion_id

LOCAL_FLAG = "COUNTY_LINES_PANEL"
_LEVELS = ("LOW", "MEDIUM", "HIGH", "VERY_HIGH")
_FACTORS = ("SUBSTANCE_MISUSE", "MENTAL_HEALTH", "PEERS", "FAMILY", "SPEECH_AND_LANGUAGE")
_PROVISIONS = {
    **{"MAINSTREAM": 40, "ALTERNATIVE": 22, "COLLEGE": 8, "TRAINING": 3, "APPRENTICESHIP": 2},
    **{"EMPLOYMENT": 2, "ELECTIVE_HOME": 5, "NEET": 14},
}
_LEAVERS = {"COLLEGE": 34, "TRAINING": 12, "APPRENTICESHIP": 8, "EMPLOYMENT": 12, "NEET": 34}
_OFFERED = {"NEET": 0.0, "ALTERNATIVE": 15.0, "ELECTIVE_HOME": 12.0, "COLLEGE": 16.0, "TRAINING": 18.0}
_HOURS = 25.0
_FLAGS = ("ODOC", "MAPPA", "KNIFE", "IOM", "GANG", "CCE", "CSE", "NRM", LOCAL_FLAG)
_SERVED_HALF = 2


def circumstances(life: Life, until: dt.date) -> Iterator[Record]:
    """Everything about the child that is no offence and no outcome, in the service of its first case."""
    own = [case for case in life.cases if case.holders]
    for case in own:
        yield from _programmes(life, case)
        yield from _custody(life, case)
        yield from _assessments(life, case)
    if own:
        service, first = own[0].holders[0].service, own[0].arrested
        yield from _schooling(life, service, first, until)
        yield from _care(life, service, first)
        yield from _flags(life, service, own)


def programme_key(service: str, case: Case) -> str:
    return f"{service[0].upper()}P{case.number:06d}"


def episode_key(service: str, case: Case, place: int) -> str:
    return f"{service[0].upper()}E{case.number:06d}-{place + 1}"


def flag_key(service: str, life: Life, place: int) -> str:
    return f"{service[0].upper()}F{life.child.number:05d}-{place + 1}"


def flags_of(life: Life) -> list[Flag]:
    """Flags of a child with their days: those who come back again and again are watched, a few others too."""
    if life.flags is not None:
        return list(life.flags)
    own = [case for case in life.cases if case.holders]
    if not own:
        return []
    number = life.child.number
    flags: list[Flag] = []
    if len(own) > 2:
        start = own[2].arrested + dt.timedelta(days=14 + number % 20)
        flags.append(Flag(_FLAGS[number % 4], start, None if number % 3 else start + dt.timedelta(days=270)))
    if number % 9 == 4:
        start = own[0].arrested + dt.timedelta(days=7 + number % 30)
        end = start + dt.timedelta(days=180) if number % 2 else None
        flags.append(Flag(_FLAGS[4 + number // 9 % 5], start, end))
    return flags


def _programmes(life: Life, case: Case) -> Iterator[Record]:
    """What the service did with the child because of a case."""
    chance, service, outcome = life.chance, case.holders[0].service, case.outcome
    key, lot = programme_key(service, case), chance.random()
    term = FIRST_TIER.get(outcome) or COMMUNITY.get(outcome)
    if term is not None:
        yield from _programme(life, case, key, outcome, case.decided, case.decided + dt.timedelta(days=term))
        if outcome == "YRO_ISS":
            end = case.decided + dt.timedelta(days=180)
            yield from _programme(life, case, f"{key}I", "ISS", case.decided, end)
    elif outcome in CUSTODY:
        ends = [episode.end for episode in case.episodes if episode.kind == "SENTENCE"]
        end = ends[-1] or birthday(life.child.date_of_birth, 30)
        yield from _programme(life, case, key, outcome, case.decided, end)
        if ends[-1] is not None and case.episodes[-1].reason in {"", "RELEASED"}:
            on_licence = end + (end - case.decided) // _SERVED_HALF
            yield from _programme(life, case, f"{key}L", "LICENCE", end, on_licence)
    elif outcome in DIVERSION and lot < 0.7:
        yield from _programme(life, case, key, "DIVERSION", case.decided, case.decided + dt.timedelta(days=60))
    elif outcome == "NFA" and lot < 0.4:
        yield from _programme(life, case, key, "PREVENTION", case.decided, case.decided + dt.timedelta(days=90))
    elif outcome == "YOUTH_CAUTION" and lot < 0.4:
        yield from _programme(life, case, key, "VOLUNTARY", case.decided, case.decided + dt.timedelta(days=60))
    if case.charged is not None and lot > 0.93 and case.charged < case.decided:
        yield from _programme(life, case, f"{key}B", "BAIL_SUPPORT", case.charged, case.decided)


def _programme(life: Life, case: Case, key: str, name: str, start: dt.date, end: dt.date) -> Iterator[Record]:
    chance, service = life.chance, case.holders[0].service
    row = {
        "programme_id": key,
        "child_id": child_id(life, service),
        "occasion_id": "" if name == "BAIL_SUPPORT" else occasion_id(service, case),
        "programme_type": name,
        "start_date": start.isoformat(),
        "planned_end_date": end.isoformat(),
        "intervention_level": chance.choices(["STANDARD", "ENHANCED", "INTENSIVE"], [50, 30, 20])[0],
        "iss": str(int(name in {"ISS", "YRO_ISS"})),
        "provider": chance.choice(["", "", "Youth justice service", "Voluntary sector"]),
    }
    known = start + days(chance, 3)
    yield Record("yot", service, "programme", key, known, row)
    if chance.random() < 0.08:
        row = row | {"breach_date": (start + (end - start) // 2).isoformat()}
        known = max(known, start + (end - start) // 2 + days(chance, 4))
        yield Record("yot", service, "programme", key, known, row)
    yield Record(
        "yot", service, "programme", key, max(known, end + days(chance, 5)), row | {"end_date": end.isoformat()}
    )


def _custody(life: Life, case: Case) -> Iterator[Record]:
    chance, service = life.chance, case.holders[0].service
    for place, episode in enumerate(case.episodes):
        row = {
            "episode_id": episode_key(service, case, place),
            "child_id": child_id(life, service),
            "occasion_id": "" if episode.kind == "REMAND" else occasion_id(service, case),
            "kind": episode.kind,
            "placement_type": episode.placement,
            "establishment": f"{episode.placement}-{case.number % 3 + 1}",
            "start_date": episode.start.isoformat(),
        }
        begun = episode.start + days(chance, 2)
        yield Record("yot", service, "custody_episode", row["episode_id"], begun, row)
        if episode.end is not None:
            ended = row | {"end_date": episode.end.isoformat(), "end_reason": episode.reason}
            known = max(begun, episode.end + days(chance, 2))
            yield Record("yot", service, "custody_episode", row["episode_id"], known, ended)


def _assessments(life: Life, case: Case) -> Iterator[Record]:
    """At the start of work with a child, in the course of it and at its end."""
    chance, service = life.chance, case.holders[0].service
    term = FIRST_TIER.get(case.outcome) or COMMUNITY.get(case.outcome) or 60
    stages = [("START", 10), ("REVIEW", term // 2), ("END", term)][: 3 if term > 100 else 1]
    if case.outcome == "NFA":
        return
    level = chance.choices(range(4), [35, 35, 22, 8])[0]
    for place, (stage, after) in enumerate(stages):
        assessed = case.decided + dt.timedelta(days=after) + days(chance, 4)
        key = f"{service[0].upper()}A{case.number:06d}-{place + 1}"
        level = min(3, max(0, level + chance.choice([-1, 0, 0, 1]) * (place > 0)))
        assessment = {
            "assessment_id": key,
            "child_id": child_id(life, service),
            "assessment_date": assessed.isoformat(),
            "stage": stage,
            "likelihood_of_reoffending": _LEVELS[level],
            "rosh": _LEVELS[max(0, level - chance.randrange(2))],
            "safety_wellbeing": chance.choices(_LEVELS, [30, 35, 25, 10])[0],
            "yogrs": f"{chance.betavariate(2 + level, 5):.2f}",
        }
        known = assessed + days(chance, 2)
        yield Record("yot", service, "assessment", key, known, assessment)
        for factor in _FACTORS if place == 0 else ():
            present = {
                "assessment_id": key,
                "child_id": assessment["child_id"],
                "factor": factor,
                "present": str(int(chance.random() < 0.15 + 0.15 * level)),
            }
            yield Record("yot", service, "assessment_factor", f"{key}/{factor}", known, present)


def _schooling(life: Life, service: str, first: dt.date, until: dt.date) -> Iterator[Record]:
    """The placements since some time before the first case, one after another."""
    chance, start, known = life.chance, first - dt.timedelta(days=200), first + days(life.chance, 6)
    for place in range(4):
        has_left = age_on(life.child.date_of_birth, start) >= 16
        lots = _LEAVERS if has_left else _PROVISIONS
        provision = chance.choices(list(lots), list(lots.values()))[0]
        offered = min(_OFFERED.get(provision, _HOURS), _HOURS)
        row = {
            "ete_id": f"{service[0].upper()}T{life.child.number:05d}-{place + 1}",
            "child_id": child_id(life, service),
            "provision_type": provision,
            "start_date": start.isoformat(),
            "end_date": "1900-01-01",
            "hours_offered": f"{offered:g}",
            "hours_attended": f"{round(offered * chance.betavariate(6, 2) * 2) / 2:g}" if chance.random() < 0.8 else "",
            "suitability": chance.choices(["SUITABLE", "UNSUITABLE", "UNKNOWN"], [70, 20, 10])[0],
        }
        yield Record("yot", service, "ete_placement", row["ete_id"], known, row)
        end = start + days(chance, 420, 0.5)
        if end >= until or chance.random() < 0.3:
            return
        known = max(known, end + days(chance, 12))
        yield Record("yot", service, "ete_placement", row["ete_id"], known, row | {"end_date": end.isoformat()})
        start = end + dt.timedelta(days=1)


def _care(life: Life, service: str, first: dt.date) -> Iterator[Record]:
    """Care of one child in five; who comes of age in care is a care leaver from then on."""
    chance = life.chance
    if chance.random() > 0.2:
        return
    start, known = first - days(chance, 300), first + days(chance, 8)
    row: Row = {
        "care_episode_id": f"{service[0].upper()}C{life.child.number:05d}",
        "child_id": child_id(life, service),
        "care_status": chance.choices(["LAC", "CIN", "CP"], [50, 30, 20])[0],
        "start_date": start.isoformat(),
    }
    yield Record("yot", service, "care_episode", row["care_episode_id"], known, row)
    grown_up = birthday(life.child.date_of_birth, 18)
    end = grown_up if row["care_status"] == "LAC" else start + days(chance, 500)
    ended = max(known, end + days(chance, 6))
    yield Record("yot", service, "care_episode", row["care_episode_id"], ended, row | {"end_date": end.isoformat()})
    if row["care_status"] == "LAC":
        leaver = row | {
            "care_episode_id": f"{row['care_episode_id']}L",
            "care_status": "CARE_LEAVER",
            "start_date": (grown_up + dt.timedelta(days=1)).isoformat(),
        }
        yield Record("yot", service, "care_episode", leaver["care_episode_id"], ended, leaver)


def _flags(life: Life, service: str, own: list[Case]) -> Iterator[Record]:
    for place, (name, start, end) in enumerate(flags_of(life)):
        key = flag_key(service, life, place)
        row = {"flag_id": key, "child_id": child_id(life, service), "flag": name, "start_date": start.isoformat()}
        known = start + days(life.chance, 3)
        yield Record("yot", service, "child_flag", key, known, row)
        if end is not None:
            ended = max(known, end + days(life.chance, 4))
            yield Record("yot", service, "child_flag", key, ended, row | {"end_date": end.isoformat()})
