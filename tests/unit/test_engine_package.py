"""The reference engine is a second opinion only while it stands alone, and is read only while each rule has its place."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from live_tracker.settings import PROJECT

ENGINE = PROJECT / "tests" / "reference_engine"
MODULES = sorted(ENGINE.glob("*.py"))
NUMBERED = (("T", 4), ("P", 3), ("O", 7), ("E", 6), ("R", 10), ("I", 5))
RULES = [f"{letter}{number}" for letter, last in NUMBERED for number in range(1, last + 1)]


def imported(tree: ast.Module) -> set[str]:
    """The packages that a module asks for, those of its own package left out."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level != 1:
            # two dots would lead out of the package
            found.add((node.module or "").partition(".")[0] if node.level == 0 else "." * node.level)
    return found


def named_first(tree: ast.Module) -> set[str]:
    """The rules that the docstrings of a module's functions name before the colon of their first line."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    beginnings = [(ast.get_docstring(function) or "").partition("\n")[0].partition(":") for function in functions]
    return {rule for before, colon, _ in beginnings if colon for rule in re.findall(r"\b[TPOERI]\d+\b", before)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_it_imports_the_standard_library_and_itself_alone(module: Path) -> None:
    assert imported(ast.parse(module.read_text())) - sys.stdlib_module_names == set()


def test_every_rule_has_a_function_that_begins_with_its_number() -> None:
    named = {rule for module in MODULES for rule in named_first(ast.parse(module.read_text()))}
    assert [rule for rule in RULES if rule not in named] == []
