"""Profiles as they shape a pod: who is matched, what adds up, which wins, and who said it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer import catalog
from renderer.catalog import Catalog
from renderer.compose.composer import Composed, Composer, Step
from renderer.compose.explain import explain, find
from renderer.compose.layers import Layer, LayerName, Selection, Selector
from renderer.errors import Finding, InputError
from renderer.installation import has_errors, sort_documents
from renderer.matching import Profiles
from renderer.model.fragments import Fragment, OnConflict, Reference, Scheduling
from renderer.model.notebook import Notebook
from renderer.model.settings import Route
from renderer.model.singleuser import Profile
from renderer.model.subjects import Subject
from renderer.position import Document, Origin
from renderer.revisions import Revision, Snapshots, restore
from renderer.yamlio import load_all

TEMPLATE = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  images:
  - {id: thoth, image: "quay.io/odh/s2i-thoth-notebook:3.6"}
  - {id: old, image: "quay.io/odh/old:1", redirect: {to: thoth}}
  - {id: minimal, image: "s2i-minimal-notebook:3.6", default: true}
  template:
    spec:
      tolerations: [{key: base, operator: Exists}]
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
"""
SPARK = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: spark, namespace: kf}
spec:
  parameters: {type: object, properties: {tag: {type: string, default: "3.6"}}}
  template:
    spec:
      containers:
      - name: main
        image: "{{ values.registry }}/s2i-spark-notebook:{{ parameters.tag }}"
        ports: [{name: http, containerPort: 8888}]
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: nb, namespace: team}
spec:
  owner: vpavlin@redhat.com
  templateRef: {name: base, namespace: kf}
"""
GLOBALS = """
profiles:
- name: globals
  env:
  - {name: GLOBAL, value: everywhere}
  - {name: TARGET, value: globals}
  resources:
    requests: {memory: 500Mi, cpu: 250m}
    limits: {memory: 1Gi, cpu: 500m}
"""
SPECIAL = """
- name: special
  users: [vpavlin@redhat.com]
  env: [{name: TARGET, value: special}]
  node_tolerations: [{key: special, operator: Exists}]
  node_affinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: special, operator: Exists}]}]
"""
FAST = """
- name: fast
  node_tolerations: [{key: fast, operator: Exists}]
  node_affinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: fast, operator: Exists}]}]
"""
SIZES = """
sizes:
- name: Small
  resources: {limits: {cpu: "2"}}
"""
CONFIG_MAPS = "".join(
    f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{p: 'kind: X'}}\n"
    for name in ("old", "new", "f", "q")
)
VALUES = {"registry": "quay.io/odh", "fast": "fast"}


@dataclass
class World:
    """One notebook among the profiles of a file, composed from text."""

    notebook: Notebook
    catalog: Catalog
    selection: Selection
    composer: Composer

    @property
    def pod(self) -> Any:
        return self.compose().pod

    @property
    def main(self) -> Any:
        composed = self.compose()
        containers = composed.pod["spec"]["containers"]
        return next(item for item in containers if item["name"] == composed.main)

    @property
    def env(self) -> dict[str, Any]:
        return {item["name"]: item.get("value") for item in self.main.get("env", [])}

    @property
    def names(self) -> list[str]:
        """The fragments of the profiles' layer."""
        layers = self.selection.layers
        found = [layer.fragments for layer in layers if layer.name is LayerName.PROFILES]
        return [each.name.name for fragments in found for each in fragments]

    @property
    def terms(self) -> list[list[str]]:
        """The keys that each term of the required node affinity asks for."""
        affinity = self.pod["spec"]["affinity"]["nodeAffinity"]
        terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        return [[each["key"] for each in term["matchExpressions"]] for term in terms]

    @property
    def tolerated(self) -> list[str]:
        return [each["key"] for each in self.pod["spec"]["tolerations"]]

    def compose(self) -> Composed:
        return self.composer.compose(self.notebook, self.selection)

    def steps(self) -> tuple[Step, ...]:
        return self.composer.steps(self.notebook, self.selection)


