"""The page of the plans says what would be written now, and its arithmetic is right."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from live_tracker.errors import TrackerError
from live_tracker.manual.plans_page import ARITHMETIC, PAGE, TESTS, page, printed_figures, rounded
from live_tracker.settings import PROJECT


def row(**values: str) -> dict[str, str]:
    """A line of the list: a rate of 24 of 52 that is printed cut off."""
    given = {"plan": "a plan", "page": "page 4", "figure": "children", "kind": "rate", "numbers": "24;52", "per": "100"}
    return given | {"printed": "46.1", "is_misnamed": "0", "why": "cut off", "test": ""} | values


def listed(folder: Path, line: dict[str, str]) -> Path:
    path = folder / "list.csv"
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, list(line))
        out.writeheader()
        out.writerow(line)
    return path


def test_the_page_is_what_would_be_written_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: make docs"


@pytest.mark.parametrize(
    ("kind", "numbers", "per", "printed", "ours", "agrees"),
    [
        ("rate", "24;52", "100", "46.1", "46.2", False),
        ("rate", "401;1110", "100", "36.1", "36.1", True),
        ("rate", "1;8", "100", "12.5", "12.5", True),
        ("rate", "1;8", "100", "12", "13", False),
        ("change", "541;648", "100", "-16.8", "-16.5", False),
        ("change", "1;1", "100", "0.0", "0.0", True),
        ("points", "33.8;53.8", "1", "-20", "-20", True),
        ("sum", "28;60;18", "1", "96", "106", False),
        ("rate", "541;453", "100000", "117343", "119,426", False),
        ("two", "968;969", "1", "968", "968 and 969", False),
        ("parts", "103;44;96", "1", "104.7", "44 to 103", False),
        ("parts", "103;44;96", "1", "103", "44 to 103", True),
    ],
)
def test_what_the_numbers_give(
    tmp_path: Path, kind: str, numbers: str, per: str, printed: str, ours: str, agrees: bool
) -> None:
    (found,) = printed_figures(listed(tmp_path, row(kind=kind, numbers=numbers, per=per, printed=printed)))
    assert (found.ours, found.agrees) == (ours, agrees)


@pytest.mark.parametrize("line", [row(why=""), row(why="", printed="46.2", is_misnamed="1")])
def test_a_difference_without_a_reason_is_an_error(tmp_path: Path, line: dict[str, str]) -> None:
    with pytest.raises(TrackerError) as caught:
        printed_figures(listed(tmp_path, line))
    assert caught.value.where == "list.csv, row 2, column why"


def test_a_figure_that_agrees_needs_no_reason(tmp_path: Path) -> None:
    (found,) = printed_figures(listed(tmp_path, row(why="", printed="46.2")))
    assert found.agrees


def test_half_is_rounded_up() -> None:
    assert rounded(Decimal("90.5"), Decimal(91)) == Decimal(91)
    assert rounded(Decimal("0.125"), Decimal("0.12")) == Decimal("0.13")


def test_each_figure_that_the_pipeline_shows_names_a_test_that_is_there() -> None:
    tests = {one.test for one in printed_figures() if one.test}
    text = (PROJECT / TESTS).read_text()
    assert len(tests) >= 5
    assert [name for name in tests if f"def {name}(" not in text] == []


def test_every_line_of_the_list_is_on_the_page() -> None:
    with ARITHMETIC.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["figure"] for line in lines if f"| {line['figure']} |" not in PAGE.read_text()] == []
