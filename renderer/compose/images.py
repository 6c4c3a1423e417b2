"""The names that a notebook's image goes by, for what matches images."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from renderer.compose.fold import main_container
from renderer.compose.offers import Base, Parameters
from renderer.errors import InputError
from renderer.matching import Words, words_of
from renderer.model.notebook import Notebook
from renderer.position import Position
from renderer.templating.expressions import CompiledFragment, compile_fragment
from renderer.templating.tags import EXPRESSION

NOWHERE = Position("", 1, 1)
# What an image may be made of so that it is known before there is a pod.
KNOWN = frozenset({"values", "parameters"})


class Images:
    """The words of images; remembers those whose expressions read the installation's values."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._compiled: dict[str, CompiledFragment | None] = {}

    def words(self, notebook: Notebook, base: Base, defaults: Parameters) -> Words:
        """The image's id, as it is chosen and as it is given; its reference, and the end of it."""
        own = _own_image(notebook)
        if own:
            return words_of(notebook.image, own)
        written = base.image
        runs = self._evaluated(written, notebook, defaults) if EXPRESSION in written else ""
        return words_of(notebook.image, base.image_id, written, runs)

    def _evaluated(self, written: str, notebook: Notebook, defaults: Parameters) -> str:
        """The reference that runs, or nothing where that takes more than is known by now."""
        compiled = self._compiled_of(written)
        if compiled is None:
            return ""
        parameters = {**defaults, **(notebook.parameters or {})}
        with suppress(InputError):
            made = compiled.evaluate({"values": self._values, "parameters": parameters})
            return str(made.get("image", ""))
        return ""

    def _compiled_of(self, written: str) -> CompiledFragment | None:
        if written not in self._compiled:
            self._compiled[written] = _compiled(written)
        return self._compiled[written]


def _compiled(written: str) -> CompiledFragment | None:
    with suppress(InputError):
        compiled = compile_fragment({"image": written}, lambda _: NOWHERE)
        return compiled if compiled.reads <= KNOWN else None
    return None


def _own_image(notebook: Notebook) -> str:
    """The image that the Notebook's own template gives its main container."""
    template = notebook.template
    if not template:
        return ""
    containers = (template.get("spec") or {}).get("containers") or []
    main = main_container(template, notebook.name)
    found = (str(item.get("image") or "") for item in containers if item.get("name") == main)
    return next(found, "")
