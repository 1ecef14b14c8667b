"""The fast lane: the models as dbt compiles them, run over a history that is written straight into raw.

The models are compiled once, their parameters left open, and prepared as statements over empty tables. A history then
costs some fifty statements over a few rows, in a transaction that is rolled back. What dbt adds to the SQL (incremental
builds, contracts, data tests) and what the loader does is not seen here; the slow lane and one history in twenty see it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

import psycopg2
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor, execute_values

from live_tracker.build.dbt import invoke_dbt
from live_tracker.database import warehouse_admin_url
from live_tracker.deliveries.contract import FEEDS
from live_tracker.identity import links
from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.settings import Settings
from tests.histories.model import MINIMUM_COUNT, History, Life, Row
from tests.recount import GRAINS, MODELS, QUERIES
from tests.reference_engine import Definition, Link

Table = list[dict[str, Any]]

PLACES = {
    "as_of": ("date '1900-01-01'", "$1"),
    "known_as_of": ("date '1900-01-02'", "$2"),
    "definitions_hash": ("'definitions asked for'", "$3"),
}
"""What a parameter is compiled as, and its place in the prepared statement."""
IDENTITY_KEY = b"of these tests"
ROLLBACKS_PER_VACUUM = 200


@dataclass(frozen=True)
class Model:
    """A model as dbt compiled it, with its parameters open; `reads` are the models it is made of."""

    name: str
    relation: str
    sql: str
    is_view_without_parameters: bool
    reads: tuple[str, ...]


class CompiledBuild:
    """The models over one warehouse, which nobody else uses."""

    def __init__(self, settings: Settings) -> None:
        self.reference_hash = load_code_lists(settings)
        self.models = _compiled(settings, self.reference_hash)
        self.made_of = _made_of(self.models)
        self.connection = psycopg2.connect(
            warehouse_admin_url(settings), options="-c datestyle=ISO,YMD -c timezone=UTC"
        )
        self.rollbacks = 0
        with self.connection, self._cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            # a generic plan knows nothing of the rows, and compiling it costs more than running it
            cursor.execute("SET jit = off")
            for model in self.models.values():
                kind = "VIEW" if model.is_view_without_parameters else "TABLE"
                emptied = "" if model.is_view_without_parameters else " WITH NO DATA"
                cursor.execute(f"CREATE {kind} {model.relation} AS {model.sql}{emptied}")
            for model in self.built:
                self._prepare(cursor, model.name, model.relation, model.sql)

    @property
    def built(self) -> Iterator[Model]:
        """The models that hold rows and that something compared is made of, each after those it reads."""
        compared = frozenset[str]().union(*(self.made_of[name] for name in MODELS.values()))
        return (
            model for model in self.models.values() if model.name in compared and not model.is_view_without_parameters
        )

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def over(self, history: History) -> Iterator[Built]:
        """The history in the warehouse, with nothing built yet; it is gone afterwards."""
        try:
            with self.connection.cursor() as plain:
                _write_records(plain, history)
                links.bring_up(plain, IDENTITY_KEY, None)
            with self._cursor() as cursor:
                definitions_hash = write_definitions(cursor, history.definitions)
                asked = (history.as_of, history.known_as_of, definitions_hash)
                yield Built(self, cursor, asked)
        finally:
            self.connection.rollback()
            self._vacuum_now_and_then()

    def replaced(self, name: str, sql: str) -> str:
        """Prepare other SQL for a model; the name of the statement."""
        statement = f"{name} {sha256(sql.encode()).hexdigest()[:12]}"
        with self.connection, self._cursor() as cursor:
            self._prepare(cursor, statement, self.models[name].relation, sql)
        return statement

    def downstream(self, name: str) -> list[Model]:
        """The models that hold rows made of this one's, in order, itself left out."""
        return [model for model in self.built if name in self.made_of[model.name] and model.name != name]

    def _prepare(self, cursor: RealDictCursor, statement: str, relation: str, sql: str) -> None:
        for compiled, place in PLACES.values():
            sql = sql.replace(compiled, place)
        cursor.execute(f'PREPARE "{statement}" (date, date, text) AS INSERT INTO {relation} {sql}')

    def _cursor(self) -> RealDictCursor:
        return self.connection.cursor(cursor_factory=RealDictCursor)

    def _vacuum_now_and_then(self) -> None:
        self.rollbacks += 1
        if self.rollbacks % ROLLBACKS_PER_VACUUM:
            return
        self.connection.autocommit = True
        with self._cursor() as cursor:
            cursor.execute("VACUUM")
        self.connection.autocommit = False


