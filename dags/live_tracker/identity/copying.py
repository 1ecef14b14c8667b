"""Rows into a table by COPY."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from psycopg2.extensions import cursor as Cursor

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table; None is null, everything else goes as its text."""
    text = io.StringIO()
    for row in rows:
        text.write("\t".join("\\N" if value is None else str(value).translate(_ESCAPED) for value in row) + "\n")
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)
