"""docker-compose.yml against the specification, against what `make run` uses, and against the rules of its own making."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml
from pydantic import AliasChoices, SecretStr

from live_tracker.build.code import code_version
from live_tracker.containers import SECRETS, environment
from live_tracker.home import airflow, postgres
from live_tracker.settings import Settings, get_settings
from tests.compose.conftest import GIVEN, fill_in, variables

Service = dict[str, Any]
ONE_SHOT = "init"
AIRFLOW = {*airflow.SERVICES, "worker"}
OURS = {*AIRFLOW, ONE_SHOT, "sftp"}


def setting_names() -> dict[str, bool]:
    """Every environment name that the settings class reads, and whether it is a secret."""
    names: dict[str, bool] = {}
    for name, field in Settings.model_fields.items():
        aliases = field.validation_alias
        given = aliases.choices if isinstance(aliases, AliasChoices) else [f"TRACKER_{name.upper()}"]
        names |= {str(alias): SecretStr in getattr(field.annotation, "__args__", ()) for alias in given}
    return names


def mounts(service: Service) -> dict[str, tuple[str, bool]]:
    """Target of each mount: what is mounted there, and whether read-only."""
    parts = [text.split(":") for text in service.get("volumes", [])]
    return {part[1]: (part[0], part[2:] == ["ro"]) for part in parts}


def published(service: Service) -> list[tuple[str, str, str]]:
    """Address, port of the machine and port of the container of each published port."""
    return [tuple(text.split(":")) for text in service.get("ports", [])]


def test_the_file_passes_the_schema_of_the_specification(parsed: Service, compose: Service) -> None:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for file in (parsed, compose) for error in validator.iter_errors(file)] == []


def test_the_services_are_those_of_make_run_and_what_takes_the_place_of_one_machine(services: Service) -> None:
    assert set(services) == {*airflow.SERVICES, "worker", "redis", "postgres", "sftp", ONE_SHOT}


@pytest.mark.parametrize("name", airflow.SERVICES)
def test_airflow_is_started_with_the_words_of_make_run(services: Service, name: str) -> None:
    here = ["0.0.0.0" if word == "127.0.0.1" else word for word in airflow.SERVICES[name]]  # noqa: S104
    assert services[name]["command"] == ["python", "-m", "live_tracker.containers", "airflow", *here]


def test_the_workers_together_do_as_many_tasks_as_make_run(
    services: Service, as_in_container: Callable[[str], None]
) -> None:
    command = services["worker"]["command"]
    as_in_container("worker")
    parallelism = int(environment(get_settings())["AIRFLOW__CORE__PARALLELISM"])
    assert command[3:6] == ["airflow", "celery", "worker"]
    assert services["worker"]["deploy"]["replicas"] * int(command[command.index("--concurrency") + 1]) == parallelism
    assert "--skip-serve-logs" in command, "logs are read from the home, as in `make run`"


def test_every_module_that_is_started_exists(services: Service) -> None:
    words = [service["command"] for name, service in services.items() if name in OURS]
    assert {command[1] for command in words} == {"-m"}
    assert all(find_spec(command[2]) for command in words)


def test_postgres_is_that_of_make_run(services: Service) -> None:
    service = services["postgres"]
    words = service["command"][1:]
    assert set(words[::2]) == {"-c"}
    addresses = {"listen_addresses", "unix_socket_directories"}
    expected = {name: value for name, value in postgres.CONFIGURATION.items() if name not in addresses}
    assert dict(word.split("=") for word in words[1::2]) == expected
    assert service["environment"]["POSTGRES_INITDB_ARGS"].split() == list(postgres.INITDB)
    version = subprocess.run([postgres.program("postgres"), "--version"], capture_output=True, text=True, check=True)
    assert f"postgres:{version.stdout.split()[-1]}-" in service["image"]


@pytest.mark.parametrize("name", sorted(AIRFLOW | {ONE_SHOT}))
def test_where_the_services_look_for_one_another(
    services: Service, as_in_container: Callable[[str], None], name: str
) -> None:
    as_in_container(name)
    settings = get_settings()
    assert settings.warehouse_url is not None
    warehouse, broker = urlsplit(settings.warehouse_url.get_secret_value()), urlsplit(settings.broker_url or "")
    given = services["postgres"]["environment"]
    assert (warehouse.hostname, warehouse.username, warehouse.path) == (
        "postgres",
        given["POSTGRES_USER"],
        f"/{given['POSTGRES_DB']}",
    )
    assert given["POSTGRES_USER"] == postgres.ADMINISTRATOR
    assert broker.hostname in services
    variables = services[name]["environment"]
    api = urlsplit(variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"])
    assert (api.hostname, str(api.port)) == ("api-server", variables["AIRFLOW__API__PORT"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_container_is_told_what_the_settings_and_airflow_read(services: Service, name: str) -> None:
    options = yaml.safe_load((_package("airflow") / "config_templates" / "config.yml").read_text())
    known = {
        f"AIRFLOW__{section}__{option}".upper() for section, content in options.items() for option in content["options"]
    }
    given = set(services[name]["environment"])
    assert given <= known | set(setting_names())
    assert name not in AIRFLOW or {"TRACKER_HOME", "WAREHOUSE_URL", "TRACKER_BROKER_URL"} <= given


@pytest.mark.parametrize("name", sorted(AIRFLOW))
def test_airflow_is_told_the_same_as_by_make_run_but_for_addresses_and_celery(
    services: Service,
    as_in_container: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    tmp_path: Path,
) -> None:
    as_in_container(name)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    here = environment(get_settings())
    for variable in ("TRACKER_BROKER_URL", "WAREHOUSE_URL"):
        monkeypatch.delenv(variable)
    there = airflow.airflow_environment(get_settings())
    own = {variable for variable in services[name]["environment"] if variable.startswith("AIRFLOW__")}
    executor = {"AIRFLOW__CORE__EXECUTOR", "AIRFLOW__CELERY__BROKER_URL"}
    outside = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "TRACKER_WAREHOUSE_URL", "TRACKER_BROKER_URL"}
    differ = {variable for variable in here.keys() | there.keys() if here.get(variable) != there.get(variable)}
    assert differ - {"TRACKER_HOME"} == own | executor | outside
    assert (here["AIRFLOW__CORE__EXECUTOR"], there["AIRFLOW__CORE__EXECUTOR"]) == ("CeleryExecutor", "LocalExecutor")


def test_secrets_travel_as_files_to_whoever_needs_them(compose: Service, services: Service) -> None:
    kinds = setting_names()
    for name, source in compose["secrets"].items():
        assert kinds[name], f"{name} is not a secret of the settings class"
        assert source == {"environment": name}
    assert {name: set(service["secrets"]) for name, service in services.items() if "secrets" in service} == {
        "postgres": {"TRACKER_WAREHOUSE_PASSWORD"},
        "init": {"TRACKER_WAREHOUSE_PASSWORD"},
        "redis": {"TRACKER_BROKER_PASSWORD"},
        "scheduler": {"TRACKER_BROKER_PASSWORD"},
        "worker": {"TRACKER_BROKER_PASSWORD", "TRACKER_IDENTITY_KEY"},
    }
    text = json.dumps(services)
    assert not any(value in text for value in GIVEN.values()), "a secret stands in a command or in an environment"
    named = set(re.findall(rf"{SECRETS}/(\w+)", text))
    assert named == {"TRACKER_WAREHOUSE_PASSWORD", "TRACKER_BROKER_PASSWORD"} <= compose["secrets"].keys()


def test_ports_are_those_of_make_run_and_the_drop_on_loopback(services: Service) -> None:
    found = {name: published(service) for name, service in services.items() if "ports" in service}
    home = services["worker"]["environment"]
    warehouse = urlsplit(home["WAREHOUSE_URL"]).port
    inside = {name: [container for _, _, container in ports] for name, ports in found.items()}
    assert inside == {
        "api-server": [home["AIRFLOW__API__PORT"]],
        "postgres": [str(warehouse)],
        "sftp": [services["sftp"]["command"][-1]],
    }
    assert {address for ports in found.values() for address, _, _ in ports} == {"127.0.0.1"}
    assert not any("network_mode" in service for service in services.values())
    _, outer, _ = found["api-server"][0]
    assert home["AIRFLOW__API__BASE_URL"] == f"http://127.0.0.1:{outer}"


def test_mounts_are_the_home_the_deliveries_and_the_cluster(compose: Service, services: Service) -> None:
    assert {source for service in services.values() for source, _ in mounts(service).values()} == set(
        compose["volumes"]
    )
    for name in AIRFLOW | {ONE_SHOT}:
        home = services[name]["environment"]["TRACKER_HOME"]
        assert mounts(services[name])[home] == ("home", False)
    deliveries = services[ONE_SHOT]["command"][-1]
    assert services["sftp"]["command"][3] == deliveries
    readers = {name: mounts(service).get(deliveries) for name, service in services.items()}
    assert {name: mount for name, mount in readers.items() if mount} == {
        "init": ("deliveries", True),
        "worker": ("deliveries", True),
        "sftp": ("deliveries", False),
    }
    assert "home" not in {source for source, _ in mounts(services["sftp"]).values()}


def test_images_are_pinned_and_one_is_ours(project: Path, services: Service) -> None:
    images = {name: service["image"] for name, service in services.items()}
    own = f"live-tracker:{tomllib.loads((project / 'pyproject.toml').read_text())['project']['version']}"
    assert {name for name, image in images.items() if image == own} == OURS
    bases = re.findall(r"^FROM (\S+)", (project / "Dockerfile").read_text(), re.MULTILINE)
    for image in [*images.values(), *bases]:
        assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)*$", image), f"{image} names no version"
    assert [name for name, service in services.items() if "build" in service] == [ONE_SHOT]
    assert {services[name]["pull_policy"] for name in OURS - {ONE_SHOT}} == {"never"}


def test_nobody_is_root_or_can_become_it(project: Path, services: Service) -> None:
    for name, service in services.items():
        assert str(service["user"]).partition(":")[0] not in {"", "0", "root"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert "privileged" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    user = re.findall(r"^USER (\S+)", (project / "Dockerfile").read_text(), re.MULTILINE)[-1:]
    assert user == [services["worker"]["user"]]


def test_a_root_file_system_is_read_only_where_no_secret_is_put_into_it(services: Service) -> None:
    # Compose refuses a secret from the environment in a read-only service
    for name in OURS:
        assert services[name].get("read_only", False) is ("secrets" not in services[name]), name


def test_services_come_back_tell_their_health_and_stay_within_bounds(services: Service) -> None:
    for name, service in services.items():
        assert {"mem_limit", "pids_limit", "logging"} <= service.keys(), name
        if name == ONE_SHOT:
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_each_waits_for_what_it_needs(services: Service) -> None:
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other == ONE_SHOT else "service_healthy"
            assert wait == {"condition": expected}, f"{name} on {other}"
    assert all(ONE_SHOT in services[name]["depends_on"] for name in OURS - {ONE_SHOT})
    shared = {name: set(service["networks"]) for name, service in services.items()}
    for name, service in services.items():
        assert all(shared[name] & shared[other] for other in service.get("depends_on", {}) if other != ONE_SHOT), name


def test_what_works_on_records_has_no_way_out(compose: Service, services: Service) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("worker", "scheduler", "dag-processor", "redis", ONE_SHOT):
        assert services[name]["networks"] == ["inside"], name


def test_the_example_names_every_variable_and_gives_none(project: Path, parsed: Service) -> None:
    lines = (project / ".env.example").read_text().splitlines()
    entries = [line.partition("=") for line in lines if line and not line.startswith("#")]
    used = variables(parsed) | {source["environment"] for source in parsed["secrets"].values()}
    assert sorted(name for name, _, _ in entries) == sorted(used)
    assert {value for _, _, value in entries} == {""}


@pytest.mark.parametrize("name", GIVEN)
def test_nothing_starts_without_a_secret(parsed: Service, name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}: .*\.env"):
        fill_in(parsed, GIVEN | {name: ""})


def test_a_dollar_of_the_shell_is_doubled(services: Service) -> None:
    assert '"$(cat /run/secrets/' in services["redis"]["healthcheck"]["test"][1]
    assert services["worker"]["healthcheck"]["test"][1].endswith('"celery@$HOSTNAME"')
    with pytest.raises(ValueError, match="neither doubled"):
        fill_in("echo $HOME", GIVEN)


def test_the_image_has_all_that_makes_the_figures_and_no_more(project: Path, tmp_path: Path) -> None:
    final = (project / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    copied = [name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", final, re.MULTILINE) for name in line.split()]
    allowed = [line[1:] for line in (project / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert set(copied) <= set(allowed)
    for name in copied:
        (tmp_path / name).symlink_to(project / name)
    assert code_version(tmp_path) == code_version(project)


def test_the_image_installs_what_is_locked(project: Path) -> None:
    text = (project / "Dockerfile").read_text().replace("\\\n", " ")
    installs = [step for step in re.split(r"&&|\n", text) if re.search(r"pip (install|sync)", step)]
    locks = [step.split()[-1] for step in installs if "--require-hashes" in step]
    assert locks == ["tools.lock", "requirements.lock"]
    (rest,) = [step for step in installs if "--require-hashes" not in step]
    assert "--no-deps" in rest
    assert "--offline" in rest


def test_secrets_are_kept_out_of_git_and_of_the_image(project: Path) -> None:
    assert ".env" in (project / ".gitignore").read_text().splitlines()
    ignored = (project / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignored if not line.startswith("#")]
    assert rules[0] == "*", "what is not named does not go into the image"
    assert "**/.env" in rules


def _package(name: str) -> Path:
    found = find_spec(name)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent
