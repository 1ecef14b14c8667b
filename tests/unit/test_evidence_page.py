"""The page of evidence says what the command prints today."""

from __future__ import annotations

from live_tracker.manual.evidence_page import PAGE, page


def test_the_page_is_as_the_command_prints_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: make docs"


def test_it_has_a_link_two_people_and_a_pair_for_review() -> None:
    verdicts = [line.partition(" bits: ")[2] for line in page().splitlines() if line[:1].isdigit()]
    assert [verdict.partition(":")[0].partition(",")[0] for verdict in verdicts] == [
        "one person",
        "two people",
        "for review",
    ]
