"""Profiles of JupyterHub become fragments, each field at the place where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renderer.errors import Severity
from renderer.model.catalog import Size
from renderer.model.fragments import Fragment, OnConflict, Scheduling
from renderer.model.singleuser import ImageStream, Profile, Profiles, Templates
from renderer.parse import ParseResult, parse_documents
from renderer.profiles import resources
from renderer.profiles.fences import data_without_fence
from renderer.templating.expressions import compile_fragment
from renderer.yamlio import line_of, load_all

SEED = Path(__file__).parent.parent / "seeds/004"
MEM_LIMIT = {"name": "MEM_LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}


def read(text: str, file: str = "file.yaml") -> list[ParseResult]:
    documents = load_all(data_without_fence(text.encode()), file)
    return [result for document in documents for result in parse_documents(document)]


def profiles_of(text: str) -> Profiles:
    [result] = read(text)
    assert result.problems == ()
    assert isinstance(result.item, Profiles)
    return result.item


def profile(text: str) -> Profile:
    [found] = profiles_of(f"profiles:\n- {text}\n").profiles
    return found


def main(fragment: Fragment) -> dict[str, Any]:
    [container] = fragment.template["spec"]["containers"]
    assert container["name"] == "main"
    return {key: value for key, value in container.items() if key != "name"}


def in_map(text: str, name: str = "jupyter-singleuser-profiles") -> str:
    lines = "".join(
        f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True)
    )
    return (
        "apiVersion: v1\nkind: ConfigMap\n"
        f"metadata: {{name: {name}}}\ndata:\n  jupyterhub-singleuser-profiles.yaml: |\n{lines}"
    )


@pytest.mark.parametrize("where", ["a file", "a ConfigMap"])
def test_the_document_is_read_as_it_stands(where: str) -> None:
    text = (SEED / "profiles.txt").read_text(encoding="utf-8")
    found = profiles_of(text if where == "a file" else in_map(text))
    everyone, special, thoth, spark = found.profiles
    assert [each.name for each in found.profiles] == [
        "globals",
        "Special Nodes",
        "Thoth Notebooks",
        "Spark Notebook",
    ]
    assert (everyone.users, everyone.images) == (frozenset(), frozenset())
    assert main(everyone.fragment) == {
        "env": [
            {"name": "THIS_IS_GLOBAL", "value": "This will appear in all singleuser pods"},
            {
                "name": "MYAPP_SECRET_TOKEN",
                "valueFrom": {
                    "secretKeyRef": {"key": "SECRET_TOKEN", "name": "testing-secret-token"}
                },
            },
            {
                "name": "MY_CONFIGMAP_VALUE",
                "valueFrom": {"configMapKeyRef": {"name": "myconfigmap", "key": "mykey"}},
            },
            MEM_LIMIT,
        ],
        "resources": {
            "requests": {"memory": "500Mi", "cpu": "250m"},
            "limits": {"memory": "1Gi", "cpu": "500m"},
        },
    }
    assert special.users == {"acorvin"}
    assert special.fragment.template["spec"]["tolerations"][0]["key"] == "some_node_label"
    terms = special.fragment.template["spec"]["affinity"]["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]["nodeSelectorTerms"]
    assert terms[0]["matchExpressions"][0]["values"][1] == "label_target_value_2"
    assert thoth.users == {"vpavlin", "fpokorny"}
    assert thoth.images == {"s2i-thoth-notebook:3.6"}
    assert [each.has_resources for each in found.profiles] == [True, False, True, False]
    service, airflow = spark.services
    assert service.resources == (("spark-cluster-template", "sparkClusterTemplate"),)
    assert service.configuration["worker_instances"] == 1
    assert service.labels == {"opendatahub.io/component": "jupyterhub"}
    assert service.returns == {"SPARK_CLUSTER": "metadata.name"}
    assert [key for _, key in airflow.resources] == ["airflowCluster", "airflowBase"]
    assert airflow.fragment is None
    assert [(size.name, size.namespace) for size in found.sizes] == [
        ("Small", ""),
        ("Medium", ""),
        ("Large", ""),
    ]
    line, column = (70, 18) if where == "a file" else (75, 22)
    place = service.origin.at(("resources", 0, "path"))
    assert (place.line, place.column) == (line + 1, column - 7)


def test_the_template_of_a_service_is_read_as_it_stands() -> None:
    [result] = read((SEED / "template.txt").read_text(encoding="utf-8"))
    assert result.problems == ()
    assert isinstance(result.item, Templates)
    text = result.item.texts["sparkClusterTemplate"]
    assert text.value.splitlines()[3] == "  name: spark-cluster-{{ user }}"
    assert str(line_of(text, 4)) == "file.yaml:11:5"


def test_a_profile_comes_over_what_was_before_it() -> None:
    found = profile("{name: a, env: {A: b}}")
    assert str(found.fragment) == "Profile a"
    for fragment in (found.fragment, found.first):
        assert fragment.on_conflict is OnConflict.OVERRIDE
        assert fragment.scheduling is Scheduling.ADD
        assert not fragment.literal


@pytest.mark.parametrize(
    ("written", "env"),
    [
        ("{PORT: 80, DEBUG: true, RATE: 1.5, EMPTY: }", ["80", "true", "1.5", ""]),
        ("[{name: PORT, value: 80}, {name: DEBUG, value: true}]", ["80", "true"]),
        ("[{name: A, value: b, valueFrom: }]", ["b"]),
        ("{}", None),
        ("[]", None),
        ("", None),
    ],
)
def test_variables_are_texts_however_they_are_written(written: str, env: list[str] | None) -> None:
    found = profile(f"env: {written}").fragment
    if env is None:
        assert found.template == {}
    else:
        assert [each["value"] for each in main(found)["env"]] == env
        assert {*main(found)["env"][0]} == {"name", "value"}


AMOUNTS = [
    "{requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2}}",
    "{requests: {cpu: 1}}",
    "{limits: {cpu: 1, memory: 1Gi}}",
    "{limits: {cpu: 1}, requests: }",
    "{limits: {cpu: 1}, requests: {}}",
    "{mem_limit: 1Gi, cpu_limit: 2}",
    "{mem_limit: 1Gi}",
    "{cpu_limit: 1, requests: {memory: 1Gi}}",
    "{limits: {cpu: 1, memory: }, claims: [{name: gpu}]}",
    "{}",
]


@pytest.mark.parametrize("written", AMOUNTS)
def test_amounts_mean_what_they_mean_in_the_library(written: str) -> None:
    [document] = load_all(f"a: {written}".encode(), "f")
    found = profile(f"resources: {written}")
    for fragment, meaning in (
        (found.fragment, resources.given),
        (found.first, resources.normal),
    ):
        expected = {key: value for key, value in meaning(document.value["a"]).items() if value}
        told = main(fragment) if fragment.template else {}
        assert told.get("resources", {}) == expected
        assert (MEM_LIMIT in told.get("env", ())) == ("memory" in expected.get("limits", {}))
    assert found.has_resources == (written != "{}")


def test_amounts_stand_where_they_were_written() -> None:
    text = """\
