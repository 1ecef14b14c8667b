"""The code lists: what the shipped ones say, how a set gets into the warehouse, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from live_tracker.deliveries.contract import ETHNICITY, LEGAL_OUTCOME, POLICE_CAUTIONS, YJB_CATEGORY
from live_tracker.errors import CheckFailed
from live_tracker.reference_data import fetch
from live_tracker.reference_data.code_lists import load_code_lists, read_code_lists, reference_hash
from live_tracker.settings import Settings
from tests import deliver

OUR_OWN = (
    *("tier.csv", "legal_outcome.csv", "result_tier.csv", "offence_group.csv"),
    *("seriousness.csv", "ethnicity.csv", "dummy_asn.csv"),
)
NATIONAL = ("offence_code.csv.gz", "result_code.csv.gz")
TABLES = "code_set tier legal_outcome result_code offence_code ethnicity dummy_asn".split()

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


def write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())


def counts(settings: Settings) -> dict[str, int]:
    return {table: deliver.fetch(settings, f"SELECT count(*) FROM reference.{table}")[0][0] for table in TABLES}


@pytest.fixture(scope="module")
def data(project: Path) -> Path:
    return project / "dags/live_tracker/reference_data/data"


@pytest.fixture(scope="module")
def loaded(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse that holds the shipped lists, and only them."""
    settings = new_warehouse()
    load_code_lists(settings)
    return settings


@pytest.fixture(scope="module")
def empty(new_warehouse: Callable[[], Settings]) -> Settings:
    """A warehouse into which nothing is ever loaded."""
    return new_warehouse()


LISTS = {
    "tier.csv": """tier,gravity,is_substantive,title,source
none,-2,0,No outcome,ours
pre_court,2,1,Pre-court,ours
first_tier,3,1,First-tier,ours
""",
    "legal_outcome.csv": """legal_outcome,tier,title,source
REFERRAL_ORDER,first_tier,Referral order,ours
YOUTH_CAUTION,pre_court,Youth caution,ours
""",
    "result_code.csv.gz": """result_code,title,result_type
1097,Referral Order,F
3117,Victim Surcharge,P
4028,Remand In Custody,I
""",
    "result_tier.csv": """result_code,tier,legal_outcome,source
1097,first_tier,REFERRAL_ORDER,ours
YOUTH_CAUTION,pre_court,YOUTH_CAUTION,ours
""",
    "offence_code.csv.gz": """cjs_code,title,category,home_office_class,is_recordable
AA00001,One,CE,008/11,1
AA00002,Two,CE,008/06,1
AA00003,Three,CM,999/01,0
AA00004,Four,CS,,0
AA00005,Five,CE,000/00,0
""",
    "offence_group.csv": """home_office_class,offence_group,yjb_category,source
008,Violence,VIOLENCE_AGAINST_THE_PERSON,ours
008/11,Weapons,,ours
""",
    "seriousness.csv": """home_office_class,seriousness,source
008,3,ours
008/06,4,ours
""",
    "ethnicity.csv": """ethnicity,ethnicity_group,title,source
W1,White,White British,ours
""",
    "dummy_asn.csv": """pattern,source
^0800,ours
""",
}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A small set of lists in which all is well."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for name, text in LISTS.items():
        write(folder / name, text)
    return folder


def change(lists: Path, file: str, old: str, new: str) -> None:
    assert old in LISTS[file]
    write(lists / file, LISTS[file].replace(old, new, 1))


def load(settings: Settings, lists: Path) -> str:
    return load_code_lists(settings.model_copy(update={"reference": lists}))


def refused(settings: Settings, lists: Path) -> list[str]:
    """What is said of lists that do not load."""
    before = counts(settings)
    with pytest.raises(CheckFailed) as error:
        load(settings, lists)
    assert error.value.where == str(lists)
    assert counts(settings) == before
    return error.value.what.split("\n  ")


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


def test_loading_returns_the_hash_of_the_folder(warehouse: Settings, lists: Path) -> None:
    assert load(warehouse, lists) == reference_hash(lists)
    assert deliver.fetch(warehouse, "SELECT reference_hash FROM reference.code_set") == [(reference_hash(lists),)]


