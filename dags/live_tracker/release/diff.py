"""What changed from one release to another, in counts, each member's change under one cause: the parts add up."""

from __future__ import annotations

from typing import NamedTuple

from live_tracker.database import Connection, connect
from live_tracker.errors import TrackerError
from live_tracker.release.causes import CELLS, CHANGES
from live_tracker.release.copying import as_owner
from live_tracker.release.publish import Channel, current_release
from live_tracker.settings import Settings


class Change(NamedTuple):
    """How many members of a cell changed by a cause, and by how much that moves its counts."""

    definition: str
    cohort: str
    yot: str
    cause: str
    members: int
    children: int
    reoffenders: int
    reoffences: int


class Cell(NamedTuple):
    """A cell of the summary in the first release and in the second: children, reoffenders, reoffences."""

    definition: str
    cohort: str
    yot: str
    before: tuple[int, int, int]
    after: tuple[int, int, int]


class Diff(NamedTuple):
    """Two releases, the cells that differ and why; `is_backwards` if the second knows less than the first."""

    first: str
    second: str
    cells: list[Cell]
    changes: list[Change]
    is_backwards: bool


def diff(settings: Settings, first: str, second: str, cohort: str | None, definition: str | None) -> Diff:
    """Compare two releases; `live` and `board` name those that readers see now.

    Raises TrackerError if there is no such release.
    """
    with connect(settings, "migrator") as connection:
        one, other = (_named(connection, name) for name in (first, second))
        if one == other:
            return Diff(one, other, [], [], is_backwards=False)
        chosen = {"first": one, "second": other, "cohort": cohort, "definition": definition}
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(f"{CELLS} ORDER BY definition, cohort, yot", chosen)
            cells = [Cell(row[0], row[1], row[2], row[3:6], row[6:9]) for row in cursor.fetchall()]
            cursor.execute(f"{CHANGES} ORDER BY definition, cohort, yot, cause", chosen)
            changes = [Change(*row) for row in cursor.fetchall()]
            cursor.execute(_IS_BACKWARDS, chosen)
            [(is_backwards,)] = cursor.fetchall()
    return Diff(one, other, [cell for cell in cells if cell.before != cell.after], changes, is_backwards)


def _named(connection: Connection, name: str) -> str:
    channel: Channel | None = "live" if name == "live" else "board" if name == "board" else None
    release_id = current_release(connection, channel) if channel else name
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM release.release WHERE release_id = %s", (release_id,))
        if release_id is None or cursor.fetchone() is None:
            raise TrackerError(
                f"there is no release {release_id or 'yet'}", "release.release", "`make status` names the current one"
            )
    return release_id


_IS_BACKWARDS = """
SELECT second.known_as_of < first.known_as_of
FROM release.release AS first
CROSS JOIN release.release AS second
WHERE first.release_id = %(first)s AND second.release_id = %(second)s
"""