profiles:
- resources:
    limits:
      cpu: 2
      memory: 1Gi
- resources:
    mem_limit: 1Gi
    requests:
      cpu: 1
"""
    both, legacy = profiles_of(text).profiles
    container = ("spec", "containers", 0)

    def place(fragment: Fragment, *path: str | int) -> str:
        position = fragment.origin.at((*container, *path))
        return f"{position.line}:{position.column}"

    for side in ("limits", "requests"):
        assert place(both.first, "resources", side) == "3:5"
        assert place(both.first, "resources", side, "cpu") == "4:7"
        assert place(both.first, "resources", side, "memory") == "5:7"
    assert place(both.first, "env", 0, "valueFrom") == "5:7"
    assert "requests" not in main(both.fragment)["resources"]
    assert place(legacy.fragment, "resources", "limits", "memory") == "7:5"
    assert place(legacy.fragment, "resources", "requests", "memory") == "7:5"
    assert place(legacy.fragment, "resources", "requests", "cpu") == "9:7"


@pytest.mark.parametrize(
    ("written", "count"), [("2", 2), ("'2'", 2), ("02", 2), ("0", None), ("'0'", None), ("", None)]
)
def test_gpus_are_requests_and_limits(written: str, count: int | None) -> None:
    found = profile(f"{{gpu: {written}, resources: {{limits: {{cpu: 1}}}}}}")
    assert found.gpus == count
    gpu = {"nvidia.com/gpu": str(count)} if count else {}
    expected = {"limits": {"cpu": 1, **gpu}} | ({"requests": gpu} if gpu else {})
    assert main(found.fragment)["resources"] == expected


def test_the_memory_limit_is_the_containers_even_where_a_variable_says_another() -> None:
    found = profile("{env: {MEM_LIMIT: 1, A: b}, resources: {limits: {memory: 1Gi}}}")
    assert main(found.fragment)["env"] == [{"name": "A", "value": "b"}, MEM_LIMIT]
    found = profile("{env: {MEM_LIMIT: 1}, resources: {limits: {cpu: 1}}}")
    assert main(found.fragment)["env"] == [{"name": "MEM_LIMIT", "value": "1"}]


def test_gpus_alone_say_nothing_of_other_resources() -> None:
    found = profile("gpu: 1")
    assert not found.has_resources
    amounts = {"nvidia.com/gpu": "1"}
    assert main(found.first)["resources"] == {"limits": amounts, "requests": amounts}


@pytest.mark.parametrize(
    ("written", "name", "path"),
    [
        ("name: dataset", "dataset", "{{ notebook.home }}/dataset"),
        ("name: My Data", "my-data", "{{ notebook.home }}/my-data"),
        ("{name: a, mountPath: data/x}", "a", "{{ notebook.home }}/data/x"),
        ("{name: a, mountPath: /data}", "a", "/data"),
        ("{name: a, mountPath: '{{ x }}'}", "a", "{{ notebook.home }}/{{ '{{' }} x }}"),
    ],
)
def test_volumes_are_mounted_below_the_home(written: str, name: str, path: str) -> None:
    claim = "persistentVolumeClaim: {claimName: data, readOnly: true}"
    written = written.strip("{}") if written.startswith("{") else written
    found = profile(f"volumes: [{{{written}, subPath: x, {claim}}}]").fragment
    assert found.template["spec"]["volumes"] == [
        {"name": name, "persistentVolumeClaim": {"claimName": "data", "readOnly": True}}
    ]
    assert main(found)["volumeMounts"] == [{"name": name, "mountPath": path, "subPath": "x"}]


def test_parts_of_volumes_stand_where_they_were_written() -> None:
    text = """\
