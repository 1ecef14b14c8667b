"""Made-up children and nominals with the errors of real ones, and apart from them who is who.

Rates are per record unless they say otherwise. The truth is for measuring: nothing that trains or tunes reads it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import pandas as pd
from faker.providers.person.en_GB import Provider as British
from faker.providers.person.en_IN import Provider as Indian
from faker.providers.person.en_US import Provider as American

from live_tracker.identity.identifiers import check_letter
from tests.sample_data.names import mistyped, short

PEOPLE_OF_A_SERVICE = 2_000
OUTCODES_OF_A_SERVICE = 12
UNITS_OF_AN_OUTCODE = 400
TAIL = 0.3
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
FIRST_COURT_DAY = dt.date(2021, 1, 4)
BORN = (dt.date(2003, 1, 1), dt.date(2014, 12, 31))


@dataclass(frozen=True)
class Rates:
    """How often what goes wrong does. Shares of records of either feed, unless another base is named."""

    only_cms: float = 0.15
    """of people: no nominal"""
    only_pnc: float = 0.15
    """of people: no case record"""
    sibling: float = 0.12
    """of people: a brother or sister who offends too, often on the same day"""
    twin: float = 0.02
    """of people: a twin who offends too"""
    no_pnc_id: float = 0.3
    """of case records"""
    wrong_pnc_id: float = 0.01
    """of case records: a slip that does not check, or the number of a brother or sister"""
    mistyped_forename: float = 0.03
    mistyped_surname: float = 0.04
    nickname: float = 0.06
    swapped_names: float = 0.01
    changed_surname: float = 0.03
    middle_name_first: float = 0.01
    alias: float = 0.1
    moved_house: float = 0.15
    """of people: the feeds have different addresses"""
    no_day_in_common: float = 0.2
    """of case records: none of the court days and summonses that the police know"""
    no_postcode: float = 0.06
    area_only: float = 0.01
    mistyped_postcode: float = 0.02
    swapped_date: float = 0.01
    wrong_digit: float = 0.02
    wrong_century: float = 0.003
    placeholder_date: float = 0.008
    unknown_sex: float = 0.01
    wrong_sex: float = 0.003

    def times(self, factor: float) -> Rates:
        """Errors of people's hands that many times as frequent; who is known to whom and related stays."""
        people = {"only_cms", "only_pnc", "sibling", "twin"}
        return replace(
            self, **{name: min(1.0, rate * factor) for name, rate in vars(self).items() if name not in people}
        )


@dataclass(frozen=True)
class People:
    """`children` and `nominals` as the feeds have them, with `asns`, `court_days` and a nominal's `aliases` as lists and
    text beside; `truth`: child_id, pnc_id of one person; `relatives`: child_id, pnc_id of two, `kin` twin or sibling."""

    children: pd.DataFrame
    nominals: pd.DataFrame
    truth: pd.DataFrame
    relatives: pd.DataFrame


@dataclass(frozen=True)
class _Person:
    number: int
    family: int
    is_twin: bool
    forename: str
    middle: str
    surname: str
    date_of_birth: dt.date
    sex: str
    postcode: str
    court_days: tuple[dt.date, ...]

    @property
    def pnc_id(self) -> str:
        year = (self.court_days[0]).year
        serial = 1_000 + self.number
        return f"{year}/{serial:07d}{check_letter(year % 100 * 10_000_000 + serial)}"

    @property
    def cro_no(self) -> str:
        year, serial = self.court_days[0].year % 100, (7_919 * self.number) % 1_000_000
        return f"{serial:06d}/{year:02d}{check_letter(year * 1_000_000 + serial)}" if self.number % 2 else ""


def make_people(records: int, seed: int = 1, rates: Rates | None = None) -> People:
    """About as many records as asked for, of both feeds together; the same seed makes the same people."""
    rates = rates or Rates()
    chance = random.Random(seed)
    count = round(records / (2 - rates.only_cms - rates.only_pnc))
    people = list(_people(count, chance, rates))
    children, nominals, truth = [], [], []
    families: dict[int, list[_Person]] = {}
    for person in people:
        families.setdefault(person.family, []).append(person)
        lot = chance.random()
        is_child, is_nominal = lot >= rates.only_pnc, lot < rates.only_pnc or lot >= rates.only_pnc + rates.only_cms
        moved_to = _postcode(chance, person.number) if chance.random() < rates.moved_house else person.postcode
        if is_child:
            children.append(_child(person, families[person.family], chance, rates))
        if is_nominal:
            nominals.append(_nominal(person, moved_to, chance, rates))
        if is_child and is_nominal:
            truth.append((_child_id(person), person.pnc_id))
    chance.shuffle(children)
    chance.shuffle(nominals)
    kin = [
        (_child_id(one), other.pnc_id, "twin" if one.date_of_birth == other.date_of_birth else "sibling")
        for members in families.values()
        for one in members
        for other in members
        if one is not other
    ]
    return People(
        pd.DataFrame(children),
        pd.DataFrame(nominals),
        pd.DataFrame(truth, columns=["child_id", "pnc_id"]),
        pd.DataFrame(kin, columns=["child_id", "pnc_id", "kin"]),
    )


