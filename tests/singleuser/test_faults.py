"""Faults that jupyterhub-singleuser-profiles is known for, each of them mended here."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from controlplane.cluster import Cluster

from renderer.singleuser import SingleuserProfiles, services
from renderer.singleuser import profiles as library
from tests.singleuser.kinds import KINDS, json_of, pod_of

IMAGE = "x:1"
GPU = "nvidia.com/gpu"


def merged(*profiles: dict[str, Any]) -> dict[str, Any]:
    made = SingleuserProfiles()
    made.profiles = list(profiles)
    return made.get_merged_profile(IMAGE)


def applied(profile: dict[str, Any], kind: str = "dictionary", **pod: Any) -> Any:
    """The pod after the profile, as JSON."""
    manifest = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}, **pod}
    made = pod_of(kind, manifest)
    SingleuserProfiles.apply_pod_profile("alice", made, profile, [], "/home", "privileged")
    return json_of(made)


def test_the_first_profile_need_not_say_anything_of_resources() -> None:
    second = {"name": "b", "resources": {"limits": {"cpu": "1"}}}
    assert merged({"name": "a"}, second)["resources"]["requests"] == {"cpu": "1"}
    assert merged({"name": "a"}, {"name": "b"})["resources"] == {}
    assert merged({"name": "a", "resources": None})["resources"] == {}


def test_the_cpu_of_one_profile_outlives_the_memory_of_another() -> None:
    found = merged(
        {"resources": {"requests": {"cpu": "1"}}}, {"resources": {"requests": {"memory": "1Gi"}}}
    )
    assert found["resources"]["requests"] == {"cpu": "1", "memory": "1Gi"}


def test_variables_and_tolerations_are_listed_once() -> None:
    profile = {"env": [{"name": "A", "value": "1"}], "node_tolerations": [{"key": "a"}]}
    found = merged(profile, profile)
    assert (found["env"], found["node_tolerations"]) == (
        profile["env"],
        profile["node_tolerations"],
    )
    spec = applied(found, spec={"containers": [{"name": "c", "env": profile["env"]}]})["spec"]
    assert [each["name"] for each in spec["containers"][0]["env"]] == ["A", "JUPYTERHUB_USER_NAME"]


def test_what_is_merged_or_applied_is_not_changed() -> None:
    profiles: list[Any] = [
        {"env": {"A": 1}, "resources": {"mem_limit": "1Gi"}},
        {"env": {"B": 2}, "resources": {"requests": {"cpu": "1"}}},
    ]
    before = deepcopy(profiles)
    SingleuserProfiles.merge_profiles(*profiles)
    applied(profiles[0])
    assert profiles == before


def affinity(key: str) -> dict[str, Any]:
    terms = [{"matchExpressions": [{"key": key, "operator": "Exists"}]}]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def keys_of(node_affinity: dict[str, Any]) -> list[str]:
    (required,) = node_affinity.values()
    (term,) = required["nodeSelectorTerms"]
    return [each["key"] for each in term["matchExpressions"]]


@pytest.mark.parametrize("kind", KINDS)
def test_no_node_affinity_is_lost_behind_another(kind: str) -> None:
    profile = merged({"node_affinity": affinity("a")}, {"node_affinity": affinity("b")})
    assert keys_of(profile["node_affinity"]) == ["a", "b"]
    spec = {"containers": [{"name": "c"}], "affinity": {"nodeAffinity": affinity("own")}}
    found = applied(profile, kind, spec=spec)["spec"]["affinity"]["nodeAffinity"]
    assert keys_of(found) == ["own", "a", "b"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "container",
    [
        {},
        {"env": None, "resources": None, "securityContext": None, "volumeMounts": None},
        {"resources": {"limits": None, "requests": None}},
    ],
)
def test_what_is_null_in_the_pod_is_as_if_it_were_not_there(
    kind: str, container: dict[str, Any]
) -> None:
    spec = {
        "containers": [{"name": "c", **container}],
        "affinity": None,
        "tolerations": None,
        "volumes": None,
        "securityContext": None,
    }
    profile = {
        "gpu": 1,
        "resources": {"limits": {"memory": "1Gi"}},
        "volumes": [{"name": "v", "emptyDir": {}}],
        "node_tolerations": [{"key": "a", "operator": "Exists"}],
        "node_affinity": affinity("a"),
    }
    found = applied(profile, kind, spec=spec, metadata={"name": "p", "labels": None})
    main = found["spec"]["containers"][0]
    assert main["resources"]["limits"] == {"memory": "1Gi", GPU: "1"}
    assert main["securityContext"] == {"privileged": True}
    assert main["volumeMounts"] == [{"name": "v", "mountPath": "/home/v"}]
    assert found["metadata"]["labels"] == {"jupyterhub.opendatahub.io/user": "alice"}
    assert found["spec"].get("securityContext") is None


def test_a_profile_that_says_nothing_of_nodes_leaves_both_fields_empty() -> None:
    spec = applied({})["spec"]
    assert (spec["tolerations"], spec["affinity"]) == ([], {"nodeAffinity": {}})


USERS = ("alice", "vpavlin@redhat.com", "Ünal", "-", "a" * 80, "CN=Alice/O=x")


@pytest.mark.cluster
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["privileged", "selinux"])
def test_an_api_server_takes_the_pod_of_whoever_it_is_for(
    cluster: Cluster, kind: str, mode: str
) -> None:
    """KubeSpawner forbids that privileges are escalated, which no privileged container may."""
    own = {"allowPrivilegeEscalation": False}
    container = {"name": "notebook", "image": "x", "securityContext": own}
    manifest = {
        "metadata": {"name": "p"},
        "spec": {"containers": [container, {"name": "side", "image": "y"}]},
    }
    profile = merged(
        {
            "gpu": "2",
            "env": {"PORT": 80, "DEBUG": True},
            "volumes": [
                {"name": "My data", "persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
                {"name": "my.etc", "configMap": {"name": "etc"}, "subPath": "a"},
            ],
            "resources": {"mem_limit": "1Gi", "limits": {"cpu": 2}},
            "node_affinity": affinity("a"),
        },
        {"node_affinity": affinity("b"), "node_tolerations": [{"key": "a", "operator": "Exists"}]},
    )
    sent = []
    for index, user in enumerate(USERS):
        made = pod_of(kind, manifest)
        SingleuserProfiles.apply_pod_profile(user, made, profile, [], "/home/jovyan", mode)
        sent.append({"apiVersion": "v1", "kind": "Pod", **json_of(made)})
        sent[-1]["metadata"]["name"] = f"p{index}"
    cluster.apply('{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}')
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": sent})
    options = ("--dry-run=server", "--output=json", "--filename=-")
    created = cluster.kubectl("create", *options, stdin=listed).replace("\n}\n{", "\n},{")
    for user, pod in zip(USERS, json.loads(f"[{created}]"), strict=True):
        main = pod["spec"]["containers"][0]
        assert main["resources"]["limits"] == {"cpu": "2", "memory": "1Gi", GPU: "2"}
        assert {"name": "JUPYTERHUB_USER_NAME", "value": user} in main["env"]


def test_services_are_deployed_only_where_a_profile_wants_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(library, "Cluster", lambda *_: "the cluster")
    monkeypatch.setattr(services, "deploy", lambda *given: calls.append(given))
    monkeypatch.setattr(services, "clean", lambda *given: calls.append(given))
    made = SingleuserProfiles()
    made.profiles = [{"users": ["alice"], "services": {"spark": {"resources": []}}}]
    made.setup_services("spawner", IMAGE, "bob")
    assert calls == []
    made.setup_services("spawner", IMAGE, "alice")
    made.clean_services("spawner", "alice")
    assert calls == [
        ("the cluster", {"spark": {"resources": []}}, "spawner", "alice", {}),
        ("the cluster", "spawner", "alice"),
    ]


def test_images_are_what_the_cluster_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Streams:
        def image_streams(self) -> list[dict[str, Any]]:
            return [
                {
                    "kind": "ImageStream",
                    "metadata": {
                        "name": "s2i-minimal-notebook",
                        "labels": {"opendatahub.io/notebook-image": "true"},
                    },
                    "spec": {"tags": [{"name": "3.6"}]},
                }
            ]

        def builds(self) -> list[dict[str, Any]]:
            return []

    monkeypatch.setattr(library, "Cluster", lambda *_: Streams())
    (image,) = SingleuserProfiles().get_images()
    assert image["name"] == "s2i-minimal-notebook"
    assert [tag["name"] for tag in image["tags"]] == ["3.6"]


@pytest.mark.parametrize(
    ("given", "path"), [("/data", "/data"), ("./data", "/home/./data"), (None, "/home/v")]
)
def test_the_path_of_a_volume_is_below_the_default(given: str | None, path: str) -> None:
    assert SingleuserProfiles.generate_volume_path(given, "/home", "v") == path


def test_the_limit_of_memory_is_told_in_bytes() -> None:
    assert SingleuserProfiles.get_mem_limit("1.5Gi") == "1610612736"
