"""Objects that were there before: taken over when asked to, or left to whoever keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.bundles_of import Desk, Object
from tests.sync.program import good

Made = Callable[[Desk], None]
EXTRA = {"name": "extra", "port": 9000, "protocol": "TCP"}


def earlier(desk: Desk, **labels: str) -> Object:
    """What somebody made under the name of our Service: more ports, another number for ours."""
    rendered = desk.objects["service"]
    port = {**rendered["spec"]["ports"][0], "port": 81}
    meta = {"name": "churn", "labels": {"stale": "yes", **labels}}
    selector = {**rendered["spec"]["selector"], "jackhoman.dev/part": "old"}
    spec = {**rendered["spec"], "ports": [port, EXTRA], "selector": selector}
    return {**rendered, "metadata": meta, "spec": spec}


def by_kubectl_apply(desk: Desk) -> None:
    desk.cluster.kubectl("apply", "--filename=-", stdin=json.dumps(earlier(desk)))


def by_kubectl_create(desk: Desk) -> None:
    desk.cluster.kubectl("create", "--filename=-", stdin=json.dumps(earlier(desk)))


def by_kubectl_on_the_servers_side(desk: Desk) -> None:
    desk.cluster.apply(json.dumps(earlier(desk)), manager="kubectl")


def by_helm(desk: Desk) -> None:
    made = earlier(desk, **{"app.kubernetes.io/managed-by": "Helm"})
    names = {"meta.helm.sh/release-name": "old", "meta.helm.sh/release-namespace": "x"}
    made["metadata"]["annotations"] = names
    desk.cluster.kubectl("create", "--field-manager=helm", "--filename=-", stdin=json.dumps(made))


MAKERS: dict[Made, str] = {
    by_kubectl_apply: "kubectl apply",
    by_kubectl_create: "kubectl-create",
    by_kubectl_on_the_servers_side: "kubectl",
    by_helm: "Helm release old",
}


@pytest.mark.parametrize(("make", "who"), MAKERS.items())
def test_what_hands_made_is_refused_until_it_is_taken_over(
    desk: Desk, make: Made, who: str
) -> None:
    make(desk)
    before = desk.live("service")
    desk.commit()

    refused = desk.sync()

    assert refused.code == 1
    assert who in refused.out
    assert "--adopt" in refused.out
    assert desk.live("service") == before
    assert desk.live("statefulset")

    good(desk.sync("--adopt"))
    live = desk.live("service")
    assert [each["port"] for each in live["spec"]["ports"]] == [80]
    assert "stale" not in live["metadata"]["labels"]
    assert not [each for each in live["metadata"].get("annotations", {}) if "last-applied" in each]
    assert live["spec"]["clusterIP"] == before["spec"]["clusterIP"]
    assert live["metadata"]["uid"] == before["metadata"]["uid"]
    assert desk.settled() == []
    assert desk.settled("--adopt") == []


def argo(desk: Desk) -> Object:
    made = earlier(desk)
    name = "argocd.argoproj.io/tracking-id"
    made["metadata"]["annotations"] = {name: f"team:/Service:{desk.cluster.namespace}/churn"}
    return made


def flux(desk: Desk) -> Object:
    prefix = "kustomize.toolkit.fluxcd.io"
    return earlier(desk, **{f"{prefix}/name": "apps", f"{prefix}/namespace": "infra"})


def another_set(desk: Desk) -> Object:
    return earlier(desk, **{"applyset.kubernetes.io/part-of": "applyset-other-v1"})


def another_agent(desk: Desk) -> Object:
    return earlier(desk, **{"jackhoman.dev/agent": "other"})


OTHERS: dict[Callable[[Desk], Object], str] = {
    argo: "Argo CD",
    flux: "Flux Kustomization infra/apps",
    another_set: "another ApplySet",
    another_agent: "the agent `other`",
}


@pytest.mark.parametrize(("made", "who"), OTHERS.items())
@pytest.mark.parametrize("words", [(), ("--adopt", "--conflicts=force")])
def test_what_other_tools_keep_is_refused_whatever_is_asked(
    desk: Desk, made: Callable[[Desk], Object], who: str, words: tuple[str, ...]
) -> None:
    desk.cluster.kubectl("create", "--filename=-", stdin=json.dumps(made(desk)))
    before = desk.live("service")
    desk.commit()

    done = desk.sync(*words)

    assert done.code == 1
    assert who in done.out
    assert desk.live("service") == before
    assert desk.live("statefulset")


def test_what_another_agent_made_is_left_to_it(desk: Desk) -> None:
    other = desk.adding("--agent=other")
    other.begin()
    before = {kind: desk.live(kind) for kind in ("notebook", "service", "statefulset")}

    done = desk.sync("--adopt", "--conflicts=force")

    assert done.code == 1
    assert "the agent `other`" in done.out
    assert {kind: desk.live(kind) for kind in before} == before


def test_taking_over_asks_other_tools_that_apply(desk: Desk) -> None:
    by_kubectl_create(desk)
    theirs: dict[str, Any] = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "churn"}}
    theirs["spec"] = {"selector": {"jackhoman.dev/part": "other"}}
    desk.cluster.apply(json.dumps(theirs), "--force-conflicts", manager="another-tool")
    before = desk.live("service")
    desk.commit()

    done = desk.sync("--adopt")

    assert done.code == 1
    assert "another-tool" in done.out
    assert desk.live("service") == before
    good(desk.sync("--adopt", "--conflicts=force"))
    assert desk.live("service")["spec"]["selector"]["jackhoman.dev/part"] == "pod"
    assert desk.settled() == []
