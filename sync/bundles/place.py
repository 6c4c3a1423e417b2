"""Where a bundle is, and so what it may hold."""

from __future__ import annotations

from dataclasses import dataclass

from sync.bundles.names import is_name, is_namespace
from sync.errors import BundleError
from sync.policy import Policy


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of the source, taken apart; `name` is empty for a namespace's own bundle."""

    directory: str
    namespace: str
    name: str

    def file(self, name: str) -> str:
        return f"{self.directory}/{name}"


def place_of(directory: str, policy: Policy) -> Place:
    """The place; BundleError where nothing may be applied from it."""
    parts = directory.split("/")
    match parts:
        case ["notebooks", namespace, name] if is_namespace(namespace) and is_name(name):
            place = Place(directory, namespace, name)
        case ["namespaces", namespace] if is_namespace(namespace):
            place = Place(directory, namespace, "")
        case _:
            raise BundleError(
                f"{ascii(directory)[1:-1]}: a bundle is in notebooks/NAMESPACE/NAME or in "
                "namespaces/NAMESPACE, named as Kubernetes names things"
            )
    if not policy.allows_namespace(place.namespace):
        raise BundleError(
            f"{directory}: the namespace {place.namespace} is none that this agent may change"
        )
    return place
