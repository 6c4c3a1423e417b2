"""One notebook from a cold start: only what rendering needs is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOK = "research/churn"
LIBRARIES = "import jinja2, jinja2.sandbox, jsonschema_rs, ruamel.yaml"
RENDER = f"from octavo.__main__ import main; assert main(['render', '{NOTEBOOK}']) == 0"
UNNEEDED = {
    "asyncio",
    "concurrent.futures",
    "difflib",
    "email",
    "git",
    "http",
    "jsonschema",
    "kubernetes",
    "kubernetes_validate",
    "multiprocessing",
    "requests",
    "socket",
    "subprocess",
    "tempfile",
    "unittest",
    "urllib.request",
    "watchfiles",
    "yaml",
}


def imported_by(code: str) -> set[str]:
    """All modules of a fresh Python that has run this."""
    listing = "import sys, json; print(); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_rendering_one_notebook_imports_nothing_that_it_does_not_need() -> None:
    rendering = imported_by(RENDER)
    assert "renderer.cli" in rendering
    assert (rendering - imported_by(LIBRARIES)) & UNNEEDED == set()
