"""The syntax that templates may use: operators are replaced by ones that pay, the rest refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from renderer.templating.faults import TOO_DEEP, ForbiddenError, suggestion
from renderer.templating.filters import FILTERS
from renderer.templating.predicates import TESTS
from renderer.templating.work import STEP

MAX_DEPTH = 32
_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Include: "include",
    nodes.Extends: "extends",
    nodes.Block: "block",
}
_LITERALS = frozenset((nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair))
_OPERATORS: Mapping[type[nodes.Node], str] = {
    nodes.Add: "op add",
    nodes.Sub: "op sub",
    nodes.Mul: "op mul",
    nodes.Div: "op div",
    nodes.FloorDiv: "op floordiv",
    nodes.Mod: "op mod",
    nodes.Pow: "op pow",
}


def applied(name: str, value: nodes.Expr | None, *args: nodes.Expr, lineno: int) -> nodes.Filter:
    """The call of one of our own functions, as a filter no template can name."""
    return nodes.Filter(value, name, list(args), [], None, None, lineno=lineno)


def weight(body: list[nodes.Node]) -> int:
    """The price of running some statements once; what loops in them cost is theirs to pay."""
    return sum(_weight(node) for node in body)


def _weight(node: nodes.Node) -> int:
    if isinstance(node, nodes.TemplateData):
        return STEP + len(node.data)
    total = STEP
    for field in node.fields:
        child = getattr(node, field, None)
        if isinstance(child, nodes.Node):
            total += _weight(child)
        elif isinstance(child, list) and not (field == "body" and isinstance(node, nodes.For)):
            total += sum(_weight(item) for item in child if isinstance(item, nodes.Node))
    return total


class Guard(NodeTransformer):
    """Walks a parsed template once."""

    def __init__(self, lineno: int = 0) -> None:
        self.lineno = lineno
        self.trail: list[type[nodes.Node]] = []

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if type(node) in _FORBIDDEN:
            _forbid(node, f"{{% {_FORBIDDEN[type(node)]} %}} is not part of the templates")
        if self.lineno:
            node.lineno = self.lineno
        self.trail.append(type(node))
        if len(self.trail) > MAX_DEPTH:
            _forbid(node, f"the expression {TOO_DEEP}", "set parts of it to variables first")
        try:
            if type(node) in _OPERATORS:
                return self._operator(node)
            return super().visit(node, *args, **kwargs)
        finally:
            self.trail.pop()

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """What Jinja's does, without its detours."""
        for field in node.fields:
            value = getattr(node, field, None)
            if isinstance(value, nodes.Node):
                setattr(node, field, self.visit(value, *args, **kwargs))
            elif isinstance(value, list):
                value[:] = [
                    self.visit(item, *args, **kwargs) if isinstance(item, nodes.Node) else item
                    for item in value
                ]
        return node

    def _operator(self, node: nodes.Node) -> nodes.Node:
        assert isinstance(node, nodes.BinExpr)  # noqa: S101  (for the type checker)
        self.generic_visit(node)
        return applied(_OPERATORS[type(node)], node.left, node.right, lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name.startswith("_") or node.name in {"self", "super"}:
            _forbid(node, f'"{node.name}" is not a name for a variable')
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        parts = nodes.Tuple(node.nodes, "load", lineno=node.lineno)
        return applied("op concat", parts, lineno=node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        lefts = [node.expr, *(operand.expr for operand in node.ops)]
        if all(map(_is_cheap, lefts, node.ops)):
            return node
        if len(node.ops) > 1:
            _forbid(node, "a chain of comparisons", "join two comparisons with and")
        sign = nodes.Const(node.ops[0].op, lineno=node.lineno)
        return applied("op compare", node.expr, sign, node.ops[0].expr, lineno=node.lineno)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        ready = [bound or nodes.Const(None, lineno=node.lineno) for bound in bounds]
        return applied("op cut", node.node, *ready, lineno=node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        return self._literal(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return self._literal(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        if node.ctx == "store":
            self.generic_visit(node)
            return node
        return self._literal(node)

    def _literal(self, node: nodes.Expr) -> nodes.Expr:
        """A list or map that is built; one around it sees to those inside of it."""
        if _is_constant(node):
            return node
        self.generic_visit(node)
        if len(self.trail) > 1 and self.trail[-2] in _LITERALS:
            return node
        return applied("op built", node, lineno=node.lineno)

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        if node.expr2 is None:
            _forbid(node, "an if without else", "say what else: else omit, or else ''")
        return self.generic_visit(node)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        if node.name not in FILTERS:
            _forbid(node, f'there is no filter "{node.name}"', suggestion(node.name, FILTERS))
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name not in TESTS:
            _forbid(node, f'there is no test "{node.name}"', suggestion(node.name, TESTS))
        return self.generic_visit(node)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            _forbid(node, "a recursive loop")
        self.generic_visit(node)
        return paid_loop(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        self._charge(node)
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        self._charge(node)
        return node

    def _charge(self, node: nodes.Macro | nodes.CallBlock) -> None:
        self.generic_visit(node)
        price = nodes.Const(weight(node.body), lineno=node.lineno)
        empty = nodes.Const("", lineno=node.lineno)
        entry = applied("op enter", empty, price, lineno=node.lineno)
        node.body.insert(0, nodes.Output([entry], lineno=node.lineno))

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [
            child
            if isinstance(child, nodes.TemplateData)
            else applied("op output", child, lineno=child.lineno)
            for child in node.nodes
        ]
        return node

    def visit_Import(self, node: nodes.Import) -> nodes.Node:
        return _imported(node)

    def visit_FromImport(self, node: nodes.FromImport) -> nodes.Node:
        return _imported(node)


def paid_loop(node: nodes.For) -> nodes.For:
    """The loop, paying for all its runs before the first."""
    tests = [node.test] if node.test else []
    price = nodes.Const(weight([*tests, *node.body]) + STEP, lineno=node.lineno)
    node.iter = applied("op loop", cast("nodes.Expr", node.iter), price, lineno=node.lineno)
    return node


def _is_cheap(left: nodes.Expr, operand: nodes.Operand) -> bool:
    """Whether a comparison costs no more than a constant in the source is long."""
    if operand.op in {"in", "notin"}:
        return _is_constant(operand.expr)
    return isinstance(left, nodes.Const) or isinstance(operand.expr, nodes.Const)


def _is_constant(node: nodes.Node) -> bool:
    if isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair)):
        return all(map(_is_constant, node.iter_child_nodes()))
    return isinstance(node, nodes.Const)


def reprice(node: nodes.For) -> nodes.For:
    """The loop with the price of a body that was put in later."""
    price = weight(node.body) + STEP
    node.iter.args[0] = nodes.Const(price, lineno=node.lineno)  # type: ignore[attr-defined]
    return node


def _imported(node: Any) -> nodes.Node:
    if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
        _forbid(node, "an import names its file as a string")
    node.with_context = True
    result: nodes.Node = node
    return result


def _forbid(node: nodes.Node, message: str, hint: str = "") -> NoReturn:
    raise ForbiddenError(message, node.lineno, hint)
