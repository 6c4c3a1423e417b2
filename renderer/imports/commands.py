"""How a server is started without a hub to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from renderer.imports.remarks import Remark, changed, to_do
from renderer.templating.literals import Expression

# Programs that sign on at a hub, and end where there is none.
OF_A_HUB = ("jupyterhub-singleuser", "jupyter-labhub", "start-singleuser.sh", "start-singleuser.py")
JUPYTER = (
    "jupyter",
    "lab",
    "--ServerApp.ip=0.0.0.0",
    "--ServerApp.port=8888",
    "--ServerApp.base_url=$(NB_PREFIX)",
    # Who asks has been asked by what stands before the notebook.
    "--IdentityProvider.token=",
)


def arguments_of(config: Mapping[str, Any], source: str, remarks: list[Remark]) -> list[Any]:
    """The arguments of the container: Jupyter where a hub's program was."""
    written = config.get("cmd") or []
    command = [written] if isinstance(written, str) else _texts(written)
    extra = _texts(config.get("args") or [])
    if command and command[0].rpartition("/")[2] not in OF_A_HUB:
        message = "it starts a program of its own"
        advice = "see to it that it listens on port 8888 and serves below $(NB_PREFIX)"
        remarks.append(to_do(source, message, advice))
        return [*command, *extra]
    message = "jupyter lab is started, without a token, where jupyterhub-singleuser was"
    advice = "what routes to a notebook must know who asks: look at routing in octavo.yaml"
    remarks.append(changed(source, message, advice))
    given = [each for each in (*command[1:], *extra) if each]
    port = config.get("port") or 8888
    jupyter: list[Any] = [each.replace("8888", str(port)) for each in JUPYTER]
    if config.get("default_url"):
        jupyter.append(_option("default_url", config["default_url"]))
    if config.get("notebook_dir"):
        jupyter.append(_option("root_dir", config["notebook_dir"]))
    return [*jupyter, *given]


def _option(name: str, value: Any) -> str:
    text = f"--ServerApp.{name}={value}"
    return Expression(text) if isinstance(value, Expression) else text


def _texts(written: Sequence[Any]) -> list[str]:
    """Each as text; an expression stays one."""
    return [each if isinstance(each, str) else str(each) for each in written]
