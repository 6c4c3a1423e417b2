"""One request to the API server: its path, and how it is called in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from sync.cluster.model import Resource
from sync.errors import ClusterError

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
STEPS = "application/json-patch+json"
JSON = "application/json"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

VERBS = {"PATCH": "patch", "POST": "create", "PUT": "update", "DELETE": "delete"}
WHOLE_SEGMENTS = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Place:
    """What a request is about, for messages: `secrets/token in namespace team-a`."""

    resource: str
    namespace: str = ""
    name: str = ""

    @property
    def scope(self) -> str:
        return f"in namespace {self.namespace}" if self.namespace else "of the whole cluster"

    def __str__(self) -> str:
        named = f"{self.resource}/{self.name}" if self.name else self.resource
        return f"{named} in namespace {self.namespace}" if self.namespace else named


@dataclass(frozen=True, slots=True)
class Request:
    """`repeatable`: sending it twice is no more than sending it once."""

    verb: str
    method: str
    target: str
    place: Place
    body: bytes | None = None
    content_type: str = JSON
    accept: str = JSON
    repeatable: bool = True

    @property
    def secret(self) -> bool:
        """Whether the server's words may repeat what must not be said."""
        return self.place.resource.partition("/")[0] == "secrets"


def reading(verb: str, target: str, place: Place, accept: str = JSON) -> Request:
    return Request(verb, "GET", target, place, accept=accept)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an object, or a collection where there is no name, is on the server."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def place(self) -> Place:
        suffix = f"/{self.subresource}" if self.subresource else ""
        return Place(f"{self.resource}{suffix}", self.namespace, self.name)

    def target(self, query: Mapping[str, str] | None = None) -> str:
        """The path and the query; what is empty in the query is left out."""
        resource = self.resource
        root = ["apis", resource.group] if resource.group else ["api"]
        inside = ["namespaces", self.namespace] if self.namespace else []
        tail = [each for each in (self.name, self.subresource) if each]
        path = "/".join(_segment(each) for each in [*root, resource.version, *inside])
        path = "/".join([path, resource.plural, *map(_segment, tail)])
        asked = {key: value for key, value in (query or {}).items() if value}
        return f"/{path}?{urlencode(asked)}" if asked else f"/{path}"


def object_at(resource: Resource, namespace: str, name: str, subresource: str = "") -> Address:
    """The address of one object: never that of all of them, whatever is missing."""
    _demand_namespace(resource, namespace, name)
    if name in WHOLE_SEGMENTS:
        raise ClusterError(400, "Invalid", f"a {resource.kind} is asked for without a name")
    return Address(resource, namespace if resource.namespaced else "", name, subresource)


def collection_for(resource: Resource, namespace: str) -> Address:
    """Where objects are created."""
    _demand_namespace(resource, namespace, "")
    return Address(resource, namespace if resource.namespaced else "")


def writing(
    method: str, at: Address, query: Mapping[str, str], body: Any, content_type: str = JSON
) -> Request:
    verb = VERBS[method]
    return Request(verb, method, at.target(query), at.place, orjson.dumps(body), content_type)


def _demand_namespace(resource: Resource, namespace: str, name: str) -> None:
    if resource.namespaced and not namespace:
        raise ClusterError(
            400, "Invalid", f"{resource.kind} {name}: this kind lives in a namespace, give one"
        )


def _segment(text: str) -> str:
    if text in WHOLE_SEGMENTS:
        raise ClusterError(400, "Invalid", f"{text!r} is no name")
    return quote(text, safe="")
