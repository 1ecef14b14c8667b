"""Reoffences and figures: rules R1 to R4, R7 and R8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from .dates import band_of
from .model import Member, Offence, Proof, Reference, Table
from .offences import in_scope, is_proven_in_time, proof_of

Z = Decimal("1.959963984540054")
STATES = ("in_follow_up", "awaiting_outcomes", "closed")


def reoffence_proof(offence: Offence, member: Member, reference: Reference) -> Proof | None:
    """R1: in scope, index_date < offence date <= follow_up_end, proven in a proof tier by proof_end."""
    definition = member.definition
    if not in_scope(offence, definition.offence_scope) or not is_in_window(offence, member):
        return None
    diversion_proves = "diversion" in definition.proof_tiers
    proof = proof_of(offence, reference, definition.proof_sources, diversion_proves=diversion_proves)
    return proof if is_proven_in_time(proof, definition, member.proof_end) else None


def is_in_window(offence: Offence, member: Member) -> bool:
    """R1: index_date < offence date <= follow_up_end."""
    return member.event.day < offence.day <= member.follow_up_end


def reoffence_columns(member: Member, reoffences: Sequence[tuple[Offence, Proof]]) -> dict[str, Any]:
    """R1, T4, R7: what a member's reoffences add up to. Occasions are distinct days of proof."""
    index_date = member.event.day
    first = min((offence.day for offence, _ in reoffences), default=None)
    worst = max((o.seriousness for o, _ in reoffences if o.seriousness is not None), default=None)
    index_seriousness = member.event.offence.seriousness if member.event.offence else None
    return {
        "is_reoffender": bool(reoffences),
        "reoffences": len(reoffences),
        "reoffence_occasions": len({proof.day for _, proof in reoffences}),
        "first_reoffence_date": first,
        "days_to_first_reoffence": (first - index_date).days if first else None,
        "first_reoffence_band": band_of(index_date, first) if first else None,
        "max_reoffence_seriousness": worst,
        "seriousness_change": seriousness_change(worst, index_seriousness),
    }


def state_of(member: Member, as_of: date) -> str:
    """R2: in_follow_up while A <= follow_up_end; awaiting_outcomes while A <= proof_end; then closed."""
    if as_of <= member.follow_up_end:
        return "in_follow_up"
    return "awaiting_outcomes" if as_of <= member.proof_end else "closed"


def cohort_state(cohort_end: date, states: Iterable[str], as_of: date) -> str:
    """R2: filling while A < cohort_end, else as its least advanced member."""
    return "filling" if as_of < cohort_end else min(states, key=STATES.index)


def maturity(rows: Sequence[dict[str, Any]], as_of: date) -> Decimal:
    """R3: mean of min(1, (A - index_date) / (proof_end - index_date)), four decimals."""
    shares = [
        min(Fraction(1), Fraction((as_of - row["index_date"]).days, (row["proof_end"] - row["index_date"]).days))
        for row in rows
    ]
    return decimal_of(sum(shares, Fraction(0)) / len(shares), "0.0001")


