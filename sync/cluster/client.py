"""What one may do to a cluster: the verbs, on plain objects. Nothing else talks HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from sync.cluster import lists, watches
from sync.cluster.discovery import Discovery
from sync.cluster.leash import Leash
from sync.cluster.lists import expired
from sync.cluster.model import Event, Page, Resource
from sync.cluster.refusals import NOT_SERVED
from sync.cluster.request import (
    APPLY,
    MERGE,
    STEPS,
    Address,
    Place,
    Request,
    collection_for,
    object_at,
    reading,
    writing,
)
from sync.cluster.sender import Sender
from sync.errors import ClusterError
from sync.marks import MANAGER, STATUS_MANAGER
from sync.objects import GroupKind, Key, Object, key_of, metadata

NOT_FOUND = 404
CONFLICT = 409
ANOTHER_UID = re.compile(r"UID in (the )?precondition", re.IGNORECASE)
HOME = Key("", "Namespace", "", "kube-system")


class Cluster:
    """One API server, as one identity. Safe to use from many threads."""

    def __init__(self, sender: Sender, leash: Leash, server: str) -> None:
        self.server = server
        self.resources = Discovery(sender.ask)
        self._sender = sender
        self._leash = leash

    def get(self, key: Key, version: str | None = None) -> dict[str, Any] | None:
        """None where there is no such object, or no such kind."""
        resource = self.resources.find(key.group_kind, version)
        if resource is None:
            return None
        at = object_at(resource, key.namespace, key.name)
        try:
            return self._ask(reading("get", at.target(), at.place))
        except ClusterError as error:
            if _absent(error):
                return None
            raise

    def list(  # noqa: PLR0913  as many ways to ask for less
        self,
        group_kind: GroupKind,
        namespace: str = "",
        selector: str = "",
        field_selector: str = "",
        *,
        metadata_only: bool = False,
        limit: int = 500,
        version: str | None = None,
    ) -> Iterator[Page]:
        """All of them, page by page; whatever goes wrong on the way is raised."""
        resource = self._resource(group_kind, version)
        query = {"labelSelector": selector, "fieldSelector": field_selector, "limit": str(limit)}
        address = Address(resource, namespace)
        return lists.pages(self._ask, address, query, metadata_only=metadata_only)

    def watch(
        self,
        group_kind: GroupKind,
        resource_version: str,
        selector: str = "",
        namespace: str = "",
        field_selector: str = "",
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """What happens after `resource_version`, until the connection ends or `stop` is set."""
        resource = self._resource(group_kind, None)
        address = Address(resource, namespace)
        query = watches.query(resource_version, selector, field_selector)
        request = reading("watch", address.target(query), address.place)
        try:
            stream = self._sender.stream(request)
        except ClusterError as error:
            if error.status == lists.GONE:
                raise expired(error) from error
            raise
        longest = float(query["timeoutSeconds"]) + watches.GRACE
        with closing(stream), self._leash.holding(stream.line, longest, stop):
            yield from watches.events(stream, resource)

    def apply(
        self, obj: Object, *, force: bool = False, dry_run: bool = False, manager: str = MANAGER
    ) -> dict[str, Any]:
        """Server-side apply; gives the object as the server has it now, or would have it."""
        at = self._place_of(obj)
        query = {
            "fieldManager": manager,
            "force": "true" if force else "",
            "dryRun": "All" if dry_run else "",
        }
        return self._ask(writing("PATCH", at, query, obj, APPLY))

    def merge_status(self, key: Key, patch: Object, version: str | None = None) -> dict[str, Any]:
        """A JSON merge patch of the status subresource."""
        resource = self._resource(key.group_kind, version)
        at = object_at(resource, key.namespace, key.name, "status")
        return self._ask(writing("PATCH", at, {"fieldManager": STATUS_MANAGER}, patch, MERGE))

    def json_patch(
        self, key: Key, operations: Sequence[Mapping[str, Any]], version: str | None = None
    ) -> dict[str, Any]:
        resource = self._resource(key.group_kind, version)
        at = object_at(resource, key.namespace, key.name)
        return self._ask(writing("PATCH", at, {"fieldManager": MANAGER}, operations, STEPS))

    def create(self, obj: Object, manager: str = MANAGER) -> dict[str, Any]:
        """Not sent again where it may have arrived: it would be refused, or made twice."""
        at = collection_for(self._served(obj), metadata(obj).get("namespace", ""))
        request = writing("POST", at, {"fieldManager": manager}, obj)
        return self._ask(replace(request, repeatable=False))

    def update(self, obj: Object, manager: str = MANAGER) -> dict[str, Any]:
        """Replace it, as of its resourceVersion: 409 where somebody was faster."""
        at = self._place_of(obj)
        return self._ask(writing("PUT", at, {"fieldManager": manager}, obj))

    def delete(self, key: Key, uid: str, propagation: str = "Background") -> bool:
        """False where it is gone already, or has made room for another of its name."""
        resource = self.resources.find(key.group_kind)
        if resource is None:
            return False
        at = object_at(resource, key.namespace, key.name)
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": uid},
            "propagationPolicy": propagation,
        }
        try:
            self._ask(writing("DELETE", at, {}, options))
        except ClusterError as error:
            if _absent(error) or _another(error):
                return False
            raise
        return True

    def identity(self) -> str:
        """The same for as long as the cluster is the same."""
        home = self.get(HOME)
        found = home["metadata"].get("uid") if home else None
        if not found:
            raise ClusterError(
                0, "BadAnswer", f"{self.server} has no namespace {HOME.name}; is it a cluster?"
            )
        return str(found)

    def version(self) -> str:
        answer = self._ask(reading("get", "/version", Place("/version")))
        return str(answer.get("gitVersion", ""))

    def close(self) -> None:
        """Watches end, waiting requests give up, connections are closed."""
        self._leash.close()
        self._sender.close()

    def _ask(self, request: Request) -> dict[str, Any]:
        try:
            return self._sender.ask(request)
        except ClusterError as error:
            if error.reason == NOT_SERVED:
                self.resources.forget()
            raise

    def _place_of(self, obj: Object) -> Address:
        key = key_of(obj)
        return object_at(self._served(obj), key.namespace, key.name)

    def _served(self, obj: Object) -> Resource:
        group, _, version = obj["apiVersion"].rpartition("/")
        return self._resource(GroupKind(group, obj["kind"]), version)

    def _resource(self, group_kind: GroupKind, version: str | None) -> Resource:
        found = self.resources.find(group_kind, version)
        if found is None:
            in_version = f" (version {version})" if version else ""
            said = f"the cluster has no kind {group_kind}{in_version}; install what defines it"
            raise ClusterError(NOT_FOUND, "NotInstalled", said)
        return found


def _absent(error: ClusterError) -> bool:
    return error.status == NOT_FOUND and error.reason in {"NotFound", NOT_SERVED}


def _another(error: ClusterError) -> bool:
    return error.status == CONFLICT and bool(ANOTHER_UID.search(error.message))
