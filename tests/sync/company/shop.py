"""One notebook, what runs with it, and the program that sees to both on a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from controlplane.audit import Recording

from tests.sync.program import Done, good
from tests.sync.prune.house import House, config_map, small

Object = dict[str, Any]
WITH = {"jackhoman.dev/runs": "with-notebook"}
NAME = "churn"
SPARK = "configmap/spark"
STOP, START = {"spec": {"stopped": True}}, {"spec": {"stopped": None}}


def with_notebook(obj: Mapping[str, Any], **annotations: str) -> Object:
    """The object, there only while its notebook runs."""
    more = {f"jackhoman.dev/{name}": value for name, value in annotations.items()}
    return {**obj, "metadata": {**obj["metadata"], "annotations": {**WITH, **more}}}


@dataclass(slots=True)
class Shop:
    """A house in which `churn` runs, with a ConfigMap in the place of a cluster of its own."""

    house: House
    company: list[Object] = field(default_factory=list)
    flags: tuple[str, ...] = ()

    # --- git

    def git(self, *more: Mapping[str, Any], stopped: bool = False, company: bool = True) -> None:
        """Write the bundle; what stops it, the renderer writes as well."""
        objects = [_running(each, stopped=stopped) for each in small(self.house.namespace, NAME)]
        self.house.write(NAME, [*objects, *(self.company if company else ()), *more])

    def spark(self, **annotations: str) -> Object:
        return with_notebook(config_map(self.house.namespace, "spark"), **annotations)

    # --- the program

    def sync(self, *words: str, **how: Any) -> Done:
        return self.house.sync(*self.flags, *words, **how)

    def fine(self, *words: str, **how: Any) -> Done:
        return good(self.sync(*words, **how))

    def diff(self) -> Done:
        return self.house.diff(*self.flags)

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        where = self.house.namespace
        with self.house.cluster.recording(user_agent="octavo", namespace=where) as recording:
            yield recording

    def rests(self, *words: str) -> None:
        """Nothing is to be done, and a diff says the same."""
        with self.recording() as recording:
            done = self.fine(*words)
        assert recording.requests(), "nothing was recorded"
        assert recording.writes() == []
        assert "nothing to do" in done.out
        assert "left alone" not in done.out
        shown = self.diff()
        assert (shown.code, shown.out) == (0, "nothing to do\n"), shown.said

    # --- the cluster

    def patch(self, reference: str, patch: Mapping[str, Any]) -> None:
        text = json.dumps(patch)
        self.house.cluster.kubectl("patch", reference, "--type=merge", f"--patch={text}")

    def owner(self, patch: Mapping[str, Any]) -> None:
        self.patch(f"notebook/{NAME}", patch)

    def scale(self, replicas: int) -> None:
        self.house.cluster.kubectl("scale", f"statefulset/{NAME}", f"--replicas={replicas}")

    def replicas(self) -> int:
        found: int = self.house.get(f"statefulset/{NAME}")["spec"]["replicas"]
        return found

    def stands(self, reference: str = SPARK) -> bool:
        (found,) = self.house.has(reference)
        return found

    def uid(self, reference: str = SPARK) -> str:
        (found,) = self.house.uids(reference)
        return found


def _running(obj: Object, *, stopped: bool) -> Object:
    """As the renderer says it: nothing of replicas while it is to run."""
    if obj["kind"] == "Notebook" and stopped:
        return {**obj, "spec": {**obj["spec"], "stopped": True}}
    if obj["kind"] == "StatefulSet" and not stopped:
        spec = {name: value for name, value in obj["spec"].items() if name != "replicas"}
        return {**obj, "spec": spec}
    return obj


def opened(house: House) -> Shop:
    shop = Shop(house)
    shop.company.append(shop.spark())
    shop.git()
    return shop
