"""Charts: YAML files with Jinja in them, compiled once, rendered into objects many times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from jinja2 import Template

from renderer.errors import InputError, Problem
from renderer.templating.emission import HELPERS, Rendered, Shared
from renderer.templating.places import is_library, problem
from renderer.templating.sandbox import Sandbox, environment
from renderer.templating.state import State
from renderer.templating.values import OMIT, Frozen

__all__ = ["OMIT", "Chart", "Frozen", "Rendered", "compile_chart"]


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """Compiled templates by the name of their file."""

    templates: Mapping[str, Template]
    _environment: Sandbox
    _shared: Shared

    def render(self, context: Mapping[str, Any], only: str | None = None) -> list[Rendered]:
        """The objects of all templates, or of one; InputError names the lines that failed."""
        state = State(context, self._shared)
        work = state.context(self._environment)
        objects: list[Rendered] = []
        problems: list[Problem] = []
        for name, template in self.templates.items():
            if only is None or only == name:
                try:
                    made: Iterator[Any] = template.root_render_func(work)
                    objects += [item for item in made if item]
                except Exception as fault:  # noqa: BLE001  (whatever a template raises is said)
                    problems.append(problem(name, fault, state.variables))
                    state.identity.clear()
        if problems:
            raise InputError(problems)
        return objects


def compile_chart(
    files: Mapping[str, str], cache: MutableMapping[str, bytes] | None = None
) -> Chart:
    """The chart of these files; InputError lists what is wrong with them.

    A cache keeps the compiled code of a chart, by a hash of all that it depends on.
    """
    codes = _codes(files) if cache is None else _cached(files, cache)
    libraries = {name: code for name, code in codes.items() if is_library(name)}
    sandbox = environment(HELPERS, libraries)
    templates = {
        name: Template.from_code(sandbox, code, {})
        for name, code in codes.items()
        if name not in libraries
    }
    return Chart(templates, sandbox, Shared())


def _codes(files: Mapping[str, str]) -> dict[str, CodeType]:
    from renderer.templating.build import codes_of

    return codes_of(files)


def _cached(files: Mapping[str, str], cache: MutableMapping[str, bytes]) -> dict[str, CodeType]:
    from renderer.templating.cache import key_of, load, save

    key = key_of(files)
    codes = load(cache.get(key, b""), key)
    if codes is None:
        codes = _codes(files)
        cache[key] = save(codes, key)
    return codes
