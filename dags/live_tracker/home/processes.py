"""Long-running processes of a home: each in a session of its own, found again by what was written down at its start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

GRACE_SECONDS = 20


@dataclass(frozen=True)
class Service:
    """A process to keep running: its name, where its pid is noted and its output goes."""

    name: str
    folder: Path

    @property
    def record(self) -> Path:
        return self.folder / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"


@dataclass(frozen=True)
class _Record:
    """A pid is used again after a while: only together with the time of its start does it name one process."""

    pid: int
    started: float


def start(service: Service, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Start the service unless it runs; what a dead one left behind in its session is ended first."""
    if is_running(service):
        return
    _end_session(service)
    service.folder.mkdir(parents=True, exist_ok=True)
    with service.log.open("ab") as log:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
    record = _Record(process.pid, psutil.Process(process.pid).create_time())
    draft = service.record.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(record)))
    draft.replace(service.record)


def is_running(service: Service) -> bool:
    """Whether the very process that was started is alive; a zombie is not."""
    record = _read(service)
    return record is not None and _is_alive(record)


def stop(services: Sequence[Service]) -> None:
    """Ask all to end, wait for them, then end what is left of their sessions. Other processes are never touched."""
    leaders = [record for record in map(_read, services) if record is not None and _is_alive(record)]
    for leader in leaders:
        with suppress(ProcessLookupError):
            os.kill(leader.pid, signal.SIGTERM)
    psutil.wait_procs([process for leader in leaders if (process := _process(leader))], timeout=GRACE_SECONDS)
    for service in services:
        _end_session(service)
        service.record.unlink(missing_ok=True)


def _end_session(service: Service) -> None:
    """End every process of the session that the recorded leader opened.

    A pid is not given out again while a session of that number has members, so a process of that session which is
    younger than the leader is one of ours, even if the leader is gone.
    """
    record = _read(service)
    if record is None:
        return
    left = [process for process in psutil.process_iter() if _belongs_to(process, record)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=GRACE_SECONDS)


def _belongs_to(process: psutil.Process, leader: _Record) -> bool:
    try:
        if os.getsid(process.pid) != leader.pid or process.create_time() < leader.started:
            return False
        return bool(process.pid != leader.pid or process.create_time() == leader.started)
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False


def _read(service: Service) -> _Record | None:
    try:
        return _Record(**json.loads(service.record.read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def _is_alive(record: _Record) -> bool:
    process = _process(record)
    with suppress(psutil.NoSuchProcess):
        return process is not None and process.status() != psutil.STATUS_ZOMBIE
    return False


def _process(record: _Record) -> psutil.Process | None:
    try:
        process = psutil.Process(record.pid)
        return process if process.create_time() == record.started else None
    except psutil.NoSuchProcess:
        return None