def write_files(people: People, folder: Path, *, with_courts: bool = False) -> tuple[Path, Path]:
    """child.csv and nominal.csv with the columns of the feeds, and with those that training takes beside them."""
    paths = folder / "child.csv", folder / "nominal.csv"
    for frame, path, others in zip((people.children, people.nominals), paths, ([], ["aliases"]), strict=True):
        lists = {name: [";".join(map(str, values)) for values in frame[name]] for name in ("asns", "court_days")}
        with_lists = frame.assign(**lists)
        with_lists.drop(columns=[] if with_courts else [*lists, *others]).to_csv(path, index=False)
    return paths


def _people(count: int, chance: random.Random, rates: Rates) -> Iterator[_Person]:
    number = family = 0
    while number < count:
        first = _first_of_family(number, family, chance)
        yield first
        number += 1
        lot = chance.random()
        # half of those with a brother or sister are the brother or sister
        if number < count and lot < (rates.twin + rates.sibling) / 2:
            yield _relative(first, number, lot < rates.twin / 2, chance)
            number += 1
        family += 1


def _first_of_family(number: int, family: int, chance: random.Random) -> _Person:
    sex = "M" if chance.random() < 0.8 else "F"
    born = BORN[0] + dt.timedelta(days=chance.randrange((BORN[1] - BORN[0]).days))
    return _Person(
        number,
        family,
        False,
        _drawn(chance, "forename", sex),
        _drawn(chance, "forename", sex) if chance.random() < 0.5 else "",
        _drawn(chance, "surname"),
        born,
        sex,
        _postcode(chance, number),
        _court_days(chance),
    )


def _relative(first: _Person, number: int, is_twin: bool, chance: random.Random) -> _Person:
    sex = "M" if chance.random() < 0.8 else "F"
    forename = first.forename
    while forename == first.forename:
        forename = _drawn(chance, "forename", sex)
    apart = 0 if is_twin else chance.choice([-1, 1]) * chance.randint(290, 1_800)
    return replace(
        first,
        number=number,
        is_twin=is_twin,
        forename=forename,
        middle=_drawn(chance, "forename", sex) if chance.random() < 0.5 else "",
        date_of_birth=first.date_of_birth + dt.timedelta(days=apart),
        sex=sex,
        court_days=first.court_days[:1] + _court_days(chance) if chance.random() < 0.6 else _court_days(chance),
    )


def _child(person: _Person, family: list[_Person], chance: random.Random, rates: Rates) -> dict[str, object]:
    lot = chance.random()
    pnc_id = "" if lot < rates.no_pnc_id else person.pnc_id
    if rates.no_pnc_id <= lot < rates.no_pnc_id + rates.wrong_pnc_id:
        relative = next((other for other in family if other is not person), None)
        pnc_id = (
            relative.pnc_id
            if relative
            else f"{person.pnc_id[:-2]}{(int(person.pnc_id[-2]) + 1) % 10}{person.pnc_id[-1]}"
        )
    written = _written(person, person.postcode, chance, rates)
    days = _other_days(person, chance) if chance.random() < rates.no_day_in_common else person.court_days
    return {
        "child_id": _child_id(person),
        "pnc_id": pnc_id,
        "cro_no": person.cro_no if lot >= rates.no_pnc_id and chance.random() < 0.6 else "",
        **written,
        "asns": [_asn(person, day) for day in days if chance.random() < 0.4],
        "court_days": [day for day in days if chance.random() < 0.9],
    }


def _nominal(person: _Person, postcode: str, chance: random.Random, rates: Rates) -> dict[str, object]:
    written = _written(person, postcode, chance, rates)
    return {
        "pnc_id": person.pnc_id,
        "cro_no": person.cro_no,
        "surname": written["surname"],
        "forenames": " ".join(part for part in (written["forename"], written["middle_names"]) if part),
        **{name: written[name] for name in ("date_of_birth", "sex", "postcode", "aliases")},
        "asns": [_asn(person, day) for day in person.court_days],
        "court_days": [day for day in person.court_days if chance.random() < 0.95],
    }


