"""The model's file: what is shipped holds together, and what is no model is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker.errors import TrackerError
from live_tracker.identity.linkage.comparisons import COMPARISONS
from live_tracker.identity.linkage.model import SHIPPED, THRESHOLDS, read_model, shipped_model


def test_the_shipped_model_reads_and_writes_the_same(tmp_path: Path) -> None:
    shipped_model().write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == SHIPPED.read_bytes()
    assert shipped_model().version == SHIPPED.stem
    assert shipped_model().thresholds == THRESHOLDS


@pytest.mark.parametrize("comparison", [one for one in COMPARISONS if not one.fixed], ids=lambda one: one.name)
def test_the_levels_of_a_comparison_are_all_there_is(comparison: Any) -> None:
    odds = shipped_model().levels[comparison.name].values()
    assert sum(one.m for one in odds) == pytest.approx(1, abs=0.01)
    assert sum(one.u for one in odds) == pytest.approx(1, abs=0.01)


def test_agreement_speaks_for_and_disagreement_against() -> None:
    for name, levels in shipped_model().levels.items():
        assert levels["other"].bits < 0, name
        assert next(iter(levels.values())).bits > 0 or name == "sex"
        if "exact" in levels:
            assert levels["exact"].bits > 0, name


def test_no_name_is_rarer_than_the_rarest() -> None:
    model = shipped_model()
    assert model.frequency("surname", "SMITH") == model.frequencies["surname"]["SMITH"]
    assert model.frequency("surname", "NEVERSEEN") == model.frequency("surname", "NORTHIS") == 1 / 5_000
    assert model.frequency("forename", "NEVERSEEN") == 1 / 2_000


def _without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda rows: {name: value for name, value in rows.items() if name != key}


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda rows: [rows], "not a linkage model"),
        (_without("prior"), "not a linkage model"),
        (lambda rows: rows | {"levels": {"forename": {"exact": 0.9}}}, "not a linkage model"),
        (lambda rows: rows | {"format": 2}, "other comparisons"),
        (lambda rows: rows | {"levels": _without("court")(rows["levels"])}, "other comparisons"),
        (lambda rows: rows | {"levels": rows["levels"] | {"sex": {"exact": {"m": 1, "u": 1}}}}, "other comparisons"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, spoil: Callable[[Any], Any], what: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(spoil(json.loads(SHIPPED.read_text()))))
    with pytest.raises(TrackerError, match=what) as caught:
        read_model(path)
    assert caught.value.where == str(path)


@pytest.mark.parametrize("text", ["", "{", '{"version": '])
def test_text_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(TrackerError, match="not a linkage model"):
        read_model(tmp_path / "model.json")
    with pytest.raises(TrackerError, match="not a linkage model"):
        read_model(tmp_path / "none.json")
