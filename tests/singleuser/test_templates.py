"""Templates of services: Jinja text of a ConfigMap, whose lines are named where it fails."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.errors import InputError
from renderer.position import Document
from renderer.profiles import templates, texts
from renderer.yamlio import load_all, text_document
from tests.seeds.example import TEMPLATE as SPARK

CONFIGURATION = {
    "worker_instances": 1,
    "worker_memory_limit": "4Gi",
    "master_memory_limit": "1Gi",
    "user": "vpavlin",
}
HEAD = "kind: Thing\napiVersion: v1\nmetadata:\n  name: x\n"


def template_of(config_map: str, key: str) -> Document:
    (document,) = load_all(config_map.encode(), "spark.yaml")
    return text_document(document, ("data", key))


def text(body: str) -> Document:
    """A template whose first line is the third of its file."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())
    return template_of(f"data:\n  key: |\n{lines}", "key")


def rendered(body: str, **variables: Any) -> Any:
    (made,) = templates.rendered(text(HEAD + body), variables)
    return {name: value for name, value in made.items() if name not in {"kind", "apiVersion"}}


def faults(body: str, **variables: Any) -> list[str]:
    with pytest.raises(InputError) as failed:
        templates.rendered(text(body), variables, "the template key of x")
    return [f"{each.position}: {each.message}" for each in failed.value.problems]


def test_the_template_of_the_document_becomes_the_object_of_the_document() -> None:
    (made,) = templates.rendered(template_of(SPARK, "sparkClusterTemplate"), CONFIGURATION)

    labelled = templates.labelled(made, {"opendatahub.io/component": "jupyterhub"})

    assert templates.separated(labelled, "vpavlin") == {
        "apiVersion": "radanalytics.io/v1",
        "kind": "SparkCluster",
        "metadata": {
            "labels": {"opendatahub.io/component": "jupyterhub"},
            "name": "spark-cluster-vpavlin",
        },
        "spec": {
            "worker": {"instances": "1", "memoryLimit": "4Gi"},
            "master": {"memoryLimit": "1Gi"},
        },
    }
    assert templates.returned(labelled, {"SPARK_CLUSTER": "metadata.name"}) == {
        "SPARK_CLUSTER": "spark-cluster-vpavlin"
    }


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a: {{ n }}", 3),
        ("a: '{{ n }}'", "3"),
        ("a: {{ yes }}", True),
        ("a: {{ names }}", ["a", "b"]),
        ("a: {{ map }}", {"x": ["y"]}),
        ("a: {{ nothing | default('b') }}", "b"),
        ("{% if yes %}a: 1{% else %}a: 2{% endif %}", 1),
        ("a:\n{% for name in names %}\n- {{ name }}\n{% endfor %}", ["a", "b"]),
        ("a:\n{%- for name in names %}\n- {{ name | upper }}\n{%- endfor %}", ["A", "B"]),
        ("{% set b = n * 2 %}\na: {{ b }}", 6),
        ("{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}\na: '{{ twice(n) }}'", "33"),
        ("a: {{ names | join('-') }}", "a-b"),
        ("a: '{% raw %}{{ n }}{% endraw %}'", "{{ n }}"),
        ("a: 1 {# a remark #}", 1),
        ("a:\n  {{ map | toyaml | indent(2) }}", {"x": ["y"]}),
    ],
)
def test_it_is_jinja_as_people_know_it(body: str, value: object) -> None:
    variables = {"n": 3, "yes": True, "names": ["a", "b"], "map": {"x": ["y"]}}
    assert rendered(body, **variables)["a"] == value


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("  {% if yes %}name: z\n  {% endif %}b: 1", "z"),
        ("{% if yes %}\n\n{% endif %}", "x"),
    ],
)
def test_blocks_are_trimmed_no_more_than_jinja_does(body: str, value: str) -> None:
    made = "kind: Thing\napiVersion: v1\nmetadata:\n  c: d\n" + (
        body if value == "z" else f"  name: x\n{body}"
    )
    (found,) = templates.rendered(text(made), {"yes": True})
    assert found["metadata"]["name"] == value


def test_the_line_behind_a_block_stays_a_line() -> None:
    assert rendered("a: {% if yes %}1{% endif %}\nb: 2", yes=True) == {
        "metadata": {"name": "x"},
        "a": 1,
        "b": 2,
    }