profiles:
- volumes:
  - name: data
    mountPath: /data
    persistentVolumeClaim:
      claimName: data
"""
    [found] = profiles_of(text).profiles
    at = found.fragment.origin.at
    assert at(("spec", "volumes", 0, "persistentVolumeClaim", "claimName")).line == 6
    assert at(("spec", "containers", 0, "volumeMounts", 0, "mountPath")).line == 4
    assert at(("spec", "containers", 0, "volumeMounts", 0, "name")).line == 3


def test_labels_are_those_of_the_pod() -> None:
    found = profile("labels: {team: vision}").fragment
    assert found.template == {"metadata": {"labels": {"team": "vision"}}}


def test_texts_are_meant_as_they_stand() -> None:
    text = "[{name: A, value: '{{ user }} {% if %} {# #}'}]"
    found = profile(f"env: {text}").fragment
    made = compile_fragment(found.template, found.origin.at).evaluate({})
    [container] = made["spec"]["containers"]
    assert container["env"] == [{"name": "A", "value": "{{ user }} {% if %} {# #}"}]


@pytest.mark.parametrize(
    "service", ["spark", "it's", 'a "b"', "a}} {{ b", "a\\b", "é😀", "%}{#", "{{", "}}", "#}"]
)
def test_what_a_service_gives_back_is_a_variable(service: str) -> None:
    variable = "A}}B" if "}}" in service else "SPARK_CLUSTER"
    quoted = [each.replace("\\", "\\\\").replace('"', '\\"') for each in (service, variable)]
    text = f'services: {{"{quoted[0]}": {{return: {{"{quoted[1]}": metadata.name}}}}}}'
    [found] = profile(text).services
    assert found.fragment is not None
    compiled = compile_fragment(found.fragment.template, found.fragment.origin.at)

    def told(services: dict[str, Any]) -> Any:
        return compiled.evaluate({"services": services})["spec"]["containers"][0]["env"]

    assert told({service: {variable: "spark-1"}}) == [{"name": variable, "value": "spark-1"}]
    assert told({service: {}}) == told({}) == [{"name": variable, "value": ""}]


def test_a_size_says_all_that_a_profile_may() -> None:
    text = """\
sizes:
- name: X Large
  description: for much
  resources: {limits: {memory: 8Gi}}
  node_tolerations: [{key: large}]
