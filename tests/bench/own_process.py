"""What a piece of work takes of memory: it runs in a process of its own, watched together with the database server.

Linux alone tells how much of a process's memory is its own.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import psutil

from live_tracker.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")
_INTERVAL = 0.2


@dataclass
class Peak:
    """Megabytes: the largest sum seen. Memory that processes share counts once, in parts (PSS)."""

    megabytes: float = 0.0


def in_own_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns, called in a fresh process, which takes its memory with it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


@contextmanager
def peak_of_children(server: Settings | None = None) -> Iterator[Peak]:
    """Watch what this process starts within the block, and the server of that home, five times a second."""
    peak, is_over = Peak(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_INTERVAL):
            peak.megabytes = max(peak.megabytes, sum(map(_megabytes, _watched(server))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()


def _watched(server: Settings | None) -> list[psutil.Process]:
    watched = psutil.Process().children(recursive=True)
    if server is not None:
        lines = (server.home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
        postmaster = psutil.Process(int(lines[0]))
        watched += [postmaster, *postmaster.children(recursive=True)]
    return watched


def _megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 1e6
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0.0
