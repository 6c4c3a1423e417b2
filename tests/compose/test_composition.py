"""From layers to one pod: which fragments apply, which wins, and where each field is from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from renderer import catalog
from renderer.compose.composer import Composed, Composer, Step
from renderer.compose.explain import explain, find
from renderer.compose.layers import Selection, Selector
from renderer.errors import Finding, InputError
from renderer.installation import sort_documents
from renderer.model.notebook import Notebook
from renderer.model.settings import Route
from renderer.ports import ports_of
from renderer.position import Path
from renderer.yamlio import load_all

TEMPLATE = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: nb, namespace: team}
spec:
  owner: alice@example.com
  templateRef: {name: base, namespace: kf}
"""


def pod_default(name: str, container: str, **spec: str) -> str:
    """A PodDefault that sets these fields of a container."""
    more = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return (
        "---\napiVersion: jackhoman.dev/v1beta1\nkind: PodDefault\n"
        f"metadata: {{name: {name}, namespace: kf}}\nspec:\n{more}"
        f"  template: {{spec: {{containers: [{container}]}}}}\n"
    )


@dataclass
class World:
    """One notebook, composed from text."""

    notebook: Notebook
    selection: Selection
    composer: Composer

    def compose(self) -> Composed:
        return self.composer.compose(self.notebook, self.selection)

    def steps(self) -> tuple[Step, ...]:
        return self.composer.steps(self.notebook, self.selection)

    @property
    def main(self) -> Any:
        composed = self.compose()
        containers = composed.pod["spec"]["containers"]
        return next(item for item in containers if item["name"] == composed.main)

    @property
    def env(self) -> dict[str, Any]:
        return {item["name"]: item.get("value") for item in self.main.get("env", [])}


Make = Callable[..., World]


@pytest.fixture
def world() -> Make:
    def make(*documents: str, groups: dict[str, tuple[str, ...]] | None = None) -> World:
        problems: list[Any] = []
        found = sort_documents(load_all("\n".join(documents).encode(), "all.yaml"), problems)
        built, more = catalog.build(found.items)
        selection, said = Selector(built, groups or {}).select(found.notebooks[0])
        problems = [*problems, *more, *said]
        if selection is None or problems:
            raise InputError(problems)
        composer = Composer({"index": "https://index"}, Route())
        return World(found.notebooks[0], selection, composer)

    return make


def test_a_later_layer_wins_over_an_earlier_one(world: Make) -> None:
    made = world(
        TEMPLATE.replace("spec:\n  template", "spec:\n  required: [low]\n  template", 1),
        pod_default("low", "{name: main, env: [{name: A, value: low}, {name: B, value: low}]}"),
        pod_default("high", "{name: main, env: [{name: A, value: high}]}"),
        "---" + NOTEBOOK + "  options: [high]\n  env: [{name: C, value: own}]\n",
    )
    assert made.env == {"NB_PREFIX": "/notebook/team/nb", "A": "high", "B": "low", "C": "own"}


