"""Writes the Python of a guarded template: shorter than Jinja would, since less can be in it."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.nodes import EvalContext

_SURE = frozenset((VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE))
_NAMES = "LoopContext, Macro, Markup, Namespace, TemplateRuntimeError, Undefined, identity, missing"


class Generator(NativeCodeGenerator):
    """There are no blocks, nothing is extended, and all filters and tests are known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = _Numbered(self)
        self.tests = _Numbered(self)

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline(f"from jinja2.runtime import {_NAMES}")
        self.writeline(f"name = {self.name!r}")
        self.writeline("def root(context, missing=missing, environment=environment):")
        self.indent()
        self.write_commons()
        self.writeline("resolve = context.names.__getitem__")
        frame = Frame(EvalContext(self.environment, self.name))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        self.enter_frame(frame)
        self.blockvisit(node.body, frame)
        self.outdent()
        self._bind("filters", self.filters)
        self._bind("tests", self.tests)
        self.writeline("blocks = {}")
        self.writeline(f"debug_info = {'&'.join(f'{a}={b}' for a, b in self.debug_info)!r}")

    def _bind(self, kind: str, names: dict[str, str]) -> None:
        for name, target in names.items():
            self.writeline(f"{target} = environment.{kind}[{name!r}]")

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        """No check behind a variable that the context has resolved: it is never missing."""
        if ref := _sure(node, frame):
            self.write(ref)
        else:
            super().visit_Name(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """An entry of a map, without a call; everything else by way of the sandbox."""
        if isinstance(node.node, nodes.Name) and (ref := _sure(node.node, frame)):
            is_there = f"{ref}.__class__ is dict and {node.attr!r} in {ref}"
            self.write(f"({ref}[{node.attr!r}] if {is_there} else ")
            super().visit_Getattr(node, frame)
            self.write(")")
        else:
            super().visit_Getattr(node, frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Every value as it is: what it costs and how it is written, filters have seen to."""
        many = len(node.nodes) > 1
        if frame.buffer is not None:
            self.writeline(f"{frame.buffer}.{'extend((' if many else 'append('}")
            self.indent()
        for child in node.nodes:
            if frame.buffer is None:
                self.writeline("yield ", child)
                self.visit(child, frame)
            else:
                self.newline(child)
                self.visit(child, frame)
                self.write(",")
        if frame.buffer is not None:
            self.outdent()
            self.writeline("))" if many else ")")

    def visit_TemplateData(self, node: nodes.TemplateData, frame: Frame) -> None:  # noqa: ARG002
        self.write(repr(node.data))

    def visit_Call(
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002  (as Jinja has it)
    ) -> None:
        if isinstance(node.node, nodes.Getattr):
            self.write("environment.call_method(context, ")
            self.visit(node.node.node, frame)
            self.write(f", {node.node.attr!r}")
        else:
            self.write("environment.call(context, ")
            self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")


def _sure(node: nodes.Name, frame: Frame) -> str:
    """The Python name of a variable that cannot be missing where it is read, or nothing."""
    if node.ctx != "load":
        return ""
    ref = frame.symbols.ref(node.name)
    load = frame.symbols.find_load(ref)
    return ref if load is not None and load[0] in _SURE else ""


class _Numbered(dict[str, str]):
    """Names in the generated code, made up as they are asked for."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self._generator = generator

    def __missing__(self, name: str) -> str:
        target = self[name] = self._generator.temporary_identifier()
        return target
