"""A profile applied to a pod: the same, whether it is a dictionary or a model of a client."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import kubernetes.client
import kubernetes_asyncio.client
import pytest
from kubespawner.objects import make_pod  # type: ignore[import-untyped]

from renderer.errors import UsageError
from renderer.names import is_label_value
from renderer.singleuser import SingleuserProfiles
from tests.singleuser.kinds import KINDS, json_of, pod_of

USER = "jupyterhub.opendatahub.io/user"
NAMED = {"name": "JUPYTERHUB_USER_NAME", "value": "alice@x"}
LABELS = {USER: "alice-40x"}
GPU = "nvidia.com/gpu"
TOLERATION = {"key": "a", "operator": "Exists"}
OTHER = {"key": "b", "operator": "Exists"}
TYPES: list[dict[str, Any]] = [
    {"type": "one", "node_tolerations": [{"key": "one", "operator": "Exists"}]},
    {"type": "two", "node_tolerations": [{"key": "two", "operator": "Exists"}]},
    {"type": "two", "node_tolerations": [{"key": "three", "operator": "Exists"}]},
    {"type": "none"},
]


def required(*keys: str) -> dict[str, Any]:
    expressions = [{"key": key, "operator": "Exists"} for key in keys]
    return {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": expressions}]
        }
    }


def pod(
    main: dict[str, Any] | None = None, spec: dict[str, Any] | None = None, **metadata: Any
) -> dict[str, Any]:
    """A pod with one container that has a name, and what is given."""
    return {
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": [{"name": "notebook", **(main or {})}], **(spec or {})},
    }


def applied_pod(
    main: dict[str, Any] | None = None, spec: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The same, with what every profile adds."""
    nodes = {"tolerations": [], "affinity": {"nodeAffinity": {}}}
    return pod({"env": [NAMED], **(main or {})}, {**nodes, **(spec or {})}, labels=LABELS)


def both_sides(amounts: dict[str, str]) -> dict[str, Any]:
    return {"requests": amounts, "limits": amounts}


