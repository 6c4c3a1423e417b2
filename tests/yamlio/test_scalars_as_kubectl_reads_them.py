"""An unquoted or tagged scalar means to us what it means to the real kubectl."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import InputError
from renderer.yamlio import load_all

BOOLEANS = """
    y | Y | yes | Yes | YES | yEs | on | On | ON | oN | true | True | TRUE | tRUE | t | T
    n | N | no | No | NO | nO | off | Off | OFF | oFf | false | False | FALSE | fALSE | f | F
"""
NULLS = "~ | null | Null | NULL | nULL | none | None | nil | ~~ | ''"
INTEGERS = """
    0 | 00 | -0 | +0 | 7 | -7 | +7 | 08 | 019 | 017 | 0o17 | 0O17 | 0o8 | -017 | -0o17 | 0_7
    1_000 | 1__0 | 1_ | _1 | 0x1F | 0X1f | -0x1f | +0x1f
    0x | 0x_1F | 0xg | 0o | +-1 | -+1 | 1- | 1-1
    0b11 | 0B11 | -0b11 | +0b11 | 0b12 | 0b
    9223372036854775807 | 9223372036854775808 | -9223372036854775808 | -9223372036854775809
    18446744073709551615 | 18446744073709551616 | +18446744073709551615
    123456789012345678901234567890 | 07777777777777777777777 | 0x10000000000000000
    0x7fffffffffffffff | 0x8000000000000000 | 0xffffffffffffffff | +0xffffffffffffffff
    -0x8000000000000000 | -0x8000000000000001
    0b1111111111111111111111111111111111111111111111111111111111111111
"""
FLOATS = """
    .5 | -.5 | +.5 | . | .. | .e3 | .5_0 | .5__0 | .5_ | ._5 | .5e1_0 | .5e400
    5. | 5.e3 | -5. | 1.0
    -0.0 | 1.e | 1.e5 | 0.1 | 1e3 | 1E5 | 1e+3 | 1e-3 | 1e3.5 | 1.5E+5 | 12e03 | 12e3456
    1e400 | -1e400
    1e-400 | 1e15 | 1e16 | 1e18 | 1e19 | 1e20 | 1e21 | 1e-7 | 1.5e-7 | 9.3e18 | 9.223372036854775e18
    1.2345678901234567e17 | 12345678901234567.0 | 3.14159265358979323846 | 9223372036854775808.0
    1_0.5 | 1_e_3 | 1.2.3 | 0x1.8p1 | .0x1 | 1e | 1e+ | e3 | E3 | 1.7.0
"""
TEXTS = """
    = | << | 12:30:45 | 1:2 | 12:30 | 190:20:30 | 2001-01-01 | 2001-1-1
    2001-01-01T00:00:00Z
    2001-12-14t21:59:43.10-05:00 | .infx | .Infinity | inf | nan | NaN | Infinity | +inf | -inf
    16Gi | 500m | 4k | 1E | a:b | a#b | -x | ?x | http://x | v1.7.0-rc.0 | /dev/shm | $(NAME) | x'y
    x"y | é | ☃ | 日本 | 1e3Mi | 0.0.0.0 | 10.0.0.0/8 | --flag | ...x | [a:b, http://x:80/]
    {a:b} | [a:, b] | {"a":b}
"""
TAGGED = """
    !!str yes | !!str 1 | !!str ~ | !!str | ! 1 | ! yes | ! '' | ! [a] | ! {a: b}
    !<tag:yaml.org,2002:str> 1 | !!seq [a] | !!map {a: b}
    !!int 1 | !!int '1' | !!int 0x1F | !!int 0o17 | !!int -5
    !!float 1 | !!float '1.5' | !!float 1e3 | !!float 0x10 | !!bool yes | !!bool 'no' | !!bool true
    !!null ~ | !!null '' | !!null | !!null 'null' | !!binary aGVsbG8= | !!binary ''
"""
REFUSED = """
    .inf | .Inf | .INF | +.inf | -.inf | .nan | .NaN | .NAN | !!float .inf
    !!int x | !!int 1.5 | !!int '' | !!int 1e3 | !!float x | !!float '' | !!float 1e400
    !!bool x | !!bool 1 | !!null x | !!binary a | !!binary aGVs*bG8= | !!timestamp x
"""
KEYS = """
    a | 'yes' | yes | no | on | y | n | true | 1 | -1 | 017 | 0x10 | 0o17 | 1_000 | 1e400 | = | '<<'
    2001-01-01 | 12:30 | a:b | .5x | 9223372036854775807 | !!str yes | !!int '7' | !!binary aGVsbG8=
