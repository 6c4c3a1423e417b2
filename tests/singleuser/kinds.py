"""The three kinds of pods that a profile is applied to, and the JSON that each of them is."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import kubernetes.client
import kubernetes_asyncio.client

# Without the session that its constructor would open.
_ASYNCIO: Any = object.__new__(kubernetes_asyncio.client.ApiClient)

KINDS = ("dictionary", "kubernetes", "kubernetes_asyncio")


def pod_of(kind: str, manifest: dict[str, Any]) -> Any:
    """The manifest as a pod of this kind."""
    manifest = deepcopy(manifest)
    match kind:
        case "dictionary":
            return manifest
        case "kubernetes":
            return kubernetes.client.V1Pod.from_dict(manifest)
        case _:
            return _ASYNCIO._ApiClient__deserialize(manifest, "V1Pod")  # noqa: SLF001


def json_of(pod: Any) -> Any:
    """What the pod's own client would send."""
    if isinstance(pod, kubernetes_asyncio.client.V1Pod):
        return _ASYNCIO.sanitize_for_serialization(pod)
    client: Any = kubernetes.client.ApiClient()
    return client.sanitize_for_serialization(pod)
