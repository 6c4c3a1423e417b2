"""Names, images, ports and variables of the containers of a pod."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from renderer.checks.shape import Container, items, mapping, repeated, text
from renderer.errors import Finding, Severity
from renderer.names import is_dns_label, is_port_name
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import quoted

HIGHEST_PORT = 65535
PROBES = frozenset({"livenessProbe", "readinessProbe", "startupProbe"})

_VARIABLE = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")
_NEW_VARIABLE = re.compile(r"[ -<>-~]+")


def check_containers(containers: Sequence[Container]) -> list[Finding]:
    """What is wrong with the containers themselves, and between them."""
    findings = list(_check_names(containers))
    for container in containers:
        body = container.body
        if not body.get("image"):
            findings.append(_no_image(container, containers))
        if "env" in body:
            findings += _check_variables(container)
        if "ports" in body:
            findings += _check_ports(container)
        if not PROBES.isdisjoint(body):
            findings += _check_probes(container)
    findings += _check_repeated_ports(containers)
    return findings


def _check_names(containers: Sequence[Container]) -> Iterator[Finding]:
    names = [container.name for container in containers]
    for index, first in repeated(names):
        yield Finding(
            (*containers[index].path, "name"),
            f"two containers are named {quoted(names[index])}",
            hint=f"the other is number {containers[first].path[2]} of {containers[first].path[1]}",
        )
    for container, name in zip(containers, names, strict=True):
        if name and not is_dns_label(name):
            yield Finding(
                (*container.path, "name"),
                f"{quoted(name)} cannot be the name of a container",
                expected="at most 63 lower-case letters, digits and -",
            )


def _no_image(container: Container, containers: Sequence[Container]) -> Finding:
    others = [one.name for one in containers if one.body.get("image")]
    return Finding(
        container.path,
        f"{container} has no image",
        expected="an image; containers of several layers are one where their names are the same",
        hint=did_you_mean(container.name, others),
    )


def _check_variables(container: Container) -> Iterator[Finding]:
    variables = items(container.body["env"])
    names = [text(variable.get("name")) for _, variable in variables]
    for position, first in repeated(names):
        yield Finding(
            (*container.path, "env", variables[position][0], "name"),
            f"the variable {quoted(names[position])} is set twice in {container}: this one wins",
            hint=f"the other is number {variables[first][0]}",
            severity=Severity.WARNING,
        )
    for (index, variable), name in zip(variables, names, strict=True):
        if _VARIABLE.fullmatch(name) is None:
            yield _bad_variable_name((*container.path, "env", index, "name"), name)
        if "valueFrom" in variable and variable.get("value"):
            yield Finding(
                (*container.path, "env", index),
                f"the variable {quoted(name)} of {container} has both value and valueFrom",
                hint="where a layer below sets the one, say `value: null` or `valueFrom: null`",
            )


def _bad_variable_name(path: tuple[str | int, ...], name: str) -> Finding:
    if _NEW_VARIABLE.fullmatch(name):
        return Finding(
            path,
            f"Kubernetes before 1.32 refuses the name of the variable {quoted(name)}",
            expected="letters, digits, -, _ and ., and no digit first",
            severity=Severity.WARNING,
        )
    return Finding(
        path,
        "this cannot be the name of a variable",
        expected="printable ASCII characters without =",
    )


def _check_ports(container: Container) -> Iterator[Finding]:
    for index, port in items(container.body["ports"]):
        path = (*container.path, "ports", index)
        for field in ("containerPort", "hostPort"):
            number = port.get(field)
            unset = number == 0 and field == "hostPort"
            if isinstance(number, int) and not (0 < number <= HIGHEST_PORT or unset):
                yield Finding(
                    (*path, field), f"{number} is no port", expected=f"1 to {HIGHEST_PORT}"
                )
        name = text(port.get("name"))
        if name and not is_port_name(name):
            yield Finding(
                (*path, "name"),
                f"{quoted(name)} cannot be the name of a port",
                expected="at most 15 lower-case letters, digits and -, with a letter among them",
            )


def _check_repeated_ports(containers: Sequence[Container]) -> Iterator[Finding]:
    ports = [
        (container, index, port)
        for container in containers
        if "ports" in container.body and container.is_sidecar
        for index, port in items(container.body["ports"])
    ]
    if len(ports) < 2:  # noqa: PLR2004 - one cannot be there twice
        return
    numbers = [
        (number, text(port.get("protocol")) or "TCP") if isinstance(number, int) else None
        for _, _, port in ports
        for number in (port.get("containerPort"),)
    ]
    for position, first in repeated(numbers):
        container, index, port = ports[position]
        yield Finding(
            (*container.path, "ports", index, "containerPort"),
            f"the port {port['containerPort']} of {container} is taken",
            hint=f"{ports[first][0]} of the same pod has it",
        )
    names = [text(port.get("name")) for _, _, port in ports]
    for position, first in repeated(names):
        container, index, _ = ports[position]
        yield Finding(
            (*container.path, "ports", index, "name"),
            f"the port name {quoted(names[position])} of {container} is taken",
            hint=f"{ports[first][0]} of the same pod has it",
        )


def _check_probes(container: Container) -> Iterator[Finding]:
    """A probe of a port that has no such name never succeeds, and the notebook is never ready."""
    names = [text(port.get("name")) for _, port in items(container.body.get("ports"))]
    for probe in sorted(PROBES & container.body.keys()):
        for kind in ("httpGet", "tcpSocket"):
            port = mapping(mapping(container.body[probe]).get(kind)).get("port")
            if isinstance(port, str) and port not in names and not port.isdecimal():
                yield Finding(
                    (*container.path, probe, kind, "port"),
                    f"{probe} of {container} asks for the port {quoted(port)}, which it has not",
                    expected=", ".join(filter(None, names)) or "the number of a port",
                    hint=did_you_mean(port, names),
                )
