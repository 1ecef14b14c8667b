"""Landing: the bytes of a delivery as received, copied while they are hashed, so that what is parsed is what was checked."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from live_tracker.deliveries.manifest import DeliveredFile, Manifest, Refused
from live_tracker.settings import Settings

CHUNK_BYTES = 1 << 20


def land(settings: Settings, folder: Path, manifest: Manifest) -> Path:
    """Copy the delivery's files into the home's landing folder; returns where they are. Refused if a byte is wrong."""
    landed = settings.landing_folder / manifest.feed.name / manifest.source / manifest.delivery_id
    landed.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        for file in manifest.files:
            _copy(folder / file.name, landed / file.name, file)
    except BaseException:
        shutil.rmtree(landed, ignore_errors=True)
        raise
    return landed


def forget(settings: Settings, feed: str, source: str) -> None:
    """Remove the copies of a source's deliveries: what is loaded stands in raw, and nothing reads them again."""
    folder = settings.landing_folder / feed / source
    if folder.exists():
        shutil.rmtree(folder)


def _copy(received: Path, copy: Path, file: DeliveredFile) -> None:
    table = file.table.name
    if received.is_symlink() or not received.is_file():
        raise Refused("missing_file", f"{file.name} is not there as a plain file", table)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with received.open("rb") as source, os.fdopen(descriptor, "wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > file.bytes:
                break
            digest.update(chunk)
            target.write(chunk)
    if size != file.bytes:
        raise Refused("size", f"{file.name} has not the {file.bytes} bytes of the manifest", table)
    if digest.hexdigest() != file.sha256:
        raise Refused("checksum", f"the sha-256 of {file.name} is not that of the manifest", table)
