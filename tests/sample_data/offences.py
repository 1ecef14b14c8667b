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
    is_recordable: bool = True
    is_breach: bool = False


KINDS = (
    Kind("CJ88116", "Assault by beating", "VIOLENCE_AGAINST_THE_PERSON", 3, 44),
    Kind("OF61102", "Assault occasioning actual bodily harm", "VIOLENCE_AGAINST_THE_PERSON", 4, 18),
    Kind("CJ88149", "Assault by beating of an emergency worker", "VIOLENCE_AGAINST_THE_PERSON", 4, 8),
    Kind("OF61131", "Wounding, section 20", "VIOLENCE_AGAINST_THE_PERSON", 6, 6),
    Kind("OF61016", "Wounding with intent, section 18", "VIOLENCE_AGAINST_THE_PERSON", 7, 2),
    Kind("TH68010", "Theft from a shop", "THEFT_AND_HANDLING", 3, 26),
    Kind("TH68001", "Theft from the person", "THEFT_AND_HANDLING", 3, 6),
    Kind("TH68023", "Robbery", "ROBBERY", 6, 12),
    Kind("TH68036", "Burglary, dwelling", "DOMESTIC_BURGLARY", 6, 6),
    Kind("TH68037", "Burglary other than dwelling", "NON_DOMESTIC_BURGLARY", 4, 5),
    Kind("TH68050", "Taking a motor vehicle without consent", "VEHICLE_THEFT", 4, 5),
    Kind("TH68141", "Aggravated vehicle taking", "VEHICLE_THEFT", 5, 3),
    Kind("CD71039", "Criminal damage", "CRIMINAL_DAMAGE", 2, 24),
    Kind("CD71015", "Arson", "ARSON", 5, 3),
    Kind("CJ88144", "Having a bladed article in public", "OTHER", 3, 14, is_knife=True),
    Kind("PC53001", "Having an offensive weapon in public", "OTHER", 3, 6, is_knife=True),
    Kind("MD71530", "Possession of cannabis", "DRUGS", 2, 18),
    Kind("MD71131", "Supply of heroin", "DRUGS", 5, 4),
    Kind("PU86004", "Threatening behaviour, section 4", "PUBLIC_ORDER", 3, 14),
    Kind("PU86116", "Disorderly behaviour, section 5", "PUBLIC_ORDER", 2, 10),
    Kind("CJ67002", "Drunk and disorderly", "PUBLIC_ORDER", 1, 5),
    Kind("CD98066", "Racially aggravated fear of violence", "RACIALLY_AGGRAVATED", 4, 5),
    Kind("SX03007", "Sexual assault", "SEXUAL_OFFENCES", 7, 3),
    Kind("FA06001", "Fraud by false representation", "FRAUD_AND_FORGERY", 3, 4),
    Kind("BA76001", "Failing to surrender to bail", "BREACH_OF_BAIL", 3, 5),
    Kind("RT88026", "Dangerous driving", "MOTORING", 5, 4),
    Kind("RT88191", "Driving without insurance", "MOTORING", 2, 8, is_recordable=False),
    Kind("RT88334", "Driving otherwise than by licence", "MOTORING", 2, 5, is_recordable=False),
)
BY_CODE = {kind.cjs_code: kind for kind in KINDS}
MURDER = Kind("COML025", "Murder", "VIOLENCE_AGAINST_THE_PERSON", 8, 0)
RAPE = Kind("SX03001", "Rape", "SEXUAL_OFFENCES", 8, 0)
BREACHES = {
    "REFERRAL_ORDER": Kind(
        "SE20540", "Breach of referral order", "BREACH_OF_STATUTORY_ORDER", 2, 0, is_recordable=False, is_breach=True
    ),
    "REPARATION_ORDER": Kind(
        "SE20552", "Breach of reparation order", "BREACH_OF_STATUTORY_ORDER", 2, 0, is_breach=True
    ),
    "CONDITIONAL_DISCHARGE": Kind(
        *("SE20516", "Breach of conditional discharge", "BREACH_OF_CONDITIONAL_DISCHARGE", 2, 0),
        is_recordable=False,
        is_breach=True,
    ),
    "YRO": Kind(
        *("CJ08507", "Breach of youth rehabilitation order", "BREACH_OF_STATUTORY_ORDER", 3, 0),
        is_recordable=False,
        is_breach=True,
    ),
    "YRO_ISS": Kind("CJ08521", "Breach of YRO with ISS", "BREACH_OF_STATUTORY_ORDER", 3, 0, is_breach=True),
    "DTO": Kind("SE20537", "Breach of DTO supervision", "BREACH_OF_STATUTORY_ORDER", 3, 0, is_breach=True),
}
"""The breach of each outcome that can be broken; some are recordable, and count for nothing all the same."""

