"""Generated histories, round after round, until what is looked for has been found."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.histories.draw import histories
from tests.histories.model import History

ROUNDS = 20
EXAMPLES = 150
"""Of a round, which looks at the same ones each time."""


def look_through(look_at: Callable[[History], None], is_found: Callable[[], bool]) -> None:
    """Look at histories for as long as something is missing, 3,000 at most: how many it takes is chance."""

    @settings(
        max_examples=EXAMPLES, phases=[Phase.generate], database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(histories())
    def one_round(history: History) -> None:
        if not is_found():
            look_at(history)

    for number in range(ROUNDS):
        if is_found():
            return
        seed(number)(one_round)()
