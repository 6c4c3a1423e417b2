"""One object a file, and nothing that two readers of YAML could take for two things."""

from __future__ import annotations

import pytest

from sync.errors import BundleError
from sync.manifests import read
from sync.manifests.reader import MAX_BYTES, MAX_DEPTH

DIFFER = "readers of YAML differ in what this unquoted value is: quote it"
NOT_JSON = "JSON has no infinity and no NaN: quote the value if it is a text"
TAGS = "tags (!) are not supported: quote a text that begins with !"
DIRECTIVES = "YAML directives (% lines) are not supported: take them out"
AGAIN = "render the bundle again"
TOO_LARGE = "the number is too large for 64 bits: quote the value if it is a text"

AMBIGUOUS = """
    y Y yes Yes YES n N no No NO on On ON off Off OFF = <<
    0o17 0O17 017 00 08 -07 +1 +0 0x1F 0X1f 0x 0b11 0b -0o7 1_000 1_ 0_ 1,000
    1e3 1E3 1e+3 1e-3 12e3456 1. .5 -.5 +.5 . -. +1.5 1.5e3 00.5 1_0.5 .5e3
    12:30 12:30:45 190:20:30.15 1:2 -1:2 2020-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00
"""
NUMBERS = {
    "0": 0,
    "-0": 0,
    "8888": 8888,
    "-1": -1,
    "9223372036854775807": (1 << 63) - 1,
    "-9223372036854775808": -(1 << 63),
    "0.5": 0.5,
    "-1.25": -1.25,
    "1.0": 1,
    "1.0e+16": 1e16,
    "1.5e-07": 1.5e-7,
}
TEXTS = """
    50Gi 500m 4Gi 1.2.3.4 1.7.0-rc.0 2025-11 12a 0xyz 1e 1E 1K -x --ServerApp.base_url=$(NB_PREFIX)
    nan inf Infinity yEs oN nULL tRUE note nothing yet offer one True-ish 8888:8888 10.0.0.0/8
    ~a <a =b a=b /data http://host:80/ 3.x +a .hidden ..
"""


def value_of(text: str) -> object:
    return read(f"value: {text}\n".encode(), "f.yaml")["value"]