def world(profiles: str, notebook: str = NOTEBOOK, *more: str) -> World:
    problems: list[Any] = []
    documents = []
    for name, text in (("profiles.yaml", profiles), ("all.yaml", "---".join([notebook, *more]))):
        documents += load_all(text.encode(), name)
    documents += load_all(TEMPLATE.encode(), "template.yaml")
    documents += load_all(SPARK.encode(), "spark.yaml")
    found = sort_documents(documents, problems)
    built, said = catalog.build(found.items, found.faulty, found.singleuser)
    selection, remarks = Selector(built, {}, VALUES).select(found.notebooks[0])
    problems = [*problems, *said, *remarks]
    if selection is None or has_errors(problems):
        raise InputError(problems)
    return World(found.notebooks[0], built, selection, Composer(VALUES, Route()))


def test_globals_come_first_and_the_last_profile_that_matches_wins() -> None:
    made = world(GLOBALS + SPECIAL)
    assert made.names == ["user", "globals", "special"]
    assert (made.env["GLOBAL"], made.env["TARGET"]) == ("everywhere", "special")


def test_a_profile_overrides_without_a_clash_whatever_the_order() -> None:
    made = world(GLOBALS.replace("profiles:", "profiles:" + SPECIAL))
    assert made.env["TARGET"] == "globals"


def pod_default(name: str, **spec: str) -> str:
    """A PodDefault that sets the variable TARGET, and more of its spec."""
    more = "".join(f", {key}: {value}" for key, value in spec.items())
    env = f"env: [{{name: TARGET, value: {name}}}]"
    return (
        "\napiVersion: jackhoman.dev/v1beta1\nkind: PodDefault\n"
        f"metadata: {{name: {name}, namespace: kf}}\n"
        f"spec: {{template: {{spec: {{containers: [{{name: main, {env}}}]}}}}{more}}}\n"
    )


RANKS = {
    "required": (pod_default("required"), "", "globals"),
    "matched": (pod_default("matched", match="{users: ['vpavlin@*']}"), "", "matched"),
    "elected": (pod_default("elected"), "  options: [elected]\n", "elected"),
}


@pytest.mark.parametrize(("default", "more", "wins"), RANKS.values(), ids=list(RANKS))
def test_profiles_stand_above_what_is_required_and_below_what_matches(
    default: str, more: str, wins: str
) -> None:
    required = TEMPLATE.replace("spec:\n", "spec:\n  required: [required]\n", 1)
    template = required if wins == "globals" else TEMPLATE
    with patch(f"{__name__}.TEMPLATE", template):
        assert world(GLOBALS, NOTEBOOK + more, default).env["TARGET"] == wins


def test_tolerations_of_all_profiles_and_of_the_template_hold() -> None:
    assert world(GLOBALS + SPECIAL + FAST).tolerated == ["base", "special", "fast"]


def test_node_affinity_of_all_profiles_holds() -> None:
    assert world(GLOBALS + SPECIAL + FAST).terms == [["special", "fast"]]


def test_what_two_profiles_say_alike_is_there_once() -> None:
    made = world(GLOBALS + SPECIAL + FAST.replace("fast", "special"))
    assert (made.tolerated, made.terms) == (["base", "special"], [["special"]])


def test_cpu_is_not_lost_where_a_later_profile_says_memory() -> None:
    made = world(GLOBALS + "- {name: more, resources: {limits: {memory: 2Gi}}}")
    assert made.main["resources"] == {
        "requests": {"memory": "500Mi", "cpu": "250m"},
        "limits": {"memory": "2Gi", "cpu": "500m"},
    }


FILLED = {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}


@pytest.mark.parametrize(
    ("profiles", "resources"),
    [
        ("- {name: a, resources: {requests: {cpu: '1'}}}", FILLED),
        ("- {name: none}\n- {name: a, resources: {limits: {cpu: '1'}}}", FILLED),
        (
            "- {name: a, resources: {limits: {cpu: '1'}}}\n"
            "- {name: b, resources: {limits: {cpu: '2'}}}",
            {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}},
        ),
    ],
    ids=["a request is a limit", "whoever is the first to say", "and nobody after that"],
)
def test_the_first_that_says_anything_of_resources_fills_the_other_side(
    profiles: str, resources: object
) -> None:
    assert world(f"profiles:\n{profiles}").main["resources"] == resources


