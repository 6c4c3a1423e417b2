"""A memory is used where it is whole and the user's own; anything else is none."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from renderer import memory
from renderer.basis import Basis
from renderer.errors import Problem, Severity
from renderer.memory import Memory
from renderer.position import Position
from renderer.records import RememberedBundle, RememberedFile
from renderer.storage import Mount, Storage

PLACE = Position("n.yaml", 1, 2)
STORAGE = Storage(("c",), (Mount("d", 3, 4),), "User:a", ("User:b",))
SAME = Basis("same", {"T a/b": "1", "T a/c": "1"})
FILES = {
    "notebooks/é.yaml": RememberedFile(
        (5, 1, 1, 1, 1),
        (RememberedBundle("team", "nb", 1, 2, ("a.yaml",), "stamp", STORAGE, ("T a/b",)),),
        (Problem(PLACE, "message", "expected", "hint", (PLACE,), Severity.WARNING),),
    )
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "tree" / "cache"))
    return tmp_path / "tree" / "cache" / "octavo" / "render"


@pytest.fixture
def kept(tmp_path: Path, cache: Path) -> Path:
    Memory(str(tmp_path / "out")).save(SAME, FILES)
    (file,) = cache.iterdir()
    return file


def recalled(tmp_path: Path, tree: Path | None = None) -> dict[str, RememberedFile]:
    return Memory(str(tmp_path / "out"), tree).files(SAME)


@pytest.mark.usefixtures("kept")
def test_what_was_kept_is_recalled(tmp_path: Path) -> None:
    assert recalled(tmp_path) == FILES
    assert Memory(str(tmp_path / "out")).files(Basis("another", SAME.items)) == {}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("items", "is_recalled"),
    [
        ({"T a/b": "1", "T a/c": "2"}, True),
        ({"T a/b": "1"}, True),
        ({"T a/b": "1", "T a/c": "1", "T a/d": "1"}, True),
        ({"T a/b": "2", "T a/c": "1"}, False),
        ({"T a/c": "1"}, False),
    ],
)
def test_a_file_is_recalled_while_what_it_uses_of_the_catalog_is_as_it_was(
    tmp_path: Path, items: dict[str, str], *, is_recalled: bool
) -> None:
    found = Memory(str(tmp_path / "out")).files(Basis("same", items))
    assert found == (FILES if is_recalled else {})


@pytest.mark.usefixtures("kept")
def test_what_is_used_is_one_of_those_that_were_written_down(tmp_path: Path, kept: Path) -> None:
    good = json.loads(kept.read_bytes())
    for number in (1, -1):
        good["files"]["notebooks/é.yaml"][1][0][7] = number
        kept.write_text(json.dumps(good), encoding="utf-8")
        assert recalled(tmp_path) == {}


@pytest.mark.usefixtures("kept")
def test_a_memory_inside_the_source_tree_is_never_loaded(tmp_path: Path) -> None:
    assert recalled(tmp_path, tmp_path / "tree") == {}
    assert recalled(tmp_path, tmp_path / "elsewhere") == FILES


def test_a_memory_inside_the_source_tree_is_never_kept(tmp_path: Path, cache: Path) -> None:
    Memory(str(tmp_path / "out"), tmp_path / "tree").save(SAME, FILES)
    assert not cache.exists()


RUBBISH = [
    b"",
    b"{",
    b"\xff",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b"1" * 5_000,
    b'{"format": 3}',
    b'{"format": 3, "shared": "same"}',
    b'{"format": 3, "shared": "same", "items": {}, "uses": [], "files": 1}',
    b'{"format": 3, "shared": "same", "items": [], "uses": [], "files": {}}',
]


@pytest.mark.parametrize("data", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_no_memory_and_is_written_anew(tmp_path: Path, kept: Path, data: bytes) -> None:
    kept.write_bytes(data)
    damaged = Memory(str(tmp_path / "out"))
    assert damaged.files(SAME) == {}
    damaged.save(SAME, FILES)
    assert recalled(tmp_path) == FILES


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    found = [above]
    for key, child in steps if isinstance(value, dict | list) else ():
        found.extend(
            paths(child, (*above, key)) if isinstance(child, dict | list) else [(*above, key)]
        )
    return found


@pytest.mark.parametrize("other", [None, 1.5, True, [[]], {"a": 1}, "a\0b", "\ud800"], ids=repr)
def test_a_record_with_anything_of_another_type_is_no_memory(
    tmp_path: Path, kept: Path, other: Any
) -> None:
    good = json.loads(kept.read_bytes())
    tried = 0
    places = paths([good["files"], good["uses"], good["items"]])
    for path in [place for place in places if len(place) > 1]:
        bad = deepcopy(good)
        holder = [bad["files"], bad["uses"], bad["items"]]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = other
        kept.write_text(json.dumps(bad), encoding="utf-8")
        assert recalled(tmp_path) == {}, path
        tried += 1
    assert tried > 20


def test_a_memory_that_is_a_link_or_a_pipe_is_none(tmp_path: Path, kept: Path) -> None:
    kept.rename(tmp_path / "moved")
    kept.symlink_to(tmp_path / "moved")
    assert recalled(tmp_path) == {}
    kept.unlink()
    os.mkfifo(kept)
    assert recalled(tmp_path) == {}


def test_a_memory_larger_than_any_is_none(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_MEMORY", kept.stat().st_size)
    assert recalled(tmp_path) == FILES
    monkeypatch.setattr(memory, "MAX_MEMORY", kept.stat().st_size - 1)
    assert recalled(tmp_path) == {}


def test_names_that_are_not_utf8_have_a_stamp(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_text("", encoding="utf-8")
    assert memory.stamp(str(tmp_path))


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setattr(Path, "home", homeless)
    kept = Memory(str(Path("out")))
    kept.save(SAME, FILES)
    assert kept.files(SAME) == {}
