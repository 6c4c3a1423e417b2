"""Compiled charts are kept for the next start, and never taken from strangers."""

from __future__ import annotations

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
