"""The kinds of requests that a sync is made of, as the proxy sees them."""

from __future__ import annotations

from collections.abc import Callable

Match = Callable[[str, str], bool]


def anything(_method: str, _path: str) -> bool:
    return True


def discovery(method: str, path: str) -> bool:
    return method == "GET" and path.count("/") <= 3 and "limit=" not in path


def identity(method: str, path: str) -> bool:
    return method == "GET" and path.endswith("/namespaces/kube-system")


def listing(method: str, path: str) -> bool:
    return method == "GET" and "limit=" in path


def look(method: str, path: str) -> bool:
    """One object."""
    return method == "GET" and not any(
        other(method, path) for other in (discovery, identity, listing)
    )


def apply(method: str, path: str) -> bool:
    return method == "PATCH" and "/status?" not in path and "dryRun" not in path


def delete(method: str, _path: str) -> bool:
    return method == "DELETE"


def write(method: str, path: str) -> bool:
    return method != "GET" and "dryRun" not in path


def of(part: str, match: Match = anything) -> Match:
    """Only what has this in its path."""
    return lambda method, path: part in path and match(method, path)
