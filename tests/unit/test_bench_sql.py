"""The SQL of the build as the benchmarks run it without dbt: its order, its script for psql, its translation for DuckDB."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from live_tracker.settings import PROJECT
from tests.bench.builds_report import per_tenfold
from tests.bench.compiled import JOINS, Model, models_in_order, psql_script, seconds_of_models
from tests.bench.duckdb_sql import translated


def model(sql: str, name: str = "some", *, is_view: bool = False, indexes: tuple[tuple[str, ...], ...] = ()) -> Model:
    return Model("dev_candidate", name, is_view, indexes, sql)


def answer(sql: str, *before: str) -> list[tuple[Any, ...]]:
    """What DuckDB says where Postgres's SQL makes a table."""
    with duckdb.connect() as connection:
        for statement in ("CREATE SCHEMA dev_candidate", *before, translated(model(sql))):
            connection.execute(statement)
        return connection.execute("SELECT * FROM dev_candidate.some").fetchall()


def node(name: str, *reads: str, materialized: str = "table") -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": "dev_intermediate",
        "name": name,
        "config": {"materialized": materialized, "indexes": [{"columns": ["person_key"]}]},
        "depends_on": {"nodes": [f"model.{read}" for read in reads]},
        "compiled_code": f"select '{name}'",
    }


def test_models_come_after_what_they_read_through_an_ephemeral_one() -> None:
    nodes = {
        "model.a": node("a", "between"),
        "model.between": node("between", "z", materialized="ephemeral"),
        "model.z": node("z", materialized="view"),
        "test.a": node("a_test", "a") | {"resource_type": "test"},
    }
    models = models_in_order({"nodes": nodes})
    assert [one.name for one in models] == ["z", "a"]
    assert [one.kind for one in models] == ["VIEW", "TABLE"]
    assert models[1].indexes == (("person_key",),)


def test_a_table_is_made_with_its_indexes_and_statistics_and_a_view_without() -> None:
    script = psql_script([model("select 1", "v", is_view=True), model("select 2", "t", indexes=(("a", "b"),))])
    assert "CREATE VIEW dev_candidate.v AS" in script
    assert "ANALYZE dev_candidate.v" not in script
    table = script[script.index("CREATE TABLE dev_candidate.t AS") :]
    assert table.index("CREATE INDEX ON dev_candidate.t (a, b);") < table.index("ANALYZE dev_candidate.t;")


def test_psql_joins_as_a_full_build_by_dbt_does() -> None:
    macro = (PROJECT / "dbt_project" / "macros" / "affected.sql").read_text()
    assert JOINS.replace("SET ", "set local ") in macro
    script = psql_script([model("select 1")])
    assert script.index(JOINS) < script.index("CREATE TABLE")


def test_seconds_are_those_of_all_statements_of_a_model() -> None:
    printed = "Time: 7.000 ms\nmodel a\nTime: 1500.000 ms (00:01.500)\nTime: 500.000 ms\nmodel b\nTime: 2.000 ms\n"
    assert seconds_of_models(printed) == {"a": 2.0, "b": 0.002}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 'b' collate \"C\" as a", "b"),
        # the end of a month is clipped
        ("select (date '2024-11-30' + make_interval(months => 3 * (2 - 1)))::date::text as a", "2025-02-28"),
        ("select exists (select from (values (1)) as one (a) where a = 1) as a", True),
        ("select exists (select from (values (1)) as one (a) where a = 2) as a", False),
        ("select cardinality(coalesce(null::text[], '{}')) as a", 0),
        # a number without a scale keeps its fraction, one with a scale is rounded to it
        ("select 0.0004::numeric > 0 as a", True),
        ("select (round(2::numeric / 3, 6)::numeric(9, 6))::text as a", "0.666667"),
        ("select (round(1::numeric / 640, 6)::numeric(9, 6))::text as a", "0.001563"),
    ],
)
def test_duckdb_says_what_postgres_says(sql: str, expected: object) -> None:
    assert answer(sql) == [(expected,)]


def test_a_name_of_the_database_is_left_out() -> None:
    there = "CREATE TABLE dev_candidate.other AS SELECT 5 AS a"
    assert answer('select a from "warehouse"."dev_candidate"."other"', there) == [(5,)]


def test_a_query_to_be_replaced_that_has_gone_is_told() -> None:
    with pytest.raises(LookupError, match="0 queries are called walked"):
        translated(model("with strolled as (select 1 as a) select * from strolled", "int_offence_groups"))


def test_growth_is_told_per_tenfold() -> None:
    assert per_tenfold(2.0, 20.0, 10) == pytest.approx(10)
    assert per_tenfold(1.0, 4.0, 100) == pytest.approx(2)
