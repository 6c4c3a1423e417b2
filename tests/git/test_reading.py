"""A commit is listed and read as git has it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.objects import MAX_BYTES
from renderer.git.reading import Blob, Snapshot
from renderer.git.writing import blob_id
from tests.git.workshop import FIRST, Bench, git

NAMES = [
    "a",
    "a-b/c",
    "a.b",
    "a0/x",
    "b/a",
    "b/a-/x",
    "b/a.x",
    "b/a0",
    "bb/b",
    "ü/é\n\t",
    "\udcff/x",
]


def odd(bench: Bench) -> Snapshot:
    """A tree in which git's order is not the order of names."""
    files = {name: name.encode(errors="surrogateescape") for name in NAMES if name != "ü/é\n\t"}
    commit = bench.commit(files, message="Ünï\n\nmore\n\nend\n")
    return Snapshot(bench.repository, commit)


def test_a_listing_is_the_one_of_git(bare: Bench) -> None:
    snapshot = odd(bare)
    listed = bare.git("ls-tree", "-r", "-t", "-z", str(snapshot.commit)).split("\0")[:-1]
    rows = [(*about.split(), name) for about, _, name in (line.partition("\t") for line in listed)]
    blobs = {name: Blob(name, mode, oid) for mode, kind, oid, name in rows if kind != "tree"}
    trees = {name: oid for _, kind, oid, name in rows if kind == "tree"}
    assert dict(snapshot.blobs()) == blobs
    assert dict(snapshot.trees()) == trees
    for directory in trees:
        below = {name: blob for name, blob in blobs.items() if name.startswith(f"{directory}/")}
        assert below
        assert dict(snapshot.blobs(directory)) == below
        inner = Snapshot(bare.repository, snapshot.commit, f"/{directory}/")
        cut = len(directory) + 1
        assert {f"{directory}/{name}" for name in inner.blobs()} == set(below)
        assert dict(inner.trees()) == {
            name[cut:]: oid for name, oid in trees.items() if name.startswith(f"{directory}/")
        }
    for absent in ("a", "a-", "b/a", "nowhere", "zz"):
        assert snapshot.blobs(absent) == {}


def test_bytes_and_words_are_read(bare: Bench) -> None:
    snapshot = odd(bare)
    for name, blob in snapshot.blobs().items():
        assert snapshot.read(blob.oid) == name.encode(errors="surrogateescape")
    assert snapshot.message() == "Ünï\n\nmore\n\nend\n"


def test_links_and_submodules_are_told_by_their_mode(bare: Bench) -> None:
    link = bare.git("hash-object", "-w", "--stdin", stdin=b"/etc/passwd")
    lines = f"120000 blob {link}\tlink\n160000 commit {'1' * 40}\tmodule\n100755 blob {link}\trun\n"
    tree = bare.git("mktree", "--missing", stdin=lines.encode())
    commit = bare.git("commit-tree", tree, "-m", "x")
    blobs = Snapshot(bare.repository, commit).blobs()
    assert {name: blob.mode for name, blob in blobs.items()} == {
        "link": "120000",
        "module": "160000",
        "run": "100755",
    }


def test_no_commit_is_an_empty_tree(bare: Bench) -> None:
    snapshot = Snapshot(bare.repository, None, "x")
    assert (snapshot.blobs(), snapshot.trees(), snapshot.message()) == ({}, {}, "")
    commit = bare.commit(FIRST)
    assert Snapshot(bare.repository, commit, "nowhere").blobs() == {}


def test_a_path_that_is_a_file_is_refused(bare: Bench) -> None:
    snapshot = Snapshot(bare.repository, bare.commit(FIRST), "a/one.yaml")
    with pytest.raises(GitError, match=r"a/one\.yaml is a file, and no directory"):
        snapshot.blobs()


def test_a_path_is_no_pattern(bare: Bench) -> None:
    assert Snapshot(bare.repository, bare.commit(FIRST), "*").blobs() == {}


def test_what_is_missing_or_no_file_is_said_and_the_next_is_read(bare: Bench) -> None:
    snapshot = Snapshot(bare.repository, bare.commit(FIRST))
    with pytest.raises(GitError, match="is missing"):
        snapshot.read("1" * 40)
    with pytest.raises(GitError, match="is a tree, and no blob"):
        snapshot.read(snapshot.trees()["a"])
    assert snapshot.read(snapshot.blobs()["a/one.yaml"].oid) == b"one\n"


def test_what_is_too_large_is_not_read(bare: Bench) -> None:
    data = bytes(MAX_BYTES + 1)
    oid = bare.git("hash-object", "-w", "--stdin", stdin=data)
    snapshot = Snapshot(bare.repository, bare.commit(FIRST))
    with pytest.raises(GitError, match="has 67,108,865 bytes"):
        snapshot.read(oid)
    assert snapshot.read(snapshot.blobs()["a/one.yaml"].oid) == b"one\n"


def read_all(snapshot: Snapshot, times: int) -> None:
    for _ in range(times):
        for name, blob in snapshot.blobs().items():
            assert snapshot.read(blob.oid) == FIRST[name]


def test_forks_read_beside_each_other(bare: Bench) -> None:
    snapshot = Snapshot(bare.repository, bare.commit(FIRST))
    read_all(snapshot, 1)
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=read_all, args=(snapshot, 100)) for _ in range(3)]
    for child in children:
        child.start()
    read_all(snapshot, 100)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    read_all(snapshot, 1)  # they did not end what is ours


def test_a_broken_repository_is_said(bare: Bench) -> None:
    commit = bare.commit(FIRST)
    tree = bare.git("rev-parse", f"{commit}^{{tree}}")
    (bare.root / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(GitError, match="rendered"):
        Snapshot(bare.repository, commit).blobs()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_blob_has_the_id_that_git_gives_it(tmp_path: Path, algorithm: str) -> None:
    git(tmp_path, "init", "--quiet", "--bare", f"--object-format={algorithm}", "x")
    for data in (b"", b"x\n", bytes(70_000)):
        expected = git(tmp_path / "x", "hash-object", "--stdin", stdin=data)
        assert blob_id(data, algorithm) == expected
