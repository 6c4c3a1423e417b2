"""Trees whose bundles somebody consumes, and what is rendered from them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.rendering import Options, Summary
from renderer.sources import SourceTree
from renderer.yamlio import load_all
from tests.sync.rendered import TEMPLATE

SAMPLE = Path(__file__).parents[2]
ROUTES = ("none", "istio", "gateway", "ingress", "ambassador")
URL = "https://git.example.com/notebooks/rendered.git"
REPOSITORY = f"repository: {{url: '{URL}', branch: rendered, path: clusters/eu}}"
BOTH = f"consumers: {{{REPOSITORY}, argocd: {{}}, flux: {{}}}}\n"
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: NAME, namespace: SPACE}
spec:
  owner: alice@example.com
  sharing: [{name: bob, access: view}, {name: carol, access: edit}]
  templateRef: {name: base, namespace: kubeflow}
"""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trees:
    """A source tree that a test writes, and the place that it is rendered to."""

    root: Path
    place: str = "rendered"

    @property
    def out(self) -> Path:
        return self.root / self.place

    def settings(self, text: str) -> None:
        (self.root / "octavo.yaml").write_text(text, encoding="utf-8")

    def notebook(self, space: str, name: str) -> Path:
        file = self.root / "notebooks" / space / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(NOTEBOOK.replace("NAME", f'"{name}"').replace("SPACE", space), "utf-8")
        return file

    def render(self, *, allow_empty: bool = False, remember: bool = False) -> Summary:
        options = Options(jobs=1, remember=remember, allow_empty=allow_empty)
        return rendering.write(SourceTree(self.root), OutputDirectory(self.out), options)

    def directories(self) -> list[str]:
        """Of all bundles."""
        listings = self.out.rglob("kustomization.yaml")
        return sorted(str(each.parent.relative_to(self.out)) for each in listings)

    def objects(self, directory: str) -> list[Object]:
        """What kustomize would take from a directory, in its order."""
        folder = self.out / directory
        return [read(folder / name) for name in read(folder / "kustomization.yaml")["resources"]]

    def found(self, directory: str, kind: str) -> Object:
        """The only one of its kind there."""
        (only,) = [each for each in self.objects(directory) if each["kind"] == kind]
        return only

    def everything(self) -> Iterator[tuple[str, Object]]:
        for directory in self.directories():
            for each in self.objects(directory):
                yield directory, each


def begin(root: Path, settings: str = BOTH) -> Trees:
    """A tree with a catalog and no notebook."""
    tree = Trees(root)
    (root / "catalog").mkdir()
    (root / "catalog/base.yaml").write_text(TEMPLATE, encoding="utf-8")
    (root / "notebooks").mkdir()
    tree.settings(settings)
    return tree


def sample(root: Path, route: str = "istio", consumers: str = BOTH) -> Trees:
    """The sample tree of the project, reached by another route, with consumers."""
    for name in ("catalog", "notebooks"):
        shutil.copytree(SAMPLE / name, root / name)
    text = (SAMPLE / "octavo.yaml").read_text(encoding="utf-8")
    assert "kind: istio" in text
    tree = Trees(root)
    tree.settings(f"{text.replace('kind: istio', f'kind: {route}')}\n{consumers}")
    return tree


def read(file: Path) -> Any:
    (document,) = load_all(file.read_bytes(), file.name)
    return document.value
