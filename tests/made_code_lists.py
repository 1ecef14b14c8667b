"""A small set of code lists in which all is well, made by hand for tests."""

from __future__ import annotations

import gzip
from pathlib import Path

from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.settings import Settings
from tests import deliver

OUR_OWN = (
    *("tier.csv", "legal_outcome.csv", "result_tier.csv", "offence_group.csv"),
    *("seriousness.csv", "ethnicity.csv", "dummy_asn.csv", "population.csv", "comparator.csv"),
)
NATIONAL = ("offence_code.csv.gz", "result_code.csv.gz")
TABLES = "code_set tier legal_outcome result_code offence_code ethnicity dummy_asn population comparator".split()

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
    "population.csv": """area,year,age,ethnicity_group,population,source,source_date
eastvale,2020,10-17,All,30,ours,2024-05-01
eastvale,2020,10-17,White,30,ours,2024-05-01
eastvale,2020,10,White,10,ours,2024-05-01
eastvale,2020,17,White,20,ours,2024-05-01
""",
    "comparator.csv": """area,kind,measure,definition,basis,services,period,period_start,period_end,value,unit,numerator,\
denominator,source,page,source_date,note
eastvale,service,binary_rate,national_proven,12 and 6 months,eastvale,spring,2023-04-01,2023-06-30,33.8,per_cent,22,65,\
a plan,page 4,2024-05-01,
albion,national,custody_per_1000,,all sentences,*,2023,2023-01-01,2023-12-31,0.40,per_1000,,,a bulletin,table 2,2024-05-01,old
""",
}


def write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())


def counts(settings: Settings) -> dict[str, int]:
    return {table: deliver.fetch(settings, f"SELECT count(*) FROM reference.{table}")[0][0] for table in TABLES}


def write_lists(folder: Path) -> Path:
    folder.mkdir()
    for name, text in LISTS.items():
        write(folder / name, text)
    return folder


def change(lists: Path, file: str, old: str, new: str) -> None:
    assert old in LISTS[file]
    write(lists / file, LISTS[file].replace(old, new, 1))


def load(settings: Settings, lists: Path) -> str:
    return load_code_lists(settings.model_copy(update={"reference": lists}))
