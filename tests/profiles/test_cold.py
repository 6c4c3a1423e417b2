"""A tree without profiles does not wait for what only profiles need."""

from __future__ import annotations

import subprocess
import sys

NEEDED_BY_PROFILES_ONLY = (
    "jsonpath_ng",
    "orjson",
    "renderer.companions.making",
    "renderer.parse.singleuser_faults",
    "renderer.parse.singleuser_profiles",
    "renderer.profiles.images",
    "renderer.profiles.texts",
)


def test_what_renders_a_notebook_imports_nothing_of_theirs() -> None:
    code = "import sys, renderer.workspace, renderer.render; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()).isdisjoint(NEEDED_BY_PROFILES_ONLY)
