"""What keeps a container from running: its image, its configuration, or how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sync.counts import counted
from sync.words.evidence import Part

PULLS = frozenset({
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RegistryUnavailable",
    "SignatureValidationFailed",
})
REFUSED = frozenset({
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "StartError",
})
OUT_OF_MEMORY = "OOMKilled"
NOT_FOUND = re.compile(r"\b(secret|configmap)s? \\?\"([^\"\\]+)\\?\" not found", re.IGNORECASE)
KINDS = {"secret": "Secret", "configmap": "ConfigMap"}


def troubles(statuses: Iterable[Part], pulling: str) -> Iterator[str]:
    """What is wrong with containers; `pulling` is what the node said of their images."""
    for status in statuses:
        state = status.get("state") or {}
        waiting = state.get("waiting") or {}
        reason, message = waiting.get("reason", ""), waiting.get("message") or ""
        ended = state.get("terminated") or (status.get("lastState") or {}).get("terminated")
        if reason in PULLS:
            yield _pull(status, pulling or message)
        elif reason in REFUSED:
            yield missing(message) or _unmade(status, message)
        elif ended and "running" not in state and not _is_done(ended):
            yield _end(status, ended)


def missing(message: str) -> str:
    """The same in words, where the message says that a Secret or a ConfigMap is missing."""
    found = NOT_FOUND.search(message)
    if found is None:
        return ""
    name = found[2].rpartition("/")[2]
    return (
        f"the {KINDS[found[1].lower()]} {name} is not in the namespace: it comes as a copy once"
        " its source exists, or somebody creates it"
    )


def _is_done(ended: Part) -> bool:
    """Init containers end, and well; so does one that is started again at once."""
    return ended.get("exitCode") == 0 and ended.get("reason") == "Completed"


def _pull(status: Part, message: str) -> str:
    because = f" ({message})" if message else ""
    return (
        f"the image {status.get('image', '')} of the container {status.get('name', '')} cannot be"
        f" pulled{because}: check its name, and that the cluster may read that registry"
    )


def _unmade(status: Part, message: str) -> str:
    because = message or "the node does not say why"
    return f"the container {status.get('name', '')} cannot be started: {because}"


def _end(status: Part, ended: Part) -> str:
    name, reason = status.get("name", ""), ended.get("reason") or "Error"
    code = ended.get("exitCode", "unknown")
    again = status.get("restartCount", 0)
    times = f", restarted {counted(again, 'time')}" if again else ""
    said = f"({reason}, exit code {code}{times})"
    if reason == OUT_OF_MEMORY:
        return (
            f"the container {name} took more memory than it may have and was killed {said}:"
            " choose a larger size"
        )
    return f"the container {name} stops as soon as it starts {said}: its log says why"
