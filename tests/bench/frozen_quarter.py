"""A frozen quarter after many more nights: made anew it is the same, the live figures differ, and the revision says why.

`python -m tests.bench.frozen_quarter` makes a sample, publishes and freezes its first night, lands the others in turn, and
prints what was frozen, what is live and what lies between. It ends with 1 if a hash or a sum is not as it should be.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from live_tracker import database
from live_tracker.home import postgres
from live_tracker.release.causes import CAUSES
from live_tracker.release.freeze import freeze
from live_tracker.settings import PROJECT, Settings
from live_tracker.terminal import console
from tests.deliver import fetch
from tests.night import run_night
from tests.sample_data.nights import LAST_NIGHT, write_sample

QUARTER = "2024Q4"
"""Closed on the first night, so that it moves only by what was not known then."""

Key = tuple[str, str, str]
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Shown:
    """The releases, their hashes, the counts of each cell (children, reoffenders, reoffences) and the live revision."""

    frozen: str
    live: str
    rebuilt: str
    hashes: dict[str, str]
    counts: dict[str, dict[Key, Counts]]
    revision: list[tuple[Any, ...]]
    """definition, cohort, yot, cause, members, children, reoffenders, reoffences"""
    happened: dict[str, int]

    @property
    def is_rebuilt(self) -> bool:
        return self.hashes[self.rebuilt] == self.hashes[self.frozen] != self.hashes[self.live]

    def off(self) -> list[Key]:
        """The cells, `all` among them, that frozen counts and revision do not add up to."""
        parts: dict[Key, list[Counts]] = defaultdict(list)
        for row in self.revision:
            parts[row[:3]].append(row[5:])
        frozen, live = self.counts[self.frozen], self.counts[self.live]
        none = (0, 0, 0)
        return sorted(
            key
            for key in frozen.keys() | live.keys()
            if tuple(map(sum, zip(frozen.get(key, none), *parts.get(key, []), strict=True))) != live.get(key, none)
        )


def show(
    settings: Settings,
    folder: Path,
    *,
    services: int,
    children: int,
    nights: int,
    every: int,
    tell: Callable[[str], object] = lambda _: None,
) -> Shown:
    """Freeze the first night of a sample; then `nights` more, one publication for each `every`; then the first anew."""
    sample, landed = folder / "sample", folder / "landed"
    write_sample(sample, services=services, children=children, nights=nights + 1, second_records=True)
    days = [LAST_NIGHT - dt.timedelta(days=ago) for ago in range(nights, -1, -1)]

    def publish(some: list[dt.date], **as_of: dt.date) -> str:
        for day in some:
            for delivery in (sample / "deliveries").glob(f"*/*/{day}*"):
                shutil.copytree(delivery, landed / delivery.relative_to(sample / "deliveries"))
        tell(f"release as of {as_of.get('as_of', (some or days)[-1])}")
        return run_night(settings, landed, PROJECT / "definitions", **as_of)

    frozen = publish(days[:1])
    freeze(settings, QUARTER, None, "the show", None)
    live = [publish(days[start : start + every]) for start in range(1, nights + 1, every)][-1]
    revision = fetch(settings, _REVISION)
    happened = {name: int(fetch(settings, query, days[0])[0][0]) for name, query in _HAPPENED.items()}
    rebuilt = publish([], as_of=days[0], known_as_of=days[0])
    counts = {
        release: {row[:3]: row[3:] for row in fetch(settings, _COUNTS, release)} for release in (frozen, live, rebuilt)
    }
    hashes = dict(fetch(settings, "SELECT release_id, candidate_hash FROM release.release"))
    return Shown(frozen, live, rebuilt, hashes, counts, revision, happened)


_COUNTS = """
SELECT definition, cohort, yot, children, reoffenders, reoffences FROM release.cohort_summary WHERE release_id = %s
"""

_REVISION = """
SELECT definition, cohort, yot, cause, members, children, reoffenders, reoffences
FROM release.revision
WHERE release_id = (SELECT release_id FROM release.pointer WHERE channel = 'live')
ORDER BY definition, cohort, yot, cause
"""

_OUTCOMES = "(TABLE raw.yot_outcome_version UNION ALL TABLE raw.pnc_disposal_version)"
_CASES = f"(TABLE raw.yot_offence_version UNION ALL TABLE raw.pnc_offence_version UNION ALL {_OUTCOMES})"
_HAPPENED = {
    "late outcomes": f"""
        SELECT count(*) FROM {_OUTCOMES} AS version
        WHERE known_from > %s AND NOT deleted AND NOT EXISTS (
            SELECT FROM {_OUTCOMES} AS earlier
            WHERE (earlier.source, earlier.key) = (version.source, version.key) AND earlier.known_from < version.known_from
        )
    """,
    "corrections of cases": f"""
        SELECT count(*) FROM {_CASES} AS version
        WHERE known_from > %s AND NOT deleted AND EXISTS (
            SELECT FROM {_CASES} AS earlier
            WHERE (earlier.source, earlier.key) = (version.source, version.key) AND earlier.known_to = version.known_from
        )
    """,
    "deletions of cases": f"SELECT count(*) FROM {_CASES} AS version WHERE known_from > %s AND deleted",
    "police ids merged": """
        SELECT count(DISTINCT record.pnc_id) FROM raw.pnc_nominal_version AS version
        INNER JOIN raw.pnc_nominal AS record USING (source, row_hash)
        WHERE version.known_from > %s AND NOT version.deleted AND record.merged_into <> ''
    """,
}
"""What the sources told after the first night, counted in raw."""

for _system, _name in (("cms", "child ids that came to be another person's"), ("pnc", "police ids that did")):
    _HAPPENED[_name] = f"""
        SELECT count(DISTINCT (link.source, link.source_id)) FROM identity.person_link AS link
        INNER JOIN identity.person_link AS earlier USING (source_system, source, source_id)
        WHERE link.known_from > %s AND earlier.known_to = link.known_from AND earlier.person_key <> link.person_key
            AND source_system = '{_system}'
    """


def main(
    services: Annotated[int, typer.Option(help="youth justice services")] = 2,
    children: Annotated[int, typer.Option(help="children of each")] = 300,
    nights: Annotated[int, typer.Option(help="nights after the freeze")] = 60,
    every: Annotated[int, typer.Option(help="a release for each so many nights")] = 15,
) -> None:
    """Show a frozen quarter after so many more nights."""
    told = console()
    told.print("making the sample; then a line for each release, the last of them the frozen one made anew")
    with told.status("at work"), tempfile.TemporaryDirectory(prefix="tracker-frozen-") as name:
        folder = Path(name)
        for parent in (folder, *folder.parents[:2]):
            parent.chmod(0o755)  # the server may run as another user than root
        settings = Settings(home=folder / "home")
        database.prepare(settings)
        try:
            shown = show(
                settings, folder, services=services, children=children, nights=nights, every=every, tell=told.print
            )
        finally:
            postgres.stop(settings)
    told.print(
        f"{nights} nights after the freeze: " + ", ".join(f"{count} {name}" for name, count in shown.happened.items())
    )
    told.print(_releases(shown), _figures(shown), _by_cause(shown))
    off = shown.off()
    told.print(f"cells where frozen and revision do not add up to live: {len(off)} of {len(shown.counts[shown.live])}")
    raise typer.Exit(0 if shown.is_rebuilt and not off else 1)


def _releases(shown: Shown) -> Table:
    table = Table("release", "", "candidate hash", title="The frozen release made anew")
    for name, release in (("frozen", shown.frozen), ("made anew", shown.rebuilt), ("live", shown.live)):
        table.add_row(release, name, shown.hashes[release][:32])
    return table


def _figures(shown: Shown) -> Table:
    table = Table(title=f"{QUARTER}: children / reoffenders / reoffences")
    for column in ("definition", "service", "frozen", "made anew", "live", "why"):
        table.add_column(column)
    none = (0, 0, 0)
    keys = {key for release in (shown.frozen, shown.live) for key in shown.counts[release] if key[1] == QUARTER}
    for key in sorted(keys):
        why = [f"{_signed(row[5:])} {row[3]} ({row[4]})" for row in shown.revision if row[:3] == key]
        counts = (shown.counts[release].get(key, none) for release in (shown.frozen, shown.rebuilt, shown.live))
        table.add_row(key[0], key[2], *(" / ".join(map(str, one)) for one in counts), "\n".join(why))
    return table


def _by_cause(shown: Shown) -> Table:
    table = Table(title="All definitions and cohorts of the frozen release, service by service, added up")
    table.add_column("")
    for column in ("members", "children", "reoffenders", "reoffences"):
        table.add_column(column, justify="right")
    rows = [row for row in shown.revision if row[2] != "all"]
    for cause in CAUSES:
        of_cause = [row[4:] for row in rows if row[3] == cause]
        if of_cause:
            members, *moved = map(sum, zip(*of_cause, strict=True))
            table.add_row(cause, str(members), *(f"{count:+d}" for count in moved))
    table.add_section()
    frozen, live = (
        [sum(counts[place] for key, counts in shown.counts[release].items() if key[2] != "all") for place in range(3)]
        for release in (shown.frozen, shown.live)
    )
    table.add_row("live less frozen", "", *(f"{after - before:+d}" for before, after in zip(frozen, live, strict=True)))
    return table


def _signed(counts: Counts) -> str:
    return " / ".join(f"{count:+d}" for count in counts)


if __name__ == "__main__":
    typer.run(main)
