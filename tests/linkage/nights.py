"""Made-up people as deliveries: all but a few in one full extract, the few and some corrections in a delta."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd

from tests.deliver import Row, offence, outcome, write_delivery
from tests.linkage.people import People

FORCE = "20"
SERVICES = ("ashford", "birchbury", "claybury", "dunham")

CHILD = ("child_id", "pnc_id", "cro_no", "forename", "middle_names", "surname", "aliases", "date_of_birth", "sex")
NOMINAL = ("pnc_id", "cro_no", "surname", "forenames", "date_of_birth", "sex", "postcode")


def write_night(
    root: Path, day: str, sequence: int, children: pd.DataFrame, nominals: pd.DataFrame, *, with_courts: bool = True
) -> None:
    """A delivery of every service and of the force, the first full and later ones deltas, of the rows given."""
    kind = "full" if sequence == 1 else "delta"
    tables: dict[str, dict[str, list[Row]]] = {service: defaultdict(list) for service in SERVICES}
    for place, row in zip(children.index, children.to_dict("records"), strict=True):
        service = SERVICES[place % len(SERVICES)]
        told = {column: row[column] for column in (*CHILD, "postcode")}
        tables[service]["child"].append(told | {"sex": row["sex"] or "U", "home_yot": service})
        for number, (asn, court_day) in enumerate(
            zip(row["asns"], row["court_days"], strict=False) if with_courts else ()
        ):
            key, on = f"o{number}-{row['child_id']}", court_day.isoformat()
            told_offence = offence(key, row["child_id"], asn=asn, offence_date=on)
            tables[service]["offence"].append(told_offence)
            tables[service]["outcome"].append(outcome(f"r{key}", key, row["child_id"], outcome_date=on))
    for service, of_service in tables.items():
        write_delivery(root, "yot", service, day, sequence, of_service, kind=kind)
    rows = [
        {column: row[column] for column in NOMINAL} | {"sex": row["sex"] or "U"} for row in nominals.to_dict("records")
    ]
    write_delivery(root, "pnc", FORCE, day, sequence, {"nominal": rows, "alias": _aliases(nominals)}, kind=kind)


def _aliases(nominals: pd.DataFrame) -> list[Row]:
    items = (
        (pnc_id, *item.split("|"))
        for pnc_id, aliases in zip(nominals["pnc_id"], nominals["aliases"], strict=True)
        for item in aliases.split(";")
        if item
    )
    return [dict(zip(("pnc_id", "forenames", "surname", "date_of_birth"), item, strict=True)) for item in items]


def in_two_nights(
    people: People, changed: float
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]:
    """Children and nominals of a first night and of a second: of the share that changes half is new, half corrected."""
    first, second = [], []
    for frame in (people.children.reset_index(drop=True), people.nominals.reset_index(drop=True)):
        few = max(1, round(len(frame) * changed / 2))
        new, corrected = frame.iloc[:few], frame.iloc[few : 2 * few]
        first.append(frame.iloc[few:])
        second.append(pd.concat([new, corrected.assign(postcode="WV1 4AB")]))
    return (first[0], first[1]), (second[0], second[1])
