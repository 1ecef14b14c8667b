"""Time, of the reference engine: T1 to T4 and E6."""

from __future__ import annotations

from datetime import date

from tests.engine_cases import (
    class_of,
    entered,
    member_of,
)
from tests.reference_engine.dates import add_months, age_on, band_of, last_friday_of_june, period_of, proof_end


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
