"""A sync with nothing to do writes nothing: the audit log says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from controlplane.webhook import Patch, Review, Rules, webhook

from tests.sync.bundles_of import Desk, known, objects_in
from tests.sync.kinds import installed
from tests.sync.program import good

World = Callable[[Desk], AbstractContextManager[object]]
MIRROR = "mirror.example.com/"


@contextmanager
def images_are_rewritten(desk: Desk) -> Iterator[None]:
    def mirrored(review: Review) -> Patch:
        containers = review["object"]["spec"]["template"]["spec"]["containers"]
        return [
            {
                "op": "replace",
                "path": f"/spec/template/spec/containers/{at}/image",
                "value": MIRROR + each["image"],
            }
            for at, each in enumerate(containers)
            if not each["image"].startswith(MIRROR)
        ]

    with webhook(desk.cluster, Rules(("statefulsets",), ("apps",)), mirrored) as hook:
        yield
    image = desk.live("statefulset")["spec"]["template"]["spec"]["containers"][0]["image"]
    assert (bool(hook.asked), image) == (True, f"{MIRROR}base:1")


@contextmanager
def everything_is_stamped(desk: Desk) -> Iterator[None]:
    """Annotations that are nobody's, a variable, and a label that takes the place of ours."""

    def stamped(review: Review) -> Patch:
        meta = review["object"]["metadata"]
        stamp = {"op": "add", "path": "/metadata/annotations", "value": {"stamp": "1"}}
        if "annotations" in meta:
            stamp = {"op": "add", "path": "/metadata/annotations/stamp", "value": "1"}
        label = {"op": "add", "path": "/metadata/labels/app.kubernetes.io~1instance", "value": "x"}
        return [stamp, label]

    resources = ("services", "roles", "persistentvolumeclaims", "notebooks")
    with webhook(desk.cluster, Rules(resources), stamped) as hook:
        yield
    meta = desk.live("service")["metadata"]
    assert hook.asked
    assert meta["annotations"]["stamp"] == "1"
    assert meta["labels"]["app.kubernetes.io/instance"] == "x"


@contextmanager
def a_field_is_taken_away(desk: Desk) -> Iterator[None]:
    """What is sent never arrives."""

    def less(review: Review) -> Patch:
        path = "/metadata/labels/app.kubernetes.io~1instance"
        there = "app.kubernetes.io/instance" in review["object"]["metadata"]["labels"]
        return [{"op": "remove", "path": path}] if there else []

    with webhook(desk.cluster, Rules(("services",)), less) as hook:
        yield
    assert hook.asked
    assert "app.kubernetes.io/instance" not in desk.live("service")["metadata"]["labels"]


def nobody_else(_: Desk) -> AbstractContextManager[None]:
    return nullcontext()


@contextmanager
def a_header_is_added_to_every_route(desk: Desk) -> Iterator[None]:
    """Inside of a list that is owned whole."""

    def with_header(review: Review) -> Patch:
        headers = {"request": {"set": {"x-mesh": "yes"}}}
        return [
            {"op": "add", "path": f"/spec/http/{at}/headers", "value": headers}
            for at, each in enumerate(review["object"]["spec"]["http"])
            if each.get("headers") != headers
        ]

    group = f"{desk.cluster.namespace}.example"
    routes = objects_in(desk.cluster.namespace, "istio")
    (route,) = (each for each in routes.values() if each["kind"] == "VirtualService")
    desk.objects["route"] = {**route, "apiVersion": f"{group}/v1"}
    with (
        installed(desk.cluster, group, {"VirtualService": None}),
        webhook(desk.cluster, Rules(("virtualservices",)), with_header) as hook,
    ):
        yield
        live = desk.live(f"virtualservices.{group}", route["metadata"]["name"])
        assert hook.asked
        assert live["spec"]["http"][0]["headers"] == {"request": {"set": {"x-mesh": "yes"}}}


WORLDS = [
    nobody_else,
    images_are_rewritten,
    everything_is_stamped,
    a_field_is_taken_away,
    a_header_is_added_to_every_route,
]


@pytest.fixture
def wide(desk: Desk) -> Desk:
    """One that may apply routes of a kind that only this test knows."""
    flag = known(f"VirtualService.{desk.cluster.namespace}.example")
    return desk.adding(flag)


@pytest.mark.parametrize("world", WORLDS)
def test_a_second_sync_sends_no_write_and_no_dry_run(wide: Desk, world: World) -> None:
    with world(wide):
        wide.begin()

        assert wide.settled() == []


@pytest.mark.parametrize("world", WORLDS)
def test_from_an_empty_cache_it_asks_once_and_never_writes(
    wide: Desk, world: World, tmp_path: Path
) -> None:
    with world(wide):
        wide.begin()
        elsewhere = wide.forgetful(tmp_path / "empty")

        asked = elsewhere.settled()
        assert bool(asked) == (world is not nobody_else)
        assert elsewhere.settled() == []


def test_what_git_changes_arrives_through_a_webhook(desk: Desk) -> None:
    with images_are_rewritten(desk):
        desk.begin()
        desk.objects["service"]["spec"]["ports"][0]["name"] = "http-other"
        desk.objects["statefulset"]["metadata"]["labels"]["is"] = "new"
        desk.commit()

        good(desk.sync())

        assert desk.live("service")["spec"]["ports"][0]["name"] == "http-other"
        assert desk.live("statefulset")["metadata"]["labels"]["is"] == "new"
        assert desk.settled() == []


def test_others_may_write_what_git_does_not_say(desk: Desk) -> None:
    desk.begin()
    cluster = desk.cluster
    cluster.kubectl("scale", "statefulset", "churn", "--replicas=0")
    cluster.kubectl("label", "statefulset,service,notebook", "churn", "team=blue")
    cluster.kubectl("annotate", "notebook", "churn", "note=mine")
    containers = [{"name": "main", "env": [{"name": "MORE", "value": "1"}]}]
    pod = {"spec": {"containers": containers, "priorityClassName": "x"}}
    desk.patch("statefulset", "churn", {"spec": {"template": pod}}, how="strategic")
    meta = {"name": "churn", "annotations": {"theirs": "1"}}
    others = {"metadata": meta, "spec": {"sessionAffinity": "ClientIP"}}
    cluster.apply(json.dumps({"apiVersion": "v1", "kind": "Service", **others}), manager="another")
    before = [desk.live(kind) for kind in ("statefulset", "service", "notebook")]

    assert desk.settled() == []

    assert [desk.live(kind) for kind in ("statefulset", "service", "notebook")] == before
    assert before[0]["spec"]["replicas"] == 0
    assert before[0]["spec"]["template"]["spec"]["priorityClassName"] == "x"


@pytest.mark.parametrize("cache", ["the same", "an empty"])
def test_amounts_may_be_written_in_any_way(desk: Desk, cache: str, tmp_path: Path) -> None:
    pod = desk.objects["statefulset"]["spec"]["template"]["spec"]
    pod["containers"][0]["resources"] = {
        "requests": {"cpu": "0.50", "memory": "1.5Gi", "ephemeral-storage": "1e3"},
        "limits": {"cpu": "2.0", "memory": "2048M"},
    }
    pod["containers"][0]["env"] = [{"name": "EMPTY", "value": ""}]
    desk.objects["persistentvolumeclaim-home"]["spec"]["resources"] = {
        "requests": {"storage": "1024Mi"}
    }
    desk.begin()
    again = desk if cache == "the same" else desk.forgetful(tmp_path / "empty")

    again.settled()

    assert again.settled() == []
