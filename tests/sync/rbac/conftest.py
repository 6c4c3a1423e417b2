"""The sample bundles in one namespace of a real server, and people who ask it for things."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError

from renderer.yamlio import load_all

ROOT = Path(__file__).parents[3]
GRANTS = ("Role", "RoleBinding")
KINDS = ("Notebook", "ServiceAccount", "StatefulSet", "Service", *GRANTS)
GROUPS = {
    "notebooks": "jackhoman.dev",
    "statefulsets": "apps",
    "controllerrevisions": "apps",
    "roles": "rbac.authorization.k8s.io",
    "rolebindings": "rbac.authorization.k8s.io",
}


FORBIDDEN = re.compile(r"\(Forbidden\)|is forbidden: User ")
NO_NODE = re.compile(r"does not have a host assigned|pod is not running")
# A name and groups, as the cluster's authentication knows somebody.
Person = tuple[str, tuple[str, ...]]
# Somebody, a verb, and `resource/name` or `resource/name/subresource`.
Question = tuple[Person, str, str]


@dataclass(frozen=True, slots=True)
class House:
    """A namespace in which all notebooks of the sample tree live next to each other."""

    cluster: Cluster

    def answers(self, questions: Iterable[Question]) -> dict[Question, bool]:
        """What the authorizer says to each, in one request of kubectl's."""
        asked = list(questions)
        reviews = {"apiVersion": "v1", "kind": "List", "items": [self._review(q) for q in asked]}
        words = ("create", "--filename=-", r'--output=jsonpath={.status.allowed}{"\n"}')
        said = self.cluster.kubectl(*words, stdin=json.dumps(reviews)).split()
        assert set(said) <= {"true", "false"}
        return {question: each == "true" for question, each in zip(asked, said, strict=True)}

    def allows(self, who: Person, *words: str) -> bool:
        """Whether the server does it, or would if there were a node to run pods on."""
        name, groups = who
        flags = (f"--as={name}", *(f"--as-group={each}" for each in groups))
        try:
            self.cluster.kubectl(*flags, *words)
        except KubectlError as error:
            if FORBIDDEN.search(str(error)):
                return False
            if NO_NODE.search(str(error)) is None:
                raise
        return True

    def _review(self, question: Question) -> Mapping[str, Any]:
        (user, groups), verb, what = question
        resource, name, *sub = what.split("/")
        attributes = {
            "namespace": self.cluster.namespace,
            "verb": verb,
            "group": GROUPS.get(resource, ""),
            "resource": resource,
            "subresource": "".join(sub),
            "name": name,
        }
        return {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "LocalSubjectAccessReview",
            "metadata": {"namespace": self.cluster.namespace},
            "spec": {
                "user": user,
                "groups": list(groups),
                "resourceAttributes": attributes,
            },
        }


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every object of the sample tree's notebooks, as the program renders them."""
    output = tmp_path_factory.mktemp("bundles")
    command = [sys.executable, "-m", "octavo", "render", "--out", str(output), "--jobs", "1"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    objects = []
    for listing in sorted((output / "notebooks").rglob("kustomization.yaml")):
        (kustomization,) = load_all(listing.read_bytes(), listing.name)
        for name in kustomization.value["resources"]:
            (document,) = load_all((listing.parent / name).read_bytes(), name)
            objects.append(document.value)
    return objects


@pytest.fixture
def house(cluster: Cluster, bundles: list[dict[str, Any]], notebook_crd: str) -> House:
    assert notebook_crd
    moved = [
        {**each, "metadata": {**each["metadata"], "namespace": cluster.namespace}}
        for each in bundles
        if each["kind"] in KINDS
    ]
    assert {each["kind"] for each in moved} == set(KINDS)
    cluster.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": moved}))
    built = House(cluster)
    # The bindings may take a moment to be seen by the authorizer.
    probes = [
        (_someone(subject), "get", f"notebooks/{_notebook(each)}")
        for each in moved
        if each["kind"] == "RoleBinding"
        for subject in each["subjects"]
    ]
    assert len(probes) >= 8
    cluster.eventually(lambda: all(built.answers(probes).values()))
    return built


def _someone(subject: Mapping[str, str]) -> Person:
    if subject["kind"] == "Group":
        return "somebody", (subject["name"],)
    return subject["name"], ()


def _notebook(binding: Mapping[str, Any]) -> str:
    name: str = binding["metadata"]["labels"]["jackhoman.dev/notebook"]
    return name
