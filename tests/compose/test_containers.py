"""What the containers run: secrets from files, the environment of `make run`, and the preparation of both databases."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from live_tracker import containers, database
from live_tracker.errors import TrackerError
from live_tracker.home import airflow, bindings
from live_tracker.settings import Settings, get_settings


def test_secrets_are_read_from_files_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "TRACKER_IDENTITY_KEY").write_text("from-a-file\n")
    settings = get_settings(tmp_path)
    assert settings.identity_key == SecretStr("from-a-file")
    assert settings.broker_password is None


def test_a_password_apart_is_put_into_the_address_whatever_it_is_made_of() -> None:
    settings = Settings(
        warehouse_url=SecretStr("postgresql://admin@db.example:5432/tracker?sslmode=require"),
        warehouse_password=SecretStr("p@ss/w:rd%"),
    )
    assert database.administrator_url(settings) == (
        "postgresql://admin:p%40ss%2Fw%3Ard%25@db.example:5432/tracker?sslmode=require"
    )


def test_with_a_broker_celery_runs_the_tasks(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, broker_url="redis://redis:6379/0", broker_password=SecretStr("a/b"))
    environment = airflow.airflow_environment(settings)
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["AIRFLOW__CELERY__BROKER_URL"] == "redis://:a%2Fb@redis:6379/0"


def test_a_program_starts_with_airflows_environment_and_the_containers_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execvpe", lambda *words: started.append(words))
    monkeypatch.setattr(containers, "SECRETS", tmp_path / "none")
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__API__PORT", "8080")
    containers.main(["airflow", "scheduler"])
    ((program, words, environment),) = started
    assert (program, words) == ("airflow", ["airflow", "scheduler"])
    assert environment["AIRFLOW__API__PORT"] == "8080"
    assert environment["TRACKER_HOME"] == environment["AIRFLOW_HOME"].removesuffix("/airflow") == str(tmp_path)


@pytest.mark.slow
def test_init_prepares_both_databases_and_binds_the_deliveries(warehouse: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        containers.init(warehouse, tmp_path)
    assert bindings.deliveries_folder(warehouse) == tmp_path
    with database.connect(warehouse, "migrator") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM reference.offence_code")
        assert cursor.fetchone() == (True,)
    connection = psycopg2.connect(database.airflow_url(warehouse))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.dag_run') IS NOT NULL")
        assert cursor.fetchone() == (True,)
    connection.close()
    passwords = json.loads((warehouse.secrets_folder / "airflow_passwords.json").read_text())
    assert passwords == {airflow.USER: airflow.password(warehouse)}
    with pytest.raises(TrackerError, match="takes its deliveries from"):
        containers.init(warehouse, tmp_path / "other")