CASES = [
    pytest.param(pod(), {}, applied_pod(), id="an empty profile"),
    pytest.param(
        pod(labels={"app": "jupyterhub", USER: "old"}),
        {"labels": {"team": 7}},
        {
            **applied_pod(),
            "metadata": {"name": "p", "labels": {"app": "jupyterhub", **LABELS, "team": "7"}},
        },
        id="labels",
    ),
    pytest.param(
        pod({"env": [{"name": "A", "value": "old"}, {"name": "B", "value": "b"}]}),
        {"env": [{"name": "C", "value": "c"}, {"name": "A", "value": "new"}]},
        applied_pod({
            "env": [
                {"name": "A", "value": "new"},
                {"name": "B", "value": "b"},
                {"name": "C", "value": "c"},
                NAMED,
            ]
        }),
        id="a variable that is replaced stays in its place",
    ),
    pytest.param(
        pod({"env": [{"name": "URL", "value": "http://$(HOST)"}]}),
        {"env": {"HOST": "hub", "PORT": 80}},
        applied_pod({
            "env": [
                {"name": "HOST", "value": "hub"},
                {"name": "URL", "value": "http://$(HOST)"},
                {"name": "PORT", "value": "80"},
                NAMED,
            ]
        }),
        id="a variable stands behind those it refers to",
    ),
    pytest.param(
        pod({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}),
        {"env": [{"name": "A", "value": "plain"}]},
        applied_pod({"env": [{"name": "A", "value": "plain"}, NAMED]}),
        id="a value instead of a reference",
    ),
    pytest.param(
        pod({"env": [{"name": NAMED["name"], "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]}),
        {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
        applied_pod({
            "env": [
                NAMED,
                {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            ]
        }),
        id="the name of the user",
    ),
    pytest.param(
        pod({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"x.y/z": "1"}}}),
        {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "4Gi", "cpu": 2}}},
        applied_pod({
            "resources": {
                "requests": {"cpu": "1", "memory": "2Gi"},
                "limits": {"x.y/z": "1", "memory": "4Gi", "cpu": "2"},
            },
            "env": [{"name": "MEM_LIMIT", "value": "4294967296"}, NAMED],
        }),
        id="resources by name, and the limit of the memory",
    ),
    pytest.param(
        pod({"env": [{"name": "MEM_LIMIT", "value": "1"}]}),
        {"resources": {"mem_limit": "1Gi"}},
        applied_pod({
            "resources": both_sides({"memory": "1Gi"}),
            "env": [{"name": "MEM_LIMIT", "value": "1073741824"}, NAMED],
        }),
        id="a raw profile with legacy resources",
    ),
    pytest.param(
        pod(),
        {"resources": {"requests": {"cpu": "1"}, "claims": [{"name": "c"}]}},
        applied_pod({"resources": {**both_sides({"cpu": "1"}), "claims": [{"name": "c"}]}}),
        id="no limit of memory, no variable",
    ),
    pytest.param(
        pod(
            {"volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}]},
            {"volumes": [{"name": "home", "emptyDir": {}}]},
        ),
        {
            "volumes": [
                {
                    "name": "dataset",
                    "persistentVolumeClaim": {"claimName": "example", "readOnly": True},
                    "mountPath": "/data",
                },
                {"name": "Etc", "configMap": {"name": "etc"}, "subPath": "a", "mountPath": "etc"},
                {"name": "tmp", "emptyDir": {"medium": "Memory"}},
            ]
        },
        applied_pod(
            {
                "volumeMounts": [
                    {"name": "home", "mountPath": "/home/jovyan"},
                    {"name": "dataset", "mountPath": "/data"},
                    {"name": "etc", "mountPath": "/home/jovyan/etc", "subPath": "a"},
                    {"name": "tmp", "mountPath": "/home/jovyan/tmp"},
                ]
            },
            {
                "volumes": [
                    {"name": "home", "emptyDir": {}},
                    {
                        "name": "dataset",
                        "persistentVolumeClaim": {"claimName": "example", "readOnly": True},
                    },
                    {"name": "etc", "configMap": {"name": "etc"}},
                    {"name": "tmp", "emptyDir": {"medium": "Memory"}},
                ]
            },
        ),
        id="volumes",
    ),
    pytest.param(
        pod(
            {"volumeMounts": [{"name": "old", "mountPath": "/data"}]},
            {"volumes": [{"name": "data", "emptyDir": {}}]},
        ),
        {"volumes": [{"name": "data", "secret": {"secretName": "s"}, "mountPath": "/data"}]},
        applied_pod(
            {"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
            {"volumes": [{"name": "data", "secret": {"secretName": "s"}}]},
        ),
        id="a volume and a mount of which the pod has another one",
    ),
    pytest.param(
        pod(
            spec={
                "tolerations": [TOLERATION],
                "affinity": {"nodeAffinity": required("a"), "podAffinity": {}},
            }
        ),
        {"node_tolerations": [TOLERATION, OTHER], "node_affinity": required("b")},
        applied_pod(
            spec={
                "tolerations": [TOLERATION, OTHER],
                "affinity": {"nodeAffinity": required("a", "b"), "podAffinity": {}},
            }
        ),
        id="tolerations and affinity",
    ),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("manifest", "profile", "wanted"), CASES)
def test_a_profile_is_applied_to_a_pod(
    kind: str, manifest: dict[str, Any], profile: dict[str, Any], wanted: dict[str, Any]
) -> None:
    before, made = deepcopy(profile), pod_of(kind, manifest)
    for _ in range(2):
        result = SingleuserProfiles.apply_pod_profile("alice@x", made, profile, [], "/home/jovyan")
        assert result is made
        assert json_of(made) == wanted
    assert profile == before


GPU_CASES = [
    pytest.param({"gpu": 0}, {}, applied_pod(), id="none"),
    pytest.param({"gpu": "0"}, {"gpu_mode": "privileged"}, applied_pod(), id="none, as text"),
    pytest.param({}, {"gpu_mode": "selinux"}, applied_pod(), id="not said"),
    pytest.param({"gpu": None}, {}, applied_pod(), id="a null"),
    pytest.param(
        {"gpu": 2, "node_tolerations": [TOLERATION]},
        {},
        applied_pod(
            {"resources": both_sides({GPU: "2"})},
            {
                "tolerations": [
                    *TYPES[0]["node_tolerations"],
                    *TYPES[1]["node_tolerations"],
                    *TYPES[2]["node_tolerations"],
                    TOLERATION,
                ]
            },
        ),
        id="of any type",
    ),
    pytest.param(
        {"gpu": "1", "resources": {"limits": {"cpu": "1"}}},
        {"selected_gpu_type": "two"},
        applied_pod(
            {"resources": both_sides({"cpu": "1", GPU: "1"})},
            {"tolerations": TYPES[1]["node_tolerations"]},
        ),
        id="of one type",
    ),
    pytest.param(
        {"gpu": 1},
        {"selected_gpu_type": "none"},
        applied_pod({"resources": both_sides({GPU: "1"})}),
        id="of a type without tolerations",
    ),
    pytest.param(
        {"gpu": 1},
        {"gpu_mode": "selinux", "selected_gpu_type": "none"},
        applied_pod(
            {
                "resources": both_sides({GPU: "1"}),
                "securityContext": {"capabilities": {"drop": ["ALL"]}},
            },
            {"securityContext": {"seLinuxOptions": {"type": "nvidia_container_t"}}},
        ),
        id="with SELinux",
    ),
    pytest.param(
        {"gpu": 1},
        {"gpu_mode": "privileged", "selected_gpu_type": "none"},
        applied_pod({"resources": both_sides({GPU: "1"}), "securityContext": {"privileged": True}}),
        id="privileged",
    ),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("profile", "options", "wanted"), GPU_CASES)
def test_gpus_come_with_what_their_nodes_ask_for(
    kind: str, profile: dict[str, Any], options: dict[str, Any], wanted: dict[str, Any]
) -> None:
    before, made = deepcopy((profile, TYPES)), pod_of(kind, pod())
    for _ in range(2):
        SingleuserProfiles.apply_pod_profile("alice@x", made, profile, TYPES, "/x", **options)
        assert json_of(made) == wanted
    assert before == (profile, TYPES)


@pytest.mark.parametrize("kind", KINDS)
def test_security_contexts_keep_what_they_say_already(kind: str) -> None:
    contexts = pod(
        {
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "runAsUser": 1000,
                "capabilities": {"add": ["CHOWN"], "drop": ["KILL"]},
            }
        },
        {"securityContext": {"fsGroup": 100, "seLinuxOptions": {"level": "s0", "type": "x"}}},
    )
    confined, free = pod_of(kind, contexts), pod_of(kind, contexts)
    for mode, made in (("selinux", confined), ("privileged", free)):
        SingleuserProfiles.apply_gpu_config(mode, {"gpu": 1}, None, made, "ALL")
    spec = json_of(confined)["spec"]
    assert spec["securityContext"] == {
        "fsGroup": 100,
        "seLinuxOptions": {"level": "s0", "type": "nvidia_container_t"},
    }
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "runAsUser": 1000,
        "capabilities": {"add": ["CHOWN"], "drop": ["ALL"]},
    }
    spec = json_of(free)["spec"]
    assert spec["securityContext"] == contexts["spec"]["securityContext"]
    assert spec["containers"][0]["securityContext"] == {
        "privileged": True,
        "runAsUser": 1000,
        "capabilities": {"add": ["CHOWN"], "drop": ["KILL"]},
    }


RICH: dict[str, Any] = {
    "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
    "resources": {"limits": {"memory": "1Gi"}},
    "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
    "node_tolerations": [TOLERATION],
    "node_affinity": required("a"),
    "gpu": 1,
}


@pytest.mark.parametrize("client", [kubernetes.client, kubernetes_asyncio.client])
def test_what_is_put_into_a_model_is_a_model_of_the_same_client(client: Any) -> None:
    made = pod_of(client.__name__.removesuffix(".client"), pod())
    SingleuserProfiles.apply_pod_profile("alice@x", made, RICH, TYPES, "/x", "selinux")
    main, spec = made.spec.containers[0], made.spec
    affinity = spec.affinity.node_affinity
    terms = affinity.required_during_scheduling_ignored_during_execution.node_selector_terms
    found = [
        (spec.volumes[0], "V1Volume"),
        (spec.volumes[0].persistent_volume_claim, "V1PersistentVolumeClaimVolumeSource"),
        (spec.tolerations[0], "V1Toleration"),
        (terms[0].match_expressions[0], "V1NodeSelectorRequirement"),
        (spec.security_context.se_linux_options, "V1SELinuxOptions"),
        (main.env[0].value_from.secret_key_ref, "V1SecretKeySelector"),
        (main.resources, "V1ResourceRequirements"),
        (main.volume_mounts[0], "V1VolumeMount"),
        (main.security_context.capabilities, "V1Capabilities"),
    ]
    assert [type(value) for value, _ in found] == [getattr(client, name) for _, name in found]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_and_stays_is_not_made_anew(kind: str) -> None:
    made = pod_of(kind, pod({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}))
    main = made["spec"]["containers"][0] if kind == "dictionary" else made.spec.containers[0]
    env = main["env"] if kind == "dictionary" else main.env
    first = env[0]
    SingleuserProfiles.apply_pod_profile("u", made, {"env": {"B": "3"}}, [], "/x")
    assert (main["env"] if kind == "dictionary" else main.env)[0] is first


def test_a_field_that_a_client_does_not_know_yet_is_handed_on() -> None:
    made = pod_of("kubernetes_asyncio", pod())
    strange = {"key": "a", "operator": "Exists", "fromTomorrow": {"x": 1}}
    SingleuserProfiles.apply_pod_schedulers([strange, OTHER], {"fromTomorrow": 1}, made)
    assert json_of(made)["spec"]["tolerations"] == [strange, OTHER]
    assert json_of(made)["spec"]["affinity"] == {"nodeAffinity": {"fromTomorrow": 1}}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("kind", KINDS)
def test_containers_may_be_dictionaries_in_a_model(kind: str) -> None:
    made = pod_of(kind, pod())
    spec = made["spec"] if kind == "dictionary" else made.spec
    containers = spec["containers"] if kind == "dictionary" else spec.containers
    containers.append({"name": "side"})
    containers.append({"name": "other", "env": [{"name": "JUPYTERHUB_USER_NAME", "value": "x"}]})
    SingleuserProfiles.apply_pod_profile("alice@x", made, {"env": {"A": "1"}}, [], "/x")
    assert [each["env"] for each in json_of(made)["spec"]["containers"]] == [
        [{"name": "A", "value": "1"}, NAMED],
        [NAMED],
        [NAMED],
    ]


@pytest.mark.parametrize("kind", ["kubernetes", "kubernetes_asyncio"])
def test_the_main_container_may_be_a_dictionary_in_a_model(kind: str) -> None:
    made = pod_of(kind, pod())
    made.spec.containers[0] = {"name": "notebook", "env": None, "resources": None}
    SingleuserProfiles.apply_pod_profile("alice@x", made, RICH, TYPES, "/x", "privileged")
    main = made.spec.containers[0]
    wanted = pod_of("dictionary", pod())
    SingleuserProfiles.apply_pod_profile("alice@x", wanted, RICH, TYPES, "/x", "privileged")
    assert main == wanted["spec"]["containers"][0]


def test_a_pod_as_kubespawner_makes_it_keeps_what_kubespawner_gave_it() -> None:
    """Its security contexts are dictionaries inside of models; its amounts may be numbers."""
    made = make_pod(
        name="jupyter-alice",
        cmd=["jupyterhub-singleuser"],
        port=8888,
        image="x",
        uid=1000,
        fs_gid=100,
        env={"JUPYTERHUB_API_URL": "x", "MEM_LIMIT": "1"},
        cpu_guarantee=0.5,
        mem_limit="1G",
        volumes=[{"name": "home", "emptyDir": {}}],
        volume_mounts=[{"name": "home", "mountPath": "/home/jovyan"}],
    )
    SingleuserProfiles.apply_pod_profile("alice@x", made, RICH, [], "/home/jovyan", "selinux")
    spec = json_of(made)["spec"]
    assert spec["securityContext"]["fsGroup"] == 100
    main = spec["containers"][0]
    assert main["securityContext"]["runAsUser"] == 1000
    assert main["resources"] == {
        "requests": {"cpu": 0.5, "memory": "1Gi", GPU: "1"},
        "limits": {"memory": "1Gi", GPU: "1"},
    }
    assert [each["name"] for each in main["env"]] == [
        "JUPYTERHUB_API_URL",
        "MEM_LIMIT",
        "A",
        "JUPYTERHUB_USER_NAME",
    ]
    assert main["env"][1]["value"] == "1073741824"


@pytest.mark.parametrize(
    ("username", "label"),
    [
        ("vpavlin@redhat.com", "vpavlin-40redhat-2ecom"),
        ("Alice", "-41lice"),
        ("alice", "alice"),
        ("-", "-2d"),
        ("é" * 40, None),
    ],
)
def test_the_user_is_told_by_a_label_that_an_api_server_takes(
    username: str, label: str | None
) -> None:
    made = pod()
    SingleuserProfiles.apply_pod_profile(username, made, {}, [], "/x")
    found = made["metadata"]["labels"][USER]
    assert is_label_value(found)
    if label and is_label_value(label):
        assert found == label


@pytest.mark.parametrize("kind", KINDS)
def test_the_profile_and_the_pod_share_nothing(kind: str) -> None:
    profile, made = deepcopy(RICH), pod_of(kind, pod())
    SingleuserProfiles.apply_pod_profile("alice@x", made, profile, TYPES, "/x")
    before = json_of(made)
    profile["env"][0]["valueFrom"]["secretKeyRef"]["name"] = "changed"
    profile["volumes"][0]["persistentVolumeClaim"]["claimName"] = "changed"
    profile["node_tolerations"][0]["key"] = "changed"
    (required_terms,) = profile["node_affinity"].values()
    required_terms["nodeSelectorTerms"][0]["matchExpressions"][0]["key"] = "changed"
    assert json_of(made) == before


@pytest.mark.parametrize("gpus", ["many", "1.5", True, [1]])
def test_a_number_of_gpus_that_is_none_is_said_in_words(gpus: Any) -> None:
    with pytest.raises(UsageError, match="gpu must be a whole number"):
        SingleuserProfiles.apply_gpu_config(None, {"gpu": gpus}, [], pod(), "ALL")


def test_a_pod_without_containers_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="no container"):
        SingleuserProfiles.apply_pod_profile("a", {}, RICH, [], "/x")
