"""Surroundings that say nothing to git, and repositories of every kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.git.workshop import Bench, bench


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("GIT_", "OCTAVO_GIT_", "SSH_", "GPG_")) or name == "EMAIL":
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def bare(tmp_path: Path) -> Bench:
    return bench(tmp_path / "the server's" / "rendered ü.git")


@pytest.fixture
def checkout(tmp_path: Path) -> Bench:
    """A repository whose branch is checked out."""
    return bench(tmp_path / "an own place ü")
