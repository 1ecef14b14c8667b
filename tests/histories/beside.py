"""What the indicators beside reoffending measure: remands with care around them, and orders with places to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tests.histories.dates import add_months
from tests.histories.model import Row
from tests.histories.records import OFFENCE_CODES, Drawing, codes

ONE_DAY = dt.timedelta(days=1)
BESIDE = (-1, 0, 0, 1)


def remand(drawing: Drawing, services: Sequence[str]) -> None:
    """Episodes that follow upon one another, or not quite, of one service or two; the last may go on."""
    start = _day_of_remand(drawing)
    first = start
    for number in range(drawing.pick((1, 1, 2, 3))):
        service = drawing.pick((services[0], services[0], services[-1]))
        start += dt.timedelta(days=drawing.pick((0, 1, 2)) if number else 0)
        end = start + dt.timedelta(days=drawing.pick((0, 1, 30, 31, 92)))
        drawing.add("yot", service, "custody_episode", _episode(drawing, service, start, end))
        if len(services) > 1 and drawing.count(3) == 0:
            drawing.add("yot", services[1], "custody_episode", _episode(drawing, services[1], start, end))
        start = end
    if drawing.count(1):
        care_beside(drawing, drawing.pick(services), first, start)


def _day_of_remand(drawing: Drawing) -> dt.date:
    """Around the anchor, on and beside the birthdays between which a child is one, and the end of a quarter."""
    born = dt.date.fromisoformat(drawing.born)
    days = [add_months(born, 12 * years) for years in (10, 18)]
    near = [day for day in days if abs(day - drawing.anchor).days < 2 * 365]
    return drawing.pick((drawing.anchor, drawing.anchor, *near)) + dt.timedelta(days=drawing.pick(BESIDE))


def _episode(drawing: Drawing, service: str, start: dt.date, end: dt.date) -> Row:
    return {
        "episode_id": drawing.key("e", service),
        "child_id": drawing.child_id,
        "kind": "REMAND",
        "placement_type": drawing.pick(codes("custody_episode", "placement_type")),
        "start_date": start.isoformat(),
        "end_date": drawing.pick((end.isoformat(),) * 5 + ("",)),
        "end_reason": drawing.pick(("", "SENTENCED", "TRANSFERRED")),
    }


def care_beside(drawing: Drawing, service: str, first: dt.date, last: dt.date) -> None:
    """A spell of care that begins or ends on a day beside the first or the last of something."""
    start = drawing.pick((first, first, last)) + dt.timedelta(days=drawing.pick((-30, *BESIDE)))
    end = max(start, first + dt.timedelta(days=drawing.pick((-2, -1, 0, 400))))
    row = {
        "care_episode_id": drawing.key("l", service),
        "child_id": drawing.child_id,
        "care_status": drawing.pick(("LAC", "LAC", "LAC", *codes("care_episode", "care_status"))),
        "start_date": start.isoformat(),
        "end_date": drawing.pick(("", end.isoformat())),
    }
    drawing.add("yot", service, "care_episode", row)


def order(drawing: Drawing, service: str) -> None:
    """The programme of an occasion, by its end or planned end, with placements that cover its first or its last day."""
    start = drawing.anchor + dt.timedelta(days=drawing.pick(BESIDE))
    planned = add_months(drawing.anchor, drawing.pick((3, 6, 12, 24))) + dt.timedelta(days=drawing.pick(BESIDE))
    end = add_months(drawing.anchor, drawing.pick((3, 6, 12, 24))) + dt.timedelta(days=drawing.pick(BESIDE))
    drawing.case_record("7", service, "", OFFENCE_CODES[0], start - 30 * ONE_DAY, start)
    row = {
        "programme_id": drawing.key("p", service),
        "child_id": drawing.child_id,
        "occasion_id": drawing.pick((*(f"h7-{drawing.number}",) * 8, f"h0-{drawing.number}", drawing.occasion(), "")),
        "programme_type": drawing.pick(("REFERRAL_ORDER", "YRO")),
        "start_date": start.isoformat(),
        "planned_end_date": drawing.pick((planned.isoformat(), planned.isoformat(), "")),
        "end_date": drawing.pick(("", end.isoformat())),
    }
    drawing.add("yot", service, "programme", row)
    ended = dt.date.fromisoformat(row["end_date"] or row["planned_end_date"] or row["start_date"])
    for day in (start, ended):
        if drawing.count(3):
            place_beside(drawing, service, day)


def place_beside(drawing: Drawing, service: str, day: dt.date) -> None:
    """A placement that begins or ends on a day or beside it, at hours around what is full time."""
    start = day + dt.timedelta(days=drawing.pick((-30, *BESIDE)))
    end = max(start, day + dt.timedelta(days=drawing.pick((30, *BESIDE))))
    row = {
        "ete_id": drawing.key("t", service),
        "child_id": drawing.child_id,
        "provision_type": drawing.pick(codes("ete_placement", "provision_type")),
        "start_date": start.isoformat(),
        "end_date": drawing.pick(("", end.isoformat())),
        "hours_offered": drawing.pick(("", "15.5", "16", "25")),
        "hours_attended": drawing.pick(("", "", "15.5", "16", "24.5", "25")),
        "suitability": drawing.pick(("SUITABLE", "SUITABLE", *codes("ete_placement", "suitability"), "")),
    }
    drawing.add("yot", service, "ete_placement", row)
