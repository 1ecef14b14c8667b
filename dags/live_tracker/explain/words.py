"""The words: one sentence for each class, exclusion, pass and state that the models know, with the rule behind it.

A sentence's fields in braces are columns of what it is about: an offence, an entry event, a member, a definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

CLASSES = {
    "orphan": "its arrest/summons record is missing or deleted: an orphan, in no figure (O7)",
    "paired_to": "another record speaks for the same offence; an offence counts once (O2)",
    "unmapped": "its offence code, or its only outcome, is on no list: it cannot be counted (O7)",
    "out_of_area": "dealt with while the child lived outside the area of every service that sends its records (P2)",
    "quashed": "its outcome was set aside and none stands in its place (O4)",
    "non_conviction": "it ended without a conviction: nothing is proven (O4)",
    "no_action": "no further action was taken: nothing is proven (O4)",
    "diversion": "it was diverted on {diversion_date}; diversion is no proof under {definition} (O7)",
    "pending": "no caution or conviction for it stands by {as_of}: pending, never counted as proven (T1)",
    "pending: counted": (
        "no caution or conviction for it stands by {as_of}, it was charged and lies within the follow-up: "
        "one of the member's pending offences, not a reoffence (R8)"
    ),
    "breach": "a breach offence (category CB) is out of scope, as index offence and as reoffence (O6)",
    "non_recordable": "not a recordable offence: out of scope, as index offence and as reoffence (O6)",
    "index": "proven on the index date {index_date}: it is of the occasion by which the child entered (O7)",
    "index: release": "an offence of the sentence from which the child was released on the index date {index_date} (E2)",
    "previous": "proven on {known_date}, before the index date {index_date}: a previous offence (R7)",
    "pseudo": (
        "committed {offence_date}, on or before the index date {index_date}, proven after it on {known_date}: "
        "a pseudo-reconviction, not a reoffence (O6)"
    ),
    "out_of_window": "committed {offence_date}, after the follow-up ended on {follow_up_end}: outside the window (R1)",
    "out_of_window: before": (
        "committed {offence_date}, on or before the index date {index_date}, and proven on that day: "
        "outside the window (R1)"
    ),
    "not_proven_in_time": (
        "committed {offence_date}, within the follow-up to {follow_up_end}, but proven on {proven_date}, after the last "
        "day for proof {proof_end}: not proven in time (R1)"
    ),
    "not_proven_in_time: police": (
        "committed {offence_date}, within the follow-up to {follow_up_end}; only the case record proves it, and "
        "{definition} takes proof from the police alone (E5)"
    ),
    "not_proven_in_time: tier": (
        "committed {offence_date}, within the follow-up to {follow_up_end}, but proven in tier {proven_tier}, which is "
        "no proof under {definition} (R1)"
    ),
    "reoffence": (
        "committed {offence_date}, after the index date {index_date} and by the end of follow-up {follow_up_end}, proven "
        "{proven_date}, by the last day for proof {proof_end}: a reoffence (R1)"
    ),
}
"""By class of O7; after a colon, the case of it that another sentence tells better."""

EXCLUSIONS = {
    "unmapped": "the offence code is on no list, so that nobody can say what it is (O7)",
    "custodial_sentence": "a custodial sentence is no entry; the release from it is (E1)",
    "not_an_entry_tier": "tier {tier} is none of the entry tiers {entry_tiers} (E1)",
    "breach": "a breach offence (category CB) is out of scope (O6)",
    "non_recordable": "the offence is not recordable: out of scope (O6)",
    "out_of_area": "the child lived out of area: in no service that sends its records (P2)",
    "no_service": "only the police know of it, and no service had the child on that day (P2)",
    "release_unlinked": "no offence is linked to the sentence, and the filter {entry_filter} asks for one (E2)",
    "no_offence_in_scope": "none of the offences of the sentence is in scope (E2, O6)",
    "filter": "no offence of the occasion meets the filter {entry_filter} (E3)",
    "outside_period": "{entry_date} lies in no period of the kind {cohort_period} (E6)",
    "age": "aged {age_at_entry} on the day; the definition takes {min_age} to {max_age} (E4)",
    "entered_already": "the child had entered by an earlier event, or by one that goes before it on the day (E4)",
}
"""By the reason for which an entry event does not enter."""

PASSES = {
    1: "the same arrest/summons number, code and date (O2, first pass)",
    2: "the same arrest/summons number and date, though not the same code (O2, second pass)",
    3: "the same arrest/summons number and code, dates at most 7 days apart or one in the other's range (O2, third pass)",
    4: "the same code and date where one has no arrest/summons number, and no outcomes that contradict it (O2, last pass)",
}

STATES = {
    "in_follow_up": "still in follow-up on {as_of}: an offence may yet come",
    "awaiting_outcomes": "follow-up is over on {as_of}, outcomes may yet come until {proof_end}",
    "closed": "closed by {as_of}; only corrections still move it",
}

EVENTS = {"outcome": "the outcome of an offence", "release": "a release from custody", "flag": "a flag"}


def class_sentence(offence: Row, member: Row, **more: Any) -> str:
    """What made an offence of a member its class, with the dates compared.

    `offence` has the columns of int_member_offences and of its offence, `member` those of the member row; `more` the
    definition's name and the as-of day.
    """
    known = {**member, **offence, **more}
    return CLASSES[_case(known)].format(**known)


def exclusion_sentence(entry: Row, definition: Row) -> str:
    """Why an entry event does not enter."""
    tiers = ", ".join(definition["entry_tiers"]) or "(there is none)"
    return EXCLUSIONS[entry["exclusion"]].format(**{**definition, **entry, "entry_tiers": tiers})


def outcome_sentence(outcome: Row) -> str:
    """What an outcome does for the proof of its offence (O3, O4), in a few words."""
    is_of_cms = outcome["source_system"] == "cms"
    cases = (
        (outcome["is_unmapped"], "code on no list"),
        (outcome["tier"] == "none", "says nothing of the offence"),
        (not outcome["is_heard"], "not asked (E5)" if is_of_cms else "not final"),
        (not outcome["is_standing"], f"set aside, appeal {outcome['appeal_status']}"),
        (outcome["tier"] == "diversion", "stands, a diversion"),
        (not outcome["decides"], "stands, the police decide" if is_of_cms else "stands, does not decide"),
        (outcome["is_substantive"], "stands, decides"),
    )
    return next((said for holds, said in cases if holds), "stands, proves nothing")


def proof_sentence(offence: Row, outcomes: Sequence[Row], definition: Row, as_of: str) -> str:
    """When and in what tier an offence is proven for a definition (O5), or why it is not."""
    said = []
    if offence["proof_date"] is not None:
        said.append(
            f"Proven on {offence['proof_date']} by {offence['proof_outcome']}, tier {offence['proof_tier']} (O5)."
        )
    elif offence["known_proof_date"] is not None:
        said.append(
            f"The case record proves it on {offence['known_proof_date']}; the police, whom alone "
            f"{definition['definition']} asks, do not (E5)."
        )
    elif not outcomes:
        said.append(f"Not proven: it has no outcome by {as_of}.")
    else:
        said.append("Not proven: none of its outcomes is a caution or conviction that stands and decides (O4).")
    if offence["diversion_date"] is not None:
        said.append(f"Diverted on {offence['diversion_date']} by {offence['diversion_outcome']}.")
    return " ".join(said)


def stay_sentence(episodes: Sequence[Row]) -> str:
    """Whether a stay in custody ended in a release that can be an entry (E2)."""
    first, last = episodes[0], next(episode for episode in episodes if episode["is_last"])
    if first["kind"] != "SENTENCE":
        return f"it began with a {first['kind']}, not with a sentence: no entry (E2)"
    if last["end_date"] is None:
        return "it has not ended: no release yet (E2)"
    if last["release_uid"] is None:
        return f"it ended on {last['end_date']} with {last['end_reason']}, which is no release (E2)"
    return f"it began with a sentence and ended in a release on {last['end_date']} (E2)"


def _case(known: Row) -> str:
    """The key of CLASSES that fits best."""
    name = str(known["class"])
    case = ""
    if name == "index" and known["entry_kind"] == "release" and known["known_date"] != known["index_date"]:
        case = "release"
    elif name == "pending" and known["is_pending_in_window"]:
        case = "counted"
    elif name == "out_of_window" and known["offence_date"] <= known["index_date"]:
        case = "before"
    elif name == "not_proven_in_time" and known["proven_date"] is None:
        case = "police"
    elif name == "not_proven_in_time" and known["proven_date"] <= known["proof_end"]:
        case = "tier"
    return f"{name}: {case}" if case else name