NON_CONVICTIONS = ("DISMISSED", "WITHDRAWN", "DISCONTINUED", "ACQUITTED")
DIVERSION = ("COMMUNITY_RESOLUTION", "OUTCOME_10", "OUTCOME_20", "OUTCOME_21", "OUTCOME_22", "OUTCOME_23")
CAUTIONS = (
    *("YOUTH_CAUTION", "YOUTH_CONDITIONAL_CAUTION", "REPRIMAND", "FINAL_WARNING"),
    *("ADULT_CAUTION", "ADULT_CONDITIONAL_CAUTION"),
)
OUT_OF_COURT = ("NFA", *DIVERSION, *CAUTIONS)
CUSTODY = ("DTO", "SECTION_250", "SECTION_254", "SECTION_259", "YOI", "IMPRISONMENT")
FIRST_TIER = {
    "ABSOLUTE_DISCHARGE": 1,
    "CONDITIONAL_DISCHARGE": 365,
    "BIND_OVER": 180,
    "FINE": 30,
    "COMPENSATION_ORDER": 60,
    "REFERRAL_ORDER": 180,
    "REPARATION_ORDER": 90,
    "DEFERRED_SENTENCE": 180,
}
COMMUNITY = {
    "YRO": 365,
    "YRO_ISS": 365,
    "YRO_FOSTERING": 365,
    "ACTION_PLAN_ORDER": 90,
    "SUPERVISION_ORDER": 365,
    "ATTENDANCE_CENTRE_ORDER": 90,
    "CURFEW_ORDER": 90,
    "COMMUNITY_ORDER": 365,
}
COURT_ORDERS = FIRST_TIER | COMMUNITY
"""Sentences served outside custody, and their usual term in days."""

TIERS = (
    dict.fromkeys((*NON_CONVICTIONS, "NFA"), "none")
    | dict.fromkeys(DIVERSION, "diversion")
    | dict.fromkeys(CAUTIONS, "pre_court")
    | dict.fromkeys(FIRST_TIER, "first_tier")
    | dict.fromkeys(COMMUNITY, "community")
    | dict.fromkeys(CUSTODY, "custody")
)
SUBSTANTIVE = ("pre_court", "first_tier", "community", "custody")

DISPOSAL = {
    "NFA": "1113",
    "ABSOLUTE_DISCHARGE": "1017",
    "CONDITIONAL_DISCHARGE": "1018",
    "BIND_OVER": "1016",
    "FINE": "1015",
    "COMPENSATION_ORDER": "3012",
    "REFERRAL_ORDER": "1097",
    "REPARATION_ORDER": "1083",
    "DEFERRED_SENTENCE": "4060",
    "YRO": "1141",
    "YRO_ISS": "1142",
    "YRO_FOSTERING": "1143",
    "ACTION_PLAN_ORDER": "1084",
    "SUPERVISION_ORDER": "1090",
    "ATTENDANCE_CENTRE_ORDER": "1011",
    "CURFEW_ORDER": "1052",
    "COMMUNITY_ORDER": "1116",
    "DTO": "1081",
    "SECTION_250": "1007",
    "SECTION_254": "1007",
    "SECTION_259": "1003",
    "YOI": "1024",
    "IMPRISONMENT": "1002",
    "DISMISSED": "2006",
    "WITHDRAWN": "2051",
    "DISCONTINUED": "2053",
    "ACQUITTED": "2004",
} | {caution: caution for caution in (*CAUTIONS, "COMMUNITY_RESOLUTION")}
"""How the police write an outcome down; what is not here leaves no disposal."""
REVOKED = "1029"
"""What the police write beside a new sentence for an offence whose order was revoked."""


