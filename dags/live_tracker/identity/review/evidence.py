"""What is known of two records, side by side, and what each comparison adds to the odds that they are one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from rich.console import Console

from live_tracker.identity.faces import ALIAS, ARREST, COURT_DAY, Face, cleaned
from live_tracker.identity.linkage.blocking import Rule
from live_tracker.identity.linkage.compared import prepared
from live_tracker.identity.linkage.comparisons import COMPARISONS
from live_tracker.identity.linkage.decisions import decide
from live_tracker.identity.linkage.model import Model
from live_tracker.identity.linkage.pairs import weigh
from live_tracker.terminal import print_table, say

ANY_PAIR = (Rule((), exchanged="1 = 1"),)
BITS_OF_A_BLOCK = 1.0

_MEANINGS = {
    ("join", "pnc_id"): "one person: they share a PNC id, and surname or date of birth agrees",
    ("join", "cro"): "one person: they share a CRO number, and surname or date of birth agrees",
    ("join", "splink"): "one person, by the weight of the evidence",
    ("review", "conflict"): "for review: an id that they share is contradicted by all else, or by another id",
    ("review", "guard"): "for review: one household, one surname and nearly one forename, as brothers may have",
    ("review", "splink"): "for review: too much to be chance, too little to join",
    ("reject", "guard"): "two people: brothers, sisters or twins of one household",
    ("reject", "splink"): "two people, by the weight of the evidence",
}


@dataclass(frozen=True)
class Step:
    """A comparison of two records: how alike they are in it and what that adds, in bits."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True)
class Evidence:
    """Two faces and what they weigh. `decision` and `method` are of the pair alone, whoever else may be like it."""

    left: Face
    right: Face
    prior: float
    steps: tuple[Step, ...]
    weight: float
    decision: str
    method: str


def evidence_of(left: Face, right: Face, model: Model) -> Evidence:
    """Weigh two faces as a night does."""
    tables = [prepared(cleaned([face])) for face in (left, right)]
    decided = decide(weigh(tables, model, ANY_PAIR, None), model.thresholds, one_to_one=False).iloc[0]
    steps = tuple(
        Step(one.name, decided[one.name] or "not known", float(decided[f"{one.name}_bits"])) for one in COMPARISONS
    )
    prior = log2(model.prior / (1 - model.prior))
    return Evidence(left, right, prior, steps, float(decided["match_weight"]), decided["decision"], decided["method"])


def print_evidence(console: Console, evidence: Evidence, names: tuple[str, str]) -> None:
    """The two records side by side as they were written, and the waterfall from the prior to the weight."""
    print_table(console, "What they say", ("", *names), _side_by_side(evidence.left, evidence.right), folds=True)
    print_table(
        console,
        "What that says, in bits: one more doubles the odds",
        ("comparison", "level", "bits", "sum", ""),
        _waterfall(evidence),
        numbers=frozenset({2, 3}),
        folds=True,
    )
    say(console, f"{evidence.weight:.1f} bits: {_MEANINGS[evidence.decision, evidence.method]}")


def _side_by_side(left: Face, right: Face) -> list[tuple[str, str, str]]:
    columns = [name.replace("_", " ") for name in left.texts._fields]
    rows = list(zip(columns, (text or "" for text in left.texts), (text or "" for text in right.texts), strict=True))
    for kind, called in ((ALIAS, "aliases"), (ARREST, "arrests"), (COURT_DAY, "court days")):
        rows.append((called, "\n".join(_told(left, kind)), "\n".join(_told(right, kind))))
    return [row for row in rows if row[1] or row[2]]


def _told(face: Face, kind: str) -> list[str]:
    return [value for name, value in face.items if name == kind]


def _waterfall(evidence: Evidence) -> list[tuple[str, str, str, str, str]]:
    steps: Sequence[Step] = [Step("two records at random", "", evidence.prior), *evidence.steps]
    sums = [sum(step.bits for step in steps[: place + 1]) for place in range(len(steps))]
    lowest, highest = min(0.0, *sums), max(0.0, *sums)
    rows = []
    for step, before, after in zip(steps, [0.0, *sums[:-1]], sums, strict=True):
        bar = _bar(before, after, lowest, highest)
        level = step.level.replace("_", " ")
        rows.append((step.comparison.replace("_", " "), level, f"{step.bits:+.1f}", f"{after:.1f}", bar))
    return rows


def _bar(before: float, after: float, lowest: float, highest: float) -> str:
    """A block for each bit, from the sum before to the sum after; a bar marks where odds are even."""
    cells = []
    for place in range(round(highest - lowest) + 1):
        bits = lowest + place
        is_in_step = min(before, after) <= bits < max(before, after)
        cells.append(
            ("█" if after > before else "░") if is_in_step else "│" if abs(bits) < BITS_OF_A_BLOCK / 2 else " "
        )
    return "".join(cells).rstrip()
