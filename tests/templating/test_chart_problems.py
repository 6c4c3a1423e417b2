"""What is wrong with a chart is said with its file and line, in words, without values."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.errors import InputError
from renderer.templating.chart import compile_chart

HEAD = "apiVersion: v1\nkind: Probe\nmetadata:\n  name: probe\n"
CONTEXT: dict[str, Any] = {"notebook": {"name": "n", "secret": "hunter2"}, "many": ["a", "a"]}


def problems_of(files: dict[str, str]) -> list[str]:
    with pytest.raises(InputError) as caught:
        compile_chart(files).render(CONTEXT)
    assert "hunter2" not in str(caught.value)
    return [
        f"{p.position.line}:{p.position.column} {p.message}|{p.hint}" for p in caught.value.problems
    ]


WHOLE = "control lines enclose whole map entries, list items or documents"
INLINE = "inside a value use {{ a if condition else b }}"
KNOWN = "known are if, elif, else, endif, for, endfor, set, import, from"

BODIES = {
    "an undefined variable": (
        "x: {{ notebok }}",
        '5:4 "notebok" is not defined|did you mean "notebook"?',
    ),
    "an undefined attribute": (
        "x:\n- {{ notebook.nam }}",
        '6:3 notebook has no "nam"|did you mean "name"?',
    ),
    "in a longer string": (
        "x: a{{ notebook.nam }}",
        '5:5 notebook has no "nam"|did you mean "name"?',
    ),
    "in a key": ("x{{ notebook.nam }}: 1", '5:2 notebook has no "nam"|did you mean "name"?'),
    "in a condition": (
        "{% if notebook.nam %}\nx: 1\n{% endif %}",
        '5:1 notebook has no "nam"|did you mean "name"?',
    ),
    "in an elif": (
        "{% if false %}\nx: 1\n{% elif notebok %}\nx: 2\n{% endif %}",
        '7:1 "notebok" is not defined|did you mean "notebook"?',
    ),
    "in a loop": (
        "x:\n  {% for a in [1] %}\n  - a: 1\n    b: {{ a.b }}\n  {% endfor %}",
        '8:8 a number has no "b"|',
    ),
    "in a set": (
        "{% set a = notebok %}\nx: {{ a }}",
        '6:4 "notebok" is not defined|did you mean "notebook"?',
    ),
    "a syntax error": (
        "x: {{ 1 + }}",
        "5:4 the template cannot be read: unexpected 'end of template'|",
    ),
    "too much expression": ("x: {{ a b }}", '5:4 "b" stands where the expression should end|'),
    "an unknown filter": (
        "x: {{ 1 | defualt }}",
        '5:4 there is no filter "defualt"|did you mean "default"?',
    ),
    "an unknown test": ("x: {{ 1 is evn }}", '5:4 there is no test "evn"|did you mean "even"?'),
    "an open expression": (
        "x: {{ 1",
        "5:4 {{ is never closed on its line|set a long expression to a variable, in a line before",
    ),
    "an empty expression": ("x: {{ }}", "5:4 {{ }} is empty|"),
    "an open control line": ("{% if x", "5:1 {% is never closed|"),
    "an open comment": ("x: 1\n{# x", "6:1 {# is never closed|"),
    "if without endif": ("{% if true %}\nx: 1", "5:1 if without endif|"),
    "endfor for an if": ("{% if true %}\nx: 1\n{% endfor %}", '7:1 "endfor" has no place here|'),
    "else behind else": (
        "{% if true %}\nx: 1\n{% else %}\n{% else %}\n{% endif %}",
        '8:1 "else" has no place here|else stands between if and endif; a for has none',
    ),
    "else of a for": (
        "{% for a in [] %}\nx: 1\n{% else %}\ny: 1\n{% endfor %}",
        '7:1 "else" has no place here|else stands between if and endif; a for has none',
    ),
    "a macro in a YAML file": (
        "{% macro a() %}\nx: 1\n{% endmacro %}",
        '5:1 "macro" is not part of the charts\' language|macros live in files named _*.jinja',
    ),
    "a block": ("{% block a %}\nx: 1", f'5:1 "block" is not part of the charts\' language|{KNOWN}'),
    "control within a line": (
        "x: {% if true %}1{% endif %}",
        f"5:4 a control line stands alone on its line|{INLINE}",
    ),
    "control within a scalar": (
        "x: |\n  a\n  {% if true %}\n  b: c\n  {% endif %}",
        f"7:3 {WHOLE}|{INLINE}",
    ),
    "control around a scalar": ("x:\n  {% if true %}\n  a\n  {% endif %}", f"6:3 {WHOLE}|{INLINE}"),
    "control around half an entry": ("{% if true %}\nx:\n{% endif %}\n  y: 1", None),
    "branches at two levels": (
        "x:\n  {% if true %}\n  y: 1\n  {% else %}\n    y: 1\n  {% endif %}",
        f"6:3 the branches stand at different levels|{WHOLE}",
    ),
    "a list in a map": ("x: 1\n{% if true %}\n- a\n{% endif %}", None),
    "a key that comes twice": ("x: 1\nx: 2", None),
    "a key twice by control": (
        "x: 1\n{% if true %}\nx: 2\n{% endif %}",
        "7:1 the key x comes twice in one map|",
    ),
    "a key twice by a loop": (
        "x:\n  {% for a in many %}\n  {{ a }}: 1\n  {% endfor %}",
        "7:3 the key a comes twice in one map|",
    ),
    "a map in a string": (
        "x: a{{ notebook }}",
        "5:5 a map cannot stand inside a longer string|use default, join, tojson or toyaml",
    ),
    "a map as a key": (
        "{{ notebook }}: 1",
        "5:1 a map cannot stand inside a longer string|use default, join, tojson or toyaml",
    ),
    "null in a string": (
        "x: a{{ none }}",
        "5:5 null cannot stand inside a longer string|use default, join, tojson or toyaml",
    ),
    "a function as a value": ("x: {{ range }}", "5:4 a function is no value for YAML|"),
    "a loop over a string": (
        "x:\n{% for a in 'abc' %}\n- {{ a }}\n{% endfor %}",
        "6:1 a string cannot be looped over|a loop runs over a list, or the keys of a map",
    ),
    "an import that is not there": (
        '{% import "_x.jinja" as x %}\ny: {{ x }}',
        '5:1 there is no "_x.jinja" to import|only files named _*.jinja can be',
    ),
    "an if without else": (
        "x: {{ 1 if true }}",
        "5:4 an if without else|say what else: else omit, or else ''",
    ),
    "broken YAML": ("x: [1", None),
    "private characters": ("x: \ue000", "5:4 a character for private use cannot stand in a chart|"),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES.keys())
def test_a_problem_is_said(body: str, expected: str | None) -> None:
    found = problems_of({"probe.yaml": f"{HEAD}{body}\n"})
    if expected is None:
        assert len(found) == 1
        assert int(found[0].split(":")[0]) in range(5, 10)
    else:
        assert found == [expected]


@pytest.mark.parametrize("missing", ["apiVersion", "kind", "metadata.name"])
def test_every_document_is_an_object(missing: str) -> None:
    lines = [line for line in HEAD.splitlines() if missing.rpartition(".")[2] not in line]
    source = "\n# a comment\n" + "\n".join([*lines, "x: 1"]).replace("metadata:\nx", "x")
    found = problems_of({"probe.yaml": source})
    assert found == [f"3:1 the document has no {missing}|every document is one object"]


def test_a_document_is_a_map() -> None:
    assert problems_of({"a.yaml": "- a\n"})[0].startswith("1:1 a document is a map|")


def test_every_file_tells_its_first_problem() -> None:
    files = {f"{name}.yaml": f"{HEAD}x: {{{{ {name} }}}}\n" for name in ("foo", "bar")}
    with pytest.raises(InputError) as caught:
        compile_chart(files).render({})
    assert [p.position.file for p in caught.value.problems] == ["bar.yaml", "foo.yaml"]


def test_a_problem_in_a_macro_names_the_line_of_the_macro() -> None:
    library = "{% macro a() %}\n\n{{ notebok }}{% endmacro %}\n"
    files = {
        "a.yaml": f'{{% import "_l.jinja" as l %}}\n{HEAD}x: {{{{ l.a() }}}}\n',
        "_l.jinja": library,
    }
    with pytest.raises(InputError) as caught:
        compile_chart(files).render(CONTEXT)
    assert str(caught.value).startswith('_l.jinja:3:1: error: "notebok" is not defined')


def test_other_files_are_refused() -> None:
    assert problems_of({"a.txt": ""})[0].startswith("1:1 a chart holds .yaml files")
