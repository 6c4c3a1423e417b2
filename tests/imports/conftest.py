"""Somebody with files of another system, and the tree that becomes of them."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderer.cli import main
from renderer.yamlio import emit
from tests.imports.trees import SAMPLES, Import, Imported


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled charts are kept: the same for all."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def imported(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Import:
    """Runs the command on the values given, each a file of its own, or a sample by its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    def run(system: str, *inputs: Any, options: tuple[str, ...] = (), out: str = "out") -> Imported:
        names = []
        for number, given in enumerate(inputs):
            if isinstance(given, str):
                shutil.copy(SAMPLES / given, tmp_path)
                names.append(given)
                continue
            name, value = given if isinstance(given, tuple) else (f"input-{number}.yaml", given)
            (tmp_path / name).write_text(emit(value))
            names.append(name)
        capsys.readouterr()
        status = main(["import", system, *names, "--out", out, *options])
        return Imported(status, capsys.readouterr().err, tmp_path / out)

    return run


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a text on standard input."""

    def pipe(text: str) -> None:
        stream = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
        monkeypatch.setattr("sys.stdin", stream)

    return pipe
