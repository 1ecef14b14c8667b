"""A person_key gives nobody away: without the key, trying every PNC id that can be finds none."""

from __future__ import annotations

import datetime as dt
import hashlib

from live_tracker.identity.clusters import Record
from live_tracker.identity.identifiers import check_letter
from live_tracker.identity.links import person_key

NUMBERS = 10_000


def pnc_id(serial: int) -> str:
    return f"2020/{serial:07d}{check_letter(20 * 10_000_000 + serial)}"


def nominal(serial: int) -> Record:
    return Record(dt.date(2024, 1, 1), 1, "pnc", "20", pnc_id(serial))


def test_a_dictionary_of_pnc_ids_recovers_nobody() -> None:
    """What can be tried without the key: each id alone and as the records name it, hashed plainly."""
    published = {person_key(b"the key", nominal(serial)) for serial in range(NUMBERS)}
    tried = {
        hashlib.sha256(text.encode()).hexdigest()[: len(next(iter(published)))]
        for serial in range(NUMBERS)
        for text in (pnc_id(serial), "\x1f".join(nominal(serial)[2:]))
    }
    assert len(published) == NUMBERS
    assert published & tried == set()


def test_the_attack_would_recover_everybody_from_plain_hashes() -> None:
    published = {hashlib.sha256(pnc_id(serial).encode()).hexdigest()[:32] for serial in range(NUMBERS)}
    tried = {hashlib.sha256(pnc_id(serial).encode()).hexdigest()[:32] for serial in range(NUMBERS)}
    assert len(published & tried) == NUMBERS


def test_another_key_groups_the_same_records() -> None:
    records = [nominal(serial // 2) for serial in range(100)]
    groups = []
    for key in (b"one", b"another"):
        named = [person_key(key, record) for record in records]
        groups.append([[other == name for other in named] for name in named])
    assert groups[0] == groups[1]
