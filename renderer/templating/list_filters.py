"""The filters that work on lists and maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined

from renderer.templating.faults import RefusedError
from renderer.templating.methods import join
from renderer.templating.operators import number
from renderer.templating.predicates import TESTS
from renderer.templating.values import fail_if_undefined, plain, refuse, size


def combine(context: Any, value: Any, *others: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in (value, *others):
        if not isinstance(part, Mapping):
            refuse(part, "cannot be combined", "combine takes maps")
        context.budget.spend(len(part))
        merged.update(part)
    return merged


def listed(context: Any, values: Any) -> list[Any]:
    context.budget.spend(8 * size(values))
    return list(values) if isinstance(values, str) else list(_listed(values))


def ordered(
    context: Any,
    values: Any,
    reverse: bool = False,  # noqa: FBT001, FBT002
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    attribute: str | None = None,
) -> list[Any]:
    key = _by(context, attribute, folded=not case_sensitive)
    return sorted(_weighed(context, values), key=key, reverse=reverse)


def dictsorted(
    context: Any,
    value: Any,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    by: str = "key",
    reverse: bool = False,  # noqa: FBT001, FBT002
) -> list[Any]:
    if not isinstance(value, Mapping):
        refuse(value, "is not a map")
    plain(value, context.budget)
    place = {"key": 0, "value": 1}[by]
    fold = _by(context, None, folded=not case_sensitive)
    return sorted(value.items(), key=lambda item: fold(item[place]), reverse=reverse)


def unique(
    context: Any,
    values: Any,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    attribute: str | None = None,
) -> list[Any]:
    key = _by(context, attribute, folded=not case_sensitive)
    found: dict[Any, Any] = {}
    for value in _weighed(context, values):
        found.setdefault(key(value), value)
    return list(found.values())


def grouped(context: Any, values: Any, attribute: str) -> list[tuple[Any, list[Any]]]:
    key = _by(context, attribute)
    groups: dict[Any, list[Any]] = {}
    for value in _weighed(context, values):
        groups.setdefault(key(value), []).append(value)
    return sorted(groups.items(), key=lambda group: group[0])


def smallest(context: Any, values: Any, attribute: str | None = None) -> Any:
    return min(_weighed(context, values), key=_by(context, attribute))


def largest(context: Any, values: Any, attribute: str | None = None) -> Any:
    return max(_weighed(context, values), key=_by(context, attribute))


def total(context: Any, values: Any, attribute: str | None = None, start: int = 0) -> Any:
    key = _by(context, attribute)
    numbers = [number(key(value)) for value in _weighed(context, values)]
    return number(sum(numbers, number(start)))


def batched(context: Any, values: Any, count: int, fill: Any = None) -> list[list[Any]]:
    items = _weighed(context, values)
    context.budget.spend(max(0, count))
    rows = [items[at : at + count] for at in range(0, len(items), count)]
    if fill is not None and rows:
        rows[-1] += [fill] * (count - len(rows[-1]))
    return rows


def mapped(context: Any, values: Any, name: str = "", *args: Any, **kwargs: Any) -> list[Any]:
    if "attribute" in kwargs:
        key = _by(context, kwargs["attribute"], instead=kwargs.get("default"))
        return [key(value) for value in _weighed(context, values)]
    filters = context.environment.listed_filters
    if name not in filters:
        raise RefusedError(f'there is no filter "{name}"')
    call = filters[name]
    return [call(context, value, *args, **kwargs) for value in _weighed(context, values)]


def chosen(want: bool, by_attribute: bool) -> Callable[..., list[Any]]:  # noqa: FBT001
    def run(context: Any, values: Any, *args: Any) -> list[Any]:
        attribute, args = (args[0], args[1:]) if by_attribute else (None, args)
        key, passes = _by(context, attribute), _test(context, args)
        return [item for item in _weighed(context, values) if passes(key(item)) is want]

    return run


def first(context: Any, values: Any) -> Any:
    return (
        _listed(values)[0] if size(values) else context.environment.undefined("the list is empty")
    )


def last(context: Any, values: Any) -> Any:
    return (
        _listed(values)[-1] if size(values) else context.environment.undefined("the list is empty")
    )


def length(_context: Any, value: Any) -> int:
    if not isinstance(value, (str, list, tuple, range, Mapping)):
        refuse(value, "has no length")
    return len(value)


def items_of(context: Any, value: Any) -> list[Any]:
    if not isinstance(value, Mapping):
        refuse(value, "is not a map")
    context.budget.spend(len(value))
    return list(value.items())


def backwards(context: Any, value: Any) -> Any:
    context.budget.spend(size(value))
    return _listed(value)[::-1] if isinstance(value, str) else list(reversed(_listed(value)))


def joined(context: Any, values: Any, separator: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = mapped(context, values, attribute=attribute)
    return join(context, values, separator)


def _test(context: Any, args: tuple[Any, ...]) -> Callable[[Any], bool]:
    if not args:
        return bool
    name, *rest = args
    if name not in TESTS:
        raise RefusedError(f'there is no test "{name}"')
    return lambda value: bool(TESTS[name](context, value, *rest))


def _by(
    context: Any, attribute: Any, *, folded: bool = False, instead: Any = None
) -> Callable[[Any], Any]:
    """The key that a filter goes by: an attribute such as `a.b`, or the value itself."""
    names = [] if attribute is None else str(attribute).split(".")
    steps: list[Any] = [int(name) if name.isdigit() else name for name in names]
    getitem = context.environment.getitem

    def key(value: Any) -> Any:
        for step in steps:
            is_there = type(value) is dict and step in value
            value = value[step] if is_there else getitem(value, step)
            if isinstance(value, Undefined):
                if instead is not None:
                    return instead
                fail_if_undefined(value)
        return value.lower() if folded and isinstance(value, str) else value

    return key


def _listed(values: Any) -> Any:
    if isinstance(values, (list, tuple, range, str)):
        return values
    if isinstance(values, Mapping):
        return list(values)
    return refuse(values, "is not a list")


def _weighed(context: Any, values: Any) -> list[Any]:
    """The items of a list, paid for as deep as they go, and for being sorted."""
    budget = context.budget
    before = budget.left
    items = list(_listed(values)) if size(values) <= before else []
    plain(values if isinstance(values, (list, range)) else items, budget)
    budget.spend(4 * (before - budget.left))
    return items
