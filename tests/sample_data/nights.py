"""Nights: what each source sent, night after night; and the truth, written apart, which no pipeline reads."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.sample_data.deliveries import arrivals, write_deliveries
from tests.sample_data.lives import FORCE, SERVICES, Life, live
from tests.sample_data.offences import CAUTIONS, DISPOSAL, NON_CONVICTIONS
from tests.sample_data.records import Record, child_id, is_in_cms, offence_id, written_down

LAST_NIGHT = dt.date(2026, 11, 21)


def write_sample(
    out: Path,
    *,
    services: int = 2,
    nights: int = 7,
    children: int = 300,
    seed: int = 1,
    last_night: dt.date = LAST_NIGHT,
) -> None:
    """Write `out`/deliveries, `out`/arrivals.json and `out`/truth.json; the same bytes for the same arguments everywhere.

    `arrivals.json` is a list of [night, folder] in the order in which deliveries reached the service, nights counted
    from 1; the same folder may come twice. ValueError for arguments out of range.
    """
    if not 1 <= services <= len(SERVICES) or nights < 1 or children < 1:
        raise ValueError(f"1 to {len(SERVICES)} services, and at least one night and one child each")
    lives = list(live(services, children, seed, last_night))
    histories: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for life in lives:
        for record in written_down(life):
            histories[record.feed, record.source].append(record)
    days = [last_night - dt.timedelta(days=left) for left in reversed(range(nights))]
    written = [
        delivery
        for feed, source in sorted(histories)
        for delivery in write_deliveries(out / "deliveries", feed, source, histories[feed, source], days, seed)
    ]
    (out / "arrivals.json").write_text(json.dumps(arrivals(written, nights, seed), indent=1) + "\n")
    (out / "truth.json").write_text(json.dumps(_truth(lives, last_night), indent=1) + "\n")


def _truth(lives: list[Life], until: dt.date) -> list[dict[str, Any]]:
    """Each child with the ids of its records and what it did, straight from the events."""
    told = []
    for life in lives:
        services = sorted({case.service for case in life.cases if is_in_cms(case)})
        told.append(
            {
                "child": life.child.number,
                "date_of_birth": life.child.date_of_birth.isoformat(),
                "records": [["cms", service, child_id(life, service)] for service in services]
                + ([["pnc", FORCE, life.pnc_id]] if life.pnc_id else []),
                "offences": [
                    {
                        "date": offence.start.isoformat(),
                        "cjs_code": offence.kind.cjs_code,
                        "outcome": offence.outcome,
                        "decided": case.decided.isoformat(),
                        "is_proven": case.decided <= until and _is_proof(offence.outcome),
                        "asn": case.asn if case.is_on_police_record else None,
                        "cms": [case.service, offence_id(case, offence)] if is_in_cms(case) else None,
                    }
                    for case in life.cases
                    for offence in case.offences
                ],
            }
        )
    return told


def _is_proof(outcome: str) -> bool:
    return outcome in CAUTIONS or (outcome in DISPOSAL and outcome not in (*NON_CONVICTIONS, "COMMUNITY_RESOLUTION"))
