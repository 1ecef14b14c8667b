"""Renew the national code lists from their pinned source: `make reference-data`. `make run` needs none of this.

Source: the standing data of the Bichard 7 system (Ministry of Justice), an npm package under the MIT licence.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from live_tracker.errors import TrackerError

PACKAGE = "@moj-bichard7-developers/bichard7-next-data"
VERSION = "2.0.414"
SHA512 = "ydp2Oz2re1eXgFboNQQeO8i26SrEWMseFXOBnokKSUmdh+nHAD98J6RNaokMsZV4yZOBLVBwzl5lQKX0KXp3vA=="
LICENCE = "MIT"
FOLDER = Path(__file__).parent / "data"

NEVER_RECORDABLE = frozenset(
    ["B7", "EF", "EM", "EX", "FC", "FL", "FO", "FP", "FV", "LB", "LC", "LG", "LL", "LM", "VA", "VP"]
)
"""Offence categories that the police systems ignore, whatever the flag says."""


def main() -> None:
    """Fetch, check the digest, write the compressed lists and what they are."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _fetch(Path(folder))
        offences = _read(archive, "offence-code.json")
        results = _read(archive, "result-code.json")
    _write(
        "offence_code.csv.gz",
        ("cjs_code", "title", "category", "home_office_class", "is_recordable"),
        sorted(_offence(row) for row in offences),
    )
    _write(
        "result_code.csv.gz",
        ("result_code", "title", "result_type"),
        sorted((row["cjsCode"], row["description"], row["type"]) for row in results),
    )
    described = {"package": PACKAGE, "version": VERSION, "sha512": SHA512, "licence": LICENCE}
    (FOLDER / "SOURCE.json").write_text(json.dumps(described, indent=2) + "\n")
    print(f"{len(offences)} offence codes and {len(results)} result codes of {PACKAGE} {VERSION} written to {FOLDER}")


def _offence(row: dict[str, Any]) -> tuple[str, ...]:
    is_recordable = bool(row["recordableOnPnc"]) and row["offenceCategory"] not in NEVER_RECORDABLE
    return (
        row["cjsCode"],
        " ".join(row["offenceTitle"].split()),
        row["offenceCategory"],
        row["homeOfficeClassification"],
        str(int(is_recordable)),
    )


def _fetch(folder: Path) -> Path:
    if shutil.which("npm") is None:
        raise TrackerError("npm is not there", do="install it (Debian: apt-get install npm) and run this again")
    result = subprocess.run(
        ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, capture_output=True, text=True, check=False
    )
    archives = list(folder.glob("*.tgz"))
    if result.returncode != 0 or len(archives) != 1:
        raise TrackerError(f"npm did not bring {PACKAGE} {VERSION}", do="check that this machine reaches its registry")
    digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if digest != SHA512:
        raise TrackerError(
            f"{PACKAGE} {VERSION} is not what it was: its sha-512 differs from the pinned one",
            do="do not use it; find out what changed before pinning anything else",
        )
    return archives[0]


def _read(archive: Path, name: str) -> list[dict[str, Any]]:
    with tarfile.open(archive) as package:
        path = f"package/dist/data/{name}"
        member = package.extractfile(path) if path in package.getnames() else None
        if member is None:
            raise TrackerError(f"{name} is not in {PACKAGE} {VERSION}")
        rows: list[dict[str, Any]] = json.loads(member.read())
        return rows


def _write(name: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # no time stamp, so that the same lists are the same bytes
    (FOLDER / name).write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


if __name__ == "__main__":
    try:
        main()
    except TrackerError as error:
        sys.exit(str(error))