def said(data: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        read(data, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize("text", AMBIGUOUS.split())
def test_what_readers_differ_in_is_refused(text: str) -> None:
    assert said(f"a: 1\nvalue: {text}\n".encode()) == f"f.yaml:2:8: {DIFFER}"


@pytest.mark.parametrize("text", [*AMBIGUOUS.split(), "", "true", "null", "~", "1", ".inf"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_what_is_quoted_is_a_text(text: str, quote: str) -> None:
    assert value_of(f"{quote}{text}{quote}") == text
    assert read(f"{quote}{text}{quote}: 1".encode(), "f") == {text: 1}


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_a_number_is_a_number(text: str, number: float) -> None:
    assert value_of(text) == number
    assert type(value_of(text)) is type(number)


@pytest.mark.parametrize("text", TEXTS.split())
def test_a_text_needs_no_quotes_where_nobody_differs(text: str) -> None:
    assert value_of(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, None) for word in ("null", "Null", "NULL", "~", "")),
        ("{}", {}),
        ("[]", []),
        ("{a: [1, {b: c}]}", {"a": [1, {"b": "c"}]}),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("|-\n  a\n\n  b", "a\n\nb"),
        (">\n  a\n  b\n", "a b\n"),
        (r'"\u00e9\U0001F600\n"', "\u00e9\U0001f600\n"),
    ],
)
def test_everything_else_is_what_it_is(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "1:1: the file is empty, where one object was expected"),
        ("# nothing\n", "2:1: the file is empty, where one object was expected"),
        ("---\n", "2:1: this is no object: a mapping was expected"),
        ("text", "1:1: this is no object: a mapping was expected"),
        ("- a: 1\n", "1:1: this is no object: a mapping was expected"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document: one object a file is expected"),
        ("a: 1\n---\n", "2:1: a second document: one object a file is expected"),
        ("a: 1\nb: 2\na: 3\n", '3:1: the key "a" stands twice in one mapping'),
        ('a: 1\n"\\u0061": 3\n', '2:1: the key "a" stands twice in one mapping'),
        ("m: {a: 1, a: 2}", '1:11: the key "a" stands twice in one mapping'),
        ("a: &x 1\n", "1:4: anchors (&) are not supported: take the anchor out"),
        ("a: &x {}\n", "1:4: anchors (&) are not supported: take the anchor out"),
        ("a: &x [b]\n", "1:4: anchors (&) are not supported: take the anchor out"),
        ("&x a: 1\n", "1:1: anchors (&) are not supported: take the anchor out"),
        ("--- &x\na: 1\n", "1:5: anchors (&) are not supported: take the anchor out"),
        ("a: *x\n", "1:4: aliases are not supported: write the value out"),
        ("*x : 1\n", "1:1: a key must be a text"),
        ("a: !!str 1\n", f"1:4: {TAGS}"),
        ("a: ! 1\n", f"1:4: {TAGS}"),
        ("a: !!map {}\n", f"1:4: {TAGS}"),
        ("a: !!seq []\n", f"1:4: {TAGS}"),
        ("!x a: 1\n", f"1:1: {TAGS}"),
        ("a: !python/object:os.system ls\n", f"1:4: {TAGS}"),
        ("<<: {a: 1}\n", "1:1: merge keys (<<) are not supported: write the values out"),
        ("8080: a\n", "1:1: a key must be a text: quote it"),
        ("true: a\n", "1:1: a key must be a text: quote it"),
        ("? ''\n: a\n? \n: b\n", "3:2: a key must be a text: quote it"),
        ("on: a\n", f"1:1: {DIFFER}"),
        ("0o17: a\n", f"1:1: {DIFFER}"),
        ("[a]: b\n", "1:1: a key must be a text"),
        ("? {a: b}\n: c\n", "1:3: a key must be a text"),
        ("%YAML 1.1\n---\na: 1\n", f"1:1: {DIRECTIVES}"),
        ("%TAG ! tag:x,2002:\n---\na: 1\n", f"1:1: {DIRECTIVES}"),
        ("a: .inf\n", f"1:4: {NOT_JSON}"),
        ("a: -.INF\n", f"1:4: {NOT_JSON}"),
        ("a: .NaN\n", f"1:4: {NOT_JSON}"),
        ("a: 9223372036854775808\n", f"1:4: {TOO_LARGE}"),
        ("a: -9223372036854775809\n", f"1:4: {TOO_LARGE}"),
        ("a: 1.0e+400\n", f"1:4: {TOO_LARGE}"),
        (f"a: {'9' * 5000}\n", f"1:4: {TOO_LARGE}"),
        (
            "a:\tb\n\tc: d\n",
            f"2:1: this is no YAML (found a tab character that violates indentation): {AGAIN}",
        ),
        (
            "a: b: c\n",
            f"1:5: this is no YAML (mapping values are not allowed in this context): {AGAIN}",
        ),
        ('a: "b\n', f"2:1: this is no YAML (found unexpected end of stream): {AGAIN}"),
    ],
)
def test_what_no_renderer_writes_is_refused(data: str, message: str) -> None:
    assert said(data.encode()) == f"f.yaml:{message}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\nb: \xc3\xa9\xff\n", "2:5: byte 0xFF is not UTF-8"),
        (
            b"a: \x1b[31m\n",
            "1:1: there is a character in it that YAML forbids: escape it in double quotes",
        ),
        ("a: 1\n".encode("utf-16"), "1:1: the file is UTF-16: save it as UTF-8"),
        (
            b"a: 1\n".ljust(MAX_BYTES + 1, b"\n"),
            "1:1: the file is too large: 2,097,153 bytes, where 2,097,152 are allowed",
        ),
        (b"%TAG !a! b\n" * 17, f"1:1: {DIRECTIVES}"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, message: str) -> None:
    assert said(data) == f"f.yaml:{message}"


@pytest.mark.parametrize("before", ["", "\ufeff", "---\n", "# a comment\n", "# a comment\n---\n"])
def test_comments_and_one_start_of_a_document_are_fine(before: str) -> None:
    assert read(f"{before}a: 1\n...\n".encode(), "f") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: " + "[" * 10_000, "1:103"),
        ("a: " + "{a: " * 10_000, "1:400"),
        ("a:\n" + "- " * 10_000, "2:199"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(500)), "101:101"),
    ],
)
def test_depth_is_bounded(text: str, place: str) -> None:
    expected = f"f.yaml:{place}: nested too deeply: 100 levels are allowed"
    assert said(text.encode()) == expected


def test_the_deepest_and_the_largest_allowed_are_read() -> None:
    value: object = read(b"a: " + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1), "f")["a"]
    for _ in range(MAX_DEPTH - 2):
        assert isinstance(value, list)
        (value,) = value
    assert value == []
    assert read(b"a: 1\n".ljust(MAX_BYTES, b"\n"), "f") == {"a": 1}


SECRET = "hunter2"  # noqa: S105


@pytest.mark.parametrize(
    "text",
    [
        f"a: &x {SECRET}",
        f"a: !!x {SECRET}",
        f"a: *{SECRET}",
        f"a: [{SECRET}",
        f'a: "{SECRET}',
        f"a: {SECRET}: {SECRET}",
        f"- {SECRET}",
        SECRET,
        f"a: b\n--- {SECRET}",
        f"a: {SECRET}\x00",
    ],
)
def test_no_message_repeats_a_value(text: str) -> None:
    assert SECRET not in said(text.encode())


def test_a_key_is_cut_and_escaped() -> None:
    key = "\x1b" + "k" * 1000
    data = f'"\\e{key[1:]}": 1\n' * 2
    assert said(data.encode()) == (
        f'f.yaml:2:1: the key "\\u001b{"k" * 59}" stands twice in one mapping'
    )
