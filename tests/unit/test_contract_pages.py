"""The pages of docs/contracts: what they say of the feeds is what is checked, and every rule that is named is told."""

from __future__ import annotations

import ast
import re

from live_tracker.deliveries.contract import FEEDS
from live_tracker.deliveries.contract_page import PAGE, with_tables
from live_tracker.settings import PROJECT

RULES = PROJECT / "docs/contracts/counting-rules.md"


def test_the_tables_of_the_feeds_are_those_of_the_contract() -> None:
    """Written anew by `make docs`."""
    assert PAGE.read_text() == with_tables(PAGE.read_text())


def test_every_table_and_column_is_on_the_page() -> None:
    tables = PAGE.read_text().split("\n### ")[1:]
    expected = [table for feed in FEEDS.values() for table in feed.tables]
    assert [text.partition("\n")[0] for text in tables] == [table.name for table in expected]
    for text, table in zip(tables, expected, strict=True):
        assert re.findall(r"^\| ([a-z_]+) \| .* \|$", text, re.MULTILINE)[1:] == list(table.column_names)


def test_every_reason_of_a_refusal_is_on_the_page() -> None:
    calls = [
        node
        for path in (PROJECT / "dags/live_tracker/deliveries").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    place = {"Refused": 0, "_expect": 1}
    given = [
        call.args[place[call.func.id]] for call in calls if isinstance(call.func, ast.Name) and call.func.id in place
    ]
    # an incomplete delivery is not refused: it is waited for
    refusals = {str(reason.value) for reason in given if isinstance(reason, ast.Constant)} - {"no_manifest"}
    assert len(refusals) > 15
    assert {reason for reason in refusals if f"`{reason}`" not in PAGE.read_text()} == set()


def test_every_rule_that_a_model_names_is_on_the_page() -> None:
    models = (PROJECT / "dbt_project").rglob("*.*")
    text = "".join(
        path.read_text() for path in models if path.suffix in {".sql", ".yml"} and "target" not in path.parts
    )
    named = set(re.findall(r"\b([TPOER]\d{1,2})\b", text))
    assert len(named) > 15
    assert named - set(re.findall(r"^- \*\*([A-Z]\d+)\.\*\*", RULES.read_text(), re.MULTILINE)) == set()
