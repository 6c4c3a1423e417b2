"""Charts: what is inserted where, what control encloses, and which objects come of it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from renderer.templating.chart import OMIT, Chart, Frozen, Rendered, compile_chart
from renderer.yamlio import emit

HEAD = "apiVersion: v1\nkind: Probe\nmetadata:\n  name: probe\n"


def chart(body: str, **libraries: str) -> Chart:
    files = {f"_{name}.jinja": dedent(text) for name, text in libraries.items()}
    return compile_chart({"probe.yaml": dedent(body), **files})


def written(body: str, **context: Any) -> str:
    """What stands behind the head of a document whose body this is."""
    (made,) = compile_chart({"probe.yaml": HEAD + dedent(body)}).render(context)
    return made.text.removeprefix(HEAD)


BODIES = {
    "a value keeps its type": (
        "x: {{ 1 + 1 }}\nu: {{ 'yes' }}\nz: {{ [none] }}\n",
        'x: 2\nu: "yes"\nz:\n- null\n',
    ),
    "quotes around an expression change nothing": (
        "x: \"{{ 8 }}\"\nu: '{{ 8 }}'\n",
        "x: 8\nu: 8\n",
    ),
    "a filter makes a string of it": ("x: {{ 8 | string }}\n", 'x: "8"\n'),
    "inside a longer string it is text": ("x: {{ 8 }}{{ true }}\n", 'x: "8true"\n'),
    "a string cannot break the structure": ("x: {{ 'a\\nb: c' }}\n", "x: |-\n  a\n  b: c\n"),
    "in flow lists": ("x: [{{ 1 }}, 'a-{{ 2 }}', {u: {{ 3 }}}]\n", "x:\n- 1\n- a-2\n- u: 3\n"),
    "in keys": ("{{ 'a' }}/{{ 1 }}: {{ {} }}\n", "a/1: {}\n"),
    "in literal text": ("x: |\n  # {{ 1 }}\n\n    {{ 'a' }}\n", "x: |\n  # 1\n\n    a\n"),
    "comments are dropped": (
        "# {{ nothing }} {% if %}\nx: 1 # {{ don't\n{# u: {{ 2 }} #}\n",
        "x: 1\n",
    ),
    "what is omitted drops its entry": ("x: {{ omit }}\nu: [1, '{{ omit }}']\n", "u:\n- 1\n"),
    "what is left empty is written as empty": (
        "x:\n  u: {{ omit }}\nz:\n- {{ omit }}\n",
        "x: {}\nz: []\n",
    ),
    "an item whose first entry is dropped": ("x:\n- u: {{ omit }}\n  z: 1\n", "x:\n- z: 1\n"),
    "omitted inside a map of an expression": (
        "x: {{ {'a': omit, 'b': [omit]} }}\n",
        "x:\n  b: []\n",
    ),
    "control at any indentation": (
        "x:\n{% if true %}\n  u: 1\n      {% endif %}\n",
        "x:\n  u: 1\n",
    ),
    "whitespace marks": (
        "x:\n  {%- if true -%}\n  u: {{- 1 -}}\n  {%+ endif +%}\n",
        "x:\n  u: 1\n",
    ),
    "branches may share a key": (
        "{% if false %}\nx: 1\n{% elif true %}\nx: 2\n{% else %}\nx: 3\n{% endif %}\n",
        "x: 2\n",
    ),
    "loops in lists": (
        "x:\n{% for n in [1, 2] %}\n- m: {{ n }}\n  last: {{ loop.last }}\n{% endfor %}\n",
        "x:\n- m: 1\n  last: false\n- m: 2\n  last: true\n",
    ),
    "loops in maps": (
        "x:\n  {% for k, v in {'a': 1}.items() if v %}\n  {{ k }}: {{ v }}\n  {% endfor %}\n",
        "x:\n  a: 1\n",
    ),
    "a set holds to the end of its map": (
        "x:\n  {% set n = 1 %}\n  v: 1\n  u: {{ n }}\nz: {{ n is defined }}\n",
        "x:\n  v: 1\n  u: 1\nz: false\n",
    ),
    "a set over several lines": (
        "x:\n  {% set n = {\n    'a': {'b': 1}} %}\n  u: {{ n.a.b }}\n",
        "x:\n  u: 1\n",
    ),
    "a namespace outlives its loop": (
        "{% set n = namespace(sum=0) %}\n{% for v in [1, 2] %}\n"
        "{% set n.sum = n.sum + v %}\nx{{ v }}: 1\n{% endfor %}\nx: {{ n.sum }}\n",
        "x1: 1\nx2: 1\nx: 3\n",
    ),
    "anchors": ("x: &a [{{ 1 }}]\nu: *a\n", "x:\n- 1\nu:\n- 1\n"),
    "braces as they stand": ("x: a{{ '{{' }}b\n", emit({"x": "a{{b"})),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES.keys())
def test_a_body_comes_out_as(body: str, expected: str) -> None:
    assert written(body) == expected


def test_omit_works_as_a_value_of_the_context_too() -> None:
    assert written("x: {{ gone }}\nu: 1\n", gone=OMIT) == "u: 1\n"


def names(made: list[Rendered]) -> list[str]:
    return [f"{item.namespace}/{item.name}" for item in made]


DOCUMENTS = {
    "one": ("{kind: A, apiVersion: v1, metadata: {name: a, namespace: '{{ space }}'}}", ["s/a"]),
    "several": (
        "---\n{kind: A, apiVersion: v1, metadata: {name: a}}\n---\n# nothing\n---\n"
        "{kind: A, apiVersion: v1, metadata: {name: '{{ 1 }}b'}}",
        ["/a", "/1b"],
    ),
    "none, where control leaves none": ("{% if no %}\n{kind: A}\n{% endif %}", []),
    "one of several branches": (
        "{% if no %}\n{kind: A}\n{% else %}\n# the second\n"
        "{kind: A, apiVersion: v1, metadata: {name: a}}\n{% endif %}",
        ["/a"],
    ),
    "one a turn of a loop": (
        "{% for n in [1, 2] %}\n---\nkind: A\napiVersion: v1\nmetadata:\n"
        "  name: a-{{ n }}\n{% endfor %}",
        ["/a-1", "/a-2"],
    ),
    "loops without a separator": (
        "{% for n in [1, 2] %}\nkind: A\napiVersion: v1\n"
        "metadata: {name: 'a-{{ n }}'}\n{% endfor %}",
        ["/a-1", "/a-2"],
    ),
    "a document before a loop": (
        "kind: A\napiVersion: v1\nmetadata: {name: a}\n{% for n in [1] %}\n---\n"
        "kind: A\napiVersion: v1\nmetadata: {name: 'a-{{ n }}'}\n{% endfor %}",
        ["/a", "/a-1"],
    ),
    "a set for the whole file": (
        "{% set n = 'x' %}\nkind: A\napiVersion: v1\nmetadata: {name: '{{ n }}'}\n"
        "---\nkind: A\napiVersion: v1\nmetadata: {name: '{{ n }}2'}",
        ["/x", "/x2"],
    ),
    "metadata of an expression": (
        "kind: A\napiVersion: v1\nmetadata: {{ {'name': 'm', 'namespace': 'n'} }}",
        ["n/m"],
    ),
    "a whole object of an expression": (
        "{{ {'kind': 'A', 'apiVersion': 'v1', 'metadata': {'name': 'm'}} }}",
        ["/m"],
    ),
    "identity under control": (
        "{% if no %}\nkind: A\n{% else %}\nkind: B\n{% endif %}\napiVersion: v1\n"
        "metadata:\n  {% if not no %}\n  name: c\n  {% endif %}",
        ["/c"],
    ),
}


@pytest.mark.parametrize(("source", "expected"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_the_documents_of_a_file_are(source: str, expected: list[str]) -> None:
    assert names(chart(source + "\n").render({"no": False, "space": "s"})) == expected


def test_identity_is_told_beside_the_text() -> None:
    (made,) = chart(HEAD).render({})
    assert made == Rendered("probe.yaml", "v1", "Probe", "", "probe", HEAD)


def test_identity_is_of_the_branch_that_was_taken() -> None:
    body = "{% if a %}\nkind: A\n{% else %}\nkind: B\n{% endif %}\n"
    compiled = chart(body + HEAD.replace("kind: Probe\n", ""))
    assert [compiled.render({"a": a})[0].kind for a in (True, False)] == ["A", "B"]


def test_one_template_can_be_rendered_alone() -> None:
    both = compile_chart({"a.yaml": HEAD, "b.yaml": HEAD.replace("probe", "other")})
    assert names(both.render({}, only="b.yaml")) == ["/other"]
    assert names(both.render({})) == ["/probe", "/other"]


def test_macros_are_imported_from_files_that_make_no_objects() -> None:
    library = """\
        {% import "_deep.jinja" as deep %}
        {% macro name(of) -%} {{ of }}-{{ suffix }}{{ deep.end() }} {%- endmacro %}
    """
    body = '{% import "_lib.jinja" as lib %}\n' + HEAD.replace("probe", "{{ lib.name('x') }}")
    made = chart(body, lib=library, deep="{% macro end() %}.{% endmacro %}").render({"suffix": "y"})
    assert names(made) == ["/x-y."]


def test_renders_do_not_see_each_other() -> None:
    body = '{% from "_lib.jinja" import name %}\n' + HEAD.replace("probe", "{{ name() }}")
    compiled = chart(body, lib="{% macro name() %}{{ n }}{% endmacro %}")
    assert [names(compiled.render({"n": n})) for n in "ab"] == [["/a"], ["/b"]]


def test_a_frozen_value_is_written_once_for_many_renders() -> None:
    class Counted(dict[str, Any]):
        reads = 0

        def items(self) -> Any:
            Counted.reads += 1
            return super().items()

    compiled = chart(HEAD + "x: {{ big }}\nu: {{ big }}\nname: {{ big.a }}\n")
    big = Counted(a="b")
    texts = {compiled.render({"big": Frozen(big)})[0].text for _ in range(5)}
    assert texts == {HEAD + "x:\n  a: b\nu:\n  a: b\nname: b\n"}
    assert Counted.reads <= 1


def test_a_value_that_is_not_frozen_may_change_between_renders() -> None:
    compiled = chart(HEAD + "x: {{ small }}\nu: {{ small }}\n")
    small: dict[str, Any] = {"a": 1}
    before = compiled.render({"small": small})[0].text
    small["a"] = 2
    assert compiled.render({"small": small})[0].text == before.replace("1", "2").replace("v2", "v1")


def test_a_static_document_is_written_as_its_value_is() -> None:
    value: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "A",
        "metadata": {"name": "a"},
        "x": [[], {}, [["y"]], None],
    }
    (made,) = compile_chart({"a.yaml": emit(value)}).render({})
    assert made.text == emit(value)


def test_compiled_code_is_kept_by_what_it_was_made_of() -> None:
    cache: dict[str, bytes] = {}
    files = {"a.yaml": HEAD}
    first = compile_chart(files, cache).render({})
    assert len(cache) == 1
    assert compile_chart(files, cache).render({}) == first
    assert len(cache) == 1
    cache[next(iter(cache))] = b"rubbish"
    assert compile_chart(files, cache).render({}) == first
    compile_chart({"b.yaml": HEAD}, cache)
    assert len(cache) == 2


DAMAGES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "rubbish": lambda _mine, _other: b"rubbish",
    "cut": lambda mine, _other: mine[:-1],
    "changed in one bit": lambda mine, _other: mine[:-1] + bytes([mine[-1] ^ 1]),
    "that of another chart": lambda _mine, other: other,
    "without its seal": lambda mine, _other: mine[32:],
    "empty": lambda _mine, _other: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_an_entry_of_the_cache_is_compiled_anew_that_is(
    damage: Callable[[bytes, bytes], bytes],
) -> None:
    cache: dict[str, bytes] = {}
    compile_chart({"a.yaml": HEAD}, cache)
    (key,) = cache
    compile_chart({"a.yaml": HEAD.replace("probe", "other")}, cache)
    (foreign,) = (entry for name, entry in cache.items() if name != key)
    mine = cache[key]
    cache[key] = damage(mine, foreign)
    assert names(compile_chart({"a.yaml": HEAD}, cache).render({})) == ["/probe"]
    assert cache[key] == mine


GIVEN: dict[str, tuple[Any, str]] = {
    "a part that is omitted": ({"a": [OMIT, 1], "b": OMIT}, "\n  a:\n  - 1"),
    "a part that is frozen": ({"a": Frozen({"b": "c"})}, "\n  a:\n    b: c"),
    "a tuple": ({"a": (1, 2)}, "\n  a:\n  - 1\n  - 2"),
    "a range": ([range(2)], "\n- - 0\n  - 1"),
    "a float": ([0.5], "\n- 0.5"),
}


@pytest.mark.parametrize(("value", "expected"), GIVEN.values(), ids=GIVEN.keys())
@pytest.mark.parametrize("expression", ["given", "[given][0]", "given | default(1)"])
def test_a_value_of_the_context_is_written_with(expression: str, value: Any, expected: str) -> None:
    assert written(f"x: {{{{ {expression} }}}}\n", given=value) == f"x:{expected}\n"


def test_what_a_template_makes_of_a_given_value_leaves_it_alone() -> None:
    given = {"a": {"b": 1}}
    body = "x: {{ dict(given, c=2) }}\nu: {{ [given, given | combine({'a': 2})] }}\n"
    expected = "x:\n  a:\n    b: 1\n  c: 2\nu:\n- a:\n    b: 1\n- a: 2\n"
    assert written(body, given=given) == expected
    assert given == {"a": {"b": 1}}
