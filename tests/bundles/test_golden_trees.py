"""Every folder here is a source tree, named by a sentence, with what comes of it beside it.

`rendered/` holds the bundles, `problems.txt` what `octavo check` says where there are none.
`pytest --rewrite tests/bundles` writes both again, for a person to review.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.errors import InputError
from renderer.sources import SourceTree

HERE = Path(__file__).parent
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name[0] != "_")


def outcome(tree: Path, output: Path) -> tuple[dict[str, str], str]:
    """The rendered files by name, and the problems in words."""
    previous = tree / "previous"
    if previous.is_dir():
        shutil.copytree(previous, output)
    try:
        options = rendering.Options(jobs=1, remember=False)
        problems = rendering.write(SourceTree(tree), OutputDirectory(output), options).problems
    except InputError as error:
        return {}, "\n".join(map(str, error.problems)) + "\n"
    files = {
        str(path.relative_to(output)): path.read_text(encoding="utf-8")
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }
    return files, "".join(f"{problem}\n" for problem in problems)


@pytest.mark.parametrize("case", CASES)
def test_the_tree_becomes_what_stands_beside_it(case: str, tmp_path: Path, rewrite: bool) -> None:
    tree = HERE / case
    files, problems = outcome(tree, tmp_path / "rendered")
    if rewrite:
        write(tree, files, problems)
    expected = {
        str(path.relative_to(tree / "rendered")): path.read_text(encoding="utf-8")
        for path in sorted((tree / "rendered").rglob("*"))
        if path.is_file()
    }
    said = tree / "problems.txt"
    assert problems == (said.read_text(encoding="utf-8") if said.exists() else "")
    assert files == expected
    assert files or problems


def write(tree: Path, files: dict[str, str], problems: str) -> None:
    shutil.rmtree(tree / "rendered", ignore_errors=True)
    for name, text in files.items():
        path = tree / "rendered" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    said = tree / "problems.txt"
    said.unlink(missing_ok=True)
    if problems:
        said.write_text(problems, encoding="utf-8")
