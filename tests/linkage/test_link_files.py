"""`tracker link-files`: two files in, links out, and every bad file refused with what, where and what to do."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker import cli
from tests.linkage.people import make_people, write_files

CHILDREN = [
    ["child_id", "pnc_id", "forename", "surname", "date_of_birth", "sex", "postcode"],
    ["C1", "19/1234567J", "Jack", "Holloway", "2009-03-17", "M", "BS3 4QT"],
    ["C2", "", "Zoë", "O'Neill, Jones", "2010-11-02", "F", "LE1 2AB"],
    ["C3", "", "Aaliyah", "Khatun", "2011-05-21", "F", "M14 5TP"],
]
NOMINALS = [
    ["pnc_id", "cro_no", "surname", "forenames", "date_of_birth", "sex", "postcode"],
    ["2019/1234567J", "", "Patel", "Jack Peter", "2009-03-17", "M", "LS1 1AA"],
    ["2021/0000007B", "", "ONeill Jones", "Zoe", "2010-02-11", "F", "LE1 2AB"],
    ["2018/0000042U", "", "Smith", "Bradley", "2002-08-30", "M", "S1 2BJ"],
]


@pytest.fixture
def link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs `tracker link-files` over child.csv and nominal.csv of the folder. Returns exit code and all output."""

    def call(*options: str, children: str = "child.csv", nominals: str = "nominal.csv") -> tuple[int, str]:
        files = [str(tmp_path / children), str(tmp_path / nominals)]
        out = [] if "--out" in options else ["--out", str(tmp_path / "links.csv")]
        monkeypatch.setattr("sys.argv", ["tracker", "link-files", *files, *out, *options])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        output = capsys.readouterr()
        return int(caught.value.code or 0), output.out + output.err

    return call


def _write(folder: Path, children: list[list[str]] = CHILDREN, nominals: list[list[str]] = NOMINALS) -> None:
    for name, rows in (("child.csv", children), ("nominal.csv", nominals)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def _links(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row["match_weight"]) is not None for row in rows)
    return {(row["child_id"], row["pnc_id"]): row["decision"] for row in rows}


