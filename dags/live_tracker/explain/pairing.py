"""Why records are one offence, or why a record is one by itself (O2), from what the passes found."""

from __future__ import annotations

from collections.abc import Sequence

from live_tracker.explain.words import PASSES, Row


def how_paired(offence_uid: str, records: Sequence[Row], pairs: Sequence[Row]) -> list[str]:
    """A sentence for each pair that made the offence; for an offence of one record, why it has no other.

    `records` are all of the person, `pairs` all that a pass found, in the order in which O2 takes them.
    """
    own = [record for record in records if record["offence_uid"] == offence_uid]
    if len(own) == 1:
        return [_why_alone(own[0], records, pairs)]
    by_key = {record["record_key"]: record for record in own}
    group = {key: key for key in by_key}
    sentences = []
    for pair in pairs:
        if pair["lower"] in group and pair["higher"] in group and group[pair["lower"]] != group[pair["higher"]]:
            joined, into = group[pair["higher"]], group[pair["lower"]]
            group = {key: into if of == joined else of for key, of in group.items()}
            lower, higher = by_key[pair["lower"]], by_key[pair["higher"]]
            sentences.append(f"{name(lower)} and {name(higher)} are one offence: {PASSES[pair['pass']]}.")
    return sentences


def name(record: Row) -> str:
    """How a sentence calls a record: feed, source and id."""
    return f"{record['source_system']}/{record['source']} {record['record_id']}"


def _why_alone(record: Row, records: Sequence[Row], pairs: Sequence[Row]) -> str:
    by_key = {other["record_key"]: other for other in records}
    for pair in pairs:
        ends = (pair["lower"], pair["higher"])
        if record["record_key"] in ends:
            partner = by_key[ends[ends[0] == record["record_key"]]]
            return (
                f"Alone: {name(partner)} could be the same offence ({PASSES[pair['pass']]}), but it was paired before, and "
                "an offence holds one record of each source (O2)."
            )
    others = [other for other in records if _source(other) != _source(record) and not other["is_orphan"]]
    alike = [other for other in others if _what(other) == _what(record)]
    for other in others:
        if record["asn"] is not None and other["asn"] == record["asn"]:
            return (
                f"Alone: {name(other)} has the same arrest/summons number, but neither its date nor, within 7 days, its "
                "code agrees: separate, and listed as unpaired_same_asn (O2)."
            )
    for other in alike:
        if record["asn"] is not None and other["asn"] is not None:
            return (
                f"Alone: {name(other)} has the same code and date, but another arrest/summons number, and records with "
                "different numbers never pair (O2)."
            )
        return (
            f"Alone: {name(other)} has the same code and date, but both have outcomes and none of them lie within 7 days "
            "of each other (O2)."
        )
    return "Alone: no other source has a record with its arrest/summons number, or with its code and date (O2)."


def _source(record: Row) -> tuple[str, str]:
    return record["source_system"], record["source"]


def _what(record: Row) -> tuple[str, str]:
    return record["cjs_code"], record["start_date"]
