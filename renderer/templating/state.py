"""What one render carries along: its variables, its budget, and what its helpers keep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.utils import missing

from renderer.templating.faults import UnknownError
from renderer.templating.methods import GLOBALS
from renderer.templating.values import given
from renderer.templating.work import Budget

# What a render carries along beside the variables; no template can write this name.
STATE = "the render"


class Undefined(StrictUndefined):
    """A strict undefined that remembers what was asked of what."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Any = None,  # noqa: ARG002  (as Jinja calls it)
    ) -> None:
        super().__init__(hint, obj, name, exc=partial(_unknown, obj, name, hint))  # type: ignore[arg-type]


def _unknown(owner: Any, name: Any, hint: str | None, _message: str) -> UnknownError:
    if hint and "inline if-expression" in hint:
        hint = "the inline if has no else, and its condition is false"
    return UnknownError(owner, name, hint or "")


class State:
    """One render: the work it may still do, and what its helpers keep between calls."""

    __slots__ = ("budget", "identity", "modules", "shared", "texts", "variables")

    def __init__(self, variables: Mapping[str, Any], shared: Any = None) -> None:
        self.variables = {**GLOBALS, **variables, STATE: self}
        self.shared = shared
        self.budget = Budget(given(variables) if shared else {})
        self.identity: dict[str, Any] = {}
        self.modules: dict[str, TemplateModule] = {}
        self.texts: dict[tuple[int, int], tuple[Any, str]] = {}

    def context(self, sandbox: Any) -> WorkContext:
        return WorkContext(sandbox, self.variables, None, {})


class Names(dict[str, Any]):
    """The variables of a template; one that is not there says so when it is used."""

    __slots__ = ("_environment", "_exported")

    def __init__(
        self, variables: Mapping[str, Any], environment: Any, exported: Mapping[str, Any]
    ) -> None:
        super().__init__(variables)
        self._environment = environment
        self._exported = exported

    def __missing__(self, name: str) -> Any:
        found = self._exported.get(name, missing)
        return self._environment.undefined(name=name) if found is missing else found


class WorkContext(Context):
    """Jinja's context, cheap to make, with the budget of the render at hand."""

    def __init__(
        self,
        environment: Any,
        parent: dict[str, Any],
        name: str | None,
        blocks: Mapping[str, Any],  # noqa: ARG002  (as Jinja calls it)
        globals: Any = None,  # noqa: A002, ARG002  (as Jinja calls it)
    ) -> None:
        self.parent = parent
        self.vars: dict[str, Any] = {}
        self.names = Names(parent, environment, self.vars)
        self.environment = environment
        self.eval_ctx = environment.settled
        self.exported_vars = set()
        self.name = name
        self.globals_keys = set()
        self.blocks = {}
        self.state: State = parent[STATE]
        self.budget = self.state.budget

    def resolve_or_missing(self, key: str) -> Any:
        return self.names[key]
