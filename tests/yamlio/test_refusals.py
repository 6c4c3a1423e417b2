"""What is no YAML, or none that Kubernetes could use, is refused at its place, in plain words."""

from __future__ import annotations

import pytest

from renderer.errors import InputError
from renderer.yamlio import load_all


def complaint(source: str | bytes) -> list[str]:
    """Every line of what is said of the source."""
    data = source if isinstance(source, bytes) else source.encode()
    with pytest.raises(InputError) as caught:
        load_all(data, "f")
    return [line.strip() for problem in caught.value.problems for line in str(problem).splitlines()]


SYNTAX = [
    (
        "a:\n\t- b",
        "f:2:1: error: a tab where spaces are needed",
        "hint: YAML is indented by spaces only",
    ),
    (
        "a: |\n\tx",
        "f:2:1: error: a tab where spaces are needed",
        "hint: YAML is indented by spaces only",
    ),
    (
        "a: @x",
        "f:1:4: error: an unquoted value cannot begin with '@'",
        "hint: quote the value",
    ),
    (
        "a: %x",
        "f:1:4: error: an unquoted value cannot begin with '%'",
        "hint: quote the value",
    ),
    (
        "\ufeffa: `x",
        "f:1:4: error: an unquoted value cannot begin with '`'",
        "hint: quote the value",
    ),
    (
        "a: b\nname:foo\nkind: x",
        "f:2:1: error: this key has no colon",
        "expected: key: value",
        "hint: put a space after the colon of a key",
    ),
    (
        "name:foo\nkind: x",
        "f:2:5: error: a colon that belongs to no key",
        "expected: one key: value on a line, each at the right indentation",
        "hint: put a space after the colon of a key",
    ),
    (
        "a: b: c",
        "f:1:5: error: a colon that belongs to no key",
        "expected: one key: value on a line, each at the right indentation",
    ),
    (
        "a:\n- b\nc",
        "f:3:1: error: this key has no colon",
        "expected: key: value",
    ),
    (
        "a: 'x\nb: y",
        "f:1:4: error: a quoted value is never closed",
        "expected: a closing quote",
    ),
    (
        'a: "x\n--- y',
        "f:1:4: error: a quoted value is never closed",
        "expected: a closing quote",
    ),
    (
        'a: "\\q"',
        "f:1:5: error: this escape is unknown in a double-quoted value",
        "hint: write \\\\ for a backslash, or use single quotes",
    ),
    (
        "a:\n- [b",
        "f:2:3: error: the list opened by [ is not closed",
        "expected: a comma or ]",
    ),
    (
        "a: {b: c",
        "f:1:4: error: the mapping opened by { is not closed",
        "expected: a comma or }",
    ),
    (
        "a: [b, , c]",
        "f:1:8: error: a value is missing here",
        "expected: a value",
    ),
    (
        "a: [b?c]",
        "f:1:6: error: '?' cannot stand in an unquoted text between brackets",
        "hint: quote the text",
    ),
    (
        "a:\n  b: c\n d: e",
        "f:3:2: error: this line does not fit into the mapping around it",
        "expected: a key at the indentation of its neighbours",
    ),
    (
        "- a\nb: c",
        "f:2:1: error: this line does not fit into the list around it",
        "expected: a - at the indentation of its neighbours",
    ),
    (
        "a: 'b' c",
        "f:1:8: error: the value is over before this",
        "expected: the end of the line, or a comment",
    ),
    (
        "a: - b",
        "f:1:4: error: a list item cannot stand here",
        "expected: list items on lines of their own, at one indentation",
    ),
    (
        "a: ? b",
        "f:1:4: error: a ? key cannot stand here",
    ),
    (
        "a: *",
        "f:1:5: error: an anchor or alias has no name or a malformed one",
        "expected: letters, digits, - or _ after & or *",
        "hint: quote a text that begins with & or *",
    ),
    (
        "a: !b!c d",
        "f:1:4: error: this tag is malformed",
        "expected: a tag such as !!str",
        "hint: quote a text that begins with !",
    ),
    (
        "a: |x\n  b",
        "f:1:5: error: the first line of this block text is malformed",
        "expected: | or >, perhaps with - or +, and nothing else",
    ),
    (
        "a: b\n...\nc: d",
        "f:3:1: error: this does not belong to the document above",
        "expected: --- before a new document",
    ),
    (
        "%YAML 1.2\n---\na: b",
        "f:1:1: error: YAML directives (% lines) are not supported",
    ),
    (
        "%YAML 1.1\n---\na: b",
        "f:1:1: error: YAML directives (% lines) are not supported",
    ),
    (
        "%TAG !a! tag:a:\n---\na: b",
        "f:1:1: error: YAML directives (% lines) are not supported",
    ),
    (
        "%WHAT\n---\na: b",
        "f:1:6: error: YAML directives (% lines) are not supported",
    ),
]