def test_loading_twice_changes_nothing(warehouse: Settings, lists: Path) -> None:
    once = load(warehouse, lists), counts(warehouse), deliver.fetch(warehouse, "TABLE reference.code_set")
    again = load(warehouse, lists), counts(warehouse), deliver.fetch(warehouse, "TABLE reference.code_set")
    assert once == again


def test_two_at_once_load_one_set(warehouse: Settings, lists: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        hashes = set(threads.map(lambda _: load(warehouse, lists), range(2)))
    assert (len(hashes), counts(warehouse)["code_set"], counts(warehouse)["tier"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,pre_court"),
        ("seriousness.csv", "008,3", "008,5"),
        ("offence_code.csv.gz", "AA00005,Five,CE,000/00,0", "AA00005,Five,CE,000/00,1"),
        ("dummy_asn.csv", "^0800", "^0900"),
        ("ethnicity.csv", "W1,White,White British,ours\n", ""),
    ],
)
def test_a_changed_row_gives_another_hash(lists: Path, file: str, old: str, new: str) -> None:
    before = reference_hash(lists)
    change(lists, file, old, new)
    assert reference_hash(lists) != before


def test_the_same_lists_elsewhere_have_the_same_hash(lists: Path, tmp_path: Path) -> None:
    assert reference_hash(shutil.copytree(lists, tmp_path / "elsewhere")) == reference_hash(lists)


def test_other_files_of_the_folder_do_not_count(lists: Path) -> None:
    before = reference_hash(lists)
    (lists / "notes.txt").write_text("ours")
    assert reference_hash(lists) == before


def test_the_old_set_stays_beside_the_new_one(warehouse: Settings, lists: Path) -> None:
    old = load(warehouse, lists)
    change(lists, "legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,pre_court")
    new = load(warehouse, lists)
    query = "SELECT reference_hash, tier FROM reference.legal_outcome WHERE legal_outcome = 'REFERRAL_ORDER'"
    assert set(deliver.fetch(warehouse, query)) == {(old, "first_tier"), (new, "pre_court")}


def test_the_longest_class_that_fits_gives_group_and_score(lists: Path) -> None:
    rows = read_code_lists(lists)["offence_code"]
    assert [(row[0], *row[5:]) for row in rows] == [
        ("AA00001", "Weapons", None, "3"),
        ("AA00002", "Violence", "VIOLENCE_AGAINST_THE_PERSON", "4"),
        ("AA00003", "Summary motoring", None, None),
        ("AA00004", "Summary non-motoring", None, None),
        ("AA00005", "Not known", None, None),
    ]


def test_a_tier_given_to_a_result_that_is_not_final_does_not_count(lists: Path) -> None:
    change(lists, "result_tier.csv", "1097,", "3117,first_tier,,ours\n1097,")
    tiers = {row[0]: (row[3], row[4]) for row in read_code_lists(lists)["result_code"]}
    assert tiers["3117"] == ("0", "none")


@pytest.mark.parametrize("title", ["back\\slash", "\\N", "tab\there", '"two\nlines"', "Zoë"])
def test_a_title_arrives_as_it_is_written(warehouse: Settings, lists: Path, title: str) -> None:
    change(lists, "ethnicity.csv", "White British", title)
    load(warehouse, lists)
    assert deliver.fetch(warehouse, "SELECT title FROM reference.ethnicity") == [(title.strip('"'),)]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("legal_outcome.csv", "REFERRAL_ORDER,first_tier", "REFERRAL_ORDER,firsttier", "row 2, column tier: .*no such"),
        ("result_tier.csv", "1097,first_tier", "1097,First_tier", "row 2, column tier: .*no such tier"),
        ("result_tier.csv", "REFERRAL_ORDER", "REFERAL_ORDER", "row 2, column legal_outcome: .*no such outcome"),
        ("result_tier.csv", "1097,first_tier,REFERRAL_ORDER,ours\n", "", "column result_code: .*1097 has no tier"),
        ("tier.csv", "first_tier,3,1", "first_tier,3,yes", "row 4, column is_substantive: is none of 0, 1"),
        ("tier.csv", "first_tier,3,1", "first_tier,3.5,1", "row 4, column gravity: is not a whole number"),
        ("tier.csv", "none,-2", "none,--2", "row 2, column gravity: is not a whole number"),
        ("tier.csv", "first_tier,3,1", "first_tier,²,1", "row 4, column gravity: is not a whole number"),
        ("tier.csv", "first_tier,3,1", "first_tier,99999,1", "row 4, column gravity: is not a whole number"),
        ("seriousness.csv", "008/06,4", "008/06,9", "row 3, column seriousness: is none of 1, 2"),
        ("offence_code.csv.gz", "999/01,0", "999/01,N", "row 4, column is_recordable: is none of 0, 1"),
        ("result_code.csv.gz", "Referral Order,F", "Referral Order,f", "row 2, column result_type: is none of"),
        ("tier.csv", ",source", "", "row 1, column source: the column is missing"),
        ("offence_code.csv.gz", ",is_recordable", "", "row 1, column is_recordable: the column is missing"),
        ("ethnicity.csv", ",source", ",source,notes", "row 1, column notes: nobody knows this column"),
        ("ethnicity.csv", ",title,", ",title,title,", "row 1: a column is there twice"),
        ("ethnicity.csv", "White British,ours", "White British", "row 2: 3 fields where the header has 4"),
        ("tier.csv", "pre_court,", "first_tier,", "row 4, column tier: the same tier as in row 3"),
        ("offence_code.csv.gz", "AA00004", "AA00001", "row 5, column cjs_code: the same cjs_code as in row 2"),
        ("result_code.csv.gz", "3117", "1097", "row 3, column result_code: the same result_code as in row 2"),
        ("legal_outcome.csv", "YOUTH_CAUTION", "REFERRAL_ORDER", "row 3, column legal_outcome: the same legal_outcome"),
        ("seriousness.csv", "008/06", "008", "row 3, column home_office_class: the same home_office_class as in row 2"),
        ("ethnicity.csv", "White British,ours", "White British,", "row 2, column source: is empty"),
        ("seriousness.csv", "008,3,ours", "008,3,", "row 2, column source: is empty"),
        ("offence_group.csv", "Weapons,,ours", "Weapons,, ", "row 3, column source: is empty"),
        ("offence_code.csv.gz", "AA00002", "", "row 3, column cjs_code: is empty"),
        ("dummy_asn.csv", "^0800", "(0800", "row 2, column pattern: is not a pattern"),
        ("ethnicity.csv", "White British", "White\0British", "row 2, column title: holds a NUL"),
        ("ethnicity.csv", "White British", '"White British', "the file cannot be read as CSV in UTF-8"),
    ],
)
def test_a_damaged_list_is_refused_with_its_place(
    empty: Settings, lists: Path, file: str, old: str, new: str, problem: str
) -> None:
    change(lists, file, old, new)
    expected = re.compile(f"{re.escape(file)}(, |: ){problem}")
    assert [line for line in refused(empty, lists) if expected.match(line)]


