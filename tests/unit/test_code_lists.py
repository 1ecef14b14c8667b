"""The shipped code lists: tiers, outcomes and results, offences, ethnicity and dummy numbers."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.deliveries.contract import ETHNICITY, LEGAL_OUTCOME, POLICE_CAUTIONS, YJB_CATEGORY
from live_tracker.reference_data import fetch
from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.settings import Settings
from tests import deliver
from tests.made_code_lists import NATIONAL, OUR_OWN, counts

OUTCOMES = {
    "no_action": "NFA",
    "diversion": "COMMUNITY_RESOLUTION OUTCOME_10 OUTCOME_20 OUTCOME_21 OUTCOME_22 OUTCOME_23",
    "pre_court": "YOUTH_CAUTION YOUTH_CONDITIONAL_CAUTION REPRIMAND FINAL_WARNING",
    "first_tier": """ABSOLUTE_DISCHARGE CONDITIONAL_DISCHARGE BIND_OVER FINE COMPENSATION_ORDER REFERRAL_ORDER
        REPARATION_ORDER DEFERRED_SENTENCE""",
    "community": """YRO YRO_ISS YRO_FOSTERING ACTION_PLAN_ORDER SUPERVISION_ORDER ATTENDANCE_CENTRE_ORDER
        CURFEW_ORDER""",
    "custody": "DTO SECTION_250 SECTION_254 SECTION_259 YOI",
    "non_conviction": "DISMISSED WITHDRAWN DISCONTINUED ACQUITTED",
}
FINAL_RESULTS = {
    "none": "1029 1030 1046 2060 3112",
    "non_conviction": "2004 2005 2006 2050 2051 2053 2063 2066",
    "no_action": "1113",
    "pre_court": """1039 YOUTH_CAUTION YOUTH_CONDITIONAL_CAUTION REPRIMAND FINAL_WARNING ADULT_CAUTION
        ADULT_CONDITIONAL_CAUTION""",
    "first_tier": "1015 1016 1017 1018 1083 1097 3012",
    "community": "1084 1090 1141 1142 1143 3127",
    "custody": "1002 1003 1007 1022 1024 1081",
}
MAPPED = {
    "1003": "SECTION_259",
    "1007": "SECTION_250",
    "1015": "FINE",
    "1081": "DTO",
    "1097": "REFERRAL_ORDER",
    "1113": "NFA",
    "1141": "YRO",
    "1142": "YRO_ISS",
    "1143": "YRO_FOSTERING",
    "2051": "WITHDRAWN",
    "YOUTH_CAUTION": "YOUTH_CAUTION",
}
# category, Home Office class, recordable, YJB category, seriousness
OFFENCES = {
    "CJ88116": ("CS", "105/01", True, "VIOLENCE_AGAINST_THE_PERSON", 3),
    "OF61102": ("CE", "008/06", True, "VIOLENCE_AGAINST_THE_PERSON", 4),
    "OF61131": ("CE", "008/01", True, "VIOLENCE_AGAINST_THE_PERSON", 6),
    "OF61016": ("CI", "005/01", True, "VIOLENCE_AGAINST_THE_PERSON", 7),
    "COML025": ("CI", "001/01", True, "VIOLENCE_AGAINST_THE_PERSON", 8),
    "TH68023": ("CI", "034/01", True, "ROBBERY", 6),
    "TH68010": ("CE", "046/00", True, "THEFT_AND_HANDLING", 3),
    "TH68036": ("CE", "028/03", True, "DOMESTIC_BURGLARY", 6),
    "MD71131": ("CE", "092/31", True, "DRUGS", 5),
    "MD71530": ("CE", "092/61", True, "DRUGS", 2),
    "CJ88144": ("CE", "008/26", True, "OTHER", 3),
    "CD71039": ("CE", "149/00", True, "CRIMINAL_DAMAGE", 2),
    "CD98066": ("CE", "066/91", True, "RACIALLY_AGGRAVATED", 4),
    "RT88026": ("CE", "802/00", True, "MOTORING", 5),
    "BA76001": ("CS", "083/01", True, "BREACH_OF_BAIL", 3),
}


def pairs(groups: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, name) for name, codes in groups.items() for code in codes.split()]


def rows_of(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def data(project: Path) -> Path:
    return project / "dags/live_tracker/reference_data/data"


@pytest.fixture(scope="module")
def loaded(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse that holds the shipped lists, and only them."""
    settings = new_warehouse()
    load_code_lists(settings)
    return settings


