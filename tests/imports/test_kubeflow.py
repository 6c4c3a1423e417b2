"""Live Kubeflow Notebooks become Templates that they share, and Notebooks that chose."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from renderer.yamlio import emit
from tests.imports.trees import Import, env_of, main_of, pods_of

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a path in the container


def live(name: str = "churn", namespace: str = "alice", **container: Any) -> dict[str, Any]:
    """A Notebook as `kubectl get -o yaml` prints it."""
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Notebook",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app": name},
            "annotations": {"notebooks.kubeflow.org/server-type": "jupyter"},
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [{"manager": "dashboard"}],
            "uid": "038a2a66-e3e1-11e8-b1ac-42010a8a01b5",
        },
        "spec": {
            "template": {
                "metadata": {"creationTimestamp": None},
                "spec": {"containers": [{"name": name, "image": "example.com/a:1", **container}]},
            }
        },
        "status": {"readyReplicas": 1, "conditions": []},
    }


def with_pod(value: dict[str, Any], **fields: Any) -> dict[str, Any]:
    value["spec"]["template"]["spec"].update(fields)
    return value


def annotated(value: dict[str, Any], **annotations: str) -> dict[str, Any]:
    spelled = {key.replace("__", "/").replace("_", "-"): text for key, text in annotations.items()}
    value["metadata"]["annotations"].update(spelled)
    return value


def test_the_sample_passes_check_without_a_word(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    assert done.status == 0
    assert done.problems() == []
    assert done.files == {
        "IMPORT.md",
        "octavo.yaml",
        "catalog/kubeflow/jupyter.yaml",
        "catalog/kubeflow/notebook.yaml",
        "catalog/kubeflow/poddefaults/access-ml-pipeline.yaml",
        "notebooks/alice/churn.yaml",
        "notebooks/bob/other.yaml",
    }


def test_a_notebook_keeps_what_its_pod_had(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    pod = done.pods()["alice/churn"]
    main = main_of(pod)
    assert main["image"] == "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-scipy:v1.9.2"
    assert main["resources"] == {
        "limits": {"cpu": "1", "memory": "2Gi"},
        "requests": {"cpu": "500m", "memory": "1Gi"},
    }
    assert env_of(pod) == {
        "NB_PREFIX": "/notebook/alice/churn",
        "GREETING": "hello {{ world }}",
        "KF_PIPELINES_SA_TOKEN_PATH": "/var/run/secrets/kubeflow/pipelines/token",
    }
    assert {each["mountPath"] for each in main["volumeMounts"]} == {
        SHARED_MEMORY,
        "/home/jovyan",
        "/data",
        "/var/run/secrets/kubeflow/pipelines",
    }
    claims = [each.get("persistentVolumeClaim", {}) for each in pod["spec"]["volumes"]]
    assert {each.get("claimName") for each in claims} == {None, "churn-workspace", "shared-data"}
    assert pod["spec"]["serviceAccountName"] == "default-editor"
    assert pod["spec"]["securityContext"] == {"fsGroup": 100}
    assert pod["metadata"]["annotations"]["sidecar.istio.io/inject"] == "true"
    assert pod["metadata"]["annotations"]["jackhoman.dev/rewrite"] == "/"


def test_people_come_from_profiles_namespaces_and_contributors(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    churn = done.file("notebooks/alice/churn.yaml")["spec"]
    assert churn["owner"] == "alice@example.com"
    assert churn["sharing"] == [{"name": "carol@example.com", "access": "edit"}]
    assert done.file("notebooks/bob/other.yaml")["spec"]["owner"] == "bob@example.com"
    assert "# From the Profile alice.\n  owner:" in done.text
    policies = done.file("octavo.yaml")["namespaces"]["policies"]
    assert policies == {"alice": {"owner": "alice@example.com", "quota": {"hard": {"cpu": "16"}}}}


def test_a_creator_is_the_owner_before_the_namespaces_owner(imported: Import) -> None:
    value = annotated(live(), notebooks_kubeflow_org="")
    value["metadata"]["annotations"]["notebooks.kubeflow.org/creator"] = "dora@example.com"
    profile = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": "alice"},
        "spec": {"owner": {"kind": "Group", "name": "team-a"}},
    }
    done = imported("kubeflow", value, live("second"), profile)
    assert done.file("notebooks/alice/churn.yaml")["spec"]["owner"] == "dora@example.com"
    owner = done.file("notebooks/alice/second.yaml")["spec"]["owner"]
    assert owner == {"kind": "Group", "name": "team-a"}


def test_a_stopped_notebook_stays_stopped(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    assert done.file("notebooks/bob/other.yaml")["spec"]["stopped"] is True
    assert "stopped" not in done.file("notebooks/alice/churn.yaml")["spec"]


def test_nothing_that_the_cluster_set_is_written(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    for word in ("last-applied", "managedFields", "readyReplicas", "038a2a66", "last-activity"):
        assert word not in done.text


def test_notebooks_that_are_alike_share_a_template_and_its_images(imported: Import) -> None:
    others = [live(f"n{number}", "bob", image="example.com/b:2") for number in range(3)]
    done = imported("kubeflow", live(), *others)
    assert [name for name in done.files if name.startswith("catalog/")] == [
        "catalog/kubeflow/jupyter.yaml"
    ]
    assert done.file("catalog/kubeflow/jupyter.yaml")["spec"]["images"] == [
        {"id": "b:2", "image": "example.com/b:2", "default": True},
        {"id": "a:1", "image": "example.com/a:1"},
    ]
    assert main_of(done.pods()["alice/churn"])["image"] == "example.com/a:1"


def test_images_of_one_short_name_stay_apart(imported: Import) -> None:
    done = imported("kubeflow", live(), live("other", image="example.org/a:1"))
    pods = done.pods()
    assert main_of(pods["alice/churn"])["image"] == "example.com/a:1"
    assert main_of(pods["alice/other"])["image"] == "example.org/a:1"


def test_a_pod_that_names_a_secret_is_for_its_namespace_alone(imported: Import) -> None:
    reads = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
    done = imported("kubeflow", live(env=reads), live("same", "bob", env=reads))
    assert done.problems() == [each for each in done.problems() if "has no owner" in each]
    bound = [
        done.file(name)["spec"]["namespaces"] for name in done.files if name.startswith("catalog/")
    ]
    assert sorted(bound) == [["alice"], ["bob"]]
    assert main_of(done.pods()["bob/same"])["env"][1:] == reads


def test_shared_memory_with_a_size_is_the_notebooks_own(imported: Import) -> None:
    value = with_pod(
        live(volumeMounts=[{"name": "dshm", "mountPath": SHARED_MEMORY}]),
        volumes=[{"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}}],
    )
    done = imported("kubeflow", value)
    assert done.file("notebooks/alice/churn.yaml")["spec"]["sharedMemory"] == "2Gi"
    volumes = done.pods()["alice/churn"]["spec"]["volumes"]
    assert [each["emptyDir"] for each in volumes] == [{"medium": "Memory", "sizeLimit": "2Gi"}]


@pytest.mark.parametrize(
    ("mount", "claim"),
    [
        ({"mountPath": "/data", "subPath": "x"}, {"claimName": "c"}),
        ({"mountPath": "/etc"}, {"claimName": "c"}),
        ({"mountPath": "/data"}, {"claimName": "c", "readOnly": True}),
        ({"mountPath": "/home/jovyan", "readOnly": True}, {"claimName": "c"}),
        ({"mountPath": "/home/jovyan/"}, {"claimName": "c"}),
        ({"mountPath": "/data"}, {"claimName": "c"}),
    ],
)
def test_a_claim_is_mounted_as_it_was(
    imported: Import, mount: dict[str, Any], claim: dict[str, Any]
) -> None:
    value = with_pod(
        live(volumeMounts=[{"name": "v", **mount}]),
        volumes=[{"name": "v", "persistentVolumeClaim": claim}],
    )
    done = imported("kubeflow", value)
    assert done.status == 0, done.err
    pod = done.pods()["alice/churn"]
    (volume,) = pod["spec"]["volumes"]
    (found,) = main_of(pod)["volumeMounts"]
    is_read_only = mount.get("readOnly") or claim.get("readOnly")
    assert volume["persistentVolumeClaim"]["claimName"] == "c"
    assert found["mountPath"] == mount["mountPath"]
    assert found.get("subPath") == mount.get("subPath")
    seen = found.get("readOnly") or volume["persistentVolumeClaim"].get("readOnly")
    assert bool(seen) == bool(is_read_only)


def test_volumes_called_like_ours_get_other_names(imported: Import) -> None:
    value = with_pod(
        live(volumeMounts=[{"name": "home", "mountPath": "/data"}]),
        volumes=[{"name": "home", "persistentVolumeClaim": {"claimName": "c"}}],
    )
    done = imported("kubeflow", value)
    assert done.status == 0, done.err
    (volume,) = done.pods()["alice/churn"]["spec"]["volumes"]
    assert volume == {"name": "home-data", "persistentVolumeClaim": {"claimName": "c"}}


def test_a_container_that_its_pod_names_keeps_its_name(imported: Import) -> None:
    reads = {"resourceFieldRef": {"containerName": "churn", "resource": "limits.cpu"}}
    done = imported("kubeflow", live(env=[{"name": "CPU", "valueFrom": reads}]))
    (container,) = done.pods()["alice/churn"]["spec"]["containers"]
    assert container["name"] == "churn"
    assert container["env"][1]["valueFrom"] == reads


def test_rewriting_and_the_header_of_rstudio_are_understood(imported: Import) -> None:
    value = live()
    value["metadata"]["annotations"] = {
        "notebooks.kubeflow.org/server-type": "group-two",
        "notebooks.kubeflow.org/http-rewrite-uri": "/",
        "notebooks.kubeflow.org/http-headers-request-set": (
            '{"X-RStudio-Root-Path": "/notebook/alice/churn/", "X-Other": "1"}'
        ),
    }
    done = imported("kubeflow", value)
    assert "catalog/kubeflow/rstudio.yaml" in done.files
    assert done.pods()["alice/churn"]["metadata"]["annotations"] == {
        "jackhoman.dev/rewrite": "/",
        "jackhoman.dev/root-path-header": "X-RStudio-Root-Path",
    }
    assert "the header X-Other was set on every request" in done.report


def test_labels_reach_the_pod_but_for_those_that_select(imported: Import) -> None:
    value = live()
    value["metadata"]["labels"] = {"app": "churn", "team": "x", "gcp": "true"}
    default = {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PodDefault",
        "metadata": {"name": "gcp", "namespace": "alice"},
        "spec": {
            "selector": {"matchLabels": {"gcp": "true"}},
            "env": [{"name": "BRACES", "value": "{{ no }} {% expression %}"}],
        },
    }
    done = imported("kubeflow", value, default)
    pod = done.pods()["alice/churn"]
    assert pod["metadata"]["labels"]["team"] == "x"
    assert not {"app", "gcp"} & pod["metadata"]["labels"].keys()
    assert env_of(pod)["BRACES"] == "{{ no }} {% expression %}"


def test_pod_defaults_that_many_namespaces_have_alike_are_one(imported: Import) -> None:
    def default(namespace: str, value: str) -> dict[str, Any]:
        return {
            "apiVersion": "kubeflow.org/v1alpha1",
            "kind": "PodDefault",
            "metadata": {"name": "gcp", "namespace": namespace},
            "spec": {
                "selector": {"matchLabels": {"gcp": "true"}},
                "env": [{"name": "LEVEL", "value": value}],
            },
        }

    marked = []
    for namespace in ("alice", "bob", "carol"):
        value = live(namespace=namespace)
        value["metadata"]["labels"]["gcp"] = "true"
        marked.append(value)
    defaults = [default("alice", "a"), default("bob", "a"), default("carol", "b")]
    done = imported("kubeflow", *marked, *defaults)
    folder = "catalog/kubeflow/poddefaults/"
    assert {name for name in done.files if name.startswith(folder)} == {
        f"{folder}gcp.yaml",
        f"{folder}gcp-2.yaml",
    }
    levels = {name: env_of(pod)["LEVEL"] for name, pod in done.pods().items()}
    assert levels == {"alice/churn": "a", "bob/churn": "a", "carol/churn": "b"}


def test_a_pod_above_baseline_is_taken_and_said(imported: Import) -> None:
    value = with_pod(
        live(volumeMounts=[{"name": "node", "mountPath": "/node"}]),
        volumes=[{"name": "node", "hostPath": {"path": "/mnt"}}],
    )
    done = imported("kubeflow", value)
    assert done.status == 0
    assert done.file("catalog/kubeflow/jupyter.yaml")["spec"]["podSecurity"] == "privileged"
    assert "more than baseline Pod Security allows" in done.report


def test_what_check_would_refuse_is_left_out_and_said(imported: Import) -> None:
    broken = with_pod(live("broken"), nodeSelektor={"a": "b"})
    done = imported("kubeflow", live(), broken)
    assert done.status == 1
    assert "notebooks/alice/broken.yaml" not in done.files
    assert "notebooks/alice/churn.yaml" in done.files
    assert "nodeSelektor" in done.report
    assert [each for each in done.problems() if ": error:" in each] == []


@pytest.mark.parametrize("name", ["../../../etc/x", "a/b", "", "UPPER", 7])
def test_names_that_are_no_names_become_no_files(imported: Import, name: Any) -> None:
    evil, space = live(), live()
    evil["metadata"]["name"] = name
    space["metadata"]["namespace"] = name
    done = imported("kubeflow", live("good"), evil, space)
    assert {each for each in done.files if each.startswith("notebooks/")} == {
        "notebooks/alice/good.yaml"
    }
    assert "Kubernetes would not take" in done.report


def test_kinds_that_nothing_is_made_of_are_said(imported: Import) -> None:
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "x"}}
    done = imported("kubeflow", live(), other, live())
    assert "nothing is made of this kind\n  - ConfigMap x/c" in done.report
    assert "it is in the input twice" in done.report


def test_the_sample_of_the_first_notebooks_is_taken(imported: Import) -> None:
    value: dict[str, Any] = {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "Notebook",
        "metadata": {
            "name": "training",
            "namespace": "resnet50",
            "annotations": {
                "accessLocalFs": "false",
                "disks": "scratch.one",
                "notebookGid": "-1",
                "notebookUid": "1234",
                "notebookPVCMount": "/home/jovyan",
            },
        },
        "spec": {
            "template": {
                "spec": {
                    "containers": [{"name": "notebook", "image": "example.com/tf:1"}],
                    "ttlSecondsAfterFinished": 300,
                    "securityContext": [{"fsGroup": 100, "runAsUser": 1000}],
                }
            }
        },
    }
    done = imported("kubeflow", value)
    spec = done.file("notebooks/resnet50/training.yaml")["spec"]
    assert spec["home"] == {"size": "10Gi", "mountPath": "/home/jovyan"}
    assert spec["ttlSecondsAfterFinished"] == 300
    pod = done.pods()["resnet50/training"]
    assert pod["spec"]["securityContext"] == {"fsGroup": 100, "runAsUser": 1234}
    mounts = {each["mountPath"]: each["name"] for each in main_of(pod)["volumeMounts"]}
    assert mounts == {"/home/jovyan": "home", "/mnt/scratch.one": "scratch-one"}


def test_imported_pods_are_those_of_the_notebooks_read_as_they_are(
    imported: Import, tmp_path: Path
) -> None:
    """The renderer reads Kubeflow's Notebooks by itself: both ways lead to one pod."""
    value = with_pod(
        live(
            env=[{"name": "A", "value": "{{ b }}"}, {"name": "C", "value": "$(A)"}],
            args=["--format={{.Name}}", "{% raw %}", "{# x #}"],
            resources={"limits": {"nvidia.com/gpu": "1"}},
        ),
        tolerations=[{"key": "gpu", "operator": "Exists"}],
        nodeSelector={"pool": "a"},
        terminationGracePeriodSeconds=30,
    )
    read = deepcopy(value)
    done = imported("kubeflow", value)
    for name in ("status",):
        read.pop(name)
    (tmp_path / "plain/notebooks").mkdir(parents=True)
    (tmp_path / "plain/notebooks/it.yaml").write_text(emit(read))
    (expected,) = pods_of(tmp_path / "plain").values()
    (found,) = done.pods().values()
    (container,) = expected["spec"]["containers"]
    assert found["spec"] == {
        **expected["spec"],
        "containers": [{**container, "name": "main"}],
    } | {"serviceAccountName": "churn"}


