"""Whatever links there are, a commit is read as the disk would be."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import InputError, Problem
from renderer.tree import Tree
from tests.git_source.trees import Content, Link, from_commit, from_disk, written

NAMES = ("a", "b", "c", ".h")
places = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
targets = st.lists(st.sampled_from((*NAMES, "..", "..", ".", "")), min_size=1, max_size=5).map(
    lambda parts: "/".join(parts).lstrip("/") or "."
)
contents = st.dictionaries(
    places.map(lambda place: f"r/{place}"), st.just("") | targets.map(Link), min_size=1, max_size=9
)


def possible(content: Content) -> Content:
    """Only what a disk can hold: nothing below a file or a link; and every file is another's."""
    kept: dict[str, str | Link] = {}
    for name, what in sorted(content.items()):
        if not any(name.startswith(f"{other}/") for other in kept):
            kept[name] = what if isinstance(what, Link) else name
    return kept


def seen(tree: Tree, directory: str) -> tuple[set[str], set[str]]:
    """The files, by what is in them, and what was said; of directories that several links lead to
    it is chance on a disk which of the names is taken."""
    problems: list[Problem] = []
    texts = set()
    for file in tree.files(directory, problems):
        texts.add(file.read().decode())
    return texts, {refused(problem.message) for problem in problems}


def refused(words: str) -> str:
    """A link that goes round and out is refused for the one or the other."""
    return re.sub("this symbolic link leads out .*|.* Too many levels .*", "refused", words)


def settings_of(tree: Tree) -> str:
    try:
        file = tree.settings()
        return file.read().decode() if file else ""
    except InputError as error:
        return refused(error.problems[0].message)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents, targets)
def test_a_commit_is_read_as_the_disk_would_be(content: Content, settings_at: str) -> None:
    with TemporaryDirectory() as folder:
        whole = {**possible(content), "octavo.yaml": Link(f"r/{settings_at}")}
        root = written(Path(folder) / "root", whole)
        commit = from_commit(root)
        disk = from_disk(root)
        for directory in ("r", "r/a", "r/a/b", "r/b/../a"):
            # What stands outside is the disk's alone to know.
            parent = (root / os.path.normpath(directory)).parent
            if not Path(os.path.realpath(parent)).is_relative_to(os.path.realpath(root)):
                continue
            assert seen(commit, directory) == seen(disk, directory)
        assert settings_of(commit) == settings_of(disk)
