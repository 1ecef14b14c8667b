"""Histories made by hand for the tests of the reference engine."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

from tests.reference_engine import Definition, Link, Parameters, Result, Version, load_definitions, load_reference, run

ROOT = Path(__file__).parents[1]
REFERENCE = load_reference(ROOT / "dags/live_tracker/reference_data/data")
DEFINITIONS = {d.definition: d for d in load_definitions(ROOT / "definitions")}
LATER = date(2026, 11, 21)
FIRST_EXTRACT = date(2023, 1, 1)
ASN = "2202XC0200000000021R"
OTHER_ASN = "2005FF0500000000555P"


class Case:
    """A history made by hand: one child and its nominal unless said otherwise."""

    def __init__(self, born: str = "2008-01-15", **child: str) -> None:
        self.history: list[Version] = []
        self.links: list[Link] = []
        self.count = 0
        self.born = born
        self.child("north", "c1", "p1", **child)
        self.nominal("20", "2020/0000001A", "p1")

    def add(
        self,
        feed: str,
        source: str,
        table: str,
        known_from: date = FIRST_EXTRACT,
        known_to: date | None = None,
        /,
        **row: str,
    ) -> Case:
        self.history.append(Version(feed, source, table, dict(row), known_from, known_to))
        return self

    def link(self, system: str, source: str, source_id: str, person: str) -> None:
        self.links.append(Link(system, source, source_id, person, FIRST_EXTRACT, None))

    def child(self, source: str, child_id: str, person: str, **values: str) -> Case:
        self.link("cms", source, child_id, person)
        row = {"child_id": child_id, "date_of_birth": self.born, "sex": "F", "home_yot": source, **values}
        return self.add("yot", source, "child", **row)

    def nominal(self, source: str, pnc_id: str, person: str) -> Case:
        self.link("pnc", source, pnc_id, person)
        return self.add("pnc", source, "nominal", pnc_id=pnc_id, date_of_birth=self.born, sex="M")

    def offence(
        self,
        offence_date: str,
        outcome_date: str = "",
        legal_outcome: str = "REFERRAL_ORDER",
        *,
        source: str = "north",
        child_id: str = "c1",
        offence_id: str = "",
        outcome: dict[str, str] | None = None,
        **values: str,
    ) -> str:
        """A CMS offence, with an outcome if it has a date; its id."""
        self.count += 1
        key = offence_id or f"o{self.count}"
        row = {"offence_id": key, "child_id": child_id, "offence_date": offence_date, "cjs_code": "CJ88116", **values}
        self.add("yot", source, "offence", **row)
        if outcome_date:
            self.outcome(key, outcome_date, legal_outcome, source=source, child_id=child_id, **(outcome or {}))
        return key

    def outcome(
        self, offence_id: str, outcome_date: str, legal_outcome: str, source: str = "north", **values: str
    ) -> None:
        """A further outcome of a CMS offence."""
        self.count += 1
        row = {
            "outcome_id": f"u{self.count}",
            "offence_id": offence_id,
            "child_id": "c1",
            "occasion_id": f"{source}-{outcome_date}",
            "outcome_date": outcome_date,
            "legal_outcome": legal_outcome,
            **values,
        }
        self.add("yot", source, "outcome", **row)

    def police(
        self,
        start_date: str,
        disposal_date: str = "",
        disposal_type: str = "1097",
        *,
        asn: str = "",
        seq: str = "001",
        source: str = "20",
        stage: str = "CHARGE",
        marker: str = "",
        **values: str,
    ) -> str:
        """A police offence, with a disposal if it has a date; its arrest/summons number."""
        self.count += 1
        number = asn or f"22020100{self.count:011d}A"
        keys = {"asn": number, "pnc_id": values.pop("pnc_id", "2020/0000001A")}
        if not any(v.table == "arrest_summons" and v.row["asn"] == number for v in self.history):
            self.add("pnc", source, "arrest_summons", **keys, process_stage=stage, process_date=start_date)
        row = {**keys, "offence_seq": seq, "cjs_code": "CJ88116", "start_date": start_date, **values}
        self.add("pnc", source, "offence", **row)
        if disposal_date:
            self.disposal(number, seq, disposal_date, disposal_type, source=source, marker=marker)
        return number

    def disposal(self, asn: str, seq: str, day: str, code: str, *, source: str = "20", marker: str = "") -> None:
        """A further disposal of a police offence."""
        self.count += 1
        row = {"asn": asn, "offence_seq": seq, "disposal_seq": str(self.count), "pnc_id": "2020/0000001A"}
        self.add("pnc", source, "disposal", **row, disposal_type=code, disposal_date=day, appeal_marker=marker)

    def episode(self, start: str, end: str, kind: str = "SENTENCE", reason: str = "RELEASED", **values: str) -> None:
        """A custody episode."""
        self.count += 1
        row = {"episode_id": f"e{self.count}", "child_id": "c1", "kind": kind, "start_date": start, "end_date": end}
        self.add("yot", values.pop("source", "north"), "custody_episode", **row, end_reason=reason, **values)

    def run(self, definition: str | Definition = "both", as_of: date = LATER, known: date = LATER) -> Result:
        """The result under one definition; `both` is the national one over both feeds."""
        if isinstance(definition, str):
            definition = definition_of(definition)
        return run(self.history, self.links, REFERENCE, Parameters([definition], as_of, known))


def definition_of(name: str, **changes: Any) -> Definition:
    """A shipped definition, or `both`: the national one with proof from both feeds."""
    if name == "both":
        return dataclasses.replace(
            DEFINITIONS["national_proven"], proof_sources=frozenset({"cms", "pnc"}), definition="both", **changes
        )
    return dataclasses.replace(DEFINITIONS[name], **changes)


def entered(**changes: Any) -> Case:
    """Child X: fifteen, referral order on 10 May 2023."""
    case = Case()
    case.offence("2023-04-01", "2023-05-10", offence_id="index", **changes)
    return case


def member_of(result: Result, cohort: str = "2023Q2") -> dict[str, Any]:
    """The one member of a cohort."""
    (member,) = [row for row in result.members if row["cohort"] == cohort]
    return member


def class_of(result: Result, record_id: str, cohort: str = "2023Q2") -> str:
    """The class of one record for the member of a cohort."""
    (found,) = [row["class"] for row in result.classes if (row["record_id"], row["cohort"]) == (record_id, cohort)]
    return str(found)
