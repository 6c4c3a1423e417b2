"""The jupyterhub_config.py of a test: KubeSpawner, and the hooks that the library's text shows.

What is particular to a test comes by environment variables, so that hub and test share no more.
"""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import Any

from jupyterhub.proxy import Proxy  # type: ignore[import-untyped]
from traitlets.config import get_config

import renderer.singleuser


class RoutesInMemory(Proxy):  # type: ignore[misc]
    """Nobody comes by way of a proxy here; the hub wants one that answers."""

    should_start = False

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.routes: dict[str, dict[str, Any]] = {}

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        self.routes.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, dict[str, Any]]:
        return dict(self.routes)


def example() -> str:
    """What the library says a jupyterhub_config.py looks like."""
    _, _, code = (renderer.singleuser.__doc__ or "").partition("::\n")
    return textwrap.dedent(code)


c: Any = get_config()
folder = Path(os.environ["HUB_FOLDER"])
namespace, token = os.environ["HUB_NAMESPACE"], os.environ["HUB_TOKEN"]

c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = f"http://127.0.0.1:{os.environ['HUB_PROXY_PORT']}"
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.JupyterHub.proxy_class = RoutesInMemory
# Whoever asks for a server is answered while it starts: the test has its own part in that.
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0, "slow_stop_timeout": 0}
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.services = [{"name": "test", "api_token": token}]
c.JupyterHub.load_roles = [
    {"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers"]}
]
c.Authenticator.allow_all = True

c.KubeSpawner.environment = {"KEPT": "yes"}
c.KubeSpawner.extra_containers = [{"name": "beside", "image": "example.org/beside:1"}]
c.KubeSpawner.http_timeout = c.KubeSpawner.start_timeout = 60
c.KubeSpawner.image = "s2i-spark-notebook:3.6"
c.KubeSpawner.namespace = namespace
c.KubeSpawner.port = int(os.environ["HUB_SINGLEUSER_PORT"])

exec(example(), {"c": c})  # noqa: S102