@dataclass
class Built:
    """A history in the warehouse, and what the models make of it."""

    build: CompiledBuild
    cursor: RealDictCursor
    asked: tuple[Any, ...]
    done: set[str] = field(default_factory=set)

    def build_all(self) -> Self:
        """Build every model that has not been built yet."""
        return self.build_up_to(*MODELS.values())

    def build_up_to(self, *names: str) -> Self:
        """Build these models and those they are made of, as far as they have not been built yet."""
        wanted = frozenset[str]().union(*(self.build.made_of[name] for name in names))
        for model in self.build.built:
            if model.name in wanted and model.name not in self.done:
                self._execute(model.name)
                self.done.add(model.name)
        return self

    def is_changed_by(self, statement: str, name: str) -> bool:
        """Whether another statement makes other rows of a model; if not, nothing that is made of it is another."""
        self.build_up_to(name)
        own = self._digest(name)
        with self._undone():
            self.cursor.execute(f"DELETE FROM {self.build.models[name].relation}")
            self._execute(statement)
            return self._digest(name) != own

    @contextmanager
    def with_other(self, name: str, statement: str) -> Iterator[Self]:
        """One model built by another statement, and all that is made of it anew; undone afterwards."""
        downstream = self.build.downstream(name)
        with self._undone():
            for model in (self.build.models[name], *downstream):
                self.cursor.execute(f"DELETE FROM {model.relation}")
            self._execute(statement)
            for model in downstream:
                self._execute(model.name)
            yield self

    def tables(self) -> dict[str, Table]:
        """What was built of each table that the reference engine counts too."""
        return {table: self.table(table) for table in GRAINS}

    def table(self, name: str) -> Table:
        """What was built of one of these tables."""
        return self.rows(QUERIES.get(name, f"SELECT * FROM candidate.{name}"))

    def tables_made_of(self, name: str) -> list[str]:
        """The tables that the reference engine counts too and that are made of a model."""
        return [table for table in GRAINS if name in self.build.made_of[MODELS[table]]]

    def links(self) -> list[Link]:
        """Who is whom."""
        columns = "source_system, source, source_id, person_key, known_from, known_to"
        return [Link(**row) for row in self.rows(f"SELECT {columns} FROM identity.person_link")]

    def rows(self, query: str) -> Table:
        """The rows of a query."""
        self.cursor.execute(query)
        return [dict(row) for row in self.cursor.fetchall()]

    def _execute(self, statement: str) -> None:
        self.cursor.execute(f'EXECUTE "{statement}" (%s, %s, %s)', self.asked)

    def _digest(self, name: str) -> Table:
        told = f"SELECT told::text AS row FROM {self.build.models[name].relation} AS told"
        return self.rows(
            f"SELECT md5(string_agg(row, E'\\n' ORDER BY row COLLATE \"C\")) AS digest FROM ({told}) AS told"
        )

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self.cursor.execute("SAVEPOINT other")
        try:
            yield
        finally:
            self.cursor.execute("ROLLBACK TO SAVEPOINT other")


def _compiled(settings: Settings, reference_hash: str) -> dict[str, Model]:
    """Every model that is no ephemeral one, each after those it reads."""
    variables = {name: compiled.removeprefix("date ").strip("'") for name, (compiled, _) in PLACES.items()}
    variables |= {"reference_hash": reference_hash, "minimum_count": str(MINIMUM_COUNT)}
    invoke_dbt(settings, ["compile", "--full-refresh"], variables)
    manifest = json.loads((settings.home / "dbt" / "target" / "manifest.json").read_text())
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    models: dict[str, Model] = {}
    waiting = dict(nodes)
    while waiting:
        for key, node in list(waiting.items()):
            if waiting.keys() & set(node["depends_on"]["nodes"]):
                continue
            del waiting[key]
            if node["config"]["materialized"] != "ephemeral":
                models[node["name"]] = _model(node, nodes)
    return models