IMAGES = {
    ("thoth", "s2i-thoth-notebook:3.6"): True,
    ("thoth", "quay.io/odh/s2i-thoth-notebook:3.6"): True,
    ("thoth", "thoth"): True,
    ("thoth", "s2i-thoth-notebook:*"): False,
    ("thoth", "odh/s2i-thoth-notebook:3.6"): False,
    ("old", "old"): True,
    ("old", "s2i-thoth-notebook:3.6"): True,
    ("old", "old:1"): False,
    ("", "minimal"): True,
    ("", "s2i-minimal-notebook:3.6"): True,
    ("", "base:1"): False,
}


@pytest.mark.parametrize(
    ("case", "matches"), IMAGES.items(), ids=[" ".join(each) for each in IMAGES]
)
def test_an_image_goes_by_its_id_its_reference_and_the_end_of_that(
    case: tuple[str, str], matches: bool
) -> None:
    chosen, asked = case
    notebook = NOTEBOOK + (f"  image: {chosen}\n" if chosen else "")
    made = world(f"profiles: [{{name: p, images: [other, '{asked}']}}]", notebook)
    assert ("p" in made.names) is matches


@pytest.mark.parametrize(
    ("own", "asked", "matches"),
    [
        ("", "s2i-spark-notebook:3.6", True),
        ("", "quay.io/odh/s2i-spark-notebook:3.6", True),
        ("  parameters: {tag: '4'}\n", "s2i-spark-notebook:4", True),
        ("  parameters: {tag: '4'}\n", "s2i-spark-notebook:3.6", False),
        ("  template: {spec: {containers: [{name: main, image: my/own:1}]}}\n", "own:1", True),
        (
            "  template: {spec: {containers: [{name: main, image: my/own:1}]}}\n",
            "s2i-spark-notebook:3.6",
            False,
        ),
    ],
)
def test_an_image_is_the_one_that_runs(own: str, asked: str, matches: bool) -> None:
    notebook = NOTEBOOK.replace("name: base", "name: spark") + own
    made = world(f"profiles: [{{name: p, images: ['{asked}']}}]", notebook)
    assert ("p" in made.names) is matches


@pytest.mark.parametrize("glob", ["s2i-thoth-*", "thoth", "quay.io/odh/*:3.6"])
def test_a_pod_default_matches_images_by_the_same_words(glob: str) -> None:
    pod_default = (
        "\napiVersion: jackhoman.dev/v1beta1\nkind: PodDefault\n"
        "metadata: {name: m, namespace: kf}\n"
        f"spec: {{match: {{images: ['{glob}']}}, template: {{metadata: {{labels: {{m: x}}}}}}}}\n"
    )
    made = world(GLOBALS, NOTEBOOK + "  image: thoth\n", pod_default)
    assert made.pod["metadata"]["labels"]["m"] == "x"


def test_a_user_is_matched_as_a_whole_and_everybody_by_a_star() -> None:
    profiles = "".join(
        f"- {{name: {name}, users: {users}}}\n"
        for name, users in {
            "other": "[fpokorny]",
            "short": "[vpavlin]",
            "mine": "[fpokorny, vpavlin@redhat.com]",
            "star": "['*']",
            "empty": "[]",
        }.items()
    )
    assert world("profiles:\n" + profiles).names == ["user", "mine", "star", "empty"]


@pytest.mark.parametrize(
    "owner", ["", "  owner: {kind: Group, name: vpavlin@redhat.com}\n"], ids=["nobody", "a group"]
)
def test_what_no_user_owns_has_the_profiles_of_everybody_and_no_user_s_name(owner: str) -> None:
    made = world(GLOBALS + SPECIAL, NOTEBOOK.replace("  owner: vpavlin@redhat.com\n", owner))
    assert made.names == ["globals"]
    assert "JUPYTERHUB_USER_NAME" not in made.env


