"""A manifest made by the receiver: what it says, which sequence it takes, and when it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from live_tracker.deliveries.receiver import make_manifest
from live_tracker.errors import TrackerError
from live_tracker.settings import Settings
from tests.deliver import child, fetch_as, land_all, write_delivery


def unsigned(root: Path, day: str, revision: int = 0) -> Path:
    """A delivery whose sender wrote no manifest, still for an hour."""
    folder = write_delivery(root, "yot", "northborough", day, 1, {"child": [child("c1")]}, revision=revision)
    (folder / "manifest.json").unlink()
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def sequence_of(manifest: Path) -> int:
    return int(json.loads(manifest.read_text())["sequence"])


def test_what_it_describes_is_loaded_and_called_unconfirmed(warehouse: Settings, tmp_path: Path) -> None:
    make_manifest(unsigned(tmp_path, "2024-01-01"))
    assert land_all(warehouse, tmp_path)["yot/northborough"].loaded == ["2024-01-01"]
    query = "SELECT sequence, revision, kind, is_confirmed FROM ops.delivery"
    assert fetch_as(warehouse, "auditor", query) == [(1, 0, "full", False)]


def test_sequences_follow_the_extracts_before(tmp_path: Path) -> None:
    assert sequence_of(make_manifest(unsigned(tmp_path, "2024-01-01"), sequence=7)) == 7
    assert sequence_of(make_manifest(unsigned(tmp_path, "2024-01-03"))) == 8


def test_a_revision_has_the_sequence_of_what_it_corrects(tmp_path: Path) -> None:
    make_manifest(unsigned(tmp_path, "2024-01-01"), sequence=7)
    made = json.loads(make_manifest(unsigned(tmp_path, "2024-01-01", revision=2)).read_text())
    assert (made["sequence"], made["revision"]) == (7, 2)


def test_no_room_between_two_extracts_is_said(tmp_path: Path) -> None:
    make_manifest(unsigned(tmp_path, "2024-01-01"), sequence=1)
    make_manifest(unsigned(tmp_path, "2024-01-03"), sequence=2)
    with pytest.raises(TrackerError, match="later extract"):
        make_manifest(unsigned(tmp_path, "2024-01-02"))


def test_a_file_that_may_still_be_written_is_left_alone(tmp_path: Path) -> None:
    folder = unsigned(tmp_path, "2024-01-01")
    (folder / "child.csv").touch()
    with pytest.raises(TrackerError, match="within the last 60 s"):
        make_manifest(folder)
    assert not (folder / "manifest.json").exists()


def test_the_manifest_of_a_sender_is_left_alone(tmp_path: Path) -> None:
    folder = write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, {"child": [child("c1")]})
    with pytest.raises(TrackerError, match="a manifest already"):
        make_manifest(folder)


def test_a_manifest_made_before_is_called_what_it_is(tmp_path: Path) -> None:
    folder = unsigned(tmp_path, "2024-01-01")
    make_manifest(folder)
    with pytest.raises(TrackerError, match="`make manifest` wrote the manifest of this delivery before") as caught:
        make_manifest(folder)
    assert "sender" not in str(caught.value)


@pytest.mark.parametrize("content", ["not JSON", "[]", "{}"])
def test_a_manifest_that_is_not_ours_is_the_senders(tmp_path: Path, content: str) -> None:
    folder = unsigned(tmp_path, "2024-01-01")
    (folder / "manifest.json").write_text(content)
    with pytest.raises(TrackerError, match="the sender wrote it"):
        make_manifest(folder)


def test_a_folder_that_is_no_delivery_is_said(tmp_path: Path) -> None:
    (tmp_path / "child.csv").write_text("child_id\n")
    with pytest.raises(TrackerError, match="<feed>/<source>/<extract_date>"):
        make_manifest(tmp_path)
