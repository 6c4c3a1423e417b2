"""The kinds of objects that services bring, as far as their templates say them plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from renderer.model.singleuser import Singleuser

_BETWEEN = re.compile(r"^---.*$", re.MULTILINE)
_API_VERSION = re.compile(
    r"""^apiVersion:[ \t]*["']?([\w./-]+)["']?[ \t\r]*(?:#.*)?$""", re.MULTILINE
)
_KIND = re.compile(r"""^kind:[ \t]*["']?(\w+)["']?[ \t\r]*(?:#.*)?$""", re.MULTILINE)


def kinds_of(singleuser: Singleuser) -> frozenset[tuple[str, str]]:
    """The group and the kind of each object in the templates of all services."""
    wanted = {
        resource
        for profile in singleuser.profiles
        for service in profile.services
        for resource in service.resources
    }
    return frozenset(
        found
        for name, key in wanted
        if name in singleuser.templates and key in singleuser.templates[name].texts
        for found in _kinds_in(singleuser.templates[name].texts[key].value)
    )


def _kinds_in(text: str) -> Iterator[tuple[str, str]]:
    for part in _BETWEEN.split(text):
        versions, kinds = set(_API_VERSION.findall(part)), set(_KIND.findall(part))
        if len(versions) == len(kinds) == 1:
            yield versions.pop().rpartition("/")[0], kinds.pop()
