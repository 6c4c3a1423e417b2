"""YAML bytes become plain values, and every one of them knows where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import InputError, Problem
from renderer.position import Document
from renderer.yamlio import load_all

NOTEBOOK = """\
# a user's file
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: jupyter-scipy
spec:
  stopped: false # set this to true
  resources: {memory: 16Gi, cpu: 4}
  options:
  - spark
  - name: s3
    namespace: shared
"""


def place(source: str, *path: str | int) -> tuple[int, int]:
    (document,) = load_all(source.encode(), "notebook.yaml")
    return document.at(path)[1:]


def value(source: str) -> Any:
    (document,) = load_all(source.encode(), "notebook.yaml")
    return document.value


def test_a_notebook_file_is_plain_values() -> None:
    assert value(NOTEBOOK) == {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": "jupyter-scipy"},
        "spec": {
            "stopped": False,
            "resources": {"memory": "16Gi", "cpu": 4},
            "options": ["spark", {"name": "s3", "namespace": "shared"}],
        },
    }


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 2, 1),
        (("kind",), 3, 1),
        (("metadata", "name"), 5, 3),
        (("spec", "resources"), 8, 3),
        (("spec", "resources", "cpu"), 8, 29),
        (("spec", "options", 0), 10, 5),
        (("spec", "options", 1), 11, 5),
        (("spec", "options", 1, "namespace"), 12, 5),
        (("spec", "options", 7), 9, 3),
        (("spec", "missing", "deeper"), 6, 1),
    ],
)
def test_every_key_and_item_has_its_place(
    path: tuple[str | int, ...], line: int, column: int
) -> None:
    assert place(NOTEBOOK, *path) == (line, column)


def test_the_place_names_the_file() -> None:
    (document,) = load_all(b"a: b\n", "catalog/x.yaml")
    assert str(document.at(("a",))) == "catalog/x.yaml:1:1"


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("", []),
        ("# only said\n", []),
        ("---\n---\n# nothing\n--- ~\n---\nnull\n", []),
        ("---\na: 1\n---\n---\nb: 2\n...\n---\nc: 3\n", [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("--- text\n---\n- item\n--- {}\n", ["text", ["item"], {}]),
        ("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n", [{"a": 1, "b": "x\ny\n"}]),
    ],
)
def test_every_document_that_holds_something_is_given(source: str, values: list[Any]) -> None:
    assert [document.value for document in load_all(source.encode(), "f")] == values


def test_colons_between_brackets_leave_private_characters_alone() -> None:
    assert value("['\ue000', a:b, '\ue001']\n") == ["\ue000", "a:b", "\ue001"]


def test_a_later_document_keeps_its_lines() -> None:
    first, second = load_all(b"a: 1\n---\n\nb:\n  c: 2\n", "f")
    assert (first.at(("a",)).line, second.at(("b", "c")).line) == (1, 5)


@pytest.mark.parametrize("start", ["\ufeff", ""])
def test_a_byte_order_mark_takes_no_column(start: str) -> None:
    assert place(start + "{a: 1, b: 2}", "b") == (1, 8)


class TestAliases:
    def test_what_is_below_an_alias_stands_where_the_anchor_does(self) -> None:
        source = "base: &b\n  x: 1\ncopy: *b\nlist:\n- *b\n"
        assert value(source) == {"base": {"x": 1}, "copy": {"x": 1}, "list": [{"x": 1}]}
        assert place(source, "copy") == (3, 1)
        assert place(source, "copy", "x") == (2, 3)
        assert place(source, "list", 0) == (5, 3)
        assert place(source, "list", 0, "x") == (2, 3)

    def test_the_latest_anchor_of_a_name_counts(self) -> None:
        assert value("[&a 1, *a, &a 2, *a]") == [1, 1, 2, 2]

    def test_an_anchored_key_can_be_used_again(self) -> None:
        assert value("&k name: *k\nother: {*k : 1}") == {"name": "name", "other": {"name": 1}}

    def test_anchors_end_with_their_document(self) -> None:
        with pytest.raises(InputError, match="f:3:4: error: this alias names no anchor"):
            load_all(b"a: &x 1\n---\nb: *x\n", "f")


class TestMergeKeys:
    BASE = "base: &b {p: 1, q: 2}\nmore: &m {q: 3, r: 4}\n"

    @pytest.mark.parametrize(
        ("mapping", "merged"),
        [
            ("{<<: *b}", {"p": 1, "q": 2}),
            ("{<<: *b, p: 5}", {"p": 5, "q": 2}),
            ("{w: 0, <<: *b}", {"w": 0, "p": 1, "q": 2}),
            ("{<<: [*b, *m]}", {"p": 1, "q": 2, "r": 4}),
            ("{<<: [*m, {s: 1}]}", {"q": 3, "r": 4, "s": 1}),
            ("{'<<': *b}", {"<<": {"p": 1, "q": 2}}),
        ],
    )
    def test_a_merge_key_brings_what_is_not_set(self, mapping: str, merged: dict[str, Any]) -> None:
        assert value(f"{self.BASE}here: {mapping}\n")["here"] == merged

    def test_what_it_brings_stands_where_it_was_written(self) -> None:
        source = f"{self.BASE}here: {{<<: [*m, *b], p: 5}}\n"
        assert place(source, "here", "r") == (2, 17)
        assert place(source, "here", "q") == (2, 11)
        assert place(source, "here", "p") == (3, 22)

    def test_the_source_of_a_merge_stays_as_it_is(self) -> None:
        assert value(f"{self.BASE}here: {{<<: *b, p: 5}}\n")["base"] == {"p": 1, "q": 2}


flat = st.text(st.characters(codec="utf-8"), max_size=60) | st.binary(max_size=60)
yamlish = st.lists(
    st.sampled_from([
        *"[]{},:?-&*!|>'\"%@`#~=ax1 \n\t",
        "\n  ",
        ": ",
        "- ",
        "<<: ",
        "&a ",
        "*a ",
        "--- ",
    ])
)


@given(flat | yamlish.map("".join))
def test_whatever_the_bytes_are_the_answer_is_documents_or_problems(source: str | bytes) -> None:
    data = source if isinstance(source, bytes) else source.encode()
    try:
        answer: tuple[Any, ...] = tuple(load_all(data, "f"))
    except InputError as error:
        answer = error.problems or ("no reason given",)
    assert all(isinstance(each, Document | Problem) for each in answer)
