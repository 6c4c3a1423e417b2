"""How a list takes the items of a patch, and in which order they stand afterwards.

The order is that of kubectl: the patch's items in the patch's order, the others in theirs. Where
the two meet the order of the base decides, and an item that is new to the base comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias

from renderer.merge.directives import PATCH, replaces, settled
from renderer.merge.error import MergeError
from renderer.position import Path

Item = dict[str, Any]
MergeItem = Callable[[Item, Item, Path], Item]

# Items by what they are merged by, which nothing but the API server keeps unique.
Groups: TypeAlias = dict[Hashable, list[Any]]


def merge_items(
    base: list[Any], patch: list[Any], key: str, path: Path, merge_item: MergeItem
) -> list[Any]:
    """A list of maps with the patch's items merged in by their merge key."""
    added, replaced, deleted = _sorted_out(patch, key, path)
    groups = {} if replaced else _grouped_base(base, key, path)
    for item_key in deleted:
        groups.pop(item_key, None)
    base_order = list(groups)
    for index, item in added:
        item_key = item[key]
        group = groups.get(item_key)
        if group is None or replaced:
            fresh = settled(item, (*path, index), keep_replaced=True)
            groups.setdefault(item_key, []).append(fresh)
        else:
            group[0] = merge_item(group[0], item, (*path, index))
    return _in_order(groups, [item[key] for _, item in added], base_order)


def merge_scalars(base: list[Any], patch: list[Any], path: Path) -> list[Any]:
    """A list of scalars with those of the patch that it lacks."""
    check_scalars(base, path)
    check_scalars(patch, path)
    return _in_order({item: [item] for item in (*base, *patch)}, patch, base)


def put_in_order(
    items: list[Any], order: list[Any], based: list[Hashable], key: str | None, path: Path
) -> list[Any]:
    """The items as a `$setElementOrder` wants them; those it does not name stay as in `based`."""
    groups: Groups = {}
    for item_key, item in zip(_keys(items, key, path), items, strict=True):
        groups.setdefault(item_key, []).append(item)
    return _in_order(groups, _keys(order, key, path), based)


def base_order(base: list[Any], patch: list[Any], key: str | None, path: Path) -> list[Hashable]:
    """The keys of a base as a `$setElementOrder` sees them when the patch has been merged.

    Items that are new take the places of deleted ones, because kubectl reuses the array.
    """
    marked = [item for item in patch if isinstance(item, dict) and PATCH in item]
    deleted = {item[key] for item in marked if key in item}
    kept = [item_key for item_key in _keys(base, key, path) if item_key not in deleted]
    added = _keys([item for item in patch if item not in marked], key, path)
    return [*kept, *(item_key for item_key in added if item_key not in kept)][: len(base)]


def check_order(patch: list[Any], order: list[Any], key: str | None, path: Path) -> None:
    """Fail unless a `$setElementOrder` names the patch's items, in the same order."""
    kept = [item for item in patch if not (isinstance(item, dict) and PATCH in item)]
    wanted = iter(_keys(order, key, path))
    if order and not all(item in wanted for item in _keys(kept, key, path)):
        raise MergeError(path, "the items of the list beside this must be in it, in its order")


def check_scalars(items: list[Any], path: Path) -> None:
    """Fail where a list holds maps or lists."""
    if any(isinstance(item, (dict, list)) for item in items):
        raise MergeError(path, "the items of this list must be scalars")


def _in_order(groups: Groups, first: Iterable[Hashable], base: Iterable[Hashable]) -> list[Any]:
    """All items: those in `first` in its order, between them the others in that of the base."""
    ours, theirs = dict.fromkeys(first), list(dict.fromkeys(base))
    place = {item_key: index for index, item_key in enumerate(theirs)}
    order: list[Hashable] = []
    taken = 0
    for item_key in ours:
        limit = place.get(item_key, 0)
        if taken < limit:
            order += [other for other in theirs[taken:limit] if other not in ours]
            taken = limit
        order.append(item_key)
    order += [other for other in theirs[taken:] if other not in ours]
    return [item for item_key in order for item in groups.get(item_key, ())]


def _sorted_out(
    patch: list[Any], key: str, path: Path
) -> tuple[list[tuple[int, Item]], bool, list[Hashable]]:
    """The items to merge with their index, whether they replace all others, the keys to delete."""
    added: list[tuple[int, Item]] = []
    deleted: list[Hashable] = []
    replaced = False
    for index, item in enumerate(patch):
        if not isinstance(item, dict) or PATCH not in item:
            _key_of(item, key, (*path, index))
            added.append((index, item))
        elif replaces(item, (*path, index)):
            replaced = True
        else:
            deleted.append(_key_of(item, key, (*path, index)))
    return added, replaced, deleted


def _grouped_base(base: list[Any], key: str, path: Path) -> Groups:
    groups: Groups = {}
    try:
        for item in base:
            groups.setdefault(item[key], []).append(item)
    except (KeyError, TypeError):
        problem = f"the list that this is merged into has an item without {key}"
        raise MergeError(path, problem) from None
    return groups


def _keys(items: list[Any], key: str | None, path: Path) -> list[Hashable]:
    if key:
        return [_key_of(item, key, path) for item in items]
    check_scalars(items, path)
    return items


def _key_of(item: Any, key: str, path: Path) -> Hashable:
    value = item.get(key) if isinstance(item, dict) else None
    if value is None or isinstance(value, (dict, list)):
        raise MergeError(path, f"an item of this list needs a {key}, by which it is merged")
    hashable: Hashable = value
    return hashable
