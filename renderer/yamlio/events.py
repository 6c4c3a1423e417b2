"""The parser's events of one file, one at each call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.events import ScalarEvent

Events: TypeAlias = Callable[[], Any]

COLON_REFUSED = "found unexpected ':'"

# A colon inside an unquoted text: what ends before it is no quote and no bracket.
_INNER_COLON = re.compile(r"(?<=[^\s\"'\[\]{},]):(?=\S)")
_PRIVATE_USE = range(0xE000, 0xF900)


def events(data: bytes) -> Events:
    """The events of the bytes, as libyaml sees them."""
    read: Events = CParser(data).get_event
    return read


def events_with_inner_colons(data: bytes) -> Events:
    """The same, but `[http://host:80, image:tag]` is read, as kubectl reads it.

    Old libyaml refuses such colons between brackets. They are hidden from it behind a character
    that the file does not use, so that every place stays what it was.
    """
    text = data.decode(errors="surrogateescape")
    used = set(text)
    mask = next((free for free in map(chr, _PRIVATE_USE) if free not in used), ":")
    read = events(_INNER_COLON.sub(mask, text).encode(errors="surrogateescape"))

    def unmasked() -> Any:
        event = read()
        if event.__class__ is ScalarEvent and mask in event.value:
            event.value = event.value.replace(mask, ":")
        return event

    return unmasked
