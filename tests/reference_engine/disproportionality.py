"""Disproportionality: rule I5, the relative rate index of ethnic groups from stage to stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from .figures import Z, decimal_of, rate
from .indicators import COURT_TIERS, Entrant, OutcomeDay
from .model import Parameters, Population, Reference, Table, text
from .persons import Person
from .remand import Remand, is_in
from .spans import CHILDREN, EVERYBODY, Span, latest_year

WHITE, NOT_KNOWN, NO_DEFINITION = "White", "Not known", "none"
NAME_NO_GROUP = (NOT_KNOWN, "Information not obtainable")
BASES = {
    "first_time_entrants": "population",
    "remand": "population",
    "substantive_outcome": "population",
    "cautioned": "substantive_outcome",
    "knife": "substantive_outcome",
    "sentenced": "substantive_outcome",
    "custody": "sentenced",
    "reoffenders": "cohort",
}
Groups = Counter[str]


@dataclass
class Seen:
    """Who is in which stage: of all persons, with the ethnic group of each."""

    entrants: list[Entrant]
    remands: list[Remand]
    outcome_days: list[OutcomeDay]
    group_of: dict[str, str] = field(default_factory=dict)

    def groups_in(self, stage: str, span: Span) -> Groups:
        """I5: the children of each group in a stage, each once in a service and span."""
        if stage == "first_time_entrants":
            children = {(one.yot, one.person_key) for one in self.entrants if span.holds(one.yot, one.day)}
        elif stage == "remand":
            children = {(one.yot, one.person_key) for one in self.remands if is_in(span, one)}
        else:
            held = [one for one in self.outcome_days if span.holds(one.yot, one.day) and is_of_stage(one, stage)]
            children = {(one.yot, one.person_key) for one in held}
        return Counter(self.group_of.get(person_key, NOT_KNOWN) for _, person_key in children)


def is_of_stage(outcome: OutcomeDay, stage: str) -> bool:
    """I5: a day on which a child had a substantive outcome, by its gravest tier, and knife offences among the day's."""
    return {
        "substantive_outcome": True,
        "cautioned": outcome.tier == "pre_court",
        "knife": outcome.is_knife_related,
        "sentenced": outcome.tier in COURT_TIERS,
        "custody": outcome.tier == "custody",
    }[stage]


def ethnic_group_of(person: Person, reference: Reference) -> str:
    """I5: that which was named last, by K; what names no group takes none back."""
    told = [
        (reference.ethnicity_groups[code], version)
        for version in person.child_history
        if (code := text(version.row, "ethnicity") or "") in reference.ethnicity_groups
    ]
    told.sort(key=lambda one: (one[1].source.encode(), (text(one[1].row, "child_id") or "").encode()))
    told.sort(key=lambda one: one[1].known_from, reverse=True)
    told.sort(key=lambda one: one[0] in NAME_NO_GROUP)
    return told[0][0] if told else NOT_KNOWN


def population_groups(reference: Reference, span: Span) -> dict[str, tuple[int, int, str]]:
    """I5: population, year and source of each group, of the year taken; `all` only where each service has them of one."""
    of_services = [groups_of_service(reference, service, span) for service in span.services]
    years = {year for groups in of_services for _, year, _ in groups.values()}
    if not all(of_services) or len(years) != 1:
        return {}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for groups in of_services:
        for group, told in groups.items():
            found.setdefault(group, []).append(told)
    return {
        group: (sum(count for count, _, _ in told), told[0][1], joined(source for _, _, source in told))
        for group, told in found.items()
    }


def groups_of_service(reference: Reference, service: str, span: Span) -> dict[str, tuple[int, int, str]]:
    """I5: a group's own row of the year, else the sum of its single ages."""
    rows = [row for row in reference.populations if row.area == service and row.ethnicity_group != EVERYBODY]
    if not rows:
        return {}
    year = latest_year({row.year for row in rows}, span.end)
    by_group: dict[str, list[Population]] = {}
    for row in rows:
        if row.year == year:
            by_group.setdefault(row.ethnicity_group, []).append(row)
    told = {}
    for group, of_group in by_group.items():
        own = [row for row in of_group if row.age == CHILDREN] or of_group
        told[group] = (sum(row.population for row in own), year, joined(row.source for row in own))
    return told


def joined(sources: Iterable[str]) -> str:
    """Where populations are from, each source once."""
    return "; ".join(sorted(set(sources), key=str.encode))


