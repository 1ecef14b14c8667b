"""The record of a child in a case-management system: entered once, filled in, corrected and changed as life goes on."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

from live_tracker.identity.identifiers import check_letter
from tests.sample_data.cases import Case
from tests.sample_data.children import ELSEWHERE, Child
from tests.sample_data.delays import days
from tests.sample_data.lives import Life
from tests.sample_data.names import misread, written
from tests.sample_data.records import Record, Row, child_id, put_right

Change = tuple[dt.date, Row]
_NEVER_FILLED_IN = 0.2


def cms_child(life: Life, until: dt.date, errors: float) -> Iterator[Record]:
    """A row in each service that holds one of the child's cases, and its changes as the service hears of them."""
    for service in life.services:
        own = [case for case in life.cases if service in {holder.service for holder in case.holders}]
        first = min(case.arrested for case in own) + days(life.chance, 3)
        row = _entered(life, service, first, errors)
        changes = [
            *_police_number(life, first, until, errors),
            *_corrections(life, row, first, until, errors),
            *_changes(life.child, row, first, life.chance),
        ]
        key = row["child_id"]
        known = {first: row}
        for day, change in sorted(changes, key=lambda change: change[0]):
            row = row | change
            known[max(day, first)] = row
        for day, version in known.items():
            yield Record("yot", service, "child", key, day, version)


def cro_no(life: Life) -> str:
    """The number of the fingerprint file, which most who were charged have."""
    first = next((case for case in life.cases if case.charged is not None), None)
    if first is None or life.child.number % 5 < 2:
        return ""
    serial, year = (1000 + life.child.number) % 1_000_000, first.arrested.year % 100
    return f"{serial:06d}/{year:02d}{check_letter(year * 1_000_000 + serial)}"


def _entered(life: Life, service: str, first: dt.date, errors: float) -> Row:
    child, names = life.child, written(life.child, life.scribe, errors, police=False)
    return {
        "child_id": child_id(life, service),
        "cro_no": cro_no(life),
        "forename": names.forename,
        "surname": names.surname if names.surname != child.surname else child.surname_on(first),
        "aliases": ";".join("|".join(alias) for alias in names.aliases),
        "date_of_birth": child.date_of_birth.isoformat(),
        "sex": child.sex,
        "ethnicity": child.ethnicity,
        "postcode": child.postcode_on(first),
        "ward_code": f"E0500{1300 + child.ward}",
        "home_yot": ELSEWHERE if child.is_visitor else child.service_on(first),
        "team": f"Team {'ABC'[child.ward % 3]}",
        "case_manager": f"CM{child.number % 7:02d}",
        "sen_status": child.sen_status,
    }


def _police_number(life: Life, first: dt.date, until: dt.date, errors: float) -> Iterator[Change]:
    """The PNC id: of a child that was only ever diverted sometimes never; of others by the first outcome at latest.

    Typed in one of the usual forms; a slip of the finger does not check, and is put right.
    """
    scribe, needed = life.scribe, _first_substantive(life.cases)
    is_forgotten = scribe.random() < _NEVER_FILLED_IN * errors
    is_slip = scribe.random() < 0.03 * errors
    text = as_typed(life.pnc_id, scribe) if life.pnc_id else ""
    if not text or (is_forgotten and needed is None and len(life.services) == 1):
        return
    filled_in = min(first + days(scribe, 10), needed or dt.date.max)
    if is_slip:
        digit = len(text) - 2
        yield filled_in, {"pnc_id": text[:digit] + str((int(text[digit]) + 1) % 10) + text[-1]}
        filled_in = min(put_right(scribe, filled_in, until), needed or dt.date.max)
    yield filled_in, {"pnc_id": text}


def _first_substantive(cases: tuple[Case, ...]) -> dt.date | None:
    return min((case.decided for case in cases if case.is_substantive), default=None)


def as_typed(pnc_id: str, scribe: random.Random) -> str:
    """One of the forms that people type: canonical, short, without the slash, in small letters."""
    year, serial = pnc_id.split("/")
    short = serial.lstrip("0")
    forms = [pnc_id, f"{year[2:]}/{short}", f"{year[2:]}{short}", f"{year}{serial}", f"{year[2:]}/{serial}"]
    return scribe.choices([*forms, pnc_id.lower()], [70, 12, 4, 6, 5, 3])[0]


def _corrections(life: Life, row: Row, first: dt.date, until: dt.date, errors: float) -> Iterator[Change]:
    """What was entered wrong at first; a date of birth is put right before the last night."""
    scribe = life.scribe
    if scribe.random() < 0.025 * errors:
        yield first, {"date_of_birth": misread(life.child.date_of_birth, scribe).isoformat()}
        yield put_right(scribe, first, until), {"date_of_birth": row["date_of_birth"]}
    if row["forename"] != life.child.forename and scribe.random() < 0.4:
        right = {"forename": life.child.forename, "surname": life.child.surname_on(until)}
        yield put_right(scribe, first, until), right


def _changes(child: Child, row: Row, first: dt.date, chance: random.Random) -> Iterator[Change]:
    """Moves, new names and needs that are found out, each a few days after it happened."""
    heard = days(chance, 5)
    if child.moved_on is not None and child.moved_to is not None and child.moved_on > first:
        yield child.moved_on + heard, {"home_yot": child.moved_to}
    if child.rehoused_on is not None and child.new_postcode is not None and child.rehoused_on > first:
        yield child.rehoused_on + heard, {"postcode": child.new_postcode}
    if child.renamed_on is not None and child.new_surname is not None and child.renamed_on > first:
        yield child.renamed_on + heard, {"surname": child.new_surname}
    if chance.random() < 0.1 and row["sen_status"] in {"", "NONE"}:
        yield first + days(chance, 120), {"sen_status": "SEN_SUPPORT"}
    if chance.random() < 0.1:
        yield first + days(chance, 200), {"team": f"Team {'BCA'[child.ward % 3]}"}
