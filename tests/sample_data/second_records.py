"""Children who were taken for somebody new by their own service: a second case record, until it is seen whose it is.

In a sample only where that is asked for, and drawn apart, so that all other records stay as they are.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator

from tests.sample_data.lives import Life
from tests.sample_data.names import misread
from tests.sample_data.records import Record, Row, child_id, offence_id, put_right

_EVERY = 5
"""Of the children with several cases in their service, every so manieth."""


def with_second_record(life: Life, records: Iterable[Record], until: dt.date) -> Iterator[Record]:
    """The records of a life; if it was taken for somebody new, its cases but the first are under a second child id.

    The second record has the names the wrong way round, another date of birth and no numbers. Once put right, it has
    the police number of the first, by which the two are seen to be one child; its own id stays.
    """
    records, service = list(records), life.child.home
    cases = [case for case in life.cases if service in {holder.service for holder in case.holders}]
    own = [record for record in records if record[1:4] == (service, "child", child_id(life, service))]
    if life.child.number % _EVERY or len(cases) < 2 or life.pnc_id is None:
        yield from records
        return
    offences = {offence_id(service, offence) for case in cases[1:] for offence in case.offences}
    moved = [record for record in records if record.source == service and _offence_of(record) in offences]
    chance = random.Random(f"{life.child.number}/second record")
    entered = min(record.known for record in moved)
    right, second = put_right(chance, entered, until), f"{child_id(life, service)}-2"
    for record in records:
        yield _under(second, record, right) if record in moved else record
    for key in dict.fromkeys(record.key for record in moved):
        last = [record for record in records if record.key == key and record.known <= right][-1:]
        yield from (_under(second, record._replace(known=right), right) for record in last if record in moved)
    yield Record("yot", service, "child", second, entered, _wrong(own[0].row or {}, second, chance))
    for record in own:
        row = (record.row or {}) | {"child_id": second, "pnc_id": life.pnc_id}
        yield record._replace(key=second, known=max(record.known, right), row=row)


def _offence_of(record: Record) -> str | None:
    """The offence that an offence's or an outcome's row is about; one that was entered twice is the same."""
    row = record.row or {}
    return row["offence_id"].removesuffix("B") if record.table in {"offence", "outcome"} and row else None


def _under(second: str, record: Record, right: dt.date) -> Record:
    row = (record.row or {}) | {"child_id": second}
    return record._replace(row=row | {"asn": ""} if "asn" in row and record.known < right else row)


def _wrong(row: Row, second: str, chance: random.Random) -> Row:
    born = misread(dt.date.fromisoformat(row["date_of_birth"]), chance).isoformat()
    wrong = {"child_id": second, "forename": row["surname"], "surname": row["forename"], "date_of_birth": born}
    return row | wrong | {"cro_no": "", "postcode": "", "aliases": ""}
