"""Everything that the systems wrote down of a life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.sample_data.child_records import cms_child
from tests.sample_data.circumstances import circumstances
from tests.sample_data.lives import Life
from tests.sample_data.police import on_police_record
from tests.sample_data.records import Record, cms_case


def written_down(life: Life, until: dt.date, errors: float) -> Iterator[Record]:
    """Everything that services and police ever wrote down of a life, days that have not come included.

    `until` is the last night, by which errors that would change a count are put right; `errors` as of the sample.
    """
    yield from cms_child(life, until, errors)
    for case in life.cases:
        for holder in case.holders:
            yield from cms_case(life, case, holder, until)
    yield from circumstances(life, until)
    yield from on_police_record(life, until, errors)
