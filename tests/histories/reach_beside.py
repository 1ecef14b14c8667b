"""What a history reaches of the indicators beside reoffending, and of survival."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from tests.histories.dates import add_months
from tests.histories.model import History, Row
from tests.histories.records import codes
from tests.reference_engine import Result

BESIDE = (-1, 0, 1)
CARE = ("LAC", "CP", "CIN", "CARE_LEAVER", "None", "Not known")
QUARTERS = [dt.date(year, month, 1) for year in range(2022, 2027) for month in (1, 4, 7, 10)]
BY_HOURS = ("Full time, suitable", "Part time, suitable")
BANDS = (*BY_HOURS, "Full time, unsuitable", "Part time, unsuitable", "NEET", "Not known")


def wanted_beside() -> set[str]:
    """Everything of these that generated histories are to reach."""
    edges = {
        f"{what} {days:+d}"
        for what in (
            *("remand from 10th birthday", "remand from 18th birthday", "remand from quarter"),
            *("care from first day of remand", "care from last day of remand", "end of care from first day of remand"),
            *("end of order from as_of", "planned end of order from as_of"),
            *("hearing from outcome", "hearing from 10th birthday", "hearing from 18th birthday"),
            *("placement from end of order", "end of placement from end of order"),
        )
        for days in BESIDE
    }
    edges |= {f"remand from the end before {days:+d}" for days in (0, 1, 2)}
    values = {f"nights by placement_type {code}" for code in codes("custody_episode", "placement_type")}
    values |= {f"nights by care_status_before {status}" for status in CARE}
    values |= {f"nights by care_gained {value}" for value in ("yes", "no", "Not known")}
    values |= {f"order ended all {band}" for band in BANDS}
    values |= {f"order ended {group} {band}" for group in ("school_age", "above_school_age") for band in BY_HOURS}
    values |= {f"curve to day {days}" for days in (92, 184, 366)}
    values |= {f"curve ends at {share}" for share in ("none", "some", "all")}
    indicators = ("first_time_entrants", "custody", "remand", "ete")
    values |= {
        f"{mart} {span} of {yot}" for mart in indicators for span in ("quarter", "year") for yot in ("one", "all")
    }
    values |= {f"population of {what}" for what in ("all", "all unknown", "a year before", "a year after")}
    values |= {"a custodial sentence", "a sentence that is none", "two remands of a child"}
    return edges | values | {"open remand", "remand of two services", "an end to come of an order that was to end"}


def reached_beside(history: History, rows_of: dict[str, list[tuple[str, Row]]], result: Result) -> Iterator[str]:
    """What a history reaches; `rows_of`: table and row of everything that was said of each person."""
    for rows in rows_of.values():
        by_table: dict[str, list[Row]] = {}
        for table, row in rows:
            by_table.setdefault(table, []).append(row)
        born = [dt.date.fromisoformat(row["date_of_birth"]) for row in by_table.get("child", [])]
        yield from _of_remands(by_table, born)
        yield from _of_orders(history, by_table)
        yield from _of_hearings(by_table, born)
    yield from _of_results(result)


def _of_remands(by_table: dict[str, list[Row]], born: list[dt.date]) -> Iterator[str]:
    remands = [row for row in by_table.get("custody_episode", []) if row["kind"] == "REMAND"]
    care = [row for row in by_table.get("care_episode", []) if row["care_status"] == "LAC"]
    for row in remands:
        start, end = _start(row), _end(row)
        yield from _birthdays("remand", start, born)
        for quarter in QUARTERS:
            yield _edge("remand from quarter", start, quarter)
        if end is None:
            yield "open remand"
        for other in remands:
            if row is not other and end:
                yield _edge("remand from the end before", _start(other), end)
            if row["episode_id"] != other["episode_id"] and start == _start(other):
                yield "remand of two services"
        for spell in care:
            yield _edge("care from first day of remand", _start(spell), start)
            if end:
                yield _edge("care from last day of remand", _start(spell), end)
            if until := _end(spell):
                yield _edge("end of care from first day of remand", until, start)


def _of_orders(history: History, by_table: dict[str, list[Row]]) -> Iterator[str]:
    placements = by_table.get("ete_placement", [])
    for row in by_table.get("programme", []):
        end, planned = _end(row), _date(row, "planned_end_date")
        if "occasion_id" not in row or (ended := end or planned) is None:
            continue
        yield _edge("end of order from as_of" if end else "planned end of order from as_of", ended, history.as_of)
        if end and planned and planned <= history.as_of < end:
            yield "an end to come of an order that was to end"
        for placement in placements:
            yield _edge("placement from end of order", _start(placement), ended)
            if until := _end(placement):
                yield _edge("end of placement from end of order", until, ended)


def _of_hearings(by_table: dict[str, list[Row]], born: list[dt.date]) -> Iterator[str]:
    for offence in by_table.get("offence", []):
        if hearing := _date(offence, "first_hearing_date"):
            yield from _birthdays("hearing", hearing, born)
            for outcome in by_table.get("outcome", []):
                if outcome["offence_id"] == offence["offence_id"]:
                    yield _edge("hearing from outcome", hearing, dt.date.fromisoformat(outcome["outcome_date"]))


def _of_results(result: Result) -> Iterator[str]:
    for mart in ("first_time_entrants", "custody", "remand", "ete"):
        for row in getattr(result, mart):
            yield f"{mart} {row['span']} of {'all' if row['yot'] == 'all' else 'one'}"
    yield from _of_populations(result.first_time_entrants)
    for row in result.custody:
        if row["custodial_sentences"]:
            yield "a custodial sentence"
        if row["custodial_sentences"] < row["sentences"]:
            yield "a sentence that is none"
    for row in result.remand:
        if row["nights"]:
            yield f"nights by {row['dimension']} {row['value']}"
        if row["remands"] > row["children"]:
            yield "two remands of a child"
    for row in result.ete:
        if row["orders_at_end"]:
            yield f"order ended {row['age_group']} {row['ete_band']}"
    yield from _of_curves(result)


def _of_populations(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["yot"] == "all":
            yield "population of all" if row["population"] else "population of all unknown"
        elif row["base_year"] != row["period_end"].year:
            yield f"population of a year {'before' if row['base_year'] < row['period_end'].year else 'after'}"


def _of_curves(result: Result) -> Iterator[str]:
    last = {(row["definition"], row["cohort"], row["yot"]): row for row in result.survival}
    for row in last.values():
        left = row["at_risk"] - row["events"]
        yield f"curve to day {row['day']}"
        yield f"curve ends at {'all' if row['survival'] == 1 else 'some' if left else 'none'}"


def _birthdays(what: str, day: dt.date, born: Iterable[dt.date]) -> Iterator[str]:
    for birth in born:
        for years in (10, 18):
            yield _edge(f"{what} from {years}th birthday", day, add_months(birth, 12 * years))


def _start(row: Row) -> dt.date:
    return dt.date.fromisoformat(row["start_date"])


def _end(row: Row) -> dt.date | None:
    return _date(row, "end_date")


def _date(row: Row, column: str) -> dt.date | None:
    return dt.date.fromisoformat(row[column]) if column in row else None


def _edge(what: str, day: dt.date, measured: dt.date) -> str:
    return f"{what} {(day - measured).days:+d}"