def test_every_container_knows_its_user_and_the_pod_is_labelled() -> None:
    sidecar = "template: {spec: {containers: [{name: nb, image: i}, {name: side, image: s}]}}"
    inline = NOTEBOOK.replace("templateRef: {name: base, namespace: kf}", sidecar)
    made = world(GLOBALS, inline)
    for container in made.pod["spec"]["containers"]:
        assert {"name": "JUPYTERHUB_USER_NAME", "value": "vpavlin@redhat.com"} in container["env"]
    labels = made.pod["metadata"]["labels"]
    assert labels["jupyterhub.opendatahub.io/user"] == "vpavlin-40redhat-2ecom"


def test_a_name_that_is_no_label_when_escaped_is_made_one() -> None:
    made = world(GLOBALS, NOTEBOOK.replace("vpavlin@redhat.com", "Alice"))
    label = made.pod["metadata"]["labels"]["jupyterhub.opendatahub.io/user"]
    assert label.startswith("41lice_")


def test_where_no_profile_matches_there_is_nothing_of_them() -> None:
    made = world("profiles: [{name: p, users: [somebody]}]")
    assert made.names == []
    assert "jupyterhub.opendatahub.io/user" not in made.pod["metadata"]["labels"]


def test_an_inline_notebook_is_matched_by_the_image_of_its_main_container() -> None:
    containers = "[{name: side, image: other:1}, {name: nb, image: quay.io/s2i-thoth-notebook:3.6}]"
    inline = NOTEBOOK.replace(
        "templateRef: {name: base, namespace: kf}",
        f"template: {{spec: {{containers: {containers}}}}}",
    )
    asked = (
        "profiles: [{name: p, images: ['s2i-thoth-notebook:3.6'], env: {A: b}},"
        " {name: q, images: ['other:1']}]"
    )
    made = world(asked, inline)
    assert made.names == ["user", "p"]
    assert made.env["A"] == "b"


def test_explain_names_the_profile_that_set_a_field_and_its_line() -> None:
    fields = {each.name: each for each in explain(world(GLOBALS + SPECIAL).steps())}
    field = fields["spec.containers[main].env[TARGET].value"]
    said = [
        (each.value, each.layer, each.source, str(each.position))
        for each in (field.setting, *field.overrode)
    ]
    assert said == [
        ("special", "profiles", "Profile special", "profiles.yaml:13:24"),
        ("globals", "profiles", "Profile globals", "profiles.yaml:6:20"),
    ]
    cpu = fields["spec.containers[main].resources.limits.cpu"].setting
    assert (cpu.layer, str(cpu.position)) == ("profiles", "profiles.yaml:9:27")


def test_explain_says_of_each_toleration_and_requirement_whose_it_is() -> None:
    fields = explain(world(GLOBALS + SPECIAL + FAST).steps())
    keys = [
        (each.setting.value, each.setting.layer, each.setting.source, str(each.setting.position))
        for each in (*find(fields, "spec.tolerations"), *find(fields, "spec.affinity"))
        if each.path[-1] == "key"
    ]
    assert keys == [
        ("base", "template", "Template kf/base", "template.yaml:12:22"),
        ("special", "profiles", "Profile special", "profiles.yaml:14:23"),
        ("fast", "profiles", "Profile fast", "profiles.yaml:20:23"),
        ("special", "profiles", "Profile special", "profiles.yaml:17:48"),
        ("fast", "profiles", "Profile fast", "profiles.yaml:23:48"),
    ]


def test_a_term_that_moves_keeps_who_set_it() -> None:
    two = SPECIAL.replace(
        "[{matchExpressions: [{key: special, operator: Exists}]}]",
        "[{matchExpressions: [{key: a, operator: Exists}]},"
        " {matchExpressions: [{key: b, operator: Exists}]}]",
    )
    other = two.replace("special", "other").replace("key: a", "key: c").replace("key: b", "key: d")
    made = world(GLOBALS + two + other.replace("users: [vpavlin@redhat.com]", "users: []"))
    assert made.terms == [["a", "c"], ["a", "d"], ["b", "c"], ["b", "d"]]
    affinity = find(explain(made.steps()), "spec.affinity")
    sources = {
        each.setting.value: each.setting.source for each in affinity if each.path[-1] == "key"
    }
    assert sources == dict.fromkeys("ab", "Profile special") | dict.fromkeys("cd", "Profile other")


