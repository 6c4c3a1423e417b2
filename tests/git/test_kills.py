"""Killed anywhere, a delivery leaves the old state or the new; the next one needs no hand."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from renderer.git import journal
from tests.git.workshop import FIRST, Bench, bench, write

# What changes something on the disk, or starts what does.
WRITES = frozenset((
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.truncate",
))
NEXT = {"a/one.yaml": b"1\n" * 5000, "b/new/four.yaml": b"four\n", "c": b"five\n"}
GONE = ["b/deep"]
OWN = {"README.md": b"by hand\n", "a/mine": b"not committed, and ignored\n"}
DONE = {"README.md": b"by hand\n", "a/two ü.yaml": b"two\n", **NEXT}


def prepared(root: Path) -> Bench:
    place = bench(root)
    place.deliver(FIRST | {"README.md": OWN["README.md"]})
    if not place.repository.is_bare:
        write(root, OWN | {".git/info/exclude": b"mine\n"})
    return place


def in_a_fork(work: Callable[[], object]) -> int:
    """The id of a process that does it, and then ends."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def stopping(at: int, work: Callable[[], object]) -> None:
    """Do it, and die just before the disk is changed for the so-manieth time."""
    seen = 0

    def hear(event: str, words: tuple[object, ...]) -> None:
        nonlocal seen
        writes = (
            event == "open" and isinstance(words[2], int) and words[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if event in WRITES or event == "subprocess.Popen" or writes:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)
    work()


def look(place: Bench, before: str) -> None:
    """What must hold after a kill, and what the next delivery makes of it."""
    head = place.repository.head("rendered")
    if head != before:
        assert place.files() == DONE
    place.deliver(NEXT, GONE)
    assert place.files() == DONE
    if not place.repository.is_bare:
        assert place.standing() == DONE | OWN
        assert place.git("status", "--porcelain") == ""
    place.check()


@pytest.mark.parametrize("kind", ["bare.git", "checked out"])
def test_a_kill_before_any_change_of_the_disk(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
    origin = prepared(tmp_path / "origin" / kind)
    before = str(origin.repository.head("rendered"))
    moments = 0
    while True:
        moments += 1
        place = Bench(tmp_path / f"{moments}" / kind)
        shutil.copytree(origin.root, place.root, symlinks=True)
        deliver = place.deliver
        child = in_a_fork(lambda: stopping(moments, lambda: deliver(NEXT, GONE)))  # noqa: B023
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        look(place, before)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        shutil.rmtree(place.root.parent)
    assert moments > (20 if kind == "bare.git" else 35)


def descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    with suppress(OSError):
        found = [int(word) for word in children.read_text(encoding="ascii").split()]
        return [each for child in found for each in (child, *descendants(child))]
    return []


@pytest.mark.parametrize("with_git", [False, True], ids=["alone", "with its git"])
@pytest.mark.parametrize("kind", ["bare.git", "checked out"])
def test_a_kill_at_any_moment(
    tmp_path: Path, kind: str, with_git: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.1)
    chance = random.Random(7)  # noqa: S311 - which moment is no secret
    origin = prepared(tmp_path / "origin" / kind)
    before = str(origin.repository.head("rendered"))
    killed = 0
    for number in range(15):
        place = Bench(tmp_path / f"{number}" / kind)
        shutil.copytree(origin.root, place.root, symlinks=True)
        child = in_a_fork(lambda: place.deliver(NEXT, GONE))  # noqa: B023
        time.sleep(chance.uniform(0, 0.15))
        victims = [child, *(descendants(child) if with_git else [])]
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
        look(place, before)
        shutil.rmtree(place.root.parent)
    assert killed


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    place = prepared(tmp_path / "x")

    def keep_on(name: str) -> None:
        for number in range(5):
            while True:
                with suppress(AssertionError):
                    place.deliver({f"{name}/{number}": b""})
                    break

    children = [in_a_fork(lambda: keep_on(name)) for name in "pqr"]  # noqa: B023
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert statuses == [0, 0, 0]
    expected = {f"{name}/{number}" for name in "pqr" for number in range(5)}
    assert set(place.files()) == expected | set(FIRST) | {"README.md"}
    assert place.git("status", "--porcelain") == ""
    assert place.git("rev-list", "--count", "HEAD") == "16"
    place.check()
