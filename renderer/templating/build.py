"""Makes the code of a chart from its files. Only a chart that no cache knows needs this."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType

from renderer.errors import InputError, Problem
from renderer.position import Position
from renderer.templating import syntax
from renderer.templating.code import joined
from renderer.templating.emission import HELPERS
from renderer.templating.generate import Generator
from renderer.templating.items import LiftError, Place
from renderer.templating.lift import lift
from renderer.templating.places import is_library, problem
from renderer.templating.sandbox import Sandbox, environment
from renderer.templating.weave import Weaver

_YAML = (".yaml", ".yml")


def codes_of(files: Mapping[str, str]) -> dict[str, CodeType]:
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
            problems.append(problem(name, fault, ()))
    if problems:
        raise InputError(problems)
    return codes


def _code(sandbox: Sandbox, name: str, text: str) -> CodeType:
    if is_library(name):
        return sandbox.compile(text, name, name)
    if not name.endswith(_YAML):
        raise LiftError(Place(1, 1), "a chart holds .yaml files, and _*.jinja files to import")
    source = lift(text)
    parts = Weaver(sandbox, name, source).stream(source.items)
    body = joined(Generator(name).stream(parts))
    return sandbox.compile(syntax.template(body, sandbox), name, name)
