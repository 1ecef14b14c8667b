"""The page of evidence: a link, two people and a pair for review, as `.venv/bin/tracker review show` prints them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from rich.console import Console

from live_tracker.identity.faces import ARREST, COURT_DAY, Face
from live_tracker.identity.histories import Texts
from live_tracker.identity.linkage.model import shipped_model
from live_tracker.identity.review.evidence import evidence_of, print_evidence
from live_tracker.manual.pages import WRITTEN
from live_tracker.settings import PROJECT

PAGE = PROJECT / "docs/generated/linkage/evidence.md"
WIDTH = 120

_KNOWN_ON = dt.date(2026, 11, 21)
_CHILD = Texts("Sam", None, "O'Connor", None, "2010-04-07", "M", "WV1 4AB", None, None)
_TOGETHER = ((COURT_DAY, "2026-03-09"),)

_CASES = (
    (
        "A link",
        "No id in the case record, a nickname, day and month exchanged by one of the two, and one arrest in both.",
        Face(("cms", "northborough", "C0001"), _KNOWN_ON, _CHILD, (*_TOGETHER, (ARREST, "2620010000000000123N"))),
        Face(
            ("pnc", "20", "2024/0000001L"),
            _KNOWN_ON,
            Texts("SAMUEL", None, "OCONNOR", None, "2010-07-04", "M", None, "2024/0000001L", None),
            (*_TOGETHER, (ARREST, "2620010000000000123N")),
        ),
    ),
    (
        "Two people",
        "Brothers who were in court together: surname, house, court day and year of birth agree, and they are two.",
        Face(("cms", "northborough", "C0001"), _KNOWN_ON, _CHILD, _TOGETHER),
        Face(
            ("pnc", "20", "2024/0000002M"),
            _KNOWN_ON,
            Texts("DECLAN", None, "O'CONNOR", None, "2010-04-07", "M", "WV1 4AB", "2024/0000002M", None),
            _TOGETHER,
        ),
    ),
    (
        "A pair for review",
        "Both names agree; the house is another in the same area, and of the date of birth only year and month agree.",
        Face(("cms", "northborough", "C0001"), _KNOWN_ON, _CHILD._replace(forename="Samuel"), ()),
        Face(
            ("pnc", "20", "2024/0000003N"),
            _KNOWN_ON,
            Texts("SAMUEL", None, "O'CONNOR", None, "2010-04-21", "M", "WV1 9ZZ", "2024/0000003N", None),
            (),
        ),
    ),
)


def page() -> str:
    """The page; the children are made up."""
    text = [
        WRITTEN,
        "# Evidence\n\nWhat `.venv/bin/tracker review show` prints of three pairs of records. The children are made up. Why it is"
        " weighed so: [decision 10](../../decisions/0010-linkage.md).\n",
    ]
    for title, words, left, right in _CASES:
        console = Console(file=io.StringIO(), width=WIDTH)
        names = (f"{left.record[1]}/{left.record[2]}", f"police {right.record[1]}/{right.record[2]}")
        print_evidence(console, evidence_of(left, right, shipped_model()), names)
        printed = "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())  # type: ignore[attr-defined]
        text.append(f"\n## {title}\n{words}\n\n```\n{printed}\n```\n")
    return "".join(text)


def write(path: Path = PAGE) -> None:
    """Write the page anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")