def test_the_notebooks_own_word_is_the_last(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: main, env: [{name: A, value: option}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n  env: [{name: A, value: own}]\n",
    )
    assert made.env["A"] == "own"


MATCHES = {
    "users: [alice@*]": True,
    "users: [bob@*]": False,
    "groups: [ml]": True,
    "groups: [physics]": False,
    "images: ['base:*']": True,
    "images: ['other:*']": False,
    "templates: [base]": True,
    "templates: [kf/base]": True,
    "templates: [kf/other]": False,
    "namespaces: ['te?m']": True,
    "namespaces: [kf]": False,
    "labels: {tier: gold}": True,
    "labels: {tier: iron}": False,
    "selector: {matchExpressions: [{key: tier, operator: Exists}]}": True,
    "selector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}": False,
    "selector: {matchExpressions: [{key: tier, operator: NotIn, values: [gold]}]}": False,
    "selector: {matchExpressions: [{key: other, operator: NotIn, values: [gold]}]}": True,
    "users: [alice@*], namespaces: [kf]": False,
}


@pytest.mark.parametrize(("match", "applies"), MATCHES.items(), ids=list(MATCHES))
def test_a_pod_default_applies_where_all_of_its_match_holds(
    world: Make, match: str, applies: bool
) -> None:
    made = world(
        TEMPLATE,
        "---" + TEMPLATE.replace("name: base", "name: other"),
        pod_default("m", "{name: main, env: [{name: M, value: x}]}", match=f"{{{match}}}"),
        "---" + NOTEBOOK.replace("namespace: team}", "namespace: team, labels: {tier: gold}}"),
        groups={"ml": ("alice@example.com",)},
    )
    assert ("M" in made.env) is applies


def test_two_options_that_disagree_are_both_named(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("one", "{name: main, env: [{name: A, value: '1'}]}"),
        pod_default("two", "{name: main, env: [{name: A, value: '2'}]}"),
        "---" + NOTEBOOK + "  options: [one, two]\n",
    )
    with pytest.raises(InputError) as raised:
        made.compose()
    assert str(raised.value) == (
        "all.yaml:25:63: error: PodDefault kf/one and PodDefault kf/two set"
        " spec.containers[main].env[A].value to different values (both elected by team/nb)\n"
        "  expected: fragments of one layer that agree\n"
        "  there: all.yaml:18:63\n"
        "  hint: drop one of them, or say spec.onConflict: Override in PodDefault kf/two"
        " if it shall win"
    )


@pytest.mark.parametrize("how", ["the same value", "onConflict"])
def test_two_options_may_meet(world: Make, how: str) -> None:
    same = how == "the same value"
    made = world(
        TEMPLATE,
        pod_default("one", "{name: main, env: [{name: A, value: '1'}]}"),
        pod_default(
            "two",
            f"{{name: main, env: [{{name: A, value: '{1 if same else 2}'}}]}}",
            **({} if same else {"onConflict": "Override"}),
        ),
        "---" + NOTEBOOK + "  options: [one, two]\n",
    )
    assert made.env["A"] == ("1" if same else "2")


def test_main_means_the_main_container_whatever_its_name_is(world: Make) -> None:
    made = world(
        TEMPLATE.replace("- name: main", "- name: jupyter"),
        pod_default("opt", "{name: main, env: [{name: A, value: x}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n",
    )
    assert made.compose().main == "jupyter"
    assert [item["name"] for item in made.compose().pod["spec"]["containers"]] == ["jupyter"]
    assert made.env["A"] == "x"


def test_a_star_means_every_container(world: Make) -> None:
    made = world(
        TEMPLATE + "      - {name: sidecar, image: side:1}\n",
        pod_default("opt", "{name: '*', env: [{name: A, value: x}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n",
    )
    containers = made.compose().pod["spec"]["containers"]
    assert [[e["name"] for e in item["env"]] for item in containers] == [["NB_PREFIX", "A"], ["A"]]


def test_expressions_serve_every_owner_and_keep_their_type(world: Make) -> None:
    made = world(
        TEMPLATE.replace("image: base:1", "image: base:1\n        tty: '{{ parameters.tty }}'"),
        pod_default(
            "opt",
            "{name: main, env: [{name: A, value: 's3://{{ owner.escaped }}/{{ values.index }}'}]}",
        ),
        "---" + NOTEBOOK + "  options: [opt]\n  parameters: {tty: true}\n",
    )
    assert made.main["tty"] is True
    assert made.env["A"] == "s3://alice-40example-2ecom/https://index"


def test_a_user_writes_no_expressions(world: Make) -> None:
    made = world(TEMPLATE, "---" + NOTEBOOK + "  env: [{name: A, value: '{{ owner.name }}'}]\n")
    assert made.env["A"] == "{{ owner.name }}"


def test_an_expression_that_needs_an_owner_says_which_notebook_has_none(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: main, env: [{name: A, value: '{{ owner.name }}'}]}"),
        "---" + NOTEBOOK.replace("  owner: alice@example.com\n", "") + "  options: [opt]\n",
    )
    with pytest.raises(InputError, match=r"all.yaml:18:63: error: .*owner") as raised:
        made.compose()
    assert [str(p.there[-1]) for p in raised.value.problems] == ["all.yaml:23:12"]
    assert raised.value.problems[0].hint == "the Notebook team/nb has no owner: say spec.owner"


def test_a_plain_resource_list_sets_requests_and_limits_alike(world: Make) -> None:
    made = world(TEMPLATE, "---" + NOTEBOOK + "  resources: {cpu: 4, memory: 16Gi}\n")
    wanted = {"cpu": "4", "memory": "16Gi"}
    assert made.main["resources"] == {"requests": wanted, "limits": wanted}


def test_nothing_that_was_read_is_changed(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: '*', env: [{name: A, value: '{{ owner.name }}'}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n  env: [{name: B, value: x}]\n",
    )
    before = [repr(fragment.template) for fragment in made.selection.fragments]
    first = made.compose().pod
    made.steps()
    assert made.compose().pod == first
    assert [repr(fragment.template) for fragment in made.selection.fragments] == before


def test_every_field_knows_where_it_is_from_and_what_it_overrode(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: main, image: 'option:1', env: [{name: A, value: x}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n  resources: {cpu: 4}\n",
    )
    fields = {field.name: field for field in explain(made.steps())}
    image = fields["spec.containers[main].image"]
    set_by = image.setting
    assert (set_by.value, set_by.layer, str(set_by.position)) == (
        "option:1",
        "options",
        "all.yaml:18:47",
    )
    assert [(old.value, str(old.position)) for old in image.overrode] == [
        ("base:1", "all.yaml:10:9")
    ]
    cpu = fields["spec.containers[main].resources.limits.cpu"].setting
    assert (cpu.layer, str(cpu.position)) == ("notebook", "all.yaml:28:15")
    account = fields["spec.serviceAccountName"].setting
    assert (account.value, account.layer) == ("nb", "octavo")


def test_a_value_takes_the_place_of_a_reference_and_a_volume_that_of_another(world: Make) -> None:
    made = world(
        TEMPLATE.replace(
            "image: base:1",
            "image: base:1\n"
            "        env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]",
        )
        + "      volumes: [{name: v, emptyDir: {}}]\n",
        pod_default("opt", "{name: main, env: [{name: A, value: x}]}").replace(
            "{containers", "{volumes: [{name: v, secret: {secretName: s}}], containers"
        ),
        "---" + NOTEBOOK + "  options: [opt]\n",
    )
    env = {item["name"]: item for item in made.main["env"]}
    assert env["A"] == {"name": "A", "value": "x"}
    volumes = made.compose().pod["spec"]["volumes"]
    assert volumes == [{"name": "v", "secret": {"secretName": "s"}}]


def test_the_templates_first_port_is_the_notebook_whatever_comes_before_it(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: main, ports: [{name: spark, containerPort: 4040}]}"),
        "---" + NOTEBOOK + "  options: [opt]\n",
    )
    ports = ports_of(made.compose(), "/nb")
    assert [(port["name"], port["port"], port["prefix"]) for port in ports] == [
        ("http-notebook", 8888, "/nb"),
        ("spark", 4040, "/nb/ports/spark"),
    ]


def test_main_is_the_main_container_also_when_it_is_asked_for(world: Make) -> None:
    made = world(TEMPLATE.replace("- name: main", "- name: jupyter"), "---" + NOTEBOOK)
    fields = explain(made.steps())
    assert [
        each.setting.value for each in find(fields, "spec.containers[main].image", "jupyter")
    ] == ["base:1"]
    assert find(fields, "spec.containers[other].image", "jupyter") == ()


def test_variables_stand_behind_those_that_they_refer_to(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("a", "{name: main, env: [{name: BUCKET, value: s3}]}"),
        pod_default("b", "{name: main, env: [{name: DATA, value: $(BUCKET)/data}]}"),
        "---" + NOTEBOOK + "  options: [a, b]\n  env: [{name: MINE, value: $(DATA)/$(MINE)}]\n",
    )
    assert list(made.env) == ["NB_PREFIX", "BUCKET", "DATA", "MINE"]


def test_a_pod_of_several_containers_says_which_one_is_meant(world: Make) -> None:
    made = world(
        TEMPLATE,
        pod_default("opt", "{name: proxy, image: 'proxy:1'}"),
        "---" + NOTEBOOK + "  options: [opt]\n",
    )
    annotations = made.compose().pod["metadata"]["annotations"]
    assert annotations == {"kubectl.kubernetes.io/default-container": "main"}


def test_a_group_is_never_a_user_of_its_name(world: Make) -> None:
    def safe(owner: str) -> Any:
        made = world(
            TEMPLATE,
            pod_default("o", "{name: main, env: [{name: A, value: '{{ owner.escaped }}'}]}"),
            "---" + NOTEBOOK.replace("alice@example.com", owner) + "  options: [o]\n",
        )
        return made.env["A"]

    assert safe("alice") == "alice"
    assert safe("{kind: Group, name: alice}") != "alice"


def test_expressions_know_what_is_taken_without_a_choice_and_where_it_is_found(
    world: Make,
) -> None:
    template = TEMPLATE.replace(
        "spec:\n  template", "spec:\n  images: [{id: x, image: 'x:1'}]\n  template", 1
    )
    value = "{{ notebook.image }} {{ notebook.prefix }}"
    made = world(
        template,
        pod_default("o", f"{{name: main, env: [{{name: A, value: '{value}'}}]}}"),
        "---" + NOTEBOOK + "  options: [o]\n",
    )
    assert made.env["A"] == "x:1 /notebook/team/nb"


def test_a_field_that_is_absent_is_looked_for_where_what_lacks_it_came_in(world: Make) -> None:
    template = TEMPLATE.replace(
        "spec:\n  template", "spec:\n  images: [{id: x, image: 'x:1'}]\n  template", 1
    )
    made = world(template, "---" + NOTEBOOK + "  resources: {cpu: 4}\n")
    paths: list[Path] = [
        ("spec", "containers", 0, "securityContext", "runAsNonRoot"),
        ("spec", "containers", 0),
        ("spec", "containers", 0, "image"),
        ("spec", "containers", 0, "resources", "limits", "cpu"),
    ]
    findings = [Finding(path, "wrong") for path in paths]
    found = made.composer.locate(made.notebook, made.selection, findings)
    assert [f"{p.position.line}:{p.position.column}" for p in found] == [
        "10:9",
        "10:9",
        "6:20",
        "21:15",
    ]


def test_a_match_that_can_never_hold_is_said(world: Make) -> None:
    with pytest.raises(InputError) as raised:
        world(
            TEMPLATE,
            pod_default("m", "{name: main}", match="{templates: ['b*', bsae]}"),
            "---" + NOTEBOOK,
        )
    assert str(raised.value) == (
        "all.yaml:18:29: warning: there is no Template bsae, so this never applies\n"
        '  hint: did you mean "base"?'
    )


def test_of_two_in_one_file_the_later_is_taken_and_a_warning_says_so() -> None:
    def built(*files: str) -> tuple[str, list[str]]:
        found: list[Any] = []
        for name in files:
            template = TEMPLATE.replace("base:1", f"base:{len(found)}")
            found += sort_documents(load_all(template.encode(), name), []).items
        made, problems = catalog.build(found)
        image = made.templates["kf", "base"].fragment.template["spec"]["containers"][0]["image"]
        return image, [str(problem).splitlines()[0] for problem in problems]

    assert built("a.yaml", "a.yaml") == (
        "base:1",
        ["a.yaml:4:12: warning: there are two Templates kf/base, and this one is taken"],
    )
    assert built("a.yaml", "b.yaml") == (
        "base:0",
        ["b.yaml:4:12: error: there are two Templates kf/base"],
    )
