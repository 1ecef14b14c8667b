"""Nights: what each source sent, night after night; and the truth, written apart, which no pipeline reads."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from tests.sample_data.children import SERVICES
from tests.sample_data.deliveries import arrivals, write_deliveries
from tests.sample_data.lives import Life, live
from tests.sample_data.planned import lives_of, past
from tests.sample_data.plans import plans
from tests.sample_data.records import Record
from tests.sample_data.second_records import with_second_record
from tests.sample_data.truth import heard, truth_of
from tests.sample_data.writing import written_down

LAST_NIGHT = dt.date(2026, 11, 21)
_FIRST_PLANNED, _PLANNED_APART = 2_200_000, 10_000
"""Numbers of planned children, a stretch for each service: far from those of other children, whose ids come of them."""


def write_sample(
    out: Path,
    *,
    services: int = 2,
    nights: int = 7,
    children: int = 300,
    seed: int = 1,
    last_night: dt.date = LAST_NIGHT,
    errors: float = 1.0,
    second_records: bool = False,
) -> None:
    """Write `out`/deliveries, `out`/arrivals.json and `out`/truth.json; the same bytes for the same arguments everywhere.

    `arrivals.json` is a list of [night, folder] in the order in which deliveries reached the service, nights counted
    from 1; the same folder may come twice.
    `errors` multiplies the errors in names, dates of birth and numbers: with 0 there are none. With `second_records`
    some children have two case records in one service, which in time are seen to be one child's.
    """
    if not 1 <= services <= len(SERVICES) or nights < 1 or children < 1 or not 0 <= errors <= 1:
        raise ValueError(
            f"1 to {len(SERVICES)} services, and at least one night and one child each; errors from 0 to 1"
        )
    lives = chain(live(services, children, seed, last_night), past(seed, last_night))
    _write(out, lives, nights=nights, seed=seed, last_night=last_night, errors=errors, second_records=second_records)


def write_plans(out: Path, *, seed: int = 1, last_night: dt.date = LAST_NIGHT, errors: float = 1.0) -> None:
    """Write the same files of services whose children make up the published figures of plans: one night, everything.

    The services are those of `published.csv`; every figure of it comes out of the pipeline as the plan counts it.
    """
    lives = (
        life
        for place, plan in enumerate(plans())
        for life in lives_of(plan, seed, last_night, _FIRST_PLANNED + _PLANNED_APART * place)
    )
    _write(out, lives, nights=1, seed=seed, last_night=last_night, errors=errors)


def _write(
    out: Path,
    lives: Iterable[Life],
    *,
    nights: int,
    seed: int,
    last_night: dt.date,
    errors: float,
    second_records: bool = False,
) -> None:
    first_night = last_night - dt.timedelta(days=nights - 1)
    histories: dict[tuple[str, str], list[Record]] = defaultdict(list)
    truth = []
    for life in lives:
        records = list(written_down(life, last_night, errors))
        if second_records:
            records = list(with_second_record(life, records, last_night))
        for record in records:
            histories[record.feed, record.source].append(record)
        truth.append(truth_of(life, heard(records, first_night, last_night)))
    days = [first_night + dt.timedelta(days=night) for night in range(nights)]
    written = [
        delivery
        for feed, source in sorted(histories)
        for delivery in write_deliveries(out / "deliveries", feed, source, histories[feed, source], days, seed)
    ]
    (out / "arrivals.json").write_text(json.dumps(arrivals(written, nights, seed), indent=1) + "\n")
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
