"""Reads a list page by page: whole, or an exception."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sync.cluster.model import ListExpired, Page, Resource
from sync.cluster.request import JSON, METADATA_ONLY, Address, Request, reading
from sync.errors import ClusterError

GONE = 410

Ask = Callable[[Request], dict[str, Any]]


def pages(
    ask: Ask, address: Address, query: dict[str, str], *, metadata_only: bool
) -> Iterator[Page]:
    """Every page of one consistent list."""
    accept = METADATA_ONLY if metadata_only else JSON
    token = ""
    while True:
        request = reading(
            "list", address.target({**query, "continue": token}), address.place, accept
        )
        answer = _answer(ask, request)
        page, token = _page(answer, address.resource)
        yield page
        if not token:
            return


def expired(error: ClusterError) -> ListExpired:
    return ListExpired(error.status, error.reason, error.message)


def _answer(ask: Ask, request: Request) -> dict[str, Any]:
    try:
        return ask(request)
    except ClusterError as error:
        if error.status == GONE:
            raise expired(error) from error
        raise


def _page(answer: dict[str, Any], resource: Resource) -> tuple[Page, str]:
    meta, items = answer.get("metadata"), answer.get("items", ...)
    if items is None:
        items = []  # Go's nil: older servers say so of an empty list of metadata
    if not isinstance(meta, dict) or not _is_list(answer, items):
        raise ClusterError(
            0, "BadAnswer", f"list {resource}: the answer is no list; nothing is concluded from it"
        )
    for item in items:
        item.update(resource.type_meta)
    return Page(items, str(meta.get("resourceVersion", ""))), str(meta.get("continue") or "")


def _is_list(answer: dict[str, Any], items: Any) -> bool:
    return (
        isinstance(items, list)
        and str(answer.get("kind", "")).endswith("List")
        and all(isinstance(each, dict) and "metadata" in each for each in items)
    )
