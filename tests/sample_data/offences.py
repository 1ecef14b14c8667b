"""What children in the sample do, and what comes of it: weights by hand, in the order of size of published tables."""

from __future__ import annotations

import random
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of offence: CJS code, YJB category and seriousness as the CMS has them, and how common it is."""

    cjs_code: str
    description: str
    yjb_category: str
    seriousness: int
    weight: int
    is_knife: bool = False


KINDS = (
    Kind("CJ88116", "Common assault", "VIOLENCE_AGAINST_THE_PERSON", 3, 22),
    Kind("OF61102", "Assault occasioning actual bodily harm", "VIOLENCE_AGAINST_THE_PERSON", 4, 9),
    Kind("OF61131", "Wounding, section 20", "VIOLENCE_AGAINST_THE_PERSON", 6, 3),
    Kind("TH68010", "Theft from a shop", "THEFT_AND_HANDLING", 3, 13),
    Kind("TH68023", "Robbery", "ROBBERY", 6, 6),
    Kind("TH68036", "Burglary, dwelling", "DOMESTIC_BURGLARY", 6, 3),
    Kind("CD71039", "Criminal damage", "CRIMINAL_DAMAGE", 2, 12),
    Kind("CJ88144", "Having a bladed article in public", "VIOLENCE_AGAINST_THE_PERSON", 3, 7, True),
    Kind("MD71530", "Possession of cannabis", "DRUGS", 2, 9),
    Kind("MD71131", "Supply of heroin", "DRUGS", 5, 2),
    Kind("PU86004", "Threatening behaviour, section 4", "PUBLIC_ORDER", 3, 7),
    Kind("PU86116", "Disorderly behaviour, section 5", "PUBLIC_ORDER", 2, 5),
    Kind("RT88026", "Dangerous driving", "MOTORING", 5, 2),
    Kind("RT88191", "Driving without insurance", "MOTORING", 2, 4),
)
BREACH = Kind("CJ08507", "Breach of a youth rehabilitation order", "BREACH_OF_STATUTORY_ORDER", 3, 0)

NON_CONVICTIONS = ("DISCONTINUED", "WITHDRAWN", "DISMISSED")
DIVERSION = ("COMMUNITY_RESOLUTION", "OUTCOME_22", "NFA")
CAUTIONS = ("YOUTH_CAUTION", "YOUTH_CONDITIONAL_CAUTION", "ADULT_CAUTION")
COURT_ORDERS = {"REFERRAL_ORDER": 180, "REPARATION_ORDER": 90, "YRO": 365, "YRO_ISS": 365}
"""Orders with a programme, and their usual term in days."""

DISPOSAL = {
    "REFERRAL_ORDER": "1097",
    "REPARATION_ORDER": "1083",
    "CONDITIONAL_DISCHARGE": "1018",
    "FINE": "1015",
    "YRO": "1141",
    "YRO_ISS": "1142",
    "DTO": "1081",
    "IMPRISONMENT": "1002",
    "WITHDRAWN": "2051",
    "DISCONTINUED": "2053",
    "DISMISSED": "2006",
} | {caution: caution for caution in (*CAUTIONS, "COMMUNITY_RESOLUTION")}
"""How the police write an outcome down; what is not here leaves no disposal."""

# by how many substantive outcomes went before: none, one or two, more
_ROUTES: tuple[dict[str, int], ...] = (
    {
        "NFA": 6,
        "COMMUNITY_RESOLUTION": 26,
        "OUTCOME_22": 8,
        "YOUTH_CAUTION": 20,
        "YOUTH_CONDITIONAL_CAUTION": 12,
        "REFERRAL_ORDER": 22,
        "DISCONTINUED": 6,
    },
    {
        "COMMUNITY_RESOLUTION": 8,
        "YOUTH_CONDITIONAL_CAUTION": 18,
        "CONDITIONAL_DISCHARGE": 8,
        "FINE": 4,
        "REFERRAL_ORDER": 34,
        "REPARATION_ORDER": 5,
        "YRO": 14,
        "WITHDRAWN": 9,
    },
    {"CONDITIONAL_DISCHARGE": 8, "REFERRAL_ORDER": 18, "YRO": 34, "YRO_ISS": 10, "DTO": 18, "DISMISSED": 12},
)
_ADULT_ROUTE = {"ADULT_CAUTION": 35, "FINE": 35, "IMPRISONMENT": 15, "WITHDRAWN": 15}
_GRAVE = 6


def draw_kind(chance: random.Random) -> Kind:
    return chance.choices(KINDS, [kind.weight for kind in KINDS])[0]


def draw_outcome(chance: random.Random, worst: int, previous: int, *, is_adult: bool) -> str:
    """What becomes of a case whose gravest offence has the seriousness `worst`, after `previous` outcomes."""
    # what is grave is not diverted
    route = _ADULT_ROUTE if is_adult else _ROUTES[min(2, (previous + 1) // 2 + (worst >= _GRAVE))]
    return chance.choices(list(route), list(route.values()))[0]