class Fate(NamedTuple):
    """Something so rare that it is dealt to a few children in turn instead of drawn."""

    kind: Kind
    outcome: str
    end_reason: str = "RELEASED"


FATES = (
    Fate(MURDER, "SECTION_259"),
    Fate(RAPE, "SECTION_254"),
    Fate(BY_CODE["TH68023"], "SECTION_250"),
    Fate(BY_CODE["TH68036"], "YRO_FOSTERING"),
    Fate(BY_CODE["OF61131"], "DTO", "ADULT_ESTATE"),
    Fate(BY_CODE["TH68023"], "DTO", "DIED"),
    Fate(BY_CODE["OF61016"], "SECTION_250", "ADULT_ESTATE"),
)

# by how many substantive outcomes went before: none, one or two, more
_ROUTES: tuple[dict[str, int], ...] = (
    {
        **{"NFA": 12, "COMMUNITY_RESOLUTION": 44, "OUTCOME_10": 3, "OUTCOME_20": 4, "OUTCOME_21": 4},
        **{"OUTCOME_22": 16, "OUTCOME_23": 4, "YOUTH_CAUTION": 40, "YOUTH_CONDITIONAL_CAUTION": 24},
        **{"REFERRAL_ORDER": 40, "ABSOLUTE_DISCHARGE": 3, "DISCONTINUED": 10},
    },
    {
        **{"COMMUNITY_RESOLUTION": 14, "OUTCOME_22": 4, "YOUTH_CONDITIONAL_CAUTION": 36},
        **{"CONDITIONAL_DISCHARGE": 16, "FINE": 8, "COMPENSATION_ORDER": 5, "BIND_OVER": 4},
        **{"REFERRAL_ORDER": 64, "REPARATION_ORDER": 10, "DEFERRED_SENTENCE": 4, "YRO": 28},
        **{"WITHDRAWN": 12, "ACQUITTED": 6},
    },
    {
        **{"CONDITIONAL_DISCHARGE": 16, "REFERRAL_ORDER": 32, "YRO": 66, "YRO_ISS": 20, "DTO": 34},
        **{"SECTION_250": 2, "DISMISSED": 14, "ACQUITTED": 8},
    },
)
_ADULT_ROUTE = {
    **{"ADULT_CAUTION": 30, "ADULT_CONDITIONAL_CAUTION": 10, "FINE": 26, "CONDITIONAL_DISCHARGE": 8},
    **{"COMMUNITY_ORDER": 10, "YOI": 12, "IMPRISONMENT": 10, "WITHDRAWN": 14},
}
_GRAVE = 6
_FIRST_YEAR, _YEARLY_SHIFT = 2023, 0.12


def term_of(outcome: str) -> str:
    """The usual term of a sentence in days, empty where it has none."""
    return str(COURT_ORDERS.get(outcome, ""))


def draw_kind(chance: random.Random) -> Kind:
    return chance.choices(KINDS, [kind.weight for kind in KINDS])[0]


def draw_outcome(chance: random.Random, worst: int, previous: int, year: int, *, is_adult: bool) -> str:
    """What becomes of a case whose gravest offence has the seriousness `worst`, after `previous` outcomes.

    Over the years more and more is diverted from court.
    """
    # what is grave is not diverted
    route = _ADULT_ROUTE if is_adult else _ROUTES[min(2, (previous + 1) // 2 + (worst >= _GRAVE))]
    shift = max(0.5, 1 + _YEARLY_SHIFT * (year - _FIRST_YEAR))
    weights = [weight * shift if outcome in DIVERSION else weight for outcome, weight in route.items()]
    return chance.choices(list(route), weights)[0]