def test_a_size_is_above_the_profiles_and_default_is_no_size() -> None:
    limits = {
        size: world(GLOBALS + SIZES, NOTEBOOK + f"  size: {size}\n").main["resources"]["limits"]
        for size in ("Small", "Default")
    }
    assert limits == {
        "Small": {"memory": "1Gi", "cpu": "2"},
        "Default": {"memory": "1Gi", "cpu": "500m"},
    }


def test_default_leaves_out_the_default_size_of_the_template() -> None:
    sized = "spec:\n  defaultSize: Small\n  images"
    with patch(f"{__name__}.TEMPLATE", TEMPLATE.replace("spec:\n  images", sized, 1)):
        without, default = (
            world(GLOBALS + SIZES, NOTEBOOK + size) for size in ("", "  size: Default\n")
        )
    assert (without.selection.size, default.selection.size) == ("Small", "Default")
    assert without.main["resources"]["limits"]["cpu"] == "2"
    assert default.main["resources"]["limits"]["cpu"] == "500m"
    assert default.selection.is_whole


def test_a_size_that_is_called_default_is_that_size() -> None:
    made = world(GLOBALS + SIZES.replace("Small", "Default"), NOTEBOOK + "  size: Default\n")
    assert made.main["resources"]["limits"]["cpu"] == "2"


def test_there_is_no_default_where_profiles_have_no_sizes() -> None:
    with pytest.raises(InputError, match="there is no Size Default"):
        world(GLOBALS, NOTEBOOK + "  size: Default\n")


GPU_TYPES = """
gpuTypes:
- type: nvidia
  node_tolerations: [{key: nvidia.com/gpu, operator: Exists}]
"""


@pytest.mark.parametrize(
    ("profiles", "amount"),
    [
        ("- {name: a, gpu: 1}\n- {name: b, gpu: '2'}", "2"),
        ("- {name: a, gpu: 1}\n- {name: b}", "1"),
        ("- {name: a, gpu: 0}", None),
        ("- {name: a}", None),
    ],
    ids=["the last says how many", "silence says nothing", "none", "nobody says"],
)
def test_gpus_bring_the_tolerations_of_their_types(profiles: str, amount: str | None) -> None:
    made = world(f"profiles:\n{profiles}{GPU_TYPES}")
    resources = made.main.get("resources", {})
    found = [resources.get(side, {}).get("nvidia.com/gpu") for side in ("requests", "limits")]
    assert found == [amount, amount]
    assert made.tolerated == ["base", *(["nvidia.com/gpu"] if amount else [])]


SERVICES = """
profiles:
- name: a
  services:
    spark: {resources: [{name: old, path: p}], return: {SPARK: metadata.name}}
    flow: {resources: [{name: f, path: p}], return: {FLOW: metadata.name}}
- name: b
  services:
    spark: {resources: [{name: new, path: p}], return: {SPARK: metadata.uid, MORE: kind}}
    quiet: {resources: [{name: q, path: p}]}
"""


SIZE_OF_GPUS = "sizes: [{name: Fast, gpu: 1}, {name: Slow}, {name: None, gpu: 0}]\n"


@pytest.mark.parametrize(
    ("profiles", "size", "tolerated"),
    [
        ("- {name: a}", "Fast", ["base", "nvidia.com/gpu"]),
        ("- {name: a, gpu: 1}", "Fast", ["base", "nvidia.com/gpu"]),
        ("- {name: a, gpu: 1}", "Slow", ["base", "nvidia.com/gpu"]),
        ("- {name: a}", "Slow", ["base"]),
        ("- {name: a}", "None", ["base"]),
    ],
)
def test_a_size_with_gpus_brings_the_tolerations_too(
    profiles: str, size: str, tolerated: list[str]
) -> None:
    made = world(f"profiles:\n{profiles}{GPU_TYPES}{SIZE_OF_GPUS}", NOTEBOOK + f"  size: {size}\n")
    assert made.tolerated == tolerated
    kinds = [each.kind for each in made.selection.fragments]
    assert kinds.count("GpuTypes") == len(tolerated) - 1


