"""Services that run with a user's server: deployed before it starts, cleaned up after it stops."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from renderer import names
from renderer.errors import OctavoError
from renderer.position import Document, Mark, pack
from renderer.profiles import templates
from renderer.singleuser.objects import Owner

# With this ConfigMap goes what a user's services are made of.
_REFERENCE = "singleuser-service-ref-"
# What a spawner remembers of its services: their names, and which variables they have set.
_NAMES = "single_user_services"
_VARIABLES = "single_user_services_environment"

_LOGGER = logging.getLogger(__name__)

Manifest = Mapping[str, Any]
# The templates of a file by ConfigMap and key; they come before those of the cluster.
Texts = Mapping[str, Mapping[str, Document]]


class ServiceError(OctavoError):
    """A service of a profile is not described as one must be."""


class Objects(Protocol):
    """Where the objects of services are put."""

    namespace: str

    def owner(self, name: str) -> Owner: ...

    def put(self, manifest: Manifest, owner: Owner) -> Manifest: ...

    def remove_config_map(self, name: str) -> bool: ...


class Place(Protocol):
    """Where templates are found."""

    @property
    def objects(self) -> Objects: ...

    def template(self, name: str, key: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Service:
    """A service of a profile, as plain data, for one user."""

    name: str
    described: Manifest
    user: str

    @property
    def returns(self) -> Mapping[str, str]:
        return self.described.get("return") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        labels = self.described.get("labels") or {}
        return {key: _as_label(value) for key, value in labels.items()}

    @property
    def variables(self) -> Mapping[str, Any]:
        configuration = self.described.get("configuration") or {}
        return {**configuration, "user": self.user, "USERNAME": self.user}

    def checked(self) -> _Service:
        if not self.described.get("resources"):
            raise ServiceError(
                f'the service "{self.name}" has no "resources": there is no template'
            )
        for finding in templates.unreadable(self.returns):
            where = f'the service "{self.name}", return {finding.path[0]}'
            raise ServiceError(f"{where}: {finding.message}; expected {finding.expected}")
        return self


def deploy(
    place: Place,
    services: Mapping[str, Manifest],
    spawner: Any,
    user: str,
    texts: Texts | None = None,
) -> None:
    """Make the objects of these services, and tell the spawner of them.

    Nothing is made before all templates have been read. What is made before the cluster refuses
    something goes with the rest when the services are cleaned up.
    """
    escaped = names.kubespawner_escape(user)
    asked = [_Service(name, each, escaped).checked() for name, each in services.items()]
    wanted = [(each, obj) for each in asked for obj in _objects(place, each, texts or {})]
    if not wanted:
        return
    owner = place.objects.owner(_reference(escaped))
    for service, manifest in wanted:
        _tell(spawner, place.objects.put(manifest, owner), service)


def clean(place: Place, spawner: Any, user: str) -> None:
    """Delete what the user's services are owned by: the cluster collects them."""
    name = _reference(names.kubespawner_escape(user))
    if not place.objects.remove_config_map(name):
        _LOGGER.info("there is no ConfigMap %s: no services were set up", name)
    _forget(spawner)


def _reference(user: str) -> str:
    return names.bounded(f"{_REFERENCE}{user}", names.SUBDOMAIN_LIMIT)


def _objects(place: Place, service: _Service, texts: Texts) -> Iterator[Manifest]:
    """What the templates of a service give, each the user's own."""
    for resource in service.described["resources"]:
        name, key = str(resource.get("name") or ""), str(resource.get("path") or "")
        called = f"the template {key} of the ConfigMap {name}"
        text = _template(place, name, key, texts)
        if text is None:
            _LOGGER.warning('%s is not there; the service "%s" lacks it', called, service.name)
            continue
        for obj in templates.rendered(text, service.variables, called):
            _refuse_elsewhere(obj, place.objects.namespace, called)
            yield templates.separated(templates.labelled(obj, service.labels), service.user)


def _template(place: Place, name: str, key: str, texts: Texts) -> Document | None:
    if key in texts.get(name, {}):
        return texts[name][key]
    text = place.template(name, key) if name and key else None
    return None if text is None else _document(f"ConfigMap/{name}[{key}]", text)


def _document(file: str, text: str) -> Document:
    """A text that is the whole of what it stands in."""
    lines: list[Mark] = [(pack(line, 0), None) for line in range(text.count("\n") + 1)]
    return Document(file, text, (0, lines))


def _refuse_elsewhere(obj: Manifest, namespace: str, called: str) -> None:
    asked = obj["metadata"].get("namespace") or namespace
    if asked != namespace:
        raise ServiceError(
            f'{called} wants its {obj["kind"]} in the namespace "{asked}"; services stand in '
            f'"{namespace}"'
        )


def _tell(spawner: Any, made: Manifest, service: _Service) -> None:
    """Note the object, and hand on what the service says is returned of it."""
    name = made["metadata"]["name"]
    known = list(getattr(spawner, _NAMES, None) or [])
    setattr(spawner, _NAMES, known if name in known else [*known, name])
    found = templates.returned(made, service.returns)
    for variable in templates.missing(made, service.returns):
        _LOGGER.warning('%s: nothing is found in the %s "%s"', variable, made["kind"], name)
    before = getattr(spawner, _VARIABLES, None) or {}
    new = {key: value for key, value in found.items() if value or key not in before}
    setattr(spawner, _VARIABLES, {**before, **new})
    spawner.environment = {**(spawner.environment or {}), **new}


def _forget(spawner: Any) -> None:
    """The next start may be without these services, and must not be told of them."""
    told = getattr(spawner, _VARIABLES, None)
    if told:
        spawner.environment = {
            name: value
            for name, value in spawner.environment.items()
            if name not in told or value != told[name]
        }
        setattr(spawner, _VARIABLES, {})
    if getattr(spawner, _NAMES, None):
        setattr(spawner, _NAMES, [])


def _as_label(value: Any) -> str:
    """A label that YAML took for something else than a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
