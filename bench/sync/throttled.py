"""A server that throttles: octavo slows down, and what stands there afterwards is the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sync import plane, tree
from bench.sync.plane import Plane
from bench.sync.programs import Programs

FEW = ("--max-requests-inflight=3", "--max-mutating-requests-inflight=2")
WAYS: Mapping[str, tuple[str, ...]] = {
    "429 with Retry-After": ("--enable-priority-and-fairness=false", *FEW),
    "priority and fairness": FEW,
}
MOST = 200
# Whoever is in system:masters is never throttled.
ADMIN = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: anything
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
"""
KINDS = (
    "namespaces,notebooks,controllerrevisions,serviceaccounts,roles,rolebindings,services,"
    "statefulsets"
)
# What a server chooses: never the same twice.
CHOSEN = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink")
# Old and new servers count refusals under other names; the queues have a counter of their own.
REFUSED = re.compile(
    r"^apiserver_(?:dropped_requests_total|flowcontrol_rejected_requests_total"
    r'|request_terminations_total\{code="429")[^}]*\} (\S+)$',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Throttled:
    """One way to throttle: seconds, refusals, and how many objects are not as they should be."""

    way: str
    objects: int
    wall: float
    refused: int
    different: int
    missing: int


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and with what; `plane` is the server that does not throttle."""

    plane: Plane
    programs: Programs
    folder: Path
    say: Callable[[str], None]

    def run(self, bundles: Path) -> tuple[float, list[Throttled]]:
        """Seconds without, and each way with throttling."""
        self.say("throttled servers")
        self.plane.forget()
        free = self.programs.sync(self.plane.kubeconfig, bundles).wall
        wanted = standing(self.plane)
        self.say(f"  not throttled: {free:.2f} s")
        return free, [self._one(way, bundles, wanted) for way in WAYS]

    def _one(self, way: str, bundles: Path, wanted: Mapping[str, Any]) -> Throttled:
        folder = self.folder / way.replace(" ", "-")
        with plane.running(folder, WAYS[way]) as busy:
            account = busy.cluster.as_service_account("agent", ADMIN)
            wall = self.programs.sync(account, bundles).wall
            found = standing(busy)
            refused = refusals(busy.metrics())
        different = sum(found[each] != wanted[each] for each in found.keys() & wanted.keys())
        missing = len(found.keys() ^ wanted.keys())
        self.say(f"  {way}: {wall:.2f} s, {refused:,} refusals")
        self.say(f"    {different} objects are different, {missing} are missing or too many")
        return Throttled(way, len(wanted), wall, refused, different, missing)


def refusals(metrics: str) -> int:
    """How many requests a server turned away, by its own count."""
    return int(sum(map(float, REFUSED.findall(metrics))))


def standing(where: Plane) -> dict[str, Any]:
    """Every object of ours, without what the server chose."""
    words = ("get", KINDS, "--all-namespaces", "--output=json")
    listed = json.loads(where.cluster.kubectl(*words))["items"]
    return {_name(each): _without_choices(each) for each in listed if _is_ours(each)}


def _is_ours(obj: Mapping[str, Any]) -> bool:
    meta = obj["metadata"]
    return str(meta.get("namespace", meta["name"])).startswith(plane.OURS)


def _name(obj: Mapping[str, Any]) -> str:
    meta = obj["metadata"]
    return f"{obj['kind']} {meta.get('namespace', '')}/{meta['name']}"


def _without_choices(obj: Mapping[str, Any]) -> dict[str, Any]:
    meta = {key: value for key, value in obj["metadata"].items() if key not in CHOSEN}
    owners = [{**each, "uid": ""} for each in meta.pop("ownerReferences", ())]
    spec = obj.get("spec")
    if isinstance(spec, dict):
        spec = {key: value for key, value in spec.items() if key not in {"clusterIP", "clusterIPs"}}
    return {**obj, "metadata": {**meta, "ownerReferences": owners}, "spec": spec, "status": None}


def few(folder: Path, count: int) -> Path:
    """The bundles for it."""
    return tree.render(folder, min(count, MOST))
