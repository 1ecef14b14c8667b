"""The SQL of the build as dbt compiles it for everybody, without dbt: models in the order in which they can be made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from live_tracker.build.dbt import invoke_dbt
from live_tracker.runs import Run
from live_tracker.settings import Settings

JOINS = "SET enable_nestloop = off"
"""What the project's macro plan_joins says before each model of a full build."""

PARAMETERS = ("as_of", "known_as_of", "definitions_hash", "reference_hash")


@dataclass(frozen=True)
class Model:
    """A model: where it goes, as `schema.name`, and its SQL for Postgres."""

    schema: str
    name: str
    is_view: bool
    indexes: tuple[tuple[str, ...], ...]
    sql: str

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def kind(self) -> str:
        return "VIEW" if self.is_view else "TABLE"


def compiled_models(settings: Settings, run: Run) -> list[Model]:
    """Every model that is a table or a view, as a full build makes it, into the schemas dev_*."""
    variables = {name: str(getattr(run, name)) for name in PARAMETERS}
    invoke_dbt(settings, ["compile", "--full-refresh", "--select", "resource_type:model"], variables, target="dev")
    return models_in_order(json.loads((settings.home / "dbt" / "target" / "manifest.json").read_text()))


def models_in_order(manifest: Mapping[str, Any]) -> list[Model]:
    """The models of a manifest, each after those that it reads. What is ephemeral is in the SQL of its readers."""
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    reads = {name: [read for read in node["depends_on"]["nodes"] if read in nodes] for name, node in nodes.items()}
    return [
        Model(
            schema=nodes[name]["schema"],
            name=nodes[name]["name"],
            is_view=nodes[name]["config"]["materialized"] == "view",
            indexes=tuple(tuple(index["columns"]) for index in nodes[name]["config"].get("indexes") or ()),
            sql=nodes[name]["compiled_code"],
        )
        for name in TopologicalSorter({name: sorted(reads[name]) for name in sorted(nodes)}).static_order()
        if nodes[name]["config"]["materialized"] != "ephemeral"
    ]


def psql_script(models: list[Model]) -> str:
    """What makes the models anew by psql: tables with their indexes and statistics, as dbt leaves them.

    With each model its name is printed, then the milliseconds of each of its statements.
    """
    lines = ["SET client_min_messages = warning;", f"{JOINS};"]
    lines += [f"DROP {model.kind} IF EXISTS {model.relation} CASCADE;" for model in models]
    lines.append("\\timing on")
    for model in models:
        lines.append(f"\\echo model {model.name}")
        lines.append(f"CREATE {model.kind} {model.relation} AS\n{model.sql}\n;")
        if not model.is_view:
            lines += [f"CREATE INDEX ON {model.relation} ({', '.join(columns)});" for columns in model.indexes]
            lines.append(f"ANALYZE {model.relation};")
    return "\n".join(lines) + "\n"


def seconds_of_models(output: str) -> dict[str, float]:
    """Seconds of each model in what psql printed of such a script."""
    seconds: dict[str, float] = {}
    name = ""
    for line in output.splitlines():
        if line.startswith("model "):
            name = line.removeprefix("model ")
        elif name and line.startswith("Time: "):
            seconds[name] = seconds.get(name, 0.0) + float(line.split()[1]) / 1000
    return seconds


def sources(settings: Settings) -> list[str]:
    """What the models read that no model makes, as `schema.name`: of the manifest that dbt wrote last."""
    manifest = json.loads((settings.home / "dbt" / "target" / "manifest.json").read_text())
    read = {
        parent
        for name, parents in manifest["parent_map"].items()
        if name.startswith("model.")
        for parent in parents
        if parent.startswith("source.")
    }
    # the last build is what an incremental build starts from
    return sorted(
        f"{source['schema']}.{source['name']}"
        for name, source in manifest["sources"].items()
        if name in read and not source["source_name"].startswith("last_")
    )
