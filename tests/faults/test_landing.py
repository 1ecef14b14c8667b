"""What each kind of delivery gets: loaded, unchanged, refused or quarantined, and nothing in between."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import logging
import os
from pathlib import Path

import pytest

from live_tracker import database, fences
from live_tracker.deliveries.load import land_source
from live_tracker.settings import Settings
from tests.deliver import child, fetch, land_all, offence, outcome, write_delivery

TABLES = {
    "child": [child("c1"), child("c2", surname="O'Éxample-Smith")],
    "offence": [offence("o1", "c1"), offence("o2", "c2")],
    "outcome": [outcome("x1", "o1", "c1"), outcome("x2", "o2", "c2")],
}
SOURCE = "yot/northborough"
CANARY = "CANARY-Zebedee"


def deliver(root: Path, sequence: int = 1, day: str = "2024-01-01", **changes: object) -> Path:
    return write_delivery(root, "yot", "northborough", day, sequence, TABLES, **changes)  # type: ignore[arg-type]


def refusals(settings: Settings) -> list[tuple[object, ...]]:
    return fetch(
        settings,
        "SELECT reason, table_name, line_no, column_name FROM ops.delivery_attempt WHERE outcome = 'refused'",
    )


def quarantine(settings: Settings) -> list[tuple[object, ...]]:
    return fetch(
        settings, "SELECT table_name, line_no, column_name, reason FROM ops.quarantine ORDER BY table_name, line_no"
    )


def rewrite(folder: Path, name: str, data: bytes, rows: int | None = None) -> None:
    """Put other bytes into a delivered file and make the manifest agree, as a sender with bad data would."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["name"] == name:
            file |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            file["rows"] = file["rows"] if rows is None else rows
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_clean_delivery_is_loaded_to_the_row(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path)
    report = land_all(warehouse, tmp_path)[SOURCE]
    assert (report.loaded, report.refused, report.unchanged) == (["2024-01-01"], [], 0)
    assert fetch(warehouse, "SELECT table_name, delivered, loaded, quarantined FROM ops.delivery_table ORDER BY 1") == [
        ("child", 2, 2, 0),
        ("offence", 2, 2, 0),
        ("outcome", 2, 2, 0),
    ]
    assert fetch(warehouse, "SELECT surname FROM raw.yot_child WHERE child_id = 'c2'") == [("O'Éxample-Smith",)]


def test_the_same_delivery_again_is_no_work(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path)
    land_all(warehouse, tmp_path)
    before = fetch(warehouse, "SELECT count(*) FROM raw.yot_child_sighting")
    report = land_all(warehouse, tmp_path)[SOURCE]
    assert (report.loaded, report.unchanged) == ([], 1)
    assert fetch(warehouse, "SELECT count(*) FROM raw.yot_child_sighting") == before