def test_the_whole_national_lists_are_loaded(loaded: Settings, data: Path) -> None:
    found = counts(loaded)
    court = deliver.fetch(loaded, "SELECT count(*) FROM reference.result_code WHERE result_code ~ '^[0-9]+$'")
    assert (found["offence_code"], court, len(rows_of(data / "result_code.csv.gz"))) == (30_356, [(898,)], 898)


@pytest.mark.parametrize("name", OUR_OWN)
def test_each_row_of_our_own_lists_names_its_source(data: Path, name: str) -> None:
    assert [row for row in rows_of(data / name) if not row["source"].strip()] == []


def test_nothing_but_known_lists_is_shipped(data: Path) -> None:
    assert {path.name for path in data.iterdir()} == {*OUR_OWN, *NATIONAL, "SOURCE.json"}


def test_the_tiers_stand_in_the_order_of_their_gravity(loaded: Settings) -> None:
    assert deliver.fetch(loaded, "SELECT tier, is_substantive FROM reference.tier ORDER BY gravity") == [
        ("none", False),
        ("non_conviction", False),
        ("no_action", False),
        ("diversion", False),
        ("pre_court", True),
        ("first_tier", True),
        ("community", True),
        ("custody", True),
    ]


def test_the_legal_outcomes_are_those_of_the_contract(loaded: Settings) -> None:
    assert {row[0] for row in deliver.fetch(loaded, "SELECT legal_outcome FROM reference.legal_outcome")} == (
        LEGAL_OUTCOME
    )


@pytest.mark.parametrize(("outcome", "tier"), pairs(OUTCOMES))
def test_a_legal_outcome_has_its_tier(loaded: Settings, outcome: str, tier: str) -> None:
    found = deliver.fetch(loaded, "SELECT tier FROM reference.legal_outcome WHERE legal_outcome = %s", outcome)
    assert found == [(tier,)]


def test_every_legal_outcome_of_the_contract_is_among_these_cases() -> None:
    assert {outcome for outcome, _ in pairs(OUTCOMES)} == LEGAL_OUTCOME


@pytest.mark.parametrize("table", ["result_code", "legal_outcome"])
def test_every_code_has_a_known_tier(loaded: Settings, table: str) -> None:
    without = f"SELECT * FROM reference.{table} LEFT JOIN reference.tier USING (tier) WHERE gravity IS NULL"
    assert deliver.fetch(loaded, without) == []


def test_what_the_police_have_as_text_is_what_the_contract_names(loaded: Settings) -> None:
    found = deliver.fetch(loaded, "SELECT result_code FROM reference.result_code WHERE result_code !~ '^[0-9]+$'")
    assert {row[0] for row in found} == POLICE_CAUTIONS


@pytest.mark.parametrize(("code", "tier"), pairs(FINAL_RESULTS))
def test_a_final_result_has_its_tier(loaded: Settings, code: str, tier: str) -> None:
    found = deliver.fetch(loaded, "SELECT is_final, tier FROM reference.result_code WHERE result_code = %s", code)
    assert found == [(True, tier)]


def test_a_community_resolution_of_the_police_decides_nothing(loaded: Settings) -> None:
    query = "SELECT is_final, tier FROM reference.result_code WHERE result_code = 'COMMUNITY_RESOLUTION'"
    assert deliver.fetch(loaded, query) == [(False, "diversion")]