"""
    [size] = profiles_of(text).sizes
    assert isinstance(size, Size)
    assert (str(size.fragment), size.description) == ("Size X Large", "for much")
    same = {"memory": "8Gi"}
    assert size.resources == {"requests": same, "limits": same}
    assert main(size.fragment) == {"env": [MEM_LIMIT], "resources": size.resources}
    assert size.fragment.template["spec"]["tolerations"] == [{"key": "large"}]
    assert size.fragment.scheduling is Scheduling.ADD


def test_types_of_gpus_add_their_tolerations() -> None:
    text = """\
gpuTypes:
- type: a
  node_tolerations:
  - key: one
  - key: two
- type: b
- type: c
  node_tolerations: [{key: three}]
"""
    fragment = profiles_of(text).gpu_types
    assert fragment is not None
    keys = [each["key"] for each in fragment.template["spec"]["tolerations"]]
    assert keys == ["one", "two", "three"]
    assert fragment.scheduling is Scheduling.ADD
    assert fragment.origin.at(("spec", "tolerations", 2, "key")).line == 8
    assert str(fragment) == "GpuTypes file.yaml"


@pytest.mark.parametrize("users", ["", "[]", "['*']", "[alice, '*']"])
def test_a_profile_without_users_is_for_everybody(users: str) -> None:
    assert profile(f"users: {users}").users == frozenset()


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata: {}\n"


@pytest.mark.parametrize(
    ("metadata", "is_labelled"),
    [
        ("jupyter-singleuser-profiles", False),
        ("a, labels: {jupyterhub.opendatahub.io/user: profile}", True),
        ("a, labels: {jupyterhub: singleuser-profiles}", True),
        ("a, namespace: odh, labels: {jupyterhub: singleuser-profiles, a: b}", True),
    ],
)
def test_a_name_or_a_label_makes_a_config_map_one_of_profiles(
    metadata: str,
    is_labelled: bool,
) -> None:
    data = "{jupyterhub-singleuser-profiles.yaml: 'profiles: [{name: a}]'}"
    found = profiles_of(MAP.format(metadata, data))
    assert found.name == metadata.partition(",")[0]
    assert found.namespace == ("odh" if "odh" in metadata else "")
    assert found.is_labelled == is_labelled
    assert [each.name for each in found.profiles] == ["a"]


@pytest.mark.parametrize(
    "metadata", ["a", "a, labels: {jupyterhub: other}", "a, labels: {app: profile}", "a, labels: "]
)
def test_any_other_config_map_holds_templates(metadata: str) -> None:
    [result] = read(MAP.format(metadata, "{x: 'kind: {{ a }}'}"))
    assert isinstance(result.item, Templates)
    assert result.problems == ()
    assert {key: text.value for key, text in result.item.texts.items()} == {"x": "kind: {{ a }}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            MAP.format("jupyter-singleuser-profiles", "{profiles.yaml: ''}"),
            "file.yaml:4:1: error: the ConfigMap is one of profiles, and its data has no"
            ' "jupyterhub-singleuser-profiles.yaml"\n'
            '  expected: the key "jupyterhub-singleuser-profiles.yaml", with profiles as its text\n'
            "  there: file.yaml:3:12\n"
            '  hint: its data has "profiles.yaml"',
        ),
        (
            MAP.format("jupyter-singleuser-profiles", ""),
            "file.yaml:1:1: error: the ConfigMap is one of profiles, and its data has no"
            ' "jupyterhub-singleuser-profiles.yaml"\n'
            '  expected: the key "jupyterhub-singleuser-profiles.yaml", with profiles as its text\n'
            "  there: file.yaml:3:12",
        ),
        (
            in_map("profiles: []\n---\nsizes: []\n"),
            "file.yaml:8:5: error: jupyterhub-singleuser-profiles.yaml holds more than one"
            " document\n  expected: one document",
        ),
        (
            in_map("# nothing\n"),
            "file.yaml:5:3: warning: jupyterhub-singleuser-profiles.yaml holds nothing",
        ),
        (
            in_map("- profiles: []\n"),
            "file.yaml:6:5: error: the document is a list\n  expected: a mapping",
        ),
        (
            in_map("profiles:\n- env:\n  - {nme: A}\n"),
            'file.yaml:8:9: error: "name" is missing in item 1 of env\n'
            '  expected: a name without spaces or "="\n'
            '  hint: for example "name: PIP_INDEX_URL"',
        ),
        (
            in_map("profiles:\n- resources: {cpu_limit: 1, limits: {cpu: 2}}\n"),
            "file.yaml:7:19: warning: cpu_limit is taken, and the cpu of limits is not\n"
            "  there: file.yaml:7:42\n"
            "  hint: remove cpu_limit, or the cpu of limits",
        ),
        (
            in_map("profiles:\n- nodeTolerations: []\n"),
            'file.yaml:7:7: warning: unknown field "nodeTolerations" in item 1 of profiles is'
            " ignored\n"
            "  expected: env, gpu, images, labels, name, node_affinity, node_tolerations,"
            " resources, services, users or volumes\n"
            '  hint: did you mean "node_tolerations"?',
        ),
        (
            "apiVersion: v1\nkind: Lst\nitems: []\n",
            'file.yaml:2:1: error: "Lst" of "v1" is nothing that is read here',
        ),
        (
            "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {}\n",
            'file.yaml:3:1: error: "name" is missing in metadata',
        ),
        (
            "apiVersion: apps/v1\nkind: Build\n",
            'file.yaml:1:1: error: apiVersion of a Build cannot be "apps/v1"\n'
            "  expected: build.openshift.io/v1",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, said: str) -> None:
    [result] = read(text)
    [problem] = result.problems
    assert str(problem).startswith(said)
    assert (result.item is None) == (problem.severity is Severity.ERROR)


def test_what_a_cluster_adds_is_ignored() -> None:
    text = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: jupyter-singleuser-profiles
  uid: 9d1a
  creationTimestamp: "2024-01-01T00:00:00Z"
  managedFields: [{manager: kubectl}]
  ownerReferences: []
data: {jupyterhub-singleuser-profiles.yaml: "profiles: []"}
"""
    assert profiles_of(text).profiles == ()


