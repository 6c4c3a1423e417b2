"""The committed schemas of Kubernetes are what their generator makes, and it is hard to fool."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from renderer.schema.data import read

pytest.importorskip("kubernetes_validate", reason="the schemas are generated from its files")

generator = import_module("renderer.schemas.generate")
FILES = ("definitions.json", "merge.json")
LARGEST = 200_000
CORE = "io.k8s.api.core.v1"


@pytest.fixture(scope="module")
def generated() -> dict[str, bytes]:
    files: dict[str, bytes] = generator.generate(generator.installed())
    return files


def test_the_committed_files_are_up_to_date(generated: dict[str, bytes]) -> None:
    stale = [name for name in FILES if read(f"kubernetes/{name}") != generated[name]]
    assert not stale, "run: make schemas"


def test_the_files_are_small_and_nothing_else_is_generated(generated: dict[str, bytes]) -> None:
    assert sorted(generated) == sorted(FILES)
    assert sum(map(len, generated.values())) < LARGEST


def test_there_is_a_line_for_each_type(generated: dict[str, bytes]) -> None:
    for name, key in zip(FILES, ("definitions", "types"), strict=True):
        types = json.loads(generated[name])[key]
        lines = generated[name].splitlines()[-len(types) - 1 : -1]
        assert [line.split(b'"')[1].decode() for line in lines] == sorted(types)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Container.image": {"oneOf": []}}, r"not understood: \['oneOf'\]"),
        ({"PodSpec.volumes": {"x-kubernetes-patch-strategy": "replace"}}, r"\['replace'\]"),
        ({"Container.imagePullPolicy": {"description": "Always so"}}, "one word only: Always"),
    ],
)
def test_what_is_not_understood_stops_it(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    a_version(tmp_path, "v1.30.0-local", change)
    with pytest.raises(ValueError, match=problem):
        generator.generate(tmp_path)


def test_versions_that_disagree_on_merging_stop_it(tmp_path: Path) -> None:
    a_version(tmp_path, "v1.30.0-local", {})
    a_version(tmp_path, "v1.31.0-local", {"Container.ports": {"x-kubernetes-patch-merge-key": "x"}})
    with pytest.raises(ValueError, match=r"versions disagree on how Container\.ports merges"):
        generator.generate(tmp_path)


def test_a_type_is_told_again_only_where_it_changed(tmp_path: Path) -> None:
    a_version(tmp_path, "v1.29.0-local", {})
    a_version(tmp_path, "v1.30.0-local", {})
    a_version(tmp_path, "v1.31.0-local", {"Container.image": {"type": "integer"}})
    definitions = json.loads(generator.generate(tmp_path)["definitions.json"])["definitions"]
    changes = {name: [since for since, _ in history] for name, history in definitions.items()}
    assert changes.pop("Container") == ["1.29", "1.31"]
    assert {tuple(each) for each in changes.values()} == {("1.29",)}


def a_version(folder: Path, name: str, change: dict[str, Any]) -> None:
    """A version like the newest but for some properties."""
    newest = list(generator.folders(generator.installed()).values())[-1]
    schemas = json.loads((newest / "_definitions.json").read_bytes())
    for field, keywords in change.items():
        type_name, property_ = field.split(".")
        schemas["$defs"][f"{CORE}.{type_name}"]["properties"][property_].update(keywords)
    (folder / name).mkdir()
    (folder / name / "_definitions.json").write_text(json.dumps(schemas))
