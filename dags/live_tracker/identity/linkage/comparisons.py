"""What two records are compared in, and how alike they can be: for each comparison its levels, strongest first.

A level is a name and a condition on the compared columns (`compared.py`), in DuckDB's SQL as Splink wants it. The
first that holds is the pair's; how much it says is in the model. A comparison whose `unknown` holds says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

SWAPPED_NAMES = "forename_l = surname_r AND surname_l = forename_r AND forename_l <> surname_l"
OTHER = "other"


@dataclass(frozen=True)
class Level:
    """One degree of likeness; `frequency_of` names the column by whose rarity its weight moves."""

    name: str
    condition: str
    frequency_of: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A comparison; the level `other` comes after those that are named. `fixed`: its weights are not trained."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    fixed: bool = False

    @property
    def level_names(self) -> tuple[str, ...]:
        return (*(level.name for level in self.levels), OTHER)


def _alike(column: str, similarity: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {similarity}"


def _one_edit(column: str, shortest: int) -> str:
    return (
        f"least(length({column}_l), length({column}_r)) >= {shortest}"
        f" AND abs(length({column}_l) - length({column}_r)) <= 1"
        f" AND damerau_levenshtein({column}_l, {column}_r) <= 1"
    )


def _share_one(column: str) -> str:
    """Two lists have an item in common, where that is news: each list has its record's own value in it."""
    return f"(len({column}_l) > 1 OR len({column}_r) > 1) AND list_has_any({column}_l, {column}_r)"


_YEAR = "dob_year_l = dob_year_r"
_MONTH = "substr(dob_l, 6, 2) = substr(dob_r, 6, 2)"
_DAY = "substr(dob_l, 9, 2) = substr(dob_r, 9, 2)"
_TWO_PARTS = f"(({_YEAR} AND ({_MONTH} OR {_DAY})) OR ({_MONTH} AND {_DAY}))"


FORENAME = Comparison(
    "forename",
    "forename_l IS NULL OR forename_r IS NULL",
    (
        # forename and surname exchanged; the surname then says nothing more
        Level("swapped", SWAPPED_NAMES),
        Level("exact", "forename_l = forename_r", frequency_of="forename"),
        # a name of an alias, or a child known by a middle name
        Level(
            "alias",
            f"({_share_one('forenames')})"
            " OR list_contains(middles_l, forename_r) OR list_contains(middles_r, forename_l)",
        ),
        Level("nickname", _share_one("roots")),
        Level("close", _alike("forename", 0.92)),
        # so loose that brothers can be as alike: TIA and MIA, HARRY and HARVEY
        Level(
            "near",
            f"left(forename_l, 3) = left(forename_r, 3) OR {_alike('forename', 0.85)} OR ({_one_edit('forename', 3)})",
        ),
    ),
)
SURNAME = Comparison(
    "surname",
    f"surname_l IS NULL OR surname_r IS NULL OR ({SWAPPED_NAMES})",
    (
        Level("exact", "surname_l = surname_r", frequency_of="surname"),
        # a name of an alias, or one half of a double-barrelled one
        Level("alias", _share_one("surnames")),
        Level("close", f"{_alike('surname', 0.92)} OR ({_one_edit('surname', 5)})"),
        Level("near", _alike("surname", 0.85)),
    ),
)
DATE_OF_BIRTH = Comparison(
    "date_of_birth",
    "dob_l IS NULL OR dob_r IS NULL",
    (
        # 1 January and the first of a month stand where nobody knew the day
        Level("weak", "dob_l = dob_r AND dob_weak_l"),
        Level("exact", "dob_l = dob_r"),
        Level("alias", _share_one("dobs")),
        Level("day_month_swap", "dob_l = dob_swapped_r"),
        Level("century", f"{_MONTH} AND {_DAY} AND substr(dob_l, 3, 2) = substr(dob_r, 3, 2)"),
        # one edit is in one part, so that the other two agree
        Level("one_edit", f"{_TWO_PARTS} AND damerau_levenshtein(dob_l, dob_r) <= 1"),
        Level(
            "weak_agrees",
            f"(dob_weak_l OR dob_weak_r) AND {_YEAR}"
            f" AND (substr(dob_l, 6) = '01-01' OR substr(dob_r, 6) = '01-01' OR {_MONTH})",
        ),
        Level("two_parts", _TWO_PARTS),
        Level("five_years", "abs(dob_days_l - dob_days_r) <= 1826"),
    ),
)
SEX = Comparison("sex", "sex_l IS NULL OR sex_r IS NULL", (Level("exact", "sex_l = sex_r"),))
POSTCODE = Comparison(
    "postcode",
    "postcode_l IS NULL OR postcode_r IS NULL",
    (
        Level("exact", "postcode_l = postcode_r"),
        # one edit is in one half, so that the other agrees
        Level(
            "one_edit",
            "(area_l = area_r OR right(postcode_l, 3) = right(postcode_r, 3))"
            " AND damerau_levenshtein(postcode_l, postcode_r) <= 1",
        ),
        Level("area", "area_l = area_r"),
    ),
)
AREA = Comparison(
    "area",
    # where both have a whole postcode, that comparison has said it
    "area_l IS NULL OR area_r IS NULL OR (postcode_l IS NOT NULL AND postcode_r IS NOT NULL)",
    (Level("exact", "area_l = area_r"),),
    fixed=True,
)
COURT = Comparison(
    "court",
    "(len(asns_l) = 0 OR len(asns_r) = 0) AND (len(court_days_l) = 0 OR len(court_days_r) = 0)",
    (
        Level("asn", "list_has_any(asns_l, asns_r)"),
        Level("two_days", "len(list_intersect(court_days_l, court_days_r)) >= 2"),
        Level("one_day", "list_has_any(court_days_l, court_days_r)"),
    ),
)
PNC_ID = Comparison(
    "pnc_id", "pnc_id_l IS NULL OR pnc_id_r IS NULL", (Level("exact", "pnc_id_l = pnc_id_r"),), fixed=True
)
CRO = Comparison(
    "cro",
    # one file of fingerprints has one number of each kind: two that agree are not twice the evidence
    "cro_l IS NULL OR cro_r IS NULL OR coalesce(pnc_id_l = pnc_id_r, false)",
    (Level("exact", "cro_l = cro_r"),),
    fixed=True,
)

COMPARISONS = (FORENAME, SURNAME, DATE_OF_BIRTH, SEX, POSTCODE, AREA, COURT, PNC_ID, CRO)
