"""What `octavo.yaml` says of reviews: who is who on the forge, and what is anybody's to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import Problem
from renderer.model.settings import Reviewing
from renderer.parse.result import Remark
from renderer.parse.shapes import list_at, mapping_at
from renderer.position import Document

WILD = frozenset("*?")


def reviewing(written: Mapping[str, Any]) -> Reviewing:
    """Without identities, names on the forge are names in the cluster."""
    return Reviewing(
        written.get("identities"), written.get("teams", {}), tuple(written.get("anyone", ()))
    )


def review_faults(document: Document) -> Iterator[Problem]:
    """Logins that differ in capitals alone, and globs that could reach what is hidden."""
    written = mapping_at(document.value, "review")
    first: dict[str, Any] = {}
    for login in mapping_at(written, "identities"):
        other = first.setdefault(str(login).lower(), login)
        if other is not login:
            words = Remark(f'the login "{login}" is given twice: forges ignore capitals')
            path = ("review", "identities")
            yield words.at(document, (*path, login), (*path, other))
    for index, glob in enumerate(list_at(written, "anyone")):
        parts = str(glob).split("/")
        if any(part.startswith(".") for part in parts) and WILD.intersection(str(glob)):
            words = Remark("a path with a hidden part is named whole", "a path without a wildcard")
            yield words.at(document, ("review", "anyone", index))
