"""Profiles of a JupyterHub become Templates; their options become images, Sizes and PodDefaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from renderer.yamlio import emit
from tests.imports.trees import Import, Imported, env_of, main_of


def choosing(done: Imported, template: str, name: str = "it", **chosen: Any) -> Mapping[str, Any]:
    """The pod of a Notebook of an imported Template."""
    value = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": name, "namespace": "lab"},
        "spec": {
            "owner": "alice@example.com",
            "templateRef": {"name": template, "namespace": "jupyterhub"},
            **chosen,
        },
    }
    path = done.tree / f"notebooks/lab/{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(emit(value))
    assert done.problems() == []
    pod = done.pods()[f"lab/{name}"]
    path.unlink()
    return pod


def hub(**singleuser: Any) -> dict[str, Any]:
    return {"singleuser": singleuser}


def profile(**overrides: Any) -> dict[str, Any]:
    return {"display_name": "One", "slug": "one", "kubespawner_override": overrides}


def test_the_sample_passes_check_without_a_word(imported: Import) -> None:
    done = imported("jupyterhub", "values.yaml", "claims.yaml")
    assert done.status == 0
    assert done.problems() == []
    folder = "catalog/jupyterhub"
    assert done.files == {
        "IMPORT.md",
        "octavo.yaml",
        *(f"{folder}/{name}.yaml" for name in ("small", "gpu", "choose")),
        *(f"{folder}/sizes/{name}.yaml" for name in ("mem-1", "mem-8")),
        *(f"{folder}/options/{name}.yaml" for name in ("image-other", "scratch-true")),
        "notebooks/hub/jupyter-alice-example-com-5f194fca.yaml",
    }


def test_what_a_chart_says_without_a_word_is_there(imported: Import) -> None:
    done = imported("jupyterhub", hub())
    pod = choosing(done, "jupyterhub")
    main = main_of(pod)
    assert main["image"] == "quay.io/jupyterhub/k8s-singleuser-sample"
    assert main["resources"] == {"requests": {"memory": "1Gi"}}
    assert main["securityContext"] == {"runAsUser": 1000, "allowPrivilegeEscalation": False}
    assert main["ports"] == [{"name": "notebook-port", "containerPort": 8888}]
    assert pod["spec"]["securityContext"] == {"fsGroup": 100}
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert [each["key"] for each in pod["spec"]["tolerations"]] == [
        "hub.jupyter.org/dedicated",
        "hub.jupyter.org_dedicated",
    ]
    template = done.file("catalog/jupyterhub/jupyterhub.yaml")["spec"]
    assert template["home"] == {"size": "10Gi", "maxSize": "10Gi", "mountPath": "/home/jovyan"}
    assert template["networkPolicy"] is True


SINGLEUSER: list[tuple[dict[str, Any], str, Any]] = [
    ({"image": {"name": "a/b", "tag": "1"}}, "containers.0.image", "a/b:1"),
    ({"image": {"name": "a/b", "pullPolicy": "Always"}}, "containers.0.imagePullPolicy", "Always"),
    ({"image": {"pullSecrets": ["s"]}}, "imagePullSecrets", [{"name": "s"}]),
    ({"cpu": {"limit": 2, "guarantee": 0.5}}, "containers.0.resources.limits.cpu", "2"),
    ({"memory": {"limit": "4G"}}, "containers.0.resources.limits.memory", "4Gi"),
    ({"memory": {"limit": "1.5G"}}, "containers.0.resources.limits.memory", "1.5Gi"),
    ({"memory": {"guarantee": "512M"}}, "containers.0.resources.requests.memory", "512Mi"),
    ({"memory": {"guarantee": 1073741824}}, "containers.0.resources.requests.memory", "1073741824"),
    (
        {"extraResource": {"limits": {"nvidia.com/gpu": 1}}},
        "containers.0.resources.limits",
        {"nvidia.com/gpu": "1"},
    ),
    ({"uid": 0}, "containers.0.securityContext.runAsUser", 0),
    ({"fsGid": 1000}, "securityContext", {"fsGroup": 1000}),
    ({"nodeSelector": {"a": "b"}}, "nodeSelector", {"a": "b"}),
    ({"extraTolerations": [{"key": "x"}]}, "tolerations.2", {"key": "x"}),
    ({"serviceAccountName": "robot"}, "serviceAccountName", "robot"),
    ({"defaultUrl": "/lab"}, "containers.0.args.6", "--ServerApp.default_url=/lab"),
    (
        {"cmd": ["jupyterhub-singleuser", "--collaborative"]},
        "containers.0.args.6",
        "--collaborative",
    ),
    ({"cmd": ["sleep", "9"]}, "containers.0.args", ["sleep", "9"]),
    (
        {"lifecycleHooks": {"preStop": {"exec": {"command": ["a", "{}"]}}}},
        "containers.0.lifecycle.preStop.exec.command",
        ["a", "{}"],
    ),
    (
        {"initContainers": [{"name": "i", "image": "b", "args": ["{username}", "{{ x }}"]}]},
        "initContainers.0.args",
        ["alice-40example-2ecom", "{{ x }}"],
    ),
    ({"extraContainers": {"b": {"name": "s", "image": "b"}}}, "containers.1.name", "s"),
    ({"extraPodConfig": {"dns_policy": "Default"}}, "dnsPolicy", "Default"),
    (
        {
            "extraNodeAffinity": {
                "required": [{"matchExpressions": [{"key": "k", "operator": "Exists"}]}]
            }
        },
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0"
        ".matchExpressions.0.key",
        "k",
    ),
    ({"storage": {"type": "none"}}, "volumes", None),
    (
        {"storage": {"type": "static", "static": {"pvcName": "all"}}},
        "containers.0.volumeMounts.0",
        {"name": "home", "mountPath": "/home/jovyan", "subPath": "alice-40example-2ecom"},
    ),
    (
        {
            "storage": {
                "extraVolumes": {"x": {"name": "v", "emptyDir": {}}},
                "extraVolumeMounts": [{"name": "v", "mountPath": "/v"}],
            }
        },
        "containers.0.volumeMounts.1",
        {"name": "v", "mountPath": "/v"},
    ),
]


def at(value: Any, path: str) -> Any:
    for step in path.split("."):
        if value is None:
            return None
        if not step.isdigit():
            value = value.get(step)
        else:
            value = value[int(step)] if int(step) < len(value) else None
    return value


@pytest.mark.parametrize(("values", "path", "expected"), SINGLEUSER)
def test_values_are_where_kubespawner_would_put_them(
    imported: Import, values: dict[str, Any], path: str, expected: Any
) -> None:
    done = imported("jupyterhub", hub(**values))
    assert at(choosing(done, "jupyterhub")["spec"], path) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"A": "text", "B": 3, "C": True, "D": None}, {"A": "text", "B": "3", "C": "true"}),
        ({"A": {"value": "x"}}, {"A": "x"}),
        ([{"name": "A", "value": "x"}], {"A": "x"}),
        (
            {"A": "{username} of {unescaped_username}"},
            {"A": "alice-40example-2ecom of alice@example.com"},
        ),
        ({"A": "{servername} {nothing} {{ x }}"}, {"A": "it {nothing} {{ x }}"}),
        ({"A": "{hubnamespace}"}, {"A": "lab"}),
    ],
)
def test_variables_are_those_of_the_hub(
    imported: Import, written: Any, expected: dict[str, str]
) -> None:
    found = env_of(choosing(imported("jupyterhub", hub(extraEnv=written)), "jupyterhub"))
    assert found.pop("NB_PREFIX")
    assert found == expected


OVERRIDES: list[tuple[dict[str, Any], str, Any]] = [
    ({"image": "other:1"}, "containers.0.image", "other:1"),
    ({"mem_limit": "2G"}, "containers.0.resources.limits", {"cpu": "1", "memory": "2Gi"}),
    ({"mem_limit": 2147483648.0}, "containers.0.resources.limits.memory", "2147483648"),
    ({"cpu_limit": None}, "containers.0.resources.limits", None),
    ({"environment": {"B": "2"}}, "containers.0.env.2", {"name": "B", "value": "2"}),
    ({"environment": {"A": None}}, "containers.0.env.1", None),
    ({"node_selector": {"b": "2"}}, "nodeSelector", {"a": "1", "b": "2"}),
    ({"tolerations": [{"key": "only"}]}, "tolerations", [{"key": "only"}]),
    ({"privileged": True}, "containers.0.securityContext.privileged", True),
    ({"gid": 5}, "containers.0.securityContext.runAsGroup", 5),
    ({"supplemental_gids": [7]}, "securityContext.supplementalGroups", [7]),
    ({"runtime_class_name": "kata"}, "runtimeClassName", "kata"),
    ({"extra_labels": {"l": "{username}"}}, "metadata.labels.l", "alice-40example-2ecom"),
    ({"extra_annotations": {"n": 1}}, "metadata.annotations.n", "1"),
    ({"working_dir": "/w"}, "containers.0.workingDir", "/w"),
    ({"port": 9999}, "containers.0.ports.0.containerPort", 9999),
    ({"image_pull_secrets": "s"}, "imagePullSecrets", [{"name": "s"}]),
    (
        {"notebook_dir": "/home/{username}"},
        "containers.0.args.6",
        "--ServerApp.root_dir=/home/alice-40example-2ecom",
    ),
    (
        {"container_security_context": {"capabilities": {"drop": ["ALL"]}}},
        "containers.0.securityContext.capabilities.drop",
        ["ALL"],
    ),
    ({"extra_container_config": {"tty": True}}, "containers.0.tty", True),
    (
        {"pod_anti_affinity_preferred": [{"weight": 1, "podAffinityTerm": {"topologyKey": "t"}}]},
        "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight",
        1,
    ),
]


@pytest.mark.parametrize(("overrides", "path", "expected"), OVERRIDES)
def test_a_profile_changes_what_the_hub_says_as_kubespawner_does(
    imported: Import, overrides: dict[str, Any], path: str, expected: Any
) -> None:
    values = hub(
        cpu={"limit": 1},
        extraEnv={"A": "1"},
        nodeSelector={"a": "1"},
        profileList=[profile(**overrides)],
    )
    pod = choosing(imported("jupyterhub", values), "one")
    assert at(pod if path.startswith("metadata") else pod["spec"], path) == expected


def test_a_bare_list_of_profiles_is_enough(imported: Import) -> None:
    for written in (
        {"profile_list": [profile(image="a:1", mem_limit="1G")]},
        {"profileList": {"01": profile(image="a:1", mem_limit="1G")}},
    ):
        done = imported("jupyterhub", written, options=("--force",))
        main = main_of(choosing(done, "one"))
        assert (main["image"], main["resources"]) == ("a:1", {"limits": {"memory": "1Gi"}})


def test_a_chart_within_a_chart_is_found(imported: Import) -> None:
    nested = {"basehub": {"jupyterhub": hub(uid=7), "nfs": {"enabled": True}}}
    done = imported("jupyterhub", nested)
    main = main_of(choosing(done, "jupyterhub"))
    assert main["securityContext"]["runAsUser"] == 7
    assert "basehub.nfs is no part of JupyterHub's chart" in done.report


def test_later_values_lie_over_earlier_ones_as_helm_lays_them(imported: Import) -> None:
    done = imported("jupyterhub", hub(uid=7, cpu={"limit": 1}), hub(cpu={"limit": 3}))
    main = main_of(choosing(done, "jupyterhub"))
    assert main["resources"]["limits"] == {"cpu": "3"}
    assert main["securityContext"]["runAsUser"] == 7


IMAGE_OPTION = {
    "display_name": "Image",
    "unlisted_choice": {
        "enabled": True,
        "display_name": "Your own",
        "validation_regex": "^pangeo/.+:.+$",
        "kubespawner_override": {"image": "{value}"},
    },
    "choices": {
        "a": {"display_name": "A", "kubespawner_override": {"image": "a:1"}},
        "b": {"display_name": "B", "default": True, "kubespawner_override": {"image": "b:1"}},
    },
}


def test_choices_of_images_are_the_images_of_a_template(imported: Import) -> None:
    written = {**profile(), "profile_options": {"image": IMAGE_OPTION}}
    done = imported("jupyterhub", hub(profileList=[written]))
    assert main_of(choosing(done, "one"))["image"] == "b:1"
    assert main_of(choosing(done, "one", image="a"))["image"] == "a:1"


def test_an_unlisted_choice_is_a_parameter_that_its_pattern_bounds(imported: Import) -> None:
    written = {**profile(), "profile_options": {"image": IMAGE_OPTION}}
    done = imported("jupyterhub", hub(profileList=[written]))
    own: dict[str, Any] = {"options": ["image-other"], "parameters": {"own_image": "pangeo/x:1"}}
    assert main_of(choosing(done, "one", **own))["image"] == "pangeo/x:1"
    with pytest.raises(AssertionError, match="own_image"):
        choosing(done, "one", options=["image-other"], parameters={"own_image": "evil/x:1"})


def test_an_unlisted_choice_that_cannot_be_bounded_is_not_offered(imported: Import) -> None:
    unbounded = {**IMAGE_OPTION["unlisted_choice"], "validation_regex": "(?P<x>a)(?P=x)("}  # type: ignore[dict-item]
    option = {**IMAGE_OPTION, "unlisted_choice": unbounded}
    written = {**profile(), "profile_options": {"image": option}}
    done = imported("jupyterhub", hub(profileList=[written]))
    assert "validation_regex is none that a JSON schema takes" in done.report
    assert "image-other" not in done.file("catalog/jupyterhub/one.yaml")["spec"]["options"]


def test_what_an_option_says_to_other_forms_is_said(imported: Import) -> None:
    option = {**IMAGE_OPTION, "dynamic_image_building": {"enabled": True}}
    written = {**profile(), "profile_options": {"image": option}}
    done = imported("jupyterhub", hub(profileList=[written]))
    assert "the option's dynamic_image_building\n  - profile One, option image" in done.report


def test_choices_of_amounts_are_sizes(imported: Import) -> None:
    option = {
        "display_name": "Size",
        "choices": {
            "small": {"display_name": "S", "kubespawner_override": {"cpu_limit": 1}},
            "large": {
                "display_name": "L",
                "default": True,
                "kubespawner_override": {"cpu_limit": 8, "node_selector": {"big": "yes"}},
            },
        },
    }
    written = {**profile(), "profile_options": {"size": option}}
    done = imported("jupyterhub", hub(profileList=[written, {**written, "slug": "two"}]))
    large, small = choosing(done, "one"), choosing(done, "two", size="small")
    assert main_of(large)["resources"]["limits"] == {"cpu": "8"}
    assert large["spec"]["nodeSelector"] == {"big": "yes"}
    assert main_of(small)["resources"]["limits"] == {"cpu": "1"}
    assert "nodeSelector" not in small["spec"]
    assert len([name for name in done.files if "/sizes/" in name]) == 2


def test_sizes_of_one_name_that_differ_stay_apart(imported: Import) -> None:
    def written(slug: str, cpu: int) -> dict[str, Any]:
        choices = {"small": {"kubespawner_override": {"cpu_limit": cpu}}}
        return {**profile(), "slug": slug, "profile_options": {"size": {"choices": choices}}}

    done = imported("jupyterhub", hub(profileList=[written("one", 1), written("two", 2)]))
    limits = [main_of(choosing(done, name))["resources"]["limits"] for name in ("one", "two")]
    assert limits == [{"cpu": "1"}, {"cpu": "2"}]


def test_other_choices_are_options_that_undo_the_default(imported: Import) -> None:
    mounted = {
        "volumes": [{"name": "s", "emptyDir": {}}],
        "volume_mounts": [{"name": "s", "mountPath": "/s"}],
    }
    option = {
        "display_name": "Mode",
        "choices": {
            "lab": {
                "default": True,
                "kubespawner_override": {"environment": {"LAB": "1"}, **mounted},
            },
            "r": {
                "kubespawner_override": {
                    "image": "r:1",
                    "environment": {"R": "1"},
                    "default_url": "/r",
                }
            },
        },
    }
    written = {**profile(), "profile_options": {"mode": option}}
    done = imported("jupyterhub", hub(profileList=[written]))
    lab, r = choosing(done, "one"), choosing(done, "one", options=["mode-r"])
    assert env_of(lab).keys() == {"NB_PREFIX", "LAB"}
    assert {each["name"] for each in lab["spec"]["volumes"]} == {"s", "home"}
    assert env_of(r).keys() == {"NB_PREFIX", "R"}
    assert main_of(r)["image"] == "r:1"
    assert main_of(r)["args"][-1] == "--ServerApp.default_url=/r"
    assert [each["name"] for each in r["spec"]["volumes"]] == ["home"]
    assert [each["mountPath"] for each in main_of(r)["volumeMounts"]] == ["/home/jovyan"]


def test_claims_are_notebooks_of_those_who_had_them(imported: Import) -> None:
    done = imported("jupyterhub", "values.yaml", "claims.yaml")
    (name,) = (each for each in done.files if each.startswith("notebooks/"))
    assert done.file(name)["spec"] == {
        "owner": "alice@example.com",
        "templateRef": {"name": "small", "namespace": "jupyterhub"},
        "home": {"claimName": "claim-alice-40example-2ecom", "mountPath": "/home/jovyan"},
        "stopped": True,
    }
    (pod,) = done.pods().values()
    claims = [
        each.get("persistentVolumeClaim", {}).get("claimName") for each in pod["spec"]["volumes"]
    ]
    assert "claim-alice-40example-2ecom" in claims


def test_claims_that_say_nothing_are_said(imported: Import) -> None:
    claim = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "hub-db-dir", "namespace": "hub"},
    }
    done = imported("jupyterhub", "values.yaml", claim)
    assert "it does not say whose it is" in done.report
    assert not [each for each in done.files if each.startswith("notebooks/")]


def test_nothing_is_dropped_without_a_word(imported: Import) -> None:
    values = {
        **hub(
            extraFiles={"a": {"mountPath": "/a"}},
            networkPolicy={"enabled": False, "egress": [{}]},
            storage={"extraLabels": {"a": "b"}, "capacity": "1Gi"},
            unheardOf=1,
            profileList=[{**profile(modify_pod_hook="x", start_timeout=9), "allowed_users": ["a"]}],
        ),
        "hub": {"config": {"Authenticator": {"admin_users": ["root"], "allowed_users": ["al"]}}},
        "cull": {"enabled": True},
        "custom": {"a": 1},
        "debug": {},
    }
    done = imported("jupyterhub", values)
    for said in (
        "singleuser.extraFiles",
        "singleuser.networkPolicy.egress",
        "singleuser.storage.extraLabels",
        "singleuser.unheardOf",
        "kubespawner's modify_pod_hook",
        "the profile's allowed_users",
        "admin_users",
        ": cull",
        ": custom",
        ": hub",
    ):
        assert said in done.report, said
        assert said in done.err, said
    assert "start_timeout" not in done.report
    assert ": debug" not in done.report
    assert "storage.capacity" not in done.report
    assert "networkPolicy" not in done.file("catalog/jupyterhub/one.yaml")["spec"]


@pytest.mark.parametrize("value", [{"hub": {}}, {"a": {"b": 1}}])
def test_what_is_no_hub_is_refused(imported: Import, value: dict[str, Any]) -> None:
    done = imported("jupyterhub", value)
    assert done.status == 1
    assert "there are no singleuser values and no profiles in it" in done.err
    assert not done.tree.exists()


# --- what jupyterhub-singleuser-profiles was told

AS_IT_IS = "put it into catalog/ as it is"
PROFILES = {"profiles": [{"name": "globals", "env": {"A": "b"}}], "sizes": [{"name": "Small"}]}
KEY = "jupyterhub-singleuser-profiles.yaml"


def config_map(name: str, labels: dict[str, str] | None, data: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": name, **({"labels": labels} if labels else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


LABELLED = config_map("team", {"jupyterhub": "singleuser-profiles"}, {"a": "profiles: []"})
NAMED = config_map("jupyter-singleuser-profiles", None, {KEY: emit(PROFILES)})
TEMPLATE = config_map("spark", None, {"cluster": "kind: SparkCluster"})
STREAM = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream", "metadata": {"name": "s"}}
READ_BY_ITSELF: dict[str, tuple[Any, str]] = {
    "a plain file": (PROFILES, "work here as they stand"),
    "a plain file of sizes": ({"sizes": []}, "work here as they stand"),
    "the ConfigMap": (NAMED, "work here as they stand"),
    "a labelled ConfigMap": (LABELLED, "work here as they stand"),
    "a list of ConfigMaps": (
        {"apiVersion": "v1", "kind": "List", "items": [TEMPLATE, LABELLED]},
        "work here as they stand",
    ),
    "a list of one kind": (
        {
            "apiVersion": "v1",
            "kind": "ConfigMapList",
            "items": [{"metadata": {}, "data": {KEY: ""}}],
        },
        "work here as they stand",
    ),
    "a template of a service": (TEMPLATE, "may belong to profiles"),
    "an image": (STREAM, "may belong to profiles"),
}


@pytest.mark.parametrize("what", READ_BY_ITSELF)
def test_what_the_catalog_reads_by_itself_is_said(what: str, imported: Import) -> None:
    value, said = READ_BY_ITSELF[what]
    done = imported("jupyterhub", value)
    assert done.status == 0
    assert said in done.report
    assert AS_IT_IS in done.report
    assert done.files == {"IMPORT.md", "octavo.yaml"}


@pytest.mark.parametrize("what", READ_BY_ITSELF)
def test_it_does_not_stand_in_the_way_of_values_and_claims(what: str, imported: Import) -> None:
    done = imported("jupyterhub", READ_BY_ITSELF[what][0], "values.yaml", "claims.yaml")
    alone = imported("jupyterhub", "values.yaml", "claims.yaml", out="alone")
    assert done.status == 0
    assert AS_IT_IS in done.report
    assert AS_IT_IS not in alone.report
    for name in alone.files - {"IMPORT.md"}:
        assert (done.tree / name).read_bytes() == (alone.tree / name).read_bytes()


def test_profiles_with_the_fence_around_them_are_known_as_well(
    imported: Import, piped: Callable[[str], None]
) -> None:
    piped(f"```yaml\n{emit(PROFILES)}```\n")
    done = imported("jupyterhub")
    assert done.status == 0
    assert AS_IT_IS in done.report


@pytest.mark.parametrize(
    "code",
    [
        {"10-profiles": "from jupyterhub_singleuser_profiles.profiles import SingleuserProfiles\n"},
        {"a": "x = 1", "b": "profiles = SingleuserProfiles(namespace='odh')"},
        "import jupyterhub_singleuser_profiles",
    ],
)
@pytest.mark.parametrize("at", ["", "jupyterhub"])
def test_code_that_asks_for_profiles_is_said(code: Any, at: str, imported: Import) -> None:
    values = {**hub(), "hub": {"extraConfig": code}}
    done = imported("jupyterhub", {at: values} if at else values)
    assert done.status == 0
    assert "the hub calls jupyterhub-singleuser-profiles" in done.report
    assert "-l jupyterhub.opendatahub.io/user=profile" in done.report
    assert "into catalog/ as they are" in done.err


@pytest.mark.parametrize("code", [None, {}, {"a": "c.JupyterHub.debug = True"}, {"a": None}, 7])
def test_other_code_is_no_matter_of_profiles(code: Any, imported: Import) -> None:
    done = imported("jupyterhub", {**hub(), "hub": {"extraConfig": code}})
    assert "singleuser-profiles" not in done.report


def test_values_that_hold_sizes_of_their_own_are_values(imported: Import) -> None:
    done = imported("jupyterhub", {"sizes": [], "jupyterhub": hub(image={"name": "a/b"})})
    assert AS_IT_IS not in done.report
    assert "sizes is no part of JupyterHub's chart" in done.report


def test_a_list_of_both_is_read_for_its_claims_as_well(imported: Import) -> None:
    claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "x", "namespace": "hub"}}
    both = {"apiVersion": "v1", "kind": "List", "items": [LABELLED, claim]}
    done = imported("jupyterhub", both, "values.yaml")
    assert "it does not say whose it is" in done.report
    assert AS_IT_IS in done.report
