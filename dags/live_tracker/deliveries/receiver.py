"""A manifest made by the receiver, for a sender that cannot write one. A release then says: counts unconfirmed."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Literal, NoReturn

from live_tracker.deliveries.contract import FEEDS
from live_tracker.deliveries.manifest import NAME
from live_tracker.errors import TrackerError


def make_manifest(
    folder: Path,
    *,
    sequence: int | None = None,
    kind: Literal["full", "delta"] = "full",
    encoding: Literal["utf-8", "windows-1252"] = "utf-8",
    still_for_seconds: int = 60,
) -> Path:
    """Write manifest.json into `<feed>/<source>/<extract_date>[.r<revision>]/` as its sender would have.

    Without `sequence`, the one that follows the extracts of the source before this one; of a revision, its first's.

    Raises TrackerError if there is one already, or if a file changed within `still_for_seconds`: it may still be
    on its way.
    """
    folder = folder.resolve()
    feed, source = folder.parent.parent.name, folder.parent.name
    day, _, revision = folder.name.partition(".r")
    if feed not in FEEDS:
        raise TrackerError("the folder is not <feed>/<source>/<extract_date>", str(folder), "move the files there")
    if (folder / NAME).exists():
        _refuse_to_replace(folder / NAME)
    files = sorted(path for path in folder.iterdir() if path.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise TrackerError("there are no CSV files", str(folder), "check the folder")
    newest = max(path.stat().st_mtime for path in files)
    if time.time() - newest < still_for_seconds:
        raise TrackerError(
            f"a file changed within the last {still_for_seconds} s", str(folder), "wait until the sender has finished"
        )
    manifest = {
        "contract": FEEDS[feed].contract,
        "source": source,
        "extract_date": day,
        "sequence": _next_sequence(folder) if sequence is None else sequence,
        "revision": int(revision or 0),
        "kind": kind,
        "produced_at": dt.datetime.fromtimestamp(newest, dt.UTC).isoformat(timespec="seconds"),
        "encoding": encoding,
        "made_by": "receiver",
        "files": [_described(path, encoding) for path in files],
    }
    draft = folder / f".{NAME}"
    draft.write_text(json.dumps(manifest, indent=2) + "\n")
    os.replace(draft, folder / NAME)
    return folder / NAME


def _refuse_to_replace(manifest: Path) -> NoReturn:
    try:
        is_ours = json.loads(manifest.read_text()).get("made_by") == "receiver"
    except (ValueError, AttributeError):
        is_ours = False
    if is_ours:
        raise TrackerError(
            "`make manifest` wrote the manifest of this delivery before",
            str(manifest),
            "leave it; if the files have changed since and the delivery is not loaded yet, delete it and write it anew",
        )
    raise TrackerError("there is a manifest already", str(manifest), "leave it: the sender wrote it")


def _next_sequence(folder: Path) -> int:
    """What the other deliveries of the source leave for this one. Raises TrackerError if they leave nothing."""
    day, _, revision = folder.name.partition(".r")
    taken = {
        other.parent.name.partition(".r")[0]: int(json.loads(other.read_text())["sequence"])
        for other in folder.parent.glob(f"*/{NAME}")
    }
    if day in taken:
        if revision:
            return taken[day]
        raise TrackerError(f"there is a delivery of {day} already", str(folder), "a corrected one stands in <date>.r1")
    before = max((number for other, number in taken.items() if other < day), default=0)
    after = min((number for other, number in taken.items() if other > day), default=before + 2)
    if after <= before + 1:
        raise TrackerError("a later extract has the next sequence already", str(folder), "give its own: SEQUENCE=<n>")
    return before + 1


def _described(path: Path, encoding: str) -> dict[str, str | int]:
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    lines = text.decode("utf-8-sig" if encoding == "utf-8" else "cp1252", errors="replace").splitlines(keepends=True)
    rows = sum(1 for record in csv.reader(lines) if record) - 1
    return {"name": path.name, "rows": rows, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
