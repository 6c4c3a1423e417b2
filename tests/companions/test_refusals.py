"""What no service brings, and what nobody reaches through a template: said with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import Severity
from renderer.yamlio import load_all
from tests.companions.conftest import Catalog, notebook, one, template
from tests.companions.conftest import service as service_of
from tests.templating.test_sandbox import EXPRESSIONS

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n"
HERE = "notebooks/nb.yaml:4:3"


def first_line(catalog: Catalog, **changed: Any) -> str:
    (said, *_) = catalog.said(notebook(**changed))
    assert f"  there: {HERE}" in said.splitlines()
    return said.splitlines()[0].removeprefix("catalog/services.yaml:")


def of_kind(kind: str, api_version: str = "v1") -> str:
    return CONFIG.replace("ConfigMap", kind).replace("v1", api_version, 1)


REFUSED = {
    "another namespace": (
        CONFIG + "  namespace: other\n",
        '10:5: error: the service service: metadata.namespace is "other",'
        " and the notebook lives in team",
    ),
    "a Namespace": (
        of_kind("Namespace"),
        "7:5: error: the service service: no notebook brings a Namespace:"
        " it is the whole cluster's",
    ),
    "a ClusterRole": (
        of_kind("ClusterRole", "rbac.authorization.k8s.io/v1"),
        "7:5: error: the service service: no notebook brings a ClusterRole:"
        " it is the whole cluster's",
    ),
    "a ControllerRevision": (
        of_kind("ControllerRevision", "apps/v1"),
        "7:5: error: the service service: no notebook brings a ControllerRevision:"
        " it holds what Octavo remembers",
    ),
    "a claim": (
        of_kind("PersistentVolumeClaim"),
        "7:5: error: the service service: no notebook brings a PersistentVolumeClaim:"
        " storage stays when a notebook stops, and this would not",
    ),
    "a Notebook": (
        of_kind("Notebook", "jackhoman.dev/v1beta1"),
        "7:5: error: the service service: no notebook brings a Notebook: it is one",
    ),
    "a Template": (
        of_kind("Template", "jackhoman.dev/v1beta1"),
        "6:5: error: the service service: no notebook brings a Template of jackhoman.dev",
    ),
    "a list of objects": (
        of_kind("ConfigMapList") + "items: []\n",
        "7:5: error: the service service: a ConfigMapList is no object",
    ),
    "a kind that is none": (of_kind("config-map"), "7:5: error: the service service: kind is none"),
    "an API version that is none": (
        of_kind("ConfigMap", "v1/v1/v1"),
        "6:5: error: the service service: apiVersion is none",
    ),
    "a name that is none": (
        CONFIG.replace("config", "Config"),
        '9:5: error: the service service: "Config" is no name of an object',
    ),
    "the name of a Service that is none": (
        of_kind("Service").replace("config", "1st"),
        '9:5: error: the service service: "1st" is no name of an object',
    ),
    "a generated name": (
        CONFIG + "  generateName: config-\n",
        "10:5: error: the service service: metadata.generateName: there is no such field",
    ),
    "labels in a list": (
        CONFIG + "  labels: [a]\n",
        "10:5: error: the service service: metadata.labels is no mapping",
    ),
    "a label that is a number": (
        CONFIG + "  labels: {a: 1}\n",
        "10:5: error: the service service: metadata.labels.a is no text",
    ),
    "a label that Octavo sets": (
        CONFIG + "  labels:\n    jackhoman.dev/part: pod\n",
        '11:5: error: the service service: the label "jackhoman.dev/part" is Octavo\'s own to set',
    ),
    "a field that there is not": (
        CONFIG + "spec: {}\n",
        "10:5: error: the service service: spec: there is no such field",
    ),
    "data that are numbers": (
        CONFIG + "data:\n  a: 1\n",
        "11:5: error: the service service: data.a is a number",
    ),
    "data that are numbers, behind a loop": (
        "{% for _ in range(3) %}\n# {{ user }}\n{% endfor %}\n".replace("_", "n")
        + CONFIG
        + "data:\n  a: 1\n",
        "14:5: error: the service service: data.a is a number",
    ),
    "what is not defined": (
        CONFIG.replace("config", "{{ nope }}"),
        '9:5: error: "nope" is not defined',
    ),
    "what is no YAML": (
        CONFIG + "data: [\n",
        "10:5: error: what the template of service gives cannot be used, line 6 of it:"
        " a value is missing here",
    ),
    "nothing": (
        "{% if false %}\n" + CONFIG + "{% endif %}\n",
        "6:5: error: what the template of service gives cannot be used, line 1 of it:"
        " nothing stands in it",
    ),
    "the owner's name as it is": (
        CONFIG + "data: {a: '{{ owner.name }}'}\n",
        '10:5: error: owner has no "name"',
    ),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=list(REFUSED))
def test_a_template_gives_no(text: str, said: str) -> None:
    assert first_line(one(text)) == said


def test_a_service_sets_no_label_that_is_octavos() -> None:
    (problem,) = one(CONFIG, labels={"a": "b", "jackhoman.dev/part": "pod"}).said(notebook())
    assert problem.splitlines() == [
        'catalog/service.yaml:6:3: error: the label "jackhoman.dev/part" is Octavo\'s own to set',
        "  expected: a label outside jackhoman.dev/",
        f"  there: {HERE}",
    ]


def test_a_path_that_finds_nothing_is_said_where_the_service_says_it() -> None:
    (problem,) = one(CONFIG, **{"return": {"URL": "status.url"}}).said(notebook())
    assert problem.splitlines() == [
        "catalog/service.yaml:5:3: error: the service service: status.url finds nothing",
        "  expected: a path to something in what its templates say",
        f"  there: {HERE}",
        "  hint: what the cluster itself sets, such as a status, is not known when rendering",
    ]


def test_a_path_into_what_is_left_out_finds_nothing() -> None:
    made = one(MARKED, **{"return": {"PHASE": "status.phase"}}).made(notebook())
    assert [each.message for each in made.problems if each.severity is Severity.ERROR] == [
        "the service service: status.phase finds nothing"
    ]


def test_who_has_no_owner_is_told_so() -> None:
    text = CONFIG + "data: {a: '{{ owner.safe }}'}\n"
    (problem,) = one(text).said(notebook(owner=None))
    assert problem.splitlines()[-1] == "  hint: the Notebook team/nb has no owner: say spec.owner"


def test_a_service_with_a_fault_still_has_its_variables() -> None:
    made = one(CONFIG + "foo: 1\n", **{"return": {"NAME": "metadata.name"}}).made(notebook())
    assert made.services["service"].keys() == {"NAME"}
    assert [each.severity for each in made.problems] == [Severity.ERROR]


MARKED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: config
  uid: abc
  resourceVersion: "1"
  creationTimestamp: null
  managedFields: []
  ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]
  finalizers: [stay]
  labels: {applyset.kubernetes.io/part-of: x, app: a}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", note: b}
data: {a: b}
status: {phase: Ready}
"""


