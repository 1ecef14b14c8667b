"""The dbt project: its unit tests at the boundaries, its failures told by name and without a row, its conventions."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from live_tracker import runs
from live_tracker.build.dbt import LAYERS, build_layer, invoke_dbt
from live_tracker.build.docs import write_docs
from live_tracker.database import connect
from live_tracker.errors import CheckFailed, TrackerError
from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.reference_data.definitions import load_definitions
from live_tracker.release.hashing import GRAINS
from live_tracker.runs import Run
from live_tracker.settings import Settings
from tests.deliver import administer, fetch

pytestmark = pytest.mark.slow

AS_OF = dt.date(2024, 6, 30)


@pytest.fixture(scope="module")
def run_over_nothing(new_warehouse: Callable[[], Settings], project: Path) -> tuple[Settings, Run]:
    """A warehouse without deliveries, built: every relation is there, and every rule holds over nothing."""
    settings = new_warehouse()
    run = Run(
        run_key="dbt-tests",
        run_number=1,
        requested_by="make",
        requested_as_of=None,
        requested_known_as_of=None,
        as_of=AS_OF,
        known_as_of=AS_OF,
        definitions_hash=load_definitions(settings, project / "definitions"),
        reference_hash=load_code_lists(settings),
        code_version="tests",
        deliveries_hash=None,
        candidate_hash=None,
        release_id=None,
        status="building",
        message=None,
    )
    for layer in LAYERS:
        build_layer(settings, run, layer)
    return settings, run


def variables(run: Run) -> dict[str, str]:
    return {
        "as_of": AS_OF.isoformat(),
        "known_as_of": AS_OF.isoformat(),
        "definitions_hash": run.definitions_hash,
        "reference_hash": run.reference_hash,
    }


def test_every_unit_test_of_the_rules_passes(run_over_nothing: tuple[Settings, Run], project: Path) -> None:
    settings, run = run_over_nothing
    written = sum(
        len(yaml.safe_load(path.read_text()).get("unit_tests", []))
        for path in (project / "dbt_project" / "models").rglob("*unit_tests.yml")
    )
    assert invoke_dbt(settings, ["test", "--select", "test_type:unit"], variables(run)) == written > 0


def test_a_failing_test_is_told_by_name_and_count(run_over_nothing: tuple[Settings, Run]) -> None:
    settings, run = run_over_nothing
    administer(
        settings,
        """
        INSERT INTO intermediate.int_offence_groups (record_key, person_key, offence_uid)
        VALUES ('CANARY', 'CANARY', 'CANARY'), ('CANARY', 'CANARY', 'CANARY')
        """,
    )
    with pytest.raises(CheckFailed) as caught:
        invoke_dbt(settings, ["test", "--select", "int_offence_groups,test_type:data"], variables(run))
    assert "unique_grain_int_offence_groups_record_key (1 rows)" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_a_night_asks_after_the_people_it_took_up(run_over_nothing: tuple[Settings, Run]) -> None:
    settings, run = run_over_nothing
    administer(
        settings,
        """
        INSERT INTO intermediate.int_offence_records (record_key, person_key) VALUES ('record', 'somebody');
        INSERT INTO intermediate.int_offence_groups (record_key, person_key, offence_uid)
        VALUES ('record', 'somebody', 'offence');
        INSERT INTO intermediate.int_offences (offence_uid, person_key, primary_record_key)
        VALUES ('offence', 'somebody', 'record');
        INSERT INTO intermediate.int_member_offences (offence_uid, person_key, class)
        VALUES ('offence', 'somebody', 'of a class that no rule names')
        """,
    )
    asked = ["test", "--select", "each_class_is_known", "classes_add_up_to_the_records"]
    of_a_night = variables(run) | {"changes_after": "0", "days_after": AS_OF.isoformat()}
    assert invoke_dbt(settings, asked, of_a_night) == 2
    administer(settings, "INSERT INTO intermediate.int_affected_people (person_key) VALUES ('somebody')")
    for told in (variables(run), of_a_night):
        with pytest.raises(CheckFailed) as caught:
            invoke_dbt(settings, asked, told)
        assert "each_class_is_known" in str(caught.value)
        assert "classes_add_up_to_the_records" in str(caught.value)


def test_a_failing_model_is_told_by_name_without_values(run_over_nothing: tuple[Settings, Run]) -> None:
    settings, run = run_over_nothing
    with pytest.raises(CheckFailed) as caught:
        invoke_dbt(settings, ["run", "--select", "int_periods"], variables(run) | {"as_of": "CANARY-day"})
    assert "model int_periods" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_a_dev_target_builds_beside_the_candidate(run_over_nothing: tuple[Settings, Run]) -> None:
    settings, run = run_over_nothing
    build_layer(settings, run, "staging", target="dev")
    assert fetch(settings, "SELECT count(*) FROM pg_catalog.pg_views WHERE schemaname = 'dev_staging'") == [(14,)]


def test_the_documentation_is_one_page_and_describes_every_column(run_over_nothing: tuple[Settings, Run]) -> None:
    settings, run = run_over_nothing
    with pytest.raises(TrackerError, match="nothing has been built yet"):
        write_docs(settings)
    with connect(settings, "loader") as connection:
        runs.request(
            connection,
            run.run_key,
            requested_by="make",
            definitions_hash=run.definitions_hash,
            reference_hash=run.reference_hash,
            code_version="tests",
        )
        runs.update(connection, run.run_key, "published", as_of=AS_OF, known_as_of=AS_OF)
    page = write_docs(settings)
    assert "int_offence_groups" in page.read_text(encoding="utf-8")
    described = json.loads((page.parent / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = json.loads((page.parent / "catalog.json").read_text(encoding="utf-8"))["nodes"]
    assert len(models) > 60
    undescribed = [
        f"{name}.{column}"
        for name, model in models.items()
        for column in model["columns"]
        if not described[name]["columns"].get(column, {}).get("description")
    ]
    assert undescribed == []


def test_each_mart_has_readers(project: Path) -> None:
    (read,) = (yaml.safe_load(path.read_text()) for path in (project / "dbt_project/models").glob("exposures.yml"))
    refs = {ref for exposure in read["exposures"] for ref in exposure["depends_on"]}
    assert {f"ref('{table}')" for table in GRAINS} <= refs


def test_no_clock_in_the_models(project: Path) -> None:
    clock = re.compile(r"\b(now\s*\(|current_date|current_timestamp|localtimestamp|clock_timestamp|timeofday)", re.I)
    files = [*(project / "dbt_project").rglob("*.sql")]
    assert files
    assert [path.name for path in files if clock.search(path.read_text())] == []


def test_each_model_states_its_grain_first(project: Path) -> None:
    described = {
        model["name"]: model.get("description", "")
        for path in (project / "dbt_project" / "models").rglob("*__models.yml")
        for model in yaml.safe_load(path.read_text())["models"]
    }
    models = {path.stem for path in (project / "dbt_project" / "models").rglob("*.sql")}
    assert set(described) == models
    assert [name for name, text in described.items() if not text.strip().startswith("One row per")] == []
