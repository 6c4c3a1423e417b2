"""The source tree is read as it stands, never left, and never waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import InputError, Problem, UsageError
from renderer.sources import SourceTree
from renderer.yamlio.limits import MAX_BYTES


def listed(root: Path, directory: str = "catalog") -> tuple[list[str], list[str]]:
    problems: list[Problem] = []
    files = SourceTree(root).yaml_files(directory, problems)
    return [file.name for file in files], [str(problem) for problem in problems]


def write(path: Path, text: str = "a: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_files_of_any_layout_come_sorted(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/b/c.YAML", "d.json", "README.md", ".hidden/x.yaml"):
        write(tmp_path / "catalog" / name)
    assert listed(tmp_path) == (
        ["catalog/a/b/c.YAML", "catalog/a/z.yml", "catalog/b.yaml", "catalog/d.json"],
        [],
    )


def test_a_missing_directory_holds_nothing(tmp_path: Path) -> None:
    assert listed(tmp_path) == ([], [])


def test_a_link_inside_the_tree_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "shared" / "t.yaml")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "t.yaml").symlink_to(tmp_path / "shared" / "t.yaml")
    assert listed(tmp_path) == (["catalog/t.yaml"], [])


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside.yaml", "/etc"])
def test_a_link_out_of_the_tree_is_a_problem_and_is_not_read(tmp_path: Path, target: str) -> None:
    write(tmp_path / "outside.yaml")
    root = tmp_path / "root"
    write(root / "catalog" / "fine.yaml")
    (root / "catalog" / "bad.yaml").symlink_to(target)
    names, problems = listed(root)
    assert names == ["catalog/fine.yaml"]
    assert problems == [
        "catalog/bad.yaml:1:1: error: this symbolic link leads out of the source tree\n"
        "  expected: a link to a file of this tree"
    ]


def test_a_directory_that_links_to_its_parent_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "catalog" / "a" / "t.yaml")
    (tmp_path / "catalog" / "a" / "again").symlink_to(tmp_path / "catalog")
    assert listed(tmp_path) == (["catalog/a/t.yaml"], [])


def test_a_broken_link_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert listed(tmp_path) == (
        [],
        ["catalog/gone.yaml:1:1: error: the file cannot be read: No such file or directory"],
    )


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    os.mkfifo(tmp_path / "catalog" / "pipe.yaml")
    assert listed(tmp_path) == (
        [],
        ["catalog/pipe.yaml:1:1: error: this is no regular file\n  expected: a file of YAML"],
    )


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path / "catalog" / "big.yaml")
    with path.open("ab") as file:
        file.truncate(50_000_000)
    (big,) = SourceTree(tmp_path).yaml_files("catalog", [])
    with pytest.raises(InputError, match="50,000,000 bytes") as raised:
        big.read()
    assert f"at most {MAX_BYTES:,}" in str(raised.value)


@pytest.mark.parametrize("directory", ["..", "/etc", "a/../../b"])
def test_settings_cannot_point_out_of_the_tree(tmp_path: Path, directory: str) -> None:
    names, problems = listed(tmp_path, directory)
    assert names == []
    assert "lies outside the source tree" in problems[0]


def test_a_root_that_is_no_directory_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a directory"):
        SourceTree(tmp_path / "nothing")


@pytest.mark.parametrize("directory", ["catalog", "catalog/kf"])
def test_a_start_that_links_out_of_the_tree_is_a_problem(tmp_path: Path, directory: str) -> None:
    write(tmp_path / "outside" / "kf" / "t.yaml")
    root = tmp_path / "root"
    root.mkdir()
    (root / "catalog").symlink_to(tmp_path / "outside")
    assert listed(root, directory) == (
        [],
        [
            f"{directory}:1:1: error: this symbolic link leads out of the source tree\n"
            "  expected: a link to a file of this tree"
        ],
    )


def test_a_start_that_links_inside_the_tree_is_read(tmp_path: Path) -> None:
    write(tmp_path / "shared" / "t.yaml")
    (tmp_path / "catalog").symlink_to(tmp_path / "shared")
    assert listed(tmp_path) == (["catalog/t.yaml"], [])


def by_link(path: Path, secret: Path) -> None:
    path.unlink()
    path.symlink_to(secret)


def by_pipe(path: Path, _: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def by_another(path: Path, secret: Path) -> None:
    secret.replace(path)


def by_more(path: Path, _: Path) -> None:
    path.write_text("a: 1\nb: 2\n", encoding="utf-8")


@pytest.mark.parametrize("swap", [by_link, by_pipe, by_another, by_more])
def test_a_file_that_is_swapped_before_it_is_read_is_a_problem(
    tmp_path: Path, swap: Callable[[Path, Path], None]
) -> None:
    secret = write(tmp_path / "secret", "a: 2\n")
    path = write(tmp_path / "root" / "catalog" / "t.yaml")
    (file,) = SourceTree(tmp_path / "root").yaml_files("catalog", [])
    assert file.read() == b"a: 1\n"
    swap(path, secret)
    with pytest.raises(InputError, match="the file changed while it was read: run again"):
        file.read()


def test_a_file_that_is_cut_while_it_is_read_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "catalog" / "t.yaml")
    (file,) = SourceTree(tmp_path).yaml_files("catalog", [])
    really = os.fstat

    def then_cut(handle: int) -> os.stat_result:
        status = really(handle)
        os.truncate(path, 1)
        return status

    monkeypatch.setattr(os, "fstat", then_cut)
    with pytest.raises(InputError, match="the file changed while it was read"):
        file.read()


def test_directories_nested_too_deeply_are_a_problem(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 59)
    write(tmp_path / "catalog" / deep / "t.yaml")
    write(tmp_path / "catalog" / deep / "d" / "e" / "lost.yaml")
    names, problems = listed(tmp_path)
    assert names == [f"catalog/{deep}/t.yaml"]
    assert [problem.partition(" error: ")[2] for problem in problems] == [
        "the directories are nested too deeply\n  expected: at most 60 directories in one another"
    ]


def test_a_link_to_itself_is_a_problem_and_the_others_go_on(tmp_path: Path) -> None:
    write(tmp_path / "catalog" / "fine.yaml")
    (tmp_path / "catalog" / "loop.yaml").symlink_to("loop.yaml")
    names, problems = listed(tmp_path)
    assert names == ["catalog/fine.yaml"]
    (problem,) = problems
    assert problem.startswith("catalog/loop.yaml:1:1: error: the file cannot be read: Too many")


def test_a_start_that_links_to_itself_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "catalog").symlink_to("catalog")
    names, problems = listed(tmp_path)
    assert names == []
    assert "the directory cannot be read: Too many" in problems[0]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"\xff.yaml", r"\xff.yaml"), (b"a\nb.yaml", r"a\x0ab.yaml"), (b"\x1b[1m", r"\x1b[1m")],
)
def test_a_name_that_cannot_be_shown_is_a_problem_that_can(
    tmp_path: Path, raw: bytes, shown: str
) -> None:
    write(tmp_path / "catalog" / "fine.yaml")
    write(tmp_path / "catalog" / os.fsdecode(raw))
    names, problems = listed(tmp_path)
    assert names == ["catalog/fine.yaml"]
    assert problems[0].startswith(f"catalog/{shown}:1:1: error: the name of this file holds bytes")
    assert problems[0].encode()
