"""Every page of the manual: the index, the rules by family with the unit tests that show them, the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from live_tracker.errors import TrackerError
from live_tracker.manual import definition_pages as words
from live_tracker.manual.definition_pages import definition_page
from live_tracker.manual.rules import Rule, published_rules
from live_tracker.manual.unit_tests import UnitTest, read_unit_tests, section
from live_tracker.markdown import anchor, table
from live_tracker.reference_data.definitions import Definition, read_definitions
from live_tracker.settings import PROJECT

FOLDER = PROJECT / "docs/generated/definitions"
TO_PROJECT = "../../../.."
"""From the folder of the rules' pages to the checkout."""

SHOWN_ELSEWHERE = {"P1": ("tests/unit/test_identity_views.py", "test_date_of_birth_and_sex_of_a_person")}
"""Rules that no model of dbt holds, each with the test that shows it."""

WRITTEN = "<!-- written by `make docs`; what it says is changed where it comes from -->\n"


def manual() -> dict[Path, str]:
    """Every page by its path under the folder of the manual.

    Raises TrackerError where a rule is shown by no test, a test shows no rule, or a definition has no words.
    """
    rules = published_rules()
    tests = read_unit_tests()
    definitions = read_definitions(PROJECT / "definitions")
    _check(rules, tests)
    pages = {Path("README.md"): _index(rules, tests, definitions)}
    for family in dict.fromkeys(rule.family for rule in rules):
        of_family = [rule for rule in rules if rule.family == family]
        pages[Path(of_family[0].page)] = _family_page(family, of_family, rules, tests)
    for one in definitions:
        pages[Path(f"{one.definition}.md")] = definition_page(one, rules)
    return {path: WRITTEN + text for path, text in pages.items()}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write the manual anew; pages that are none any more go. Returns what was written."""
    pages = manual()
    for left_over in set(folder.rglob("*.md")) - {folder / path for path in pages}:
        left_over.unlink()
    for path, text in pages.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return sorted(pages)


def shown_by(rule: Rule, tests: Sequence[UnitTest]) -> tuple[list[UnitTest], list[UnitTest]]:
    """The tests whose name begins with the rule's number, and the others whose description names it."""
    own = [test for test in tests if test.rule == rule.number]
    return own, [test for test in tests if rule.number in test.other_rules]


def _check(rules: Sequence[Rule], tests: Sequence[UnitTest]) -> None:
    published = {rule.number for rule in rules}
    for test in tests:
        if unknown := {test.rule, *test.other_rules} - published:
            raise TrackerError(
                f"the unit test {test.name} names {', '.join(sorted(unknown))}, which is no published rule",
                str(test.file),
                "name a rule of docs/contracts/counting-rules.md, or write the rule there first",
            )
    for rule in rules:
        if not any(shown_by(rule, tests)) and rule.number not in SHOWN_ELSEWHERE:
            raise TrackerError(
                f"no unit test shows {rule.number}",
                "dbt_project/models",
                f"write one whose name begins with {rule.number.lower()}_, its boundary days among its rows",
            )
    for number, (file, test_name) in SHOWN_ELSEWHERE.items():
        path = PROJECT / file
        if not path.exists() or f"def {test_name}(" not in path.read_text():
            raise TrackerError(f"there is no {test_name}, which should show {number}", file, "name the test that does")


def _index(rules: Sequence[Rule], tests: Sequence[UnitTest], definitions: Sequence[Definition]) -> str:
    return "\n".join(
        [
            "# The counting rules, shown\n",
            "Each rule of [the counting rules](../../contracts/counting-rules.md) with small tables in and the rows that must "
            "come out, and each definition in words. The tables are the unit tests that the models are held to: what is "
            "printed here is what is checked. An empty cell is null. Children, numbers and codes are made up.\n",
            "## Definitions\n",
            table(
                ("definition", "title", "period", "ages", "entry", "filter", "months", "proof from"),
                (_definition_line(one) for one in definitions),
            ),
            "Months: of follow-up + of waiting for outcomes.\n",
            "## Rules\n",
            "They speak of [tiers](../../contracts/counting-rules.md#tiers-least-grave-first), and of A and K: the as-of day and "
            "the known-as-of day.\n",
            table(
                ("rule", "what it says first", "tests"),
                (
                    (
                        f"[{rule.number}]({rule.place})",
                        rule.first_sentence,
                        str(sum(map(len, shown_by(rule, tests))) or 1),
                    )
                    for rule in rules
                ),
            ),
        ]
    )


def _definition_line(one: Definition) -> tuple[str, ...]:
    return (
        f"[{one.definition}]({one.definition}.md)",
        one.title,
        words.in_words(words.PERIODS, "cohort_period", one.cohort_period),
        f"{one.min_age}-{one.max_age}",
        one.entry.replace("_", " ") + (f" ({', '.join(one.entry_flags)})" if one.entry_flags else ""),
        one.entry_filter.replace("_", " "),
        f"{one.follow_up_months} + {one.waiting_months}",
        one.proof_sources.replace(";", " and "),
    )


def _family_page(family: str, of_family: Sequence[Rule], rules: Sequence[Rule], tests: Sequence[UnitTest]) -> str:
    page_of = {rule.number: Path(rule.page).name for rule in rules}
    contents = " · ".join(f"[{rule.number}](#{rule.number.lower()})" for rule in of_family)
    parts = [f"# {family}\n", f"{contents} · [all rules and definitions](../README.md)\n"]
    for rule in of_family:
        own, others = shown_by(rule, tests)
        parts += [f"## {rule.number}\n", rule.text + "\n"]
        if rule.number in SHOWN_ELSEWHERE:
            file, test_name = SHOWN_ELSEWHERE[rule.number]
            parts.append(f"No model holds it; [`{test_name}`]({TO_PROJECT}/{file}) shows it.\n")
        if others:
            links = (f"[{test.title}]({page_of[test.rule]}#{anchor(test.title)})" for test in others)
            parts.append(f"Shown also by: {'; '.join(links)}.\n")
        parts += [section(test, TO_PROJECT) for test in own]
    return "\n".join(parts)