def decimal_of(value: Fraction, quantum: str = "0.000001") -> Decimal:
    """R4: a fraction as a decimal, ROUND_HALF_UP, from counts."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal(quantum), rounding=ROUND_HALF_UP)


def rate(part: int, whole: int) -> Decimal | None:
    """R4: a rate is a fraction of counts; none without a base."""
    return decimal_of(Fraction(part, whole)) if whole else None


def wilson(part: int, whole: int, design_effect: Fraction = Fraction(1)) -> tuple[Decimal, Decimal]:
    """R4: Wilson 95 per cent, at n / max(1, deff)."""
    with localcontext() as context:
        context.prec = 60
        p = Decimal(part) / Decimal(whole)
        divisor = max(Fraction(1), design_effect)
        n = Decimal(whole) * Decimal(divisor.denominator) / Decimal(divisor.numerator)
        centre = p + Z * Z / (2 * n)
        half = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()
        scale = 1 + Z * Z / n
        low, high = (centre - half) / scale, (centre + half) / scale
        low, high = max(low, Decimal(0)), min(high, Decimal(1))
        quantum = Decimal("0.000001")
        return low.quantize(quantum, rounding=ROUND_HALF_UP), high.quantize(quantum, rounding=ROUND_HALF_UP)


def design_effect(rows: Sequence[dict[str, Any]]) -> Fraction:
    """R4: deff = [C/(C-1) * sum over children (y - p m)^2] / [n p (1-p)]; 1 if p is 0 or 1 or C < 2."""
    children = {row["person_key"] for row in rows}
    n, c = len(rows), len(children)
    p = Fraction(sum(row["is_reoffender"] for row in rows), n)
    if p in (0, 1) or c < 2:
        return Fraction(1)
    squares = Fraction(0)
    for child in children:
        entries = [row["is_reoffender"] for row in rows if row["person_key"] == child]
        squares += (sum(entries) - p * len(entries)) ** 2
    return Fraction(c, c - 1) * squares / (n * p * (1 - p))


def summary_of(rows: Sequence[dict[str, Any]], yot: str, as_of: date) -> dict[str, Any]:
    """R2 to R4: one row of cohort_summary; `all` is the sum over services."""
    first = rows[0]
    children = len(rows)
    reoffenders = sum(row["is_reoffender"] for row in rows)
    reoffences = sum(row["reoffences"] for row in rows)
    low, high = wilson(reoffenders, children, design_effect(rows) if yot == "all" else Fraction(1))
    return {
        "definition": first["definition"],
        "cohort": first["cohort"],
        "cohort_start": first["cohort_start"],
        "cohort_end": first["cohort_end"],
        "yot": yot,
        "children": children,
        "distinct_children": len({row["person_key"] for row in rows}),
        "reoffenders": reoffenders,
        "reoffences": reoffences,
        "binary_rate": rate(reoffenders, children),
        "binary_rate_low": low,
        "binary_rate_high": high,
        "reoffences_per_reoffender": rate(reoffences, reoffenders),
        "reoffences_per_child": rate(reoffences, children),
        "children_closed": sum(row["state"] == "closed" for row in rows),
        "maturity": maturity(rows, as_of),
        "state": cohort_state(first["cohort_end"], [row["state"] for row in rows], as_of),
    }


def summaries_of(members: Table, as_of: date) -> Table:
    """R4: one row per definition, cohort and service, and one for all; with the change on the year before."""
    cells: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in members:
        for yot in (row["yot"], "all"):
            cells.setdefault((row["definition"], row["cohort"], yot), []).append(row)
    summaries = [summary_of(rows, key[2], as_of) for key, rows in sorted(cells.items())]
    counts = {
        (row["definition"], row["yot"], row["cohort_start"]): Fraction(row["reoffenders"], row["children"])
        for row in summaries
    }
    for row in summaries:
        start = row["cohort_start"]
        before = counts.get((row["definition"], row["yot"], start.replace(year=start.year - 1)))
        change = None if before is None else (Fraction(row["reoffenders"], row["children"]) - before) * 100
        row["change_on_year_points"] = None if change is None else decimal_of(change, "0.0001")
    return summaries


def previous_offences(offences: Iterable[Offence], member: Member, reference: Reference) -> int:
    """R7: distinct offences proven before the index date, substantive, in scope, both feeds."""
    scope = member.definition.offence_scope
    return sum(in_scope(o, scope) for o in offences if is_proven_before(o, member.event.day, reference))


def is_first_time_entrant(offences: Iterable[Offence], member: Member, reference: Reference) -> bool:
    """R7: none before it in a substantive tier, any scope."""
    return not any(is_proven_before(offence, member.event.day, reference) for offence in offences)


def is_proven_before(offence: Offence, index_date: date, reference: Reference) -> bool:
    """R7: proven before the index date in a substantive tier, by either feed."""
    proof = proof_of(offence, reference)
    return proof is not None and proof.day < index_date and proof.tier in reference.substantive


def seriousness_change(worst: int | None, index: int | None) -> int | None:
    """R7: worst reoffence less index; null if either is."""
    return None if worst is None or index is None else worst - index


def pending_offences(offences: Iterable[Offence], member: Member) -> int:
    """R8: in scope and window, charged or summonsed, no final result at A."""
    return sum(
        in_scope(offence, member.definition.offence_scope)
        and is_in_window(offence, member)
        and any(record.is_charged for record in offence.records)
        and not has_final_result(offence)
        for offence in offences
    )


def has_final_result(offence: Offence) -> bool:
    """R8: a final disposal, or an outcome in CMS. A finding of guilt without disposal is none."""
    return any(
        outcome.is_final or outcome.tier == "diversion" for record in offence.records for outcome in record.outcomes
    )
