"""Small pieces of a generated template."""

from __future__ import annotations

from typing import TypeAlias

from jinja2 import nodes

from renderer.templating.guard import applied

Code: TypeAlias = list[nodes.Node]


def output(*values: nodes.Expr | str) -> nodes.Output:
    ready = [_data(v) if isinstance(v, (str, nodes.Const)) else v for v in values]
    return nodes.Output(ready, lineno=ready[0].lineno)


def _data(value: nodes.Const | str) -> nodes.TemplateData:
    if isinstance(value, str):
        return nodes.TemplateData(value, lineno=1)
    return nodes.TemplateData(value.value, lineno=value.lineno)


def joined(code: Code) -> Code:
    """The same code with neighbouring outputs made one, and their static text, too."""
    result: Code = []
    for node in code:
        if not (isinstance(node, nodes.Output) and result and isinstance(result[-1], nodes.Output)):
            result.append(
                nodes.Output([], lineno=node.lineno) if isinstance(node, nodes.Output) else node
            )
        if isinstance(node, nodes.Output):
            for value in node.nodes:
                _append(result[-1].nodes, value)  # type: ignore[attr-defined]
    return result


def _append(values: list[nodes.Expr], value: nodes.Expr) -> None:
    last = values[-1] if values else None
    if isinstance(last, nodes.TemplateData) and isinstance(value, nodes.TemplateData):
        values[-1] = nodes.TemplateData(last.data + value.data, lineno=last.lineno)
    else:
        values.append(value)


def concat(parts: tuple[nodes.Expr, ...], line: int) -> nodes.Expr:
    return applied("op concat", nodes.Tuple(list(parts), "load", lineno=line), lineno=line)
