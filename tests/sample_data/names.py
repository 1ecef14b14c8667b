"""How people write names and dates of birth down: mostly right."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

from tests.sample_data.children import Child

_NICKNAMES = {
    **{"Benjamin": "Ben", "Daniel": "Danny", "Samuel": "Sam", "Joseph": "Joe", "Thomas": "Tom", "Matthew": "Matt"},
    **{"Christopher": "Chris", "Nicholas": "Nick", "Anthony": "Tony", "Andrew": "Andy", "William": "Will"},
    **{"James": "Jamie", "Robert": "Rob", "Stephen": "Steve", "Michael": "Mike", "Joshua": "Josh", "Luke": "Lukey"},
    **{"Charles": "Charlie", "Edward": "Ted", "Alexander": "Alex", "Jacob": "Jake", "Peter": "Pete", "David": "Dave"},
    **{"Katherine": "Kate", "Rebecca": "Becky", "Elizabeth": "Liz", "Victoria": "Vicky", "Charlotte": "Lottie"},
    **{"Jennifer": "Jenny", "Samantha": "Sam", "Abigail": "Abi", "Danielle": "Dani", "Gemma": "Gem", "Chloe": "Clo"},
}


class Written(NamedTuple):
    """Names and date of birth as a system has them, and the other names that it holds beside them."""

    forename: str
    surname: str
    date_of_birth: dt.date
    aliases: tuple[tuple[str, str, str], ...]


def written(child: Child, scribe: random.Random, errors: float, *, police: bool) -> Written:
    """A child's names as a clerk writes them; `errors` makes errors rarer or, at 0, impossible.

    A case worker sees the child again and again, so that only the police have a wrong date of birth for good.
    """
    forename, surname, lot = child.forename, child.surname, scribe.random() / errors if errors else 1.0
    if lot < 0.05:
        forename = short(forename)
    elif lot < 0.08:
        forename = mistyped(forename, scribe)
    elif lot < 0.12:
        surname = mistyped(surname, scribe)
    elif lot < 0.14:
        forename, surname = surname, forename
    wrong_day = police and errors > 0 and scribe.random() / errors < 0.055
    date_of_birth = misread(child.date_of_birth, scribe) if wrong_day else child.date_of_birth
    aliases = tuple(_aliases(child, scribe)) if errors and scribe.random() / errors < 0.12 else ()
    return Written(forename, surname, date_of_birth, aliases)


def short(forename: str) -> str:
    """The name that somebody goes by; for most a form that ends in -y."""
    return _NICKNAMES.get(forename, f"{forename[:3].rstrip('aeiouy')}y" if len(forename) > 4 else forename)


def mistyped(text: str, scribe: random.Random) -> str:
    """The text with two letters swapped, one left out or one doubled."""
    place = scribe.randrange(1, max(2, len(text) - 1))
    return scribe.choice(
        [
            text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:] if place < len(text) else text * 2,
        ]
    )


def misread(day: dt.date, scribe: random.Random) -> dt.date:
    """A date with day and month swapped, one digit wrong or, rarely, of another century."""
    lot = scribe.random()
    if lot < 0.08:
        return day.replace(year=day.year - 100, day=min(day.day, 28))
    if lot < 0.6 and day.day <= 12 and day.day != day.month:
        return day.replace(month=day.day, day=day.month)
    if lot < 0.8:
        return day.replace(year=day.year + scribe.choice([-1, 1]), day=min(day.day, 28))
    return day.replace(day=day.day + 10 if day.day <= 18 else day.day - 10)


def _aliases(child: Child, scribe: random.Random) -> list[tuple[str, str, str]]:
    aliases = [(short(child.forename), child.surname, "")]
    if scribe.random() < 0.3:
        aliases.append((child.forename, mistyped(child.surname, scribe), child.date_of_birth.isoformat()))
    return aliases
