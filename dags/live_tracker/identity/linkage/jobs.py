"""The work of the commands: files in, links or a model out, progress on the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from live_tracker import terminal
from live_tracker.errors import TrackerError
from live_tracker.identity.linkage import training
from live_tracker.identity.linkage.files import read_files
from live_tracker.identity.linkage.model import Model, read_model, shipped_model
from live_tracker.identity.linkage.pairs import link
from live_tracker.identity.linkage.training import changes, fitted
from live_tracker.terminal import say

OUT_COLUMNS = ("child_id", "pnc_id", "match_weight", "decision")
_REASONS = {
    "date_of_birth": "dob_reason",
    "postcode": "postcode_reason",
    "pnc_id": "pnc_id_reason",
    "cro_no": "cro_reason",
}


def link_files(
    children: Path,
    nominals: Path,
    out: Path,
    known_on: dt.date | None,
    model: Path | None,
    *,
    ignore_ids: bool,
    frozen: bool,
) -> None:
    """Write the links of two files, those to join and those to look at, in the order of the keys."""
    _check_can_be_written(out)
    console = terminal.console()
    with console.status("reading") as status:
        used = _model(model)
        left, right = read_files(children, nominals, known_on, ignore_ids=ignore_ids)
        if not frozen:
            used = fitted(left, right, used, status.update)
        pairs = link(left, right, used, status.update)
    kept = pairs[pairs["decision"] != "reject"]
    rows = kept[["left_key", "right_key", "match_weight", "decision"]].set_axis(OUT_COLUMNS, axis=1)
    with _written(out):
        rows.round({"match_weight": 4}).to_csv(out, index=False, lineterminator="\n")
    joined, reviewed = (int(rows["decision"].eq(decision).sum()) for decision in ("join", "review"))
    say(console, f"{len(left):,} children, {len(right):,} nominals, model {used.version}")
    for file, records in ((children, left), (nominals, right)):
        if unread := _unread(records):
            say(console, f"values of {file.name} that could not be read and say nothing: {unread}")
    say(console, f"{len(pairs) - len(kept):,} pairs that looked alike were rejected and are left out")
    say(console, f"{joined:,} pairs join, {reviewed:,} are for review: {out}")


def _unread(records: pd.DataFrame) -> str:
    """How many values of a column were given and are none, and why, as far as cleaning says."""
    counts = (
        (column, reason, count)
        for column, reasons in _REASONS.items()
        for reason, count in records[reasons].dropna().value_counts().sort_index().items()
    )
    return ", ".join(f"{column} {count:,} ({reason})" for column, reason, count in counts)


def train(
    children: Path, nominals: Path, out: Path, known_on: dt.date | None, model: Path | None, *, version: str, note: str
) -> None:
    """Write a model trained on two files, and print what it changes."""
    _check_can_be_written(out)
    console = terminal.console()
    with console.status("reading") as status:
        before = _model(model)
        left, right = read_files(children, nominals, known_on)
        notes = before.notes | {
            "records": note or "not described",
            "size": f"{len(left)} children, {len(right)} nominals",
            "before": before.version,
        }
        trained = training.train(left, right, version, before, notes, told=status.update)
    with _written(out):
        trained.write(out)
    _print_changes(before, trained)
    say(console, f"model {version}: {out}")


def _print_changes(before: Model, after: Model) -> None:
    console = terminal.console()
    terminal.print_table(
        console,
        "What each level says, in bits",
        ("comparison", "level", f"model {before.version}", f"model {after.version}", "change"),
        [
            (one.comparison, one.level, f"{one.before:.2f}", f"{one.after:.2f}", f"{one.after - one.before:+.2f}")
            for one in changes(before, after)
        ],
        numbers=frozenset({2, 3, 4}),
    )
    terminal.print_table(
        console,
        "The rest",
        ("", f"model {before.version}", f"model {after.version}"),
        [
            ("pairs of which one is one person", *(f"{1 / one.prior:,.0f}" for one in (before, after))),
            *(
                (
                    f"{column}s whose frequency is known",
                    *(f"{len(one.frequencies[column]):,}" for one in (before, after)),
                )
                for column in after.frequencies
            ),
            *((f"{band} from", *(f"{one.thresholds[band]:g}" for one in (before, after))) for band in after.thresholds),
        ],
        numbers=frozenset({1, 2}),
    )


def _model(path: Path | None) -> Model:
    return read_model(path) if path else shipped_model()


def _check_can_be_written(out: Path) -> None:
    """Before the work, not after it."""
    if out.is_dir() or not out.parent.is_dir():
        raise TrackerError("there is no place to write to", str(out), "name a file in a folder that exists")


@contextmanager
def _written(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrackerError(f"the file cannot be written: {error.strerror}", str(out)) from None
