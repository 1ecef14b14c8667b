"""PNC ids and CRO numbers: the vectors that the justice system's own matcher is held to, and what follows from them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from live_tracker.identity.identifiers import canonical_cro, canonical_pnc_id

ON = dt.date(2024, 6, 1)
LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"

CANONICAL_PNC_IDS = {
    "81/34U": "1981/0000034U",
    "02/73319Z": "2002/0073319Z",
    "2002/73319Z": "2002/0073319Z",
    "2002/0073319Z": "2002/0073319Z",
    "20020073319Z": "2002/0073319Z",
    "00/223R": "2000/0000223R",
    "79/163001B": "1979/0163001B",
    "79163001B": "1979/0163001B",
    "19790163001B": "1979/0163001B",
    "1979/0163001B": "1979/0163001B",
    "033Y": "2003/0000003Y",
    "67/9893091D": "1967/9893091D",
    "20030011985X": "2003/0011985X",
    "20120052494Q": "2012/0052494Q",
    "20230583843L": "2023/0583843L",
    "2001/0171310W": "2001/0171310W",
    "2019/1234567J": "2019/1234567J",
    "2021/0000007B": "2021/0000007B",
    "2018/0000042U": "2018/0000042U",
    "2020/9999999T": "2020/9999999T",
    "1999/0000500Z": "1999/0000500Z",
    " 81/34u\t": "1981/0000034U",
    "0081/34U": "0081/0000034U",
}
NOT_PNC_IDS = [
    *("20030011985Z", "20120052494O", "20230583843N", "2001/0171310S"),
    *("TOTALLYINVALID", "1X23/1234567A", "1923[1234567A", "1923/1234567AA"),
    *("", " ", "/", "Z", "2002/Z", "02/Z", "/73319Z", "02/73319", "73319Z/02"),
    *("2/73319Z", "002/73319Z", "02002/73319Z", "02//73319Z", "02/73319Z/", "02-73319Z", "02 73319Z"),
    *("02/00073319Z", "2002/00073319Z", "200200073319Z", "2002073319Z"),
    # digits of another script, and a letter that only looks like one
    *("٠٢/73319Z", "02/73319\u0396", "02/73319Z\n81/34U"),
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL_PNC_IDS.items())
def test_a_valid_pnc_id_in_any_form_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_pnc_id(text, ON) == canonical


@pytest.mark.parametrize("text", [None, *NOT_PNC_IDS])
def test_anything_else_is_no_pnc_id(text: str | None) -> None:
    assert canonical_pnc_id(text, ON) is None


@pytest.mark.parametrize(
    ("on", "year"),
    [
        (dt.date(2023, 12, 31), "1924"),
        (dt.date(2024, 1, 1), "2024"),
        (dt.date(2099, 1, 1), "2024"),
        (dt.date(2100, 1, 1), "2024"),
        (dt.date(2124, 1, 1), "2124"),
    ],
)
def test_the_day_given_decides_the_century(on: dt.date, year: str) -> None:
    short = f"24/7{LETTERS[240000007 % 23]}"

    assert canonical_pnc_id(short, on) == f"{year}/0000007{short[-1]}"


def test_the_century_is_not_in_the_check() -> None:
    assert canonical_pnc_id("1902/73319Z", ON) == "1902/0073319Z"


years = st.integers(min_value=1925, max_value=2024)
serials = st.integers(min_value=0, max_value=9_999_999)


@given(year=years, serial=serials, data=st.data())
def test_every_way_of_writing_an_id_means_the_same(year: int, serial: int, data: st.DataObject) -> None:
    canonical = _pnc_id(year, serial)
    letter = canonical[-1]
    padded = str(serial).zfill(data.draw(st.integers(min_value=1, max_value=7)))
    forms = [
        canonical,
        canonical.replace("/", ""),
        f"{year}/{padded}{letter}",
        f"{year % 100:02d}/{padded}{letter}",
        f"{year % 100:02d}{padded}{letter}",
    ]

    assert {canonical_pnc_id(form, ON) for form in forms} == {canonical}
    assert {canonical_pnc_id(form.lower(), ON) for form in forms} == {canonical}


@given(year=years, serial=serials, letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_any_other_letter_is_rejected(year: int, serial: int, letter: str) -> None:
    canonical = _pnc_id(year, serial)
    assume(letter != canonical[-1])

    assert canonical_pnc_id(canonical[:-1] + letter, ON) is None


@given(year=years, serial=serials, position=st.sampled_from([2, 3, *range(5, 12)]), digit=st.sampled_from("0123456789"))
def test_any_one_wrong_digit_is_rejected(year: int, serial: int, position: int, digit: str) -> None:
    canonical = _pnc_id(year, serial)
    assume(digit != canonical[position])

    assert canonical_pnc_id(canonical[:position] + digit + canonical[position + 1 :], ON) is None


@given(text=st.text() | st.from_regex(r"\d{0,5}/?\d{0,8}[A-Za-z]{0,2}"))
def test_canonical_is_idempotent_and_never_an_error(text: str) -> None:
    canonical = canonical_pnc_id(text, ON)

    if canonical is not None:
        assert re.fullmatch(r"[0-9]{4}/[0-9]{7}[A-HJ-NP-RT-Z]", canonical)
        assert canonical_pnc_id(canonical, dt.date(1999, 1, 1)) == canonical


CANONICAL_CROS = {
    "65656/91H": "065656/91H",
    "065656/91H": "065656/91H",
    " 65656/91h ": "065656/91H",
    "85227/65L": "085227/65L",
    "SF05/482703J": "SF05/482703J",
    "SF83/50058Z": "SF83/50058Z",
    "sf83/50058z": "SF83/50058Z",
}
NOT_CROS = [
    *("85227/65G", "65656/91J", "SF05/482703K", "SF83/050058Z"),
    *("", "H", "65656/1991H", "0065656/91H", "65656-91H", "6565691H", "/91H", "SF5/482703J", "SF05/4827031J"),
    *("SF05482703J", "65656/91HH", "65656/91"),
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL_CROS.items())
def test_a_valid_cro_number_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_cro(text) == canonical


@pytest.mark.parametrize("text", [None, *NOT_CROS])
def test_anything_else_is_no_cro_number(text: str | None) -> None:
    assert canonical_cro(text) is None


@given(text=st.text() | st.from_regex(r"(SF)?\d{0,7}/?\d{0,7}[A-Za-z]{0,2}"))
def test_canonical_cro_is_idempotent_and_never_an_error(text: str) -> None:
    canonical = canonical_cro(text)

    assert canonical is None or canonical_cro(canonical) == canonical


@given(serial=st.integers(min_value=0, max_value=999_999), year=st.integers(min_value=0, max_value=99))
def test_a_cro_number_has_one_letter_that_fits(serial: int, year: int) -> None:
    written = [f"{serial}/{year:02d}{letter}" for letter in LETTERS]

    found = [text[-1] for text in written if canonical_cro(text)]
    assert found == [LETTERS[int(f"{year:02d}{serial:06d}") % 23]]


def _pnc_id(year: int, serial: int) -> str:
    return f"{year}/{serial:07d}{LETTERS[int(f'{year % 100:02d}{serial:07d}') % 23]}"
