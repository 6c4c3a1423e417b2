"""Makes ready what the peers work with: trees, objects, values, charts and overlays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from bench.charts import (
    JSON,
    MERGE,
    write_helm_chart,
    write_jinja_chart,
    write_kustomize_base,
    write_kustomize_overlay,
)
from bench.pattern import pattern_of
from bench.tree import directory_of, place_of, write_tree
from renderer.bundle import KUSTOMIZATION
from renderer.destination import OutputDirectory
from renderer.rendering import Options, write
from renderer.sources import SourceTree
from renderer.yamlio import load_all

# The peers get ready objects and values of this many notebooks, over and over again.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Work:
    """The folder of a benchmark."""

    root: Path

    def tree(self, count: int) -> Path:
        return self.root / f"tree-{count}"

    @property
    def helm_chart(self) -> Path:
        return self.root / "helm"

    @property
    def jinja_chart(self) -> Path:
        return self.root / "jinja"

    def overlay(self, patches: str, number: int) -> Path:
        return self.root / patches / str(number)

    def helm_values(self, number: int) -> Path:
        return self.root / "helm-values" / f"{number}.json"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def bundles(self) -> list[dict[str, Any]]:
        """For each notebook its objects, by the name of their file."""
        found: list[dict[str, Any]] = json.loads((self.root / "bundles.json").read_bytes())
        return found

    def values(self) -> list[dict[str, Any]]:
        """For each notebook the values of the charts, and the file each template makes."""
        found: list[dict[str, Any]] = json.loads((self.root / "values.json").read_bytes())
        return found

    def namespaces(self) -> dict[str, str]:
        """The files that are not of a notebook: every peer writes them as they stand."""
        found: dict[str, str] = json.loads((self.root / "namespaces.json").read_bytes())
        return found


def prepare(root: Path, counts: Sequence[int], samples: int) -> Work:
    """Everything for these numbers of notebooks, and single processes for some."""
    work = Work(root)
    for count in counts:
        write_tree(work.tree(count), count)
    many = min(max(counts), MOST)
    write_tree(work.tree(many), many)
    out = root / "rendered"
    write(SourceTree(work.tree(many)), OutputDirectory(out), Options(remember=False))
    with Pool() as pool:
        bundles = pool.map(_read, [out / directory_of(i) for i in range(many)])
    _keep(root / "bundles.json", bundles)
    namespaces = {
        str(path.relative_to(out)): path.read_text()
        for path in (out / "namespaces").rglob("*.yaml")
    }
    _keep(root / "namespaces.json", namespaces)
    shutil.rmtree(out)
    _charts(work, bundles, min(samples, many))
    return work


def key_of(name: str) -> str:
    """The name of a file without what differs between notebooks."""
    return "controllerrevision" if name.startswith("controllerrevision-") else Path(name).stem


def _charts(work: Work, bundles: list[dict[str, Any]], samples: int) -> None:
    keyed = [{key_of(name): value for name, value in bundle.items()} for bundle in bundles]
    places = [place_of(number) for number in range(len(bundles))]
    known = {
        "namespace": [namespace for namespace, _ in places],
        "name": [name for _, name in places],
        "revision": [_revision(bundle) for bundle in keyed],
        "owner": [bundle["notebook"]["spec"]["owner"] for bundle in keyed],
    }
    pattern = pattern_of(keyed, known)
    write_helm_chart(work.helm_chart, pattern)
    write_jinja_chart(work.jinja_chart, pattern)
    values = []
    for number, bundle in enumerate(bundles):
        files = {key_of(name): name for name in bundle}
        values.append({"values": pattern.values(number), "files": files})
    _keep(work.root / "values.json", values)
    work.helm_values(0).parent.mkdir()
    bare = [{k: v for k, v in b.items() if k != Path(KUSTOMIZATION).stem} for b in keyed]
    write_kustomize_base(work.root / "base", bare[0])
    for number in range(samples):
        _keep(work.helm_values(number), values[number]["values"])
        for patches in (MERGE, JSON):
            folder = work.overlay(patches, number)
            write_kustomize_overlay(folder, bare[0], bare[number], patches)


def _revision(bundle: Mapping[str, Any]) -> str:
    name: str = bundle["controllerrevision"]["metadata"]["name"]
    return name.rpartition("-")[2]


def _read(folder: Path) -> dict[str, Any]:
    return {
        path.name: load_all(path.read_bytes(), path.name)[0].value
        for path in sorted(folder.iterdir())
    }


def _keep(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