def test_a_size_that_may_stand_in_profiles_with_problems_is_not_called_missing() -> None:
    with pytest.raises(InputError) as caught:
        world("profiles: [{users: [1]}]\nsizes: [{name: Small}]\n", NOTEBOOK + "  size: Small\n")
    assert [each.message for each in caught.value.problems] == ["item 1 of users is a number"]


EMPTY = """
- name: empty
  volumes:
  - name: data
    emptyDir: {}
  node_affinity:
    requiredDuringSchedulingIgnoredDuringExecution: []
"""


def test_what_is_empty_stands_where_it_was_written() -> None:
    made = world(GLOBALS + EMPTY)
    fields = {each.name: each.setting for each in explain(made.steps())}
    [empty] = [each for name, each in fields.items() if name.endswith("[data].emptyDir")]
    assert (empty.source, str(empty.position)) == ("Profile empty", "profiles.yaml:14:5")
    path = ("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    finding = Finding(path, "a list")
    [problem] = made.composer.locate(made.notebook, made.selection, [finding])
    assert str(problem.position) == "profiles.yaml:16:5"


def test_what_is_empty_in_a_container_stands_where_it_was_written_by_another_name() -> None:
    every = "{name: '*', securityContext: {}}"
    option = pod_default("all", match="{users: ['*']}").replace("[{", f"[{every}, {{", 1)
    made = world(GLOBALS, NOTEBOOK, option)
    fields = {each.name: each.setting for each in explain(made.steps())}
    empty = fields["spec.containers[main].securityContext"]
    before, _, _ = f"{NOTEBOOK}---{option}".partition("securityContext")
    column = len(before.splitlines()[-1]) + 1
    assert empty.source == "PodDefault kf/all"
    assert str(empty.position) == f"all.yaml:{before.count(chr(10)) + 1}:{column}"


def test_services_of_one_name_are_one_and_the_last_is_it() -> None:
    made = world(SERVICES + CONFIG_MAPS)
    companions = [(each.name, each.resources) for each in made.selection.companions]
    assert companions == [
        ("flow", (("f", "p"),)),
        ("spark", (("new", "p"),)),
        ("quiet", (("q", "p"),)),
    ]
    assert made.names == ["user", "a", "b", "flow", "spark"]


def test_a_service_without_its_templates_is_left_out_and_tells_nothing() -> None:
    config_map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {p: 'kind: X'}\n"
    made = world(SERVICES + config_map)
    made.selection = replace(made.selection, services={"flow": {"FLOW": "flow-1"}})
    assert [(each.name, each.resources) for each in made.selection.companions] == [
        ("flow", (("f", "p"),))
    ]
    assert made.names == ["user", "a", "b", "flow"]
    assert "SPARK" not in made.env


def test_what_services_give_back_is_told_to_the_main_container() -> None:
    made = world(SERVICES + CONFIG_MAPS)
    told = {"spark": {"SPARK": "spark-1", "MORE": "SparkCluster"}, "flow": {"FLOW": "flow-1"}}
    made.selection = replace(made.selection, services=told)
    env = made.env
    assert (env["SPARK"], env["MORE"], env["FLOW"]) == ("spark-1", "SparkCluster", "flow-1")


@pytest.mark.parametrize(
    ("own", "path"),
    [("", "/home/jovyan/dataset"), ("  home: {mountPath: /data/me}\n", "/data/me/dataset")],
)
def test_a_volume_without_an_absolute_path_is_below_the_home(own: str, path: str) -> None:
    volumes = "volumes: [{name: dataset, mountPath: dataset, emptyDir: {}}]"
    made = world(f"profiles: [{{name: p, {volumes}}}]", NOTEBOOK + own)
    assert path in [each["mountPath"] for each in made.main["volumeMounts"]]


def test_many_that_match_alike_share_one_mold() -> None:
    made = world(GLOBALS + SERVICES.replace("profiles:\n", "") + CONFIG_MAPS)
    with patch.object(Composer, "_base", autospec=True, side_effect=Composer._base) as folded:  # noqa: SLF001
        users = []
        selector = Selector(made.catalog, {}, VALUES)
        for number in range(4):
            of = replace(made.notebook, name=f"n{number}", owner=Subject("User", f"u{number}"))
            selection, _ = selector.select(of)
            assert selection is not None
            users.append(world_of(made, of, selection).env["JUPYTERHUB_USER_NAME"])
    assert users == ["u0", "u1", "u2", "u3"]
    assert folded.call_count == 1


def test_where_nobody_shares_molds_are_not_kept_for_ever() -> None:
    made = world(GLOBALS)
    with patch("renderer.compose.composer.MOST_MOLDS", 3):
        for number in range(10):
            of = replace(made.notebook, name=f"n{number}")
            selection, _ = Selector(made.catalog, {}, VALUES).select(of)
            assert selection is not None
            assert world_of(made, of, selection).env["GLOBAL"] == "everywhere"
    assert len(made.composer._molds) <= 3  # noqa: SLF001


def world_of(made: World, notebook: Notebook, selection: Selection) -> World:
    return World(notebook, made.catalog, selection, made.composer)


def test_a_revision_remembers_that_a_profile_adds() -> None:
    made = world(GLOBALS + SPECIAL + FAST)
    name, data = Snapshots(VALUES).of(made.selection)
    kept = Origin(Document("revision.yaml", {"data": data}, (0, None)), ("data",))
    restored = restore(Revision(name, 1, data, kept), made.selection)
    assert [each.scheduling for each in restored.fragments] == [
        each.scheduling for each in made.selection.fragments
    ]
    again = world_of(made, made.notebook, restored)
    assert again.pod == made.pod


CLASHING = "tolerations: [{key: x, operator: Exists}]"


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [("Replace", "Add", False), ("Add", "Replace", True), ("Add", "Add", False)],
)
def test_who_adds_later_clashes_with_nobody(first: str, second: str, clash: bool) -> None:
    defaults = [
        "\napiVersion: jackhoman.dev/v1beta1\nkind: PodDefault\n"
        f"metadata: {{name: {name}, namespace: kf}}\n"
        f"spec: {{scheduling: {scheduling}, template: {{spec:"
        f" {{tolerations: [{{key: {name}, operator: Exists}}],"
        f" affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution:"
        f" [{{weight: 1, preference: {{matchExpressions: [{{key: {name}, operator: Exists}}]}}}}]"
        "}}}}}\n"
        for name, scheduling in (("one", first), ("two", second))
    ]
    made = world(GLOBALS, NOTEBOOK + "  options: [one, two]\n", *defaults)
    if clash:
        with pytest.raises(InputError, match=r"set spec\.tolerations to different values"):
            made.compose()
    else:
        base = ["base"] if first == "Add" else []
        assert made.tolerated == [*base, "one", "two"]


