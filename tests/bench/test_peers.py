import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.peers import PEERS
from bench.prepare import Work, prepare
from bench.tree import directory_of, notebook_text, write_tree
from renderer.yamlio import load_all

COUNT = 7
SINGLES = 2
WHOLE = ["octavo", "octavo-cores", "octavo-again", "floor", "helm", "naive"]
EACH_A_PROCESS = ["kustomize", "kustomize-json", "helm-template"]
NEEDS = {"helm": "helm_python", "naive": "yaml"}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return prepare(tmp_path_factory.mktemp("bench"), [COUNT], SINGLES)


@pytest.fixture(scope="module")
def wanted(work: Work) -> list[dict[str, Any]]:
    PEERS["octavo"](work, COUNT)()
    found = [objects_of(work.out / directory_of(number)) for number in range(COUNT)]
    shutil.rmtree(work.out)
    return found


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture(autouse=True)
def _fresh_output(work: Work) -> Iterator[None]:
    yield
    shutil.rmtree(work.out, ignore_errors=True)


def objects_of(folder: Path) -> dict[str, Any]:
    """The objects of a folder, however its files are called."""
    documents = [
        document.value
        for path in folder.rglob("*.yaml")
        for document in load_all(path.read_bytes(), path.name)
    ]
    return {f"{d['kind']} {d.get('metadata', {}).get('name')}": d for d in documents if d}


def skip_without(peer: str) -> None:
    if peer in NEEDS and importlib.util.find_spec(NEEDS[peer]) is None:
        pytest.skip(f"{NEEDS[peer]} is not installed")
    if peer.startswith("kustomize") and shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl")
    if peer == "helm-template" and not os.environ.get("HELM"):
        pytest.skip("HELM names no helm program")


@pytest.mark.parametrize("peer", WHOLE)
def test_every_peer_writes_the_same_objects_in_as_many_files(
    peer: str, work: Work, wanted: list[dict[str, Any]]
) -> None:
    skip_without(peer)
    PEERS[peer](work, COUNT)()
    for number, objects in enumerate(wanted):
        folder = work.out / directory_of(number)
        assert objects_of(folder) == objects
        assert len(list(folder.iterdir())) == len(objects)
    assert len(list((work.out / "namespaces").rglob("*.yaml"))) == len(work.namespaces())


@pytest.mark.parametrize("peer", EACH_A_PROCESS)
def test_programs_write_the_same_objects(
    peer: str, work: Work, wanted: list[dict[str, Any]]
) -> None:
    skip_without(peer)
    PEERS[peer](work, SINGLES)()
    for number in range(SINGLES):
        found = objects_of(work.out / directory_of(number))
        assert without_list(found) == without_list(wanted[number])


def without_list(objects: dict[str, Any]) -> dict[str, Any]:
    """The objects without the list of them, which kustomize takes and does not give."""
    return {name: value for name, value in objects.items() if value["kind"] != "Kustomization"}


def test_the_floor_writes_the_same_bytes(work: Work) -> None:
    PEERS["octavo"](work, COUNT)()
    wanted = bytes_of(work.out)
    shutil.rmtree(work.out)
    PEERS["floor"](work, COUNT)()
    assert bytes_of(work.out) == wanted
    assert len(wanted) > COUNT * 10


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_tree_is_the_same_every_time(tmp_path: Path) -> None:
    write_tree(tmp_path / "one", COUNT)
    write_tree(tmp_path / "two", COUNT)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert len({notebook_text(number) for number in range(COUNT)}) == COUNT
