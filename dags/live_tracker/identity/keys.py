"""The identity key: what the hashes of records are made under. It is the home's and never enters the database."""

from __future__ import annotations

from live_tracker.home.secrets import secret
from live_tracker.settings import Settings


def identity_key(settings: Settings) -> bytes:
    """The key of the settings, or the home's own, made at first use."""
    given = settings.identity_key.get_secret_value() if settings.identity_key else secret(settings, "identity.key")
    return given.encode()
