"""Objects of services in a cluster: made, replaced where they are their owner's, gone with it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from renderer.singleuser.server import (
    APPLY,
    CONFLICT,
    JSON_PATCH,
    MANAGER,
    NOT_FOUND,
    ClusterError,
    Request,
    Server,
    path_of,
)

_GONE_WITHIN = 30.0  # seconds
_POLL = 0.25

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Owner:
    """The object with which others go."""

    api_version: str
    kind: str
    name: str
    uid: str

    def owns(self, found: Manifest) -> bool:
        return any(each["uid"] == self.uid for each in _owners(found))

    def is_called_as_owner_of(self, found: Manifest) -> bool:
        """Whether the object is its own, or that of one before it, which is gone."""
        return any(
            (each["apiVersion"], each["kind"], each["name"])
            == (self.api_version, self.kind, self.name)
            for each in _owners(found)
        )

    def reference(self) -> dict[str, str]:
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": self.name,
            "uid": self.uid,
        }


class Objects:
    """Objects of one namespace, of whatever kind the cluster knows."""

    def __init__(self, server: Server, namespace: str) -> None:
        self._server = server
        self.namespace = namespace
        self._plurals = {("v1", "ConfigMap"): "configmaps"}

    def owner(self, name: str) -> Owner:
        """The ConfigMap of this name, which is made where there is none."""
        wanted = _config_map(name)
        for _ in self._patiently("making", wanted):
            found = self._made(wanted) or self._asked(wanted, "reading")
            if found is not None and not _is_going(found):
                return Owner("v1", "ConfigMap", name, found["metadata"]["uid"])
        raise AssertionError  # patience ends in an error of its own

    def put(self, manifest: Manifest, owner: Owner) -> Manifest:
        """The object as the server has it: made, or replaced where its owner owned it already.

        One that an owner of the same name has left is deleted first: the cluster would do so, too,
        at any moment. ClusterError where it is somebody else's, or of a kind that is not known.
        """
        metadata = manifest["metadata"]
        owners = [*(metadata.get("ownerReferences") or []), owner.reference()]
        whole = {**manifest, "metadata": {**metadata, "ownerReferences": owners}}
        for _ in self._patiently("making", whole):
            if (made := self._made(whole)) is not None:
                return made
            if (found := self._asked(whole, "reading")) is None:
                continue
            self._refuse_foreign(found, whole, owner)
            if not owner.owns(found) or _is_going(found):
                self._remove_this(found, whole)
            elif (replaced := self._replaced(found, whole)) is not None:
                return replaced
        raise AssertionError  # as above

    def remove_config_map(self, name: str) -> bool:
        """Delete it; what it owns goes with it. False where there is none."""
        options = {"propagationPolicy": "Background"}
        wanted = _config_map(name)
        return self._asked(wanted, "deleting", method="DELETE", body=options) is not None

    def _made(self, manifest: Manifest) -> Manifest | None:
        """The new object; None where one is there already."""
        request = Request(
            self._task("making", manifest),
            self._path(manifest, is_new=True),
            "POST",
            query={"fieldManager": MANAGER},
            body=dict(manifest),
            is_secret=_is_secret(manifest),
        )
        try:
            return self._server.ask(request)
        except ClusterError as error:
            if error.status == CONFLICT:
                return None
            raise

    def _replaced(self, found: Manifest, manifest: Manifest) -> Manifest | None:
        """What others have set stays; what the manifest no longer says goes.

        None where it is not what it was when it was found.
        """
        try:
            self._count_as_applied(found, manifest)
            return self._applied(found, manifest)
        except ClusterError as error:
            if error.status == CONFLICT:
                return None
            raise

    def _applied(self, found: Manifest, manifest: Manifest) -> Manifest | None:
        metadata = {**manifest["metadata"], "uid": found["metadata"]["uid"]}
        query = {"fieldManager": MANAGER, "force": "true"}
        body = orjson.dumps({**manifest, "metadata": metadata}).decode()
        parts = {"method": "PATCH", "query": query, "body": body, "content": APPLY}
        return self._asked(manifest, "replacing", **parts)

    def _count_as_applied(self, found: Manifest, manifest: Manifest) -> None:
        """Else the server would keep what was set when it was made and is said no longer."""
        metadata = found["metadata"]
        managed = metadata.get("managedFields") or []
        applied = [
            {**each, "operation": "Apply"} if _was_set_by_us(each) else each for each in managed
        ]
        if applied == managed:
            return
        changes = {"managedFields": applied, "resourceVersion": metadata["resourceVersion"]}
        body = [
            {"op": "replace", "path": f"/metadata/{field}", "value": value}
            for field, value in changes.items()
        ]
        self._asked(manifest, "replacing", method="PATCH", body=body, content=JSON_PATCH)

    def _remove_this(self, found: Manifest, manifest: Manifest) -> None:
        if not _is_going(found):
            only = {"preconditions": {"uid": found["metadata"]["uid"]}}
            body = {**only, "propagationPolicy": "Background"}
            self._asked(manifest, "deleting the former", method="DELETE", body=body)

    def _refuse_foreign(self, found: Manifest, manifest: Manifest, owner: Owner) -> None:
        if owner.is_called_as_owner_of(found):
            return
        whose = " and ".join(f"the {each['kind']} {each['name']}" for each in _owners(found))
        raise ClusterError(
            f"{self._task('replacing', manifest)}: it belongs to {whose or 'somebody else'}, not "
            f"to {owner.name}, and is left as it is"
        )

    def _asked(self, manifest: Manifest, doing: str, **parts: Any) -> Manifest | None:
        """The answer about an object; None where there is no such object."""
        task, path = self._task(doing, manifest), self._path(manifest)
        request = Request(task, path, is_secret=_is_secret(manifest), **parts)
        try:
            return self._server.ask(request)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def _task(self, doing: str, manifest: Manifest) -> str:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        return f'{doing} the {kind} "{name}" in the namespace "{self.namespace}"'

    def _path(self, manifest: Manifest, *, is_new: bool = False) -> str:
        name = () if is_new else (manifest["metadata"]["name"],)
        plural = self._plural(manifest["apiVersion"], manifest["kind"])
        return path_of(manifest["apiVersion"], "namespaces", self.namespace, plural, *name)

    def _plural(self, api_version: str, kind: str) -> str:
        """What the path of a kind calls it; asked once."""
        if (api_version, kind) not in self._plurals:
            self._plurals[api_version, kind] = self._asked_plural(api_version, kind)
        return self._plurals[api_version, kind]

    def _asked_plural(self, api_version: str, kind: str) -> str:
        task = f"looking for the kind {kind} of {api_version}"
        try:
            known = self._server.ask(Request(task, path_of(api_version))).get("resources") or []
        except ClusterError as error:
            if error.status != NOT_FOUND:
                raise
            known = []
        for each in known:
            if each["kind"] == kind and "/" not in each["name"]:
                if not each["namespaced"]:
                    raise ClusterError(f"{task}: it stands in no namespace, as services do")
                return str(each["name"])
        raise ClusterError(f"{task}: the cluster knows none; is its definition installed?")

    def _patiently(self, doing: str, manifest: Manifest) -> Iterator[None]:
        """Once, and again as long as it may take an object to go."""
        give_up = time.monotonic() + _GONE_WITHIN
        while time.monotonic() < give_up:
            yield
            time.sleep(_POLL)
        raise ClusterError(
            f"{self._task(doing, manifest)}: the former one is still being deleted, or changed by "
            f"others all the time, after {_GONE_WITHIN:.0f} seconds"
        )


def _config_map(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def _owners(found: Manifest) -> list[Manifest]:
    return found["metadata"].get("ownerReferences") or []


def _is_going(found: Manifest) -> bool:
    return "deletionTimestamp" in found["metadata"]


def _is_secret(manifest: Manifest) -> bool:
    return bool(manifest["kind"] == "Secret")


def _was_set_by_us(entry: Manifest) -> bool:
    """Whether it stands in managedFields for what we made, not for what we have applied since."""
    return (entry.get("manager"), entry.get("operation")) == (MANAGER, "Update")
