"""`python -m tests.sample_data OUT`: write a sample into a new folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from tests.sample_data.nights import write_plans, write_sample


def main(
    out: Annotated[Path, typer.Argument(help="a folder that does not exist yet")],
    services: Annotated[int, typer.Option(help="youth justice services")] = 2,
    nights: Annotated[int, typer.Option(help="nights of deliveries, the first a full extract")] = 7,
    children: Annotated[int, typer.Option(help="children of each service")] = 300,
    seed: Annotated[int, typer.Option(help="the same seed makes the same bytes")] = 1,
    last_night: Annotated[str, typer.Option(help="extract date of the last night")] = "2026-11-21",
    errors: Annotated[float, typer.Option(help="how many of the usual errors in names and numbers, 0 to 1")] = 1.0,
    plans: Annotated[bool, typer.Option("--plans", help="children who make up published figures of plans")] = False,
) -> None:
    """Write OUT/deliveries, and apart from it OUT/truth.json: who is who and what was proven."""
    out.mkdir(parents=True)
    if plans:
        write_plans(out, seed=seed, last_night=dt.date.fromisoformat(last_night), errors=errors)
        return
    write_sample(
        out,
        services=services,
        nights=nights,
        children=children,
        seed=seed,
        last_night=dt.date.fromisoformat(last_night),
        errors=errors,
    )


if __name__ == "__main__":
    typer.run(main)
