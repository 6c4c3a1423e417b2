"""What only a commit can hold, and how it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from renderer.destination import OutputDirectory
from renderer.errors import InputError, Problem, UsageError
from renderer.git.commits import CommitTree
from renderer.git.repository import Repository
from renderer.rendering import Options, check, write
from renderer.sources import SourceTree
from tests.git_source.trees import Link, committed, git, written

SUBMODULE = (
    "error: this is a submodule, whose files are in another repository\n"
    "  expected: files of this repository"
)
SAMPLE = Path(__file__).parents[2]


def tree_with(root: Path, *entries: str) -> CommitTree:
    """A commit of entries as `git mktree` reads them, whether or not a disk could hold them."""
    lines = "".join(f"{entry}\0" for entry in entries)
    tree = git(root, "mktree", "-z", "--missing", data=lines.encode())
    commit = git(root, "commit-tree", "-m", "odd", tree)
    return CommitTree(Repository.open(root), commit)


def blob(root: Path, data: bytes) -> str:
    return git(root, "hash-object", "-w", "--stdin", data=data)


def listed(tree: CommitTree, directory: str = ".") -> tuple[list[str], list[str]]:
    problems: list[Problem] = []
    files = tree.files(directory, problems)
    return [file.name for file in files], sorted(map(str, problems))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = written(tmp_path / "root", {"x.yaml": "a: 1\n"})
    committed(root)
    return root


def test_a_submodule_is_a_problem_in_words(root: Path) -> None:
    head, file, link = (
        git(root, "rev-parse", "HEAD"),
        blob(root, b"a: 1\n"),
        blob(root, b"sub/in/it"),
    )
    tree = tree_with(
        root,
        f"160000 commit {head}\t.hidden",
        f"100644 blob {file}\ta.yaml",
        f"120000 blob {link}\tlink",
        f"160000 commit {head}\tsub",
    )
    assert listed(tree) == (["a.yaml"], [f"link:1:1: {SUBMODULE}", f"sub:1:1: {SUBMODULE}"])
    assert listed(tree, "sub") == ([], [f"sub:1:1: {SUBMODULE}"])


def test_settings_that_are_a_submodule_are_a_problem(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    with pytest.raises(InputError, match="this is a submodule"):
        tree_with(root, f"160000 commit {head}\toctavo.yaml").settings()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (b"", "the file cannot be read: No such file or directory"),
        (b"a.yaml\0", "the file cannot be read: No such file or directory"),
        (b"./" * 3000 + b"a.yaml", "the file cannot be read: File name too long"),
        (b"\xff", "the file cannot be read: No such file or directory"),
        (b"//etc", "this symbolic link leads out of the source tree"),
    ],
)
def test_a_link_that_no_disk_would_hold_leads_nowhere(root: Path, target: bytes, said: str) -> None:
    file, link = blob(root, b"a: 1\n"), blob(root, target)
    tree = tree_with(root, f"100644 blob {file}\ta.yaml", f"120000 blob {link}\tb.yaml")
    names, [problem] = listed(tree)
    assert names == ["a.yaml"]
    assert problem.startswith(f"b.yaml:1:1: error: {said}")


def test_a_blob_that_is_missing_is_a_problem_of_its_file(root: Path) -> None:
    tree = tree_with(root, f"100644 blob {'1' * 40}\ta.yaml")
    [file] = tree.files(".", [])
    with pytest.raises(InputError, match=r"a\.yaml:1:1: error: the file cannot be read: .*1111"):
        file.read()


def test_an_executable_file_is_read_like_any_other(root: Path) -> None:
    file = blob(root, b"a: 1\n")
    tree = tree_with(root, f"100755 blob {file}\ta.yaml")
    assert [each.read() for each in tree.files(".", [])] == [b"a: 1\n"]


def test_a_version_is_that_of_the_bytes(root: Path) -> None:
    written(root, {"y.yaml": "a: 1\n", "z.yaml": "a: 2\n", "l.yaml": Link("x.yaml")})
    tree = CommitTree(Repository.open(root), committed(root))
    versions = {file.name: file.version for file in tree.files(".", [])}
    assert versions["x.yaml"] == versions["y.yaml"] == versions["l.yaml"] != versions["z.yaml"]
    assert all(file.is_settled(0) for file in tree.files(".", []))


def test_what_is_on_the_disk_does_not_matter(root: Path) -> None:
    tree = CommitTree(Repository.open(root), git(root, "rev-parse", "HEAD"))
    written(root, {"x.yaml": "a: 2\n", "y.yaml": "a: 1\n"})
    assert [(file.name, file.read()) for file in tree.files(".", [])] == [("x.yaml", b"a: 1\n")]


def test_nothing_in_the_repository_is_run_or_written(root: Path, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch '{sprung}'\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    written(root, {".gitattributes": "*.yaml filter=trap diff=trap text eol=crlf\n"})
    commit = committed(root)
    for key in ("filter.trap.smudge", "filter.trap.clean", "diff.trap.textconv", "core.fsmonitor"):
        git(root, "config", key, str(trap))
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    tree = CommitTree(Repository.open(root), commit)
    assert [file.read() for file in tree.yaml_files(".", [])] == [b"a: 1\n"]
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert not sprung.exists()


def test_a_path_that_is_not_there_is_wrong_usage(root: Path) -> None:
    with pytest.raises(UsageError, match=r"deep is no directory of the commit .*: -C names"):
        CommitTree(Repository.open(root), git(root, "rev-parse", "HEAD"), "deep")


def test_an_empty_commit_is_an_empty_tree(root: Path) -> None:
    tree = tree_with(root)
    assert (tree.settings(), listed(tree)) == (None, ([], []))


def test_files_are_read_by_processes_that_share_the_tree(root: Path) -> None:
    [file] = CommitTree(Repository.open(root), git(root, "rev-parse", "HEAD")).files(".", [])
    assert file.read() == b"a: 1\n"
    child = os.fork()
    if child == 0:
        os._exit(0 if file.read() == b"a: 1\n" else 1)
    assert file.read() == b"a: 1\n"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("objects", ["sha1", "sha256"])
def test_the_sample_tree_renders_from_a_commit_as_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objects: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    content = {
        str(path.relative_to(SAMPLE)): path.read_text(encoding="utf-8")
        for folder in ("catalog", "notebooks")
        for path in SAMPLE.joinpath(folder).rglob("*.yaml")
    }
    settings = SAMPLE.joinpath("octavo.yaml").read_text(encoding="utf-8")
    root = written(tmp_path / "root", {**content, "octavo.yaml": settings})
    commit = committed(root, f"--object-format={objects}")
    from_commit = CommitTree(Repository.open(root), commit)
    made = {}
    for name, tree in (("disk", SourceTree(root)), ("commit", from_commit)):
        output = OutputDirectory(tmp_path / name)
        write(tree, output, Options(jobs=2))
        again = write(tree, output, Options(jobs=2))
        assert again.notebooks == len(list(SAMPLE.joinpath("notebooks").rglob("*.yaml")))
        assert {change.value for _, change in again.changes} == {"same"}
        made[name] = {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.yaml")
        }
    assert made["commit"] == made["disk"]
    assert check(from_commit) == check(SourceTree(root))
