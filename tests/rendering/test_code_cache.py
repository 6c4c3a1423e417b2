"""Compiled charts are kept for the next start, and never taken from strangers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from renderer.code_cache import KEPT, CodeCache
from renderer.templating.chart import compile_chart

CHART = {"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ name }}'}\n"}


def rendered(cache: CodeCache) -> list[str]:
    return [item.name for item in compile_chart(CHART, cache).render({"name": "x"})]


def test_a_chart_is_compiled_once_and_renders_the_same_from_the_cache(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path / "charts")
    assert rendered(cache) == ["x"]
    (key,) = cache
    before = (tmp_path / "charts" / key).stat().st_mtime_ns
    assert rendered(cache) == ["x"]
    assert (tmp_path / "charts" / key).stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xe3\x00\x00"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: bytes) -> None:
    cache = CodeCache(tmp_path / "charts")
    rendered(cache)
    (key,) = cache
    good = cache[key]
    (tmp_path / "charts" / key).write_bytes(damage)
    assert rendered(cache) == ["x"]
    assert cache[key] == good


def test_a_folder_that_others_may_write_to_is_not_read(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path / "charts")
    cache["key"] = b"value"
    assert cache["key"] == b"value"
    (tmp_path / "charts").chmod(0o777)
    assert cache.get("key") is None


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert rendered(CodeCache(tmp_path / "file" / "charts")) == ["x"]


def test_old_entries_go(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path / "charts")
    for number in range(KEPT + 5):
        cache[f"key-{number}"] = b""
    assert len(cache) == KEPT


def test_an_entry_that_is_a_link_is_not_run(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path / "charts")
    cache["key"] = b"value"
    (tmp_path / "charts" / "other").symlink_to(tmp_path / "charts" / "key")
    assert (cache.get("key"), cache.get("other")) == (b"value", None)


def test_an_entry_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path / "charts")
    cache["key"] = b"value"
    os.mkfifo(tmp_path / "charts" / "pipe")
    assert cache.get("pipe") is None


def test_an_entry_of_another_user_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = CodeCache(tmp_path / "charts")
    cache["key"] = b"value"
    really = os.fstat

    def anothers(handle: int) -> os.stat_result:
        status = list(really(handle))
        status[stat.ST_UID] += 1
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", anothers)
    assert cache.get("key") is None


@pytest.mark.parametrize(("folder", "kept"), [("tree/.cache", False), ("cache", True)])
def test_a_folder_inside_the_source_tree_keeps_no_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, *, kept: bool
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "link" / folder))
    assert (CodeCache.for_tree(tmp_path / "tree") is not None) is kept
