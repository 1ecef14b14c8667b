"""The page of the plans: each figure that they print, what its counts give, and where the two differ."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from live_tracker.errors import TrackerError
from live_tracker.manual.pages import WRITTEN
from live_tracker.markdown import table
from live_tracker.reference_data import comparators
from live_tracker.settings import PROJECT

PAGE = PROJECT / "docs/generated/plans.md"
ARITHMETIC = Path(__file__).with_name("published_arithmetic.csv")
COMPARATORS = PROJECT / "dags/live_tracker/reference_data/data" / comparators.FILE
TESTS = "tests/dbt/test_plans.py"
_PER = {"per_cent": 100, "each": 1, "per_1000": 1000, "per_100000": 100_000}


@dataclass(frozen=True)
class Printed:
    """A printed figure and the numbers that it is made of; `why` says where it does not follow from them, or misleads."""

    plan: str
    page: str
    figure: str
    kind: str
    numbers: tuple[Decimal, ...]
    per: int
    printed: Decimal
    is_misnamed: bool
    why: str
    test: str

    @property
    def ours(self) -> str:
        """What the numbers give, with the decimals that are printed."""
        first, *others = self.numbers
        if self.kind == "two":
            return " and ".join(map(_text, self.numbers))
        if self.kind == "parts":
            return f"{_text(min(self.numbers))} to {_text(max(self.numbers))}"
        value = {
            "rate": lambda: self.per * first / others[0],
            "change": lambda: self.per * (first - others[0]) / others[0],
            "points": lambda: first - others[0],
            "sum": lambda: sum(self.numbers, Decimal(0)),
        }[self.kind]()
        return _text(rounded(value, self.printed))

    @property
    def agrees(self) -> bool:
        """Whether the numbers give what is printed."""
        if self.kind == "parts":
            return min(self.numbers) <= self.printed <= max(self.numbers)
        return self.ours == _text(self.printed)

    @property
    def counts(self) -> str:
        """The numbers as one would write the sum down."""
        between = {"rate": " / ", "change": " against ", "points": " - ", "sum": " + "}
        return between.get(self.kind, ", ").join(map(_text, self.numbers))


def rounded(value: Decimal, printed: Decimal) -> Decimal:
    """The value with as many decimals as are printed, half up."""
    return value.quantize(Decimal(1).scaleb(int(printed.as_tuple().exponent)), ROUND_HALF_UP)


def printed_figures(path: Path = ARITHMETIC) -> list[Printed]:
    """The printed figures of the list, in its order.

    Raises TrackerError where one differs from its counts and the list does not say why.
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for number, row in enumerate(rows, start=2):
        one = Printed(
            *(row["plan"], row["page"], row["figure"], row["kind"]),
            numbers=tuple(Decimal(part) for part in row["numbers"].split(";")),
            per=int(row["per"]),
            printed=Decimal(row["printed"]),
            is_misnamed=row["is_misnamed"] == "1",
            why=row["why"],
            test=row["test"],
        )
        if not one.why and (one.is_misnamed or not one.agrees):
            raise TrackerError(
                f"the printed {one.printed} is not the {one.ours} of its counts, and nothing says why",
                f"{path.name}, row {number}, column why",
                "read the plan again; correct the numbers, or say why",
            )
        found.append(one)
    return found


def page() -> str:
    """The page as it is to be."""
    figures = printed_figures()
    differing = [one for one in figures if not one.agrees]
    misnamed = [one for one in figures if one.agrees and one.is_misnamed]
    as_printed = [one for one in figures if one.agrees and not one.is_misnamed]
    return "\n".join(
        [
            WRITTEN,
            "# The figures of the plans\n",
            "What published youth justice plans print, what their own counts give, and where the two differ. Ours is from "
            "counts alone, rounded half up to the decimals that are printed. Figures that were shortened are cut off or rounded "
            "as it came; ours keep their counts beside them, so that nobody has to guess.\n",
            "`.venv/bin/tracker sample <folder> --plans` makes deliveries of children who add up to these counts, made up but "
            f"for their number. Figures marked `pipeline` come out of the tables so: [`{TESTS}`](../../{TESTS}). Pages are "
            "headings where the text that was read has no page numbers.\n",
            f"## Not what the counts give ({len(differing)})\n",
            _table(differing),
            f"## Right, and misleading in name ({len(misnamed)})\n",
            _table(misnamed),
            f"## As the counts give it ({len(as_printed)})\n",
            _table(as_printed),
            "## All that the comparator list has\n",
            "Each stands in `analytics.comparator` beside ours ([contract](../contracts/marts.md#comparator)). A rate is "
            "of the counts where the plan prints them.\n",
            _comparators(),
        ]
    )


def write(path: Path = PAGE) -> None:
    """Write the page anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")


def _table(figures: Sequence[Printed]) -> str:
    return table(
        ("plan and page", "figure", "counts", "printed", "ours", "why", "shown by"),
        (
            (
                *(f"{one.plan}: {one.page}", one.figure, one.counts, _text(one.printed), one.ours, one.why),
                "pipeline" if one.test else "",
            )
            for one in figures
        ),
    )


def _comparators() -> str:
    with COMPARATORS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return table(
        ("area", "period", "measure", "printed", "of counts", "publication and page", "note"),
        (
            (
                *(
                    row["area"],
                    row["period"],
                    row["measure"] + (f" ({row['definition']})" if row["definition"] else ""),
                ),
                *(f"{row['value']} {row['unit'].replace('_', ' ')}", _of_counts(row)),
                *(f"{row['source']}: {row['page']}", row["note"]),
            )
            for row in rows
        ),
    )


def _of_counts(row: dict[str, str]) -> str:
    """The rate of the published counts; of those that are not all printed, what there is."""
    numerator, denominator = row["numerator"], row["denominator"]
    if not (numerator and denominator):
        return f"{numerator or '?'} / {denominator or '?'}" if numerator or denominator else ""
    value = _PER[row["unit"]] * Decimal(numerator) / Decimal(denominator)
    return f"{numerator} / {denominator} = {rounded(value, Decimal(row['value']))}"


def _text(number: Decimal) -> str:
    """With commas between thousands."""
    whole, point, decimals = str(number).partition(".")
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole) + point + decimals
