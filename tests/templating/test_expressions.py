"""Expressions in fragments: their values, their types, and what is said when they fail."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from renderer.errors import InputError
from renderer.position import Path, Position
from renderer.templating.expressions import compile_fragment

VARIABLES: dict[str, Any] = {
    "notebook": {"name": "lab", "labels": MappingProxyType({"team": "a"}), "items": "an entry"},
    "parameters": {"gpu": 2, "args": ["-v", ["deep"]], "on": True, "none": None},
    "USERNAME": "alice-40example-2ecom",
}


def at(path: Path) -> Position:
    return Position("a.yaml", 1, len(path))


def value_of(text: str) -> Any:
    return compile_fragment({"a": text}, at).evaluate(VARIABLES)["a"]


VALUES = {
    "{{ parameters.gpu }}": 2,
    "{{parameters.gpu}}": 2,
    "{{- parameters.gpu -}}": 2,
    "{{ parameters.gpu }} GPUs": "2 GPUs",
    " {{ parameters.gpu }}": " 2",
    "{{ parameters.gpu }}{{ parameters.on }}": "2true",
    "{{ parameters.args }}": ["-v", ["deep"]],
    "{{ parameters.none }}": None,
    "{{ 1.5 }}/{{ -1 }}": "1.5/-1",
    "{{ USERNAME }}.x": "alice-40example-2ecom.x",
    "{{ notebook.labels.team }}": "a",
    "{{ notebook.items }}": "an entry",
    "{{ notebook.labels.items() }}": [["team", "a"]],
    "{{ (1, (2,)) }}": [1, [2]],
    "{{ range(3) }}": [0, 1, 2],
    "{{ {'a': {'b': '}}'}} }}": {"a": {"b": "}}"}},
    "{{ 'big' if parameters.gpu > 1 else 'small' }}": "big",
    "{{ parameters.tpu | default(0) }}": 0,
    "{{ parameters.tpu is defined }}": False,
    "{{ notebook.name | upper | replace('L', 'l') }}": "lAB",
    "{{ parameters.args | map('length') | list if false else 'x' }}": "x",
    "{{ [3, 1, 2] | sort | join(',') }}": "1,2,3",
    "{{ {'b': 1, 'a': 2} | dictsort | map(attribute='0') | join }}": "ab",
    "{{ [{'n': 1}, {'n': 2}] | selectattr('n', 'gt', 1) | list }}": [{"n": 2}],
    "{{ 'a-%03d' % 7 }}": "a-007",
    "{{ {'a': 1} | combine({'b': 2}) | tojson }}": '{"a": 1, "b": 2}',
    "{{ {'a': [1]} | toyaml }}": "a:\n- 1\n",
    "{{ 'ä' | b64encode }}": "w6Q=",
    "a\n{{ 'b' }}\n": "a\nb\n",
    "{{ '{{' }}x": "{{x",
    "echo ${#words} {% 5": "echo ${#words} {% 5",
    "no expression": "no expression",
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_string_evaluates_to(text: str, value: Any) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


PROBLEMS = {
    "{{ notebok.name }}": ('"notebok" is not defined', 'did you mean "notebook"?'),
    "{{ username }}": ('"username" is not defined', 'did you mean "USERNAME"?'),
    "{{ notebook.nam }}": ('notebook has no "nam"', 'did you mean "name"?'),
    "a {{ notebook['nam'] }}": ('notebook has no "nam"', 'did you mean "name"?'),
    "{{ notebook.labels.tem }}": ('notebook.labels has no "tem"', 'did you mean "team"?'),
    "{{ {'a': 1}.b }}": ('there is no "b" here', "known here: a"),
    "{{ .Values.x }}": (
        "the template cannot be read: unexpected '.'",
        "a variable is named without a dot in front: values.x",
    ),
    "{{ notebook.name.first }}": ('a string has no "first"', ""),
    "{{ x": ("{{ is never closed", "write {{ '{{' }} for two braces that are meant as they stand"),
    "{{ }}": ("{{ is empty", "write {{ '{{' }} for two braces that are meant as they stand"),
    "{% if a %}b{% endif %}": ("{% %} cannot stand in a fragment", "only {{ expression }} can"),
    "{# a #}{{ 1 }}": ("{# #} cannot stand in a fragment", "only {{ expression }} can"),
    "{{ 1, 2 }}": ('"," stands where the expression should end', ""),
    "{{ 'a' + 1 }}": ("+ does not take a string and a number", "use ~ to join as text"),
    "{{ 'a' < 1 }}": ("an operation does not fit its values", ""),
    "{{ notebook < parameters }}": ("a map and a map cannot be compared so", ""),
    "x{{ omit }}": ("omit cannot stand inside a longer string", ""),
    "{{ {1: 2} }}": ("a number cannot be a key of a map", "keys are strings"),
    "{{ notebook() }}": ("a map cannot be called", ""),
    "{{ 1e308 * 10 }}": ("the number is too large", ""),
    "{{ 'x' | sum }}": ("the filter sum does not fit a string", ""),
}


@pytest.mark.parametrize(("text", "said"), PROBLEMS.items())
def test_a_fault_is_said_at_its_string(text: str, said: tuple[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        compile_fragment({"a": ["b", text]}, at).evaluate(VARIABLES)
    (problem,) = caught.value.problems
    assert problem.position == at(("a", 1))
    assert (problem.message, problem.hint) == said


def test_all_expressions_that_fail_are_told_at_once() -> None:
    fragment = compile_fragment({"a": "{{ x }}", "b": ["{{ 1 }}", ["{{ y }}"]]}, at)
    with pytest.raises(InputError) as caught:
        fragment.evaluate({})
    assert [p.message for p in caught.value.problems] == [
        '"x" is not defined',
        '"y" is not defined',
    ]


@pytest.mark.parametrize("expression", ["{{ xN }}", "{{ x | nothingN }}"])
def test_no_more_than_twenty_expressions_that_fail_are_told(expression: str) -> None:
    many = [expression.replace("N", str(number)) for number in range(100)]
    with pytest.raises(InputError) as caught:
        compile_fragment({"a": many}, at).evaluate({})
    assert len(caught.value.problems) == 20


def test_expressions_behind_one_that_fails_share_the_work_that_is_left() -> None:
    wasteful = [f"{{{{ 'x' * 10**6 ~ y{number} }}}}" for number in range(1000)]
    with pytest.raises(InputError) as caught:
        compile_fragment({"a": wasteful}, at).evaluate({})
    messages = [problem.message for problem in caught.value.problems]
    assert messages[-1] == "the template asks for too much work"
    assert messages[:-1] == [f'"y{number}" is not defined' for number in range(len(messages) - 1)]
    assert 1 < len(messages) < 10


def test_what_holds_no_expression_is_shared_and_nothing_is_changed() -> None:
    template = {"a": {"b": [1]}, "c": [{"d": "{{ n }}", "e": {"f": 1}}, "{{ omit }}", "{{ omit }}"]}
    before = repr(template)
    filled = compile_fragment(template, at).evaluate({"n": 1})
    assert filled == {"a": {"b": [1]}, "c": [{"d": 1, "e": {"f": 1}}]}
    assert filled["a"] is template["a"]
    assert filled["c"][0]["e"] is template["c"][0]["e"]  # type: ignore[index]
    assert repr(template) == before


def test_values_of_the_variables_are_copied_so_that_they_stay_apart() -> None:
    filled = compile_fragment({"a": "{{ parameters.args }}"}, at).evaluate(VARIABLES)
    assert filled["a"] is not VARIABLES["parameters"]["args"]


def test_a_static_fragment_costs_nothing() -> None:
    template = {"a": ["b"], "{{ key }}": "c"}
    fragment = compile_fragment(template, at)
    assert fragment.is_static
    assert fragment.reads == frozenset()
    assert fragment.evaluate({}) is template


def test_it_is_known_which_variables_a_fragment_reads() -> None:
    template = {"a": "{{ owner.name }}-{{ notebook.name }}", "b": "{{ range(values.n) | list }}"}
    fragment = compile_fragment(template, at)
    assert fragment.reads == {"owner", "notebook", "values"}
    assert not fragment.is_static


def test_when_the_budget_is_spent_no_other_expression_is_tried() -> None:
    template = dict.fromkeys("abcde", "{{ 'a' * 900000 * 900000 }}")
    fragment = compile_fragment(template, lambda path: Position(str(path[0]), 1, 1))
    with pytest.raises(InputError) as raised:
        fragment.evaluate({})
    assert [problem.message for problem in raised.value.problems] == [
        "the template asks for too much work"
    ]
