"""Code lists in which the services of generated histories have populations of different years, or none."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from tests.histories.records import SERVICES

YEARS = {SERVICES[0]: (2023, 2024), SERVICES[1]: (2021, 2024)}
"""Of some spans both are of one year, of others not. The latest year before a span need not be the nearest, and before the first
year of a service a rate is over the earliest there is."""
GROUPS = {"White": 0.5, "Black or Black British": 0.25, "Mixed": 0.25}
"""How a population is made up of the groups that it names."""


def write_code_lists(shipped: Path, folder: Path) -> Path:
    """The code lists as shipped, with the populations of SERVICES in place of theirs; the folder."""
    shutil.copytree(shipped, folder)
    with (shipped / "population.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["area"] not in SERVICES]
    for number, (service, years) in enumerate(YEARS.items()):
        for year in years:
            children = 4 * (10_000 * (number + 1) + year)
            groups = {group: int(children * share) for group, share in GROUPS.items()}
            rows += [_row(service, year, group, count) for group, count in ({"All": children} | groups).items()]
    with (folder / "population.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _row(service: str, year: int, group: str, population: int) -> dict[str, str]:
    return {
        "area": service,
        "year": str(year),
        "age": "10-17",
        "ethnicity_group": group,
        "population": str(population),
        "source": f"made up for {service}",
        "source_date": f"{year}-06-30",
    }
