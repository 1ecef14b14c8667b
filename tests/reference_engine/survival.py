"""Survival: rule R10."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from .breakdowns import cells_of
from .dates import add_months
from .figures import Z, decimal_of
from .model import Definition, Table

QUANTUM = "0.000000000001"
FOUR_YEARS = [date(2023, 1, 1) + timedelta(days=days) for days in range(4 * 365 + 1)]
Step = tuple[Decimal, Decimal, Decimal]


def survival_of(definitions: Sequence[Definition], members: Table) -> Table:
    """R10: of closed members the share without a reoffence, from day 0 to the most days that follow-up can have."""
    last_days = {one.definition: most_days(one.follow_up_months) for one in definitions}
    closed = [member for member in members if member["state"] == "closed"]
    rows: Table = []
    for (definition, cohort, yot), cell in cells_of(closed).items():
        events = Counter(member["days_to_first_reoffence"] for member in cell if member["is_reoffender"])
        at_risk = len(cell)
        for day in range(last_days[definition] + 1):
            before, at_risk = at_risk, at_risk - events[day]
            survival, low, high = step_of(at_risk, len(cell))
            key = {"definition": definition, "cohort": cohort, "yot": yot, "day": day}
            curve = {"survival": survival, "low": low, "high": high}
            rows.append({**key, "at_risk": before, "events": events[day], **curve})
    return rows


@cache
def most_days(months: int) -> int:
    """R10: the most days that so many months can have, from any day of four years."""
    return max((add_months(day, months) - day).days for day in FOUR_YEARS)


@cache
def step_of(left: int, children: int) -> Step:
    """R10: survival with Greenwood's interval on the log-log scale, where nobody leaves before the last day.

    Greenwood's sum of d / (n (n - d)) is then that of 1 / (n - d) - 1 / n: 1 / left - 1 / children.
    """
    survival = Fraction(left, children)
    share = decimal_of(survival, QUANTUM)
    if survival in (0, 1):
        return share, share, share
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(left) / Decimal(children)
        variance = 1 / Decimal(left) - 1 / Decimal(children)
        half = Z * variance.sqrt() / abs(exact.ln())
        bounds = [(exact.ln() * (sign * half).exp()).exp() for sign in (1, -1)]
    low, high = (decimal_of(Fraction(bound), QUANTUM) for bound in bounds)
    return share, low, high
