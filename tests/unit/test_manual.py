"""The manual of the rules: as committed it is what would be written now, it leaves nothing out, and its links lead on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from live_tracker.errors import TrackerError
from live_tracker.manual import definition_pages, pages
from live_tracker.manual.pages import FOLDER, SHOWN_ELSEWHERE, manual, shown_by, write
from live_tracker.manual.rules import PAGE, published_rules
from live_tracker.manual.unit_tests import MODELS, UnitTest, read_unit_tests, section
from live_tracker.markdown import anchor, table
from live_tracker.reference_data import definitions
from live_tracker.settings import PROJECT


def committed() -> dict[Path, str]:
    return {path.relative_to(FOLDER): path.read_text() for path in FOLDER.rglob("*.md")}


def unit_test(name: str) -> UnitTest:
    (found,) = [test for test in read_unit_tests() if test.name == name]
    return found


def test_the_manual_is_what_would_be_written_now() -> None:
    there, now = committed(), manual()
    stale = {str(path) for path in there.keys() | now.keys() if there.get(path) != now.get(path)}
    assert stale == set(), "write the manual anew: make docs"


def test_it_is_written_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "left_over.md").write_text("a family that is none any more")
    written = write(tmp_path)
    assert {path: (tmp_path / path).read_text() for path in written} == manual()
    assert not (tmp_path / "rules" / "left_over.md").exists()


def test_every_published_rule_is_shown_by_a_test() -> None:
    rules, tests = published_rules(), read_unit_tests()
    assert len(rules) > 25
    assert {rule.number for rule in rules if not any(shown_by(rule, tests))} == set(SHOWN_ELSEWHERE)


def test_every_rule_and_every_unit_test_is_in_the_manual() -> None:
    text = "".join(committed().values())
    assert [rule.number for rule in published_rules() if rule.text not in text] == []
    assert [test.name for test in read_unit_tests() if f"[`{test.name}`]" not in text] == []


def test_what_is_not_published_yet_has_no_place() -> None:
    unpublished = PAGE.read_text().partition("## Decided, not published yet\n")[2]
    numbers = set(re.findall(r"^- \*\*([A-Z]\d+)\.", unpublished, re.MULTILINE))
    assert numbers == {"R11"}
    assert numbers.isdisjoint(rule.number for rule in published_rules())


def test_every_definition_has_a_page() -> None:
    found = definitions.read_definitions(PROJECT / "definitions")
    assert {Path(f"{one.definition}.md") for one in found} <= set(committed())


def test_every_value_that_a_definition_can_have_has_words() -> None:
    assert set(definition_pages.PERIODS) == definitions.PERIODS
    assert set(definition_pages.ENTRIES) == definitions.ENTRIES
    assert set(definition_pages.FILTERS) == definitions.FILTERS
    assert set(definition_pages.SCOPES) == definitions.SCOPES
    assert set(definition_pages.SOURCES) == set(definitions.PROOF_SOURCES.values())
    assert set(definition_pages.TIERS) == definitions.TIER_NAMES


def test_every_link_leads_to_a_file_and_to_a_heading_of_it() -> None:
    links = [
        (path, *link.partition("#")[::2])
        for path, text in committed().items()
        for link in re.findall(r"\]\(([^)]+)\)", text)
    ]
    assert len(links) > 100
    assert [link for link in links if not leads_on(*link)] == []


def leads_on(page: Path, target: str, heading: str) -> bool:
    file = (FOLDER / page.parent / target).resolve() if target else FOLDER / page
    if not file.exists():
        return False
    headings = [anchor(found) for found in re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)]
    return not heading or headings.count(heading) == 1


def test_the_windows_are_those_that_the_unit_test_of_t2_expects() -> None:
    test = unit_test("t2_one_addition_and_clipped_month_ends")
    entries = {row["person_key"]: row["entry_date"] for row in test.given[1].rows}
    assert len(test.expected.rows) == 4
    for row in test.expected.rows:
        expected = (row["follow_up_end"], row["proof_end"])
        assert definition_pages.windows(entries[row["person_key"]], 12, 6) == expected


def test_the_bands_end_where_the_unit_test_of_t4_expects() -> None:
    index_date = dt.date(2023, 11, 30)
    rows = [
        row
        for row in unit_test("t4_bands_end_on_their_last_day").expected.rows
        if row["first_reoffence_date"] is not None
    ]
    ends = {f"{end - 3}-{end}": definition_pages.add_months(index_date, end) for end in definition_pages.BANDS}
    last_days = {row["first_reoffence_band"]: row["first_reoffence_date"] for row in rows}
    assert last_days == ends


@pytest.mark.parametrize("change", [("name: e3_serious", "name: serious"), ("E3: robbery", "robbery")])
def test_a_unit_test_that_does_not_say_its_rule_is_told(tmp_path: Path, change: tuple[str, str]) -> None:
    (entries,) = MODELS.rglob("_04_entries__unit_tests.yml")
    assert change[0] in entries.read_text()
    (tmp_path / entries.name).write_text(entries.read_text().replace(*change))
    with pytest.raises(TrackerError, match="serious_violence_is_a_category_and_a_seriousness does not say which rule"):
        read_unit_tests(tmp_path)


def renamed(tests: list[UnitTest], rule: str, other: str) -> list[UnitTest]:
    """The tests with one rule's number for another's, wherever they name it."""
    return [
        replace(
            test,
            name=re.sub(rf"^{rule.lower()}_", f"{other.lower()}_", test.name),
            description=re.sub(rf"\b{rule}\b", other, test.description),
        )
        for test in tests
    ]


@pytest.mark.parametrize(
    ("rule", "other", "complaint"),
    [("R5", "R11", "names R11, which is no published rule"), ("P3", "P2", "no unit test shows P3")],
)
def test_a_rule_and_its_tests_are_held_together(
    monkeypatch: pytest.MonkeyPatch, rule: str, other: str, complaint: str
) -> None:
    monkeypatch.setattr(pages, "read_unit_tests", lambda: renamed(read_unit_tests(), rule, other))
    with pytest.raises(TrackerError, match=complaint):
        manual()


def test_a_rule_that_no_model_holds_is_shown_by_a_test_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SHOWN_ELSEWHERE", {"P1": (SHOWN_ELSEWHERE["P1"][0], "test_of_nothing")})
    with pytest.raises(TrackerError, match="there is no test_of_nothing, which should show P1"):
        manual()


def test_a_reading_is_found_by_the_words_that_it_begins_with() -> None:
    assert definition_pages.reading("Flags") == "**Flags** in two services are two events."
    with pytest.raises(TrackerError, match="no reading begins with 'Flag of nobody'"):
        definition_pages.reading("Flag of nobody")


def test_what_is_the_same_in_every_row_is_told_beneath_the_table() -> None:
    shown = section(unit_test("o2_passes_in_turn"), "../..")
    assert "| a1 | A | cms/s | N1 | X | 2023-01-10 | 2023-01-10 | 1 |" in shown
    assert "Without a row: `int_outcome_records`." in shown
    shown = section(unit_test("t1_no_delivery_after_the_known_as_of_day_exists"), "../..")
    assert "As-of day A: 2024-06-30. Known-as-of day K: 2024-06-30." in shown
    assert "The same in every row: person_key A, source s, offence_date 2024-06-01." in shown
    assert "| brought_on_the_day | 2024-06-30 | false |  |" in shown


def test_a_quotient_is_told_without_its_zeros() -> None:
    assert "| half_way | 0.5 |" in section(unit_test("r3_how_far_a_member_is"), "../..")


def test_a_bar_in_a_cell_makes_no_column() -> None:
    assert table(("a",), [("x|y",)]).splitlines()[-1] == "| x\\|y |"
