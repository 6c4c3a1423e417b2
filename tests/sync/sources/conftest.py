"""Repositories, and surroundings that say nothing to git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sync.sources.workshop import SMALL, Repository, make


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("GIT_", "OCTAVO_GIT_", "SSH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    return make(tmp_path)


@pytest.fixture
def repository(empty: Repository) -> Repository:
    empty.commit(SMALL)
    return empty
