"""Which records are one offence: rule O2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from .model import Record

WEEK = timedelta(days=7)


def pair_records(records: Iterable[Record]) -> list[list[Record]]:
    """O2: groups of records that are one offence, from pairs taken greedily in passes."""
    ordered = sorted(records, key=lambda record: record.pairing_order)
    group_of = {record: [record] for record in ordered}
    for in_pass in (same_number_code_date, same_number_date, same_number_code_near, code_and_date_without_number):
        for position, lower in enumerate(ordered):
            for higher in ordered[position + 1 :]:
                if in_pass(lower, higher) and may_join(group_of[lower], group_of[higher]):
                    joined = group_of[lower] + group_of[higher]
                    for record in joined:
                        group_of[record] = joined
    groups = {id(group): group for group in group_of.values()}
    return [sorted(group, key=lambda record: record.order) for group in groups.values()]


def may_join(first: list[Record], second: list[Record]) -> bool:
    """O2: a pair joins two groups if together they hold no two records of one source."""
    if first is second:
        return False
    sources = [(record.system, record.source) for record in first + second]
    return len(sources) == len(set(sources))


def same_number(lower: Record, higher: Record) -> bool:
    """O2: both have a number, and it is the same."""
    return lower.asn is not None and lower.asn == higher.asn


def same_number_code_date(lower: Record, higher: Record) -> bool:
    """O2, first pass: same number, code and date."""
    return same_number(lower, higher) and lower.code == higher.code and lower.day == higher.day


def same_number_date(lower: Record, higher: Record) -> bool:
    """O2, second pass: same number and date."""
    return same_number(lower, higher) and lower.day == higher.day


def same_number_code_near(lower: Record, higher: Record) -> bool:
    """O2, third pass: same number and code, dates within 7 days of each other or inside either's range."""
    near = abs(lower.day - higher.day) <= WEEK or inside(lower.day, higher) or inside(higher.day, lower)
    return same_number(lower, higher) and lower.code == higher.code and near


def inside(when: date, record: Record) -> bool:
    """Whether a day lies in a record's range."""
    return record.end is not None and record.day <= when <= record.end


def code_and_date_without_number(lower: Record, higher: Record) -> bool:
    """O2, last pass: no number on one side or both; code and date, unless both have outcomes and none lie near."""
    if (lower.asn is not None and higher.asn is not None) or (lower.code, lower.day) != (higher.code, higher.day):
        return False
    days, other_days = final_days(lower), final_days(higher)
    if not days or not other_days:
        return True
    return any(abs(one - other) <= WEEK for one in days for other in other_days)


def final_days(record: Record) -> list[date]:
    """The days of a record's outcomes; what the police list as not final is none."""
    return [outcome.day for outcome in record.outcomes if outcome.is_final or outcome.tier == "diversion"]


def unpaired_same_asn(groups: list[list[Record]]) -> list[Record]:
    """O2: what stays unpaired under one number: records alone, whose number a record of another source has too."""
    everything = [record for group in groups for record in group]
    return [
        group[0]
        for group in groups
        if len(group) == 1
        and any(
            same_number(group[0], other) and (group[0].system, group[0].source) != (other.system, other.source)
            for other in everything
        )
    ]
