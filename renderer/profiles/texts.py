"""Templates that are plain Jinja text: written in the sandbox, their faults at the template's line.

Blocks are trimmed nowhere: what people wrote for Jinja as it comes is written as it would be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template
from jinja2.exceptions import TemplateNotFound

from renderer.errors import InputError, Problem
from renderer.position import Document
from renderer.templating import operators
from renderer.templating.faults import described, place_of
from renderer.templating.sandbox import Sandbox, environment
from renderer.templating.state import State
from renderer.templating.text_filters import as_json
from renderer.yamlio import line_of

__all__ = ["line_of", "written", "written_lines"]

_NAME = "template"
_REMEMBERED = 512


class _Value(str):
    """What an expression wrote; the rest of a text are lines of the template itself."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a template, and at which of its lines."""

    line: int
    message: str
    hint: str

    def problem(self, text: Document) -> Problem:
        return Problem(line_of(text, self.line), self.message, "", self.hint)


def written(text: Document, variables: Mapping[str, Any]) -> str:
    """The text with its values; InputError names the line of the template that fails."""
    template = _ready(text)
    state = State(variables)
    try:
        return "".join(template.root_render_func(state.context(_sandbox())))
    except Exception as fault:  # noqa: BLE001  (whatever a template raises is said in words)
        raise InputError([_fault(fault, state.variables).problem(text)]) from None


def written_lines(text: Document, variables: Mapping[str, Any]) -> list[int]:
    """For each line that `written` gives, the line of the template that it comes from."""
    template = _ready(text)
    made: Any = template.root_render_func(State(variables).context(_sandbox()))
    lines = [1]
    for part in made:
        line = template.get_corresponding_lineno(made.gi_frame.f_lineno)
        lines[-1] = max(lines[-1], line) if part[:1] not in {"", "\n"} else lines[-1]
        lines += _lines_below(part, line)
    return lines


def _lines_below(part: str, line: int) -> Iterator[int]:
    step = 0 if isinstance(part, _Value) else 1
    return (line + step * number for number in range(1, part.count("\n") + 1))


def _ready(text: Document) -> Template:
    made = compiled(text.value)
    if isinstance(made, _Fault):
        raise InputError([made.problem(text)])
    return made


@lru_cache(maxsize=_REMEMBERED)
def compiled(source: str) -> Template | _Fault:
    """Many notebooks use one template, whether or not it can be read."""
    sandbox = _sandbox()
    try:
        return Template.from_code(sandbox, sandbox.compile(source, _NAME, _NAME), {})
    except Exception as fault:  # noqa: BLE001  (whatever Jinja's parser raises is said)
        return _fault(fault, ())


def _fault(fault: Exception, variables: Any) -> _Fault:
    place = place_of(fault.__traceback__)
    line = place[1] if place else getattr(fault, "lineno", None) or 1
    if isinstance(fault, TemplateNotFound):
        return _Fault(line, "a template of a service imports nothing", "")
    return _Fault(line, *described(fault, variables))


def _output(context: Any, value: Any) -> str:
    """What `{{ }}` writes: lists and maps as JSON, which YAML reads as what they are."""
    if isinstance(value, (list, tuple, Mapping)):
        value = as_json(context, value)
    return _Value(operators.output(context, value))


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    sandbox = environment({"op output": _output})
    sandbox.trim_blocks = sandbox.lstrip_blocks = False
    return sandbox
