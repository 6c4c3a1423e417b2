"""The sandbox: Jinja with an allow-list of everything, and a price on every step.

No environment, clock, network, file or randomness can be reached from a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, cast

from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateNotFound
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from renderer.templating.access import entry_of, item_of
from renderer.templating.codegen import Generator
from renderer.templating.faults import RefusedError, kind_of
from renderer.templating.filters import FILTERS
from renderer.templating.guard import Guard
from renderer.templating.methods import GLOBALS, MAP_METHODS, METHODS, Function, called
from renderer.templating.operators import OPERATORS
from renderer.templating.predicates import TESTS
from renderer.templating.state import STATE, State, Undefined, WorkContext
from renderer.templating.values import Frozen, fail_if_undefined, size
from renderer.templating.work import STEP, Budget

_MISFITS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class Library(Template):
    """A file of macros. It sees the variables of the chart, and runs once in a render."""

    def make_module(
        self,
        vars: Any = None,  # noqa: A002  (as Jinja calls it)
        shared: bool = False,  # noqa: ARG002, FBT001, FBT002  (as Jinja calls it)
        locals: Any = None,  # noqa: A002, ARG002  (as Jinja calls it)
    ) -> TemplateModule:
        state: State = (vars or {})[STATE]
        name = self.name or ""
        if name not in state.modules:
            context = state.context(cast("Sandbox", self.environment))
            state.modules[name] = TemplateModule(self, context)
        return state.modules[name]


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment in which only what is listed exists."""

    code_generator_class = Generator
    context_class = WorkContext

    def __init__(
        self, helpers: Mapping[str, Callable[..., Any]], libraries: Mapping[str, CodeType]
    ) -> None:
        super().__init__(
            undefined=Undefined,
            autoescape=False,
            optimized=False,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.listed_filters = FILTERS
        self.settled = EvalContext(self, None)
        self.globals = dict(GLOBALS)
        self.filters = {name: _filter(name, function) for name, function in FILTERS.items()}
        self.filters |= {name: pass_context(f) for name, f in OPERATORS.items()}
        self.filters |= {name: pass_context(f) for name, f in helpers.items()}
        self.tests = {name: pass_context(f) for name, f in TESTS.items()}
        self._libraries = {
            name: Library.from_code(self, code, {}) for name, code in libraries.items()
        }

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        guarded: nodes.Template = Guard().visit(super()._parse(source, name, filename))
        return guarded

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:  # noqa: A002, ARG002
        """The library of that name beside the file that asks for it."""
        folder = str(parent or "").rpartition("/")
        beside = "".join((*folder[:2], str(name)))
        if beside not in self._libraries:
            raise TemplateNotFound(name)
        return self._libraries[beside]

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return entry_of(self, obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return item_of(self, obj, argument)

    def call(self, context: Any, owner: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(owner) is Function:
            return owner.call(context, *args, **kwargs)
        if type(owner) is Macro:
            return self._run(context.budget, owner, args, kwargs)
        fail_if_undefined(owner)
        raise RefusedError(f"{kind_of(owner)} cannot be called")

    def call_method(self, context: Any, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """The call of `owner.name`, without a detour where that is a method of a map or string."""
        methods = METHODS.get(type(owner))
        if methods is None or name not in methods or (methods is MAP_METHODS and name in owner):
            return self.call(context, self.getattr(owner, name), *args, **kwargs)
        return called(name, methods[name], (context, owner, *args), kwargs)

    def _run(self, budget: Budget, macro: Macro, args: Any, kwargs: Any) -> Any:
        budget.descend()
        run = macro if kwargs or not _is_exact(macro, len(args)) else macro._func  # noqa: SLF001
        try:
            result = run(*args, **kwargs)
        except TypeError as error:
            raise RefusedError(f"macro {macro.name} does not take these arguments") from error
        budget.ascend()
        budget.spend(STEP + size(result))
        return result


def _is_exact(macro: Macro, given: int) -> bool:
    """Whether its function takes so many arguments just as they are given."""
    return given == len(macro.arguments) and not (
        macro.catch_kwargs or macro.catch_varargs or macro.caller
    )


def _filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, paying for the size of what it takes and gives, and failing in words."""

    def run(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        if type(value) is Frozen:
            value = value.value
        context.budget.spend(STEP + size(value) + (sum(map(size, args)) if args else 0))
        try:
            result = function(context, value, *args, **kwargs)
        except _MISFITS:
            fail_if_undefined(value)
            for argument in args:
                fail_if_undefined(argument)
            raise RefusedError(f"the filter {name} does not fit {kind_of(value)}") from None
        context.budget.spend(size(result))
        return result

    return pass_context(run)


def environment(
    helpers: Mapping[str, Callable[..., Any]] | None = None,
    libraries: Mapping[str, CodeType] | None = None,
) -> Sandbox:
    """A sandbox, with helpers under names that no template can write, and files to import."""
    return Sandbox(helpers or {}, libraries or {})
