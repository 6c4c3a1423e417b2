"""Whatever stands in a document: nothing raises, nothing changes, no fault is passed over."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import Severity
from renderer.parse import parse_document, parse_settings
from renderer.position import Document
from renderer.yamlio import load_all

TESTS = Path(__file__).parent.parent
FILES = sorted([*TESTS.glob("seeds/**/*.yaml"), *TESTS.glob("schema/examples/**/*.yaml")])
DOCUMENTS = [document for file in FILES for document in load_all(file.read_bytes(), file.name)]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)


def holders(value: Any) -> list[Any]:
    """Every mapping and list that has something in it."""
    children = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list) or not value:
        return []
    return [value, *(holder for child in children for holder in holders(child))]


@st.composite
def damaged(draw: st.DrawFn) -> Document:
    """A document of ours with one thing in it replaced, removed or added."""
    document = draw(st.sampled_from(DOCUMENTS))
    value = deepcopy(document.value)
    holder = draw(st.sampled_from(holders(value)))
    key = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
    match draw(st.sampled_from(["replace", "remove", "rename"])):
        case "remove":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[draw(st.text(max_size=5))] = holder.pop(key)
        case _:
            holder[key] = draw(values)
    return Document(document.file, value, document.mark)


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_a_damaged_document_becomes_an_item_or_an_error(document: Document) -> None:
    before = deepcopy(document.value)
    result = parse_document(document)
    errors = [each for each in result.problems if each.severity is Severity.ERROR]
    assert (result.item is None) == bool(errors)
    assert all(problem.position.file == document.file for problem in result.problems)
    assert repr(document.value) == repr(before)


@settings(max_examples=200, deadline=None)
@given(values)
def test_any_value_is_no_kind_of_ours(value: Any) -> None:
    result = parse_document(Document("file.yaml", value, (0, None)))
    assert result.item is None
    assert bool(result.problems) == (value is not None)


@settings(max_examples=200, deadline=None)
@given(damaged() | values.map(lambda value: Document("octavo.yaml", value, (0, None))))
def test_settings_are_read_or_refused(document: Document) -> None:
    read, problems = parse_settings(document)
    assert read is not None
    assert problems or document.value is None or isinstance(document.value, dict)


@pytest.mark.parametrize("spec", [{"size": "\ud800"}, {"\ud800": 1}, {1: 2}])
def test_what_json_cannot_hold_is_a_problem(spec: Any) -> None:
    written = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"templateRef": "a", **spec},
    }
    result = parse_document(Document("file.yaml", written, (0, None)))
    assert result.item is None
    assert result.problems


def test_reading_good_documents_imports_nothing_slow() -> None:
    slow = {"jsonschema", "difflib", "kubernetes", "git", "yaml", "argparse", "importlib.resources"}
    code = f"import sys, renderer.parse; print(*({slow} & sys.modules.keys()))"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=TESTS.parent)
    assert done.stdout.strip() == ""
