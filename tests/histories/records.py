"""Hypothesis draws the records of one person: few, with ids from narrow pools, so that things collide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from live_tracker.deliveries.contract import FEEDS, POLICE_CAUTIONS
from live_tracker.identity.identifiers import check_letter
from tests.histories.dates import add_months, birthdays, days_around
from tests.histories.model import Life, Row

T = TypeVar("T")

SERVICES = ("northborough", "southmere")
FORCES = ("20", "21")
FLAGS = ("IOM", "KNIFE", "MAPPA", "ODOC")

OFFENCE_CODES = ("CJ88116", "CJ88116", "TH68023", "MD71131", "CJ88144", "RT88191", "CJ08507", "SE20521", "ZZ99999")
"""Assault, robbery, drugs, a blade; not recordable; breaches, one of them recordable; and a code outside the list."""
COMMON_OUTCOMES = ("REFERRAL_ORDER", "YRO", "DTO", "YOUTH_CAUTION", "COMMUNITY_RESOLUTION", "NFA", "WITHDRAWN")
COMMON_DISPOSALS = ("1097", "1141", "1081", "2051", "YOUTH_CAUTION", "COMMUNITY_RESOLUTION", "4027", "1029")
DISPOSALS = (
    *("1002", "1003", "1007", "1015", "1016", "1017", "1018", "1022", "1024", "1083", "1084", "1090", "1142", "1143"),
    *("1030", "1046", "1113", "3012", "2004", "2005", "2006", "2050", "2053", "2060", "2063", "2066", "3112", "3117"),
    *("4028", "9999", *sorted(POLICE_CAUTIONS)),
)
APPEALS = ("", "", "", "", "PENDING", "CHANGED", "CHANGED", "SUCCESSFUL", "DISMISSED")


def codes(table: str, column: str, feed: str = "yot") -> tuple[str, ...]:
    """The codes that the contract knows of a column."""
    found = next(one for one in FEEDS[feed].table(table).columns if one.name == column).codes
    return tuple(sorted(found or ()))


def pnc_id_of(number: int) -> str:
    """The PNC id of a person. A serial of zeros is a placeholder, by which nobody is known again: they begin with 1."""
    serial = number + 1
    return f"2020/{serial:07d}{check_letter(20 * 10_000_000 + serial)}"


def number_of(pnc_id: str) -> int:
    """Whose PNC id it is."""
    return int(pnc_id[5:-1]) - 1


LEGAL_OUTCOMES = (*codes("outcome", "legal_outcome"), "NEW_ORDER")


class Drawing:
    """One person's records as they are drawn; every id ends in the person's number, so that none meets another's."""

    def __init__(
        self, draw: st.DrawFn, number: int, people: Sequence[int], anchor: dt.date, extracts: Sequence[dt.date]
    ):
        self.draw = draw
        self.number = number
        self.others = [other for other in people if other != number]
        self.anchor = anchor
        self.days = days_around(anchor)
        self.extracts = extracts
        self.lives: list[Life] = []
        self.born = draw(birthdays(anchor)).isoformat()
        self.child_id = f"c{number}"
        self.home = self.pick((*SERVICES, SERVICES[-1], "elsewhere"))
        self.services: Sequence[str] = ()
        self.made: dict[str, int] = {}

    def pick(self, values: Sequence[T]) -> T:
        return self.draw(st.sampled_from(values))

    def day(self) -> str:
        return self.draw(self.days).isoformat()

    def count(self, most: int) -> int:
        return self.draw(st.integers(0, most))

    def key(self, kind: str, source: str) -> str:
        """The next id of its kind in its source: two sources use the same ones."""
        pool = f"{kind}/{source}"
        self.made[pool] = self.made.get(pool, 0) + 1
        return f"{kind}{self.made[pool]}-{self.number}"

    def add(self, feed: str, source: str, table: str, row: Row, change: Callable[[Row], Row] | None = None) -> None:
        """A record from the first or a later extract on; it may change, go, and come back."""
        row = _said(row)
        first = self.pick((0,) * 10 + (1, 1, len(self.extracts) - 1))
        states: list[tuple[dt.date, Row | None]] = [(self.extracts[first], row)]
        for extract in self.extracts[first + 1 :]:
            before = states[-1][1]
            what = self.pick(("same",) * 12 + ("change", "change", "go"))
            if what == "go" and before is not None:
                states.append((extract, None))
            elif what == "change" and (changed := _said(change(row)) if change else row) != before:
                states.append((extract, changed))
        self.lives.append(Life(feed, source, table, tuple(states)))

    def make(self) -> list[Life]:
        """Everything that both feeds say of the person."""
        services = self.pick((SERVICES[:1], SERVICES[:1], SERVICES, SERVICES, SERVICES[1:], ()))
        self.services = services
        for service in services:
            self.child(service)
        self.index_occasion(services)
        if self.count(3):
            self.later_case(services)
        if self.count(7) == 0:
            self.yearly_cases(services)
        for service in services:
            for _ in range(self.count(2)):
                self.cms_offence(service)
            for record in (self.episode, self.episode, self.flag, self.programme, self.care, self.ete, self.assessment):
                if self.count(2) == 2:
                    record(service)
        for force in self.pick((FORCES[:1], FORCES[:1], FORCES[:1], FORCES, ())) if services else FORCES[:1]:
            self.nominal(force)
            for _ in range(self.count(2)):
                self.police_offence(force)
        return self.lives

    def index_occasion(self, services: Sequence[str]) -> None:
        """Mostly something that enters, at the anchor: without it few people would be in any cohort."""
        day = self.anchor + dt.timedelta(days=self.pick((0, 0, 0, 1, -1)))
        before = self.anchor - dt.timedelta(days=self.pick((1, 30, 400)))
        if self.count(4) == 0 and services:
            spell = {"start_date": before.isoformat(), "end_date": day.isoformat(), "placement_type": "YOI"}
            kind = self.pick(("SENTENCE", "SENTENCE", "SENTENCE", "RECALL"))
            reason = self.pick(("", "RELEASED", "TRANSFERRED"))
            ids = {"episode_id": f"e0-{self.number}", "child_id": self.child_id}
            episode = {**ids, "kind": kind, **spell, "end_reason": reason}
            self.add("yot", services[0], "custody_episode", {**episode, "occasion_id": self.occasion()})
            if self.count(1):
                self.episode_close_to(services[0], episode)
        elif self.count(6):
            self.case("0", services, before, day)

    def later_case(self, services: Sequence[str]) -> None:
        """What may be a reoffence: committed and proven on and beside the edges of the windows."""
        committed = add_months(self.anchor, self.pick((0, 0, 3, 6, 9, 12))) + self.nudge()
        proven = add_months(self.anchor, self.pick((3, 6, 9, 12, 15, 18))) + self.nudge()
        self.case("9", services, committed, max(committed, proven))

    def yearly_cases(self, services: Sequence[str]) -> None:
        """An outcome in each of the quarters after the anchor: what a year is made of."""
        for quarter in (1, 2, 3):
            day = add_months(self.anchor, 3 * quarter)
            self.case(f"{quarter}0", services, day - dt.timedelta(days=self.pick((1, 100))), day)

    def nudge(self) -> dt.timedelta:
        return dt.timedelta(days=self.pick((0, 1, 1, -1)))

    def case(self, name: str, services: Sequence[str], committed: dt.date, proven: dt.date) -> None:
        """An offence as one or both feeds tell of it, from the day of it to its outcome."""
        where = self.pick(("both", "both", "both", "cms", "pnc"))
        code, asn = self.pick(OFFENCE_CODES[:5]), f"23200100000000{int(name):02d}{self.number:03d}0Z"
        if services and where != "pnc":
            for service in self.pick((services[:1], services)):
                self.case_record(name, service, self.pick((asn, asn, "")), code, committed, proven)
        if where != "cms":
            keys = {"asn": asn, "pnc_id": pnc_id_of(self.number)}
            stage = {"process_stage": "CHARGE", "process_date": committed.isoformat(), "force_code": FORCES[0]}
            self.add("pnc", FORCES[0], "arrest_summons", {**keys, **stage})
            offence = {**keys, "offence_seq": "0"}
            start = committed + self.apart()
            self.add("pnc", FORCES[0], "offence", {**offence, "cjs_code": code, "start_date": start.isoformat()})
            for number, (day, appeal) in enumerate(self.outcome_days(proven + self.apart()), start=1):
                disposal = {
                    "disposal_seq": str(number),
                    "disposal_type": self.pick(("1097", "1141", "YOUTH_CAUTION", "1081")),
                    "disposal_date": day.isoformat(),
                    "appeal_marker": appeal,
                }
                self.add("pnc", FORCES[0], "disposal", {**offence, **disposal})

    def apart(self) -> dt.timedelta:
        """How far the two feeds are apart on a day: mostly not at all, or just near enough, or just too far."""
        return dt.timedelta(days=self.pick((0, 0, 0, 7, 8)))

    def outcome_days(self, proven: dt.date) -> list[tuple[dt.date, str]]:
        """The day of proof, with an appeal; sometimes another outcome that day or later, as a breach or an appeal brings."""
        appeal, later = self.pick(APPEALS), proven + dt.timedelta(days=self.pick((0, 0, 1, 60)))
        return [(proven, appeal), (later, "")] if self.count(2) == 0 else [(proven, appeal)]

    def case_record(self, name: str, service: str, asn: str, code: str, committed: dt.date, proven: dt.date) -> None:
        ids = {"offence_id": f"o{name}-{self.number}", "child_id": self.child_id}
        circumstances = {"seriousness": self.pick(("", "4", "5", "8")), "knife_related": self.pick(("", "1"))}
        hearing = self.pick(("", proven - dt.timedelta(days=self.pick((1, 0, -1, 30)))))
        offence = {
            "asn": asn,
            "offence_date": committed.isoformat(),
            "cjs_code": code,
            "first_hearing_date": str(hearing),
        }
        self.add("yot", service, "offence", {**ids, **offence, **circumstances})
        for number, (day, appeal) in enumerate(self.outcome_days(proven), start=1):
            outcome = {
                "outcome_id": f"r{name}.{number}-{self.number}",
                "occasion_id": f"h{name}-{self.number}",
                "outcome_date": day.isoformat(),
                "legal_outcome": self.pick(("REFERRAL_ORDER", "YRO", "YOUTH_CAUTION", "COMMUNITY_RESOLUTION")),
                "appeal_status": appeal,
                "residence": self.pick(("LOCAL", "LOCAL", "", "OTHER")),
            }
            self.add("yot", service, "outcome", {**ids, **outcome})

    def named_pnc_id(self) -> str:
        """Mostly the person's own; sometimes none, or another's, which makes one person of two."""
        own = pnc_id_of(self.number)
        return self.pick((own, own, own, own, "", *(pnc_id_of(other) for other in self.others[:1])))

    def child(self, service: str) -> None:
        row = {
            "child_id": self.child_id,
            "pnc_id": self.named_pnc_id(),
            "forename": "Testa",
            "surname": "Example",
            "date_of_birth": self.born,
            "sex": self.pick(codes("child", "sex")),
            "ethnicity": self.ethnicity(),
            "home_yot": self.home_yot(service),
            "team": self.pick(("", "A", "B")),
            "ward_code": self.pick(("", "E05000001")),
            "sen_status": self.pick(("", *codes("child", "sen_status"))),
            "updated_at": self.pick(("", "", "2024-01-01T12:00:00+00:00", "2024-06-01T12:00:00+01:00")),
        }
        self.add("yot", service, "child", row, lambda before: {
            **before,
            "pnc_id": self.named_pnc_id(),
            "date_of_birth": self.pick((self.born, self.born, self.day_of_birth_after())),
            "home_yot": self.home_yot(service),
            "team": self.pick(("", "B", "C")),
            "ethnicity": self.ethnicity(),
            "sen_status": self.pick(("", "EHCP")),
        })  # fmt: skip

    def ethnicity(self) -> str:
        """Mostly of one of two groups, so that there is one to hold the other against."""
        return self.pick((*("W1", "B1") * 10, "", "NS", *codes("child", "ethnicity")))

    def home_yot(self, service: str) -> str:
        """Where two services agree that a child is at home, or each says that it is with them, or neither knows."""
        return self.pick((self.home, self.home, self.home, service, service, *SERVICES, "elsewhere"))

    def day_of_birth_after(self) -> str:
        return (dt.date.fromisoformat(self.born) + dt.timedelta(days=1)).isoformat()

    def asn(self) -> str:
        return self.pick(("", f"2320010000000000{self.number:03d}1A", f"2320010000000000{self.number:03d}2B"))

    def ranged_end(self, start: str) -> str:
        return self.pick(("", "", "", (dt.date.fromisoformat(start) + dt.timedelta(days=9)).isoformat()))

    def cms_offence(self, service: str) -> None:
        key, start = self.key("o", service), self.day()
        row = {
            "offence_id": key,
            "child_id": self.pick((self.child_id,) * 15 + ("nobody",)),
            "asn": self.asn(),
            "offence_date": start,
            "offence_end_date": self.ranged_end(start),
            "charge_date": self.pick(("", self.day())),
            "first_hearing_date": self.pick(("", "", self.day())),
            "cjs_code": self.pick(OFFENCE_CODES),
            "yjb_category": self.pick(("", "", "ROBBERY", *codes("offence", "yjb_category"))),
            "seriousness": self.pick(("", "", "4", "5", "8", *"12367")),
            "knife_related": self.pick(("", "0", "1")),
        }
        self.add("yot", service, "offence", row, lambda before: {**before, "offence_date": self.day()})
        for _ in range(self.pick((0, 1, 1, 1, 2))):
            self.outcome(service, key)

    def outcome(self, service: str, offence_id: str) -> None:
        key = self.key("r", service)
        row = {
            "outcome_id": key,
            "offence_id": offence_id,
            "child_id": self.child_id,
            "occasion_id": self.occasion(),
            "outcome_date": self.day(),
            "legal_outcome": self.pick((*COMMON_OUTCOMES * 5, *LEGAL_OUTCOMES)),
            "appeal_status": self.pick(APPEALS),
            "residence": self.pick(("", "LOCAL", "LOCAL", "OTHER")),
        }
        self.add("yot", service, "outcome", row, lambda before: {**before, "appeal_status": self.pick(APPEALS)})

    def occasion(self) -> str:
        return self.pick((f"h1-{self.number}", f"h2-{self.number}"))

    def spell(self, longest: Sequence[int] = (0, 1, 30, 31, 90)) -> dict[str, str]:
        """Start and end of something that lasts: open, or so many days."""
        start = self.draw(self.days)
        end = start + dt.timedelta(days=self.pick(longest))
        return {"start_date": start.isoformat(), "end_date": self.pick((end.isoformat(), end.isoformat(), ""))}

    def episode(self, service: str) -> None:
        row = {
            "episode_id": self.key("e", service),
            "child_id": self.child_id,
            "occasion_id": self.pick(("", self.occasion(), self.occasion())),
            "kind": self.pick(("SENTENCE", "SENTENCE", "SENTENCE", *codes("custody_episode", "kind"))),
            "placement_type": self.pick(codes("custody_episode", "placement_type")),
            **self.spell(),
            "end_reason": self.pick(("", "RELEASED", "RELEASED", *codes("custody_episode", "end_reason"))),
        }
        self.add("yot", service, "custody_episode", row, lambda before: {**before, **self.spell()})
        if self.count(2) == 2:
            self.episode_close_to(service, row)

    def episode_close_to(self, service: str, before: Row) -> None:
        """The next episode, on the day the one before ended or days after: a stay joined, or not quite."""
        end = dt.date.fromisoformat(before.get("end_date") or before["start_date"])
        start = end + dt.timedelta(days=self.pick((0, 1, 2, 2)))
        row = {
            **before,
            "episode_id": self.key("e", service),
            "kind": self.pick(("SENTENCE", "RECALL", "REMAND")),
            "start_date": start.isoformat(),
            "end_date": self.pick(("", (start + dt.timedelta(days=28)).isoformat())),
        }
        self.add("yot", service, "custody_episode", row)

    def flag(self, service: str) -> None:
        row = {"flag_id": self.key("f", service), "child_id": self.child_id, "flag": self.pick(FLAGS), **self.spell()}
        self.add("yot", service, "child_flag", row)

    def programme(self, service: str) -> None:
        row = {
            "programme_id": self.key("p", service),
            "child_id": self.child_id,
            "programme_type": self.pick(codes("programme", "programme_type")),
            **self.spell(),
            "intervention_level": self.pick(("", *codes("programme", "intervention_level"))),
        }
        self.add("yot", service, "programme", row)

    def care(self, service: str) -> None:
        status = self.pick(codes("care_episode", "care_status"))
        row = {"care_episode_id": self.key("l", service), "child_id": self.child_id, "care_status": status}
        self.add("yot", service, "care_episode", {**row, **self.spell()})

    def ete(self, service: str) -> None:
        row = {
            "ete_id": self.key("t", service),
            "child_id": self.child_id,
            "provision_type": self.pick(codes("ete_placement", "provision_type")),
            **self.spell(),
            "hours_offered": self.pick(("", "16", "25", "25")),
            "hours_attended": self.pick(("", "", "15.5", "24", "25")),
            "suitability": self.pick(("", *codes("ete_placement", "suitability"))),
        }
        self.add("yot", service, "ete_placement", row)

    def assessment(self, service: str) -> None:
        assessed = self.pick((self.draw(self.days), *(self.anchor + dt.timedelta(days=days) for days in (42, 43))))
        row = {
            "assessment_id": self.key("a", service),
            "child_id": self.child_id,
            "assessment_date": assessed.isoformat(),
            "likelihood_of_reoffending": self.pick(("", *codes("assessment", "likelihood_of_reoffending"))),
            "rosh": self.pick(("", *codes("assessment", "rosh"))),
        }
        self.add("yot", service, "assessment", row)

    def nominal(self, force: str) -> None:
        row = {
            "pnc_id": pnc_id_of(self.number),
            "surname": "EXAMPLE",
            "forenames": "TESTA",
            "date_of_birth": self.pick((self.born, self.born, self.day_of_birth_after())),
            "sex": self.pick(codes("nominal", "sex", "pnc")),
            "updated_at": self.pick(("", "", "2024-03-01T12:00:00+00:00")),
        }
        merged = [pnc_id_of(other) for other in self.others[:1]]
        self.add("pnc", force, "nominal", row, lambda before: {**before, "merged_into": self.pick(("", *merged))})

    def police_offence(self, force: str) -> None:
        asn = self.asn() or f"2320010000000000{self.number:03d}3C"
        keys = {"asn": asn, "pnc_id": pnc_id_of(self.number)}
        has_summons = any((life.source, life.table, life.key) == (force, "arrest_summons", asn) for life in self.lives)
        if not has_summons and self.count(14):
            stage = {"process_stage": self.pick(codes("arrest_summons", "process_stage", "pnc"))}
            self.add("pnc", force, "arrest_summons", {**keys, **stage, "process_date": self.day(), "force_code": force})
        start, sequence = self.day(), self.key("", force)
        row = {
            **keys,
            "offence_seq": sequence,
            "cjs_code": self.pick(OFFENCE_CODES),
            "start_date": start,
            "end_date": self.ranged_end(start),
        }
        self.add("pnc", force, "offence", row, lambda before: {**before, "start_date": self.day()})
        for number in range(self.pick((0, 1, 1, 1, 2))):
            disposal = {
                **keys,
                "offence_seq": sequence,
                "disposal_seq": str(number + 1),
                "disposal_type": self.pick((*COMMON_DISPOSALS * 5, *DISPOSALS)),
                "disposal_date": self.day(),
                "appeal_marker": self.pick(APPEALS),
            }
            self.add("pnc", force, "disposal", disposal, lambda before: {**before, "appeal_marker": self.pick(APPEALS)})


def _said(row: Row) -> Row:
    """A row without its empty values: to say nothing of a column in two ways is to say the same."""
    return {column: value for column, value in row.items() if value}