@pytest.mark.parametrize("file", [*OUR_OWN, *NATIONAL])
def test_a_list_that_is_not_there_is_refused(empty: Settings, lists: Path, file: str) -> None:
    (lists / file).unlink()
    assert refused(empty, lists) == [f"{file}: the file is not there"]


@pytest.mark.parametrize("damage", ["cut short", "overwritten", "not packed"])
def test_a_packed_list_that_is_broken_is_refused(empty: Settings, lists: Path, damage: str) -> None:
    path = lists / "offence_code.csv.gz"
    packed = path.read_bytes()
    broken = {"cut short": packed[:-12], "overwritten": packed[:10] + b"\xff" * 20 + packed[30:], "not packed": b"a,b"}
    path.write_bytes(broken[damage])
    assert refused(empty, lists) == ["offence_code.csv.gz: the file cannot be read as CSV in UTF-8"]


def test_a_list_in_another_encoding_is_refused(empty: Settings, lists: Path) -> None:
    (lists / "ethnicity.csv").write_bytes(LISTS["ethnicity.csv"].replace("British", "Brît").encode("latin-1"))
    assert refused(empty, lists) == ["ethnicity.csv: the file cannot be read as CSV in UTF-8"]


def test_all_that_is_wrong_is_said_at_once(empty: Settings, lists: Path) -> None:
    change(lists, "tier.csv", "first_tier,3,1", "first_tier,x,y")
    change(lists, "seriousness.csv", "008,3", "008,0")
    assert len(refused(empty, lists)) == 3