@pytest.mark.parametrize("code", ["3117", "4028", "4029", "4030", "4047", "4054"])
def test_an_interim_or_ancillary_result_is_no_outcome(loaded: Settings, code: str) -> None:
    found = deliver.fetch(loaded, "SELECT is_final, tier FROM reference.result_code WHERE result_code = %s", code)
    assert found == [(False, "none")]


def test_what_is_not_final_never_proves(loaded: Settings) -> None:
    query = """
        SELECT result_code FROM reference.result_code JOIN reference.tier USING (tier)
        WHERE NOT is_final AND is_substantive
    """
    assert deliver.fetch(loaded, query) == []


def test_every_result_of_type_f_is_final_and_no_other_type(loaded: Settings) -> None:
    query = """
        SELECT DISTINCT result_type, is_final FROM reference.result_code
        WHERE result_code ~ '^[0-9]+$' ORDER BY result_type
    """
    assert deliver.fetch(loaded, query) == [("F", True), ("I", False), ("P", False), (None, False)]


@pytest.mark.parametrize(("code", "outcome"), MAPPED.items())
def test_a_result_code_maps_to_the_case_management_code(loaded: Settings, code: str, outcome: str) -> None:
    found = deliver.fetch(loaded, "SELECT legal_outcome FROM reference.result_code WHERE result_code = %s", code)
    assert found == [(outcome,)]


def test_a_mapped_result_has_the_tier_of_what_it_maps_to(loaded: Settings) -> None:
    query = """
        SELECT result_code FROM reference.result_code AS r JOIN reference.legal_outcome AS l USING (legal_outcome)
        WHERE r.tier <> l.tier
    """
    assert deliver.fetch(loaded, query) == []


@pytest.mark.parametrize(("code", "expected"), OFFENCES.items())
def test_an_offence_code_has_its_class_flag_category_and_score(
    loaded: Settings, code: str, expected: tuple[object, ...]
) -> None:
    query = """
        SELECT category, home_office_class, is_recordable, yjb_category, seriousness
        FROM reference.offence_code WHERE cjs_code = %s
    """
    assert deliver.fetch(loaded, query, code) == [expected]


def test_categories_that_the_police_ignore_are_never_recordable(loaded: Settings) -> None:
    query = "SELECT cjs_code FROM reference.offence_code WHERE is_recordable AND category = ANY (%s)"
    assert deliver.fetch(loaded, query, sorted(fetch.NEVER_RECORDABLE)) == []


def test_breaches_keep_their_category_whether_recordable_or_not(loaded: Settings) -> None:
    query = "SELECT is_recordable, count(*) FROM reference.offence_code WHERE category = 'CB' GROUP BY 1 ORDER BY 1"
    assert deliver.fetch(loaded, query) == [(False, 37), (True, 24)]


def test_yjb_categories_are_those_of_the_contract(data: Path) -> None:
    assert {row["yjb_category"] for row in rows_of(data / "offence_group.csv")} - {""} <= YJB_CATEGORY


def test_seriousness_is_marked_as_unverified(data: Path) -> None:
    assert all("unverified" in row["source"] for row in rows_of(data / "seriousness.csv"))


def test_the_ethnicity_codes_are_those_of_the_contract(loaded: Settings) -> None:
    assert {row[0] for row in deliver.fetch(loaded, "SELECT ethnicity FROM reference.ethnicity")} == ETHNICITY


@pytest.mark.parametrize(
    ("asn", "is_dummy"),
    [
        ("0800NP0100000000001H", True),
        ("0800PP0111111111111K", True),
        ("1750110100000448754K", True),
        ("1700NP0000000000001A", True),
        ("1101ZD0100000448754K", False),
        ("0820NP0100000000001H", False),
    ],
)
def test_dummy_arrest_summons_numbers_are_told_from_real_ones(loaded: Settings, asn: str, is_dummy: bool) -> None:
    found = deliver.fetch(loaded, "SELECT count(*) > 0 FROM reference.dummy_asn WHERE %s ~ pattern", asn)
    assert found == [(is_dummy,)]
