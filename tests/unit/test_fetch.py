"""`make reference-data`: what is taken from the pinned package, and what is refused; no network is used."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from live_tracker.errors import TrackerError
from live_tracker.reference_data import fetch


def test_the_pinned_source_is_recorded_beside_the_lists(project: Path) -> None:
    assert json.loads((project / "dags/live_tracker/reference_data/data/SOURCE.json").read_text()) == {
        "package": fetch.PACKAGE,
        "version": fetch.VERSION,
        "sha512": fetch.SHA512,
        "licence": "MIT",
    }


def test_the_pin_is_one_version_and_a_whole_digest() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", fetch.VERSION)
    assert len(base64.b64decode(fetch.SHA512, validate=True)) == 64


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def offence(cjs_code: str, **values: object) -> dict[str, object]:
    return {
        "cjsCode": cjs_code,
        "offenceTitle": "Title",
        "offenceCategory": "CE",
        "homeOfficeClassification": "008/11",
        "recordableOnPnc": True,
        **values,
    }


def archive(path: Path, offences: Sequence[object] | None, results: Sequence[object] = ()) -> None:
    """A package as the registry would send it; without a list of offences if there is none."""
    lists: dict[str, Any] = {"result-code.json": list(results)}
    if offences is not None:
        lists["offence-code.json"] = list(offences)
    with tarfile.open(path, "w:gz") as package:
        for name, rows in lists.items():
            content = json.dumps(rows).encode()
            member = tarfile.TarInfo(f"package/dist/data/{name}")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package that `npm pack` brings here, and its digest as the pinned one; no network is used."""
    package = tmp_path / "sent.tgz"
    target = tmp_path / "target"
    programs = tmp_path / "programs"
    for folder in (target, programs):
        folder.mkdir()
    (programs / "npm").write_text(f"#!/bin/sh\necho \"$@\" > '{tmp_path}/asked'\nexec cp '{package}' brought.tgz\n")
    (programs / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr(fetch, "FOLDER", target)
    send(monkeypatch, package, [offence("AA00001")])
    return package


def send(monkeypatch: pytest.MonkeyPatch, package: Path, offences: Iterable[object] | None) -> None:
    archive(
        package,
        None if offences is None else list(offences),
        [
            {"cjsCode": "1097", "description": "Referral Order", "type": "F"},
            {"cjsCode": "1002", "description": "Imprisonment", "type": "F"},
        ],
    )
    digest = hashlib.sha512(package.read_bytes()).digest()
    monkeypatch.setattr(fetch, "SHA512", base64.b64encode(digest).decode())


def test_fetch_writes_sorted_lists(registry: Path) -> None:
    fetch.main()
    assert [row["result_code"] for row in rows_of(fetch.FOLDER / "result_code.csv.gz")] == ["1002", "1097"]


def test_fetch_records_version_and_digest(registry: Path) -> None:
    fetch.main()
    source = json.loads((fetch.FOLDER / "SOURCE.json").read_text())
    assert (source["version"], source["sha512"]) == (fetch.VERSION, fetch.SHA512)


def test_fetch_asks_for_the_pinned_version(registry: Path) -> None:
    fetch.main()
    assert (registry.parent / "asked").read_text().split()[-1] == f"{fetch.PACKAGE}@{fetch.VERSION}"


def test_fetch_twice_writes_the_same_bytes(registry: Path) -> None:
    fetch.main()
    first = {path.name: path.read_bytes() for path in fetch.FOLDER.iterdir()}
    fetch.main()
    assert {path.name: path.read_bytes() for path in fetch.FOLDER.iterdir()} == first


@pytest.mark.parametrize("name", ["offence_code.csv.gz", "result_code.csv.gz"])
def test_fetch_packs_without_a_time_stamp(registry: Path, name: str) -> None:
    fetch.main()
    assert (fetch.FOLDER / name).read_bytes()[4:8] == bytes(4)


@pytest.mark.parametrize(
    ("values", "column", "expected"),
    [
        ({}, "is_recordable", "1"),
        ({"recordableOnPnc": False}, "is_recordable", "0"),
        *(({"offenceCategory": category}, "is_recordable", "0") for category in sorted(fetch.NEVER_RECORDABLE)),
        ({"offenceCategory": "CB"}, "is_recordable", "1"),
        ({"offenceTitle": " two\n  lines "}, "title", "two lines"),
    ],
)
def test_fetch_takes_an_offence_as_the_police_do(
    registry: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, object], column: str, expected: str
) -> None:
    send(monkeypatch, registry, [offence("AA00001", **values)])
    fetch.main()
    assert [row[column] for row in rows_of(fetch.FOLDER / "offence_code.csv.gz")] == [expected]


def fetch_refuses(words: str) -> None:
    with pytest.raises(TrackerError, match=words):
        fetch.main()
    assert list(fetch.FOLDER.iterdir()) == []


def test_fetch_refuses_another_digest(registry: Path) -> None:
    archive(registry, [offence("AA00002")])
    fetch_refuses("sha-512 differs")


def test_fetch_refuses_a_package_without_a_list(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(monkeypatch, registry, None)
    fetch_refuses(r"offence-code\.json is not in")


def test_fetch_says_that_nothing_came(registry: Path) -> None:
    registry.unlink()
    fetch_refuses("npm did not bring")


def test_fetch_says_that_npm_is_not_there(registry: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    fetch_refuses("npm is not there")
