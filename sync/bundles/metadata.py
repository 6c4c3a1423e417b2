"""What a bundle's metadata must not hold: it is the cluster's, another tool's or the agent's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sync.bundles.model import RUNS, WITH_NOTEBOOK
from sync.policy import Conflicts

_RENDERED = frozenset(("name", "namespace", "labels", "annotations"))
_OURS = (
    "jackhoman.dev/agent",
    "jackhoman.dev/copied-from",
    "jackhoman.dev/copy",
    "jackhoman.dev/namespace-bundle",
)
_OTHERS = (
    "argocd.argoproj.io/instance",
    "argocd.argoproj.io/tracking-id",
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
)
_OTHERS_PREFIXES = ("applyset.kubernetes.io/", "meta.helm.sh/")
_SETTINGS = {
    "jackhoman.dev/conflicts": tuple(Conflicts),
    "jackhoman.dev/keep": ("true", "false"),
    "jackhoman.dev/suspend": ("true", "false"),
    RUNS: (WITH_NOTEBOOK,),
}
_SHOWN_LENGTH = 100


def wrong(metadata: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the metadata but for name and namespace."""
    for field in sorted(metadata.keys() - _RENDERED):
        yield f"metadata.{_shown(field)} is the cluster's to set: take it out"
    for where in ("labels", "annotations"):
        yield from _wrong_texts(f"metadata.{where}", metadata.get(where, {}))
    yield from _wrong_settings(metadata.get("annotations", {}))


def _wrong_texts(where: str, texts: Any) -> Iterator[str]:
    if not isinstance(texts, Mapping):
        yield f"{where} is no mapping"
        return
    for key, value in texts.items():
        if not isinstance(value, str):
            yield f"{where}: the value of {_shown(key)} is no text: quote it"
        if key in _OURS:
            yield f"{where}: {key} is the agent's own mark: take it out"
        elif key in _OTHERS or key.startswith(_OTHERS_PREFIXES):
            yield f"{where}: {_shown(key)} is another tool's mark: take it out"


def _wrong_settings(annotations: Any) -> Iterator[str]:
    if not isinstance(annotations, Mapping):
        return
    for key, allowed in _SETTINGS.items():
        if key in annotations and annotations[key] not in allowed:
            yield f"metadata.annotations: {key} must be one of {', '.join(allowed)}"


def _shown(key: str) -> str:
    """The key, cut and escaped to be safe in a message."""
    return json.dumps(key[:_SHOWN_LENGTH])[1:-1]
