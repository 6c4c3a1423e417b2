"""The schemas of our kinds mean the same to another validator as to the fast one."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from renderer.schema.kinds import KINDS, bundled, check
from renderer.yamlio import load_all

EXAMPLES = sorted((Path(__file__).parent / "examples").rglob("*.yaml"))
KIND_OF = {
    (version, kind.name): key for key, kind in KINDS.items() for version in kind.api_versions
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(bundled(kind))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_both_say_the_same_of_an_example(example: Path) -> None:
    for document in load_all(example.read_bytes(), example.name):
        value = document.value
        written = value if isinstance(value, dict) else {}
        key = KIND_OF.get((str(written.get("apiVersion")), str(written.get("kind"))))
        if key is not None:
            assert Draft202012Validator(bundled(key)).is_valid(value) is (check(key, value) == [])


def test_there_are_examples_of_both_sorts() -> None:
    assert len(EXAMPLES) > 40
