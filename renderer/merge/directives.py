"""The words with a dollar sign that tell a merge what to do."""

from __future__ import annotations

from typing import Any

from renderer.merge.error import MergeError
from renderer.position import Path

MARK = "$"
PATCH = "$patch"
REPLACE = "replace"
DELETE = "delete"
RETAIN_KEYS = "$retainKeys"
DELETE_FROM = "$deleteFromPrimitiveList/"
ELEMENT_ORDER = "$setElementOrder/"


def replaces(marked: dict[str, Any], path: Path) -> bool:
    """Whether the `$patch` of a map says replace rather than delete; it can say nothing else."""
    directive = marked[PATCH]
    if directive == REPLACE:
        return True
    if directive == DELETE:
        return False
    raise MergeError((*path, PATCH), "$patch here can only be replace or delete")


def check_known(key: str, path: Path) -> None:
    """Fail for a directive that does not exist: it would end up in the pod as a field."""
    if key not in (PATCH, RETAIN_KEYS) and not key.startswith((DELETE_FROM, ELEMENT_ORDER)):
        raise MergeError(
            (*path, key),
            f"{key} is no directive; there are $patch, $retainKeys,"
            " $setElementOrder/FIELD and $deleteFromPrimitiveList/FIELD",
        )


def settled(value: Any, path: Path, *, keep_replaced: bool) -> Any:
    """A patch's value where there is nothing to patch: without nulls and directives.

    What is marked for deletion is left out. So is, below a field that the base does not have, what
    is marked as a replacement: kubectl does it. Below an added list item it is kept.
    """
    if isinstance(value, dict):
        return _settled_map(value, path, keep_replaced=keep_replaced)
    if isinstance(value, list):
        kept = [
            settled(item, (*path, index), keep_replaced=keep_replaced)
            for index, item in enumerate(value)
            if not (isinstance(item, dict) and PATCH in item and _understood(item, (*path, index)))
        ]
        return value if _same(kept, value) else kept
    return value


def _settled_map(value: dict[str, Any], path: Path, *, keep_replaced: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    changed = False
    for key, child in value.items():
        if child is None or key.startswith(MARK):
            changed = True
            if key.startswith(MARK):
                check_known(key, path)
        elif isinstance(child, (dict, list)):
            below = (*path, key)
            if isinstance(child, dict) and PATCH in child:
                changed = True
                if not (replaces(child, below) and keep_replaced):
                    continue
            kept[key] = settled(child, below, keep_replaced=keep_replaced)
            changed = changed or kept[key] is not child
        else:
            kept[key] = child
    return kept if changed else value


def _understood(marked: dict[str, Any], path: Path) -> bool:
    replaces(marked, path)
    return True


def _same(left: list[Any], right: list[Any]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right, strict=True))
