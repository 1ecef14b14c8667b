"""Two nights for a measurement of builds: a sample's one night, released; then a night that changes some children.

The sample's own second night would change two children in a hundred. This one gives each picked child an offence with an
outcome, so that the share is the one asked for; persons for whom a day has come are taken up beside them, as on any night.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from live_tracker import nightly
from live_tracker.build.dbt import LAYERS
from live_tracker.deliveries.contract import FEEDS
from live_tracker.settings import PROJECT, Settings
from tests.deliver import Row, fetch, write_delivery
from tests.night import request
from tests.sample_data.nights import LAST_NIGHT

NIGHTS = (LAST_NIGHT, LAST_NIGHT + dt.timedelta(days=1))
"""The night of the sample, and the one after it."""


def first_night(settings: Settings, deliveries: Path) -> str:
    """Land the deliveries that are there, resolve, build, check and release; returns the run's key."""
    run_key = landed(settings, deliveries)
    for layer in LAYERS:
        nightly.build(settings, run_key, layer)
    nightly.check(settings, run_key)
    nightly.release(settings, run_key)
    return run_key


def landed(settings: Settings, deliveries: Path) -> str:
    """Land what is new and find the child behind each record; returns the key of the run, which is ready to build."""
    run_key = request(settings, deliveries, PROJECT / "definitions")
    assert nightly.close_landing(settings, run_key) == "go"
    nightly.resolve(settings, run_key)
    return run_key


def write_changed_night(settings: Settings, deliveries: Path, day: dt.date, one_in: int) -> int:
    """Write a delta of each service for `day`, its second delivery, in which one child of `one_in` has a new offence.

    Returns how many children changed. The new offence is an earlier one of the child come again; its days are those of
    the last weeks.
    """
    changed = 0
    for service in sorted(path.name for path in (deliveries / "yot").iterdir()):
        (sent,) = (deliveries / "yot" / service).iterdir()
        supplied = {path.name.partition(".")[0] for path in sent.iterdir()}
        tables: dict[str, list[Row]] = {table.name: [] for table in FEEDS["yot"].tables if table.name in supplied}
        for number, (child_id, cjs_code) in enumerate(_offenders(settings, service, one_in)):
            offence, committed = f"{service[:4]}-again-{number}", day - dt.timedelta(days=30 + number % 30)
            tables["offence"].append(
                {
                    "offence_id": offence,
                    "child_id": child_id,
                    "offence_date": committed.isoformat(),
                    "charge_date": committed.isoformat(),
                    "cjs_code": cjs_code,
                }
            )
            tables["outcome"].append(
                {
                    "outcome_id": offence,
                    "offence_id": offence,
                    "child_id": child_id,
                    "outcome_date": (day - dt.timedelta(days=number % 7)).isoformat(),
                    "legal_outcome": "REFERRAL_ORDER",
                }
            )
            changed += 1
        write_delivery(deliveries, "yot", service, day.isoformat(), 2, tables, kind="delta")
    return changed


def _offenders(settings: Settings, service: str, one_in: int) -> list[tuple[str, str]]:
    """One child of so many of a service, in the order of their ids, with the code of its first offence."""
    return fetch(
        settings,
        """
        WITH numbered AS (
            SELECT child_id, min(cjs_code) AS cjs_code, row_number() OVER (ORDER BY child_id) AS number
            FROM raw.yot_offence
            WHERE source = %s
            GROUP BY child_id
        )

        SELECT child_id, cjs_code FROM numbered
        WHERE number %% %s = 0
        """,
        service,
        one_in,
    )