def test_a_report_of_many_says_what_is_lost_of_each(imported: Import) -> None:
    def told(number: int) -> dict[str, Any]:
        return live(f"n{number:02}", env=[{"name": "A_TOKEN", "value": "sesame-open"}])

    report = imported("kubeflow", *map(told, range(25))).report
    renamed = report.partition("is called main now")[2].partition("## To be done by hand")[0]
    assert "and 5 more" in renamed
    assert "alice/n24" not in renamed
    assert "alice/n24" in report.partition("A_TOKEN")[2]


def test_an_owner_is_not_shared_with_and_the_stronger_role_counts(imported: Import) -> None:
    def binding(user: str, role: str) -> dict[str, Any]:
        annotations = {"user": user, "role": role}
        metadata = {"name": f"{user}-{role}", "namespace": "alice", "annotations": annotations}
        return {"kind": "RoleBinding", "apiVersion": "rbac/v1", "metadata": metadata}

    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "alice", "annotations": {"owner": "alice@example.com"}},
    }
    people = [
        binding("alice@example.com", "admin"),
        binding("zoe@example.com", "view"),
        binding("bob@example.com", "edit"),
        binding("bob@example.com", "view"),
    ]
    done = imported("kubeflow", live(), space, *people)
    assert done.file("notebooks/alice/churn.yaml")["spec"]["sharing"] == [
        {"name": "bob@example.com", "access": "edit"},
        {"name": "zoe@example.com", "access": "view"},
    ]


