"""The generated histories reach every code, tier, class, entry kind and boundary: what they never hold, they never test."""

from __future__ import annotations

from hypothesis import Phase, given, settings

from tests.histories.draw import histories
from tests.histories.model import History, from_json
from tests.histories.reach import plain_links, reached, wanted
from tests.histories.rounds import look_through
from tests.reference_engine import Reference, run


def test_everything_is_reached(reference: Reference) -> None:
    missing = wanted()

    def look_at(history: History) -> None:
        result = run(history.versions(), plain_links(history), reference, history.parameters(), history.supplies())
        missing.difference_update(reached(history, result))

    look_through(look_at, lambda: not missing)
    assert not missing, "never reached: " + "; ".join(sorted(missing))


@settings(max_examples=20, phases=[Phase.generate])
@given(histories())
def test_a_history_can_be_kept(history: History) -> None:
    assert from_json(history.as_json()) == history
