"""The code lists and the definitions, from their CSV files."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

from .model import Definition, OffenceCode, Population, Reference

REFERENCE_FILES = (
    *("dummy_asn", "ethnicity", "legal_outcome", "offence_code", "offence_group", "population"),
    *("result_code", "result_tier", "seriousness", "tier"),
)


def load_reference(folder: Path | str) -> Reference:
    """The code lists of a folder of CSV files, gzipped or not."""
    rows = {name: _read(Path(folder), name) for name in REFERENCE_FILES}
    return Reference(
        offence_codes={
            row["cjs_code"]: OffenceCode(row["category"], row["home_office_class"], row["is_recordable"] == "1")
            for row in rows["offence_code"]
        },
        offence_groups={
            row["home_office_class"]: (row["offence_group"], row["yjb_category"]) for row in rows["offence_group"]
        },
        seriousness={row["home_office_class"]: int(row["seriousness"]) for row in rows["seriousness"]},
        legal_outcomes={row["legal_outcome"]: row["tier"] for row in rows["legal_outcome"]},
        result_types={row["result_code"]: row["result_type"] for row in rows["result_code"]},
        result_tiers={row["result_code"]: (row["tier"], row["legal_outcome"] or None) for row in rows["result_tier"]},
        gravity={row["tier"]: int(row["gravity"]) for row in rows["tier"]},
        substantive=frozenset(row["tier"] for row in rows["tier"] if row["is_substantive"] == "1"),
        ethnicity_groups={row["ethnicity"]: row["ethnicity_group"] for row in rows["ethnicity"]},
        dummy_asns=tuple(re.compile(row["pattern"]) for row in rows["dummy_asn"]),
        populations=tuple(
            Population(
                row["area"],
                int(row["year"]),
                row["age"],
                row["ethnicity_group"],
                int(row["population"]),
                row["source"],
            )
            for row in rows["population"]
        ),
    )


def load_definitions(folder: Path | str) -> list[Definition]:
    """The definitions of a folder: `cohort_definitions.csv` with `cohort_definition_tiers.csv`."""
    tiers = _read(Path(folder), "cohort_definition_tiers")

    def tiers_of(definition: str, role: str) -> frozenset[str]:
        return frozenset(row["tier"] for row in tiers if (row["definition"], row["role"]) == (definition, role))

    return [
        Definition(
            definition=row["definition"],
            cohort_period=row["cohort_period"],
            min_age=int(row["min_age"]),
            max_age=int(row["max_age"]),
            entry=row["entry"],
            entry_filter=row["entry_filter"] or "none",
            entry_flags=frozenset(filter(None, (row["entry_flags"] or "").split(";"))),
            follow_up_months=int(row["follow_up_months"]),
            waiting_months=int(row["waiting_months"]),
            offence_scope=row["offence_scope"],
            proof_sources=frozenset((row.get("proof_sources") or "cms;pnc").split(";")),
            entry_tiers=tiers_of(row["definition"], "entry"),
            proof_tiers=tiers_of(row["definition"], "proof"),
            milestones=tuple(int(month) for month in (row.get("milestones") or "3;6;9;12").split(";")),
        )
        for row in _read(Path(folder), "cohort_definitions")
    ]


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    plain = folder / f"{name}.csv"
    data = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.csv.gz").read_bytes())
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
