"""Kubeflow's PodDefault becomes a fragment for every container of what it matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from renderer.model.catalog import Match
from renderer.model.fragments import OnConflict

Item = Callable[[str], Any]

HEAD = """apiVersion: kubeflow.org/v1alpha1
kind: PodDefault
metadata: {name: pipelines, namespace: alice}
spec:
  selector:
    matchLabels: {pipelines: "true"}
    matchExpressions: [{key: old, operator: DoesNotExist}]
"""


def test_every_field_is_where_a_pod_has_it(item: Item) -> None:
    default = item(
        HEAD
        + """
  desc: Allow pipelines
  env: [{name: A, value: b}]
  envFrom: [{secretRef: {name: s}}]
  volumes: [{name: v, emptyDir: {}}]
  volumeMounts: [{name: v, mountPath: /v}]
  initContainers: [{name: init}]
  sidecars: [{name: side}]
  labels: {l: "1"}
  annotations: {a: "2"}
  tolerations: [{key: gpu}]
  serviceAccountName: editor
  automountServiceAccountToken: true
  imagePullSecrets: [{name: pull}]
  command: [run]
  args: [fast]
"""
    )
    assert default.display_name == "Allow pipelines"
    assert default.fragment.on_conflict is OnConflict.FAIL
    assert default.fragment.template == {
        "metadata": {"labels": {"l": "1"}, "annotations": {"a": "2"}},
        "spec": {
            "initContainers": [{"name": "init"}],
            "volumes": [{"name": "v", "emptyDir": {}}],
            "tolerations": [{"key": "gpu"}],
            "serviceAccountName": "editor",
            "automountServiceAccountToken": True,
            "imagePullSecrets": [{"name": "pull"}],
            "containers": [
                {
                    "name": "*",
                    "command": ["run"],
                    "args": ["fast"],
                    "env": [{"name": "A", "value": "b"}],
                    "envFrom": [{"secretRef": {"name": "s"}}],
                    "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                },
                {"name": "side"},
            ],
        },
    }


def test_it_matches_by_its_selector_in_its_own_namespace(item: Item) -> None:
    assert item(HEAD).match == Match(
        namespaces=("alice",),
        labels=(("pipelines", "In", ("true",)), ("old", "DoesNotExist", ())),
    )


def test_an_empty_one_changes_nothing(item: Item) -> None:
    assert item(HEAD).fragment.template == {}


def test_moved_fields_keep_their_lines(item: Item) -> None:
    origin = item(f"{HEAD}  env:\n  - name: A\n    value: b\n  labels: {{l: x}}\n").fragment.origin
    assert origin.at(("spec", "containers", 0, "env", 0, "value")) == ("file.yaml", 10, 5)
    assert origin.at(("metadata", "labels", "l")) == ("file.yaml", 11, 12)
    assert origin.at(("spec", "containers", 0, "name")).line == 4
