"""The one settings class. Everything of an instance lives under `home`; `WAREHOUSE_URL` names an outside Postgres."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[2]
"""The checkout: DAG files, dbt project, migrations and expectations are read from here."""

TRACKER = ".venv/bin/tracker"
"""How a message names the command line, which is on nobody's PATH: as it is called in the checkout."""


class Settings(BaseSettings):
    """Settings of one instance, from the environment (prefix `TRACKER_`)."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", extra="ignore", frozen=True)

    home: Path = Field(default=PROJECT / ".tracker", description="folder of everything that belongs to this instance")
    env: Literal["development", "production"] = Field(default="development", description="how strict to be")
    warehouse_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("WAREHOUSE_URL", "TRACKER_WAREHOUSE_URL"),
        description="administrator's URL of an outside Postgres (15 or later); unset: the embedded one",
    )
    warehouse_password: SecretStr | None = Field(
        default=None, description="the administrator's password, where the URL of the outside Postgres has none"
    )
    broker_url: str | None = Field(
        default=None,
        description="Redis that hands tasks to Celery workers started elsewhere; unset: the scheduler runs them itself",
    )
    broker_password: SecretStr | None = Field(default=None, description="the broker's password, not in its URL")
    identity_key: SecretStr | None = Field(
        default=None,
        description="key of the person_key hash; unset: secrets/identity.key of the home, made at first use",
    )
    definitions: Path = Field(default=PROJECT / "definitions", description="folder of the cohort definitions in use")
    reference: Path = Field(
        default=PROJECT / "dags/live_tracker/reference_data/data", description="folder of the code lists in use"
    )
    linkage_model: Path | None = Field(
        default=None, description="a linkage model that this service has trained; unset: the one that comes with it"
    )
    freshness_warning_days: int = Field(
        default=3,
        ge=0,
        description="a source that delivered last more days before the as-of date is named on the release",
    )
    freshness_critical_days: int = Field(
        default=45, ge=0, description="and after more than this many, nothing is published unless AS_OF was asked for"
    )
    drop_senders: str = Field(
        default="",
        description="who may deliver by SFTP, one a line: `<feed>.<source> <type of key> <public key>`; unset: nobody",
    )
    run_timeout_minutes: int = Field(default=60, description="how long `make run` waits for the nightly job")

    @property
    def secrets_folder(self) -> Path:
        return self.home / "secrets"

    @property
    def landing_folder(self) -> Path:
        return self.home / "landing"

    @property
    def is_embedded(self) -> bool:
        return self.warehouse_url is None


def get_settings(secrets: Path | None = None) -> Settings:
    """Settings of the process, with `home` made absolute; those that have a file of their name in `secrets`, from it."""
    settings = Settings(_secrets_dir=secrets)  # type: ignore[call-arg]
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})