def test_what_the_cluster_and_other_tools_set_is_left_out_and_said() -> None:
    made = one(MARKED, **{"return": {"A": "data.a", "B": "metadata.name"}}).made(notebook())
    assert made.services == {"service": {"A": "b", "B": "config-alice-nb"}}
    assert {each.severity for each in made.problems} == {Severity.WARNING}
    assert [(p.position.line, p.message.split()[3]) for p in made.problems] == [
        (19, "status"),
        *[
            (line, f"metadata.{name}")
            for line, name in enumerate(
                (
                    "uid",
                    "resourceVersion",
                    "creationTimestamp",
                    "managedFields",
                    "ownerReferences",
                    "finalizers",
                ),
                10,
            )
        ],
        (16, "applyset.kubernetes.io/part-of"),
        (17, "kubectl.kubernetes.io/last-applied-configuration"),
    ]
    value = load_all(made.objects[0].text.encode(), "")[0].value
    assert value.keys() == {"apiVersion", "kind", "metadata", "data"}
    assert value["metadata"].keys() == {"name", "namespace", "labels", "annotations"}
    assert value["metadata"]["annotations"] == {
        "note": "b",
        "jackhoman.dev/runs": "with-notebook",
    }
    assert value["metadata"]["labels"]["app"] == "a"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_hostile_template_is_refused(expression: str) -> None:
    quoted = f"{CONFIG}data:\n  a: '{{{{ {expression} }}}}'\n"
    made = one(quoted, configuration={}).made(notebook())
    assert made.problems
    assert made.problems[0].severity is Severity.ERROR
    assert made.objects == () or expression == "notebook.items.receiver"


