"""A forge with a repository of notebooks, for each test its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import workshop as workshops
from tests.examples.apis import github, gitlab
from tests.examples.forge import Forge, serving
from tests.examples.workshop import Workshop


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("workshop")
    workshops.set_up(directory)
    return directory


@pytest.fixture
def workshop(tmp_path: Path, made_once: Path) -> Iterator[Workshop]:
    directory = tmp_path / "workshop"
    shutil.copytree(made_once, directory)
    forge = Forge(directory / "forge", {"/api/v1": github, "/api/v4": gitlab})
    with serving(forge):
        yield workshops.workshop(directory, forge)
