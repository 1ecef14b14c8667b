"""The compose file as Compose reads it: parsed, with variables put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}|(?P<loose>))")
GIVEN = {
    "TRACKER_WAREHOUSE_PASSWORD": "a p@ss/word",
    "TRACKER_BROKER_PASSWORD": "an:other",
    "TRACKER_IDENTITY_KEY": "k" * 43,
}


def fill_in(node: Any, given: Mapping[str, str]) -> Any:
    """Compose's interpolation of strings: `${X}`, `${X:-default}`, `${X:?message}`, `$$`. ValueError for other dollars."""

    def value(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        if match["loose"] is not None:
            raise ValueError(f"a dollar that is neither doubled nor a variable: {match.string}")
        found = given.get(match["name"], "")
        if match["kind"] == "?" and not found:
            raise ValueError(f"{match['name']}: {match['rest']}")
        return found or (match["rest"] if match["kind"] == "-" else "")

    if isinstance(node, dict):
        return {name: fill_in(child, given) for name, child in node.items()}
    if isinstance(node, list):
        return [fill_in(child, given) for child in node]
    return _VARIABLE.sub(value, node) if isinstance(node, str) else node


def variables(node: Any) -> set[str]:
    """Names of all variables in the strings of a parsed file."""
    if isinstance(node, dict):
        return set().union(*map(variables, node.values()))
    if isinstance(node, list):
        return set().union(*map(variables, node))
    return {match["name"] for match in _VARIABLE.finditer(node) if match["name"]} if isinstance(node, str) else set()


@pytest.fixture(scope="session")
def parsed(project: Path) -> dict[str, Any]:
    """The file as it stands."""
    content: dict[str, Any] = yaml.safe_load((project / "docker-compose.yml").read_text())
    return content


@pytest.fixture(scope="session")
def compose(parsed: dict[str, Any]) -> dict[str, Any]:
    """The file with the needed variables given and the others left out."""
    filled: dict[str, Any] = fill_in(parsed, GIVEN)
    return filled


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture
def as_in_container(services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Gives this process the environment that the compose file gives a service."""

    def enter(name: str) -> None:
        for variable, value in services[name]["environment"].items():
            monkeypatch.setenv(variable, value)

    return enter
