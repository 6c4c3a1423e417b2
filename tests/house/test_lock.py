"""The locked packages are those that pyproject.toml asks for, and the same in every set."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SETS = {
    "build": ("build-system",),
    "run": ("run",),
    "dev": ("run", "dev"),
    "bench": ("run", "dev", "bench"),
}
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def asked_for() -> dict[str, list[Requirement]]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {
        "build-system": project["build-system"]["requires"],
        "run": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
    }
    return {name: list(map(Requirement, lines)) for name, lines in groups.items()}


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    found = filter(None, map(PIN.match, lines))
    return {match[1]: match[2] for match in found}


@pytest.mark.parametrize("name", SETS)
def test_a_set_pins_what_is_asked_for(name: str) -> None:
    pinned = pins(name)
    for group in SETS[name]:
        for wanted in asked_for()[group]:
            assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted


@pytest.mark.parametrize("name", SETS)
def test_a_set_holds_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    assert lines
    assert [line for line in lines if not (PIN.match(line) or HASH.match(line))] == []


@pytest.mark.parametrize(("small", "large"), [("run", "dev"), ("dev", "bench"), ("build", "dev")])
def test_sets_agree(small: str, large: str) -> None:
    assert pins(small).items() <= pins(large).items()
