"""The pairing of offence records (O2) in SQL against that of the reference engine, over people whose records all contend."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pytest
from psycopg2.extras import execute_values

from live_tracker.build.dbt import invoke_dbt
from live_tracker.database import connect
from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.reference_engine.model import Outcome, Record
from tests.reference_engine.pairing import pair_records

pytestmark = pytest.mark.slow

SEEDS = range(1, 11) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else (1,)
PEOPLE, MANY = 600, 20
"""People of up to twelve records each, and people of so many that their pairs take several steps."""

FIRST_DAY = dt.date(2023, 1, 1)
MODELS = ("int_numbered_records", "int_offence_record_pairs", "int_offence_groups")
VARIABLES = {"as_of": "2026-11-21", "known_as_of": "2026-11-21", "definitions_hash": "none", "reference_hash": "none"}
Groups = set[frozenset[str]]


def made(person: int, chance: random.Random, size: int) -> list[Record]:
    """A person's records from narrow pools: few sources, numbers, codes and days, so that pairs contend."""
    sources = chance.sample((("cms", "a"), ("cms", "b"), ("pnc", "20"), ("pnc", "21")), chance.choice((2, 2, 3, 4)))
    numbers = ("N1", "N2", None)[: chance.choice((1, 2, 3))]
    records = []
    for number in range(size):
        system, source = chance.choice(sources)
        day = FIRST_DAY + dt.timedelta(days=chance.choice((0, 0, 0, 1, 7, 8, 15)))
        days = [day + dt.timedelta(days=chance.choice((30, 37, 38, 90))) for _ in range(chance.choice((0, 1, 1, 2)))]
        records.append(
            Record(
                system=system,
                source=source,
                record_id=f"{chance.randrange(100):02d}{number}-{person}",
                day=day,
                end=chance.choice((None, None, day + dt.timedelta(days=9))),
                code=chance.choice(("X", "X", "Y")),
                asn=chance.choice(numbers),
                is_orphan=False,
                is_charged=False,
                outcomes=[outcome(system, source, one, chance) for one in days],
            )
        )
    return records


def outcome(system: str, source: str, day: dt.date, chance: random.Random) -> Outcome:
    is_final = system == "cms" or chance.random() < 0.7
    tier = "first_tier" if is_final else chance.choice(("diversion", "none"))
    return Outcome(system, source, "1", day, "FINE", tier, is_final, None)


def key_of(record: Record) -> str:
    return f"{record.system}/{record.source}/{record.record_id}"


@pytest.mark.parametrize("seed", SEEDS)
def test_both_pair_alike(warehouse: Settings, seed: int) -> None:
    chance = random.Random(seed)
    sizes = [chance.randint(2, 12) for _ in range(PEOPLE)] + [chance.randint(40, 70) for _ in range(MANY)]
    people = {f"{person:05d}": made(person, chance, size) for person, size in enumerate(sizes)}
    put(warehouse, people)
    invoke_dbt(warehouse, ["run", "--full-refresh", "--select", *MODELS], VARIABLES)
    built = groups_of(
        fetch_as(
            warehouse, "transformer", "SELECT person_key, offence_uid, record_key FROM intermediate.int_offence_groups"
        )
    )
    expected = {
        person: {frozenset(key_of(record) for record in group) for group in pair_records(records)}
        for person, records in people.items()
    }
    assert {person for person in people if built[person] != expected[person]} == set()
    # without groups of three and people of many pairs little was compared
    assert max(len(group) for groups in expected.values() for group in groups) >= 3
    query = "SELECT count(*) FROM intermediate.int_offence_record_pairs GROUP BY person_key ORDER BY 1 DESC LIMIT 1"
    assert fetch_as(warehouse, "transformer", query)[0][0] > 200


def groups_of(rows: Iterable[Sequence[str]]) -> dict[str, Groups]:
    """Groups of record keys by person."""
    records: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person, offence, record in rows:
        records[person, offence].add(record)
    groups: dict[str, Groups] = defaultdict(set)
    for (person, _), members in records.items():
        groups[person].add(frozenset(members))
    return groups


def put(settings: Settings, people: dict[str, list[Record]]) -> None:
    """Write the records and their outcomes in the place of the models that pairing reads."""
    records = [
        (key_of(r), r.system, r.source, r.record_id, person, r.asn, r.code, r.day, r.end)
        for person, of_person in people.items()
        for r in of_person
    ]
    outcomes = [
        (key_of(record), person, record.system, one.is_final, one.tier, one.day)
        for person, of_person in people.items()
        for record in of_person
        for one in record.outcomes
    ]
    with connect(settings, "transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE intermediate.int_offence_records (
                record_key text COLLATE "C", source_system text COLLATE "C", source text COLLATE "C",
                record_id text COLLATE "C", person_key text COLLATE "C", asn text COLLATE "C", cjs_code text COLLATE "C",
                start_date date, end_date date, is_orphan boolean DEFAULT false
            );
            CREATE TABLE intermediate.int_outcome_records (
                record_key text COLLATE "C", person_key text COLLATE "C", source_system text COLLATE "C",
                is_final boolean, tier text COLLATE "C", outcome_date date
            )
            """
        )
        execute_values(
            cursor,
            """
            INSERT INTO intermediate.int_offence_records (
                record_key, source_system, source, record_id, person_key, asn, cjs_code, start_date, end_date
            ) VALUES %s
            """,
            records,
        )
        execute_values(cursor, "INSERT INTO intermediate.int_outcome_records VALUES %s", outcomes)
