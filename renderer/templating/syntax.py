"""Reads single expressions and statements into Jinja's syntax tree, guarded and placed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from renderer.templating.faults import TOO_DEEP, ForbiddenError
from renderer.templating.guard import Guard
from renderer.templating.tags import MAX_LENGTH

_PATH = re.compile(
    r"(?!(?i:true|false|none|not|self|super)\b)[a-zA-Z][a-z0-9_]{0,63}(?:\.[a-zA-Z][a-zA-Z0-9_]{0,63}){0,8}"
)


def expression(environment: Any, source: str, lineno: int) -> nodes.Expr:
    """What stands between `{{` and `}}`."""
    if _PATH.fullmatch(source):
        return _path(source, lineno)
    with _at(lineno, source):
        parser = Parser(environment, source, state="variable")
        parsed = parser.parse_expression()
        if not parser.stream.eos:
            rest = parser.stream.current.value
            raise ForbiddenError(f'"{rest}" stands where the expression should end', lineno)
        placed: nodes.Expr = _placed(parsed, lineno)
        return placed


def _path(source: str, lineno: int) -> nodes.Expr:
    """A variable, or an entry of one: most expressions are that, and Jinja's parser is slow."""
    name, *attributes = source.split(".")
    node: nodes.Expr = nodes.Name(name, "load", lineno=lineno)
    for attribute in attributes:
        node = nodes.Getattr(node, attribute, "load", lineno=lineno)
    return node


def statement(environment: Any, source: str, end: str, lineno: int) -> Any:
    """What stands between `{%` and `%}`, with an empty body up to its `end`."""
    closing = f"{{% {end} %}}" if end else ""
    with _at(lineno, source):
        body = Parser(environment, f"{{% {source} %}}{closing}").parse().body
        if len(body) != 1:
            raise ForbiddenError("more than one statement", lineno)
        return _placed(body[0], lineno)


def _placed(node: Any, lineno: int) -> Any:
    return Guard(lineno).visit(node)


@contextmanager
def _at(lineno: int, source: str) -> Iterator[None]:
    """Faults of the parser get the line of the file; they only know their own."""
    if len(source) > MAX_LENGTH:
        raise ForbiddenError(f"an expression of more than {MAX_LENGTH} characters", lineno)
    try:
        yield
    except TemplateSyntaxError as fault:
        fault.lineno = lineno
        raise
    except RecursionError:
        raise ForbiddenError(f"the expression {TOO_DEEP}", lineno) from None


def template(body: list[nodes.Node], environment: Any) -> nodes.Template:
    """A whole template of ready statements, in a scope of its own."""
    node = nodes.Template([nodes.Scope(body, lineno=1)], lineno=1)
    node.environment = environment
    return node
