"""The trail on paper: the answer first, then the way to it, from the delivered rows to the cell of the summary."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich.console import Console

from live_tracker.explain import words
from live_tracker.explain.pairing import how_paired, name
from live_tracker.explain.trail import Rows, Trail
from live_tracker.explain.words import EVENTS, STATES, Row
from live_tracker.terminal import print_table, say

CELL_COLUMNS = (
    "definition",
    "cohort",
    "service",
    "children",
    "reoffenders",
    "reoffences",
    "rate %",
    "state",
    "maturity",
)
NOT_OF_THE_CHILD = frozenset(
    {"release_id", "as_of_date", "definition", "cohort", "cohort_start", "cohort_end", "person_key"}
)


def print_trail(console: Console, trail: Trail, cohort: str | None, service: str | None) -> None:
    """Everything that `tracker explain` has to say; `service` leaves out what other services count."""
    members = trail.members_of(cohort, service)
    definition = trail.definition
    say(console, f"Child {trail.person_key} under {definition['definition']}: {definition['title']}")
    say(
        console,
        f"Release {trail.release_id} of run {trail.run_key}, as of {trail.as_of}, with what was known on "
        f"{trail.known_as_of}. Letters and numbers in brackets are those of docs/contracts/counting-rules.md.",
    )
    _heading(console, "The answer")
    for member in members:
        _print_answer(console, trail, member)
    if not members:
        _print_no_member(console, trail, cohort, service)
    _heading(console, "1. The child's records")
    _print_links(console, trail)
    _heading(console, "2. Offences: records, pairing, outcomes, proof")
    _print_offences(console, trail, members)
    _heading(console, "3. Entry")
    _print_entries(console, trail, cohort if members else None, service)
    for member in members:
        _print_member(console, trail, member)


def _print_answer(console: Console, trail: Trail, member: Row) -> None:
    row = member["row"]
    say(
        console,
        f"Counted: a member of cohort {row['cohort']} in {row['yot']}, by {EVENTS[member['entry_kind']]} on the index date "
        f"{row['index_date']}.",
    )
    if row["is_reoffender"]:
        say(
            console,
            f"A reoffender: {_number(row['reoffences'], 'reoffence')} on {_number(row['reoffence_occasions'], 'occasion')}, "
            f"the first committed on {row['first_reoffence_date']}, {_number(row['days_to_first_reoffence'], 'day')} after "
            "the index date.",
        )
    else:
        so_far = " so far" if row["state"] != "closed" else ""
        say(console, f"Not a reoffender{so_far}: no offence of the child is a reoffence; section 2 says of each why.")
    for offence in member["offences"]:
        if offence["class"] == "pseudo":
            key = offence["offence_key"]
            say(console, f"Offence {key}: {_class_sentence(trail, member, offence)}.")
    say(console, f"State: {STATES[row['state']].format(**row, as_of=trail.as_of)}.")


def _print_no_member(console: Console, trail: Trail, cohort: str | None, service: str | None) -> None:
    in_service = f" in {service}" if service else ""
    if cohort is not None:
        say(console, f"Not counted: no member of cohort {cohort}{in_service}.")
        _print_why_not(console, trail, cohort, service)
    cells = [f"{member['row']['cohort']} ({member['row']['yot']})" for member in trail.members]
    say(console, f"Cohorts of {trail.definition['definition']} that the child is in: {', '.join(cells) or 'none'}.")
    if cells and cohort is None:
        say(console, "Name one with --cohort to see what is counted in it.")


def _print_why_not(console: Console, trail: Trail, cohort: str, service: str | None) -> None:
    events = [entry for entry in _entries_of(trail, service) if entry["cohort"] == cohort]
    for entry in events:
        if entry["exclusion"] is not None:
            say(
                console,
                f"{entry['entry_date']}, {EVENTS[entry['entry_kind']]} ({_of_what(trail, entry)}): "
                f"{words.exclusion_sentence(entry, trail.definition)}.",
            )
    if not events and trail.period:
        first, last = trail.period["cohort_start"], trail.period["cohort_end"]
        say(console, f"No event by which a child could enter lies between {first} and {last}.")


def _print_links(console: Console, trail: Trail) -> None:
    cells = [
        [f"{link['source_system']}/{link['source']}", _place(link), link["method"], link["known_from"]]
        for link in trail.links
    ]
    headings = ("feed", "last delivered in", "linked by", "since")
    print_table(
        console, "Records that are this child; their ids and names stay where they are", headings, cells, folds=True
    )


def _print_offences(console: Console, trail: Trail, members: Rows) -> None:
    if not trail.offences:
        say(console, f"No offence of the child is known by {trail.as_of}.")
    for offence in trail.offences:
        records = [record for record in trail.records if record["offence_uid"] == offence["offence_uid"]]
        outcomes = [outcome for outcome in trail.outcomes if outcome["offence_uid"] == offence["offence_uid"]]
        title = f"Offence {offence['offence_key']}: {offence['cjs_code']} {offence['title'] or '(a code on no list)'}"
        cells = [_record_cells(record, offence) for record in records]
        cells += [_outcome_cells(outcome) for outcome in outcomes]
        headings = ("what", "id", "day", "says", "and so", "last delivered in")
        print_table(console, title, headings, cells, folds=True)
        for sentence in how_paired(offence["offence_uid"], trail.records, trail.pairs):
            say(console, f"  {sentence}")
        say(console, f"  {words.proof_sentence(offence, outcomes, trail.definition, trail.as_of)}")
        for member in members:
            of_member = next(row for row in member["offences"] if row["offence_uid"] == offence["offence_uid"])
            where = f" in {member['row']['yot']}" if len(members) > 1 else ""
            say(console, f"  Class{where}: {of_member['class']}; {_class_sentence(trail, member, of_member)}.")
            if of_member["is_straddling"]:
                say(console, "  Its range goes over the index date, and counts as before it (O1).")
    for record in (record for record in trail.records if record["is_orphan"]):
        say(console, f"{name(record)} ({_place(record)}): {words.CLASSES['orphan']}.")


def _print_entries(console: Console, trail: Trail, cohort: str | None, service: str | None) -> None:
    """The events of that cohort; of every cohort without one."""
    of_service = _entries_of(trail, service)
    shown = [entry for entry in of_service if cohort in {None, entry["cohort"]}]
    cells = [
        [
            *(entry["entry_date"], EVENTS[entry["entry_kind"]], entry["yot"], entry["cohort"]),
            _of_what(trail, entry),
            "enters" if entry["exclusion"] is None else words.exclusion_sentence(entry, trail.definition),
        ]
        for entry in shown
    ]
    definition = trail.definition
    how = " or ".join(EVENTS[kind] for kind in definition["entry"].split("_or_"))
    flags = f" ({', '.join(definition['entry_flags'])})" if definition["entry"] == "flag" else ""
    ages = f"aged {definition['min_age']} to {definition['max_age']}"
    say(console, f"{definition['definition']} is entered by {how}{flags}, {ages} (E1, E4).")
    if cells:
        headings = ("day", "event", "service", "cohort", "of", "and so")
        print_table(console, "Entry events", headings, cells, folds=True)
    else:
        say(console, "The child has no such event in the services that this login reads.")
    if len(shown) < len(of_service):
        others = _number(len(of_service) - len(shown), "event")
        say(console, f"{others} of other cohorts: ask without --cohort.")
    if definition["entry"] in {"release", "outcome_or_release"}:
        _print_stays(console, trail)


def _print_stays(console: Console, trail: Trail) -> None:
    for number, of_stay in groupby(trail.stays, key=lambda episode: episode["stay_number"]):
        episodes = list(of_stay)
        cells = [
            [
                *(episode[column] for column in ("kind", "episode_id", "start_date", "end_date", "end_reason")),
                _place(episode),
            ]
            for episode in episodes
        ]
        headings = ("kind", "id", "start", "end", "end reason", "last delivered in")
        print_table(console, f"Stay {number} in custody", headings, cells, folds=True)
        say(console, f"  Stay {number}: {words.stay_sentence(episodes)}.")


def _print_member(console: Console, trail: Trail, member: Row) -> None:
    row, definition = member["row"], trail.definition
    follow_up, waiting = definition["follow_up_months"], definition["waiting_months"]
    _heading(console, f"4. Window in {row['yot']}")
    say(
        console,
        f"Follow-up: {row['index_date']} and {follow_up} months make {row['follow_up_end']}; offences committed after the "
        "index date, up to and including that day, can be reoffences (T2, R1).",
    )
    say(
        console,
        f"Proof: {row['index_date']} and {follow_up + waiting} months make {row['proof_end']}; they must be proven by that "
        f"day, and by the as-of day {trail.as_of}, in {', '.join(definition['proof_tiers'])} (R1).",
    )
    _heading(console, f"5. The row of analytics.cohort_member in {row['yot']}")
    cells = [[column, row[column]] for column in trail.member_columns if column not in NOT_OF_THE_CHILD]
    print_table(console, "The member", ("column", "value"), cells, folds=True)
    classes = Counter(offence["class"] for offence in member["offences"])
    told = ", ".join(f"{number} {of_class}" for of_class, number in sorted(classes.items())) or "none"
    paired = len([record for record in trail.records if not record["is_orphan"]]) - len(trail.offences)
    say(console, f"Offences by class: {told}. Records beyond one an offence (paired_to): {paired} (O7).")
    _heading(console, "6. The cells of analytics.cohort_summary that it adds to")
    say(
        console,
        f"It adds 1 to children, {int(row['is_reoffender'])} to reoffenders and {row['reoffences']} to reoffences of each.",
    )
    print_table(console, "Cells", CELL_COLUMNS, [_cell(cell) for cell in member["cells"]], frozenset({3, 4, 5, 6, 8}))


def _class_sentence(trail: Trail, member: Row, offence: Row) -> str:
    of_both = next(row for row in trail.offences if row["offence_uid"] == offence["offence_uid"])
    known = {
        **offence,
        "known_date": offence["proven_date"] or of_both["known_proof_date"],
        "diversion_date": of_both["known_diversion_date"],
    }
    more = {"entry_kind": member["entry_kind"], "as_of": trail.as_of}
    return words.class_sentence(known, member["row"], **more)


def _record_cells(record: Row, offence: Row) -> list[Any]:
    number = f", {record['asn']}" if record["asn"] else ", no number"
    speaks = record["record_key"] == offence["primary_record_key"]
    until = f" to {record['end_date']}" if record["end_date"] not in {None, record["start_date"]} else ""
    return [
        f"{record['source_system']} record",
        record["record_id"],
        record["start_date"] + until,
        record["cjs_code"] + number,
        "speaks for the offence" if speaks else "paired_to",
        _place(record),
    ]


def _outcome_cells(outcome: Row) -> list[Any]:
    return [
        f"{outcome['source_system']} outcome",
        outcome["outcome_id"],
        outcome["outcome_date"],
        f"{outcome['outcome']} ({outcome['tier'] or 'no tier'})",
        words.outcome_sentence(outcome),
        _place(outcome),
    ]


def _of_what(trail: Trail, entry: Row) -> str:
    if entry["entry_kind"] == "flag":
        return f"flag {entry['entry_uid']}, {_place(entry)}"
    keys = {offence["offence_uid"]: str(offence["offence_key"]) for offence in trail.offences}
    if entry["entry_kind"] == "release":
        stay = entry["entry_uid"].rpartition("/")[2]
        return f"stay {stay}; offences {', '.join(keys[uid] for uid in entry['offences']) or 'none linked'}"
    return f"{keys[entry['offence_uid']]}, {entry['outcome']} ({entry['tier']})"


def _entries_of(trail: Trail, service: str | None) -> Rows:
    return [entry for entry in trail.entries if service is None or entry["yot"] in {None, service}]


def _place(row: Row) -> str:
    """Delivery, file and line, the header being line 1."""
    delivered = row["delivered"]
    return f"{delivered['delivery']} {delivered['table']}.csv:{delivered['line']}" if delivered else ""


def _cell(cell: Row) -> list[Any]:
    rate = f"{Decimal(str(cell['binary_rate'])) * 100:.1f}"
    counts = (cell["children"], cell["reoffenders"], cell["reoffences"])
    return [cell["definition"], cell["cohort"], cell["yot"], *counts, rate, cell["state"], cell["maturity"]]


def _heading(console: Console, text: str) -> None:
    say(console, f"\n{text}")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
