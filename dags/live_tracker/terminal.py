"""The console that every command prints to, and how it prints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 160


def console() -> Console:
    """As wide as the terminal, or wide enough for every table where the output is not one."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)


def say(console: Console, text: str) -> None:
    """A line as it is: unbroken, without colours or markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def print_table(
    console: Console,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    numbers: frozenset[int] = frozenset(),
    *,
    folds: bool = False,
) -> None:
    """A table; the columns at the places `numbers` are set to the right, and None is left empty.

    Where the console is too narrow a cell is cut off, or, with `folds`, goes on in the next line.
    """
    table = Table(title=title, title_justify="left")
    for index, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if index in numbers else "left"
        table.add_column(heading, justify=justify, no_wrap=not folds, overflow="fold" if folds else "ellipsis")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
