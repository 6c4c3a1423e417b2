"""Lists of objects, as `kubectl get -o yaml` gives them, taken apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeGuard

from renderer.parse.pieces import items_of, piece
from renderer.position import Document

SUFFIX = "List"
PLAIN = ("v1", SUFFIX)
ITEMS = "items"


def is_list(value: Any, kinds: Collection[tuple[str, str]]) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a list of any objects, or of those of one of the kinds."""
    if not isinstance(value, dict):
        return False
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return False
    return (version, kind) == PLAIN or (
        kind.endswith(SUFFIX) and (version, kind.removesuffix(SUFFIX)) in kinds
    )


def items_of_list(document: Document) -> Iterator[Document]:
    """The items as documents, each where it stands; those of one kind need not say which."""
    value = document.value
    said = {}
    if value["kind"] != SUFFIX:
        kind = value["kind"].removesuffix(SUFFIX)
        said = {"apiVersion": value["apiVersion"], "kind": kind}
    for item in items_of(piece(document, ITEMS)):
        whole = {**said, **item.value} if isinstance(item.value, dict) else item.value
        yield Document(document.file, whole, item.mark, document.source)
