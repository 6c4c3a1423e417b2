"""What is written reads back as the same values: here, under YAML 1.1 and 1.2, and by kubectl."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML  # noqa: TID251  (as an oracle)

from renderer.yamlio import emit, emit_documents, load_all

WORDS = """
    y Y n N yes Yes YES no No NO on On ON off Off OFF true True TRUE false False FALSE t f
    null Null NULL ~ none nil nan NaN .nan .NaN inf Inf .inf .Inf
    +.inf -.inf -inf Infinity undefined
"""
NUMBERS = """
    0 -0 +0 1 -1 +1 00 007 017 08 0o17 0O17 0x1F 0X1f 0b11 1_000 _1 1_
    1e3 1E3 1e+3 1e-3 1e400 12e3456
    .5 -.5 +.5 5. 1.0 1.5 1.2.3 1.7.0 .e3 . .. ... 12:30 12:30:45 190:20:30.15 1:2 -1:2 685_230.15
    2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 9223372036854775808 0x 0b 0o 16Gi 500m 1E 1e 1K
"""
SIGNS = r"""
    = << - -- --- -x --x ---x ? ?x : :x :: a: :a a:b # #a a# & &a * *a ! !t !!str | |- > >- % %d
    @ @a ` `a
    ' '' " "" \ \n / // , ,a [ ] [] [a] { } {} {a} {{a}} {%a%} ${a} $(a) ~a a~ ^ ; ( ) < > += a=b
"""
# fmt: off
SPACED = (
    "", " ", "  ", " x", "x ", "\t", "\tx", "x\t", "a b", "a  b", "a\tb", "- a", "? a", ": ",
    ": a", "a: b", "a :b", "a : b", "#", "a #b", "a# b", "# a", "- ", "a -", "a - b", "--- a",
    "'a' b", '"a": b', "[a, b]", "{a: b}", "a, b", "2001-01-01 12:00:00", "1 2", "yes no", "& a",
    "! a",
)
LINES = (
    "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\na", "\n a", " \na", "a\nb", "a\nb\n", "a\n b",
    " a\nb", "a \nb", "a\n \nb", "a\n\t\nb", "a\n\tb", "\ta\nb", "a\n\n\nb", "a\n# b\n", "# a\nb",
    "---\na\n", "a\n---\nb", "a\n...\n", "%YAML 1.1\n---\na", "- a\n- b\n", "a: b\nc: d\n",
    "|\n a", "a\r\nb", "a\rb", "\r", "\r\n", "a\n ", "a\n\n ", "yes\nno", "\\\n\\n", "'\n\"",
    "a:\n", "a\x85b\n", "é\n☃",
)
CHARACTERS = (
    "\x00", "\x07", "\x1b[31m", "\x7f", "\x80", "\x85", "\x9f", "\xa0", "\xad", "é", "日本語", "☃",
    "😀", "\U0001f469\u200d\U0001f680", "\u2764\ufe0f", "\u2028", "\u2029", "a\u2028b\n", "\u200b",
    "\u200e", "\u202e", "\ufeff", "\ufeffa", "a\ufeff", "\ue000", "\ufffd", "\ufffe", "\uffff",
    "\U0001fffe", "\U000e0001", "\U00100000", "\U0010ffff", "e\u0301", "\ud7ff", "\ufb00",
    "\u2163", "\u0661\u0662", "\U0001d7d9", "\uff59\uff45\uff53",
)
# fmt: on
LONG = ("a" * 200, "a b " * 60 + "c", "ab" * 800, "a\n" * 100, "word " * 40 + "\n" + "x" * 300)
TRAPS = [*WORDS.split(), *NUMBERS.split(), *SIGNS.split(), *SPACED, *LINES, *CHARACTERS, *LONG]
NUMERIC = [
    0,
    -1,
    1 << 62,
    (1 << 63) - 1,
    0.1,
    1.0,
    -0.5,
    1e15,
    1e16,
    1e17,
    1e22,
    5e-324,
    1.5e-7,
    1e300,
]

Values = dict[str, Any]


def ours(text: str) -> Any:
    (document,) = load_all(text.encode(), "f")
    return document.value


def ruamel(version: tuple[int, int]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        return yaml.load(io.StringIO(text))

    return read


READERS = {"this reader": ours, "YAML 1.1": ruamel((1, 1)), "YAML 1.2": ruamel((1, 2))}
readers = pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())


def placed(text: str) -> Values:
    """A string wherever one can stand."""
    return {"value": text, "list": [text, [text], {"k": text}], "keys": {text: {text: text}}}


@readers
@pytest.mark.parametrize("text", dict.fromkeys(TRAPS))
def test_a_trap_reads_back(text: str, read: Callable[[str], Any]) -> None:
    assert read(emit(placed(text))) == placed(text)


def test_kubectl_reads_every_trap_back(kubectl_reads: Callable[[str], Any]) -> None:
    values = {"texts": TRAPS, "keys": dict.fromkeys(TRAPS, "x"), "numbers": NUMERIC}
    assert kubectl_reads(emit({"value": values, "last": "a\n\n"})) == values


@readers
@pytest.mark.parametrize("number", NUMERIC)
def test_a_number_reads_back_as_a_number(number: float, read: Callable[[str], Any]) -> None:
    back = read(emit({"value": number}))["value"]
    assert (back, isinstance(back, str | bool)) == (number, False)


characters = st.characters(codec="utf-8")
texts = (
    st.sampled_from(TRAPS)
    | st.text(characters)
    | st.text("yn0123456789.eExo_:-+~ \n\t#'\"", max_size=12)
    | st.lists(st.sampled_from(["a", "b c", "", " ", "\t", "- x", "# y", "é"])).map("\n".join)
)
# To kubectl a longer whole float is the integer of its shortest digits: equal only as a float.
floats = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not 1 << 53 < abs(number) < 1 << 63
)
numbers = st.integers(-(1 << 63), (1 << 63) - 1) | floats
scalars = st.none() | st.booleans() | numbers | texts
trees = st.recursive(
    scalars, lambda below: st.lists(below) | st.dictionaries(texts, below), max_leaves=25
)
thorough = settings(max_examples=60, deadline=None)


@thorough
@given(st.dictionaries(texts, trees), st.integers(0, 8))
def test_any_tree_reads_back_here_at_any_indentation(value: Values, indent: int) -> None:
    assert not value or ours(emit(value, indent)) == value


@thorough
@given(st.dictionaries(texts, trees, min_size=1))
def test_any_tree_reads_back_under_both_versions(value: Values) -> None:
    text = emit(value)
    assert READERS["YAML 1.1"](text) == value
    assert READERS["YAML 1.2"](text) == value


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees, min_size=5, max_size=40))
def test_kubectl_reads_any_tree_back(
    kubectl_reads: Callable[[str], Any], values: list[Any]
) -> None:
    assert kubectl_reads(emit({"value": values})) == values


@given(st.lists(trees.filter(lambda value: value is not None)))
def test_a_stream_reads_back_as_its_documents(values: list[Any]) -> None:
    text = emit_documents(values)
    assert [document.value for document in load_all(text.encode(), "f")] == values
