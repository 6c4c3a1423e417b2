"""Reads YAML text into items of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from renderer.parse import ParseResult, parse_document
from renderer.yamlio import load_all

Parse: TypeAlias = Callable[[str], ParseResult]


@pytest.fixture
def parse() -> Parse:
    def parse(text: str) -> ParseResult:
        [document] = load_all(text.encode(), "file.yaml")
        return parse_document(document)

    return parse


@pytest.fixture
def item(parse: Parse) -> Callable[[str], Any]:
    """The item of a text that has no problem."""

    def item(text: str) -> Any:
        result = parse(text)
        assert result.problems == ()
        assert result.item is not None
        return result.item

    return item


@pytest.fixture
def seed() -> Callable[[str], list[ParseResult]]:
    """The documents of a seed, as they stand."""

    def seed(name: str) -> list[ParseResult]:
        path = Path(__file__).parent.parent / "seeds" / name
        return [parse_document(each) for each in load_all(path.read_bytes(), path.name)]

    return seed
