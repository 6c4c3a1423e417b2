"""Disks that are full or not to be written: what only saves time may be lost, nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from controlplane import faults
from controlplane.webhook import Rules, webhook

from tests.sync.faults import asked
from tests.sync.faults.conftest import Scene
from tests.sync.picture import Picture
from tests.sync.program import Octavo, good

Disk = Callable[[str], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A tiny one of a test's own."""
    mounted: list[Path] = []

    def made(size: str) -> Path:
        place = tmp_path / f"disk-{uuid4().hex[:6]}"
        place.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        if (
            os.geteuid()
            or not shutil.which("mount")
            or subprocess.run(words, check=False).returncode
        ):
            pytest.skip("a disk can be mounted by root only")
        mounted.append(place)
        return place

    yield made
    for each in mounted:
        subprocess.run(["umount", "--lazy", str(each)], check=True)


def fill(place: Path) -> None:
    """Not a byte is left, and not an inode's worth."""
    with (place / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def read_only(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


def contents(place: Path) -> dict[str, bytes]:
    """Every file's."""
    found = (each for each in place.rglob("*") if each.is_file())
    return {str(each.relative_to(place)): each.read_bytes() for each in found}


def rewriting(request: object) -> list[dict[str, str]]:
    """Makes the answer differ from what was sent, so that there is a thing to note."""
    assert request
    path = "/spec/template/spec/containers/0/image"
    return [{"op": "replace", "path": path, "value": "mirror.example.com/base:1"}]


@pytest.mark.parametrize("spoil", [fill, read_only], ids=["full", "read-only"])
def test_without_a_place_for_notes_the_sync_works(
    scene: Scene, disk: Disk, spoil: Callable[[Path], None]
) -> None:
    place = disk("64k")
    spoil(place)
    octavo = replace(scene.octavo, cache=place)
    scene.begin()
    with webhook(scene.cluster, Rules(("statefulsets",), ("apps",)), rewriting) as hook:
        good(octavo.sync())
        assert hook.asked
        before = scene.picture()
        with faults.faults(scene.cluster.kubeconfig) as proxy:
            good(octavo.through(proxy.kubeconfig).sync())
            assert proxy.seen(asked.write) == 0
        assert scene.picture() == before
    assert before["StatefulSet/book-0"]["spec"]["template"]["spec"]["containers"][0]["image"] == (
        "mirror.example.com/base:1"
    )
    assert contents(place).keys() <= {"ballast"}


def test_a_disk_that_fills_while_notes_are_written_leaves_no_half_file(
    scene: Scene, disk: Disk
) -> None:
    place = disk("64k")
    octavo = replace(scene.octavo, cache=place)
    scene.begin()
    with webhook(scene.cluster, Rules(("statefulsets",), ("apps",)), rewriting):
        good(octavo.sync())
        before = contents(place)
        assert sum(map(len, before.values())) > 100
        fill(place)
        scene.tree.put("book-0", image="base:2")
        scene.tree.put("book-3")
        good(octavo.sync())
    (place / "ballast").unlink()
    assert contents(place) == before


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 100, b"[]", b'{"format":1,"known":7}'])
def test_notes_that_are_no_notes_are_not_minded(
    scene: Scene, undisturbed: Callable[..., Picture], content: bytes
) -> None:
    scene.begin()
    with webhook(scene.cluster, Rules(("statefulsets",), ("apps",)), rewriting):
        good(scene.octavo.sync())
    for each in contents(scene.octavo.cache):
        (scene.octavo.cache / each).write_bytes(content)
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed(second=False)


# --- a repository


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def committed(scene: Scene) -> Octavo:
    """The program as it follows a repository of these bundles."""
    root = scene.tree.root
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=more")
    words = tuple(each for each in scene.octavo.words if not each.startswith("--from="))
    return replace(scene.octavo, words=(*words, f"--repo={root}", "--branch=main"))


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
@pytest.mark.parametrize("spoil", [fill, read_only], ids=["full", "read-only"])
def test_a_repository_that_cannot_be_kept_is_told_and_nothing_is_removed(
    scene: Scene,
    undisturbed: Callable[..., Picture],
    disk: Disk,
    known: bool,
    spoil: Callable[[Path], None],
) -> None:
    scene.begin()
    first = committed(scene)
    place = disk("2m")
    good(replace(first, cache=place if known else scene.octavo.cache).sync())
    before = scene.picture()
    scene.go_on()
    octavo = replace(committed(scene), cache=place)
    spoil(place)
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        done = octavo.through(proxy.kubeconfig).sync()
        assert proxy.seen(asked.write) == 0
    assert done.code == 2, done.said
    assert "cache" in done.err
    assert "Traceback" not in done.said
    assert scene.picture() == before
    again = replace(octavo, cache=scene.octavo.cache)
    good(again.sync())
    assert scene.picture() == undisturbed()


def test_a_disk_that_is_cleared_is_used_again(
    scene: Scene, undisturbed: Callable[..., Picture], disk: Disk
) -> None:
    scene.begin()
    octavo = replace(committed(scene), cache=disk("2m"))
    good(octavo.sync())
    scene.go_on()
    committed(scene)
    fill(octavo.cache)
    assert octavo.sync().code == 2
    (octavo.cache / "ballast").unlink()
    good(octavo.sync())
    assert scene.picture() == undisturbed()
