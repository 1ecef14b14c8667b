"""Lives in the sample: each step after its cause, families that offend together, errors that are as common as asked."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from live_tracker.identity.identifiers import canonical_pnc_id
from tests.sample_data.cases import Case
from tests.sample_data.children import ELSEWHERE, SERVICES, age_on
from tests.sample_data.lives import Life, live
from tests.sample_data.nights import write_sample
from tests.sample_data.offences import TIERS
from tests.sample_data.records import Record
from tests.sample_data.writing import written_down

LAST_NIGHT = dt.date(2026, 11, 21)
SERVICES_OF_SAMPLE, CHILDREN = 2, 300


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return made()


@pytest.fixture(scope="module")
def cases(lives: list[Life]) -> list[Case]:
    return [case for life in lives for case in life.cases]


def made() -> list[Life]:
    return list(live(SERVICES_OF_SAMPLE, CHILDREN, 1, LAST_NIGHT))


def last_rows(lives: list[Life], table: str, errors: float) -> list[list[Record]]:
    """What stands of a table on the last night, by life; lives are used up by it."""
    found = []
    for life in lives:
        records = (record for record in written_down(life, LAST_NIGHT, errors) if record.table == table)
        known = [record for record in sorted(records, key=lambda record: record.known) if record.known <= LAST_NIGHT]
        found.append(list({record.key: record for record in known}.values()))
    return found


def test_each_step_follows_the_one_before(cases: list[Case]) -> None:
    for case in cases:
        steps = [step for step in (case.arrested, case.charged, case.first_hearing, case.decided) if step]
        assert steps == sorted(steps)
        assert max(offence.start for offence in case.offences) <= case.arrested
        for offence in case.offences:
            decided = [decision.day for decision in offence.decisions]
            assert decided[0] == case.decided
            assert decided == sorted(decided)
            for decision in offence.decisions:
                days = [decision.day, *(day for day, _ in decision.appeal)]
                assert days == sorted(days)


def test_custody_begins_with_its_sentence_and_nobody_offends_in_it(lives: list[Life], cases: list[Case]) -> None:
    for case in cases:
        assert all(episode.start >= case.decided for episode in case.episodes if episode.kind != "REMAND")
        assert all(episode.end is None or episode.end >= episode.start for episode in case.episodes)
    for life in lives:
        for case, following in zip(life.cases, life.cases[1:], strict=False):
            assert case.free_from is None or following.offences[0].start > case.free_from


def test_children_are_diverted_and_adults_known_to_the_police_alone(lives: list[Life], cases: list[Case]) -> None:
    adult = [case for case in cases if case.is_adult]
    assert len(adult) > 20
    assert not any(case.holders for case in adult)
    assert all(
        age_on(life.child.date_of_birth, case.arrested) >= 10 and case.is_adult == ("ADULT" in case.outcome)
        for life in lives
        for case in life.cases
        if TIERS[case.outcome] == "pre_court"
    )


def test_every_twin_and_brother_or_sister_shares_a_home_and_some_share_a_case(lives: list[Life]) -> None:
    families = [
        (elder, younger)
        for elder, younger in zip(lives, lives[SERVICES_OF_SAMPLE:], strict=False)
        if (elder.child.surname, elder.child.postcode) == (younger.child.surname, younger.child.postcode)
    ]
    twins = [pair for pair in families if pair[0].child.date_of_birth == pair[1].child.date_of_birth]
    assert (len(families), len(twins)) == (60, 20)
    assert all(
        elder.child.forename != younger.child.forename and elder.child.forename[0] == younger.child.forename[0]
        for elder, younger in twins
    )
    together = [
        pair
        for pair in families
        if {(case.offences[0].start, case.decided) for case in pair[0].cases}
        & {(case.offences[0].start, case.decided) for case in pair[1].cases}
    ]
    assert len(together) > 20


def test_some_children_are_known_to_two_services_and_some_live_elsewhere(lives: list[Life]) -> None:
    assert 10 < sum(len(life.services) > 1 for life in lives) < 120
    both = [case for life in lives for case in life.cases if len(case.holders) > 1]
    assert len(both) > 5
    assert {holder.residence for case in both for holder in case.holders} == {"LOCAL", "OTHER"}
    assert any(life.child.is_visitor for life in lives)
    assert ELSEWHERE not in SERVICES


def test_pnc_ids_are_missing_where_all_was_diverted_and_nowhere_else() -> None:
    lives = made()
    diverted: list[str] = []
    for life, records in zip(lives, last_rows(made(), "child", 1.0), strict=True):
        ids = [(record.row or {}).get("pnc_id", "") for record in records if record.row]
        valid = [canonical_pnc_id(pnc_id, LAST_NIGHT) for pnc_id in ids]
        heard = [case.decided <= LAST_NIGHT for case in life.cases if case.is_substantive]
        if any(heard):
            assert set(valid) <= {life.pnc_id}
        elif not heard:
            diverted += ids
    assert 0.3 < diverted.count("") / len(diverted) < 0.5


def test_a_pnc_id_is_there_by_the_first_outcome_that_counts() -> None:
    for life in made():
        records = [record for record in written_down(life, LAST_NIGHT, 1.0) if record.row]
        substantive = [case.decided for case in life.cases if case.is_substantive]
        for record in records:
            row = record.row or {}
            if record.table == "outcome" and substantive and record.known >= min(substantive):
                before = [
                    other.row or {}
                    for other in records
                    if (other.table, other.source, other.known <= record.known) == ("child", record.source, True)
                ]
                held = [
                    child["pnc_id"] for child in before if child["child_id"] == row["child_id"] and "pnc_id" in child
                ]
                assert held, "an outcome without its child's number"
                assert canonical_pnc_id(held[-1], record.known) == life.pnc_id


def test_names_and_dates_differ_as_often_as_asked() -> None:
    children = [life.child for life in made()]

    def share_wrong(errors: float) -> tuple[float, float]:
        wrong_names, wrong_days, nominals = 0, 0, 0
        for child, records in zip(children, last_rows(made(), "nominal", errors), strict=True):
            for row in (record.row for record in records if record.row):
                nominals += 1
                wrong_names += (row["forenames"], row["surname"]) != (child.forename.upper(), child.surname.upper())
                wrong_days += row["date_of_birth"] != child.date_of_birth.isoformat()
        return wrong_names / nominals, wrong_days / nominals

    assert share_wrong(0) == (0, 0)
    names, days = share_wrong(1)
    assert 0.08 < names < 0.2
    assert 0.02 < days < 0.1
    assert share_wrong(0.3)[0] < names


def test_a_service_has_every_date_of_birth_right_in_the_end() -> None:
    lives = made()
    ever_wrong = 0
    for life in lives:
        right = life.child.date_of_birth.isoformat()
        records = [record for record in written_down(life, LAST_NIGHT, 1.0) if record.table == "child"]
        ever_wrong += any(record.row and record.row["date_of_birth"] != right for record in records)
        known = {record.source: record for record in records if record.known <= LAST_NIGHT}
        assert all(record.row and record.row["date_of_birth"] == right for record in known.values())
    assert ever_wrong > 3


def test_two_numbers_of_one_child_are_merged_in_the_end() -> None:
    merged = 0
    for life, records in zip(made(), last_rows(made(), "nominal", 1.0), strict=True):
        rows = [record.row for record in records if record.row]
        assert all(row["pnc_id"] == life.pnc_id or row.get("merged_into") == life.pnc_id for row in rows)
        merged += len(rows) > 1
    assert merged > 2


def test_rows_are_corrected_and_taken_out_in_the_nights(tmp_path: Path) -> None:
    write_sample(tmp_path, last_night=LAST_NIGHT)
    deltas = sorted(tmp_path.glob("deliveries/yot/wolverhampton/*/outcome.csv"))[1:]
    rows = [row for path in deltas for row in csv.DictReader(path.open(newline=""))]
    assert any(row.get("deleted") == "1" for row in rows)
    late = [row for row in rows if (LAST_NIGHT - dt.date.fromisoformat(row["outcome_date"])).days > 60]
    assert late


def test_fifty_services_have_names_that_a_folder_can_have(tmp_path: Path) -> None:
    write_sample(tmp_path, services=50, children=1, nights=1)
    names = [folder.name for folder in (tmp_path / "deliveries" / "yot").iterdir()]
    assert len(set(SERVICES)) == 102
    assert set(names) <= set(SERVICES)
    assert all(name.isalpha() and name.islower() and 2 <= len(name) <= 32 for name in SERVICES)
