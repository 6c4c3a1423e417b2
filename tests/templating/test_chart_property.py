"""Charts made at random, next to the objects that they must come out as."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from renderer.templating.chart import OMIT, Frozen, compile_chart
from renderer.yamlio import emit, load_all

SCALARS = [
    *("plain", "", "yes", "0o14", "12:30:45", "1e3", "~", "- dash", "a: b", "#no", "{{", "ünïcode"),
    *("two\nlines", "two\nlines\n", " lead", "trail ", "tab\there", "quote'\"", "x" * 200),
    *(0, -7, 3.5, 10**15, True, False, None),
]
STATIC: list[Any] = [*(scalar for scalar in SCALARS if scalar != "{{"), {}, [], {"a": ["b", {}]}]
VALUES: dict[str, Any] = {
    **{f"scalar{number}": value for number, value in enumerate(SCALARS)},
    "omitted": OMIT,
    "empty_map": {},
    "empty_list": [],
    "map": {"a": "b", "c": {"d": ["e", {"f": "g"}]}},
    "list": ["a", {"b": "c", "d": []}, ["e", "f"]],
    "shared": Frozen({"s": ["t", {"u": "v\nw\n"}]}),
}
TEXTS = [name for name, value in VALUES.items() if isinstance(value, (str, bool, int))]
LOOPS: dict[str, list[str]] = {"zero": [], "one": ["i"], "three": ["i", "j", "k"]}
CONTEXT = {**VALUES, "yes": True, "no": False, **LOOPS}


def as_text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@dataclass
class Chart:
    """Lines of a chart on the one hand, and what they mean on the other."""

    random: Random
    lines: list[str] = field(default_factory=list)
    loop: str | None = None
    silent: bool = False
    keys: int = 0

    def comment(self) -> None:
        if self.random.random() < 0.1:
            self.lines.append(" " * self.random.randrange(4) + "# {% if %} {{ don't")

    def control(self, text: str) -> None:
        marks = self.random.choice([("{%", "%}"), ("{%-", "-%}")])
        self.lines.append(" " * self.random.randrange(6) + f"{marks[0]} {text} {marks[1]}")

    def key(self) -> tuple[str, str]:
        """A key as it is written, and as it is meant."""
        self.keys += 1
        if self.loop is not None:
            return f"k{self.keys}-{{{{ each }}}}", f"k{self.keys}-{self.loop}"
        if self.random.random() < 0.2:
            return "{{ map.a }}" + str(self.keys), f"b{self.keys}"
        return f"k{self.keys}", f"k{self.keys}"

    def value(self, indent: int, depth: int, *, item: bool) -> Any:
        """Write the value of the entry or item whose head is the last line."""
        kinds = ["static", "whole", "whole", "text", "literal"]
        kind = self.random.choice(kinds + ["map", "map", "list"] * (depth > 0))
        match kind:
            case "map":
                return self.container(indent + 2, depth, is_list=False)
            case "list":
                deeper = 2 if item else self.random.choice([0, 2])
                return self.container(indent + deeper, depth, is_list=True)
            case "static":
                value = self.random.choice(STATIC)
                self.lines[-1] += f" {json.dumps(value)}"
                return value
            case "whole":
                name = self.random.choice(list(VALUES))
                quote = self.random.choice(["", '"', "'"])
                self.lines[-1] += f" {quote}{{{{ {name} }}}}{quote}"
                return VALUES[name].value if isinstance(VALUES[name], Frozen) else VALUES[name]
            case "text":
                name = self.random.choice(TEXTS)
                self.lines[-1] += f' "a {{{{ {name} }}}}-{{{{ {name} | string }}}}"'
                return f"a {as_text(VALUES[name])}-{as_text(VALUES[name])}"
            case _:
                pad = " " * (indent + 2)
                self.lines[-1] += " |"
                self.lines += [f"{pad}# {{{{ map.a }}}}", "", f"{pad}  deep {{{{ scalar0 }}}}"]
                return "# b\n\n  deep plain\n"

    def container(self, indent: int, depth: int, *, is_list: bool) -> Any:
        found: list[tuple[str, Any]] = []
        for _ in range(self.random.randrange(1, 5)):
            self.part(indent, depth - 1, found, is_list=is_list)
        kept = [(key, value) for key, value in found if value is not OMIT]
        return [value for _, value in kept] if is_list else dict(kept)

    def part(self, indent: int, depth: int, found: list[tuple[str, Any]], *, is_list: bool) -> None:
        choice = self.random.random()
        if choice < 0.15 and depth > 0:
            self.condition(indent, depth, found, is_list=is_list)
        elif choice < 0.25 and depth > 0 and self.loop is None:
            self.repetition(indent, depth, found, is_list=is_list)
        else:
            self.entry(indent, depth, found, is_list=is_list)

    def entry(
        self, indent: int, depth: int, found: list[tuple[str, Any]], *, is_list: bool
    ) -> None:
        self.comment()
        written, meant = ("-", "") if is_list else self.key()
        self.lines.append(" " * indent + (written if is_list else f"{written}:"))
        found.append((meant, self.value(indent, depth, item=is_list)))

    def condition(
        self, indent: int, depth: int, found: list[tuple[str, Any]], *, is_list: bool
    ) -> None:
        first, second = self.random.random() < 0.5, self.random.random() < 0.5
        taken = 0 if first else 1 if second else 2
        tests = [f"if {'yes' if first else 'no'}", f"elif {'yes' if second else 'no'}", "else"]
        for number, test in enumerate(tests):
            self.control(test)
            self.control("set unused = 1")
            inner: list[tuple[str, Any]] = []
            self.part(indent, depth - 1, inner, is_list=is_list)
            found.extend(inner if number == taken else [])
        self.control("endif")

    def repetition(
        self, indent: int, depth: int, found: list[tuple[str, Any]], *, is_list: bool
    ) -> None:
        name = self.random.choice(list(LOOPS))
        self.control(f"for each in {name}")
        start, state = len(self.lines), self.random.getstate()
        keys = self.keys
        written: list[str] = []
        for each in LOOPS[name] or ["unused"]:
            del self.lines[start:]
            self.random.setstate(state)
            self.keys, self.loop = keys, each
            inner: list[tuple[str, Any]] = []
            self.part(indent, depth - 1, inner, is_list=is_list)
            written = self.lines[start:]
            found.extend(inner if LOOPS[name] else [])
        self.lines[start:] = written
        self.loop = None
        self.control("endfor")


@pytest.mark.parametrize("seed", range(300))
def test_a_chart_comes_out_as_the_object_it_describes(seed: int) -> None:
    chart = Chart(Random(seed))  # noqa: S311  (nothing is kept secret by it)
    chart.lines = ["apiVersion: v1", "kind: Probe", "metadata:", "  name: {{ map.a }}", "spec:"]
    spec = chart.container(2, 5, is_list=False)
    source = "\n".join(chart.lines) + "\n"
    expected = {"apiVersion": "v1", "kind": "Probe", "metadata": {"name": "b"}, "spec": spec}
    (made,) = compile_chart({"probe.yaml": source}).render(CONTEXT)
    assert load_all(made.text.encode(), "made")[0].value == expected, source
    assert made.text == emit(expected)
