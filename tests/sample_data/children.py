"""Children, their families and the services that they live under."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import dataclass, replace

from faker import Faker

SERVICES = (
    *("wolverhampton", "northborough", "eastvale", "southmere", "westholm", "midford"),
    *(
        start + end
        for start, end in itertools.product(
            (
                "ash birch clay dun elm fern glen hazel iron kings lang "
                "marsh nether oak pen raven sedge thorn upper vale wood yew rush stan"
            ).split(),
            "ford bury ham ley".split(),
        )
    ),
)
ELSEWHERE = "marchfield"
"""A service that sends nothing: children who live there are out of area."""
ADULT = 18

_ETHNICITIES = {
    **{"W1": 52, "W2": 2, "W3": 2, "W4": 2, "W9": 5, "M1": 6, "M2": 2, "M3": 2, "M9": 3},
    **{"A1": 5, "A2": 5, "A3": 3, "A4": 2, "A9": 3, "B1": 5, "B2": 4, "B9": 2, "O2": 2, "O9": 2, "NS": 4},
}
_FAMILY, _TWINS = 10, 30
"""Of a service's children every tenth is the brother or sister of the one before, every thirtieth its twin."""


@dataclass(frozen=True)
class Child:
    """A child as the world knows it. `moved_on` is the day on which `moved_to` takes over from `home`.

    `surname` becomes `married_name` or the like on the day `renamed_on`; a visitor lives under a service that sends
    nothing.
    """

    number: int
    forename: str
    surname: str
    date_of_birth: dt.date
    sex: str
    ethnicity: str
    postcode: str
    ward: int
    home: str
    sen_status: str
    moved_to: str | None = None
    moved_on: dt.date | None = None
    new_surname: str | None = None
    renamed_on: dt.date | None = None
    new_postcode: str | None = None
    rehoused_on: dt.date | None = None
    is_visitor: bool = False

    def service_on(self, day: dt.date) -> str:
        return self.moved_to if self.moved_to and self.moved_on and day >= self.moved_on else self.home

    def surname_on(self, day: dt.date) -> str:
        return self.new_surname if self.new_surname and self.renamed_on and day >= self.renamed_on else self.surname

    def postcode_on(self, day: dt.date) -> str:
        return (
            self.new_postcode if self.new_postcode and self.rehoused_on and day >= self.rehoused_on else self.postcode
        )


def birthday(date_of_birth: dt.date, age: int) -> dt.date:
    """The day on which somebody is `age` years old; those of 29 February on 1 March of common years."""
    if (date_of_birth.month, date_of_birth.day) == (2, 29):
        return dt.date(date_of_birth.year + age, 2, 28) + dt.timedelta(days=1)
    return date_of_birth.replace(year=date_of_birth.year + age)


def age_on(date_of_birth: dt.date, day: dt.date) -> int:
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


def born(number: int, services: tuple[str, ...], chance: random.Random, fake: Faker, until: dt.date) -> Child:
    """A child of a household of its own."""
    home = services[number % len(services)]
    # of the age to offend as a child at some time of the history, the older the likelier
    date_of_birth = until - dt.timedelta(days=round(365.25 * chance.triangular(12, 20.5, 17.5)))
    child = named(number, home, date_of_birth, chance, fake)
    return _unsettled(child, services, chance, fake, until)


def named(number: int, home: str, date_of_birth: dt.date, chance: random.Random, fake: Faker) -> Child:
    """A child born on a day, settled in one place."""
    sex = chance.choices("MFU", [79, 20, 1])[0]
    return Child(
        number=number,
        forename=_forename(sex, fake),
        surname=fake.last_name(),
        date_of_birth=date_of_birth,
        sex=sex,
        ethnicity=chance.choices(list(_ETHNICITIES), list(_ETHNICITIES.values()))[0],
        postcode=fake.postcode(),
        ward=chance.randrange(1, 9),
        home=home,
        sen_status=chance.choices(["NONE", "SEN_SUPPORT", "EHCP", ""], [50, 25, 15, 10])[0],
    )


def _unsettled(child: Child, services: tuple[str, ...], chance: random.Random, fake: Faker, until: dt.date) -> Child:
    """Some move to another service, some into another house, some change their name, some only visit."""
    others = [service for service in services if service != child.home]
    lot = chance.random()
    day = until - dt.timedelta(days=chance.randrange(2, 700))
    if lot < 0.05 and others:
        return replace(
            child, moved_to=chance.choice(others), moved_on=day, new_postcode=fake.postcode(), rehoused_on=day
        )
    if lot < 0.15:
        return replace(child, new_postcode=fake.postcode(), rehoused_on=day)
    if lot < 0.19:
        return replace(child, new_surname=fake.last_name(), renamed_on=day)
    return replace(child, is_visitor=lot > 0.98)


def elder_of(number: int, services: int) -> int | None:
    """The number of the elder brother or sister of a child, for those who have one in the sample."""
    return number - services if number // services % _FAMILY == _FAMILY - 1 else None


def younger(number: int, elder: Child, services: int, chance: random.Random, fake: Faker) -> Child:
    """The brother, sister or twin of a child, in the same house."""
    is_twin = number // services % _TWINS == _TWINS - 1
    apart = 0 if is_twin else chance.randrange(320, 1000)
    child = named(number, elder.home, elder.date_of_birth + dt.timedelta(days=apart), chance, fake)
    sex = elder.sex if is_twin else child.sex
    return replace(
        child,
        forename=_similar(elder.forename, sex, fake) if is_twin else child.forename,
        surname=elder.surname,
        sex=sex,
        ethnicity=elder.ethnicity,
        postcode=elder.postcode,
        ward=elder.ward,
    )


def _similar(forename: str, sex: str, fake: Faker) -> str:
    """Another forename with the same first letter, as twins often have."""
    drawn = (_forename(sex, fake) for _ in range(200))
    others = (name for name in drawn if name != forename and name[0] == forename[0])
    return next(others, f"{forename}e")


def _forename(sex: str, fake: Faker) -> str:
    return str(fake.first_name_female() if sex == "F" else fake.first_name_male())
