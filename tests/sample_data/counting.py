"""What counts of a case: proofs, entries, reoffences; enough of the rules to make lives that add what a plan says."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.sample_data.cases import Case, Decision, Offence
from tests.sample_data.custody import Episode, stays
from tests.sample_data.offences import SUBSTANTIVE, TIERS


class Window(NamedTuple):
    """A child's index, the last day of its follow-up, and the last day on which a reoffence can be proven."""

    entered: dt.date
    follow_up_end: dt.date
    proof_end: dt.date


def window_from(index: dt.date) -> Window:
    return Window(index, _months_after(index, 12), _months_after(index, 18))


def entry_days(cases: Iterable[Case]) -> Iterator[dt.date]:
    """Days of cautions and of sentences not served in custody, and of releases from custody."""
    cases = list(cases)
    for offence in (offence for case in cases for offence in case.offences):
        proof = proof_of(offence)
        if proof is not None and TIERS[proof.outcome] != "custody" and _is_in_scope(offence):
            yield proof.day
    for stay in stays(episode for case in cases for episode in case.episodes):
        last = max(stay, key=lambda episode: (episode.end or dt.date.max, episode.start))
        if stay[0].kind == "SENTENCE" and last.end is not None and last.reason in {"", "RELEASED"}:
            yield last.end


def custody_days(cases: Iterable[Case]) -> set[dt.date]:
    """Days on which the child was sentenced to custody."""
    return {
        decision.day
        for case in cases
        for offence in case.offences
        for decision in offence.decisions
        if TIERS[decision.outcome] == "custody"
    }


def remands(cases: Iterable[Case]) -> list[Episode]:
    return [episode for case in cases for episode in case.episodes if episode.kind == "REMAND"]


def first_proven(cases: Iterable[Case]) -> dt.date | None:
    """The day on which the child first had an outcome that counts, in scope of a cohort or not."""
    proofs = (proof_of(offence) for case in cases for offence in case.offences)
    return min((proof.day for proof in proofs if proof is not None), default=None)


def proof_of(offence: Offence) -> Decision | None:
    """The earliest caution or conviction that no appeal took away."""
    proving = (
        decision
        for decision in offence.decisions
        if TIERS[decision.outcome] in SUBSTANTIVE
        and not any(status in {"SUCCESSFUL", "CHANGED"} for _, status in decision.appeal)
    )
    return min(proving, key=lambda decision: decision.day, default=None)


def counts(offence: Offence, window: Window) -> bool:
    """Whether it is a reoffence of who entered with the window."""
    proof = proof_of(offence)
    return (
        proof is not None
        and _is_in_scope(offence)
        and window.entered < offence.start <= window.follow_up_end
        and proof.day <= window.proof_end
    )


def _is_in_scope(offence: Offence) -> bool:
    return offence.kind.is_recordable and not offence.kind.is_breach


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or the last of a shorter one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
