"""What hostile templates meet: a clear refusal, soon, and the same one every time."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from renderer.errors import InputError
from renderer.position import Position
from renderer.templating.chart import compile_chart
from renderer.templating.expressions import compile_fragment
from renderer.templating.filters import FILTERS
from renderer.templating.methods import GLOBALS
from renderer.templating.predicates import TESTS

HEAD = "apiVersion: v1\nkind: Probe\nmetadata:\n  name: probe\n"
PATIENCE = 4.0  # seconds; what is refused takes less than one on an idle machine
MEMORY = 200 << 20

WORK = "the template asks for too much work"
RANGE = "a range of more than 100000 numbers"
LARGE = "the number is too large"
WIDE = "a field of the format is too wide"

EXPRESSIONS = {
    "'x' * 10**10": WORK,
    "10**10 * 'x'": WORK,
    "[0] * 10**9": WORK,
    "range(99999) | list * 999": WORK,
    "9**9**9": LARGE,
    "2.0**9999": LARGE,
    "10**19 * 10**19": LARGE,
    "'%9999999999d' % 1": WIDE,
    "'%.9999999999f' | format(1.5)": WIDE,
    "'%*d' % (99999999, 1)": WIDE,
    "('%(' * 150000) % 1": WORK,
    "('%(a)s' * 10000) % {'a': 'x' * 100000}": WORK,
    "('a' * 1000000).rfind('ab' ~ 'a' * 400000)": WORK,
    "('a' * 1000000).rsplit('ab' ~ 'a' * 400000)": WORK,
    "('a' * 1000000).rpartition('ab' ~ 'a' * 400000)": WORK,
    "('a' * 1000000).find('a' * 400000 ~ 'b')": WORK,
    "('a' * 1000000).strip('b' * 400000 ~ 'a')": WORK,
    "('a' * 1000000).replace('a' * 400000 ~ 'b', '')": WORK,
    "('a' * 400000 ~ 'b') in 'a' * 1000000": WORK,
    "'x' | center(10**10)": WORK,
    "('a\\n' * 99999) | indent(10**9)": "the filter indent does not fit a string",
    "('\\n' * 99999) | indent(64)": WORK,
    "namespace().__class__": 'a function has no "__class__"',
    "('a' * 9999) | replace('', 'b' * 99999)": WORK,
    "('a' * 9999).replace('a', 'b' * 99999)": WORK,
    "range(99999) | join('x' * 999)": WORK,
    "('x' * 999).join(range(99999))": WORK,
    "[1] | batch(10**9, 0) | list": WORK,
    "1.5 | round(10**9)": "the filter round does not fit a number",
    "[[[1]]] | tojson(indent=10**9)": "the filter tojson does not fit a list",
    "range(10**9)": RANGE,
    "range(10**30)": LARGE,
    "range(1, 2, 0)": "range() does not fit its arguments",
    "[range(99999) | list] * 999": WORK,
    "1/0": "a division by zero",
    "''.__class__": 'a string has no "__class__"',
    "''['__class__']": 'a string has no "__class__"',
    "{}.__class__.__mro__": 'there is no "__class__" here',
    "range.__globals__": 'a function has no "__globals__"',
    "range.function": 'a function has no "function"',
    "notebook.items.receiver": 'a function has no "receiver"',
    "notebook.update({'a': 1})": 'notebook has no "update"',
    "{'get': 1}.get('a')": "a number cannot be called",
    "[].append(1)": 'a list has no "append"',
    "'{0.__class__}'.format(1)": ".format() is not part of the templates",
    "'{a}'.format_map(notebook)": ".format_map() is not part of the templates",
    "notebook | attr('__class__')": 'there is no filter "attr"',
    "[notebook] | map(attribute='__class__') | list": 'there is no "__class__" here',
    "[1] | map('op concat') | list": 'there is no filter "op concat"',
    "[1] | map('attr', 'real') | list": 'there is no filter "attr"',
    "[1] | select('callable') | list": 'there is no test "callable"',
    "cycler('a')": '"cycler" is not defined',
    "joiner()": '"joiner" is not defined',
    "lipsum()": '"lipsum" is not defined',
    "_('a')": '"_" is not a name for a variable',
    "self": '"self" is not a name for a variable',
    "[1] | random": 'there is no filter "random"',
    "namespace(a=1)": "a function is no value for YAML",
    "1 < 2 + 3 < notebook": "a chain of comparisons",
    "'1' ~ '+1' * 10**7 ~ '0'": WORK,
    "1" + "+1" * 500: "the expression nests too deeply",
    "(" * 900 + "1" + ")" * 900: "the expression nests too deeply",
    "[" * 300 + "]" * 300: "the expression nests too deeply",
    "a" + ".a" * 200: "the expression nests too deeply",
    "notebook" + ".get('a')" * 40: "the expression nests too deeply",
}


def here(_path: Any) -> Position:
    return Position("a.yaml", 1, 1)


def refusal(run: Any) -> str:
    """The one message that a hostile template ends with, in time and in bounds."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        with pytest.raises(InputError) as caught:
            run()
        taken = time.process_time() - begin
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert taken < 10 * PATIENCE  # the measuring of memory slows it down
    (problem,) = caught.value.problems
    return problem.message


