"""What a home is bound to, and remembers for its scheduled runs: the folders of its deliveries and definitions."""

from __future__ import annotations

from pathlib import Path

from live_tracker.database import connect
from live_tracker.settings import Settings


def deliveries_folder(settings: Settings) -> Path | None:
    """The folder this home was bound to by its first deliveries; None before."""
    folder = _remembered(settings)[0]
    return Path(folder) if folder else None


def sample_folder(settings: Settings) -> Path:
    """Where the sample deliveries of a home stand that was given none."""
    return settings.home / "sample" / "deliveries"


def has_sample(settings: Settings) -> bool:
    """Whether the home works on its own sample."""
    return deliveries_folder(settings) == sample_folder(settings)


def definitions_folder(settings: Settings) -> Path:
    """The definitions given last, else those of the settings."""
    folder = _remembered(settings)[1]
    return Path(folder) if folder else settings.definitions


def remember_definitions(settings: Settings, folder: Path) -> None:
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE ops.home SET definitions_folder = %s", (str(folder),))


def _remembered(settings: Settings) -> tuple[str | None, str | None]:
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT deliveries_folder, definitions_folder FROM ops.home")
        return cursor.fetchone() or (None, None)
