"""dbt in process: one call per layer, parameters from the run, failures told by the names of models and tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import yaml

from live_tracker.build.candidate import Start
from live_tracker.database import role_url
from live_tracker.errors import CheckFailed, TrackerError
from live_tracker.runs import Run
from live_tracker.settings import PROJECT, Settings

Target = Literal["prod", "dev"]
Layer = Literal["staging", "intermediate", "marts"]
LAYERS: tuple[Layer, ...] = ("staging", "intermediate", "marts")
# Who is taken up is found with the first layer, so that it stands before all that asks for it.
_MODELS: dict[Layer, list[str]] = {
    "staging": ["--select", "path:models/staging", "path:models/intermediate/00_affected"],
    "intermediate": ["--select", "path:models/intermediate", "--exclude", "path:models/intermediate/00_affected"],
    "marts": ["--select", "path:models/marts"],
}


def build_layer(
    settings: Settings, run: Run, layer: Layer, start: Start | None = None, *, target: Target = "prod"
) -> int:
    """Build the models of a layer and run their data tests; returns how many nodes passed.

    From `start`, only the people whose rows have changed since are made anew; without one, everybody.
    Raises CheckFailed with the names of the models and tests that failed, without any value of a row.
    """
    variables = variables_of(run)
    command = ["build", *_MODELS[layer], "--exclude-resource-type", "unit_test"]
    if start is None:
        command.append("--full-refresh")
    else:
        variables |= {"changes_after": str(start.changes_after), "days_after": start.days_after.isoformat()}
    return invoke_dbt(settings, command, variables, target=target)


def variables_of(run: Run) -> dict[str, str]:
    """The parameters of a run as dbt is told them; TrackerError while landing has not set its days."""
    if run.as_of is None or run.known_as_of is None:
        raise TrackerError(f"run {run.run_key!r} has no as-of day yet", "ops.run", "let the landing finish first")
    return {
        "as_of": run.as_of.isoformat(),
        "known_as_of": run.known_as_of.isoformat(),
        "definitions_hash": run.definitions_hash,
        "reference_hash": run.reference_hash,
    }


def invoke_dbt(
    settings: Settings,
    command: list[str],
    variables: dict[str, str],
    *,
    target: Target = "prod",
    target_path: Path | None = None,
) -> int:
    """Run a dbt command in this process; returns the number of nodes that passed.

    `target_path`: where it leaves its results, that of the builds if it is None.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes seconds, which only the tasks that build should pay

    work = settings.home / "dbt"
    work.mkdir(parents=True, exist_ok=True)
    common = [
        *("--project-dir", str(PROJECT / "dbt_project"), "--profiles-dir", str(PROJECT / "dbt_project")),
        *("--target", target, "--log-path", str(work / "logs")),
        # what Postgres says of an error quotes rows: it is told below, without them
        *("--log-level", "none", "--log-level-file", "none"),
    ]
    with _connection_environment(settings):
        # The project is read without the parameters of a run, of which no model's shape depends: told them, dbt would
        # read all of it again whenever a day has passed.
        read = ["parse", *common, "--no-write-json", "--target-path", str(work / "parsed" / target)]
        result = dbtRunner().invoke(read)
        if result.success:
            words = [*command, *common, "--target-path", str(target_path or work / "target")]
            result = dbtRunner(manifest=result.result).invoke([*words, "--vars", yaml.safe_dump(variables)])
    nodes = list(getattr(result.result, "results", None) or [])
    failed = [node for node in nodes if node.status in {"error", "fail", "runtime error"}]
    if failed or not result.success:
        raise CheckFailed(
            f"dbt {command[0]} failed: " + ("; ".join(_told(node) for node in failed) or _exception(result.exception)),
            where=" ".join(command),
            do="see docs/runbooks/build-failed.md; the last release stays as it is",
        )
    return sum(1 for node in nodes if node.status in {"success", "pass"})


def _told(node: Any) -> str:
    """What failed, by name: a test says how many rows failed it, an error its SQLSTATE-free first line without values."""
    kind = node.node.resource_type
    if node.status == "fail":
        return f"{kind} {node.node.name} ({node.failures} rows)"
    return f"{kind} {node.node.name} ({_without_values(node.message or 'error')})"


_NAMED = re.compile(r"\b(relation|column|function|schema|table|constraint|index|type) \"[^\"]*\"")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def _without_values(message: str) -> str:
    """The first lines of a dbt error with every quoted value blanked; names of relations and columns stay."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("DETAIL", "CONTEXT", "LINE", "compiled code"))][:3]
    text = " ".join(kept)
    names = [match.span() for match in _NAMED.finditer(text)]
    return _QUOTED.sub(
        lambda match: match[0] if any(start <= match.start() and match.end() <= end for start, end in names) else '"…"',
        text,
    )


def _exception(error: BaseException | None) -> str:
    return type(error).__name__ if error is not None else "no node was run"


@contextmanager
def _connection_environment(settings: Settings) -> Iterator[None]:
    """The connection as the profile reads it; taken away again, so that nothing started later inherits the password."""
    url = urlsplit(role_url(settings, "transformer"))
    values = {
        "TRACKER_DBT_HOST": url.hostname or "",
        "TRACKER_DBT_PORT": str(url.port or 5432),
        "TRACKER_DBT_USER": unquote(url.username or ""),
        "DBT_ENV_SECRET_PASSWORD": unquote(url.password or ""),
        "TRACKER_DBT_DATABASE": url.path.lstrip("/"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