def test_affinities_that_multiply_beyond_measure_are_said_where_they_stand() -> None:
    terms = ", ".join(
        f"{{matchExpressions: [{{key: k{number}, operator: Exists}}]}}" for number in range(40)
    )
    profile = (
        "- name: {0}\n  node_affinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n"
        "      nodeSelectorTerms: [" + terms.replace("{", "{{").replace("}", "}}") + "]\n"
    )
    many = profile.format("a") + profile.format("b").replace("key: k", "key: l")
    with pytest.raises(InputError, match=r"profiles.yaml:\d+:\d+: error: Profile b: .*terms"):
        world("profiles:\n" + many).compose()


def profile(number: int) -> Profile:
    origin = Origin(Document("p.yaml", {}, (0, None)))
    fragment = Fragment("Profile", Reference(f"p{number}"), {}, origin)
    users = frozenset({f"user-{number}", "many"}) if number % 3 else frozenset[str]()
    images = frozenset({f"image:{number % 7}"}) if number % 2 else frozenset[str]()
    return Profile(f"p{number}", users, images, fragment, fragment, origin)


def notebook(user: str, name: str = "nb") -> Notebook:
    origin = Origin(Document("nb.yaml", {}, (0, None)))
    return Notebook(name, "team", origin, {}, {}, {}, owner=Subject("User", user))


