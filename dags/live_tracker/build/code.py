"""The version of the code that makes the figures: a hash over its sources, so that a release can name it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from live_tracker.settings import PROJECT

_SOURCES = {
    "sql": {".sql"},
    "dags/live_tracker": {".py"},
    "dags/live_tracker/identity/linkage": {".csv", ".json"},
    "dbt_project": {".sql", ".yml", ".csv"},
    "expectations": {".json", ".yml"},
}
_MADE_BY_RUNNING = {"target", "logs", "dbt_packages", "uncommitted", "__pycache__"}


def code_version(project: Path = PROJECT, linkage_model: Path | None = None) -> str:
    """64 hex digits over path and content of every source that can move a figure, the locked packages among them.

    The same checkout gives the same version on every machine; DAG files, docs and tests do not count. A home's own
    linkage model does, wherever it lies.
    """
    digest = files_digest(project, _files(project))
    if linkage_model is not None:
        digest.update(linkage_model.read_bytes())
    return digest.hexdigest()


def files_digest(folder: Path, paths: Iterable[Path]) -> hashlib._Hash:
    """sha-256 over name and content of files under a folder, whatever the order in which they are given."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix().encode()):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        digest.update(b"%d %d\n" % (len(name), len(content)) + name + content)
    return digest


def _files(project: Path) -> Iterator[Path]:
    lock = project / "requirements.lock"
    if lock.exists():
        yield lock
    for folder, suffixes in _SOURCES.items():
        for path in (project / folder).rglob("*"):
            parts = path.relative_to(project).parts
            if path.suffix in suffixes and path.is_file() and not _MADE_BY_RUNNING.intersection(parts):
                yield path