def test_one_byte_changed_is_refused_and_mended_later(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    good = (folder / "child.csv").read_bytes()
    (folder / "child.csv").write_bytes(good.replace(b"Testa", b"Tesla", 1))
    landed = set(warehouse.landing_folder.rglob("*"))
    assert land_all(warehouse, tmp_path)[SOURCE].refused == ["2024-01-01: checksum"]
    assert fetch(warehouse, "SELECT count(*) FROM ops.delivery") == [(0,)]
    kept = {path for path in warehouse.landing_folder.rglob("*") if path.is_file()} - landed
    assert kept == set()
    (folder / "child.csv").write_bytes(good)
    assert land_all(warehouse, tmp_path)[SOURCE].loaded == ["2024-01-01"]


def test_a_missing_row_is_refused(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    lines = (folder / "offence.csv").read_bytes().splitlines(keepends=True)
    rewrite(folder, "offence.csv", b"".join(lines[:-1]))
    land_all(warehouse, tmp_path)
    assert refusals(warehouse) == [("row_count", "offence", None, None)]
    assert fetch(warehouse, "SELECT count(*) FROM raw.yot_child") == [(0,)]


def test_without_a_manifest_it_is_not_touched(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    (folder / "manifest.json").unlink()
    report = land_all(warehouse, tmp_path)[SOURCE]
    assert (report.incomplete, report.loaded, report.refused) == (["2024-01-01"], [], [])


def test_an_unknown_legal_outcome_is_loaded_and_counted(warehouse: Settings, tmp_path: Path) -> None:
    tables = {**TABLES, "outcome": [outcome("x1", "o1", "c1", legal_outcome="STERN_LOOK")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, tables)
    land_all(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT table_name, column_name, reason, rows FROM ops.delivery_warning") == [
        ("outcome", "legal_outcome", "unmapped_code", 1)
    ]
    assert fetch(warehouse, "SELECT legal_outcome FROM raw.yot_outcome") == [("STERN_LOOK",)]


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("offence", "offence_date", "31/02/2024", "bad_date"),
        ("offence", "offence_date", "2023-02-29", "bad_date"),
        ("offence", "offence_date", "20240101", "bad_date"),
        ("offence", "offence_date", "", "missing_value"),
        ("offence", "offence_date", "1900-01-01", "missing_value"),
        ("offence", "knife_related", "Y", "bad_flag"),
        ("offence", "seriousness", "six", "bad_integer"),
        ("child", "surname", "", "missing_value"),
        ("child", "updated_at", "2024-01-01", "bad_timestamp"),
        ("child", "deleted", "yes", "bad_flag"),
    ],
)
def test_a_bad_value_quarantines_its_row_alone(
    warehouse: Settings, tmp_path: Path, table: str, column: str, value: str, reason: str
) -> None:
    rows = [dict(row) for row in TABLES[table]]
    rows[1][column] = value
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, {**TABLES, table: rows})
    land_all(warehouse, tmp_path)
    assert quarantine(warehouse) == [(table, 3, column, reason)]
    assert fetch(
        warehouse, "SELECT delivered, loaded, quarantined FROM ops.delivery_table WHERE table_name = %s", table
    ) == [(2, 1, 1)]


def test_an_open_date_is_null(warehouse: Settings, tmp_path: Path) -> None:
    tables = {**TABLES, "offence": [offence("o1", "c1", offence_end_date="1900-01-01")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, tables)
    land_all(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT offence_end_date FROM raw.yot_offence") == [(None,)]


def test_rows_of_one_key_that_differ_are_all_quarantined_and_equal_ones_count_once(
    warehouse: Settings, tmp_path: Path
) -> None:
    tables = {**TABLES, "child": [child("c1"), child("c1"), child("c2"), child("c2", surname="Other")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, tables)
    land_all(warehouse, tmp_path)
    assert quarantine(warehouse) == [("child", 4, None, "conflicting_key"), ("child", 5, None, "conflicting_key")]
    assert fetch(warehouse, "SELECT key FROM raw.yot_child_version") == [("c1",)]
    assert fetch(warehouse, "SELECT reason, rows FROM ops.delivery_warning") == [("repeated_row", 1)]


def test_a_damaged_row_of_a_later_full_extract_does_not_delete_the_child(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path)
    later = {**TABLES, "child": [child("c1"), child("c2", date_of_birth="31/02/2008")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-02", 2, later)
    land_all(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT key, known_to, deleted FROM raw.yot_child_version ORDER BY key") == [
        ("c1", None, False),
        ("c2", None, False),
    ]


def test_a_revision_replaces_its_sequence_for_every_day(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path)
    deliver(tmp_path, 2, "2024-01-02")
    land_all(warehouse, tmp_path)
    corrected = {**TABLES, "child": [child("c1", sex="M"), child("c2", surname="O'Éxample-Smith")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, corrected, revision=1)
    assert land_all(warehouse, tmp_path)[SOURCE].loaded == ["2024-01-01.r1"]
    assert fetch(
        warehouse,
        """
        SELECT record.sex, version.known_from::text, version.known_to::text
        FROM raw.yot_child_version AS version
        INNER JOIN raw.yot_child AS record USING (source, row_hash)
        WHERE version.key = 'c1' ORDER BY 2
        """,
    ) == [("M", "2024-01-01", "2024-01-02"), ("F", "2024-01-02", None)]


def test_other_contents_under_a_loaded_sequence_are_refused(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    land_all(warehouse, tmp_path)
    rewrite(folder, "child.csv", (folder / "child.csv").read_bytes().replace(b"Testa", b"Tesla"))
    assert land_all(warehouse, tmp_path)[SOURCE].refused == ["2024-01-01: sequence_conflict"]


def test_a_date_that_does_not_rise_with_the_sequence_is_refused(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, 2, "2024-01-02")
    deliver(tmp_path, 3, "2024-01-01")
    report = land_all(warehouse, tmp_path)[SOURCE]
    assert (report.loaded, report.refused) == (["2024-01-02"], ["2024-01-01: date_order"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"contract": "yot/2"}, "contract"),
        ({"source": "elsewhere"}, "source"),
        ({"extract_date": "2024-01-02"}, "folder_name"),
        ({"sequence": "one"}, "manifest"),
        ({"sequence": True}, "manifest"),
        ({"kind": "partial"}, "kind"),
        ({"encoding": "utf-16"}, "encoding"),
        ({"files": []}, "manifest"),
        ({"files": [{"name": "../../etc/passwd", "rows": 1, "sha256": "0" * 64, "bytes": 1}]}, "file_name"),
    ],
)
def test_a_manifest_that_does_not_belong_is_refused(
    warehouse: Settings, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    folder = deliver(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text()) | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    land_all(warehouse, tmp_path)
    assert refusals(warehouse) == [(reason, None, None, None)]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "header", None),
        (b"child_id,forename\n1,2\n", "missing_column", 1),
        (b"child_id,child_id\n", "header", 1),
        (b'HEADER\nc1,"open\n', "csv_syntax", 2),
        (b"HEADER\n\xff\xfe\n", "encoding", None),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused(
    warehouse: Settings, tmp_path: Path, data: bytes, reason: str, line: int | None
) -> None:
    folder = deliver(tmp_path)
    header = (folder / "child.csv").read_bytes().splitlines()[0]
    rewrite(folder, "child.csv", data.replace(b"HEADER", header))
    land_all(warehouse, tmp_path)
    ((found, table, found_line, _),) = refusals(warehouse)
    assert (found, table) == (reason, "child")
    assert line is None or found_line == line


def test_dialects_that_the_contract_allows(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path, encoding="windows-1252")
    text = (folder / "child.csv").read_text("cp1252")
    header, *rows = list(csv.reader(text.splitlines()))
    order = list(reversed(range(len(header))))
    lines = [",".join(f'"{row[index]}"' for index in order) for row in (header, *rows)]
    data = gzip.compress("\r\n".join(lines).encode("cp1252"), mtime=0)
    (folder / "child.csv").unlink()
    (folder / "child.csv.gz").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0] = {
        "name": "child.csv.gz",
        "rows": 2,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert land_all(warehouse, tmp_path)[SOURCE].loaded == ["2024-01-01"]
    assert fetch(warehouse, "SELECT surname FROM raw.yot_child WHERE child_id = 'c2'") == [("O'Éxample-Smith",)]


def test_a_row_that_looks_like_the_end_of_copy_is_a_row(warehouse: Settings, tmp_path: Path) -> None:
    tables = {**TABLES, "child": [child("c1", surname="\\."), child("c2", surname="two\nlines\tand \\N")]}
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, tables)
    land_all(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT surname FROM raw.yot_child ORDER BY child_id") == [
        ("\\.",),
        ("two\nlines\tand \\N",),
    ]


def test_a_packed_file_that_unpacks_without_end_is_refused(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    header = (folder / "child.csv").read_bytes().splitlines()[0]
    data = gzip.compress(header + b"\n" + b"\n" * (64 << 20), mtime=0)
    (folder / "child.csv").unlink()
    (folder / "child.csv.gz").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0] |= {"name": "child.csv.gz", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    land_all(warehouse, tmp_path)
    assert refusals(warehouse)[0][:2] == ("too_large", "child")


def test_a_link_out_of_the_folder_is_refused(warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    os.rename(folder / "child.csv", tmp_path / "elsewhere.csv")
    (folder / "child.csv").symlink_to(tmp_path / "elsewhere.csv")
    land_all(warehouse, tmp_path)
    assert refusals(warehouse)[0][0] == "missing_file"


def test_a_refused_delivery_stops_no_other(warehouse: Settings, tmp_path: Path) -> None:
    broken = deliver(tmp_path)
    (broken / "child.csv").write_bytes(b"nonsense")
    deliver(tmp_path, 2, "2024-01-02")
    write_delivery(tmp_path, "yot", "southborough", "2024-01-01", 1, TABLES)
    reports = land_all(warehouse, tmp_path)
    assert reports[SOURCE].loaded == ["2024-01-02"]
    assert reports["yot/southborough"].loaded == ["2024-01-01"]


def test_a_worker_that_was_overtaken_writes_nothing(warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path)
    with database.connect(warehouse, "loader") as connection:
        stale = fences.claim(connection, "landing:yot/northborough", "first")
        fences.claim(connection, "landing:yot/northborough", "second")
    with pytest.raises(fences.Overtaken):
        land_source(warehouse, tmp_path, "yot", "northborough", "first", stale)
    assert fetch(warehouse, "SELECT count(*) FROM ops.delivery") == [(0,)]


def test_no_value_of_a_row_leaves_the_vault(
    warehouse: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    hostile = {
        "child": [
            child("c1", forename=CANARY, surname=CANARY, date_of_birth=CANARY),
            child("c2", sex=CANARY, home_yot=CANARY, postcode=CANARY, updated_at=CANARY),
            child(CANARY, forename="one"),
            child(CANARY, forename="two"),
            child("c3", forename=f"{CANARY}\x00"),
        ],
        "offence": [offence("o1", CANARY, cjs_code=CANARY, knife_related=CANARY)],
        "outcome": [outcome("x1", "o1", "c1", legal_outcome=CANARY, outcome_date=CANARY)],
    }
    write_delivery(tmp_path, "yot", "northborough", "2024-01-01", 1, hostile)
    folder = write_delivery(tmp_path, "yot", "northborough", "2024-01-02", 2, hostile)
    rewrite(folder, "child.csv", (folder / "child.csv").read_bytes() + f'"{CANARY}'.encode())
    reports = land_all(warehouse, tmp_path)
    operations = [
        fetch(warehouse, f"SELECT row_to_json(found)::text FROM ops.{table} AS found")
        for table in ("delivery", "delivery_attempt", "delivery_table", "delivery_warning", "quarantine", "run")
    ]
    said = repr(reports) + repr(operations) + caplog.text + "".join(capfd.readouterr())
    assert len(quarantine(warehouse)) > 0
    assert len(refusals(warehouse)) == 1
    assert CANARY not in said


def test_a_revision_without_a_table_takes_back_what_the_first_delivery_said_of_it(
    warehouse: Settings, tmp_path: Path
) -> None:
    flag = {"flag_id": "f1", "child_id": "c1", "flag": "x", "start_date": "2024-01-01"}
    with_flags, without = {"child": [child("c1")], "child_flag": [flag]}, {"child": [child("c1")]}
    write_delivery(tmp_path, "yot", "in_order", "2024-01-01", 1, with_flags)
    write_delivery(tmp_path, "yot", "in_order", "2024-01-01", 1, without, revision=1)
    write_delivery(tmp_path, "yot", "revision_first", "2024-01-01", 1, without, revision=1)
    land_all(warehouse, tmp_path)
    write_delivery(tmp_path, "yot", "revision_first", "2024-01-01", 1, with_flags)
    land_all(warehouse, tmp_path)
    assert fetch(warehouse, "SELECT source, key FROM raw.yot_child_flag_version") == []
