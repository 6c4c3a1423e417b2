"""What a template reaches with a dot or with brackets. What is not listed is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext
from jinja2.utils import Namespace, missing

from renderer.templating.faults import RefusedError
from renderer.templating.methods import MAP_METHODS, STR_METHODS, Function
from renderer.templating.values import Frozen, fail_if_undefined

_LOOP = frozenset((
    *("first", "last", "length", "index", "index0", "revindex", "revindex0"),
    *("previtem", "nextitem"),
))


def entry_of(environment: Any, owner: Any, name: str) -> Any:
    """`owner.name`: an entry of a map before a method of it."""
    if isinstance(owner, Frozen):
        return environment.getattr(owner.value, name)
    fail_if_undefined(owner)
    if isinstance(owner, Mapping):
        found = owner[name] if name in owner else _method(MAP_METHODS, owner, name)
    elif isinstance(owner, str):
        found = _string_method(owner, name)
    else:
        found = _jinja_value(owner, name)
    candidates = vars(owner) if isinstance(owner, TemplateModule) else owner
    return environment.undefined(obj=candidates, name=name) if found is missing else found


def _method(methods: Mapping[str, Any], owner: Any, name: str) -> Any:
    return Function(name, methods[name], owner) if name in methods else missing


def _string_method(owner: str, name: str) -> Any:
    if name in {"format", "format_map"}:
        message = f".{name}() is not part of the templates"
        raise RefusedError(message, "use ~ or the filter format")
    return _method(STR_METHODS, owner, name)


def _jinja_value(owner: Any, name: str) -> Any:
    """What `loop`, a namespace or an imported file has."""
    if name.startswith("_"):
        return missing
    if type(owner) is LoopContext and name == "cycle":
        return Function(name, lambda _context, *values: owner.cycle(*values))
    if type(owner) is LoopContext:
        return getattr(owner, name) if name in _LOOP else missing
    if type(owner) is TemplateModule:
        return vars(owner).get(name, missing)
    return getattr(owner, name, missing) if type(owner) is Namespace else missing


def item_of(environment: Any, owner: Any, key: Any) -> Any:
    """`owner[key]`: an entry of a map, an item of a list, a character."""
    if type(owner) is dict and type(key) is str and key in owner:
        return owner[key]
    fail_if_undefined(owner)
    fail_if_undefined(key)
    if isinstance(owner, Frozen):
        owner = owner.value
    if isinstance(owner, (Mapping, str, list, tuple, range)):
        try:
            return owner[key]
        except (TypeError, LookupError):
            pass
    return environment.undefined(obj=owner, name=key)
