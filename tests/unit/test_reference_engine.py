"""The reference engine: the boundary cases that the rules name, and the golden scenarios."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.reference_engine import Definition, Link, Parameters, Result, Version, load_definitions, load_reference, run
from tests.reference_engine.dates import add_months, age_on, band_of, last_friday_of_june, period_of, proof_end
from tests.reference_engine.figures import decimal_of, design_effect, wilson
from tests.reference_engine.model import Record, canonical_asn, canonical_pnc_id
from tests.reference_engine.offences import offences_of, pair_records, straddles, unpaired_same_asn

ROOT = Path(__file__).parents[2]
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


# Time


def test_months_are_added_once_to_the_index_date() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 2, 29), 18) == date(2024 + 1, 8, 29)
    assert proof_end(date(2024, 2, 29), 12, 6) == date(2025, 8, 29)
    assert add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)


def test_a_child_born_on_29_february_ages_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert age_on(born, date(2025, 2, 28)) == 16
    assert age_on(born, date(2025, 3, 1)) == 17
    assert age_on(born, date(2024, 2, 29)) == 16


def test_bands_end_on_their_day() -> None:
    index = date(2023, 5, 10)
    assert band_of(index, index) is None
    assert band_of(index, date(2023, 8, 10)) == "0-3"
    assert band_of(index, date(2023, 8, 11)) == "3-6"
    assert band_of(index, date(2024, 5, 10)) == "9-12"
    assert band_of(index, date(2024, 5, 11)) is None


def test_periods() -> None:
    def label(kind: str, day: date) -> str | None:
        period = period_of(kind, day)
        return period.label if period else None

    assert label("quarter", date(2023, 6, 30)) == "2023Q2"
    assert label("financial_year", date(2024, 3, 31)) == "2023-24"
    assert label("financial_year", date(1999, 4, 1)) == "1999-00"
    assert label("calendar_year", date(2023, 1, 1)) == "2023"
    assert label("first_quarter", date(2023, 3, 31)) == "2023Q1"
    assert label("first_quarter", date(2023, 4, 1)) is None


def test_last_friday_of_june() -> None:
    assert last_friday_of_june(2023) == date(2023, 6, 30)
    assert last_friday_of_june(2024) == date(2024, 6, 28)


def test_nothing_after_the_as_of_date_exists() -> None:
    case = entered()
    later = case.offence("2023-06-01", "2023-08-01", charge_date="2023-06-20")
    before = case.run(as_of=date(2023, 7, 31))
    assert (member_of(before)["reoffences"], member_of(before)["pending_offences"]) == (0, 1)
    assert class_of(before, later) == "pending"
    assert member_of(case.run(as_of=date(2023, 8, 1)))["reoffences"] == 1
    assert case.run(as_of=date(2023, 5, 9)).members == []
    assert [row["record_id"] for row in case.run(as_of=date(2023, 5, 31)).classes] == ["index"]


def test_only_what_is_known_counts() -> None:
    case = entered()
    case.add(
        "yot",
        "north",
        "outcome",
        date(2024, 1, 10),
        date(2024, 2, 10),
        outcome_id="x",
        offence_id=case.offence("2023-06-01"),
        outcome_date="2023-08-01",
        legal_outcome="YOUTH_CAUTION",
        occasion_id="",
    )
    counts = [
        member_of(case.run(known=day))["reoffences"]
        for day in (date(2024, 1, 9), date(2024, 1, 10), date(2024, 2, 9), date(2024, 2, 10))
    ]
    assert counts == [0, 1, 1, 0]


# The golden scenarios


def test_scenario_01_a_caution_for_an_early_reoffence() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01", "YOUTH_CONDITIONAL_CAUTION")
    result = case.run()
    member = member_of(result)
    assert (member["is_reoffender"], member["reoffences"], member["days_to_first_reoffence"]) == (True, 1, 22)
    assert (member["first_reoffence_band"], member["follow_up_end"], member["proof_end"]) == (
        "0-3",
        date(2024, 5, 10),
        date(2024, 11, 10),
    )
    assert (member["state"], member["index_outcome"], member["index_tier"]) == (
        "closed",
        "REFERRAL_ORDER",
        "first_tier",
    )


@pytest.mark.parametrize(
    ("offence_date", "outcome_date", "expected"),
    [
        ("2024-05-10", "2024-09-01", "reoffence"),  # 2
        ("2024-05-11", "2024-09-01", "out_of_window"),  # 3
        ("2024-03-01", "2024-11-10", "reoffence"),  # 4
        ("2024-03-01", "2024-11-11", "not_proven_in_time"),  # 4
        ("2023-05-10", "2023-09-01", "pseudo"),
        ("2023-05-11", "2023-09-01", "reoffence"),
        ("2022-05-11", "2023-03-31", "previous"),
        ("2022-05-11", "2023-05-10", "index"),
    ],
)
def test_scenarios_02_to_04_boundaries(offence_date: str, outcome_date: str, expected: str) -> None:
    case = entered()
    case.offence(offence_date, outcome_date, offence_id="other")
    result = case.run()
    assert class_of(result, "other") == expected
    assert member_of(result)["reoffences"] == (expected == "reoffence")


def test_scenario_05_pseudo_reconviction_enters_the_next_cohort() -> None:
    case = entered()
    pseudo = case.offence("2023-03-01", "2023-07-01")
    result = case.run()
    assert class_of(result, pseudo) == "pseudo"
    assert member_of(result)["reoffences"] == 0
    assert member_of(result, "2023Q3")["index_date"] == date(2023, 7, 1)
    assert class_of(result, "index", "2023Q3") == "previous"


def test_scenario_06_community_resolution() -> None:
    case = entered()
    resolution = case.offence("2023-06-01", "2023-06-20", "COMMUNITY_RESOLUTION")
    assert class_of(case.run(), resolution) == "diversion"
    tracker = case.run("out_of_court")
    assert [(m["index_date"], m["index_tier"]) for m in tracker.members] == [(date(2023, 6, 20), "diversion")]
    counting = definition_of("both", proof_tiers=frozenset({"diversion", "first_tier"}))
    assert member_of(case.run(counting))["reoffences"] == 1


@pytest.mark.parametrize("code", ["CJ08507", "SE20521"])
def test_scenario_07_breach_never_counts(code: str) -> None:
    case = entered()
    breach = case.offence("2023-06-01", "2023-07-01", cjs_code=code)
    result = case.run()
    assert class_of(result, breach) == "breach"
    assert [m["cohort"] for m in result.members] == ["2023Q2"]


def test_scenario_08_three_offences_one_occasion() -> None:
    case = entered()
    for offence_date in ("2023-09-03", "2023-09-01", "2023-09-02"):
        case.offence(offence_date, "2023-12-01")
    member = member_of(case.run())
    assert (member["reoffences"], member["reoffence_occasions"]) == (3, 1)
    assert member["first_reoffence_date"] == date(2023, 9, 1)


def test_scenario_09_two_entry_events_in_one_quarter() -> None:
    case = Case()
    case.offence("2023-03-20", "2023-04-10", "YOUTH_CAUTION")
    case.offence("2023-05-01", "2023-06-05")
    member = member_of(case.run())
    assert (member["index_date"], member["reoffences"]) == (date(2023, 4, 10), 1)


def test_scenario_10_release_is_the_entry() -> None:
    case = Case()
    sentenced = case.offence("2023-03-01", "2023-04-20", "DTO")
    case.episode("2023-04-20", "2023-08-20", occasion_id="north-2023-04-20")
    inside = case.offence("2023-07-01", "2023-10-01")
    result = case.run()
    assert [m["cohort"] for m in result.members] == ["2023Q3", "2023Q4"]
    member = member_of(result, "2023Q3")
    assert (member["index_date"], member["index_outcome"], member["index_tier"]) == (
        date(2023, 8, 20),
        "DTO",
        "custody",
    )
    assert (class_of(result, inside, "2023Q3"), class_of(result, sentenced, "2023Q3")) == ("pseudo", "index")


def test_scenario_11_adult_caution_known_to_the_police_alone() -> None:
    case = Case(born="2005-11-01")
    case.offence("2023-04-01", "2023-05-10")
    case.police("2024-01-05", "2024-02-01", "ADULT_CAUTION")
    result = case.run()
    assert member_of(result)["reoffences"] == 1
    (reoffence,) = result.reoffences
    assert (reoffence["found_in"], reoffence["tier"], reoffence["outcome"]) == ("pnc", "pre_court", "ADULT_CAUTION")


@pytest.mark.parametrize(
    ("born", "children"), [("2005-05-10", 0), ("2005-05-11", 1), ("2013-05-10", 1), ("2013-05-11", 0)]
)
def test_scenario_12_age_on_the_index_date(born: str, children: int) -> None:
    case = Case(born=born)
    case.offence("2023-04-01", "2023-05-10")
    assert len(case.run().members) == children


def test_scenario_13_a_range_counts_by_its_start() -> None:
    case = entered()
    ranged = case.offence("2023-05-05", "2023-09-01", offence_end_date="2023-05-20")
    assert class_of(case.run(), ranged) == "pseudo"


def test_scenario_14_a_quashed_conviction_drops_out_when_known() -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    row = {"outcome_id": "a", "offence_id": offence, "outcome_date": "2023-08-01", "legal_outcome": "FINE"}
    case.add("yot", "north", "outcome", FIRST_EXTRACT, date(2024, 1, 1), **row)
    case.add("yot", "north", "outcome", date(2024, 1, 1), None, **row, appeal_status="SUCCESSFUL")
    assert member_of(case.run(known=date(2023, 12, 31)))["reoffences"] == 1
    result = case.run(known=date(2024, 1, 1))
    assert (member_of(result)["reoffences"], class_of(result, offence)) == (0, "quashed")


def test_scenario_15_two_police_ids_merged() -> None:
    case = Case()
    case.links = [link for link in case.links if link.source_system == "cms"]
    case.nominal("20", "2020/0000001A", "p1")
    case.police("2023-04-01", "2023-05-10")
    case.links.append(Link("pnc", "20", "2021/0000007B", "p2", FIRST_EXTRACT, date(2024, 1, 1)))
    case.links.append(Link("pnc", "20", "2021/0000007B", "p1", date(2024, 1, 1), None))
    case.add("pnc", "20", "nominal", pnc_id="2021/0000007B", date_of_birth=case.born, sex="F")
    case.police("2023-04-02", "2023-05-20", pnc_id="21/7B")
    case.add(
        "yot",
        "north",
        "programme",
        programme_id="g",
        child_id="c1",
        programme_type="VOLUNTARY",
        start_date="2023-01-01",
    )
    case.child("north", "c2", "p2")
    assert len(case.run(known=date(2023, 12, 31)).members) == 2
    assert len(case.run(known=date(2024, 1, 1)).members) == 1


def test_scenario_16_not_recordable() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", cjs_code="RT88191")
    assert case.run().members == []
    case = entered()
    insurance = case.offence("2023-06-01", "2023-06-20", cjs_code="RT88191")
    assert class_of(case.run(), insurance) == "non_recordable"


def test_scenario_17_pending() -> None:
    case = entered()
    charged = case.offence("2023-10-01", charge_date="2023-10-05")
    case.police("2023-11-01", stage="SUMMONS", verdict="GUILTY")
    case.police("2023-11-02", stage="ARREST")
    result = case.run(as_of=date(2023, 12, 1))
    member = member_of(result)
    assert (member["pending_offences"], member["reoffences"], member["state"]) == (2, 0, "in_follow_up")
    assert class_of(result, charged) == "pending"


# Persons and places


def test_identity_comes_from_cms_and_the_latest_update() -> None:
    case = Case()
    case.born = "2007-01-15"
    case.child("south", "s1", "p1", updated_at="2024-02-01T10:00:00+01:00", sex="M")
    case.offence("2023-04-01", "2023-05-10")
    member = member_of(case.run())
    assert (member["age_at_index"], member["sex"]) == (16, "M")


@pytest.mark.parametrize(("home", "yot"), [("south", "south"), ("elsewhere", None)])
def test_residence_other(home: str, yot: str | None) -> None:
    case = Case(home_yot=home)
    case.child("south", "s9", "p9")
    case.offence("2023-04-01", "2023-05-10", outcome={"residence": "OTHER"})
    result = case.run()
    assert [m["yot"] for m in result.members] == ([yot] if yot else [])
    if not yot:
        assert [event["reason"] for event in result.events] == ["out_of_area"]


def test_police_event_goes_to_programme_then_outcome_then_home() -> None:
    case = Case()
    case.child("south", "s1", "p1")
    case.police("2023-04-01", "2023-05-10")
    assert member_of(case.run())["yot"] == "north"  # both from the first extract; ties by name
    case.offence("2023-01-01", "2023-02-01", "NFA", source="south", child_id="s1")
    assert member_of(case.run())["yot"] == "south"
    row = {"child_id": "c1", "programme_type": "PREVENTION"}
    case.add("yot", "north", "programme", programme_id="a", start_date="2023-05-01", end_date="2023-05-10", **row)
    assert member_of(case.run())["yot"] == "north"


def test_police_event_of_nobody_has_no_service() -> None:
    case = Case()
    case.nominal("20", "2021/0000007B", "p2")
    case.police("2023-04-01", "2023-05-10", pnc_id="2021/0000007B")
    result = case.run()
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["no_service"])


@pytest.mark.parametrize(
    ("north", "south", "expected"),
    [("LOCAL", "", "north"), ("", "LOCAL", "south"), ("", "", "south"), ("OTHER", "LOCAL", "south")],
)
def test_one_event_in_two_services(north: str, south: str, expected: str) -> None:
    case = Case(home_yot="south")
    case.child("south", "s1", "p1")
    case.offence("2023-04-01", "2023-05-10", outcome={"residence": north}, asn=ASN)
    case.offence("2023-04-01", "2023-05-10", source="south", child_id="s1", outcome={"residence": south}, asn=ASN)
    (member,) = case.run().members
    assert member["yot"] == expected


# Offences


def record(name: str, day: str, code: str = "CJ88116", asn: str | None = ASN, end: str = "") -> Record:
    """A record `source:id`; sources of two digits are police forces."""
    source, record_id = name.split(":")
    return Record(
        system="pnc" if source.isdigit() else "cms",
        source=source,
        record_id=record_id,
        day=date.fromisoformat(day),
        end=date.fromisoformat(end) if end else None,
        code=code,
        asn=asn,
        child_id=None,
        is_orphan=False,
        is_charged=False,
    )


def groups_of(*records: Record) -> list[list[str]]:
    """Groups of more than one record, by their names."""
    groups = [[f"{r.source}:{r.record_id}" for r in group] for group in pair_records(records)]
    return sorted(group for group in groups if len(group) > 1)


def test_records_of_one_source_never_pair() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("north:2", "2023-04-01")) == []


def test_a_range_over_the_index_date_is_flagged() -> None:
    (offence,), _ = offences_of([record("north:1", "2023-05-05", end="2023-05-20")], REFERENCE)
    days = (date(2023, 5, 4), date(2023, 5, 5), date(2023, 5, 19), date(2023, 5, 20))
    assert [straddles(offence, day) for day in days] == [False, True, True, False]


def test_same_code_and_date_pair_before_same_date() -> None:
    pairs = groups_of(
        record("north:1", "2023-04-01", "TH68010"),
        record("north:2", "2023-04-01", "CJ88116"),
        record("20:1", "2023-04-01", "CJ88116"),
        record("20:2", "2023-04-01", "CD71039"),
    )
    assert pairs == [["north:1", "20:2"], ["north:2", "20:1"]]


def test_same_code_within_seven_days_or_inside_a_range() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-08")) == [["north:1", "20:1"]]
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-09")) == []
    ranged = record("north:1", "2023-04-01", end="2023-05-01")
    assert groups_of(ranged, record("20:1", "2023-05-01")) == [["north:1", "20:1"]]
    assert groups_of(ranged, record("20:1", "2023-05-09")) == []


def test_greedy_by_the_lower_record() -> None:
    pairs = groups_of(record("north:1", "2023-04-05"), record("20:1", "2023-04-01"), record("20:2", "2023-04-07"))
    assert pairs == [["north:1", "20:1"]]


def test_different_numbers_never_pair_and_missing_ones_ask_code_and_date() -> None:
    assert groups_of(record("north:1", "2023-04-01"), record("20:1", "2023-04-01", asn=OTHER_ASN)) == []
    assert groups_of(record("north:1", "2023-04-01", asn=None), record("20:1", "2023-04-01")) == [["north:1", "20:1"]]
    assert groups_of(record("north:1", "2023-04-01", asn=None), record("20:1", "2023-04-02")) == []


def test_groups_of_three_sources() -> None:
    assert groups_of(
        record("north:1", "2023-04-01"), record("south:1", "2023-04-01"), record("20:1", "2023-04-01")
    ) == [["north:1", "south:1", "20:1"]]


def test_unpaired_under_one_number() -> None:
    left = unpaired_same_asn(pair_records([record("north:1", "2023-04-01"), record("20:1", "2023-06-01")]))
    assert {r.source for r in left} == {"north", "20"}


@pytest.mark.parametrize(("police_day", "children"), [("2023-05-17", 1), ("2023-05-18", 0)])
def test_outcomes_far_apart_forbid_pairing_without_a_number(police_day: str, children: int) -> None:
    case = entered()
    case.police("2023-04-01", police_day)
    result = case.run()
    member = member_of(result)
    assert member["index_date"] == (date(2023, 5, 17) if children else date(2023, 5, 10))
    assert ("paired_to" in {row["class"] for row in result.classes}) == bool(children)


def test_a_dummy_number_is_none() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", asn="2200XX0000000000001A")
    case.police("2023-04-01", "2023-05-10", asn=ASN)
    assert [row["class"] for row in case.run().classes] == ["index", "paired_to"]


def test_police_decide_and_circumstances_come_from_cms() -> None:
    case = entered()
    offence = case.offence("2023-06-03", "2023-08-01", "YRO", asn=ASN, seriousness="6", cjs_code="CJ88116")
    case.police("2023-06-01", "2023-07-20", "1097", asn=ASN)
    (row,) = case.run().reoffences
    assert (row["offence_key"], row["offence_date"], row["outcome_date"]) == (
        offence,
        date(2023, 6, 1),
        date(2023, 7, 20),
    )
    assert (row["tier"], row["outcome"], row["seriousness"], row["found_in"]) == (
        "first_tier",
        "REFERRAL_ORDER",
        6,
        "both",
    )


def test_a_final_police_result_decides_even_when_set_aside() -> None:
    case = entered()
    offence = case.offence("2023-06-01", "2023-08-01", asn=ASN)
    case.police("2023-06-01", "2023-08-01", asn=ASN, marker="SUCCESSFUL")
    assert class_of(case.run(), offence) == "quashed"
    case = entered()
    offence = case.offence("2023-06-01", "2023-08-01", asn=ASN)
    case.police("2023-06-01", "2023-08-01", "4047", asn=ASN)  # bail: not final
    assert class_of(case.run(), offence) == "reoffence"


def test_keys_of_two_services_with_one_id() -> None:
    case = entered()
    case.child("south", "s1", "p1")
    case.offence("2023-06-01", "2023-08-01", offence_id="same")
    case.offence("2023-06-02", "2023-08-01", offence_id="same", source="south", child_id="s1")
    number = case.police("2023-06-03", "2023-08-01")
    keys = {row["offence_key"] for row in case.run().reoffences}
    assert keys == {"north/same", "south/same", f"{number}/001"}


@pytest.mark.parametrize(
    ("appeals", "expected"),
    [
        (["SUCCESSFUL"], "quashed"),
        (["PENDING"], "reoffence"),
        (["DISMISSED"], "reoffence"),
        (["CHANGED"], "reoffence"),
        (["CHANGED", "CHANGED"], "reoffence"),
        (["CHANGED", ""], "reoffence"),
    ],
)
def test_appeals(appeals: list[str], expected: str) -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    for number, appeal in enumerate(appeals):
        case.outcome(offence, f"2023-0{number + 7}-01", ("FINE", "YRO")[number], appeal_status=appeal)
    result = case.run()
    assert class_of(result, offence) == expected
    if len(appeals) == 2:
        assert [(row["outcome_date"], row["tier"]) for row in result.reoffences] == [(date(2023, 8, 1), "community")]


def test_proven_once_on_the_earliest_day_in_the_gravest_tier() -> None:
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "FINE")
    case.outcome(offence, "2023-05-10", "YRO")
    case.outcome(offence, "2023-08-10", "DTO")
    result = case.run()
    assert [m["cohort"] for m in result.members] == ["2023Q2"]
    assert member_of(result)["index_outcome"] == "YRO"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["ACQUITTED"], "non_conviction"),
        (["NFA"], "no_action"),
        (["NFA", "ACQUITTED"], "non_conviction"),
        (["OUTCOME_22"], "diversion"),
        (["SOMETHING_NEW"], "unmapped"),
        (["SOMETHING_NEW", "FINE"], "reoffence"),
        ([], "pending"),
    ],
)
def test_classes_of_outcomes(outcomes: list[str], expected: str) -> None:
    case = entered()
    offence = case.offence("2023-06-01")
    for legal_outcome in outcomes:
        case.outcome(offence, "2023-07-01", legal_outcome)
    assert class_of(case.run(), offence) == expected


def test_taken_into_consideration_is_no_offence_of_its_own() -> None:
    case = entered()
    case.police("2023-06-01", "2023-07-01", "3112")
    assert member_of(case.run())["reoffences"] == 0


def test_orphans_and_unlisted_codes() -> None:
    case = entered()
    case.police("2023-06-01", "2023-07-01", asn=ASN)
    case.history = [version for version in case.history if version.table != "arrest_summons"]
    case.offence("2023-06-02", "2023-07-01", offence_id="odd", cjs_code="XX00000")
    result = case.run()
    assert class_of(result, f"{ASN}/001") == "orphan"
    assert class_of(result, "odd") == "unmapped"
    assert member_of(result)["reoffences"] == 0


def test_a_reoffence_out_of_area_has_its_own_class() -> None:
    case = entered()
    case.history = [v for v in case.history if v.table != "child"]
    case.add("yot", "north", "child", child_id="c1", date_of_birth=case.born, sex="F", home_yot="elsewhere")
    away = case.offence("2023-06-01", "2023-07-01", outcome={"residence": "OTHER"})
    assert class_of(case.run(), away) == "out_of_area"


def test_classes_add_up_to_the_records() -> None:
    case = entered(asn=ASN)
    case.police("2023-04-01", "2023-05-10", asn=ASN)
    for day in ("2023-06-01", "2024-06-01", "2022-06-01"):
        case.offence(day, "2024-08-01")
    result = case.run()
    for cohort in ("2023Q2", "2024Q3"):
        assert len([row for row in result.classes if row["cohort"] == cohort]) == 5


# Entry


def test_stays_join_over_one_day() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01", reason="TRANSFERRED")
    case.episode("2023-05-02", "2023-08-01", reason="")
    assert [m["index_date"] for m in case.run().members] == [date(2023, 8, 1)]
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    case.episode("2023-05-03", "2023-08-01")
    assert [m["index_date"] for m in case.run().members] == [date(2023, 5, 1), date(2023, 8, 1)]


@pytest.mark.parametrize(
    ("kind", "reason", "children"),
    [
        ("SENTENCE", "RELEASED", 1),
        ("SENTENCE", "", 1),
        ("SENTENCE", "ADULT_ESTATE", 0),
        ("RECALL", "RELEASED", 0),
        ("REMAND", "RELEASED", 0),
    ],
)
def test_which_stays_end_in_a_release(kind: str, reason: str, children: int) -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01", kind, reason)
    assert len(case.run().members) == children
    assert case.run(as_of=date(2023, 4, 30)).members == []


def test_an_unlinked_release_needs_no_scope_but_fails_a_filter() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    member = member_of(case.run())
    assert (member["index_outcome"], member["index_offence_group"], member["index_tier"]) == (None, None, "custody")
    result = case.run("knife_crime")
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["release_unlinked"])


def test_a_release_is_linked_to_the_latest_custodial_outcome() -> None:
    case = Case()
    case.offence("2023-02-01", "2023-03-01", "DTO", cjs_code="SE20521")
    case.episode("2023-04-01", "2023-05-01")
    result = case.run()
    assert (result.members, [event["reason"] for event in result.events]) == ([], ["out_of_scope"])
    case.offence("2023-02-01", "2023-03-05", "SECTION_250")
    assert member_of(case.run())["index_outcome"] == "SECTION_250"


def test_custodial_sentences_are_no_entry() -> None:
    case = Case()
    case.offence("2023-04-01", "2023-05-10", "DTO")
    assert case.run(definition_of("both", entry_tiers=frozenset({"custody"}))).members == []


def test_a_release_goes_before_an_outcome_of_its_day() -> None:
    case = Case()
    case.offence("2023-02-01", "2023-03-01", "DTO")
    case.episode("2023-03-01", "2023-05-10", occasion_id="north-2023-03-01")
    case.offence("2023-03-02", "2023-05-10", "YRO", seriousness="8")
    assert member_of(case.run())["index_tier"] == "custody"


def test_gravest_tier_then_gravest_offence() -> None:
    case = entered(seriousness="8")
    case.offence("2023-04-02", "2023-05-10", "YRO", seriousness="2")
    case.offence("2023-04-03", "2023-05-10", "YRO", seriousness="3")
    member = member_of(case.run())
    assert (member["index_tier"], member["index_seriousness"]) == ("community", 3)


def test_filters_look_at_the_whole_occasion() -> None:
    case = entered()
    case.offence("2023-04-02", "2023-05-10", "FINE", knife_related="1", seriousness="1")
    assert len(case.run("knife_crime").members) == 1
    case.offence("2023-04-02", "2023-05-10", "FINE", yjb_category="ROBBERY", seriousness="4")
    assert case.run("serious_violence").members == []
    case.offence("2023-04-02", "2023-05-10", "FINE", yjb_category="ROBBERY", seriousness="5")
    assert len(case.run("serious_violence").members) == 1


def test_diversion_enters_unless_proven_by_then() -> None:
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "COMMUNITY_RESOLUTION")
    case.outcome(offence, "2023-05-10", "YOUTH_CAUTION")
    assert member_of(case.run("out_of_court"))["index_tier"] == "pre_court"
    case = Case()
    offence = case.offence("2023-04-01", "2023-05-10", "COMMUNITY_RESOLUTION")
    case.outcome(offence, "2023-07-10", "YOUTH_CAUTION")
    tiers = [(m["cohort"], m["index_tier"]) for m in case.run("out_of_court").members]
    assert tiers == [("2023Q2", "diversion"), ("2023Q3", "pre_court")]


def test_flags() -> None:
    case = Case()
    case.add("yot", "north", "child_flag", flag_id="f", child_id="c1", flag="IOM", start_date="2023-01-01")
    case.add(
        "yot",
        "north",
        "child_flag",
        flag_id="g",
        child_id="c1",
        flag="ODOC",
        start_date="2023-06-01",
        end_date="2024-04-01",
    )
    reoffence = case.offence("2023-07-01", "2023-09-01")
    result = case.run("managed_offenders", as_of=date(2024, 12, 1))
    assert [(m["cohort"], m["index_date"]) for m in result.members] == [
        ("2023-24", date(2023, 6, 1)),
        ("2024-25", date(2024, 4, 1)),
    ]
    member = member_of(result, "2023-24")
    assert (member["index_outcome"], member["index_seriousness"], member["seriousness_change"]) == (None, None, None)
    assert class_of(result, reoffence, "2023-24") == "reoffence"


def test_police_records_alone_prove_in_the_national_measure() -> None:
    case = entered()
    assert case.run("national_proven").members == []
    case.police("2023-04-01", "2023-05-12")
    only_cms = case.offence("2023-06-01", "2023-08-01")
    result = case.run("national_proven")
    assert member_of(result)["index_date"] == date(2023, 5, 12)
    assert (member_of(result)["reoffences"], class_of(result, only_cms)) == (0, "not_proven_in_time")


def test_a_release_of_the_national_measure_comes_from_cms() -> None:
    case = Case()
    case.episode("2023-04-01", "2023-05-01")
    assert len(case.run("national_proven").members) == 1


# Figures


def test_states() -> None:
    case = entered()

    def states(as_of: date) -> tuple[str, str]:
        result = case.run(as_of=as_of)
        return member_of(result)["state"], result.summaries[0]["state"]

    assert states(date(2023, 6, 29)) == ("in_follow_up", "filling")
    assert states(date(2023, 6, 30)) == ("in_follow_up", "in_follow_up")
    assert states(date(2024, 5, 10))[0] == "in_follow_up"
    assert states(date(2024, 5, 11))[0] == "awaiting_outcomes"
    assert states(date(2024, 11, 10))[0] == "awaiting_outcomes"
    assert states(date(2024, 11, 11)) == ("closed", "closed")


def test_summaries() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01")
    case.child("south", "s1", "p1")
    case.offence("2023-04-05", "2023-05-20", source="south", child_id="s1")
    result = case.run(as_of=date(2023, 11, 10))
    rows = {row["yot"]: row for row in result.summaries if row["cohort"] == "2023Q2"}
    assert {yot: (row["children"], row["distinct_children"]) for yot, row in rows.items()} == {
        "all": (2, 1),
        "north": (1, 1),
        "south": (1, 1),
    }
    assert rows["north"]["binary_rate"] == Decimal("1.000000")
    assert rows["all"]["maturity"] == decimal_of((Fraction(184, 550) + Fraction(174, 550)) / 2, "0.0001")
    assert rows["north"]["change_on_year_points"] is None


def test_change_on_the_year_before() -> None:
    case = Case()
    case.offence("2022-04-01", "2022-05-10")
    case.offence("2023-04-01", "2023-05-10")
    case.offence("2023-06-01", "2023-08-01")
    rows = {row["cohort"]: row for row in case.run().summaries if row["yot"] == "all"}
    assert rows["2023Q2"]["change_on_year_points"] == Decimal("0.0000")  # both reoffended
    assert rows["2023Q2"]["reoffences_per_child"] == Decimal("1.000000")


def test_wilson_interval() -> None:
    assert wilson(22, 65) == (Decimal("0.235335"), Decimal("0.459616"))
    assert wilson(0, 10)[0] == Decimal(0)
    assert wilson(10, 10)[1] == Decimal(1)
    assert wilson(22, 65, Fraction(2))[0] < wilson(22, 65)[0]
    assert wilson(22, 65, Fraction(1, 2)) == wilson(22, 65)


def test_design_effect() -> None:
    def rows(*entries: tuple[str, bool]) -> list[dict[str, Any]]:
        return [{"person_key": key, "is_reoffender": reoffends} for key, reoffends in entries]

    assert design_effect(rows(("a", True), ("a", False))) == 1  # one child
    assert design_effect(rows(("a", True), ("b", True))) == 1  # p is 1
    assert design_effect(rows(("a", True), ("a", True), ("b", False), ("b", False))) == 4
    assert design_effect(rows(("a", True), ("b", False))) == 2


def test_rates_round_half_up() -> None:
    assert decimal_of(Fraction(1, 2_000_000)) == Decimal("0.000001")
    assert decimal_of(Fraction(22, 65)) == Decimal("0.338462")


def test_previous_offences_and_first_time_entrants() -> None:
    case = entered()
    assert (member_of(case.run())["previous_offences"], member_of(case.run())["is_first_time_entrant"]) == (0, True)
    case.offence("2023-01-01", "2023-02-01", "COMMUNITY_RESOLUTION")
    assert member_of(case.run())["is_first_time_entrant"] is True
    case.offence("2023-01-01", "2023-02-01", cjs_code="RT88191")  # not recordable: any scope for first-time entrants
    assert (member_of(case.run())["previous_offences"], member_of(case.run())["is_first_time_entrant"]) == (0, False)
    case.offence("2023-01-02", "2023-02-01", asn=ASN)
    case.police("2023-01-02", "2023-02-01", asn=ASN)
    assert member_of(case.run())["previous_offences"] == 1


def test_seriousness_change() -> None:
    case = entered(seriousness="4")
    case.offence("2023-06-01", "2023-08-01", seriousness="2")
    case.offence("2023-06-02", "2023-08-01", seriousness="6")
    member = member_of(case.run())
    assert (member["max_reoffence_seriousness"], member["seriousness_change"]) == (6, 2)


def test_characteristics() -> None:
    case = entered()
    case.history = [v for v in case.history if v.table != "child"]
    row = {"child_id": "c1", "date_of_birth": "2007-01-15", "sex": "F", "home_yot": "north"}
    case.add("yot", "north", "child", date(2023, 6, 1), date(2023, 7, 1), **row, team="East", ethnicity="W2")
    case.add("yot", "north", "child", date(2023, 7, 1), None, **row, team="West", sen_status="EHCP")
    for number, (start, end, hours, suitability) in enumerate(
        (
            ("2023-05-01", "2023-05-10", "20", "SUITABLE"),
            ("2023-05-10", "1900-01-01", "5", "UNKNOWN"),
            ("2023-05-11", "", "9", "SUITABLE"),
        )
    ):
        case.add(
            "yot",
            "north",
            "ete_placement",
            ete_id=str(number),
            child_id="c1",
            provision_type="COLLEGE",
            start_date=start,
            end_date=end,
            hours_offered="25",
            hours_attended=hours,
            suitability=suitability,
        )
    case.add("yot", "north", "assessment", assessment_id="1", child_id="c1", assessment_date="2023-06-21", rosh="HIGH")
    case.add(
        "yot", "north", "care_episode", care_episode_id="1", child_id="c1", care_status="LAC", start_date="2023-05-10"
    )
    member = member_of(case.run())
    expected = {
        "team": "East",
        "ethnicity_group": "White",
        "sen_status": "Not known",
        "ete_band": "Full time, unsuitable",
        "rosh": "HIGH",
        "likelihood_of_reoffending": "Not known",
        "care_status": "LAC",
        "has_police_match": True,
        "age_at_index": 16,
    }
    assert {column: member[column] for column in expected} == expected


def test_an_assessment_43_days_after_is_too_late() -> None:
    case = entered()
    case.add("yot", "north", "assessment", assessment_id="1", child_id="c1", assessment_date="2023-06-22", rosh="HIGH")
    assert member_of(case.run())["rosh"] == "Not known"


def test_identifiers() -> None:
    assert canonical_pnc_id("81/34U", 2026) == "1981/0000034U"
    assert canonical_pnc_id("79163001B", 2026) == "1979/0163001B"
    assert canonical_pnc_id("19790163001b", 2026) == "1979/0163001B"
    assert canonical_asn("97/0000/00/123456K") == "9700000000000123456K"


MEMBER_COLUMNS = """definition cohort cohort_start cohort_end yot person_key index_date index_outcome index_tier
    index_offence_group index_seriousness age_at_index sex ethnicity_group care_status sen_status team ward_code ete_band
    likelihood_of_reoffending rosh intervention_level previous_offences is_first_time_entrant follow_up_end proof_end state
    is_reoffender reoffences reoffence_occasions first_reoffence_date days_to_first_reoffence first_reoffence_band
    max_reoffence_seriousness seriousness_change pending_offences has_police_match"""
REOFFENCE_COLUMNS = """definition cohort yot person_key offence_key offence_date outcome_date outcome tier offence_group
    seriousness found_in"""
SUMMARY_COLUMNS = """definition cohort cohort_start cohort_end yot children distinct_children reoffenders reoffences
    binary_rate binary_rate_low binary_rate_high reoffences_per_reoffender reoffences_per_child children_closed maturity
    state change_on_year_points"""
CLASS_COLUMNS = "definition cohort yot person_key source_system source record_id class"


def test_columns() -> None:
    case = entered()
    case.offence("2023-06-01", "2023-08-01")
    result = case.run()
    for table, columns in (
        (result.members, MEMBER_COLUMNS),
        (result.reoffences, REOFFENCE_COLUMNS),
        (result.summaries, SUMMARY_COLUMNS),
        (result.classes, CLASS_COLUMNS),
    ):
        assert set(table[0]) == set(columns.split())


def test_order_of_arrival_changes_nothing() -> None:
    case = entered(asn=ASN)
    case.police("2023-04-03", "2023-05-12", asn=ASN)
    case.child("south", "s1", "p1", team="East")
    case.offence("2023-06-01", "2023-08-01", source="south", child_id="s1")
    forwards = case.run()
    case.history.reverse()
    case.links.reverse()
    assert case.run() == forwards
