"""One page per cohort definition: who enters, what is followed and for how long, in words, with the rules that apply."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence

from live_tracker.errors import TrackerError
from live_tracker.manual.rules import Rule
from live_tracker.markdown import table
from live_tracker.reference_data.definitions import Definition
from live_tracker.settings import PROJECT

READINGS = PROJECT / "docs/decisions/0004-readings-of-the-rules.md"
TIERS_PAGE = "../../contracts/counting-rules.md#tiers-least-grave-first"

PERIODS = {
    "quarter": "each quarter",
    "first_quarter": "January to March of each year",
    "financial_year": "each financial year, April to March",
    "calendar_year": "each calendar year",
}
ENTRIES = {
    "outcome": "an offence proven in an entry tier, on the day of its proof",
    "release": "a release from a custodial sentence, on its day",
    "outcome_or_release": "an offence proven in an entry tier, on the day of its proof; or a release from a custodial "
    "sentence, on its day; whichever comes first",
    "flag": "the first day in the period on which one of the flags holds",
}
FILTERS = {
    "none": "none: every entry counts",
    "serious_violence": "an offence of the entry occasion is robbery, drugs or violence against the person, of "
    "seriousness 5 to 8",
    "knife": "an offence of the entry occasion is knife-related",
}
SCOPES = {"recordable_not_breach": "recordable offences that are no breach"}
SOURCES = {
    "cms;pnc": "both feeds: the police record once it has a final disposal, until then the case record",
    "pnc": "police records alone; release dates come from the case record",
}

TIERS = ("diversion", "pre_court", "first_tier", "community", "custody")
"""Least grave first."""
BANDS = (3, 6, 9, 12)
_INDEX_DATES = (
    dt.date(2023, 5, 10),
    dt.date(2023, 8, 31),
    dt.date(2023, 11, 30),
    dt.date(2024, 1, 31),
    dt.date(2024, 2, 29),
    dt.date(2024, 3, 31),
)

Asks = Callable[[Definition], bool]


def _always(_: Definition) -> bool:
    return True


def _has_outcomes(one: Definition) -> bool:
    return one.entry in {"outcome", "outcome_or_release"}


def _has_releases(one: Definition) -> bool:
    return one.entry in {"release", "outcome_or_release"}


def _is_by_flag(one: Definition) -> bool:
    return one.entry == "flag"


def _asks_the_police_alone(one: Definition) -> bool:
    return one.proof_sources == "pnc"


def _has_filter(one: Definition) -> bool:
    return one.entry_filter != "none"


def _takes_diversion(one: Definition) -> bool:
    return "diversion" in one.entry_tiers + one.proof_tiers


RULES: dict[str, Asks] = {
    "E2": _has_releases,
    "E3": _has_filter,
    "E5": lambda one: _is_by_flag(one) or _asks_the_police_alone(one),
    "R5": lambda one: one.cohort_period == "quarter",
}
"""The rules that do not apply to every definition."""

DECIDED: tuple[tuple[str, Asks], ...] = (
    ("An offence on the index date is before it; the last day of each window is within it (R1, T2).", _always),
    ("The wait is each child's own, from its index date, not the cohort's (T2).", _always),
    (
        "Breaches of an order (category CB) are never counted; an offence of another category that consists in one, as "
        "the breach of a criminal behaviour order, is counted if it is recordable (O6).",
        _always,
    ),
    ("A seriousness score is the case record's, else that of an indicative list (O3).", _always),
    (
        "Community resolutions and outcomes 10 and 20 to 23 are of tier diversion: neither entry nor proof but where a "
        "definition lists it (E1, R1).",
        _always,
    ),
    (
        "A release is read from the case record. A transfer is none, nor is the end of a stay that began with a recall; "
        "a recall within a day of the sentence belongs to its stay (E2).",
        _has_releases,
    ),
    (
        "An event with residence OTHER belongs to the child's home service if that delivers, else to none (P2); one in "
        "two services to one of them (P3).",
        _always,
    ),
)
READ: tuple[tuple[str, Asks], ...] = (
    ("Suspended sentences", _has_outcomes),
    ("out_of_area", _always),
    ("Stays", _has_releases),
    ("entry_filter", _has_filter),
    ("First-time entrant and previous offences", _always),
    ("Intervals", _always),
    ("Diversion", _takes_diversion),
    ("proof_sources=pnc", _asks_the_police_alone),
    ("index_outcome of a release", _has_releases),
    ("Care status", _always),
    ("A child's history", _always),
    ("A record that holds the day", _always),
    ("The episode that ended the stay", _has_releases),
    ("Flags", _is_by_flag),
)
"""How a wording is read, by the words that the decision begins with."""


def add_months(day: dt.date, months: int) -> dt.date:
    """T2: one addition of calendar months; month ends clip."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def windows(index_date: dt.date, follow_up_months: int, waiting_months: int) -> tuple[dt.date, dt.date]:
    """T2: follow_up_end and proof_end of an index date, both inclusive."""
    return add_months(index_date, follow_up_months), add_months(index_date, follow_up_months + waiting_months)


