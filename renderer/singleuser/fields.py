"""Fields of Kubernetes' objects, whoever holds them: a dictionary, or a model of a Python client.

The clients `kubernetes` and `kubernetes_asyncio` tell alike what their models hold: the JSON names
of their attributes, and the types of these. Neither is imported here; an object knows its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

_LIST = re.compile(r"list\[(.+)\]", re.IGNORECASE)
_DICT = re.compile(r"dict[(\[]\w+, (.+)[)\]]", re.IGNORECASE)
_MODELS = ".models"


def plain(value: Any) -> Any:
    """The value as JSON has it, by its JSON names and without what is not set; all of it new."""
    match value:
        case Mapping():
            return {key: plain(child) for key, child in value.items() if child is not None}
        case list() | tuple():
            return [plain(child) for child in value]
        case _ if hasattr(value, "attribute_map"):
            found = ((name, getattr(value, key)) for key, name in value.attribute_map.items())
            return {name: plain(child) for name, child in found if child is not None}
        case _:
            return value


def held(owner: Any, *path: str) -> Any:
    """What stands at a path of JSON names, as it is; None where nothing does."""
    for name in path:
        if owner is None:
            return None
        mapping = isinstance(owner, Mapping)
        owner = owner.get(name) if mapping else getattr(owner, _key(owner, name))
    return owner


def read(owner: Any, *path: str) -> Any:
    """What stands at a path, in plain values of its own."""
    return plain(held(owner, *path))


def write(owner: Any, *path: str, value: Any) -> None:
    """Sets what stands at a path. Items of a list that are there already stay the same objects."""
    *parents, name = path
    for parent in parents:
        if held(owner, parent) is None:
            _put(owner, parent, {})
        owner = held(owner, parent)
    if isinstance(value, list):
        _put_list(owner, name, value)
    else:
        _put(owner, name, value)


def _put_list(owner: Any, name: str, items: list[Any]) -> None:
    """The list is filled where it stands: its owner need not know all that is put in."""
    before = {repr(plain(item)): item for item in held(owner, name) or ()}
    kept = [before.get(repr(each)) for each in items]
    kind = None if isinstance(owner, Mapping) else _of_list(owner, name)
    _put(owner, name, [])
    held(owner, name).extend(
        _known(each, kind, owner) if item is None else item
        for each, item in zip(items, kept, strict=True)
    )


def _put(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, MutableMapping):
        owner[name] = value
        return
    key = _key(owner, name)
    setattr(owner, key, _known(value, owner.openapi_types[key], owner))


def _key(owner: Any, name: str) -> str:
    """The attribute that has a JSON name."""
    names: Mapping[str, str] = owner.attribute_map
    return next(key for key, json_name in names.items() if json_name == name)


def _of_list(owner: Any, name: str) -> str | None:
    found = _LIST.fullmatch(owner.openapi_types[_key(owner, name)])
    return found[1] if found else None


def _known(value: Any, kind: str | None, owner: Any) -> Any:
    """A plain value as the owner's client has it; plain where it knows some field of it not."""
    try:
        return value if kind is None else _typed(value, kind, owner)
    except _UnknownFieldError:
        return value


def _typed(value: Any, kind: str, owner: Any) -> Any:
    if found := _LIST.fullmatch(kind):
        return [_typed(item, found[1], owner) for item in value]
    if found := _DICT.fullmatch(kind):
        return {key: _typed(child, found[1], owner) for key, child in value.items()}
    model = getattr(_models_of(owner), kind, None)
    return value if model is None else _model(value, model, owner)


def _model(value: Mapping[str, Any], model: Any, owner: Any) -> Any:
    keys = {name: key for key, name in model.attribute_map.items()}
    if value.keys() - keys:
        raise _UnknownFieldError
    types = model.openapi_types
    return model(**{keys[n]: _typed(child, types[keys[n]], owner) for n, child in value.items()})


def _models_of(owner: Any) -> Any:
    package, found, _ = type(owner).__module__.partition(_MODELS)
    return sys.modules[package + found]


class _UnknownFieldError(Exception):
    """A field that the client's release does not know yet."""