ITEM = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: text}}"


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("apiVersion: v1\nkind: List", ITEM),
        ("apiVersion: v1\nkind: ConfigMapList", ITEM),
        ("apiVersion: v1\nkind: ConfigMapList", "{metadata: {name: a}, data: {x: text}}"),
    ],
)
def test_lists_are_taken_apart(head: str, item: str) -> None:
    one, two = read(f"{head}\nmetadata: {{}}\nitems:\n- {item}\n- {item}\n")
    assert isinstance(one.item, Templates)
    assert isinstance(two.item, Templates)
    assert one.problems == two.problems == ()
    assert (one.kind, str(one.name)) == ("ConfigMap", "a")
    at = two.item.origin.at(("data", "x"))
    assert (at.line, at.column) == (6, 3 + item.index("x: text"))


@pytest.mark.parametrize(
    "kind", ["image.openshift.io/v1 ImageStream", "build.openshift.io/v1 Build"]
)
def test_lists_of_openshift_are_taken_apart_too(kind: str) -> None:
    version, name = kind.split()
    text = (
        f"apiVersion: {version}\nkind: {name}List\nitems:\n- metadata: {{name: a, namespace: b}}\n"
    )
    [result] = read(text)
    assert isinstance(result.item, ImageStream)
    assert (result.item.kind, result.item.namespace, result.item.name) == (name, "b", "a")


def test_a_list_may_hold_everything_that_is_read_here() -> None:
    metadata = "metadata: {name: a, namespace: b}"
    size = f"{{apiVersion: jackhoman.dev/v1beta1, kind: Size, {metadata}, spec: {{}}}}"
    inner = f"{{apiVersion: v1, kind: List, items: [{size}]}}"
    found = read(f"apiVersion: v1\nkind: List\nitems: [{size}, {ITEM}, {inner}, 1]\n")
    assert [type(each.item).__name__ for each in found] == ["Size", "Templates", "Size", "NoneType"]
    [problem] = found[-1].problems
    assert str(problem).startswith("file.yaml:3:")
    assert problem.message == "this is no object of Kubernetes"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("{}", []),
        ("[]", []),
        ("", []),
        ("{a: b}", ["items is a mapping"]),
        ("all", ["items is a string"]),
    ],
)
def test_a_list_of_nothing_is_nothing(items: str, said: list[str]) -> None:
    found = read(f"apiVersion: v1\nkind: List\nitems: {items}\n")
    assert [each.message for result in found for each in result.problems] == said