@pytest.mark.parametrize(("source", "message"), EXPRESSIONS.items())
def test_a_hostile_expression_is_refused(source: str, message: str) -> None:
    template = {"a": f"{{{{ {source} }}}}"}
    variables = {"notebook": {"name": "n"}}
    assert refusal(lambda: compile_fragment(template, here).evaluate(variables)) == message


def looped(*controls: str, body: str = "- a", between: str = "") -> str:
    lines = [f"{{% {control} %}}" for control in controls]
    ends = ["{% endfor %}" for control in controls if control.startswith("for")]
    return "\n".join(["x:", *lines, between, body, *ends, ""])


NINE = "for a in range(99999)"
SOME = "for a in range(5000)"
GROWING = (
    "{% set n = namespace(s='x') %}\n{% for a in range(9999) %}\n"
    "{% set n.s = GROW %}\n- a\n{% endfor %}\n"
)
CHARTS = {
    "nested loops over ranges": looped(NINE, NINE.replace("a in", "b in")),
    "one long loop after another": "".join(looped(NINE).replace("x:", f"x{n}:") for n in range(20)),
    "loops over lists of lists": looped(
        "set m = range(9999) | list", "for a in m", "for b in m", "for c in m"
    ),
    "much static text in a loop": looped(NINE, body=f"- {'x' * 9999}"),
    "a long value in a loop": looped("set s = 'x' * 99999", NINE, body="- {{ s }}"),
    "a long list in a loop": looped("set s = range(9999) | list", NINE, body="- {{ s }}"),
    "a string that grows by ~": "x:\n" + GROWING.replace("GROW", "n.s ~ n.s"),
    "a string that grows by +": "x:\n" + GROWING.replace("GROW", "n.s + n.s"),
    "a string that grows by %": "x:\n" + GROWING.replace("GROW", "'%s%s' % (n.s, n.s)"),
    "a string that grows by format": "x:\n" + GROWING.replace("GROW", "'%s%s' | format(n.s, n.s)"),
    "a string that grows by join": "x:\n" + GROWING.replace("GROW", "[n.s, n.s] | join"),
    "a string that grows by replace": "x:\n" + GROWING.replace("GROW", "n.s.replace('x', 'xx')"),
    "a list that grows": "x:\n" + GROWING.replace("GROW", "[n.s, n.s]"),
    "a map that grows": "x:\n" + GROWING.replace("GROW", "{'a': n.s, 'b': n.s}"),
    "a dict that grows": "x:\n" + GROWING.replace("GROW", "dict(a=n.s, b=n.s)"),
    "a string that grows by tojson": "x:\n" + GROWING.replace("GROW", "n.s | tojson"),
    "a search in a long list": looped("set m = range(99999) | list", SOME, body="- {{ a in m }}"),
    "a comparison of long lists": looped(
        "set m = range(99999) | list", "set k = range(99999) | list", SOME, body="- {{ m == k }}"
    ),
    "a search in a long string": looped("set m = 'x' * 999999", SOME, body="- {{ 'xy' in m }}"),
    "a slice of a long string": looped("set m = 'x' * 999999", SOME, body="- {{ m[1:] | length }}"),
    "a sort of a long list": looped(
        "set m = range(99999) | list", SOME, body="- {{ m | sort | length }}"
    ),
    "a split of a long string": looped(
        "set m = 'x ' * 99999", SOME, body="- {{ m.split() | length }}"
    ),
    "the filters of map": looped(
        "set m = range(99999) | list", SOME, body="- {{ m | map('string') | length }}"
    ),
    "many steps in a loop": looped(NINE, body="- " + "{{ a }}" * 900),
}


