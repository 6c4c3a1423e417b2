"""One notebook as the renderer makes it, in a namespace of a test, and the program beside it."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from controlplane.audit import Recording, Request
from controlplane.cluster import Cluster

from sync.policy import DEFAULT_KINDS
from tests.sync.program import Done, Octavo, ended, good
from tests.sync.rendered import document, render
from tests.sync.tree import Tree

Object = dict[str, Any]
Objects = dict[str, Object]
PLACE = "research"
NAME = "churn"
SETTINGS = """
routing: {kind: ROUTE, host: notebooks.example.com, gateway: web/public}
namespaces: {create: false}
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """A namespace, one notebook's objects that a test may change, and `octavo`."""

    cluster: Cluster
    tree: Tree
    octavo: Octavo
    flags: tuple[str, ...]
    objects: Objects

    def commit(self) -> None:
        """Write the objects as they are now."""
        self.tree.write(f"notebooks/{self.cluster.namespace}/{NAME}", self.objects)

    def sync(self, *words: str) -> Done:
        return self._run("sync", "--once", "--patience=5", *self.flags, *words)

    def diff(self, *words: str) -> Done:
        return self._run("diff", *self.flags, *words)

    def adding(self, *flags: str) -> Desk:
        return replace(self, flags=(*self.flags, *flags))

    def _run(self, *words: str) -> Done:
        with self.octavo.running(*words) as process:
            return ended(process)

    def begin(self, *words: str) -> None:
        """The first commit, in the cluster."""
        self.commit()
        good(self.sync(*words))

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """What the program asks of this namespace, and not what controllers ask."""
        namespace = self.cluster.namespace
        with self.cluster.recording(user_agent="octavo", namespace=namespace) as recording:
            yield recording

    def settled(self, *words: str) -> list[Request]:
        """The dry runs of a sync that finds all as it should be, and so writes nothing."""
        with self.recording() as recording:
            good(self.sync(*words))
        assert recording.requests(), "nothing was recorded"
        assert recording.writes() == []
        return recording.dry_runs()

    def forgetful(self, folder: Path) -> Desk:
        """The same with an empty cache."""
        return replace(self, octavo=replace(self.octavo, cache=folder))

    def live(self, kind: str, name: str = NAME) -> Mapping[str, Any]:
        """An object that is there."""
        found = self.cluster.get(kind, name)
        assert found is not None, f"no {kind} {name}"
        return found

    def patch(self, kind: str, name: str, patch: Any, *words: str, how: str = "merge") -> None:
        """As a user does it."""
        text = json.dumps(patch)
        self.cluster.kubectl("patch", kind, name, f"--type={how}", f"--patch={text}", *words)


def desk_in(cluster: Cluster, folder: Path, route: str = "none") -> Desk:
    tree = Tree(folder / "rendered", cluster.namespace)
    ours = (f"--namespaces={cluster.namespace}", f"--agent={cluster.namespace}")
    flags = (*ours, f"--from={tree.root}", "--deadline=20")
    octavo = Octavo(cluster.kubeconfig, folder / "cache")
    return Desk(cluster, tree, octavo, flags, objects_in(cluster.namespace, route))


def objects_in(namespace: str, route: str = "none") -> Objects:
    """The rendered objects, by file, in the order of applying."""
    found: Objects = copy.deepcopy(json.loads(_rendered(route).replace(PLACE, namespace)))
    return found


@cache
def _rendered(route: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        bundle = render(Path(folder), SETTINGS.replace("ROUTE", route)) / "notebooks" / PLACE / NAME
        listing = document(bundle / "kustomization.yaml")
        return json.dumps({
            file.removesuffix(".yaml"): document(bundle / file) for file in listing["resources"]
        })


def known(*more: str) -> str:
    """The flag for kinds besides the default ones."""
    return f"--kinds={','.join([*map(str, sorted(DEFAULT_KINDS)), *more])}"
