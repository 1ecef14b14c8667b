"""Histories made to hurt: many people, each with few records whose dates, ids and codes collide on purpose.

Dates lie on or a day beside what the rules measure (the index day, months after it, quarter ends, birthdays, 29
February), ids come from narrow pools. One build looks at hundreds of people; a difference names the person.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from pathlib import Path

from live_tracker.deliveries.contract import FEEDS
from live_tracker.identity.identifiers import check_letter
from tests.deliver import Row, write_delivery

SERVICES = ("northborough", "southmere")
FORCES = ("20", "21")
FIRST_EXTRACT, SECOND_EXTRACT = dt.date(2025, 3, 31), dt.date(2025, 6, 30)

ANCHORS = tuple(
    dt.date.fromisoformat(day) for day in ("2022-12-31", "2023-02-28", "2023-03-31", "2023-04-01", "2024-02-29")
)
MONTHS = (0, 0, 0, 3, 6, 9, 12, 18)
NUDGES = (-8, -7, -1, 0, 0, 0, 1, 7)

CODES = ("CJ88116", "CJ88116", "CJ88116", "TH68023", "MD71131", "CJ88144", "RT88191", "CJ08507", "SE20521", "ZZ99999")
LEGAL_OUTCOMES = (
    *("REFERRAL_ORDER", "REFERRAL_ORDER", "YRO", "DTO", "DTO", "YOUTH_CAUTION", "COMMUNITY_RESOLUTION", "OUTCOME_22"),
    *("NFA", "WITHDRAWN", "FINE", "SECTION_250", "NEW_ORDER"),
)
DISPOSALS = (
    *("1097", "1097", "1141", "1081", "1002", "2051", "1029", "3112", "1113", "4027", "9999"),
    *("YOUTH_CAUTION", "ADULT_CAUTION", "COMMUNITY_RESOLUTION"),
)
APPEALS = ("", "", "", "", "PENDING", "CHANGED", "SUCCESSFUL", "DISMISSED")

Rows = dict[tuple[str, str, str], dict[str, Row]]
"""Rows by feed, source and table, then by key."""


class Person:
    """One person's records; every id ends in the person's number, so that none meets another's."""

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self.chance = random.Random(f"{seed}/{number}")
        self.rows: Rows = defaultdict(dict)
        self.anchor = self.chance.choice(ANCHORS)
        born = self.chance.choice((10, 15, 15, 18))
        self.born = _months(self.anchor, -12 * born + self.chance.choice((0, 0, 3, 12))) + dt.timedelta(
            days=self.chance.choice((-1, 0, 1))
        )
        self.pnc_id = f"2020/{number:07d}{check_letter(20 * 10_000_000 + number)}"
        self.services = SERVICES[: self.chance.choice((1, 1, 2))]
        self.count = 0

    def make(self) -> Rows:
        for service in self.services:
            self._child(service)
            for _ in range(self.chance.randrange(4)):
                self._cms_offence(service)
            self._circumstances(service)
        if self.chance.random() < 0.85:
            for force in FORCES[: self.chance.choice((1, 1, 1, 2))]:
                self._nominal(force)
                for _ in range(self.chance.randrange(4)):
                    self._police_offence(force)
        return self.rows

    def day(self) -> str:
        return self._day().isoformat()

    def _day(self) -> dt.date:
        day = _months(self.anchor, self.chance.choice(MONTHS)) + dt.timedelta(days=self.chance.choice(NUDGES))
        return min(day, FIRST_EXTRACT)

    def _id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}-{self.number}"

    def _add(self, feed: str, source: str, table: str, key: str, **row: str) -> None:
        self.rows[feed, source, table][key] = row

    def _asn(self) -> str:
        return self.chance.choice(("", f"2320010000000000{self.number:03d}1A", f"2320010000000000{self.number:03d}2B"))

    def _child(self, service: str) -> None:
        self._add(
            *("yot", service, "child", f"c{self.number}"),
            child_id=f"c{self.number}",
            pnc_id=self.pnc_id,
            forename="Testa",
            surname="Example",
            date_of_birth=self.born.isoformat(),
            sex=self.chance.choice("MF"),
            ethnicity=self.chance.choice(("W1", "B1", "")),
            home_yot=self.chance.choice((*SERVICES, "elsewhere")),
            team=self.chance.choice(("", "A", "B")),
        )

    def _cms_offence(self, service: str) -> None:
        key, start = self._id("o"), self._day()
        self._add(
            *("yot", service, "offence", key),
            offence_id=key,
            child_id=f"c{self.number}" if self.chance.random() < 0.97 else "nobody",
            asn=self._asn(),
            offence_date=start.isoformat(),
            offence_end_date=self.chance.choice(("", "", (start + dt.timedelta(days=9)).isoformat())),
            charge_date=self.chance.choice(("", self.day())),
            cjs_code=self.chance.choice(CODES),
            yjb_category=self.chance.choice(("", "ROBBERY")),
            seriousness=self.chance.choice(("", "3", "6")),
            knife_related=self.chance.choice(("", "0", "1")),
        )
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3))):
            outcome = self._id("r")
            self._add(
                *("yot", service, "outcome", outcome),
                outcome_id=outcome,
                offence_id=key,
                child_id=f"c{self.number}",
                occasion_id=f"h{self.chance.randrange(2)}-{self.number}",
                outcome_date=self.day(),
                legal_outcome=self.chance.choice(LEGAL_OUTCOMES),
                appeal_status=self.chance.choice(APPEALS),
                residence=self.chance.choice(("", "LOCAL", "LOCAL", "OTHER")),
            )

    def _circumstances(self, service: str) -> None:
        child = f"c{self.number}"
        for _ in range(self.chance.choice((0, 0, 1, 2, 3))):
            key, start = self._id("e"), self._day()
            end = start + dt.timedelta(days=self.chance.choice((0, 1, 30, 31, 90)))
            self._add(
                *("yot", service, "custody_episode", key),
                episode_id=key,
                child_id=child,
                occasion_id=self.chance.choice(("", f"h0-{self.number}", f"h1-{self.number}")),
                kind=self.chance.choice(("SENTENCE", "SENTENCE", "SENTENCE", "RECALL", "REMAND")),
                placement_type="YOI",
                start_date=start.isoformat(),
                end_date=self.chance.choice(("", end.isoformat(), end.isoformat(), end.isoformat())),
                end_reason=self.chance.choice(("", "RELEASED", "RELEASED", "RELEASED", "TRANSFERRED")),
            )
        if self.chance.random() < 0.4:
            key = self._id("f")
            self._add(
                *("yot", service, "child_flag", key),
                flag_id=key,
                child_id=child,
                flag=self.chance.choice(("ODOC", "MAPPA", "KNIFE")),
                start_date=self.day(),
                end_date=self.chance.choice(("", self.day())),
            )
        if self.chance.random() < 0.4:
            key = self._id("p")
            self._add(
                *("yot", service, "programme", key),
                programme_id=key,
                child_id=child,
                programme_type="YRO",
                start_date=self.day(),
                end_date=self.chance.choice(("", self.day())),
                intervention_level=self.chance.choice(("", "STANDARD", "INTENSIVE")),
            )
        if self.chance.random() < 0.4:
            key = self._id("l")
            self._add(
                *("yot", service, "care_episode", key),
                care_episode_id=key,
                child_id=child,
                care_status=self.chance.choice(("LAC", "CIN")),
                start_date=self.day(),
                end_date=self.chance.choice(("", self.day())),
            )
        if self.chance.random() < 0.4:
            key = self._id("a")
            self._add(
                *("yot", service, "assessment", key),
                assessment_id=key,
                child_id=child,
                assessment_date=self.day(),
                likelihood_of_reoffending=self.chance.choice(("LOW", "HIGH")),
            )

    def _nominal(self, force: str) -> None:
        self._add(
            *("pnc", force, "nominal", self.pnc_id),
            pnc_id=self.pnc_id,
            surname="EXAMPLE",
            forenames="TESTA",
            date_of_birth=self.born.isoformat(),
            sex="M",
        )

    def _police_offence(self, force: str) -> None:
        asn = self._asn() or f"2320010000000000{self.number:03d}3C"
        sequence = self._id("")
        if self.chance.random() < 0.97:
            self._add(
                *("pnc", force, "arrest_summons", asn),
                asn=asn,
                pnc_id=self.pnc_id,
                process_stage=self.chance.choice(("ARREST", "SUMMONS", "CHARGE")),
                process_date=self.day(),
                force_code=force,
            )
        start = self._day()
        self._add(
            *("pnc", force, "offence", f"{asn}/{sequence}"),
            asn=asn,
            offence_seq=sequence,
            pnc_id=self.pnc_id,
            cjs_code=self.chance.choice(CODES),
            start_date=start.isoformat(),
            end_date=self.chance.choice(("", "", (start + dt.timedelta(days=9)).isoformat())),
        )
        for number in range(self.chance.choice((0, 1, 1, 1, 2, 3))):
            self._add(
                *("pnc", force, "disposal", f"{asn}/{sequence}/{number}"),
                asn=asn,
                offence_seq=sequence,
                disposal_seq=str(number),
                pnc_id=self.pnc_id,
                disposal_type=self.chance.choice(DISPOSALS),
                disposal_date=self.day(),
                appeal_marker=self.chance.choice(APPEALS),
            )


def write_edge_histories(root: Path, people: int, seed: int) -> None:
    """Two deliveries of each source: a full extract, and a delta in which some rows change and some are deleted."""
    chance = random.Random(seed)
    first: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    second: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for number in range(people):
        for (feed, source, table), rows in Person(number, seed).make().items():
            for row in rows.values():
                first[feed, source][table].append(row)
                if chance.random() < 0.03:
                    second[feed, source][table].append({**row, "deleted": "1"})
                elif chance.random() < 0.03 and table == "outcome":
                    second[feed, source][table].append({**row, "appeal_status": chance.choice(APPEALS)})
                elif chance.random() < 0.05 and table == "child":
                    second[feed, source][table].append({**row, "team": "C", "home_yot": chance.choice(SERVICES)})
    for feed, source in sorted(first):
        names = [table.name for table in FEEDS[feed].tables]
        for day, sequence, kind, tables in (
            (FIRST_EXTRACT, 1, "full", first[feed, source]),
            (SECOND_EXTRACT, 2, "delta", second[feed, source]),
        ):
            whole = {name: tables.get(name, []) for name in names}
            write_delivery(root, feed, source, day.isoformat(), sequence, whole, kind=kind)


def _months(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