"""
REFUSED_KEYS = "~ | null | 18446744073709551615 | [a] | {a: b}"


def cells(table: str) -> list[str]:
    rows = table.strip().splitlines()
    return [cell.strip() for row in rows for cell in row.split("|")]


ALL_SCALARS = [
    cell for table in (BOOLEANS, NULLS, INTEGERS, FLOATS, TEXTS, TAGGED) for cell in cells(table)
]

Reader = Callable[[str], Any]


def ours(lines: str) -> Any:
    (document,) = load_all(lines.encode(), "probe.yaml")
    return document.value["value"]


@pytest.fixture(scope="session")
def from_kubectl(kubectl_reads: Reader) -> dict[str, Any]:
    """What kubectl takes every scalar of the table for: all asked in one call."""
    items = "".join(f"\n- {text}" for text in ALL_SCALARS)
    return dict(zip(ALL_SCALARS, kubectl_reads(f"value:{items}\n"), strict=True))


@pytest.mark.parametrize("text", ALL_SCALARS)
def test_a_scalar_is_what_kubectl_takes_it_for(text: str, from_kubectl: dict[str, Any]) -> None:
    read = ours(f"value: {text}\n")
    assert (type(read), read) == (type(from_kubectl[text]), from_kubectl[text])


@pytest.mark.parametrize("text", cells(REFUSED))
def test_what_kubectl_refuses_is_refused_here(
    text: str, kubectl_refuses: Callable[[str], bool]
) -> None:
    with pytest.raises(InputError, match=re.escape("probe.yaml:1:8: error: ")):
        ours(f"value: {text}\n")
    assert kubectl_refuses(f"value: {text}\n")


@pytest.mark.parametrize("key", cells(KEYS))
def test_a_key_is_the_string_that_kubectl_makes_of_it(key: str, kubectl_reads: Reader) -> None:
    lines = f"value: {{{key} : 1}}\n"
    assert ours(lines) == kubectl_reads(lines)


@pytest.mark.parametrize("key", cells(REFUSED_KEYS))
def test_what_kubectl_refuses_as_a_key_is_refused_here(
    key: str, kubectl_refuses: Callable[[str], bool]
) -> None:
    lines = f"value: {{? {key} : 1}}\n"
    with pytest.raises(InputError, match="cannot be a key"):
        ours(lines)
    assert kubectl_refuses(lines)


NOT_ASKED = re.compile(r"[+-]?\.inf|\.nan|-+|[+-]?0b[+-].*|\.\.\.|\?", re.IGNORECASE)
near_numbers = st.text("0123456789+-._xXoObBeEaAfFinN~tyYsuUlL", min_size=1, max_size=9).filter(
    lambda text: not NOT_ASKED.fullmatch(text)
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(near_numbers, min_size=40, max_size=200))
def test_whatever_looks_like_a_number_is_what_kubectl_takes_it_for(
    kubectl_reads: Reader, leaves: Callable[[Any], Any], texts: list[str]
) -> None:
    lines = "value:" + "".join(f"\n- {text}" for text in texts) + "\n"
    assert leaves(ours(lines)) == leaves(kubectl_reads(lines))


@pytest.mark.parametrize(
    "lines",
    [
        "base: &b {a: 1, c: 2}\nvalue: {<<: *b, a: 3}\n",
        "base: &b {a: 1, c: 2}\nvalue: {<<: *b, d: {e: [*b, *b]}}\n",
        "one: &b {a: 1, c: 2}\ntwo: &d {a: 7, z: 9}\nvalue: {<<: [*b, *d]}\n",
        "value: {<<: {q: 1}}\n",
        "value: {<<: []}\n",
        "value: {'<<': {q: 1}}\n",
        "base: &b {a: 1}\nvalue: {!!merge <<: *b}\n",
        "base: &b {a: {x: 1, y: 2}}\nvalue: {<<: *b, a: {x: 2}}\n",
        "base: &b yes\nvalue: {*b : 1}\n",
        "one: &a 1\ntwo: &a 2\nvalue: *a\n",
        "value: 'a\n\n  b'\n",
        "value: >-\n  a\n  b\n\n  c\n",
        "value: |+\n  a\n   b\n\n",
        "value: |2\n   a\n",
        "value: a\tb\t# said\n",
        'value: "\\x41\\u00e9\\U0001F600\\e\\0\\N\\_"\n',
        "value: [a: b, {c, d: }]\r\n",
        "value:\n- - a\n  -\n- {}\n",
        "? value\n: x\n",
        "\ufeffvalue: x\n",
    ],
)
def test_structure_is_what_kubectl_takes_it_for(
    lines: str, kubectl_reads: Reader, leaves: Callable[[Any], Any]
) -> None:
    behind = lines.removeprefix("\ufeff")
    assert leaves(ours(lines)) == leaves(kubectl_reads(behind))
