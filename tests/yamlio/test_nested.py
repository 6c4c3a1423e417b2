"""Text and YAML inside a value: its lines stand where they stand in the file around it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import InputError
from renderer.position import Document, Path
from renderer.profiles.fences import without_fence
from renderer.yamlio import emit, line_of, load_all, nested, text_document

INNER = "profiles:\n- name: globals\n\n  users: [a, b]\n"


def outer(text: str) -> Document:
    [document] = load_all(text.encode(), "map.yaml")
    return document


def places(document: Document) -> dict[Path, str]:
    """Every path of a document, and what the file says there."""
    found: dict[Path, str] = {}

    def walk(mark: Any, path: Path) -> None:
        found[path] = str(document.at(path)).removeprefix("map.yaml:")
        children = mark[1] or ()
        for key in children if isinstance(children, dict) else range(len(children)):
            walk(children[key], (*path, key))

    walk(document.mark, ())
    return found


EXACT = {
    (): "{0}:{1}",
    ("profiles",): "{0}:{1}",
    ("profiles", 0): "{2}:{3}",
    ("profiles", 0, "name"): "{2}:{3}",
    ("profiles", 0, "users"): "{4}:{3}",
    ("profiles", 0, "users", 0): "{4}:{5}",
    ("profiles", 0, "users", 1): "{4}:{6}",
}


def exact(line: int, column: int) -> dict[Path, str]:
    numbers = (line, column, line + 1, column + 2, line + 3, column + 10, column + 13)
    return {path: form.format(*numbers) for path, form in EXACT.items()}


def indented(text: str, spaces: int) -> str:
    return "".join(
        f"{' ' * spaces}{line}" if line.strip() else line for line in text.splitlines(keepends=True)
    )


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("a: |\n" + indented(INNER, 2), 2, 3),
        ("a: |-\n" + indented(INNER, 7), 2, 8),
        ("a: |+ # as it was\n" + indented(INNER, 1) + "\n\n", 2, 2),
        ("a: |2\n" + indented(INNER, 2), 2, 3),
        ("a: |2-\n" + indented(INNER, 2), 2, 3),
        ("a: &x |\n" + indented(INNER, 2), 2, 3),
        ("a: !!str |\n" + indented(INNER, 2), 2, 3),
        ("a:\n  |\n" + indented(INNER, 2), 3, 3),
        ("# é\n'a': |\n" + indented(INNER, 4), 3, 5),
        ("a: |\r\n" + indented(INNER, 2).replace("\n", "\r\n"), 2, 3),
        ("\ufeffa: |\n" + indented(INNER, 2), 2, 3),
        ("a: |\n" + indented(INNER, 2) + "b: 1\n", 2, 3),
        ("a: |\n" + indented(INNER, 2).rstrip("\n"), 2, 3),
    ],
)
def test_a_literal_block_tells_every_place(written: str, line: int, column: int) -> None:
    [document] = nested(outer(written), ("a",))
    assert places(document) == exact(line, column)


@pytest.mark.parametrize(
    "written",
    [
        "b: 1\na: 'profiles: [{name: globals}]'\n",
        'b: 1\na: "profiles:\\n- name: globals\\n"\n',
        "b: 1\na: >\n  profiles:\n\n  - name: globals\n",
        "b: &x |\n  profiles:\n  - name: globals\na: *x\n",
        "b: 1\na: |\n  profiles:\n  - name: globals # \u2028\n",
        "b: \x85\n  |\n   1\na: |\n  profiles:\n  - name: globals\n",
    ],
)
def test_elsewhere_everything_stands_at_the_key(written: str) -> None:
    document = outer(written)
    [inner] = nested(document, ("a",))
    assert inner.value["profiles"][0]["name"] == "globals"
    assert {inner.at(path) for path in EXACT} == {document.at(("a",))}
    assert line_of(text_document(document, ("a",)), 2) == document.at(("a",))


def test_lines_that_are_others_are_not_taken_for_the_text() -> None:
    text = text_document(outer("a: no block |\nb: of the same length\n"), ("a",))
    assert str(line_of(text, 1)) == "map.yaml:1:1"


def test_a_list_item_may_be_such_a_text() -> None:
    [document] = nested(outer("a:\n- |\n" + indented(INNER, 2)), ("a", 0))
    assert places(document) == exact(3, 3)


def test_a_text_within_a_text_is_placed_as_exactly() -> None:
    [middle] = nested(outer("x: |\n  a: |\n" + indented(INNER, 6)), ("x",))
    [document] = nested(middle, ("a",))
    assert places(document) == exact(3, 7)


def test_faults_are_said_where_they_are() -> None:
    written = "a: |\n  b: 1\n  c: [\n  b: 2\n"
    with pytest.raises(InputError, match=r"^map\.yaml:3:6: error: the list opened by \["):
        nested(outer(written), ("a",))
    with pytest.raises(InputError) as said:
        nested(outer("a: |\n  b: 1\n\n  b: 2\n"), ("a",))
    [problem] = said.value.problems
    assert (str(problem.position), str(problem.there[0])) == ("map.yaml:4:3", "map.yaml:2:3")


def test_a_text_may_hold_several_documents_or_none() -> None:
    first, second = nested(outer("a: |\n  b: 1\n  ---\n  c: 2\n"), ("a",))
    assert (str(first.at(("b",))), str(second.at(("c",)))) == ("map.yaml:2:3", "map.yaml:4:3")
    assert nested(outer("a: ''\n"), ("a",)) == []


def test_a_text_is_mended_before_it_is_read_and_keeps_its_lines() -> None:
    document = outer("a: |\n  ``` b:\n    - c: 1\n  ```\n")
    [inner] = nested(document, ("a",), without_fence)
    assert inner.value == {"b": [{"c": 1}]}
    assert str(inner.at(("b", 0))) == "map.yaml:3:7"


def test_lines_of_a_template_are_known_one_by_one() -> None:
    text = text_document(outer("a: |\n  one\n\n    three\n"), ("a",))
    assert text.value == "one\n\n  three\n"
    said = [str(line_of(text, number)) for number in (1, 2, 3)]
    assert said == ["map.yaml:2:3", "map.yaml:3:3", "map.yaml:4:3"]
    assert [str(line_of(text, number)) for number in (0, 4)] == ["map.yaml:2:3", "map.yaml:1:1"]


def test_a_text_names_by_aliases_little_more_than_it_could_write() -> None:
    bomb = "".join(
        f"- &{name} [{', '.join([f'*{before}' if before else 'x'] * 10)}]\n"
        for before, name in zip(("", *"abc"), "abcd", strict=True)
    )
    assert len(load_all(bomb.encode(), "f")) == 1
    with pytest.raises(InputError, match=r"map\.yaml:5:9: error: too many values in one file"):
        nested(outer("a: |\n" + indented(bomb, 2)), ("a",))
    shared = "- &a [x, x, x, x]\n" + "- *a\n" * 500
    assert len(nested(outer("a: |\n" + indented(shared, 2)), ("a",))[0].value) == 501


def test_a_document_keeps_its_file_and_does_not_show_it() -> None:
    assert outer("a: 1\n").source == b"a: 1\n"
    assert outer("a: |\n  b\n").source == b"a: |\n  b\n"
    assert "source" not in repr(outer("a: |\n  b\n"))


keys = st.text(alphabet="abc é:#|", min_size=1, max_size=4)
values = st.recursive(
    st.integers(-9, 9) | st.text(alphabet="ab |\n#:é", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, values, min_size=1), st.integers(1, 9), st.integers(0, 3))
def test_places_are_those_of_the_text_moved(value: Any, spaces: int, before: int) -> None:
    text = emit(value)
    written = "# before\n" * before + "a: |+\n" + indented(text, spaces)
    [inside], [alone] = nested(outer(written), ("a",)), load_all(text.encode(), "map.yaml")
    assert inside.value == alone.value == value
    for path in places(alone):
        _, line, column = alone.at(path)
        assert inside.at(path) == ("map.yaml", line + before + 1, column + spaces)
