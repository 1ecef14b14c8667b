"""What holds of cleaning whatever people write."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from live_tracker.identity.cleaning import CODE_LISTS, clean
from live_tracker.identity.identifiers import check_letter, dummy_asns, read_asn, read_cro, read_pnc_id
from live_tracker.identity.postcodes import read_postcode
from live_tracker.identity.readings import CHECK_LETTER, FORM, IMPOSSIBLE_DATE, INCOMPLETE, PLACEHOLDER

KNOWN_ON = dt.date(2024, 6, 1)
REASONS = {None, FORM, CHECK_LETTER, PLACEHOLDER, IMPOSSIBLE_DATE, INCOMPLETE}
TEXTS = "forename middle_names surname aliases date_of_birth sex postcode pnc_id cro_no".split()
# pieces that the steps of cleaning look for, so that they meet in all orders
PIECES = st.sampled_from(
    [
        *("Mary", "SMITH", "o'brien", "Mc", "MAC", "O", "van", "MR", "D", "R", "Dr", "NO", "NE", "UN", "KNOWN", "N/A"),
        *("UNKNOWN", "DUPLICATE_", "-", "'", "\u2019", " ", ".", "(", ")", "/", "|", ";", "1", "\u00eb", "\u00df"),
        *("LS1", "O", "0", "1", "I", "2AB", "PE07", "ZZ99", "BFPO", "GIR", "2008-02-29", "1900-01-01", "29/02/2008"),
        *("81/34U", "000000/00Z", "65656/91H", "SF05/482703J", "\u0141", "e\u0301", "\u0149", "\u1fb7", "\u4e00"),
    ]
)
written = st.none() | st.text() | st.lists(PIECES, max_size=6).map("".join)
asns = st.from_regex(r"[0-9]{2}/?[A-Z]?[0-9A-Z]{4}/?[0-9A-Z]{2}/?[0-9]{1,11}[A-Z]", fullmatch=True)
records = st.fixed_dictionaries(
    {
        **dict.fromkeys(TEXTS, written),
        "known_on": st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)),
        "asns": st.none() | st.lists(st.text() | asns, max_size=3),
        "court_days": st.none() | st.lists(st.text() | st.dates().map(str), max_size=3),
    }
)


def cleaned(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    frame = clean(pd.DataFrame([{"record_key": number, **one} for number, one in enumerate(found)]))
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


@given(record=records)
def test_cleaning_never_fails_and_gives_nothing_empty(record: dict[str, Any]) -> None:
    (found,) = cleaned([record])

    assert all(value not in ("", []) for value in found.values())
    assert {value for column, value in found.items() if column.endswith("_reason")} <= REASONS
    for canonical, reason in (
        *(("dob", "dob_reason"), ("postcode_std", "postcode_reason")),
        *(("pnc_id_std", "pnc_id_reason"), ("cro_std", "cro_reason")),
    ):
        assert found[canonical] is None or found[reason] is None


@given(record=records)
def test_what_is_clean_stays_as_it_is(record: dict[str, Any]) -> None:
    (once,) = cleaned([record])
    texts = {
        **{"forename": once["forename_std"], "middle_names": " ".join(once["middle_std"] or [])},
        **{"surname": once["surname_std"], "aliases": None, "sex": once["sex_std"], "postcode": once["postcode_std"]},
        **{"pnc_id": once["pnc_id_std"], "cro_no": once["cro_std"]},
        **{"date_of_birth": once["dob"] and once["dob"].isoformat(), "known_on": record["known_on"]},
        **{"asns": once["asns_arr"], "court_days": once["court_days_arr"]},
    }

    (again,) = cleaned([texts])

    for column in (
        *("forename_std", "middle_std", "surname_std", "full_name_std", "dob", "dob_weak", "sex_std", "postcode_std"),
        *("pnc_id_std", "cro_std", "asns_arr", "court_days_arr"),
    ):
        assert again[column] == once[column], column


@given(found=st.lists(records, min_size=1, max_size=4), seed=st.integers())
def test_a_row_is_cleaned_alike_wherever_it_stands(found: list[dict[str, Any]], seed: int) -> None:
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)

    in_order, shuffled = cleaned(found), cleaned([found[number] for number in order])

    for place, number in enumerate(order):
        assert shuffled[place] | {"record_key": number} == in_order[number]
        assert cleaned([found[number]])[0] | {"record_key": number} == in_order[number]


years, forces, systems = (st.from_regex(pattern, fullmatch=True) for pattern in ("[0-9]{2}", "[0-9A-Z]{2}", "[0-9]{2}"))


@given(
    year=years,
    top=st.sampled_from(["", *"ABC"]),
    force=forces,
    unit=forces,
    system=systems,
    sequence=st.integers(0, 99_999_999_999),
)
def test_an_asn_has_one_long_form_and_one_letter(
    year: str, top: str, force: str, unit: str, system: str, sequence: int
) -> None:
    dummies = dummy_asns(CODE_LISTS)
    letter = check_letter(int(f"{force if force.isdigit() else ''}{system}{year}{sequence:011d}"))
    long = f"{year}{top}{force}{unit}{system}{sequence:011d}{letter}"
    displayed = f"{year}/{top}{force}{unit}/{system}/{sequence}{letter}"

    found = {read_asn(text, dummies) for text in (long, long.lower(), displayed, displayed.lower())}

    expected = (None, PLACEHOLDER) if dummies.search(long) else (long, None)
    assert found == {expected}
    others = {read_asn(long[:-1] + other, dummies).reason for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if other != letter}
    assert None not in others


@given(year=st.integers(1925, 2024), serial=st.integers(1, 9_999_999))
def test_a_canonical_pnc_id_is_itself(year: int, serial: int) -> None:
    canonical = f"{year}/{serial:07d}{check_letter(year % 100 * 10_000_000 + serial)}"

    assert read_pnc_id(canonical, KNOWN_ON) == (canonical, None)


@given(year=st.integers(0, 99), serial=st.integers(1, 999_999))
def test_a_canonical_cro_number_is_itself(year: int, serial: int) -> None:
    canonical = f"{serial:06d}/{year:02d}{check_letter(year * 1_000_000 + serial)}"

    assert read_cro(canonical) == (canonical, None)


@given(
    outward=st.sampled_from("E M1 B33 LS10 W1A EC1A SS0 WV1 BF1".split()),
    inward=st.from_regex("[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True),
    confused=st.booleans(),
)
def test_a_postcode_is_found_however_its_noughts_and_ones_are_typed(outward: str, inward: str, confused: bool) -> None:
    canonical = f"{outward if len(outward) > 1 else outward + '1'} {inward}"
    text = canonical.replace("0", "O").replace("1", "I") if confused else canonical.replace(" ", "").lower()

    assert read_postcode(text).postcode == canonical
    assert read_postcode(canonical) == (canonical, canonical.split(maxsplit=1)[0], None)
