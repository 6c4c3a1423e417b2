"""Expressions in fragments: `{{ }}` in the strings of a partial pod, evaluated in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from jinja2 import Template, nodes

from renderer.errors import InputError, Problem
from renderer.position import Path, Position
from renderer.templating import syntax
from renderer.templating.faults import ForbiddenError, described, place_of
from renderer.templating.guard import applied
from renderer.templating.methods import GLOBALS
from renderer.templating.sandbox import Sandbox, environment
from renderer.templating.state import State, WorkContext
from renderer.templating.tags import CLOSING, COMMENT, CONTROL, EXPRESSION, tag_at
from renderer.templating.values import OMIT, plain

Locate: TypeAlias = Callable[[Path], Position]
Run: TypeAlias = Callable[[WorkContext], Iterator[Any]]

# What becomes of a container: the places of its children that are not static, each either the
# number of an expression or a plan of its own.
Plan: TypeAlias = "list[tuple[str | int, int | Plan]]"

_VALUE = "fragment value"
_LITERALLY = "write {{ '{{' }} for two braces that are meant as they stand"
_MOST_PROBLEMS = 20
_MOST_TRIED = 200
_ONLY_VALUES = "only {{ expression }} can"


@dataclass(frozen=True, slots=True, eq=False)
class CompiledFragment:
    """A fragment whose expressions are ready to be evaluated, over and over."""

    template: Mapping[str, Any]
    reads: frozenset[str]
    _plan: Plan
    _leaves: tuple[_Leaf, ...]
    _run: Run | None
    _locate: Locate

    @property
    def is_static(self) -> bool:
        return self._run is None

    def evaluate(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fragment with its values; what holds no expression is shared, not copied."""
        return self.filled(self.values(variables))

    def values(self, variables: Mapping[str, Any]) -> list[Any]:
        """What the fragment's expressions give, in the order of `paths`."""
        if self._run is None:
            return []
        state = State(variables)
        try:
            return list(self._run(state.context(_sandbox())))
        except Exception as fault:  # noqa: BLE001  (whatever a template raises is said in words)
            raise InputError(self._problems(fault, variables, state)) from None

    def filled(self, values: Sequence[Any]) -> Mapping[str, Any]:
        """The fragment with these values in the places of its expressions."""
        if not self._plan:
            return self.template
        found: Mapping[str, Any] = filled(self.template, self._plan, values)
        return found

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(leaf.path for leaf in self._leaves)

    def _problems(
        self, fault: Exception, variables: Mapping[str, Any], state: State
    ) -> list[Problem]:
        """The fault that ended the run, and those of expressions behind it, as far as work is left.

        Each is compiled again, alone: only so many are tried.
        """
        place = place_of(fault.__traceback__)
        failed = place[1] - 1 if place else 0
        found = [self._problem(failed, fault, variables)]
        last = min(len(self._leaves), failed + 1 + _MOST_TRIED)
        for number in range(failed + 1, last):
            if state.budget.left < 0 or len(found) >= _MOST_PROBLEMS:
                break
            try:
                list(_compiled([self._leaves[number]])(state.context(_sandbox())))
            except Exception as later:  # noqa: BLE001  (as above)
                found.append(self._problem(number, later, variables))
        return found

    def _problem(self, number: int, fault: Exception, variables: Mapping[str, Any]) -> Problem:
        message, hint = described(fault, {**GLOBALS, **variables})
        return Problem(self._locate(self._leaves[number].path), message, "", hint)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A string with expressions in it, at its place; the number is the line of its code."""

    path: Path
    value: nodes.Expr


def compile_fragment(template: Mapping[str, Any], locate: Locate) -> CompiledFragment:
    """The fragment, its expressions compiled; InputError lists those that cannot be."""
    leaves: list[_Leaf] = []
    problems: list[Problem] = []

    def add(path: Path, text: str) -> int:
        if len(problems) >= _MOST_PROBLEMS:
            return 0
        try:
            leaves.append(_Leaf(path, _parsed(text, len(leaves) + 1)))
        except Exception as fault:  # noqa: BLE001  (whatever the parser raises is said in words)
            problems.append(Problem(locate(path), *_said(fault)))
        return len(leaves) - 1

    plan = _planned(template, (), add)
    run = None
    if leaves and not problems:
        try:
            run = _compiled(leaves)
        except Exception as fault:  # noqa: BLE001  (as above)
            problems.append(Problem(locate(leaves[0].path), *_said(fault)))
    if problems:
        raise InputError(problems)
    reads = frozenset(name for leaf in leaves for name in _names(leaf.value)) - GLOBALS.keys()
    return CompiledFragment(template, reads, plan, tuple(leaves), run, locate)


def _planned(node: Any, path: Path, add: Callable[[Path, str], int]) -> Plan:
    """Where the expressions below a container stand; `add` takes each and gives its number."""
    plan: Plan = []
    for step, child in node.items() if isinstance(node, Mapping) else enumerate(node):
        if isinstance(child, str):
            if EXPRESSION in child or _holds_control(child):
                plan.append((step, add((*path, step), child)))
        elif isinstance(child, (Mapping, list)) and (below := _planned(child, (*path, step), add)):
            plan.append((step, below))
    return plan


def filled(node: Any, plan: Plan, values: Sequence[Any]) -> Any:
    """A copy of the container with its values; what is omitted leaves no trace."""
    copy: Any = dict(node) if isinstance(node, Mapping) else list(node)
    for step, below in reversed(plan):
        value = values[below] if isinstance(below, int) else filled(copy[step], below, values)
        if value is OMIT:
            del copy[step]
        else:
            copy[step] = value
    return copy


def _parsed(text: str, number: int) -> nodes.Expr:
    """The value of a string: its one expression, or all its parts joined as text."""
    parts: list[nodes.Expr] = []
    at = 0
    while (start := text.find(EXPRESSION, at)) >= 0:
        parts += _static(text[at:start], number)
        tag = tag_at(text, start, len(text))
        if not tag.body or tag.end is None:
            what = "is never closed" if tag.end is None else "is empty"
            raise ForbiddenError(f"{{{{ {what}", number, _LITERALLY)
        parts.append(syntax.expression(_sandbox(), tag.body, number))
        at = tag.end
    parts += _static(text[at:], number)
    if len(parts) == 1:
        return applied(_VALUE, parts[0], lineno=number)
    return applied("op concat", nodes.Tuple(parts, "load", lineno=number), lineno=number)


def _static(text: str, number: int) -> list[nodes.Expr]:
    if control := _holds_control(text):
        raise ForbiddenError(f"{control} cannot stand in a fragment", number, _ONLY_VALUES)
    return [nodes.Const(text, lineno=number)] if text else []


def _holds_control(text: str) -> str:
    """The kind of control that a text holds; an opening without its end is plain text."""
    for kind in (CONTROL, COMMENT):
        start = text.find(kind)
        if start >= 0 and text.find(CLOSING[kind], start) >= 0:
            return f"{kind} {CLOSING[kind]}"
    return ""


def _compiled(leaves: list[_Leaf]) -> Run:
    """One function that gives the values of all leaves, one after the other."""
    body: list[nodes.Node] = [
        nodes.Output([leaf.value], lineno=leaf.value.lineno) for leaf in leaves
    ]
    sandbox = _sandbox()
    code = sandbox.compile(syntax.template(body, sandbox), "fragment", "fragment")
    run: Run = Template.from_code(sandbox, code, {}).root_render_func
    return run


def _names(value: nodes.Expr) -> Iterator[str]:
    return (name.name for name in value.find_all(nodes.Name) if name.ctx == "load")


def _value(context: WorkContext, value: Any) -> Any:
    return OMIT if value is OMIT else plain(value, context.budget)


def _said(fault: Exception) -> tuple[str, str, str]:
    message, hint = described(fault)
    return message, "", hint


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    return environment({_VALUE: _value})
