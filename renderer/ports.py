"""The ports of a notebook: what its Service opens and its routes lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer import names
from renderer.compose.composer import Composed

NOTEBOOK_PORT = "http-notebook"


def ports_of(composed: Composed, prefix: str) -> list[dict[str, Any]]:
    """Every port of the pod's containers, the notebook's own first."""
    ports = [
        _port(port, container["name"], prefix, composed)
        for container in composed.pod["spec"]["containers"]
        for port in container.get("ports") or []
    ]
    return sorted(ports, key=lambda port: not port["main"])


def _port(
    port: Mapping[str, Any], container: str, prefix: str, composed: Composed
) -> dict[str, Any]:
    number = port["containerPort"]
    own = port.get("name") or f"port-{number}"
    if own == NOTEBOOK_PORT:
        own = f"port-{number}"
    main = container == composed.main and number == composed.port
    return {
        "name": NOTEBOOK_PORT if main else names.port_name(own),
        "port": number,
        "protocol": port.get("protocol", "TCP"),
        "container": container,
        "prefix": prefix if main else f"{prefix}/ports/{own}",
        "main": main,
    }
