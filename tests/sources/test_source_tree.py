"""The source tree is read as it stands, never left, and never waited for."""

from __future__ import annotations

import os
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
        [
            "catalog/pipe.yaml:1:1: error: this is no regular file\n"
            "  expected: a file of YAML"
        ],
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