def test_probes_of_a_notebooks_own_path_follow_its_route(imported: Import) -> None:
    def probed(name: str) -> dict[str, Any]:
        path = f"/notebook/alice/{name}/api?{{{{ x"
        return live(name, readinessProbe={"httpGet": {"path": path, "port": 8888}})

    done = imported("kubeflow", probed("one"), probed("one-more"))
    assert len([name for name in done.files if name.startswith("catalog/")]) == 1
    paths = {
        name: main_of(pod)["readinessProbe"]["httpGet"]["path"] for name, pod in done.pods().items()
    }
    assert paths == {
        "alice/one": "/notebook/alice/one/api?{{ x",
        "alice/one-more": "/notebook/alice/one-more/api?{{ x",
    }


def test_a_claim_at_the_working_directory_is_the_home(imported: Import) -> None:
    value = with_pod(
        live(
            workingDir="/opt/app-root/src",
            volumeMounts=[{"name": "w", "mountPath": "/opt/app-root/src"}],
        ),
        volumes=[{"name": "w", "persistentVolumeClaim": {"claimName": "c"}}],
    )
    done = imported("kubeflow", value)
    home = done.file("notebooks/alice/churn.yaml")["spec"]["home"]
    assert home == {"claimName": "c", "mountPath": "/opt/app-root/src"}


def test_the_path_of_a_neighbour_stays_as_it_is(imported: Import) -> None:
    value = live("one", args=["/notebook/alice/one-more", "/notebook/alice/one"])
    (pod,) = imported("kubeflow", value).pods().values()
    assert main_of(pod)["args"] == ["/notebook/alice/one-more", "/notebook/alice/one"]
    more = imported("kubeflow", value, out="more").file("catalog/kubeflow/jupyter.yaml")
    (container,) = more["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["/notebook/alice/one-more", "{{ notebook.prefix }}"]


def test_a_container_that_an_annotation_names_keeps_its_name(imported: Import) -> None:
    value = live()
    marked = {"kubectl.kubernetes.io/default-container": "churn"}
    value["spec"]["template"]["metadata"]["annotations"] = marked
    (pod,) = imported("kubeflow", value).pods().values()
    assert pod["spec"]["containers"][0]["name"] == "churn"
