"""The gate: what must hold of a candidate before anybody sees it. The expectations are in `expectations/suites`."""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from psycopg2.extras import Json

from live_tracker import runs
from live_tracker.database import connect, role_url
from live_tracker.errors import CheckFailed, TrackerError
from live_tracker.release.hashing import candidate_hash, table_hashes
from live_tracker.settings import PROJECT, Settings

EXPECTATIONS = PROJECT / "expectations"


@dataclass(frozen=True)
class Finding:
    """An expectation that does not hold: in which table, which one, why it is there, and in how many rows."""

    table: str
    expectation: str
    note: str
    rows: int | None = None

    def __str__(self) -> str:
        rows = "" if self.rows is None else f" ({self.rows} row{'' if self.rows == 1 else 's'})"
        return f"{self.table}: {self.expectation}{rows}: {self.note}"


@dataclass(frozen=True)
class GateResult:
    """What the gate made of a candidate. Only `failed` closes it; `warned` goes with the release."""

    run_key: str
    candidate_hash: str
    expectations: int
    failed: tuple[Finding, ...]
    warned: tuple[Finding, ...]


class GateFailed(CheckFailed):
    """The candidate must not be published; the last release stays."""


class _NotChecked(Exception):
    """Great Expectations could not do its work. Carries the kind of error only: its message may quote a row."""


def run_gate(settings: Settings, run_key: str) -> GateResult:
    """Check the candidate as it stands and record the result in ops.gate_result.

    Raises `GateFailed`, which names every expectation that failed, if a critical one does not hold, if the checks
    could not be made, or if the candidate changed while they were made.
    """
    before = _begin(settings, run_key)
    try:
        count, failed, warned = _check(settings, run_key)
    except _NotChecked as error:
        failed = [Finding("candidate", "gate_runs", f"the checks could not be made ({error})")]
        count, warned = 0, []
    with connect(settings, "publisher") as connection:
        after = candidate_hash(table_hashes(connection))
        if after != before:
            failed = [*failed, Finding("candidate", "candidate_stands_still", "the candidate changed under the gate")]
        result = GateResult(run_key, before, count, tuple(failed), tuple(warned))
        _record(connection, result)
    if result.failed:
        raise GateFailed(
            "the gate is closed, nothing is published:\n    " + "\n    ".join(map(str, result.failed)),
            f"run {run_key}, candidate {before[:12]}",
            "see docs/runbooks/gate-failed.md; the last release stays as it is",
        )
    return result


def _begin(settings: Settings, run_key: str) -> str:
    with connect(settings, "publisher") as connection:
        run = runs.get(connection, run_key)
        if run.as_of is None or run.known_as_of is None:
            # Compared with nothing, every date would pass.
            raise TrackerError(f"run {run_key!r} has no as-of date yet", "ops.run", "land its deliveries first")
        digest = candidate_hash(table_hashes(connection))
        runs.update(connection, run_key, "gating", candidate_hash=digest)
    return digest


def _record(connection: Any, result: GateResult) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.gate_result (run_key, candidate_hash, success, expectations, failed, warned, checked_at)
            VALUES (%s, %s, %s, %s, %s, %s, now())
            """,
            (
                result.run_key,
                result.candidate_hash,
                not result.failed,
                result.expectations,
                Json([asdict(finding) for finding in result.failed]),
                Json([asdict(finding) for finding in result.warned]),
            ),
        )


def _check(settings: Settings, run_key: str) -> tuple[int, list[Finding], list[Finding]]:
    """Number of expectations checked, those that fail, those that warn."""
    failed: list[Finding] = []
    warned: list[Finding] = []
    outcomes = list(_outcomes(settings, run_key))
    for table, outcome in outcomes:
        if outcome.success:
            continue
        config = outcome.expectation_config
        finding = Finding(table, config.meta["name"], config.notes, _rows(outcome))
        if _raised(outcome.exception_info):
            failed.append(Finding(table, finding.expectation, f"could not be checked; {finding.note}"))
        else:
            (failed if config.severity == "critical" else warned).append(finding)
    return len(outcomes), failed, warned


def _outcomes(settings: Settings, run_key: str) -> Iterator[tuple[str, Any]]:
    folder = settings.home / "gate"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name, _quiet():
        # Great Expectations writes into its own folder: each run has a copy, so that the checkout stays clean and
        # runs and homes do not meet.
        context_folder = shutil.copytree(EXPECTATIONS, Path(name) / "expectations")
        kind = None
        try:
            result = _checkpoint(context_folder, _address(settings, run_key))
        except Exception as error:
            kind = type(error).__name__
        if kind is not None:
            # Raised out here, so that the error above does not travel along as its context.
            raise _NotChecked(kind)
    for validation in result.run_results.values():
        table = validation.suite_name.removeprefix("gate__")
        yield from ((table, outcome) for outcome in validation.results)


def _checkpoint(context_folder: Path, address: str) -> Any:
    import great_expectations  # noqa: PLC0415  (takes seconds: only the process that runs the gate pays)

    context = great_expectations.get_context(
        mode="file", context_root_dir=context_folder, runtime_environment={"GATE_WAREHOUSE": address}
    )
    try:
        return context.checkpoints.get("gate").run()
    finally:
        context.data_sources.get("warehouse").get_engine().dispose()


def _address(settings: Settings, run_key: str) -> str:
    """The warehouse as role publisher; the parameters of the run are settings of the session, for the queries."""
    parameters = {
        "tracker.run_key": run_key,
        "tracker.freshness_warning_days": str(settings.freshness_warning_days),
        "tracker.freshness_critical_days": str(settings.freshness_critical_days),
    }
    options = " ".join(f"-c {name}={_option_value(value)}" for name, value in parameters.items())
    parts = urlsplit(role_url(settings, "publisher"))
    query = dict(parse_qsl(parts.query))
    query["options"] = " ".join(part for part in (query.get("options", ""), options) if part)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", query=urlencode(query, quote_via=quote)))


def _option_value(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _rows(outcome: Any) -> int | None:
    if outcome.expectation_config.type == "unexpected_rows_expectation":
        count = outcome.result.get("observed_value")
    else:
        count = outcome.result.get("unexpected_count")
    return count if isinstance(count, int) else None


def _raised(exception_info: dict[str, Any]) -> bool:
    """Great Expectations keeps one record of an exception, or one for each metric."""
    records: Sequence[Any] = [exception_info, *exception_info.values()]
    return any(isinstance(record, dict) and record.get("raised_exception") for record in records)


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing that Great Expectations says reaches a log: it quotes database errors, and those quote rows."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
