"""Charts: YAML files with Jinja in them, compiled once, rendered into objects many times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from jinja2 import Template

from renderer.errors import InputError, Problem
from renderer.position import COLUMN_BITS, MAX_COLUMN, Position
from renderer.templating import syntax
from renderer.templating.emission import HELPERS, Rendered, Shared
from renderer.templating.faults import described, place_of
from renderer.templating.generate import Generator, joined
from renderer.templating.lift import LiftError, Place, lift
from renderer.templating.sandbox import Sandbox, State, environment
from renderer.templating.values import OMIT, Frozen
from renderer.templating.weave import Weaver

__all__ = ["OMIT", "Chart", "Frozen", "Rendered", "compile_chart"]

_YAML = (".yaml", ".yml")


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
                    problems.append(_problem(name, fault, state.variables))
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
    libraries = {name: code for name, code in codes.items() if _is_library(name)}
    sandbox = environment(HELPERS, libraries)
    templates = {
        name: Template.from_code(sandbox, code, {})
        for name, code in codes.items()
        if name not in libraries
    }
    return Chart(templates, sandbox, Shared())


def _codes(files: Mapping[str, str]) -> dict[str, CodeType]:
    """The code of every file, or all that is wrong with any of them."""
    sandbox = environment(HELPERS)
    codes: dict[str, CodeType] = {}
    problems: list[Problem] = []
    for name, text in files.items():
        try:
            codes[name] = _code(sandbox, name, text)
        except InputError as error:
            problems += error.problems
        except LiftError as error:
            problems.append(Problem(Position(name, *error.place), error.message, "", error.hint))
        except Exception as fault:  # noqa: BLE001  (whatever Jinja's parser raises is said)
            problems.append(_problem(name, fault, ()))
    if problems:
        raise InputError(problems)
    return codes


def _code(sandbox: Sandbox, name: str, text: str) -> CodeType:
    if _is_library(name):
        return sandbox.compile(text, name, name)
    if not name.endswith(_YAML):
        raise LiftError(Place(1, 1), "a chart holds .yaml files, and _*.jinja files to import")
    source = lift(text)
    parts = Weaver(sandbox, name, source).stream(source.items)
    body = joined(Generator(name).stream(parts))
    return sandbox.compile(syntax.template(body, sandbox), name, name)


def _cached(files: Mapping[str, str], cache: MutableMapping[str, bytes]) -> dict[str, CodeType]:
    from renderer.templating.cache import key_of, load, save

    key = key_of(files)
    codes = load(cache.get(key, b""))
    if codes is None:
        codes = _codes(files)
        cache[key] = save(codes)
    return codes


def _is_library(name: str) -> bool:
    return name.rpartition("/")[2].startswith("_")


def _problem(name: str, fault: Exception, variables: Iterable[str]) -> Problem:
    message, hint = described(fault, variables)
    place = place_of(fault.__traceback__)
    if place is None:
        place = name, getattr(fault, "lineno", None) or 1
    return Problem(_position(*place), message, "", hint)


def _position(name: str, line: int) -> Position:
    """Lines of YAML files hold their column, too; those of libraries are Jinja's own."""
    if _is_library(name):
        return Position(name, line, 1)
    return Position(name, line >> COLUMN_BITS or 1, line & MAX_COLUMN or 1)