@given(
    user=st.sampled_from(["many", "user-1", "user-4", "stranger", ""]),
    image=st.sampled_from(["image:1", "image:3", "other"]),
)
def test_whoever_is_asked_for_before_the_answer_is_that_of_every_profile(
    user: str, image: str
) -> None:
    all_of_them = [profile(number) for number in range(30)]
    profiles = Profiles(all_of_them)
    for asked in ("many", user, "stranger", user):
        expected = [
            each
            for each in all_of_them
            if (not each.users or asked in each.users) and (not each.images or image in each.images)
        ]
        assert list(profiles.of(notebook(asked), (image,))) == expected


TEXTS = st.sampled_from(["fast", "slow", "{{ values.fast }}", "{{ owner.name }}", "{{ omit }}"])
TOLERATION = st.fixed_dictionaries({"key": TEXTS}, optional={"value": TEXTS})
REQUIREMENT = st.fixed_dictionaries({"key": TEXTS, "operator": st.just("Exists")})
TERM = st.fixed_dictionaries({"matchExpressions": st.lists(REQUIREMENT, max_size=2)})
AFFINITY = st.fixed_dictionaries(
    {},
    optional={
        "requiredDuringSchedulingIgnoredDuringExecution": st.fixed_dictionaries({
            "nodeSelectorTerms": st.lists(TERM, min_size=1, max_size=2)
        }),
        "preferredDuringSchedulingIgnoredDuringExecution": st.lists(
            st.fixed_dictionaries({"weight": st.integers(1, 2), "preference": TERM}), max_size=2
        ),
    },
)
SCHEDULING = st.fixed_dictionaries(
    {},
    optional={
        "tolerations": st.lists(TOLERATION, max_size=2),
        "affinity": st.fixed_dictionaries({"nodeAffinity": AFFINITY}),
        "containers": st.just([
            {"name": "main", "env": [{"name": "A", "value": "{{ services['s']['A'] }}"}]}
        ]),
    },
)
FRAGMENTS = st.lists(st.tuples(SCHEDULING, st.sampled_from(Scheduling)), min_size=1, max_size=4)
BASE = {"spec": {"containers": [{"name": "main", "image": "i"}]}}


@settings(max_examples=400, deadline=None)
@given(found=FRAGMENTS)
def test_a_mold_of_profiles_gives_the_pod_of_the_long_way(
    found: list[tuple[dict[str, Any], Scheduling]],
) -> None:
    made = [fragment({"spec": spec}, scheduling) for spec, scheduling in found]
    layers = (
        Layer(LayerName.TEMPLATE, (fragment(BASE, Scheduling.REPLACE),)),
        Layer(LayerName.PROFILES, tuple(made)),
    )
    composer = Composer(VALUES, Route())
    for user in ("fast", "slow", "bob"):
        selection = Selection(None, layers, services={"s": {"A": user}})
        quick = composed(composer, user, selection)
        with patch.object(Composer, "_mold_of", return_value=None):
            assert quick == composed(Composer(VALUES, Route()), user, selection)


def fragment(template: dict[str, Any], scheduling: Scheduling) -> Fragment:
    origin = Origin(Document("all.yaml", {}, (0, None)))
    reference, conflict = Reference("f", "kf"), OnConflict.OVERRIDE
    return Fragment("Profile", reference, template, origin, conflict, scheduling=scheduling)


def composed(composer: Composer, user: str, selection: Selection) -> str:
    try:
        return json.dumps(composer.compose(notebook(user), selection).pod)
    except InputError as error:
        return str(error)
