"""The flag that rewrites golden files; a continuous integration run refuses it."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    asked = bool(request.config.getoption("--rewrite"))
    if asked and os.environ.get("CI"):
        pytest.fail("--rewrite writes expectations: a person does that, not CI")
    return asked