def test_several_documents_are_several_objects_in_their_order() -> None:
    body = f"{HEAD}---\n{HEAD.replace('name: x', 'name: {{ user }}')}"
    made = templates.rendered(text(body), {"user": "bob"})
    assert [each["metadata"]["name"] for each in made] == ["x", "bob"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{HEAD}a: {{{{ worker }}}}", '7:5: "worker" is not defined'),
        ("{% if nope %}a{% endif %}", '3:5: "nope" is not defined'),
        (f"{HEAD}\n{{% for x in n %}}\n{{% endfor %}}", "8:5: a number cannot be looped over"),
        (f"{HEAD}{{% for x in [] %}}\n", "7:5: the template cannot be read: Unexpected end"),
        (f"{HEAD}a: b\n{{{{ n.x }}}}", '8:5: a number has no "x"'),
        (f"{HEAD}a: {{{{ nothing }}}}", "7:5: null cannot stand inside a longer string"),
        ("{% include 'x' %}", "3:5: {% include %} is not part of the templates"),
        ("a: 1\n{% extends 'x' %}", "4:5: {% extends %} is not part of the templates"),
        ("a: 1\n{% import 'x' as y %}", "4:5: a template of a service imports nothing"),
        (f"{HEAD}a: {{{{ n.__class__ }}}}", '7:5: a number has no "__class__"'),
        ("{{ ''.__class__.__mro__ }}", '3:5: a string has no "__class__"'),
        (f"{HEAD}a: {{{{ range(10) | random }}}}", '7:5: there is no filter "random"'),
        ("a: {{ 'x' * 99999999 }}", "3:5: the template asks for too much work"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n\n{{ m() }}", "3:5: the call of a macro"),
    ],
)
def test_a_fault_of_the_template_is_said_at_its_line_in_the_config_map(
    body: str, said: str
) -> None:
    (fault,) = faults(body, n=3, nothing=None)
    assert fault.startswith(said.replace("", "spark.yaml:", 1)), fault


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{HEAD}{{% if true %}}\na: {{{{ user }}}}: b\n{{% endif %}}", "8:5: {} line 6 of it: a"),
        (f"{HEAD}{{% for i in [1, 2, 3] %}}\n\na: {{{{ i }}}}\n{{% endfor %}}", "9:5: {} line 10"),
        (f"{HEAD}{{% for i in [1] -%}}\na: {{{{ i }}}}: b\n{{% endfor %}}", "8:5: {} line 5 of it"),
        (f"{HEAD}{{{{ lines }}}}\nb: 1", "7:5: {} line 7 of it"),
        (f"{HEAD}c:\n- 1\n- 2: 3: 4\nb: 1", "9:5: {} line 7 of it"),
        ("apiVersion: v1\nmetadata: {name: x}", "3:5: {} line 1 of it: kind is missing"),
        ("kind: A\napiVersion: 1\nmetadata: {name: x}", "4:5: {} line 2 of it: apiVersion is no"),
        (f"{HEAD}---\n{{# x #}}\n- a", "9:5: {} line 7 of it: this is no mapping"),
        ("kind: A\napiVersion: v1\nmetadata: {name: {{ n }}}", "5:5: {} line 3 of it: metadata."),
        ("kind: A\napiVersion: v1\nmetadata: []", "5:5: {} line 3 of it: metadata is no mapping"),
        ("{# nothing #}", "3:5: {} line 1 of it: nothing stands in it"),
    ],
)
def test_a_fault_of_what_it_gives_is_said_at_the_line_that_gave_it(body: str, said: str) -> None:
    where = "what the template key of x gives cannot be used,"
    found = faults(body, n=3, user="bob", lines="a:\n- 1\n- 2: 3: 4")
    assert found[0].startswith("spark.yaml:" + said.format(where)), found


def test_a_template_that_cannot_be_read_is_said_at_every_place_it_stands_at() -> None:
    assert faults("{% nope %}")[0].startswith("spark.yaml:3:5: ")
    below = template_of("data:\n  other: a\n  key: |\n    {% nope %}\n", "key")
    with pytest.raises(InputError, match=r"^spark.yaml:4:5: "):
        templates.rendered(below, {})


def test_labels_are_added_to_a_template_that_has_none_and_win_over_its_own() -> None:
    bare = {"kind": "A", "apiVersion": "v1", "metadata": {"name": "x", "labels": None}}
    own = {**bare, "metadata": {"name": "x", "labels": {"a": "1", "b": "1"}}}

    assert templates.labelled(bare, {"b": "2"})["metadata"]["labels"] == {"b": "2"}
    assert templates.labelled(own, {"b": "2"})["metadata"]["labels"] == {"a": "1", "b": "2"}
    assert own["metadata"] == {"name": "x", "labels": {"a": "1", "b": "1"}}
    assert templates.labelled(bare, {}) is bare