def definition_page(one: Definition, rules: Sequence[Rule]) -> str:
    """The page of a definition."""
    link = _linker(rules)
    applies = [rule.number for rule in rules if RULES.get(rule.number, _always)(one)]
    decided = "".join(f"- {link(text)}\n" for text, asks in DECIDED if asks(one))
    read = "".join(f"- {link(reading(words))}\n" for words, asks in READ if asks(one))
    return "\n".join(
        [
            f"# {one.title}\n",
            f"`{one.definition}`: {one.description}.\n",
            "## Who is in it\n",
            table(("", "", "rules"), ((name, text, link(numbers)) for name, text, numbers in _entry(one))),
            "## What is followed\n",
            table(("", "", "rules"), ((name, text, link(numbers)) for name, text, numbers in _follow_up(one))),
            "## The windows, worked\n",
            _worked(one),
            link("Every day named is the last one of its window (T2, T4).\n"),
            "## Where practice is uncertain\n",
            "This project's decision:\n",
            decided,
            "And how a wording is read, of "
            "[the readings of the rules](../../decisions/0004-readings-of-the-rules.md):\n",
            read,
            "## The rules that apply\n",
            link(" · ".join(applies)) + "\n",
        ]
    )


def in_words(words: dict[str, str], column: str, value: str) -> str:
    """A value of a definition's column in words; TrackerError where there are none yet."""
    if value not in words:
        raise TrackerError(
            f"the manual has no words for {column} {value}", __name__, f"say in {__name__} what {value} means"
        )
    return words[value]


def reading(words: str) -> str:
    """The reading of the decision that begins with these words; TrackerError if none does."""
    pattern = rf"^- (\**{re.escape(words)}.*?)(?=\n- |\n\n|\n#|\Z)"
    found = re.search(pattern, READINGS.read_text(), re.MULTILINE | re.DOTALL)
    if found is None:
        raise TrackerError(
            f"no reading begins with {words!r}", str(READINGS), "name it as it begins there, in the manual's list"
        )
    return " ".join(found[1].split())


def _entry(one: Definition) -> list[tuple[str, str, str]]:
    return [
        ("Cohorts", in_words(PERIODS, "cohort_period", one.cohort_period), "E6"),
        ("Enters by", in_words(ENTRIES, "entry", one.entry), _entry_rules(one)),
        *([("Flags", ", ".join(one.entry_flags), "E1 E5")] if one.entry_flags else []),
        *([("[Entry tiers](" + TIERS_PAGE + ")", _in_order(one.entry_tiers), "E1")] if _has_outcomes(one) else []),
        ("Filter", in_words(FILTERS, "entry_filter", one.entry_filter), "E3"),
        ("Ages", f"{one.min_age} to {one.max_age} on the index date", "T3 E4"),
        ("Once", "per period and service, at the earliest entry event", "E4"),
    ]


def _entry_rules(one: Definition) -> str:
    return "E1" + (" O5" if _has_outcomes(one) else "") + (" E2" if _has_releases(one) else "")


def _proof_rules(one: Definition) -> str:
    return "O3" + (" E5" if _asks_the_police_alone(one) else "")


def _in_order(tiers: Sequence[str]) -> str:
    return ", ".join(sorted(tiers, key=TIERS.index))


def _follow_up(one: Definition) -> list[tuple[str, str, str]]:
    months = one.follow_up_months + one.waiting_months
    wait = f"{one.waiting_months} months more" if one.waiting_months else "none: proof ends with the follow-up"
    return [
        ("Follow-up", f"{one.follow_up_months} months from the index date", "T2 R1"),
        ("Wait for outcomes", f"{wait}: proven within {months} months of the index date", "T2 R1 R2"),
        ("Offences", in_words(SCOPES, "offence_scope", one.offence_scope), "O6 R1"),
        ("[Proof tiers](" + TIERS_PAGE + ")", _in_order(one.proof_tiers), "O5 R1"),
        ("Proof from", in_words(SOURCES, "proof_sources", one.proof_sources), _proof_rules(one)),
        ("Milestones", f"after {', '.join(map(str, one.milestones))} months", "R6"),
    ]


def _worked(one: Definition) -> str:
    rows = []
    for index_date in _INDEX_DATES:
        if one.cohort_period == "first_quarter" and index_date.month > 3:
            continue
        ends = windows(index_date, one.follow_up_months, one.waiting_months)
        days = [index_date, *ends, *(add_months(index_date, months) for months in BANDS)]
        rows.append([day.isoformat() for day in days])
    bands = [f"band {months - 3}-{months}" for months in BANDS]
    return table(("index_date", "follow_up_end", "proof_end", *bands), rows)


def _linker(rules: Sequence[Rule]) -> Callable[[str], str]:
    """Makes each number of a rule in a text a link to its place in the manual."""
    places = {rule.number: rule.place for rule in rules}
    pattern = re.compile(r"\b(" + "|".join(places) + r")\b")
    return lambda text: pattern.sub(lambda found: f"[{found[0]}]({places[found[0]]})", text)
