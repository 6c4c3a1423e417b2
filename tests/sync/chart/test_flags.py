"""The agent understands how the chart calls it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sync.cli import sync
from sync.cli.arguments import policy_of
from sync.objects import GroupKind
from sync.policy import DEFAULT_KINDS

Object = Mapping[str, Any]
Render = Callable[..., list[Object]]
SOURCES: list[Object] = [
    {},
    {"tokenSecret": {"name": "git"}},
    {
        "sshSecret": {"name": "git"},
        "verify": {"gpg": {"configMap": "keys"}, "ssh": {"configMap": "signers"}},
    },
]


def understood(objects: list[Object]) -> Namespace:
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    command, *words = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    assert command == "sync"
    return sync.parser().parse_args(words)


@pytest.mark.parametrize("source", SOURCES)
def test_every_flag_is_one_of_the_agent(render: Render, source: Object) -> None:
    values = {
        "source": source,
        "agent": {"name": "east", "cluster": "uid", "extraArgs": ["--adopt"]},
        "namespaces": ["a", "b"],
        "copies": {"secrets": True},
        "dependencies": [{"namespace": "kubeflow", "secrets": ["s"]}, {"namespace": "shared"}],
    }
    found = understood(render(values))
    assert found.watch
    assert found.adopt
    assert policy_of(found).agent == "east"
    assert policy_of(found).namespaces_listed() == ("a", "b")
    assert policy_of(found).dependency_sources == ("kubeflow", "shared")


def test_without_namespaces_all_are_watched(render: Render) -> None:
    found = policy_of(understood(render()))
    assert found.namespaces_listed() is None
    assert found.dependency_sources == ("*",)


def test_by_default_the_agent_has_every_kind_that_is_its_own(render: Render) -> None:
    values = {"copies": {"secrets": True, "configMaps": True}}
    companions = {GroupKind("apps", "Deployment")}
    assert policy_of(understood(render(values))).kinds == DEFAULT_KINDS - companions