@pytest.mark.parametrize(
    ("kind", "name", "word", "separated"),
    [
        ("SparkCluster", "spark-cluster-bob", "bob", "spark-cluster-bob"),
        ("SparkCluster", "spark", "bob", "spark-bob"),
        ("SparkCluster", "spark-", "bob", "spark-bob"),
        ("SparkCluster", "a--b", "bob", "a-b-bob"),
        ("SparkCluster", "a", "b--c", "a-b--c"),
        ("SparkCluster", "a", "-40x", "a-40x"),
        ("SparkCluster", "a", "vpavlin-40redhat-2ecom", "a-vpavlin-40redhat-2ecom"),
        ("SparkCluster", "a" * 249, "bob", f"{'a' * 249}-bob"),
        ("SparkCluster", "a" * 250, "bob", f"{'a' * 240}-3f3e35e0-bob"),
        ("Service", "a" * 60, "bob", f"{'a' * 50}-11ee3912-bob"),
        ("Service", "a" * 59 + "-bob", "bob", f"{'a' * 59}-bob"),
        ("Service", "a" * 60 + "-bob", "bob", f"{'a' * 54}-da4c51a5"),
        ("SparkCluster", "spark-cluster", "a", "spark-cluster-a"),
        ("SparkCluster", "bobsled", "bob", "bobsled-bob"),
        ("Service", "a", "b" * 80, f"a-{'b' * 52}-1604a1c5"),
    ],
)
def test_a_name_holds_the_word_and_stays_short_enough(
    kind: str, name: str, word: str, separated: str
) -> None:
    metadata = {"name": name, "labels": {"a": "b"}}
    obj = {"kind": kind, "apiVersion": "v1", "metadata": metadata}
    found = templates.separated(obj, word)
    assert found["metadata"] == {"name": separated, "labels": {"a": "b"}}
    assert metadata == {"name": name, "labels": {"a": "b"}}


OBJECT = {
    "metadata": {"name": "spark", "labels": {"my-app/part": "x", "plain": "y"}},
    "spec": {
        "ports": [{"port": 1}, {"port": 2.5}, {"port": "http"}],
        "ready": True,
        "empty": "",
        "nothing": None,
        "map": {"a": [1, False]},
    },
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("metadata.name", "spark"),
        ("$.metadata.name", "spark"),
        ("spec.ports[0].port", "1"),
        ("spec.ports[*].port", "1,2.5,http"),
        ("spec..port", "1,2.5,http"),
        ("metadata.labels.plain", "y"),
        ("metadata.labels.'my-app/part'", "x"),
        ("spec.ready", "true"),
        ("spec.map", '{"a":[1,false]}'),
        ("spec.empty", ""),
    ],
)
def test_what_a_path_finds_is_text(path: str, text: str) -> None:
    assert templates.returned(OBJECT, {"A": path}) == {"A": text}
    assert templates.missing(OBJECT, {"A": path}) == []


@pytest.mark.parametrize("path", ["status.url", "spec.ports[7].port", "spec.nothing"])
def test_a_path_that_finds_nothing_gives_nothing_and_is_told_apart(path: str) -> None:
    paths = {"A": "metadata.name", "B": path}
    assert templates.returned(OBJECT, paths) == {"A": "spark", "B": ""}
    assert templates.missing(OBJECT, paths) == ["B"]


@pytest.mark.parametrize("path", ["", "a..", "[[", "a b", "$.", "metadata.name)"])
def test_a_path_that_is_none_is_a_finding_and_never_an_empty_text(path: str) -> None:
    (finding,) = templates.unreadable({"A": "metadata.name", "B": path})
    assert finding.path == ("B",)
    assert finding.message == f"{path!r} cannot be read as a path"
    with pytest.raises(templates.PathError, match="cannot be read as a path"):
        templates.returned(OBJECT, {"B": path})


def test_a_template_is_compiled_once() -> None:
    document = template_of(SPARK, "sparkClusterTemplate")
    templates.rendered(document, CONFIGURATION)
    before = texts.compiled.cache_info().misses
    for instances in range(3):
        templates.rendered(document, {**CONFIGURATION, "worker_instances": instances})
    assert texts.compiled.cache_info().misses == before
