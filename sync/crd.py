"""The CustomResourceDefinition of the Notebook, as `make schemas` made it."""

from __future__ import annotations

from importlib.resources import files

NAME = "notebooks.jackhoman.dev"


def text() -> str:
    """YAML that `kubectl apply --server-side` takes."""
    return (files("sync") / "data" / f"{NAME}.yaml").read_text(encoding="utf-8")