@pytest.mark.parametrize("body", CHARTS.values(), ids=CHARTS.keys())
def test_a_hostile_chart_is_refused(body: str) -> None:
    assert refusal(lambda: compile_chart({"a.yaml": HEAD + body}).render({})) in {
        WORK,
        "the value nests too deeply",
    }


REPEATS = {
    "compared": "given == given",
    "put into a list": "[given] | length",
    "sorted": "given.values() | sort | length",
}


@pytest.mark.parametrize("expression", REPEATS.values(), ids=REPEATS.keys())
def test_a_given_value_is_paid_for_as_often_as_it_is(expression: str) -> None:
    body = looped(SOME, body=f"- {{{{ {expression} }}}}")
    given = {f"key{number}": number for number in range(1000)}
    compiled = compile_chart({"a.yaml": HEAD + body})
    assert refusal(lambda: compiled.render({"given": given})) == WORK


MACROS = {
    "calls itself": (
        "{% macro a() %}{{ a() }}{% endmacro %}",
        "the call of a macro nests too deeply",
    ),
    "calls itself twice": (
        "{% macro a(n=30) %}{% if n %}{{ a(n - 1) }}{{ a(n - 1) }}{% endif %}{% endmacro %}",
        WORK,
    ),
    "doubles its text": (
        "{% macro a(n=30) %}{% if n %}{% set s = a(n - 1) %}"
        "{{ s }}{{ s }}{% else %}x{% endif %}{% endmacro %}",
        WORK,
    ),
    "loops over static text": (
        "{% macro a() %}{% for b in range(99999) %}" + "x" * 999 + "{% endfor %}{% endmacro %}",
        WORK,
    ),
    "is long and called often": (
        "{% macro b() %}" + "{% set d = 1 %}" * 2000 + "{% endmacro %}"
        "{% macro a() %}{% for c in range(2000) %}{{ b() }}{% endfor %}{% endmacro %}",
        WORK,
    ),
    "is not the only thing in its module": (
        "{% macro a() %}{% endmacro %}",
        'there is no "_body_stream" here',
    ),
    "includes": ("{% include '_l.jinja' %}", "{% include %} is not part of the templates"),
    "extends": ("{% extends '_l.jinja' %}", "{% extends %} is not part of the templates"),
    "has blocks": ("{% block a %}{% endblock %}", "{% block %} is not part of the templates"),
    "imports itself": (
        "{% import '_l.jinja' as l %}{% macro a() %}{{ l }}{% endmacro %}",
        "the template nests too deeply",
    ),
    "imports what it computes": (
        "{% import '_' ~ 'l' as l %}",
        "an import names its file as a string",
    ),
    "loops recursively": ("{% for a in [] recursive %}{% endfor %}", "a recursive loop"),
    "translates": (
        "{% trans %}a{% endtrans %}",
        "the template cannot be read: Encountered unknown tag 'trans'.",
    ),
}


@pytest.mark.parametrize(("library", "message"), MACROS.values(), ids=MACROS.keys())
def test_a_macro_is_refused_that(library: str, message: str) -> None:
    body = '{% import "_l.jinja" as l %}\n' + HEAD + "x: {{ l.a() }}{{ l._body_stream }}\n"
    files = {"a.yaml": body, "_l.jinja": library}
    assert refusal(lambda: compile_chart(files).render({})) == message


DEEP = {
    "control": "".join(f"{{% if true %}}\n{'  ' * n}k{n}:\n" for n in range(40)),
    "flow": "x: " + "[" * 999 + "{{ 1 }}" + "]" * 999,
    "braces": "x: " + "{" * 99999,
    "comments of braces": "# " + "{{ " * 9999,
    "many lines of control": "{% if true %}\n" * 9999,
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP.keys())
def test_deep_or_endless_sources_are_answered(body: str) -> None:
    begin = time.process_time()
    with suppress(InputError):
        compile_chart({"a.yaml": f"{HEAD}{body}\n"}).render({})
    assert time.process_time() - begin < PATIENCE


def test_a_refusal_comes_from_counting_so_it_is_always_the_same() -> None:
    compiled = compile_chart({"a.yaml": HEAD + CHARTS["a string that grows by ~"]})
    said = set()
    for _ in range(3):
        with pytest.raises(InputError) as caught:
            compiled.render({})
        said.add(str(caught.value))
    assert len(said) == 1


def test_everything_that_templates_may_use_is_documented() -> None:
    document = (Path(__file__).parents[2] / "docs" / "chart-language.md").read_text("utf-8")
    for name in [*FILTERS, *TESTS, *GLOBALS]:
        assert f"`{name}`" in document, name
