"""Applies a strategic merge patch to a map. Lists are next door."""

from __future__ import annotations

from typing import Any

from renderer.merge.directives import (
    DELETE_FROM,
    ELEMENT_ORDER,
    MARK,
    PATCH,
    RETAIN_KEYS,
    check_known,
    replaces,
    settled,
)
from renderer.merge.error import MergeError
from renderer.merge.lists import (
    base_order,
    check_order,
    check_scalars,
    merge_items,
    merge_scalars,
    put_in_order,
)
from renderer.merge.shapes import UNKNOWN, Field, Shape, shape_of
from renderer.position import Path

Map = dict[str, Any]


def merge(base: Any, patch: Any, type_name: str = "PodTemplateSpec") -> Any:
    """The base with the patch applied. Neither is changed; what is unchanged is shared."""
    return _merge_map(base, patch, shape_of(type_name), ())


def _merge_map(base: Map, patch: Map, shape: Shape, path: Path) -> Map:
    if PATCH in patch:
        if not replaces(patch, path):
            return {}
        cleaned: Map = settled(patch, path, keep_replaced=True)
        return cleaned
    result = dict(base)
    directives = [key for key in patch if key[:1] == MARK]
    if directives:
        patch = _obey(result, patch, directives, shape, path)
    fields = shape.fields
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, (dict, list)):
            _merge_field(result, key, value, fields.get(key, UNKNOWN), (*path, key))
        else:
            result[key] = value
    return result


def _merge_field(result: Map, key: str, value: Any, field: Field, path: Path) -> None:
    """Put a map or a list of the patch where the same field of the base is, or is not."""
    before = result.get(key)
    if isinstance(value, dict):
        if isinstance(before, dict):
            result[key] = _merge_map(before, value, field[0], path)
        elif PATCH in value:  # kubectl does not keep even a replacement where nothing was
            replaces(value, path)
            result.pop(key, None)
        else:
            result[key] = settled(value, path, keep_replaced=False)
    elif isinstance(before, list):
        result[key] = _merge_list(before, value, field, path)
    else:
        result[key] = settled(value, path, keep_replaced=False)


def _merge_list(base: list[Any], patch: list[Any], field: Field, path: Path) -> list[Any]:
    shape, key = field
    if key is None:
        replaced: list[Any] = settled(patch, path, keep_replaced=True)
        return replaced
    if not key:
        return merge_scalars(base, patch, path)

    def merge_item(before: Map, item: Map, at: Path) -> Map:
        return _merge_map(before, item, shape, at)

    return merge_items(base, patch, key, path, merge_item)


def _obey(result: Map, patch: Map, directives: list[str], shape: Shape, path: Path) -> Map:
    """Do what the directives of a map say; what is left of the patch has none."""
    rest = {key: value for key, value in patch.items() if not key.startswith(MARK)}
    for key in directives:
        check_known(key, path)
    if RETAIN_KEYS in patch:
        _retain(result, _list(patch[RETAIN_KEYS], (*path, RETAIN_KEYS)), rest, path)
    for key in directives:
        if key.startswith(ELEMENT_ORDER):
            _set_order(result, key, _list(patch[key], (*path, key)), rest, shape, path)
    for key in directives:
        if key.startswith(DELETE_FROM):
            _delete_from(result, key, _list(patch[key], (*path, key)), shape, path)
    return rest


def _retain(result: Map, kept: list[Any], rest: Map, path: Path) -> None:
    here = (*path, RETAIN_KEYS)
    check_scalars(kept, here)
    names = set(kept)
    for key, value in rest.items():
        if value is not None and key not in names:
            raise MergeError(here, f"$retainKeys must name {key}, which the patch sets beside it")
    for key in [key for key in result if key not in names]:
        del result[key]


def _set_order(
    result: Map, directive: str, order: list[Any], rest: Map, shape: Shape, path: Path
) -> None:
    """Merge the list of the directive, which is taken out of the patch, and put it in order."""
    here, name = (*path, directive), directive.removeprefix(ELEMENT_ORDER)
    field = shape.fields.get(name, UNKNOWN)
    base, patch = _list(result.get(name, []), here), _list(rest.pop(name, []), (*path, name))
    check_order(patch, order, field[1], here)
    merged = base
    if patch and name in result:
        merged = _merge_list(base, patch, field, (*path, name))
    elif patch:
        merged = settled(patch, (*path, name), keep_replaced=False)
    elif name not in result:
        return
    based = base_order(base, patch, field[1], here)
    result[name] = put_in_order(merged, order, based, field[1], here) if order else merged


def _delete_from(result: Map, directive: str, doomed: list[Any], shape: Shape, path: Path) -> None:
    here, name = (*path, directive), directive.removeprefix(DELETE_FROM)
    check_scalars(doomed, here)
    if shape.fields.get(name, UNKNOWN)[1]:
        raise MergeError(here, f"{name} is no list of scalars: mark an item $patch: delete")
    before = result.get(name)
    if isinstance(before, list):
        check_scalars(before, here)
        result[name] = [item for item in before if item not in doomed]


def _list(value: Any, path: Path) -> list[Any]:
    if not isinstance(value, list):
        raise MergeError(path, "this must be a list")
    return value
