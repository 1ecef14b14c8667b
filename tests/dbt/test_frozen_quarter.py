"""A frozen quarter and sixty more nights of a sample: made anew it is the same, and the revision adds up to what is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker.release.diff import diff
from live_tracker.settings import Settings
from tests.bench.frozen_quarter import QUARTER, show

pytestmark = pytest.mark.slow


def test_a_frozen_quarter_stays_and_the_revision_says_why_the_live_one_moved(
    warehouse: Settings, tmp_path: Path
) -> None:
    shown = show(warehouse, tmp_path, services=2, children=60, nights=60, every=60)

    assert [name for name, count in shown.happened.items() if count == 0] == []
    assert shown.is_rebuilt
    assert shown.counts[shown.rebuilt] == shown.counts[shown.frozen]
    closed = {key for key in shown.counts[shown.frozen] if key[1] == QUARTER}
    assert [key for key in closed if shown.counts[shown.live].get(key) != shown.counts[shown.frozen][key]]
    assert shown.off() == []
    assert {row[3] for row in shown.revision} >= {"late outcome", "correction", "deletion", "merge or split"}
    assert "unexplained" not in {row[3] for row in shown.revision}
    found = diff(warehouse, shown.frozen, shown.live, None, None)
    assert [tuple(change) for change in found.changes] == [row for row in shown.revision if row[2] != "all"]
