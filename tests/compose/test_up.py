"""`make up` says what is missing and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

COMMANDS = ("bash", "make", "cp", "cat", "env", "printf")


@pytest.fixture
def checkout(project: Path, tmp_path: Path) -> Path:
    """What `make up` needs of the checkout, and a `bin` with the shell's programs and no docker."""
    for name in ("Makefile", "docker-compose.yml", ".env.example", ".ci/engine"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(project / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in COMMANDS:
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def give_docker(checkout: Path, *refused: str) -> None:
    """A docker that writes down how it is called and refuses some commands."""
    cases = "".join(f'    "{words}"*) exit 1 ;;\n' for words in refused)
    docker = checkout / "bin" / "docker"
    docker.write_text(f'#!/bin/bash\necho "$*" >> "{checkout}/calls"\ncase "$*" in\n{cases}esac\n')
    docker.chmod(0o755)


def up(checkout: Path, target: str = "up") -> tuple[int, str]:
    made = subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=checkout,
        env={**os.environ, "PATH": str(checkout / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    return made.returncode, made.stderr


@pytest.mark.parametrize("target", ["up", "up-stop"])
def test_without_docker(checkout: Path, target: str) -> None:
    code, said = up(checkout, target)
    assert code != 0
    assert "there is no Docker here\n  do: install Docker Engine with its compose plugin" in said
    assert "make run" in said


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("compose version", "Docker has no compose plugin\n  do: install docker-compose-plugin"),
        ("info", "the Docker engine does not answer\n  do: start it"),
    ],
)
def test_without_a_plugin_or_an_engine(checkout: Path, refused: str, said: str) -> None:
    give_docker(checkout, refused)
    code, told = up(checkout)
    assert code != 0
    assert said in told
    assert "compose up" not in (checkout / "calls").read_text()


def test_without_secrets(checkout: Path) -> None:
    give_docker(checkout)
    code, said = up(checkout)
    assert code != 0
    assert "there is no .env with the secrets\n  do: cp .env.example .env" in said
    assert "compose up" not in (checkout / "calls").read_text()


def test_with_an_unfinished_env(checkout: Path) -> None:
    give_docker(checkout, "compose config")
    (checkout / ".env").touch()
    code, said = up(checkout)
    assert code != 0
    assert "docker-compose.yml cannot be used with this .env" in said


def test_with_everything(checkout: Path) -> None:
    give_docker(checkout)
    (checkout / ".env").touch()
    code, _ = up(checkout)
    assert code == 0
    calls = (checkout / "calls").read_text().splitlines()
    assert calls.index("compose build") < calls.index("compose up --detach --wait")
    assert up(checkout, "up-stop")[0] == 0
    assert (checkout / "calls").read_text().splitlines()[-1] == "compose down"
