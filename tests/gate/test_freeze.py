"""A frozen quarter: the board's figures are those of one release, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live_tracker.errors import TrackerError
from live_tracker.release.freeze import freeze

if TYPE_CHECKING:
    from tests.gate.conftest import Night

BOARD = "SELECT release_id FROM release.pointer WHERE channel = 'board'"


def test_the_board_sees_the_newest_quarter_that_is_frozen(night: Night) -> None:
    first = night.release()
    second = night.another_run("second").release()
    third = night.another_run("third").release()
    assert night.rows(BOARD) == [(first,)]
    assert freeze(night.settings, "2023Q1", None, "a tester", "for the meeting") == third
    assert night.rows(BOARD) == [(third,)]
    assert freeze(night.settings, "2022Q4", second, "a tester", None) == second
    assert night.rows(BOARD) == [(third,)]
    assert night.rows("SELECT quarter, release_id, frozen_by, note FROM release.frozen_quarter ORDER BY quarter") == [
        ("2022Q4", second, "a tester", None),
        ("2023Q1", third, "a tester", "for the meeting"),
    ]


def test_a_quarter_is_frozen_once(night: Night) -> None:
    first = night.release()
    for _ in range(2):
        assert freeze(night.settings, "2023Q1", first, "a tester", None) == first
    second = night.another_run("second").release()
    with pytest.raises(TrackerError, match=r"2023Q1 is frozen already, as of release 2024-06-25\.1"):
        freeze(night.settings, "2023Q1", second, "a tester", None)
    with pytest.raises(TrackerError, match="is frozen already"):
        freeze(night.settings, "2023Q1", first, "somebody else", None)
    assert night.rows(BOARD) == [(first,)]


@pytest.mark.parametrize(
    ("quarter", "release", "complaint"),
    [
        ("2023-Q1", None, "is no quarter"),
        ("2023Q5", None, "is no quarter"),
        ("2031Q1", None, "has no cohort 2031Q1"),
        ("2023Q1", "2024-06-25.9", "there is no release 2024-06-25.9"),
    ],
)
def test_what_cannot_be_frozen_is_said(night: Night, quarter: str, release: str | None, complaint: str) -> None:
    night.release()
    with pytest.raises(TrackerError, match=complaint):
        freeze(night.settings, quarter, release, "a tester", None)
    assert night.rows("SELECT count(*) FROM release.frozen_quarter") == [(0,)]


def test_before_there_is_a_release_nothing_can_be_frozen(night: Night) -> None:
    with pytest.raises(TrackerError, match="there is no release yet"):
        freeze(night.settings, "2023Q1", None, "a tester", None)
