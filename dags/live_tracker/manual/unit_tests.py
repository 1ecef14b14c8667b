"""The unit tests of the dbt project, each as what it shows of a rule: its tables in, the parameters, the rows out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from live_tracker.errors import TrackerError
from live_tracker.markdown import table
from live_tracker.settings import PROJECT

MODELS = PROJECT / "dbt_project/models"

Rows = list[dict[str, Any]]

_PARAMETERS = {"as_of": "as-of day A", "known_as_of": "known-as-of day K"}
_SETS = frozenset({"reference_hash", "definitions_hash"})
"""Name the set of lists in use, which is one in every test and says nothing of the rule."""
_NUMBERS = re.compile(r"\b[A-Z]\d{1,2}\b")
_LEADING_NUMBERS = re.compile(r"^[A-Z]\d{1,2}(, [A-Z]\d{1,2})*: ")
_LONG_DECIMAL = re.compile(r"\d+\.\d{7,}")


@dataclass(frozen=True)
class Fixture:
    """The rows of a relation; of one given as a query, the query."""

    relation: str
    rows: Rows
    query: str | None = None


@dataclass(frozen=True)
class UnitTest:
    """A unit test: the rule that its name begins with, the others that its description names."""

    name: str
    file: Path
    model: str
    description: str
    parameters: dict[str, Any]
    given: tuple[Fixture, ...]
    expected: Fixture

    @property
    def rule(self) -> str:
        return self.name.partition("_")[0].upper()

    @property
    def other_rules(self) -> set[str]:
        return set(_NUMBERS.findall(self.description)) - {self.rule}

    @property
    def title(self) -> str:
        words = self.name.partition("_")[2].replace("_", " ")
        return words[:1].upper() + words[1:]


def read_unit_tests(models: Path = MODELS) -> list[UnitTest]:
    """Every unit test of the models, by file and in the order of the file.

    Raises TrackerError where one does not begin with the number of a rule or does not say it in words.
    """
    tests = [
        _unit_test(told, file)
        for file in sorted(models.rglob("*__unit_tests.yml"))
        for told in yaml.safe_load(file.read_text())["unit_tests"]
    ]
    for test in tests:
        if test.rule not in _NUMBERS.findall(test.description) or not _LEADING_NUMBERS.match(test.description):
            raise TrackerError(
                f"the unit test {test.name} does not say which rule it shows",
                str(test.file),
                "begin its name with the number of the rule, and its description with `<number>: ` and the rule in words",
            )
    return tests


def section(test: UnitTest, to_project: str) -> str:
    """What the manual says of a test; `to_project` leads from the page to the checkout."""
    model = next(MODELS.rglob(f"{test.model}.sql"))
    parts = [
        f"### {test.title}\n",
        _sentence(test.description) + "\n",
        f"Model [`{test.model}`]({_link(model, to_project)}), test [`{test.name}`]({_link(test.file, to_project)})."
        + "".join(
            f" {_PARAMETERS[name][0].upper()}{_PARAMETERS[name][1:]}: {_value(value)}."
            for name, value in test.parameters.items()
            if name in _PARAMETERS
        )
        + "\n",
    ]
    empty = [fixture for fixture in test.given if not fixture.rows and fixture.query is None]
    parts += [_fixture(f"Given `{fixture.relation}`", fixture) for fixture in test.given if fixture not in empty]
    if empty:
        parts.append(f"Without a row: {', '.join(f'`{fixture.relation}`' for fixture in empty)}.\n")
    return "\n".join([*parts, _fixture("Expected", test.expected)])


def _unit_test(told: dict[str, Any], file: Path) -> UnitTest:
    return UnitTest(
        name=told["name"],
        file=file,
        model=told["model"],
        description=" ".join(told.get("description", "").split()),
        parameters=told.get("overrides", {}).get("vars", {}),
        given=tuple(_told(_relation(given["input"]), given) for given in told["given"]),
        expected=_told(told["model"], told["expect"]),
    )


def _told(relation: str, fixture: dict[str, Any]) -> Fixture:
    if fixture.get("format") == "sql":
        return Fixture(relation, [], fixture["rows"].strip())
    return Fixture(relation, fixture["rows"])


def _relation(written: str) -> str:
    return ".".join(re.findall(r"'(\w+)'", written))


def _fixture(title: str, fixture: Fixture) -> str:
    if fixture.query is not None:
        return f"{title}, the rows of\n\n```sql\n{fixture.query}\n```\n"
    columns = [name for name in dict.fromkeys(name for row in fixture.rows for name in row) if name not in _SETS]
    values = {name: [_value(row.get(name)) for row in fixture.rows] for name in columns}
    same = [name for name in columns if len(fixture.rows) > 1 and len(set(values[name])) == 1]
    varying = [name for name in columns if name not in same]
    if not varying:
        same, varying = [], columns
    text = f"{title}:\n\n" + table(varying, zip(*(values[name] for name in varying), strict=True))
    if same:
        text += "\nThe same in every row: " + ", ".join(f"{name} {values[name][0] or 'null'}" for name in same) + ".\n"
    return text


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"{Decimal(text).normalize():f}" if _LONG_DECIMAL.fullmatch(text) else text


def _sentence(description: str) -> str:
    words = _LEADING_NUMBERS.sub("", description)
    return words[0].upper() + words[1:].rstrip(".") + "."


def _link(file: Path, to_project: str) -> str:
    return f"{to_project}/{file.relative_to(PROJECT)}"
