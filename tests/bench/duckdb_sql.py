"""The build's SQL for DuckDB: translated by sqlglot, and what sqlglot leaves as only Postgres knows it written otherwise.

- A text collates as bytes in DuckDB anyway, and there is one database: both names go.
- `numeric` without a scale is exact in Postgres; it becomes a double, whose results are rounded as ours are.
- `make_interval(months => n)` is `to_months(n)`, an empty array `'{}'` is `[]`, `exists (select from ...)` selects a 1.
- The walk through the pairs of O2 is a recursion in a lateral join, once for each person. DuckDB knows none: there the
  same steps are one recursion over all persons, a pair each at a time.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from tests.bench.compiled import Model

_WALKED = """
with recursive walk as (
    select
        records_in_turn.person_key,
        0 as pairs_seen,
        records_in_turn.record_numbers as group_numbers,
        records_in_turn.source_bits as group_sources
    from records_in_turn

    union all

    select
        joining.person_key,
        joining.pairs_seen + 1,
        case
            when joining.joins
                then list_transform(
                    joining.group_numbers,
                    lambda number: case when number = joining.later_group then joining.earlier_group else number end
                )
            else joining.group_numbers
        end,
        case
            when joining.joins
                then list_transform(
                    joining.group_sources,
                    lambda bits, place: case when place = joining.earlier_group then joining.both else bits end
                )
            else joining.group_sources
        end
    from (
        select
            *,
            group_sources[lower_group] & group_sources[higher_group] = 0 as joins,
            group_sources[lower_group] | group_sources[higher_group] as both,
            least(lower_group, higher_group) as earlier_group,
            greatest(lower_group, higher_group) as later_group
        from (
            select
                walk.*,
                walk.group_numbers[pairs_in_turn.lower_numbers[walk.pairs_seen + 1]] as lower_group,
                walk.group_numbers[pairs_in_turn.higher_numbers[walk.pairs_seen + 1]] as higher_group
            from walk
            inner join pairs_in_turn on walk.person_key = pairs_in_turn.person_key
            where walk.pairs_seen < len(pairs_in_turn.lower_numbers)
        ) as next_pair
    ) as joining
),

ends as (
    select
        walk.person_key,
        unnest(records_in_turn.record_keys) as record_key,
        unnest(walk.group_numbers) as group_number
    from walk
    inner join pairs_in_turn on walk.person_key = pairs_in_turn.person_key
    inner join records_in_turn on walk.person_key = records_in_turn.person_key
    where walk.pairs_seen = len(pairs_in_turn.lower_numbers)
)

select
    ends.record_key,
    records_in_turn.record_keys[ends.group_number] as first_key
from ends
inner join records_in_turn on ends.person_key = records_in_turn.person_key
"""
_WRITTEN_OTHERWISE = {("int_offence_groups", "walked"): _WALKED}
"""Queries of a model that DuckDB has to be asked in another way, by model and name."""


def translated(model: Model) -> str:
    """The statement that makes the model in DuckDB; raises LookupError if a query to be replaced is no longer there."""
    tree = sqlglot.parse_one(model.sql, read="postgres").transform(_rewritten)
    for (name, query), sql in _WRITTEN_OTHERWISE.items():
        if name == model.name:
            _replace(tree, query, sql)
    return f"CREATE {model.kind} {model.relation} AS {tree.sql(dialect='duckdb')}"


def _replace(tree: exp.Expression, query: str, sql: str) -> None:
    found = [one for one in tree.find_all(exp.CTE) if one.alias == query]
    if len(found) != 1:
        raise LookupError(f"{len(found)} queries are called {query}, not one")
    found[0].set("this", sqlglot.parse_one(sql, read="duckdb"))


def _rewritten(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Collate):
        inner: exp.Expression = node.this
        return inner.transform(_rewritten)
    if isinstance(node, exp.Table):
        node.set("catalog", None)
    elif isinstance(node, exp.Select) and not node.expressions:
        return node.select("1")
    elif isinstance(node, exp.Literal) and node.is_string and node.this == "{}":
        return exp.Array()
    elif isinstance(node, exp.DataType) and node.this == exp.DataType.Type.DECIMAL and not node.expressions:
        return exp.DataType.build("double")
    return _months(node)


def _months(node: exp.Expression) -> exp.Expression:
    if not isinstance(node, exp.MakeInterval):
        return node
    months = node.args["month"].expression
    return exp.Anonymous(this="to_months", expressions=[exp.cast(months, "integer")])
