"""The console that every command prints to."""

from __future__ import annotations

import sys

from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 160


def console() -> Console:
    """As wide as the terminal, or wide enough for every table where the output is not one."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
