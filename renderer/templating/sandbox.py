"""The sandbox: Jinja with an allow-list of everything, and a price on every step.

No environment, clock, network, file or randomness can be reached from a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import CodeType
from typing import Any, cast

from jinja2 import StrictUndefined, Template, nodes
from jinja2.compiler import Frame
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateNotFound
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing, pass_context

from renderer.templating.access import entry_of, item_of
from renderer.templating.faults import RefusedError, UnknownError, kind_of
from renderer.templating.filters import FILTERS
from renderer.templating.guard import Guard
from renderer.templating.methods import GLOBALS, Function
from renderer.templating.operators import OPERATORS
from renderer.templating.predicates import TESTS
from renderer.templating.values import Frozen, fail_if_undefined, size
from renderer.templating.work import STEP, Budget

_MISFITS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
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
        self.budget = Budget()
        self.identity: dict[str, Any] = {}
        self.modules: dict[str, TemplateModule] = {}
        self.texts: dict[tuple[int, int], tuple[Any, str]] = {}

    def context(self, sandbox: Sandbox) -> WorkContext:
        return WorkContext(sandbox, self.variables, None, {})


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
        self.vars = {}
        self.environment = environment
        self.eval_ctx = environment.settled
        self.exported_vars = set()
        self.name = name
        self.globals_keys = set()
        self.blocks = {}
        self.state: State = parent[STATE]
        self.budget = self.state.budget

    def resolve_or_missing(self, key: str) -> Any:
        """The variable, or an undefined one that says so when it is used."""
        found = self.parent.get(key, missing)
        if found is missing:
            found = self.vars.get(key, missing)
        return self.environment.undefined(name=key) if found is missing else found


class Generator(NativeCodeGenerator):
    """Writes no check behind a variable that the context has resolved: it is never missing."""

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        if node.ctx == "load":
            ref = frame.symbols.ref(node.name)
            load = frame.symbols.find_load(ref)
            if load is not None and load[0] == VAR_LOAD_RESOLVE:
                self.write(ref)
                return
        super().visit_Name(node, frame)


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
        self._libraries = {
            name: Library.from_code(self, code, {}) for name, code in libraries.items()
        }
        self.settled = EvalContext(self, None)
        self.globals = dict(GLOBALS)
        self.filters = {name: _filter(name, function) for name, function in FILTERS.items()}
        self.filters |= {name: pass_context(_shim(f)) for name, f in OPERATORS.items()}
        self.filters |= {name: pass_context(_shim(f)) for name, f in helpers.items()}
        self.tests = {name: pass_context(_shim(f)) for name, f in TESTS.items()}

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

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if type(__obj) is Function:
            return __obj.call(__context, *args, **kwargs)
        if type(__obj) is Macro:
            return __self._run(__context.budget, __obj, args, kwargs)
        fail_if_undefined(__obj)
        raise RefusedError(f"{kind_of(__obj)} cannot be called")

    def _run(self, budget: Budget, macro: Macro, args: Any, kwargs: Any) -> Any:
        budget.descend()
        try:
            result = macro(*args, **kwargs)
        except TypeError as error:
            raise RefusedError(f"macro {macro.name} does not take these arguments") from error
        budget.ascend()
        budget.spend(STEP + size(result))
        return result


def _shim(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own to carry Jinja's mark, so that none of ours is changed."""
    return partial(function)


def _filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, paying for the size of what it takes and gives, and failing in words."""

    def run(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        if type(value) is Frozen:
            value = value.value
        context.budget.spend(STEP + size(value) + sum(map(size, args)))
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