def disproportionality_of(
    seen: Seen, spans: list[Span], members: Table, reference: Reference, parameters: Parameters
) -> Table:
    """I5: each stage of each span by ethnic group, against White."""
    quarterly = [one.definition for one in parameters.definitions if one.cohort_period == "quarter"]
    rows: Table = []
    for span in spans:
        population = population_groups(reference, span)
        cohorts = {name: cohort for name in quarterly if (cohort := cohort_of(name, span, members))}
        stages = stages_of(seen, span, population, cohorts)
        groups = sorted({group for counts in stages.values() for group in counts})
        for (stage, definition), counts in stages.items():
            if stage not in BASES:
                continue
            base, of_population = stages[BASES[stage], definition], BASES[stage] == "population"
            columns = span.columns(parameters.as_of)
            columns["is_complete"] &= all(member["state"] == "closed" for member in cohorts.get(definition, []))
            for group in groups:
                key = {"stage": stage, "base_stage": BASES[stage], "definition": definition, "ethnicity_group": group}
                told = index_of(group, counts, base, parameters.minimum_count, is_population=of_population)
                rows.append({**columns, **key, **told, **gap_of(group, counts, population)})
    return rows


def stages_of(
    seen: Seen, span: Span, population: dict[str, tuple[int, int, str]], cohorts: dict[str, Table]
) -> dict[tuple[str, str], Groups]:
    """I5: the children of each group in each stage, and in what is the base of one; with the definition."""
    stages = {(stage, NO_DEFINITION): seen.groups_in(stage, span) for stage in BASES if stage != "reoffenders"}
    stages["population", NO_DEFINITION] = Counter({group: told[0] for group, told in population.items()})
    for name, cohort in cohorts.items():
        reoffenders = [member for member in cohort if member["is_reoffender"]]
        stages["cohort", name] = Counter(member["ethnicity_group"] for member in cohort)
        stages["reoffenders", name] = Counter(member["ethnicity_group"] for member in reoffenders)
    return stages


def cohort_of(definition: str, span: Span, members: Table) -> Table:
    """I5: the members of a quarterly definition's cohort, or of a year's four."""
    return [
        member
        for member in members
        if member["definition"] == definition and span.holds(member["yot"], member["cohort_start"])
    ]


def index_of(group: str, counts: Groups, base: Groups, minimum: int, *, is_population: bool) -> dict[str, Any]:
    """I5: rate of a group over the rate of White; hidden under the minimum count. A base not known is no base."""
    known = set(base) if is_population else {group, WHITE}
    children, base_children = counts[group], base[group] if group in known else None
    white, white_base = counts[WHITE], base[WHITE] if WHITE in known else None
    row: dict[str, Any] = {
        "children": children,
        "base_children": base_children,
        "rate": None if base_children is None else rate(children, base_children),
        "white_children": white,
        "white_base_children": white_base,
        "relative_rate_index": None,
        "relative_rate_index_low": None,
        "relative_rate_index_high": None,
        "is_hidden": False,
    }
    if group in NAME_NO_GROUP or base_children is None or white_base is None:
        return row
    if min(children, base_children, white, white_base) < minimum:
        return {**row, "is_hidden": True}
    index = Fraction(children * white_base, base_children * white)
    variance = sum(
        (Fraction(1, part) - Fraction(1, whole) for part, whole in ((children, base_children), (white, white_base)))
    )
    row["relative_rate_index"] = decimal_of(index)
    if group != WHITE and variance > 0:
        row["relative_rate_index_low"], row["relative_rate_index_high"] = by_log_method(index, Fraction(variance))
    return row


def by_log_method(index: Fraction, variance: Fraction) -> tuple[Decimal, Decimal]:
    """I5: the 95 % interval by the log method: the index times and by e to the power of z standard errors."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(index.numerator) / Decimal(index.denominator)
        error = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        low, high = (Fraction(exact * (sign * Z * error).exp()) for sign in (-1, 1))
    return decimal_of(low), decimal_of(high)


def gap_of(group: str, counts: Groups, population: dict[str, tuple[int, int, str]]) -> dict[str, Any]:
    """I5: the share of those whose group is known, less the share of the population, in points."""
    known = sum(count for other, count in counts.items() if other not in NAME_NO_GROUP)
    share = Fraction(counts[group], known) if known and group not in NAME_NO_GROUP else None
    count, year, source = population.get(group, (None, None, None))
    total = sum(told[0] for told in population.values())
    of_all = Fraction(count, total) if count is not None and total else None
    return {
        "share": None if share is None else decimal_of(share),
        "population_share": None if of_all is None else decimal_of(of_all),
        "gap_points": None if share is None or of_all is None else decimal_of(100 * (share - of_all), "0.0001"),
        "population": count,
        "base_year": year,
        "population_source": source,
    }
