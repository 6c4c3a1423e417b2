"""A story that is told twice: once undisturbed, and once with a fault in it."""

from __future__ import annotations

import json
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from controlplane.cluster import Cluster, namespace

from tests.sync.picture import Picture, picture
from tests.sync.program import Octavo, good
from tests.sync.tree import Tree

FEW = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A namespace, the bundles for it, the Secret that they need, and the program."""

    cluster: Cluster
    tree: Tree
    octavo: Octavo

    def begin(self, notebooks: int = FEW) -> None:
        """The first commit."""
        self.tree.put_namespace()
        for number in range(notebooks):
            self.tree.put(f"book-{number}")
        self.token("first")

    def go_on(self) -> None:
        """The second: one is changed, one is gone, one is new, and the Secret is another."""
        self.go_on_in_git()
        self.token("second")

    def go_on_in_git(self) -> None:
        self.tree.put("book-0", image="base:2")
        self.tree.take("book-1")
        self.tree.put("book-new")

    def token(self, value: str) -> None:
        """What the Secret of the catalog holds now."""
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "token", "namespace": catalog_of(self.cluster)},
            "stringData": {"token": value},
        }
        flags = ("--force-conflicts", f"--namespace={catalog_of(self.cluster)}")
        self.cluster.apply(json.dumps(secret), *flags, manager="catalog")

    def picture(self) -> Picture:
        return picture(self.cluster)

    def through(self, kubeconfig: Path, *words: str) -> Octavo:
        return self.octavo.through(kubeconfig).adding(*words)


def catalog_of(cluster: Cluster) -> str:
    return f"{cluster.namespace}-catalog"


def built(cluster: Cluster, folder: Path) -> Scene:
    """The scene in a namespace that is there already."""
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(catalog_of(cluster))))
    tree = Tree(folder / "rendered", cluster.namespace, (catalog_of(cluster), "token"))
    ours = (f"--namespaces={cluster.namespace}", f"--agent={cluster.namespace}")
    words = (*ours, f"--from={tree.root}", "--deadline=20", "--patience=5")
    return Scene(cluster, tree, Octavo(cluster.kubeconfig, folder / "cache", words))


def forgotten(cluster: Cluster) -> None:
    cluster.kubectl("delete", "namespace", catalog_of(cluster), "--wait=false")


@pytest.fixture
def scene(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> Iterator[Scene]:
    assert notebook_crd
    yield built(cluster, tmp_path)
    forgotten(cluster)


@pytest.fixture(scope="session")
def undisturbed(
    control_plane: Cluster, notebook_crd: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Picture]]:
    """How a namespace looks after both commits, or the first, when nothing goes wrong."""
    assert notebook_crd
    told: dict[tuple[int, bool], Picture] = {}
    made: list[Cluster] = []

    def at_the_end(notebooks: int = FEW, *, second: bool = True) -> Picture:
        if (notebooks, second) not in told:
            name = f"test-{uuid.uuid4().hex[:12]}"
            own = replace(control_plane, namespace=name)
            own.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
            made.append(own)
            scene = built(own, tmp_path_factory.mktemp("undisturbed"))
            told.update(_told(scene, notebooks))
        return told[notebooks, second]

    yield at_the_end
    for each in made:
        each.kubectl("delete", "namespace", each.namespace, "--wait=false")
        forgotten(each)


def _told(scene: Scene, notebooks: int) -> Iterator[tuple[tuple[int, bool], Picture]]:
    scene.begin(notebooks)
    good(scene.octavo.sync())
    yield (notebooks, False), scene.picture()
    scene.go_on()
    good(scene.octavo.sync())
    told = scene.picture()
    assert_as_git_says(told, notebooks)
    yield (notebooks, True), told


def assert_as_git_says(told: Picture, notebooks: int) -> None:
    """The measure itself: what is compared with it could be wrong in the same way."""
    books = {"book-0", "book-new", *(f"book-{each}" for each in range(2, notebooks))}
    assert {name for name in told if name.startswith("StatefulSet/")} == {
        f"StatefulSet/{each}" for each in books
    }
    left = [name for name in told if f"{name}-".partition("/")[2].startswith("book-1-")]
    assert left == ["PersistentVolumeClaim/book-1-home"]
    (container,) = told["StatefulSet/book-0"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "base:2"
    token = told["Secret/token"]
    assert b64decode(token["data"]["token"]) == b"second"
    owners = {each["uid"] for each in token["metadata"]["ownerReferences"]}
    assert owners == {f"{each}-rev-a" for each in books}
