"""What is written: one form for each value, in the order given, at the column asked for."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from renderer.yamlio import emit, emit_documents


class Policy(StrEnum):
    AUTO = "Auto"


class Count(IntEnum):
    ONE = 1


class Text(str):
    """As template engines give: a string that is not quite a str."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


LAYOUT = """\
kind: Service
metadata:
  labels: {}
  name: a
spec:
  ports:
  - name: http
    port: 80
    ranges:
    - - 1
      - 2
    - - - deep
      - []
  - {}
  - - x
  - nested:
      deeper: true
  clusterIP: null
"""
VALUE = {
    "kind": "Service",
    "metadata": {"labels": {}, "name": "a"},
    "spec": {
        "ports": [
            {"name": "http", "port": 80, "ranges": [[1, 2], [["deep"], []]]},
            {},
            ["x"],
            {"nested": {"deeper": True}},
        ],
        "clusterIP": None,
    },
}


def test_mappings_and_lists_are_laid_out_as_kubectl_prints_them() -> None:
    assert emit(VALUE) == LAYOUT


def test_every_line_begins_at_the_column_asked_for() -> None:
    assert emit(VALUE, 4) == "".join(f"    {line}\n" for line in LAYOUT.splitlines())


def test_keys_keep_their_order() -> None:
    assert emit({"b": 1, "a": 2}) == "b: 1\na: 2\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-(1 << 63), "-9223372036854775808"),
        (1.5, "1.5"),
        (1000.0, "1000.0"),
        (-0.0, "-0.0"),
        (1e16, "1.0e+16"),
        (1.5e-7, "1.5e-07"),
        (1e-7, "1.0e-07"),
        ({}, "{}"),
        ([], "[]"),
        ((), "[]"),
        (Policy.AUTO, "Auto"),
        (Count.ONE, "1"),
        (Text("yes"), '"yes"'),
        ("plain words, here", "plain words, here"),
        ("gcr.io/images/scipy:v1.7.0-rc.0", "gcr.io/images/scipy:v1.7.0-rc.0"),
        ("alice@example.com", "alice@example.com"),
        ("/home/jovyan", "/home/jovyan"),
        ("--ip=$(POD_IP)", "--ip=$(POD_IP)"),
        ("16Gi", "16Gi"),
        ("500m", "500m"),
        ("1.5Gi", "1.5Gi"),
        ("", '""'),
        ("16", '"16"'),
        ("1E", '"1E"'),
        ("yes", '"yes"'),
        ("Off", '"Off"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a:", '"a:"'),
        ("-x", '"-x"'),
        ("---", '"---"'),
        ("two  spaces", '"two  spaces"'),
        ('say "\\"', '"say \\"\\\\\\""'),
        ("é☃😀", '"é☃😀"'),
        ("\x00\t\r\x7f\x85\xa0", '"\\u0000\\t\\r\\u007f\\u0085\\u00a0"'),
        ("\u2028\ufeff\u202e\U000e0001", '"\\u2028\\ufeff\\u202e\\U000e0001"'),
        ("\n", '"\\n"'),
        ("\na", '"\\na"'),
        (" a\nb", '" a\\nb"'),
        ("\ta\nb", '"\\ta\\nb"'),
        ("a \nb", '"a \\nb"'),
        ("a\n \nb", '"a\\n \\nb"'),
        ("a\nb\t", '"a\\nb\\t"'),
        ("a\r\nb", '"a\\r\\nb"'),
    ],
)
def test_a_value_has_one_form(value: Any, text: str) -> None:
    assert emit({"key": value}) == f"key: {text}\n"
    assert emit([value]) == f"- {text}\n"
    assert emit(value, 2) == f"  {text}\n"


@pytest.mark.parametrize(
    ("value", "block"),
    [
        ("a\nb", "|-\n{0}a\n{0}b\n"),
        ("a\nb\n", "|\n{0}a\n{0}b\n"),
        ("a\n\n  b\n\tc\n", "|\n{0}a\n\n{0}  b\n{0}\tc\n"),
        ("a\n\n", "|+\n{0}a\n\n"),
        ("---\n...\n# no comment\n", "|\n{0}---\n{0}...\n{0}# no comment\n"),
        ("é: ☃\n😀", "|-\n{0}é: ☃\n{0}😀\n"),
    ],
)
def test_lines_are_shown_as_lines(value: str, block: str) -> None:
    assert emit({"key": value}) == "key: " + block.format("  ")
    assert emit([{"key": value}], 2) == "  - key: " + block.format("      ")
    assert emit(value) == block.format("  ")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("jackhoman.dev/owner", "jackhoman.dev/owner:"),
        ("", '"":'),
        ("on", '"on":'),
        ("8888", '"8888":'),
        ("a\nb", '"a\\nb":'),
        ("<<", '"<<":'),
        (Text("name"), "name:"),
        ("k" * 2000, "? " + "k" * 2000 + "\n:"),
    ],
)
def test_a_key_has_one_form(key: str, text: str) -> None:
    assert emit({key: 1}) == f"{text} 1\n"


def test_a_long_key_in_a_list_keeps_its_column() -> None:
    key = "k" * 2000
    assert emit([{key: {"a": [1]}}], 2) == f"  - ? {key}\n    :\n      a:\n      - 1\n"


@pytest.mark.parametrize(
    "value", [MappingProxyType({"a": (1, {"b": 2})}), {"a": [1, MappingProxyType({"b": 2})]}]
)
def test_read_only_values_are_written_like_others(value: Any) -> None:
    assert emit(value) == "a:\n- 1\n- b: 2\n"


def test_documents_stand_apart() -> None:
    assert emit_documents([{"a": 1}, ["b"], "c\n"]) == "a: 1\n---\n- b\n---\n|\n  c\n"
    assert emit_documents([]) == ""


endless: list[Any] = []
endless.append(endless)


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        ({1: "a"}, TypeError, "a key must be a string, not int"),
        ({None: "a"}, TypeError, "a key must be a string, not NoneType"),
        ({1, 2}, TypeError, "set cannot be written as YAML"),
        (b"a", TypeError, "bytes cannot be written as YAML"),
        (object(), TypeError, "object cannot be written as YAML"),
        (float("nan"), ValueError, "JSON has no infinity and no NaN"),
        (float("-inf"), ValueError, "JSON has no infinity and no NaN"),
        (1 << 63, ValueError, "an integer of more than 64 bits is no integer to kubectl"),
        ("\ud83d", ValueError, "half a surrogate pair is no text"),
        ({"a\udc00": 1}, ValueError, "half a surrogate pair is no text"),
        (endless, ValueError, "the value is nested too deeply, or holds itself"),
    ],
)
def test_what_yaml_cannot_hold_is_refused(value: Any, error: type[Exception], said: str) -> None:
    for holder in (value, [value], {"key": value}):
        with pytest.raises(error, match=f"^{said}$"):
            emit(holder)


def test_what_is_written_stays_as_it_was() -> None:
    value = {"a": [{"b": (1, 2)}], "c": MappingProxyType({"d": "e"})}
    before = repr(value)
    emit(value)
    assert repr(value) == before
