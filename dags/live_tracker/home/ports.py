"""Ports of a home: free ones, chosen at first start and kept."""

from __future__ import annotations

import json
import socket

from live_tracker.settings import Settings


def port(settings: Settings, service: str) -> int:
    """The loopback TCP port of a service of this home."""
    path = settings.home / "ports.json"
    ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    if service not in ports:
        ports[service] = _free_port(taken=set(ports.values()))
        settings.home.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ports, indent=2) + "\n")
    return ports[service]


def _free_port(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            number: int = probe.getsockname()[1]
        if number not in taken:
            return number
