"""Many generated people at once, as deliveries: for whole builds, which cost too much to look at a few."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.histories.draw import people_numbered
from tests.histories.model import History, Life

FIRST_EXTRACT, SECOND_EXTRACT = dt.date(2025, 3, 31), dt.date(2025, 6, 30)
TOGETHER = 2
"""People drawn at once: one may carry the other's ids."""


def write_crowd(root: Path, people: int, number: int) -> None:
    """Two deliveries of each source, a full extract and a delta, of so many people; `number` tells one crowd from another."""
    extracts = (FIRST_EXTRACT, SECOND_EXTRACT)
    lives: list[Life] = []
    drawn = 0

    @seed(number)
    @settings(
        max_examples=people // TOGETHER,
        phases=[Phase.generate],
        derandomize=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def draw_some(data: st.DataObject) -> None:
        nonlocal drawn
        lives.extend(data.draw(people_numbered(range(drawn, drawn + TOGETHER), extracts)))
        drawn += TOGETHER

    draw_some()
    History(tuple(lives), extracts, (), SECOND_EXTRACT, SECOND_EXTRACT, sends_empty=True).write_deliveries(root)
