"""The counts and rates of cohort_summary for national_proven, as an analyst would have them by pandas.

From offences on: what is one offence, what proves it, whose it is and what was a release has been found already. Nothing
else is taken from the build: entries, cohorts, follow-up, reoffences and sums are made here. Intervals, maturity and the
change on the year before are not.
"""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

TABLES = {
    "offences": "intermediate.int_offences",
    "proofs": "intermediate.int_offence_proofs",
    "services": "intermediate.int_offence_services",
    "releases": "intermediate.int_releases",
    "release_offences": "intermediate.int_release_offences",
    "people": "identity.person",
    "tiers": "reference.tier",
}
"""What is read, a Parquet file each."""

SQL_OF_THE_SAME = (
    *("int_entries_by_outcome", "int_entries_by_release", "int_entries", "int_members", "int_member_offences"),
    *("int_member_counts", "cohort_summary"),
)
"""The models that do the same, of every definition."""

ENTRY_TIERS = ["pre_court", "first_tier", "community"]
PROOF_TIERS = [*ENTRY_TIERS, "custody"]
FOLLOW_UP, WAITING = pd.DateOffset(months=12), pd.DateOffset(months=18)
MILLION = 1_000_000


def summary(folder: Path, as_of: str, known_as_of: str) -> pd.DataFrame:
    """One row per cohort and yot: counts, children_closed, and rates in millionths, half of one rounded up."""
    tables = {
        name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow", to_pandas_kwargs={"date_as_object": False})
        for name in TABLES
    }
    proofs = _proofs(tables)
    entries = pd.concat([_by_outcome(proofs, tables["tiers"]), _by_release(tables)])
    members = _members(entries, _people(tables["people"], known_as_of))
    return _summed_up(_followed(members, proofs, tables["release_offences"]), pd.Timestamp(as_of))


def timed(folder: Path, as_of: str, known_as_of: str) -> tuple[float, pd.DataFrame]:
    """The seconds that the summary took, reading included, and the summary."""
    began = time.monotonic()
    summed_up = summary(folder, as_of, known_as_of)
    return time.monotonic() - began, summed_up


def _proofs(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Offences that the police record proves, each with its service on that day and why it may not count."""
    proofs = tables["proofs"]
    proofs = proofs[(proofs["proof_sources"] == "pnc") & proofs["proof_date"].notna()]
    services = tables["services"].rename(columns={"day": "proof_date"})
    services = services[["offence_uid", "proof_date", "yot", "exclusion"]]
    found = proofs[["offence_uid", "proof_date", "proof_tier"]].merge(tables["offences"], on="offence_uid")
    return found.merge(services, on=["offence_uid", "proof_date"], how="left")


def _by_outcome(proofs: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    counts = proofs["is_in_scope"] & proofs["exclusion"].isna() & proofs["yot"].notna()
    entries = proofs[counts & proofs["proof_tier"].isin(ENTRY_TIERS)]
    gravity = tiers.drop_duplicates("tier").set_index("tier")["gravity"]
    return entries.assign(
        entry_date=entries["proof_date"],
        is_release=False,
        gravity=entries["proof_tier"].map(gravity),
        release_uid=None,
    )


def _by_release(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Releases without a known offence, or with one in scope; each with the gravest of its offences."""
    linked = tables["release_offences"][["release_uid", "offence_uid", "gravity"]].merge(
        tables["offences"].drop(columns="person_key"), on="offence_uid"
    )
    gravest = linked.sort_values(
        ["release_uid", "is_in_scope", "gravity", "seriousness", "source_system", "source", "record_id"],
        ascending=[True, False, False, False, True, True, True],
    ).drop_duplicates("release_uid")
    releases = tables["releases"].merge(gravest.drop(columns="gravity"), on="release_uid", how="left")
    releases = releases[releases["offence_uid"].isna() | releases["is_in_scope"].eq(True)]
    return releases.assign(entry_date=releases["release_date"], is_release=True)


def _people(people: pd.DataFrame, known_as_of: str) -> pd.DataFrame:
    day = pd.Timestamp(known_as_of)
    known = (people["known_from"] <= day) & (people["known_to"].isna() | (day < people["known_to"]))
    return people.loc[known, ["person_key", "date_of_birth"]]


def _members(entries: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The first entry of a child of 10 to 17 in a quarter and service; releases before outcomes of a day."""
    entries = entries.merge(people, on="person_key")
    day, born = entries["entry_date"], entries["date_of_birth"]
    is_before_birthday = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    age = day.dt.year - born.dt.year - is_before_birthday
    entries = entries[age.between(10, 17)]
    day = entries["entry_date"]
    entries = entries.assign(cohort=day.dt.year.astype(str) + "Q" + day.dt.quarter.astype(str))
    return entries.sort_values(
        ["entry_date", "is_release", "gravity", "seriousness", "source_system", "source", "record_id"],
        ascending=[True, False, False, False, True, True, True],
    ).drop_duplicates(["cohort", "yot", "person_key"])[
        ["cohort", "yot", "person_key", "entry_date", "is_release", "release_uid"]
    ]


def _followed(members: pd.DataFrame, proofs: pd.DataFrame, release_offences: pd.DataFrame) -> pd.DataFrame:
    """Members with the end of their proof window and their proven reoffences, each counted once."""
    members = members.reset_index(drop=True).assign(
        follow_up_end=lambda rows: rows["entry_date"] + FOLLOW_UP,
        proof_end=lambda rows: rows["entry_date"] + WAITING,
    )
    offences = proofs[proofs["is_in_scope"] & proofs["exclusion"].ne("out_of_area")]
    offences = offences[offences["proof_tier"].isin(PROOF_TIERS)]
    candidates = members.reset_index(names="member").merge(
        offences[["person_key", "offence_uid", "start_date", "proof_date"]], on="person_key"
    )
    in_window = (
        (candidates["start_date"] > candidates["entry_date"])
        & (candidates["start_date"] <= candidates["follow_up_end"])
        & (candidates["proof_date"] > candidates["entry_date"])
        & (candidates["proof_date"] <= candidates["proof_end"])
    )
    reoffences = candidates[in_window].merge(
        release_offences[["release_uid", "offence_uid"]].drop_duplicates(),
        on=["release_uid", "offence_uid"],
        how="left",
        indicator="of_the_release",
    )
    counted = reoffences.loc[reoffences["of_the_release"] == "left_only"].groupby("member").size()
    return members.assign(reoffences=counted.reindex(members.index, fill_value=0))


def _summed_up(members: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Sums of each service, and of all together, with their rates."""
    cells = pd.concat([members, members.assign(yot="all")])
    cells = cells.assign(is_reoffender=cells["reoffences"] > 0, is_closed=cells["proof_end"] < as_of)
    summed = (
        cells.groupby(["cohort", "yot"])
        .agg(
            children=("person_key", "size"),
            distinct_children=("person_key", "nunique"),
            reoffenders=("is_reoffender", "sum"),
            reoffences=("reoffences", "sum"),
            children_closed=("is_closed", "sum"),
        )
        .reset_index()
    )
    summed["binary_rate"] = _millionths(summed["reoffenders"], summed["children"])
    summed["reoffences_per_reoffender"] = _millionths(summed["reoffences"], summed["reoffenders"])
    summed["reoffences_per_child"] = _millionths(summed["reoffences"], summed["children"])
    return summed


def _millionths(part: pd.Series, whole: pd.Series) -> pd.Series:
    """The fraction to six decimals, as a whole number of millionths; none of nothing."""
    whole = whole.astype("Int64")
    whole = whole.mask(whole == 0)
    return (2 * MILLION * part + whole) // (2 * whole)
