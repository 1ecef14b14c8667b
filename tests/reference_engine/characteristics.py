"""Characteristics as at the index date: rule R9."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .dates import age_on, exists, last_friday_of_june
from .model import Member, Reference, Version, day, text
from .persons import Person, World, child_in_force, covers, identity_of

NOT_KNOWN = "Not known"
CARE_STATUSES = ("LAC", "CP", "CIN", "CARE_LEAVER")
ASSESSMENT_DAYS = timedelta(days=42)


def characteristics_of(world: World, person: Person, member: Member, reference: Reference) -> dict[str, Any]:
    """R9: every characteristic of a member; `Not known` is a value."""
    on = member.event.day
    born, sex = identity_of(person)
    child = child_version(person, member.yot, on)
    row = child.row if child else {}
    assessment = assessment_at(world, person, on)
    return {
        "age_at_index": age_on(born, on) if born else None,
        "sex": sex or NOT_KNOWN,
        "ethnicity_group": reference.ethnicity_groups.get(text(row, "ethnicity") or "", NOT_KNOWN),
        "care_status": care_status_at(world, person, member.yot, on),
        "sen_status": text(row, "sen_status") or NOT_KNOWN,
        "team": text(row, "team") or NOT_KNOWN,
        "ward_code": text(row, "ward_code") or NOT_KNOWN,
        "ete_band": ete_band_at(world, person, member.yot, born, on),
        "likelihood_of_reoffending": _assessed(assessment, "likelihood_of_reoffending"),
        "rosh": _assessed(assessment, "rosh"),
        "intervention_level": intervention_level_at(world, person, on),
        "flags": flags_at(world, person, on),
        "has_flags_told": sends(world, member.yot, "child_flag"),
        "has_police_match": person.has_police_match,
    }


def child_version(person: Person, yot: str, on: date) -> Version | None:
    """R9: the version in force that day, else the first that starts after it; the member's service goes first."""
    own = [version for version in person.child_history if version.source == yot]
    return child_in_force(own, on) or child_in_force(person.child_history, on)


def care_status_at(world: World, person: Person, yot: str, on: date) -> str:
    """R9: care status by its dates; of several the strongest duty; None where the service sends care episodes at all."""
    covering = {text(v.row, "care_status") for v in _covering(world, person, "care_episode", "care_episode_id", on)}
    found = next((status for status in CARE_STATUSES if status in covering), None)
    return found or ("None" if sends(world, yot, "care_episode") else NOT_KNOWN)


def flags_at(world: World, person: Person, on: date) -> frozenset[str]:
    """R9: the flags whose dates hold the day, whichever service set them."""
    return frozenset(
        flag for v in _covering(world, person, "child_flag", "flag_id", on) if (flag := text(v.row, "flag"))
    )


def sends(world: World, source: str, table: str) -> bool:
    """R9: whether a service sends a table, be it empty, so that nothing of a child means none."""
    return (source, table) in world.supplied


def intervention_level_at(world: World, person: Person, on: date) -> str:
    """R9: the level of the programme that covers the day and has one; of several the one that started last."""
    covering = _covering(world, person, "programme", "programme_id", on)
    return next((level for v in covering if (level := text(v.row, "intervention_level"))), NOT_KNOWN)


def _covering(world: World, person: Person, table: str, key: str, on: date) -> list[Version]:
    covering = [version for version in person.tables[table] if covers(version.row, on, world.as_of)]
    covering.sort(key=lambda version: (version.source.encode(), (text(version.row, key) or "").encode()))
    return sorted(covering, key=lambda version: day(version.row, "start_date") or on, reverse=True)


def assessment_at(world: World, person: Person, on: date) -> tuple[Version, str] | None:
    """R9: the latest on or before the day, else the first within 42 days after; with the basis."""
    dated = [
        (assessed, version)
        for version in person.tables["assessment"]
        if (assessed := day(version.row, "assessment_date")) is not None and exists(assessed, world.as_of)
    ]
    dated.sort(key=lambda pair: (pair[1].source.encode(), (text(pair[1].row, "assessment_id") or "").encode()))
    before = [pair for pair in dated if pair[0] <= on]
    if before:
        return max(before, key=lambda pair: pair[0])[1], "before"
    after = [pair for pair in dated if on < pair[0] <= on + ASSESSMENT_DAYS]
    return (min(after, key=lambda pair: pair[0])[1], "after") if after else None


def _assessed(assessment: tuple[Version, str] | None, column: str) -> str:
    return (text(assessment[0].row, column) or NOT_KNOWN) if assessment else NOT_KNOWN


def is_of_school_age(born: date, on: date) -> bool:
    """R9: up to the last Friday of June of the school year (September to August) of the 16th birthday."""
    sixteenth = born.year + 16 + (born.month >= 9)
    return on <= last_friday_of_june(sixteenth)


def ete_band_at(world: World, person: Person, yot: str, born: date | None, on: date) -> str:
    """R9: placements covering the day: attended hours, else offered; none is NEET; suitable only if all are.

    Full time is 25 hours at school age and 16 above (I4).
    """
    covering = [version.row for version in person.tables["ete_placement"] if covers(version.row, on, world.as_of)]
    if not covering and not sends(world, yot, "ete_placement"):
        return NOT_KNOWN
    covering = [row for row in covering if text(row, "provision_type") != "NEET"]
    if not covering:
        return "NEET"
    given = [text(row, "hours_attended") or text(row, "hours_offered") for row in covering]
    if born is None or all(hours is None for hours in given):
        return NOT_KNOWN
    hours = sum((Decimal(value) for value in given if value is not None), Decimal(0))
    full_time = hours >= (25 if is_of_school_age(born, on) else 16)
    suitable = all(text(row, "suitability") == "SUITABLE" for row in covering)
    return f"{'Full time' if full_time else 'Part time'}, {'suitable' if suitable else 'unsuitable'}"
