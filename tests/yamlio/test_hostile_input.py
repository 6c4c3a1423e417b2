"""Input made to exhaust the reader is refused at a place, soon, and in little memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import renderer
from renderer.errors import InputError
from renderer.yamlio import load_all
from renderer.yamlio.limits import MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS

SECONDS = 3.0
MEGABYTES = 200


def chain(length: int, item: str) -> str:
    """Each line uses the anchor of the line before in `item`."""
    links = (f"a{n}: &a{n} {item.replace('*', f'*a{n - 1}')}\n" for n in range(1, length))
    return "a0: &a0 {x: 1}\n" + "".join(links)


def filled(unit: str, start: str = "", end: str = "") -> str:
    """As many units as a file may hold."""
    return start + unit * ((MAX_BYTES - len(start) - len(end)) // len(unit)) + end


DEEP = f"nested too deeply\n  expected: at most {MAX_DEPTH} levels"
LONG = "too much text in one file"
MANY = "too many values in one file"
DIRECTIVES = "YAML directives (% lines) are not supported"
LONG_NUMBER = "a number of more than 1000 digits"

HOSTILE = {
    "a billion laughs": (chain(30, "[" + ",".join("*" * 9) + "]"), MANY),
    "a billion mappings": (chain(30, "{" + ",".join(f"k{n}: *" for n in range(9)) + "}"), MANY),
    "a billion merges": (
        chain(2, "{" + ",".join(f"k{n}: 1" for n in range(1000)) + "}")
        + "".join(f"b{n}:\n  <<: *a1\n" for n in range(1000)),
        MANY,
    ),
    "a long text named often": (
        f"a0: &a {'x' * (2 << 20)}\n" + "".join(f"a{n}: *a\n" for n in range(1, 1500)),
        LONG,
    ),
    "a long key named often": (
        f"a0: &a {{? {'x' * (2 << 20)} : 1}}\n" + "".join(f"a{n}: *a\n" for n in range(1, 1500)),
        LONG,
    ),
    "long texts named by lists of names": (
        f"a: &a {'x' * (1 << 20)}\nb: &b [{'*a,' * 8}]\nc: [{'*b,' * 8}]\n",
        LONG,
    ),
    "depth by aliases": (chain(1000, "[*]"), DEEP),
    "depth beside an inner anchor": (
        f"a: &a\n- {'[' * 60}{']' * 60}\n- &b 1\nc: {'[' * 60}*a{']' * 60}\n",
        DEEP,
    ),
    "100,000 open lists": ("[" * 100_000, DEEP),
    "open lists to the end": (filled("["), DEEP),
    "open mappings": (filled("{a: "), DEEP),
    "open lists of mappings": (filled("[{"), DEEP),
    "nested dashes": (filled("- "), DEEP),
    "nested question marks": (filled("? "), DEEP),
    "a staircase": ("".join(" " * n + "a:\n" for n in range(2000)), DEEP),
    "a long list": (filled("- a\n"), MANY),
    "a long list in brackets": (filled("a,", "["), MANY),
    "many documents": (filled("---\n"), MANY),
    "many anchors": (filled("- &a a\n"), MANY),
    "many directives": (
        "".join(f"%TAG !a{n}! tag:x:\n" for n in range(MAX_BYTES // 24)),
        DIRECTIVES,
    ),
    "many equal keys": (filled("a: 1\n"), 'the key "a" stands twice in one mapping'),
    "an endless quote": (filled("a ", '"'), "a quoted value is never closed"),
    "an endless key": (filled("a", '"', '": x'), "a colon that belongs to no key"),
    "an endless number": (filled("1", "a: "), LONG_NUMBER),
    "an endless fraction": (filled("1", "a: 0."), LONG_NUMBER),
    "an endless hexadecimal": (filled("f", "a: 0x"), LONG_NUMBER),
    "10,000 digits": ("a: " + "9" * 10_000, LONG_NUMBER),
    "colons between brackets": (filled("a:b,", "["), MANY),
    "too large": ("a" * (MAX_BYTES + 1), "the file is too large"),
    "50 megabytes": ("a: b\n" * (10 << 20), "the file is too large"),
}

HARMLESS = {
    "empty lines": filled("\n"),
    "spaces": filled(" "),
    "a comment": filled("#"),
    "a long text": filled("a "),
    "a long block": filled("  a\n", "a: |\n"),
    "many escapes": filled("\\x41", '"', '"'),
    "many quotes": filled("''", "'", "'"),
    "a long anchor": filled("a", "&", " x"),
    "a real catalog": "".join(f"k{n}: some value of it\n" for n in range(100_000)),
}


IN_LITTLE_MEMORY = """
import resource, runpy, sys
from renderer.errors import InputError
from renderer.yamlio import load_all
cases = runpy.run_path(sys.argv[1])
for name, (source, _) in cases["HOSTILE"].items():
    data = source.encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        load_all(data, "f")
    except InputError:
        print(name, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before >> 10)
"""


@pytest.mark.parametrize(("source", "said"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_refused_soon(source: str, said: str) -> None:
    data = source.encode()
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        load_all(data, "f")
    assert time.process_time() - started < SECONDS
    assert f"error: {said}" in str(caught.value.problems[0])
    assert len(caught.value.problems) <= MAX_PROBLEMS


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS.keys())
def test_large_but_harmless_input_is_read_soon(source: str) -> None:
    data = source.encode()
    started = time.process_time()
    assert len(load_all(data, "f")) <= 1
    assert time.process_time() - started < SECONDS


def test_hostile_input_needs_little_memory() -> None:
    root = Path(renderer.__path__[0]).parent
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY, __file__],
        capture_output=True,
        check=True,
        cwd=root,
        text=True,
    )
    needed = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines())
    assert needed.keys() == HOSTILE.keys()
    assert max(map(int, needed.values())) < MEGABYTES
