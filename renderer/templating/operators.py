"""The operators of expressions, each of which pays for what it makes before it makes it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from renderer.templating.faults import RefusedError, kind_of
from renderer.templating.values import Frozen, fail_if_undefined, plain, refuse, size, text
from renderer.templating.work import STEP

LARGEST = 2**64
_LARGEST_BITS = 64
_WIDEST_FIELD = 3  # digits
_SEARCHED_PER_UNIT = 64
_ATOMS = frozenset((int, bool, type(None)))
_LISTS = frozenset((list, tuple, range))
_DIRECTIVE = re.compile(r"%(?:\([^)]*\))?[-#0 +]*([\d*]*)(?:\.([\d*]*))?[hlL]?(.)", re.DOTALL)


def concat(context: Any, parts: tuple[Any, ...]) -> str:
    try:
        context.budget.spend(sum(map(len, parts)))
        return "".join(parts)
    except TypeError:  # not all of them are strings
        texts = [text(part) for part in parts]
        context.budget.spend(sum(map(len, texts)))
        return "".join(texts)


def add(context: Any, left: Any, right: Any) -> Any:
    if _numbers(left, right):
        return number(left + right)
    if type(left) is type(right) and isinstance(left, (str, list)):
        context.budget.spend(len(left) + len(right))
        return left + right
    return misfit("+", left, right, "use ~ to join as text")


def mul(context: Any, left: Any, right: Any) -> Any:
    if _numbers(left, right):
        return number(left * right)
    if isinstance(left, int):
        left, right = right, left
    if isinstance(left, (str, list)) and isinstance(right, int):
        context.budget.spend(max(1, len(left)) * max(0, right))
        if isinstance(left, list):
            before = context.budget.left
            plain(left, context.budget)
            context.budget.spend((before - context.budget.left) * max(0, right))
        return left * right
    return misfit("*", left, right)


def power(_context: Any, left: Any, right: Any) -> Any:
    if not _numbers(left, right):
        return misfit("**", left, right)
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() * abs(right) > _LARGEST_BITS * 2:
            raise RefusedError("the number is too large")
        return number(left**right)
    try:
        return number(left**right)
    except OverflowError:
        raise RefusedError("the number is too large") from None


def modulo(context: Any, left: Any, right: Any) -> Any:
    if isinstance(left, str):
        return formatted(context, left, right)
    return arithmetic("%", operator.mod)(context, left, right)


def arithmetic(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    def run(_context: Any, left: Any, right: Any) -> Any:
        if not _numbers(left, right):
            return misfit(sign, left, right)
        return number(compute(left, right))

    return run


def formatted(context: Any, template: str, values: Any) -> str:
    """Printf formatting, with fields of a bounded width and scalar values."""
    fail_if_undefined(values)
    search_cost(context, len(template), 16 * template.count("%("))
    fields = 0
    for width, precision, _ in _DIRECTIVE.findall(template):
        if "*" in width + precision or max(len(width), len(precision)) > _WIDEST_FIELD:
            raise RefusedError("a field of the format is too wide")
        context.budget.spend(10**_WIDEST_FIELD if width or precision else STEP)
        fields += 1
    many = values if isinstance(values, (tuple, Mapping)) else (values,)
    lengths = [len(text(v)) for v in (many.values() if isinstance(many, Mapping) else many)]
    context.budget.spend(len(template) + sum(lengths))
    if isinstance(many, Mapping):  # each of its values may be written in every field
        context.budget.spend(fields * max(lengths, default=0))
    try:
        return template % many
    except (TypeError, ValueError, KeyError, OverflowError):
        raise RefusedError("the format does not fit its values") from None


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


_LOOKUPS = frozenset(("in", "notin"))  # of a key, which takes no walk through the map


def compare(context: Any, left: Any, sign: str, right: Any) -> bool:
    if type(left) is Frozen or type(right) is Frozen:
        left, right = _thawed(left), _thawed(right)
    deep_cost(context, left)
    if type(right) is not dict or sign not in _LOOKUPS:
        deep_cost(context, right)
    if isinstance(left, str) and isinstance(right, str) and sign in _LOOKUPS:
        search_cost(context, len(right), len(left))
    try:
        return bool(_COMPARISONS[sign](left, right))
    except TypeError:
        fail_if_undefined(left)
        fail_if_undefined(right)
        raise RefusedError(f"{kind_of(left)} and {kind_of(right)} cannot be compared so") from None


def search_cost(context: Any, length: int, sought: int) -> None:
    """Pay for a search at its worst, in which every place of a text is almost a find."""
    context.budget.spend(length * sought // _SEARCHED_PER_UNIT)


def deep_cost(context: Any, value: Any) -> None:
    """Pay for a walk through all of a value."""
    kind = type(value)
    if kind is str:
        context.budget.spend(STEP + len(value) // 4)
    elif kind in _ATOMS:
        context.budget.spend(1)
    elif isinstance(value, (str, list, tuple, Mapping)):
        plain(value, context.budget)
    else:
        context.budget.spend(size(value))


def cut(context: Any, value: Any, start: Any, stop: Any, step: Any) -> Any:
    value = _thawed(value)
    if not isinstance(value, (str, list, tuple)):
        refuse(value, "cannot be sliced")
    context.budget.spend(len(value))
    return value[start:stop:step]


def built(context: Any, value: Any) -> Any:
    """A list or a map written in an expression; what is omitted in it is not there."""
    if isinstance(value, tuple):
        return tuple(plain(list(value), context.budget))
    return plain(value, context.budget)


def loop(context: Any, value: Any, weight: int) -> Any:
    """What a `for` runs over, paid for before it runs."""
    if type(value) not in _LISTS:
        value = _thawed(value)
        if isinstance(value, Mapping):
            value = list(value)
    if not isinstance(value, (list, tuple, range)):
        refuse(value, "cannot be looped over", "a loop runs over a list, or the keys of a map")
    context.budget.spend(len(value) * weight)
    return value


def enter(context: Any, nothing: str, weight: int) -> str:
    """The price of one run through the body of a macro."""
    context.budget.spend(weight)
    return nothing


def output(context: Any, value: Any) -> str:
    """What `{{ }}` writes inside a macro."""
    written = text(value)
    context.budget.spend(len(written))
    return written


def number(value: Any) -> Any:
    if isinstance(value, complex) or not -LARGEST <= value <= LARGEST:
        raise RefusedError("the number is too large")
    return value


def misfit(sign: str, left: Any, right: Any, hint: str = "") -> Any:
    fail_if_undefined(left)
    fail_if_undefined(right)
    raise RefusedError(f"{sign} does not take {kind_of(left)} and {kind_of(right)}", hint)


def _numbers(left: Any, right: Any) -> bool:
    return isinstance(left, (int, float)) and isinstance(right, (int, float))


def _thawed(value: Any) -> Any:
    return value.value if isinstance(value, Frozen) else value


# Filters under names that no template can write; the guard puts them in place of operators.
OPERATORS: dict[str, Callable[..., Any]] = {
    "op concat": concat,
    "op add": add,
    "op sub": arithmetic("-", operator.sub),
    "op mul": mul,
    "op div": arithmetic("/", operator.truediv),
    "op floordiv": arithmetic("//", operator.floordiv),
    "op mod": modulo,
    "op pow": power,
    "op compare": compare,
    "op cut": cut,
    "op built": built,
    "op loop": loop,
    "op enter": enter,
    "op output": output,
}
