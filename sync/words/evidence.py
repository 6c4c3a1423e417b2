"""What pods, claims and events say, whatever is missing in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.objects import Object, metadata

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, newest first."""

    events: tuple[Object, ...]

    def told(self, kind: str, name: str, *reasons: str) -> Iterator[str]:
        """What was said of an object for one of these reasons."""
        for event in self.events:
            about = event.get("involvedObject") or event.get("regarding") or {}
            if (about.get("kind"), about.get("name")) != (kind, name):
                continue
            if event.get("reason") in reasons:
                yield event.get("message") or event.get("note") or ""


def story(events: Iterable[Object]) -> Story:
    return Story(tuple(sorted(events, key=_when, reverse=True)))


def _when(event: Object) -> str:
    """When it was last seen; the times of the API sort as text."""
    series = event.get("series") or {}
    times = (
        series.get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        metadata(event).get("creationTimestamp"),
    )
    return next((each[:19] for each in times if each), "")


def name_of(obj: Object) -> str:
    return str(metadata(obj).get("name", ""))


def status_of(obj: Object) -> Part:
    return obj.get("status") or {}


def node_of(pod: Object) -> str:
    return str((pod.get("spec") or {}).get("nodeName") or "")


def condition(obj: Object, kind: str) -> Part:
    found = (each for each in status_of(obj).get("conditions") or () if each.get("type") == kind)
    return next(found, {})


def containers(pod: Object) -> Sequence[Part]:
    """The statuses of its containers, in the order in which they start."""
    status = status_of(pod)
    return [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]


def gates_of(pod: Object) -> Sequence[str]:
    """What must let it pass before a node is looked for."""
    return [each.get("name", "") for each in (pod.get("spec") or {}).get("schedulingGates") or ()]


def claims_of(pod: Object) -> Iterator[str]:
    """The names of the claims that it mounts."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        claim = volume.get("persistentVolumeClaim")
        if claim:
            yield claim.get("claimName", "")
