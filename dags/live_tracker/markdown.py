"""Markdown of the pages that are written from what they tell of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its last line end included."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"|{'|'.join(_cell(cell) for cell in line)}|\n" for line in lines)


def anchor(heading: str) -> str:
    """What a code host calls a heading in a link to it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return text if text == "---" else f" {text.replace('|', chr(92) + '|')} "
