"""An object as it may be shown: without the server's own fields, and without what is secret."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from sync.diffs.change import Change
from sync.objects import Object

NOISE = frozenset({
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
})
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
OURS = "jackhoman.dev/"
# Of a Secret only this is shown. Whatever else tools leave there may hold a copy of its data.
PLAIN_OF_SECRET = frozenset({"apiVersion", "immutable", "kind", "metadata", "type"})
PLAIN_METADATA_OF_SECRET = frozenset({
    "annotations",
    "deletionTimestamp",
    "finalizers",
    "labels",
    "name",
    "namespace",
    "ownerReferences",
})


@dataclass(frozen=True, slots=True)
class Hidden:
    """Stands for a value that is not shown; two are equal if what they stand for is."""

    side: str

    def __str__(self) -> str:
        return "(hidden)"


def shown(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both versions as they may be shown; nothing where there is none."""
    before, after = _clean(change.before or {}), _clean(change.after or {})
    secret = "Secret" in {change.key.kind, str(before.get("kind")), str(after.get("kind"))}
    return _Veil("before", secret)(before, after), _Veil("after", secret)(after, before)


def _clean(obj: Object) -> dict[str, Any]:
    clean = {key: value for key, value in obj.items() if key != "status"}
    meta = clean.get("metadata")
    if isinstance(meta, Mapping):
        clean["metadata"] = {key: value for key, value in meta.items() if key not in NOISE}
    return clean


@dataclass(frozen=True, slots=True)
class _Veil:
    """Covers one version of an object, so that it can still be told from the other."""

    side: str
    secret: bool

    def __call__(self, obj: Object, other: Object) -> dict[str, Any]:
        covered = self._all_but(PLAIN_OF_SECRET if self.secret else obj.keys(), obj, other)
        meta = obj.get("metadata")
        if isinstance(meta, Mapping):
            covered["metadata"] = self._metadata(meta, _mapping(other.get("metadata")))
        return covered

    def _metadata(self, meta: Object, other: Object) -> dict[str, Any]:
        covered = self._all_but(PLAIN_METADATA_OF_SECRET if self.secret else meta, meta, other)
        notes = meta.get("annotations")
        if isinstance(notes, Mapping):
            plain = {key for key in notes if self._shows(key)}
            covered["annotations"] = self._all_but(plain, notes, _mapping(other.get("annotations")))
        elif notes is not None:
            covered["annotations"] = self._cover(notes, other.get("annotations"))
        return covered

    def _shows(self, annotation: str) -> bool:
        return annotation.startswith(OURS) if self.secret else annotation != LAST_APPLIED

    def _all_but(self, plain: Container[str], values: Object, others: Object) -> dict[str, Any]:
        return {
            key: value if key in plain else self._cover(value, others.get(key))
            for key, value in values.items()
        }

    def _cover(self, value: Any, other: Any) -> Any:
        """Names stay, one level of them; values go."""
        if isinstance(value, Mapping):
            theirs = _mapping(other)
            return {key: self._hidden(child, theirs.get(key)) for key, child in value.items()}
        return self._hidden(value, other)

    def _hidden(self, value: Any, other: Any) -> Hidden:
        return Hidden("both" if value == other else self.side)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
