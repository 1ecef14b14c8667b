"""The model: how much each level says, how common the names are, and where it came from. A file, frozen till retrained."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from live_tracker.errors import TrackerError
from live_tracker.identity.linkage.comparisons import COMPARISONS
from live_tracker.settings import Settings

SHIPPED = Path(__file__).parent / "models" / "2026_11.json"
FORMAT = 1

JOIN_FROM = 7.0
"""Odds of 128 to one for the last pair let in. By the model's own weights, without any truth, 0.4 in 1,000 of the pairs
that join by weight are then wrong, where 1 in 1,000 is the aim: the rest is for what the model does not see, that
errors come together. The justice system's matcher joins from 20, weighing a nation of all ages and joining whole
clusters; here that would join a quarter of the pairs, and a child joins one nominal at most."""
REVIEW_FROM = 0.0
"""As likely one person as not. By its weights, 1 in 100 of the pairs from here on is wrong; below, most are."""
THRESHOLDS = {"join": JOIN_FROM, "review": REVIEW_FROM}

RAREST = {"forename": 1 / 2_000, "surname": 1 / 5_000}
"""No name counts for rarer than this. A name that a table does not know, or hardly, may be common where it is known
and a slip of the pen where it is not; an agreement in it says at most 11 or 12 bits."""


@dataclass(frozen=True)
class Odds:
    """Share of the pairs of one person (m), and of two people (u), that are at a level."""

    m: float
    u: float

    @property
    def bits(self) -> float:
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Model:
    """A trained model.

    `prior`: share of all pairs that are one person. `levels`: comparison, level -> odds. `frequencies`: column, name
    -> share of records with that name, for the names common enough to be told. `thresholds`: bits from which a pair
    joins and from which a person looks at it. `notes`: what it was trained on and how, in words.
    """

    version: str
    prior: float
    levels: dict[str, dict[str, Odds]]
    frequencies: dict[str, dict[str, float]]
    thresholds: dict[str, float]
    notes: dict[str, str]

    def frequency(self, column: str, name: str) -> float:
        """How common a name counts as, between 0 and 1; one that was never seen counts as rare, not as unique."""
        return max(self.frequencies[column].get(name, 0.0), RAREST[column])

    def write(self, path: Path) -> None:
        """Write the model as JSON, the same bytes for the same model."""
        rows = asdict(self) | {"format": FORMAT}
        path.write_text(json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def shipped_model() -> Model:
    """The model that comes with the tracker."""
    return read_model(SHIPPED)


def model_of(settings: Settings) -> Model:
    """The model by which a night weighs: the service's own, or the one that comes with the tracker."""
    return read_model(settings.linkage_model) if settings.linkage_model else shipped_model()


def read_model(path: Path) -> Model:
    """Read a model; TrackerError if the file is none, or is of other comparisons than this code has."""
    try:
        rows: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        model = Model(
            version=rows["version"],
            prior=float(rows["prior"]),
            levels={
                name: {level: Odds(**odds) for level, odds in levels.items()} for name, levels in rows["levels"].items()
            },
            frequencies=rows["frequencies"],
            thresholds=rows["thresholds"],
            notes=rows["notes"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrackerError(
            f"this is not a linkage model: {type(error).__name__}",
            str(path),
            "name a file that `.venv/bin/tracker linkage train` wrote",
        ) from None
    expected = {comparison.name: set(comparison.level_names) for comparison in COMPARISONS}
    if rows.get("format") != FORMAT or {name: set(levels) for name, levels in model.levels.items()} != expected:
        raise TrackerError(
            "the model is of other comparisons than this version of the tracker makes",
            str(path),
            "train it anew with `.venv/bin/tracker linkage train`",
        )
    return model