INJECTIONS = (
    'alice", "admin": "true',
    "alice', admin: 'true",
    "alice}, admin: {x: y",
    "alice # rest",
    "alice\u2028admin: true",
    "alice\x85admin: true",
    "a: b",
    "- a",
    "&a *a !!str a",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "../../etc/passwd",
    "--- |",
    "true",
    "null",
    "1e3",
    "~",
    "@alice",
    "`alice",
    "%alice",
)
# Everything that a template may be told, in every place that YAML has for it.
TOLD = ("user", "USERNAME", "notebook.name", "notebook.namespace", "notebook.object_name")
OWNERS = ("owner.kind", "owner.safe", "owner.escaped", "owner.label")
PLACES = "\n".join(
    f"  plain-{n}: x{{{{ {name} }}}}\n  single-{n}: '{{{{ {name} }}}}'\n"
    f'  double-{n}: "{{{{ {name} }}}}"\n  flow-{n}: [x{{{{ {name} }}}}]\n'
    f"  map-{n}: {{a: x{{{{ {name} }}}}}}\n  block-{n}: |\n    {{{{ {name} }}}}\n"
    f"  folded-{n}: >-\n    {{{{ {name} }}}}\n  x{{{{ {name} }}}}-{n}: key"
    for n, name in enumerate((*TOLD, *OWNERS))
)
PROBE = f"apiVersion: example.com/v1\nkind: Probe\nmetadata:\n  name: probe\nspec:\n{PLACES}\n"
PROBE_CATALOG = one(PROBE)


def shape(owner: Any) -> Any:
    """How many values of which kinds stand where, whatever their texts are."""
    (obj,) = PROBE_CATALOG.objects(notebook(owner=owner))
    return [
        (key if key[0] != "x" else "key", type(value), json.dumps(value).count(":"))
        for key, value in obj["spec"].items()
    ]


@pytest.mark.parametrize("owner", INJECTIONS)
@pytest.mark.parametrize("kind", ["User", "Group"])
def test_no_name_of_an_owner_changes_what_a_template_says(owner: str, kind: str) -> None:
    assert shape({"kind": kind, "name": owner}) == shape({"kind": kind, "name": "alice"})


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_nor_does_any_other(owner: str) -> None:
    assert shape(owner.strip()) == shape("alice")


def test_nothing_that_a_user_words_freely_is_told_to_a_template() -> None:
    free = {
        "labels": "notebook.labels",
        "annotations": "notebook.annotations",
        "parameters": "parameters",
        "the spec": "notebook.spec",
        "the owner's name": "owner.name",
        "values": "values",
    }
    for variable in free.values():
        (said, *_) = one(f"{CONFIG}data: {{a: '{{{{ {variable} }}}}'}}\n").said(notebook())
        assert "is not defined" in said or "has no" in said, variable


def test_templates_of_one_service_are_all_said_at_once() -> None:
    config_maps = (template(CONFIG + "a: 1\n", "a"), template(CONFIG + "b: 1\n", "b", "others"))
    text = "resources: [{name: templates, path: a}, {name: others, path: b}]\n"
    catalog = Catalog(config_maps, {"one": text, "two": service_of("a")})
    said = [line.split(": error: ")[1].splitlines()[0] for line in catalog.said(notebook())]
    assert said == [
        "the service one: a: there is no such field",
        "the service one: b: there is no such field",
        "the service two: a: there is no such field",
    ]
