"""Reads YAML bytes into plain values with their places. Refuses what is broken or hostile."""

from __future__ import annotations

from collections.abc import Callable

from ruamel.yaml.error import YAMLError

from renderer.errors import InputError, Problem
from renderer.position import Document, Position
from renderer.yamlio.builder import Builder
from renderer.yamlio.complaints import DIRECTIVES_REFUSED, Complaints, StopReadingError
from renderer.yamlio.events import COLON_REFUSED, Events, events, events_with_inner_colons
from renderer.yamlio.limits import MAX_BYTES, MAX_VALUES

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# libyaml compares each %TAG line with all before it; nobody writes two.
_MAX_TAG_LINES = 16


def load_all(data: bytes, file: str, most: int = MAX_VALUES) -> list[Document]:
    """Every document that holds something; InputError lists all that is wrong with the file.

    It holds only so many values, counting what an alias names wherever it stands.
    """
    if problem := _unparsable(data, file):
        raise InputError([problem])
    documents = _read(data, file, events, most)
    return [Document(file, each.value, each.mark, data) for each in documents]


def _read(data: bytes, file: str, parse: Callable[[bytes], Events], most: int) -> list[Document]:
    complaints = Complaints(file)
    documents: list[Document] = []
    try:
        documents = Builder(parse(data), complaints, most).documents()
    except YAMLError as error:
        if parse is events and getattr(error, "problem", "") == COLON_REFUSED:
            return _read(data, file, events_with_inner_colons, most)
        from renderer.yamlio.syntax import explained

        complaints.problems.append(explained(error, data, file))
    except StopReadingError:
        pass  # the problems say why
    if complaints.problems:
        raise InputError(complaints.problems)
    return documents


def _unparsable(data: bytes, file: str) -> Problem | None:
    """What must not even be shown to the parser."""
    start = Position(file, 1, 1)
    if len(data) > MAX_BYTES:
        message = f"the file is too large: {len(data):,} bytes"
        return Problem(start, message, f"at most {MAX_BYTES:,} bytes", "split the file")
    if data.startswith(_UTF16_MARKS):
        return Problem(start, "the file is UTF-16", "UTF-8", "save it as UTF-8")
    if data.count(b"%TAG") > _MAX_TAG_LINES:
        return Problem(start, DIRECTIVES_REFUSED)
    return None