def _written(person: _Person, postcode: str, chance: random.Random, rates: Rates) -> dict[str, str]:
    """Names, date of birth, sex and postcode as somebody wrote them down."""
    forename, middle, surname, aliases = person.forename, person.middle, person.surname, []
    if chance.random() < rates.nickname:
        forename = short(forename)
    if chance.random() < rates.mistyped_forename:
        forename = mistyped(forename, chance)
    if middle and chance.random() < rates.middle_name_first:
        forename, middle = middle, forename
    if chance.random() < rates.changed_surname:
        former, surname = surname, _drawn(chance, "surname")
        if chance.random() < 0.5:
            aliases.append(f"{person.forename}|{former}|")
    if chance.random() < rates.mistyped_surname:
        surname = mistyped(surname, chance)
    if chance.random() < rates.swapped_names:
        forename, surname = surname, forename
    if chance.random() < rates.alias:
        aliases.append(
            chance.choice(
                [
                    f"{short(person.forename)}|{person.surname}|",
                    f"{_drawn(chance, 'forename', person.sex)}|{person.surname}|{person.date_of_birth}",
                    f"{person.forename}|{_drawn(chance, 'surname')}|{_misread(person.date_of_birth, chance)}",
                ]
            )
        )
    sex = person.sex
    if chance.random() < rates.wrong_sex:
        sex = "F" if sex == "M" else "M"
    return {
        "forename": forename,
        "middle_names": middle,
        "surname": surname,
        "aliases": ";".join(aliases),
        "date_of_birth": _written_date(person.date_of_birth, chance, rates).isoformat(),
        "sex": "U" if chance.random() < rates.unknown_sex else sex,
        "postcode": _written_postcode(postcode, chance, rates),
    }


def _written_date(day: dt.date, chance: random.Random, rates: Rates) -> dt.date:
    lot = chance.random()
    if lot < rates.swapped_date:
        return day.replace(month=day.day, day=day.month) if day.day <= 12 else day
    lot -= rates.swapped_date
    if lot < rates.wrong_digit:
        return _misread(day, chance)
    lot -= rates.wrong_digit
    if lot < rates.wrong_century:
        return day.replace(year=day.year - 100, day=min(day.day, 28))
    lot -= rates.wrong_century
    if lot < rates.placeholder_date:
        return day.replace(month=1 if chance.random() < 0.6 else day.month, day=1)
    return day


def _misread(day: dt.date, chance: random.Random) -> dt.date:
    part = chance.choice(["year", "month", "day"])
    if part == "year":
        return day.replace(year=day.year + chance.choice([-1, 1]), day=min(day.day, 28))
    if part == "month":
        return day.replace(
            month=chance.choice([month for month in range(1, 13) if month != day.month]), day=min(day.day, 28)
        )
    return day.replace(day=day.day + 10 if day.day <= 18 else day.day - 10)


def _written_postcode(postcode: str, chance: random.Random, rates: Rates) -> str:
    lot = chance.random()
    if lot < rates.no_postcode:
        return ""
    if lot < rates.no_postcode + rates.area_only:
        return postcode.partition(" ")[0]
    if lot < rates.no_postcode + rates.area_only + rates.mistyped_postcode:
        place = chance.choice([-1, -2])
        return f"{postcode[:place]}{chance.choice(UNIT_LETTERS)}{postcode[len(postcode) + place + 1 :]}"
    return postcode


def _postcode(chance: random.Random, number: int) -> str:
    """A unit of one of the districts of the service that a person of that number lives in."""
    service = number // PEOPLE_OF_A_SERVICE
    letters = f"{'BCDEGHLMNPRSTWY'[service % 15]}{'ABDHLNRSTV'[service // 15 % 10]}"
    unit = chance.randrange(UNITS_OF_AN_OUTCODE)
    district = 1 + chance.randrange(OUTCODES_OF_A_SERVICE)
    return f"{letters}{district} {unit % 9 + 1}{UNIT_LETTERS[unit // 9 % 20]}{UNIT_LETTERS[unit // 180 % 20]}"


def _court_days(chance: random.Random) -> tuple[dt.date, ...]:
    days = {
        FIRST_COURT_DAY + dt.timedelta(weeks=chance.randrange(208), days=chance.randrange(5))
        for _ in range(chance.choice([1, 1, 2, 3]))
    }
    return tuple(sorted(days))


def _other_days(person: _Person, chance: random.Random) -> tuple[dt.date, ...]:
    return tuple(day for day in _court_days(chance) if day not in person.court_days)


def _child_id(person: _Person) -> str:
    return f"C{person.number:07d}"


def _asn(person: _Person, day: dt.date) -> str:
    sequence = person.number * 100 + day.month * 8 + day.day % 8
    # force 20, system 00: the check is over force, system, year and sequence
    number = int(f"2000{day.year % 100:02d}{sequence:011d}")
    return f"{day.year % 100:02d}20AA00{sequence:011d}{check_letter(number)}"


def _drawn(chance: random.Random, kind: str, sex: str = "") -> str:
    names, weights = _names(kind, sex)
    return chance.choices(names, cum_weights=weights)[0]


@lru_cache(maxsize=3)
def _names(kind: str, sex: str) -> tuple[list[str], list[float]]:
    """Names and their cumulative weights: British ones, and by TAIL of the whole rarer ones from elsewhere."""
    column = "last_names" if kind == "surname" else "first_names_male" if sex == "M" else "first_names_female"
    weights: dict[str, float] = defaultdict(float)
    for provider, share in ((British, 1 - TAIL), (American, TAIL / 2), (Indian, TAIL / 2)):
        found = getattr(provider, column)
        by_name = found if isinstance(found, dict) else dict.fromkeys(found, 1.0)
        total = sum(by_name.values())
        for name, weight in by_name.items():
            weights[name] += share * weight / total
    return list(weights), list(accumulate(weights.values()))