BYTES = [
    (
        b"a: b\nc: x\x00y",
        "f:2:5: error: the character U+0000 is not allowed in YAML",
        'hint: write it as an escape in "quotes"',
    ),
    (
        b"\xef\xbb\xbfa: \x07",
        "f:1:4: error: the character U+0007 is not allowed in YAML",
        'hint: write it as an escape in "quotes"',
    ),
    (
        b"\xc3\xa9: \x7f",
        "f:1:4: error: the character U+007F is not allowed in YAML",
        'hint: write it as an escape in "quotes"',
    ),
    (
        b"a: b\nc: caf\xe9\n",
        "f:2:7: error: byte 0xE9 is not UTF-8",
        "expected: UTF-8 text",
    ),
    (
        b"a: \xed\xa0\x80",
        "f:1:4: error: byte 0xED is not UTF-8",
        "expected: UTF-8 text",
    ),
    (
        b"a: \xc0\x80",
        "f:1:4: error: byte 0xC0 is not UTF-8",
        "expected: UTF-8 text",
    ),
    (
        b"\xff\xfea\x00:\x00 \x00b\x00",
        "f:1:1: error: the file is UTF-16",
        "expected: UTF-8",
        "hint: save it as UTF-8",
    ),
    (
        b"a\x00:\x00 \x00b\x00",
        "f:1:2: error: the character U+0000 is not allowed in YAML",
        'hint: write it as an escape in "quotes"',
    ),
]

MEANING = [
    (
        "a: 1\nb: 2\na: 3",
        'f:3:1: error: the key "a" stands twice in one mapping',
        "there: f:1:1",
    ),
    (
        "on: 1\n'true': 2",
        'f:2:1: error: the key "true" stands twice in one mapping',
        "there: f:1:1",
    ),
    (
        '"\\e[31m": 1\n"\\e[31m": 2',
        'f:2:1: error: the key "\\u001b[31m" stands twice in one mapping',
        "there: f:1:1",
    ),
    (
        "a: .inf",
        "f:1:4: error: JSON has no infinity and no NaN",
        "hint: quote the value if it is a text",
    ),
    (
        "a: !!int x",
        "f:1:4: error: the value is no !!int",
        "hint: quote the value if it is a text",
    ),
    (
        "a: !vault x",
        "f:1:4: error: unknown tag !vault",
        "hint: quote the value if it is a text",
    ),
    (
        "a: !!python/name:os.system x",
        "f:1:4: error: unknown tag !!python/name:os.system",
        "hint: quote the value if it is a text",
    ),
    (
        "a: !!set {b}",
        "f:1:4: error: the tag !!set does not fit here",
    ),
    (
        "a: !!str [b]",
        "f:1:4: error: the tag !!str does not fit here",
    ),
    (
        "a: !!map [b]",
        "f:1:4: error: the tag !!map does not fit here",
    ),
    (
        "~: 1",
        "f:1:1: error: null cannot be a key",
        "hint: quote the key if it is a text",
    ),
    (
        "3.10: 1",
        "f:1:1: error: a number like this cannot be a key",
        "hint: quote the key if it is a text",
    ),
    (
        "? [a]\n: 1",
        "f:1:3: error: a mapping or a list cannot be a key",
        "expected: a text",
    ),
    (
        "a: *b",
        "f:1:4: error: this alias names no anchor above it in the document",
    ),
    (
        "a: &b [*b]",
        "f:1:8: error: this alias stands inside the value that it names",
    ),
    (
        "a: &b\n  <<: *b",
        "f:2:7: error: this alias stands inside the value that it names",
    ),
    (
        "<<: x",
        "f:1:1: error: << takes no such value",
        "expected: an alias of a mapping, or a list of them",
    ),
    (
        "<<: [{a: 1}, 2]",
        "f:1:1: error: << takes no such value",
        "expected: an alias of a mapping, or a list of them",
    ),
    (
        "<<: {a: 1}\n<<: {b: 1}",
        "f:2:1: error: a second << in one mapping",
        "hint: merge several with <<: [*one, *other]",
    ),
    (
        "a: 1\n<<: {a: 2}",
        'f:2:1: error: << after "a", which it sets too: readers differ in who wins',
        "there: f:1:1",
        "hint: put << first",
    ),
    (
        "<<: {a: 1}\na: 2\na: 3",
        'f:3:1: error: the key "a" stands twice in one mapping',
        "there: f:2:1",
    ),
    (
        "<<: [{a: 1}, {a: 2}]\na: 2\na: 3",
        'f:3:1: error: the key "a" stands twice in one mapping',
        "there: f:2:1",
    ),
]


@pytest.mark.parametrize("row", SYNTAX)
def test_broken_syntax_is_explained_where_it_breaks(row: tuple[str, ...]) -> None:
    source, *said = row
    assert complaint(source) == said


@pytest.mark.parametrize("row", BYTES)
def test_bytes_that_are_no_text_are_named(row: tuple[bytes, *tuple[str, ...]]) -> None:
    source, *said = row
    assert complaint(source) == said


@pytest.mark.parametrize("row", MEANING)
def test_what_has_no_one_meaning_is_refused(row: tuple[str, ...]) -> None:
    source, *said = row
    assert complaint(source) == said


def test_a_long_key_is_cut_in_messages() -> None:
    shown, *_ = complaint("{k}: 1\n{k}: 2\n".format(k="k" * 500))
    assert shown == 'f:2:1: error: the key "' + "k" * 60 + '" stands twice in one mapping'


def test_all_problems_of_a_file_are_listed_in_order() -> None:
    source = "a: 1\na: 2\n---\nb: *x\nc: .nan\n---\nd: [\n"
    places = [line.split(" error")[0] for line in complaint(source) if " error: " in line]
    assert places == ["f:2:1:", "f:4:4:", "f:5:4:", "f:8:1:"]


@pytest.mark.parametrize(
    "source",
    ["p: 'hunter2", "p: !!int hunter2", "p: [hunter2", "p: @hunter2", "p: hunter2: x", "hunter2"],
)
def test_a_secret_value_is_never_shown(source: str) -> None:
    assert "hunter2" not in " ".join(complaint(f"key: x\n{source}\n"))
