"""Bundles of any number of notebooks, rendered by Octavo: seven objects each."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from renderer.bundle import KUSTOMIZATION
from renderer.destination import OutputDirectory
from renderer.rendering import Options, write
from renderer.sources import SourceTree

SOURCE = Path(__file__).parent / "source"
PER_NAMESPACE = 50
OBJECTS = 7
AREA = "notebooks"

NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: {name}
  namespace: {namespace}
spec:
  owner: {name}@example.com
  templateRef:
    name: jupyter
    namespace: kubeflow
"""


def place_of(number: int) -> tuple[str, str]:
    """The namespace and the name of a notebook."""
    return f"team-{number // PER_NAMESPACE:03d}", f"study-{number:05d}"


def directory_of(number: int) -> str:
    return "{}/{}/{}".format(AREA, *place_of(number))


def namespaces(count: int) -> int:
    return -(-count // PER_NAMESPACE)


def objects(count: int) -> int:
    """How many objects there are of so many notebooks: theirs, and their namespaces."""
    return count * OBJECTS + namespaces(count)


def render(folder: Path, count: int) -> Path:
    """Write the bundles of `count` notebooks below a folder."""
    tree, out = folder / f"tree-{count}", folder / f"bundles-{count}"
    shutil.copytree(SOURCE, tree)
    for number in range(count):
        namespace, name = place_of(number)
        path = tree / AREA / namespace / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NOTEBOOK.format(namespace=namespace, name=name), encoding="utf-8")
    write(SourceTree(tree), OutputDirectory(out), Options(remember=False))
    shutil.rmtree(tree)
    return out


def without_lists(bundles: Path, folder: Path, numbers: Iterable[int]) -> Path:
    """The same files for kubectl, namespaces first, without what is no object of a cluster."""
    leave = shutil.ignore_patterns(KUSTOMIZATION)
    for number in numbers:
        namespace, _ = place_of(number)
        for directory in (f"namespaces/{namespace}", directory_of(number)):
            shutil.copytree(
                bundles / directory, folder / directory, ignore=leave, dirs_exist_ok=True
            )
    return folder
