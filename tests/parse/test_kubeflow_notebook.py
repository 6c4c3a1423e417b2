"""Kubeflow's Notebooks mean here what they meant to its controller and its spawner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from renderer.model.notebook import HomeChoice, Volume
from renderer.model.subjects import Subject

Item = Callable[[str], Any]


def notebook(pod: str = "", annotations: str = "", labels: str = "", container: str = "") -> str:
    return f"""
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {{name: training, namespace: alice, annotations: {{{annotations}}}, labels: {{{labels}}}}}
spec:
  template:
    spec:
      containers: [{{name: training, image: "a:1", {container}}}]
      {pod}
"""


def main_of(item: Any) -> Any:
    return item.template["spec"]["containers"][0]


def test_port_working_directory_and_group_have_defaults(item: Item) -> None:
    read = item(notebook())
    assert main_of(read)["workingDir"] == "/home/jovyan"
    assert [port["containerPort"] for port in main_of(read)["ports"]] == [8888]
    assert read.template["spec"]["securityContext"] == {"fsGroup": 100}
    assert read.spec == {"template": read.template}


def test_what_is_written_is_no_default(item: Item) -> None:
    own = "workingDir: /work, ports: [{containerPort: 8787}]"
    read = item(notebook("securityContext: {runAsUser: 7}", container=own))
    assert main_of(read)["workingDir"] == "/work"
    assert main_of(read)["ports"] == [{"containerPort": 8787}]
    assert read.template["spec"]["securityContext"] == {"runAsUser": 7}


def test_an_empty_security_context_keeps_the_group_away(item: Item) -> None:
    read = item(notebook("securityContext: {}"))
    assert read.template["spec"]["securityContext"] == {}


def test_the_defaults_are_for_the_container_named_like_the_notebook(item: Item) -> None:
    text = notebook().replace("[{name: training", "[{name: proxy}, {name: training")
    proxy, main = item(text).template["spec"]["containers"]
    assert proxy == {"name": "proxy"}
    assert main["workingDir"] == "/home/jovyan"


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ('notebookUid: "-1", notebookGid: "-1"', {"fsGroup": 100}),
        ('notebookUid: "0"', {"fsGroup": 100, "runAsUser": 0}),
        ('notebookUid: "1001", notebookGid: "50"', {"fsGroup": 50, "runAsUser": 1001}),
    ],
)
def test_user_and_group_follow_the_annotations(
    item: Item, annotations: str, expected: dict[str, int]
) -> None:
    read = item(notebook(annotations=annotations))
    assert read.template["spec"]["securityContext"] == expected


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ("", None),
        ("notebookPVCMount: 'null'", None),
        ("notebookPVCMount: ''", None),
        ("notebookPVCMount: /home/me", HomeChoice("10Gi", mount_path="/home/me")),
    ],
)
def test_the_home_is_a_claim_where_it_is_mounted(
    item: Item, annotations: str, expected: HomeChoice | None
) -> None:
    assert item(notebook(annotations=annotations)).home == expected


def test_a_home_that_the_template_mounts_is_no_second_claim(item: Item) -> None:
    mounts = "volumeMounts: [{name: work, mountPath: /home/jovyan}]"
    volumes = "volumes: [{name: work, emptyDir: {}}]"
    text = notebook(volumes, "notebookPVCMount: /home/jovyan", container=mounts)
    assert item(text).home is None


@pytest.mark.parametrize(
    ("disks", "expected"),
    [
        ("'null'", ()),
        ("''", ()),
        (
            "'nfs-1, team.data'",
            (
                Volume("nfs-1", "/mnt/nfs-1", claim="nfs-1"),
                Volume("team-data", "/mnt/team.data", claim="team.data"),
            ),
        ),
    ],
)
def test_disks_are_claims_below_mnt(item: Item, disks: str, expected: tuple[Volume, ...]) -> None:
    assert item(notebook(annotations=f"disks: {disks}")).volumes == expected


def test_local_files_are_mounted_from_the_node_and_linked_from_the_home(item: Item) -> None:
    read = item(notebook(annotations='accessLocalFs: "true"'))
    assert read.template["spec"]["volumes"] == [
        {"name": "local-notebooks", "hostPath": {"path": "/mnt/local-notebooks"}}
    ]
    assert main_of(read)["volumeMounts"] == [
        {"name": "local-notebooks", "mountPath": "/mnt/local-notebooks"}
    ]
    assert main_of(read)["lifecycle"]["postStart"]["exec"]["command"][-1] == (
        "/home/jovyan/local-notebooks"
    )


def test_a_disk_of_that_name_stands_for_the_local_files(item: Item) -> None:
    read = item(notebook(annotations='accessLocalFs: "true", disks: local-notebooks'))
    assert "volumes" not in read.template["spec"]
    assert read.volumes == (
        Volume("local-notebooks", "/mnt/local-notebooks", claim="local-notebooks"),
    )


def test_the_stop_annotation_stops_it_and_is_not_rendered(item: Item) -> None:
    read = item(notebook(annotations='kubeflow-resource-stopped: "2024-01-01", note: x'))
    assert read.stopped
    assert read.spec["stopped"] is True
    assert read.annotations == {"note": "x"}


def test_its_creator_is_its_owner(item: Item) -> None:
    read = item(notebook(annotations="notebooks.kubeflow.org/creator: alice@example.com"))
    assert read.owner == Subject("User", "alice@example.com")
    assert read.spec["owner"] == {"kind": "User", "name": "alice@example.com"}


def test_its_labels_are_labels_of_its_pod(item: Item) -> None:
    text = notebook(labels='gpu: "true"').replace(
        "  template:\n", "  template:\n    metadata: {labels: {own: x}, annotations: {a: b}}\n"
    )
    assert item(text).template["metadata"] == {
        "labels": {"own": "x", "gpu": "true"},
        "annotations": {"a": "b"},
    }


@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1", "v1"])
@pytest.mark.parametrize("indent", ["      ", "    ", "  "])
def test_seconds_to_live_are_taken_wherever_they_stand(
    item: Item, version: str, indent: str
) -> None:
    text = notebook().rstrip().replace("/v1", f"/{version}")
    read = item(f"{text}\n{indent}ttlSecondsAfterFinished: 9\n")
    assert read.ttl_seconds == 9
    assert read.spec == {"template": read.template, "ttlSecondsAfterFinished": 9}
    assert "ttlSecondsAfterFinished" not in read.template["spec"]
    assert "ttlSecondsAfterFinished" not in read.template
