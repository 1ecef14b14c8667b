"""British postcodes: their forms, what is written for none, and O and I typed for 0 and 1."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from live_tracker.identity.readings import FORM, INCOMPLETE, PLACEHOLDER, is_filler

AREAS = frozenset(
    """
    AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK
    FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP
    NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA
    WC WD WF WN WR WS WV YO ZE
    """.split()
)
"""The letters that a postcode begins with, crown dependencies and forces (BF) included."""
FILLER_AREAS = frozenset(["ZZ", "NF", "XX"])
"""Areas that are nowhere: ZZ99 of the health service (3VZ no fixed abode, 3WZ not known), NF1 1NF, XX99."""

_OUTWARD = r"([A-Z]{1,2})([0-9]|[1-9][0-9]|[0-9][A-HJ-NP-Z])"
_INWARD = r"([0-9][ABD-HJLNP-UW-Z]{2})"
_POSTCODE, _OUTWARD_ALONE = re.compile(_OUTWARD + _INWARD), re.compile(_OUTWARD)
_FILLER = re.compile(rf"(?:{'|'.join(sorted(FILLER_AREAS))})[0-9]{{1,2}}(?:[0-9][A-Z]{{2}})?")
_FORCES = re.compile(r"BFPO(?:C/?O)?([0-9]{1,4})")
# countries with numbers: agreement on one is evidence as good as on a British one
_NUMBER = re.compile(r"(?!(.)\1+$)[0-9]{4,5}")
_PADDING = re.compile(r"(?<=[A-Z])0(?=[0-9]{2}[A-Z]{2}$)")
_BETWEEN = re.compile(r"[\s.,;:_-]+")
_CONFUSED = {"O": "0", "0": "O", "I": "1", "1": "I"}
_NO_ABODE = frozenset(["NFA", "NO FIXED ABODE", "NO FIXED ADDRESS"])


class PostcodeReading(NamedTuple):
    """The postcode with one space in it, and its outward half; an incomplete one has the outward half alone."""

    postcode: str | None = None
    outcode: str | None = None
    reason: str | None = None


def read_postcode(text: str | None) -> PostcodeReading:
    """The postcode in upper case with one space; `BFPO 123` and `GIR 0AA`; foreign ones of four or five digits.

    Where the text as written is no postcode, O and 0, I and 1 are read for one another and a zero that pads the
    district is left out; what comes of it is taken only if it is one postcode: LS1O 2AB can only be LS10 2AB, P01 3AX
    only PO1 3AX, PE07 6SG only PE7 6SG; S01 2AB is SO1 2AB or S1 2AB, so neither.
    """
    value = " ".join((text or "").upper().split())
    if not value:
        return PostcodeReading()
    compact = _BETWEEN.sub("", value)
    if is_filler(value) or value in _NO_ABODE or _FILLER.fullmatch(compact):
        return PostcodeReading(reason=PLACEHOLDER)
    special = _special(compact)
    if special is not None:
        return special
    outward_alone = _OUTWARD_ALONE.fullmatch(value)
    if outward_alone is not None and outward_alone[1] in AREAS:
        return PostcodeReading(None, value, INCOMPLETE)
    as_meant = compact if _is_postcode(compact) else _only_reading(compact)
    if as_meant is None:
        return PostcodeReading(reason=FORM)
    return PostcodeReading(f"{as_meant[:-3]} {as_meant[-3:]}", as_meant[:-3])


def _special(compact: str) -> PostcodeReading | None:
    """The forces' numbers, the Girobank and other countries' numbers."""
    forces = _FORCES.fullmatch(compact)
    if forces is not None:
        return PostcodeReading(f"BFPO {forces[1]}", "BFPO")
    if compact == "GIR0AA":
        return PostcodeReading("GIR 0AA", "GIR")
    return PostcodeReading(compact) if _NUMBER.fullmatch(compact) else None


def _is_postcode(compact: str) -> bool:
    match = _POSTCODE.fullmatch(compact)
    return match is not None and match[1] in AREAS


def _only_reading(compact: str) -> str | None:
    if not 5 <= len(compact) <= 7:
        return None
    ways = itertools.product(*((character, _CONFUSED.get(character, character)) for character in compact))
    readings = {way for way in (_PADDING.sub("", "".join(way)) for way in ways) if _is_postcode(way)}
    return readings.pop() if len(readings) == 1 else None
