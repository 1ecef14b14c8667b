"""Names as they are compared: upper-case letters without accents. How a person is addressed is kept elsewhere.

A name passes the steps of `_folded` (apostrophes, accents, case, digits), is cut into words, and loses those that are
no names. Other scripts than the Latin one are kept as they are.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from live_tracker.identity.readings import FILLERS, is_filler

TITLES = frozenset("MR MRS MS MISS MX MSTR MASTER DR REV PROF".split())
NO_NAMES = frozenset(["DUPLICATE", *(word for word in FILLERS if word.isalpha())])
"""Words that stand in a name field and name nobody; DUPLICATE is what record keepers put before a name."""
_NOT_FORENAMES = TITLES | NO_NAMES
PREFIXES = frozenset(["O", "MC", "MAC"])
"""First words of a surname that are one with the next: O BRIEN, MC DONALD."""
PARTICLES = frozenset(
    "VAN VON DER DEN DEL DELLA DAS DOS LOS LAS TER TEN BIN BINT IBN ABU ABD SAN SANTA SAINT AND THE".split()
)
"""Words of a surname that tell nobody from anybody else."""
_SHORTEST_PART = 3

_APOSTROPHES = dict.fromkeys(map(ord, "'`\u00b4\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\uff07"))
# letters with a stroke and ligatures are letters of their own to Unicode: no accent comes off them
_LETTERS = str.maketrans(
    {
        **{"\u00d8": "O", "\u0141": "L", "\u0110": "D", "\u00d0": "D", "\u00de": "TH", "\u00c6": "AE"},
        **{"\u0152": "OE", "\u0126": "H", "\u0166": "T"},
    }
)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_ANOTHER_NAME = re.compile(r"[()\[\]/]")


class GivenNames(NamedTuple):
    """The forename, the names after it, and every form of the forename, itself included."""

    forename: str | None
    middle: tuple[str, ...]
    forms: tuple[str, ...]


class Surname(NamedTuple):
    """The surname, and every surname that its bearer may be known by, itself included."""

    surname: str | None
    forms: tuple[str, ...]


def split_forenames(forenames: str | None) -> tuple[str, str]:
    """The first word of a nominal's forenames, titles passed over, and the rest: `forename` and `middle_names`."""
    words = (forenames or "").split()
    while len(words) > 1 and _folded(words[0]).strip(". ") in TITLES:
        del words[0]
    return (words[0], " ".join(words[1:])) if words else ("", "")


def read_given_names(forename: str | None, middle_names: str | None) -> GivenNames:
    """Forename and middle names of a record.

    The words of a forename, with a hyphen or a space between them, are the forename and the first middle names, as
    one system has MARY-JANE where the other has MARY and JANE; the joined form MARYJANE is kept in `forms`, and so is
    a name in brackets or behind a slash. Where the forename is no name, the first middle name takes its place.
    """
    own, *others = _pieces(forename) or [""]
    words = _forename_words(own)
    middle = [word for word in _words(" ".join(_pieces(middle_names))) if len(word) > 1 and word not in _NOT_FORENAMES]
    joined = ["".join(words)] if len(words) > 1 else []
    beside = [first for other in others for first in _forename_words(other)[:1]]
    if not words:
        words, middle = middle, []
    return GivenNames(words[0] if words else None, (*words[1:], *middle), (*words[:1], *joined, *beside))


def read_surname(text: str | None) -> Surname:
    """The surname, its words joined, so that SMITH-JONES, SMITH JONES and SMITHJONES are one, AL HASSAN and ALHASSAN too.

    Each part of a surname of several words is kept in `forms`: a child of parents with two names is often SMITH-JONES
    to one system and SMITH or JONES to the other, and a shared part is evidence where the whole differs. Parts that
    are short or shared by half a country (VAN, BIN) are not.
    """
    forms: list[str] = []
    for piece in _pieces(text):
        words = _surname_words(piece)
        joined = "".join(words)
        if not joined or joined in NO_NAMES:
            continue
        forms.append(joined)
        if len(words) > 1:
            forms += [word for word in words if len(word) >= _SHORTEST_PART and word not in PARTICLES]
    return Surname(forms[0] if forms else None, tuple(forms))


def _pieces(text: str | None) -> list[str]:
    """The name and others that stand beside it in brackets or behind a slash."""
    if text is None or is_filler(text):
        return []
    return [piece for piece in _ANOTHER_NAME.split(text) if piece.strip()]


def _forename_words(text: str) -> list[str]:
    """Words without titles and single letters; initials are joined where there is nothing else (A.J. is AJ)."""
    words = [word for word in _words(text) if word not in _NOT_FORENAMES]
    initials = "".join(words)
    longer = [word for word in words if len(word) > 1]
    # initials that spell a title would be no name when read again
    return longer or ([initials] if initials and initials not in _NOT_FORENAMES else [])


def _surname_words(text: str) -> list[str]:
    """Words without single letters, unless there is nothing else; a title goes where a name is beside it."""
    words = [word for word in _words(text) if word not in NO_NAMES]
    words = [word for word in words if word not in TITLES] or words
    if len(words) > 1 and words[0] in PREFIXES:
        words = [words[0] + words[1], *words[2:]]
    return [word for word in words if len(word) > 1] or words


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


def _folded(text: str) -> str:
    text = text.translate(_APOSTROPHES)
    if not text.isascii():
        text = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not _is_accent(mark))
    # SM1TH is a slip of the hand, not two names
    return _DIGITS.sub("", text.upper().translate(_LETTERS))


def _is_accent(character: str) -> bool:
    """Marks over, under and around letters, and modifier letters such as the turned comma."""
    category = unicodedata.category(character)
    return category.startswith("M") or category == "Lm"
