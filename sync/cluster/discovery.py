"""Which kinds the server serves, and how: asked once, remembered until told to forget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sync.cluster.model import Resource
from sync.cluster.refusals import NOT_SERVED
from sync.cluster.request import Place, Request, reading
from sync.errors import ClusterError
from sync.objects import GroupKind, group_of

ASK_AGAIN_AFTER = 1.0
CORE_VERSIONS = ("v1",)

Found = TypeVar("Found")


class Discovery:
    """Safe to use from many threads: each path is asked for by one of them."""

    def __init__(self, ask: Callable[[Request], dict[str, Any]]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._memory: dict[str, Remembered] = {}
        self._meant: Mapping[GroupKind, str] = {}

    def prefer(self, versions: Mapping[GroupKind, str]) -> None:
        """Speak of these kinds in these versions, where they are served and no other is asked for.

        An object reads otherwise in another version than in the one that it is applied in.
        """
        self._meant = dict(versions)

    def find(self, group_kind: GroupKind, version: str | None = None) -> Resource | None:
        """None where the group, the version or the kind is not installed.

        Without a version it is the first of the group's, the preferred one before the others,
        that has the kind: what we prefer before what the server does.
        """
        group, kind = group_kind
        versions = (version,) if version else self._versions(group)
        if self._meant.get(group_kind) in versions:
            versions = (self._meant[group_kind], *versions)
        for each in versions:
            path = f"/apis/{group}/{each}" if group else f"/api/{each}"
            found = self._remember(path, _resources, kind)
            if found is not None:
                return found
        return None

    def forget(self) -> None:
        """Ask anew: something may have been installed or removed."""
        with self._lock:
            self._memory = {}

    def _versions(self, group: str) -> tuple[str, ...]:
        if not group:
            return CORE_VERSIONS
        return self._remember("/apis", _groups, group) or ()

    def _remember(
        self,
        path: str,
        understand: Callable[[Mapping[str, Any]], dict[str, Found]],
        wanted: str,
    ) -> Found | None:
        """What is missing in an answer is asked for again after a moment."""
        with self._lock:
            entry = self._memory.setdefault(path, Remembered())
        with entry.lock:
            if wanted not in entry.value and time.monotonic() >= entry.good_until:
                entry.value = understand(self._answer(path))
                entry.good_until = time.monotonic() + ASK_AGAIN_AFTER
            found: Found | None = entry.value.get(wanted)
            return found

    def _answer(self, path: str) -> Mapping[str, Any]:
        try:
            return self._ask(reading("discover", path, Place(path)))
        except ClusterError as error:
            if error.reason in {NOT_SERVED, "NotFound"} and path != "/apis":
                return {"kind": "APIResourceList", "resources": []}
            raise


class Remembered:
    """One path's answer; the lock is held by whoever asks for it."""

    __slots__ = ("good_until", "lock", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: Mapping[str, Any] = {}
        self.good_until = 0.0


def _groups(answer: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    _demand(answer, "APIGroupList", "groups")
    return {each["name"]: _ordered(each) for each in answer["groups"]}


def _ordered(group: Mapping[str, Any]) -> tuple[str, ...]:
    preferred = (group.get("preferredVersion") or {}).get("version", "")
    versions = [each["version"] for each in group["versions"]]
    return tuple(sorted(versions, key=lambda each: each != preferred))


def _resources(answer: Mapping[str, Any]) -> dict[str, Resource]:
    _demand(answer, "APIResourceList", "resources")
    where = str(answer.get("groupVersion", ""))
    version = where.rpartition("/")[2]
    return {
        each["kind"]: Resource(
            group_of(where),
            version,
            each["kind"],
            each["name"],
            bool(each["namespaced"]),
        )
        for each in answer["resources"]
        if "/" not in each["name"]
    }


def _demand(answer: Mapping[str, Any], kind: str, field: str) -> None:
    if answer.get("kind") != kind or not isinstance(answer.get(field), list):
        raise ClusterError(0, "BadAnswer", f"discovery: the server sent something else than {kind}")