def test_links_by_id_and_by_weight(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    _write(tmp_path)
    code, said = link()
    assert code == 0
    assert "3 children, 3 nominals, model 2026_11" in said
    assert "2 pairs join, 0 are for review" in said
    assert _links(tmp_path) == {("C1", "2019/1234567J"): "join", ("C2", "2021/0000007B"): "join"}
    assert (tmp_path / "links.csv").read_text().splitlines()[0] == "child_id,pnc_id,match_weight,decision"


def test_values_that_could_not_be_read_are_counted(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    header, first, second, _ = CHILDREN
    children = [
        header,
        [*first[:4], "2009-14-03", *first[5:]],
        [second[0], "24/1A", *second[2:]],
        ["C4", "24/2A", *second[2:]],
    ]
    _write(tmp_path, children)
    code, said = link()
    assert code == 0
    assert "child.csv that could not be read and say nothing: date_of_birth 1 (" in said
    assert "pnc_id 2 (check_letter)" in said
    assert "nominal.csv that" not in said
    assert "2009-14-03" not in said


@pytest.mark.parametrize(("options", "is_linked"), [((), True), (("--known-on", "2020-01-01"), False)])
def test_the_century_of_an_id_is_told_by_the_files_or_by_hand_never_by_a_clock(
    link: Callable[..., tuple[int, str]], tmp_path: Path, options: tuple[str, ...], is_linked: bool
) -> None:
    """Nothing in the files is of 2020 or later, so that an id of the year 20 is of 1920."""
    born = "1909-03-17"
    children = [CHILDREN[0], ["C1", "20/9999999T", "Jack", "Holloway", born, "M", ""]]
    nominals = [NOMINALS[0], ["1920/9999999T", "", "Patel", "Peter", born, "M", ""], NOMINALS[1]]
    _write(tmp_path, children, nominals)
    assert link(*options)[0] == 0
    assert (_links(tmp_path).get(("C1", "1920/9999999T")) == "join") is is_linked


def test_ids_that_are_ignored_only_name_the_rows(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    nominals = [NOMINALS[0], ["any key", *NOMINALS[1][1:]], ["19/1234567J", *NOMINALS[2][1:]]]
    _write(tmp_path, nominals=nominals)
    assert link("--ignore-ids")[0] == 0
    # Jack Patel of another place is nobody's without the id that he shared
    assert _links(tmp_path) == {("C2", "19/1234567J"): "join"}


@pytest.mark.parametrize("year", ["1915", "1999", "2009", "2031"])
def test_dates_of_birth_of_any_century(link: Callable[..., tuple[int, str]], tmp_path: Path, year: str) -> None:
    children = [
        ["child_id", "forename", "surname", "date_of_birth", "postcode"],
        ["C1", "Jack", "Holloway", f"{year}-03-17", "4223"],
    ]
    nominals = [
        ["pnc_id", "forenames", "surname", "date_of_birth", "postcode"],
        ["rec-1", "jack", "holloway", f"{year}-03-17", "4223"],
    ]
    _write(tmp_path, children, nominals)
    assert link("--ignore-ids")[0] == 0
    assert _links(tmp_path) == {("C1", "rec-1"): "join"}


def test_aliases_of_either_side_are_used(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    children = [[*CHILDREN[0], "aliases"], [*CHILDREN[2], "Tia|Reid|2008-08-08"], [*CHILDREN[3], ""]]
    nominals = [
        [*NOMINALS[0], "aliases"],
        ["N1", "", "Reid", "Tia", "2008-08-08", "F", "LE1 2AB", ""],
        ["N2", "", "Kaur", "Ana", "2005-05-05", "F", "LE1 2AB", ""],
        ["N3", "", "Reid", "Mia", "2011-05-21", "F", "M14 5TP", "Aaliyah|Khatun|"],
    ]
    _write(tmp_path, children, nominals)
    assert link()[0] == 0
    assert set(_links(tmp_path)) == {("C2", "N1"), ("C3", "N3")}


def test_gzipped_files_and_byte_order_marks(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "child.csv.gz").write_bytes(gzip.compress((tmp_path / "child.csv").read_bytes()))
    (tmp_path / "nominal.csv").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "nominal.csv").read_bytes())
    assert link(children="child.csv.gz")[0] == 0
    assert len(_links(tmp_path)) == 2


def test_files_without_rows_have_no_links(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    _write(tmp_path, CHILDREN[:1])
    assert link()[0] == 0
    assert _links(tmp_path) == {}


def test_many_records(link: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_tracker.identity.linkage.training.PAIRS_SAMPLED_TO_FIT", 1e5)
    people = make_people(1_500, seed=8)
    write_files(people, tmp_path)
    truth = set(zip(people.truth["child_id"], people.truth["pnc_id"], strict=True))
    # enough for the model to be fitted to them, or not
    for options in ((), ("--frozen",)):
        code, said = link(*options)
        assert code == 0
        assert ("fitted" in said) == (not options)
        links = _links(tmp_path)
        joined = {pair for pair, decision in links.items() if decision == "join"}
        assert not joined - truth
        assert len(truth & set(links)) > 0.97 * len(truth)


def _in(name: str, spoil: Callable[[list[list[str]]], Any]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        rows = [list(row) for row in (CHILDREN if name == "child.csv" else NOMINALS)]
        spoil(rows)
        _write(folder, **{"children" if name == "child.csv" else "nominals": rows})

    return write


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        _write(folder)
        (folder / "child.csv").write_bytes(content)

    return write


BAD: list[tuple[Callable[[Path], None], str, str]] = [
    (lambda folder: None, "cannot be read: No such file", "child.csv"),
    (_bytes(b""), "the file is empty", "child.csv"),
    (_bytes("child_id,forename\nC1,Zoë\n".encode("cp1252")), "not UTF-8", "child.csv"),
    (_bytes(b'child_id,forename\nC1,"Holl"oway\n'), "no CSV", "child.csv, line 2"),
    (_in("child.csv", lambda rows: rows[0].__setitem__(2, "name")), "columns are missing: forename", "child.csv"),
    (_in("nominal.csv", lambda rows: rows[0].__setitem__(0, "id")), "columns are missing: pnc_id", "nominal.csv"),
    (_in("child.csv", lambda rows: rows[0].__setitem__(6, "sex")), "columns are there twice: sex", "child.csv"),
    (
        _in("child.csv", lambda rows: rows[3].__setitem__(0, "C1")),
        "1 row has the child_id of an earlier",
        "child.csv, line 4",
    ),
    (_in("child.csv", lambda rows: rows[2].__setitem__(0, " ")), "1 row has no child_id", "child.csv, line 3"),
    (_in("nominal.csv", lambda rows: rows.extend([rows[1]] * 7)), "7 rows have the pnc_id", "line 5, 6, 7, 8, 9, …"),
    (_in("child.csv", lambda rows: rows[2].append("x")), "1 row has more or fewer fields", "child.csv, line 3"),
]


@pytest.mark.parametrize(("spoil", "what", "where"), BAD, ids=[what for _, what, _ in BAD])
def test_bad_files(
    link: Callable[..., tuple[int, str]], tmp_path: Path, spoil: Callable[[Path], None], what: str, where: str
) -> None:
    spoil(tmp_path)
    code, said = link()
    assert code == 1
    assert what in said
    assert where in said
    assert not (tmp_path / "links.csv").exists()
    # nothing that a row holds
    assert not any(value.casefold() in said.casefold() for value in ("holloway", "zoë", "2009-03-17", "bs3 4qt"))


@pytest.mark.parametrize("out", ["nowhere/links.csv", "."])
def test_a_place_that_cannot_be_written_to_is_told_before_the_work(
    link: Callable[..., tuple[int, str]], tmp_path: Path, out: str
) -> None:
    code, said = link("--out", str(tmp_path / out))
    assert code == 1
    assert "no place to write to" in said


def test_a_model_that_is_none(link: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    _write(tmp_path)
    code, said = link("--model", str(tmp_path / "child.csv"))
    assert code == 1
    assert "not a linkage model" in said


def test_training_writes_a_model_that_links(
    link: Callable[..., tuple[int, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_files(make_people(1_500, seed=8), tmp_path, with_courts=True)
    files = [str(tmp_path / "child.csv"), str(tmp_path / "nominal.csv")]
    model = str(tmp_path / "model.json")
    monkeypatch.setattr("live_tracker.identity.linkage.training.SAMPLED_PAIRS", 1e5)
    monkeypatch.setattr("sys.argv", ["tracker", "linkage", "train", *files, "--out", model, "--version", "2027_01"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert not caught.value.code
    said = capsys.readouterr().out
    assert "model 2026_11" in said
    assert "day_month_swap" in said
    assert "model 2027_01" in link("--model", model, "--frozen")[1]
