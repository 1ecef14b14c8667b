"""Secrets of a home: made at first use, 0600, and never shown."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from live_tracker.settings import Settings


def secret(settings: Settings, name: str) -> str:
    """The secret of that name, made (256 bits) if it is not there yet. Two processes get the same one."""
    folder = settings.secrets_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    path = folder / name
    try:
        return _read(path)
    except FileNotFoundError:
        draft = folder / f".{name}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return _read(path)


def _read(path: Path) -> str:
    return path.read_text().strip()