def _model(node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Model:
    sql = node["compiled_code"]
    return Model(
        name=node["name"],
        relation=f'"{node["schema"]}"."{node["alias"]}"',
        sql=sql,
        is_view_without_parameters=not any(compiled in sql for compiled, _ in PLACES.values())
        and node["config"]["materialized"] == "view",
        reads=tuple(_read_by(node, nodes)),
    )


def _read_by(node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Iterator[str]:
    for key in node["depends_on"]["nodes"]:
        if key not in nodes:
            continue
        if nodes[key]["config"]["materialized"] == "ephemeral":
            yield from _read_by(nodes[key], nodes)
        else:
            yield nodes[key]["name"]


def _made_of(models: dict[str, Model]) -> dict[str, frozenset[str]]:
    """The models that each is made of, itself among them."""
    made_of: dict[str, frozenset[str]] = {}
    for name, model in models.items():
        made_of[name] = frozenset({name}).union(*(made_of[read] for read in model.reads))
    return made_of


def _write_records(cursor: Cursor, history: History) -> None:
    """What the loader would have made of the deliveries: rows, versions, and the ledger."""
    for feed, source in history.sources:
        cursor.executemany(
            """
            INSERT INTO ops.delivery (
                delivery_id, feed, source, sequence, revision, extract_date, kind, folder, run_key, loaded_at
            ) VALUES (%s, %s, %s, %s, 0, %s, 'delta', '', '', 'epoch')
            """,
            [(f"{feed}/{source}/{n}", feed, source, n, day) for n, day in enumerate(history.extracts, start=1)],
        )
        cursor.executemany(
            "INSERT INTO ops.delivery_table VALUES (%s, %s, 0, 0, 0)",
            [
                (f"{feed}/{source}/{n}", table)
                for n, day in enumerate(history.extracts, start=1)
                for table in history.tables_sent(feed, source, day)
            ],
        )
    lives_of: dict[tuple[str, str], list[Life]] = defaultdict(list)
    for life in history.lives:
        lives_of[life.feed, life.table].append(life)
    for (feed, table), lives in lives_of.items():
        _write_table(cursor, f"raw.{feed}_{table}", (*FEEDS[feed].table(table).column_names, "updated_at"), lives)


def _write_table(cursor: Cursor, name: str, columns: tuple[str, ...], lives: list[Life]) -> None:
    rows = {
        (life.source, _row_hash(row)): ("", 1, *(row.get(column) for column in columns))
        for life in lives
        for row, *_ in life.versions()
    }
    execute_values(
        cursor,
        f"INSERT INTO {name} (source, row_hash, delivery_id, line_no, {', '.join(columns)}) VALUES %s",
        [(*key, *values) for key, values in rows.items()],
    )
    execute_values(
        cursor,
        f"INSERT INTO {name}_version (source, key, row_hash, known_from, known_to, deleted) VALUES %s",
        [
            (life.source, life.key, _row_hash(row), start, end, is_deleted)
            for life in lives
            for row, start, end, is_deleted in life.versions()
        ],
    )


def _row_hash(row: Row) -> bytes:
    return sha256(json.dumps(sorted(row.items())).encode()).digest()


def write_definitions(cursor: RealDictCursor, definitions: tuple[Definition, ...]) -> str:
    """Put a set of definitions into the reference tables; its hash."""
    definitions_hash = "drawn"
    cursor.execute("INSERT INTO reference.definition_set VALUES (%s, 'epoch')", (definitions_hash,))
    execute_values(
        cursor,
        """
        INSERT INTO reference.cohort_definition (
            definitions_hash, definition, title, cohort_period, min_age, max_age, entry, entry_filter, entry_flags,
            follow_up_months, waiting_months, offence_scope, proof_sources, milestones, description
        ) VALUES %s
        """,
        [
            (
                *(definitions_hash, one.definition, one.definition, one.cohort_period, one.min_age, one.max_age),
                *(one.entry, one.entry_filter, sorted(one.entry_flags), one.follow_up_months, one.waiting_months),
                *(one.offence_scope, ";".join(sorted(one.proof_sources)), list(one.milestones), ""),
            )
            for one in definitions
        ],
        template="(%s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s::smallint[], %s)",
    )
    tiers = [
        (definitions_hash, one.definition, role, tier)
        for one in definitions
        for role, tiers in (("entry", one.entry_tiers), ("proof", one.proof_tiers))
        for tier in sorted(tiers)
    ]
    names = "definitions_hash, definition, role, tier"
    execute_values(cursor, f"INSERT INTO reference.cohort_definition_tier ({names}) VALUES %s", tiers)
    return definitions_hash
