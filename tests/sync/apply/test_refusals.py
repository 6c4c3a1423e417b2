"""What cannot be done, or not yet: in words, and without harm to the rest."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from controlplane.cluster import namespace
from controlplane.own import OwnServer
from controlplane.plugin import StartOwn
from controlplane.webhook import Denied, Patch, Review, Rules, webhook

from sync.marks import PART_OF
from tests.sync.bundles_of import Desk, desk_in, known
from tests.sync.kinds import definition
from tests.sync.program import good


def test_a_missing_kind_is_waited_for_while_others_go_on(desk: Desk) -> None:
    group = f"{desk.cluster.namespace}.example"
    meta = {"name": "churn", "namespace": desk.cluster.namespace}
    route = {"apiVersion": f"{group}/v1", "kind": "Route", "metadata": meta, "spec": {"a": 1}}
    desk.objects["route"] = route
    desk = desk.adding(known(f"Route.{group}"))
    desk.commit()

    waiting = desk.sync("--patience=0")

    assert waiting.code == 1
    assert f"Route.{group} is not installed in this cluster; waiting for it" in waiting.out
    assert desk.live("statefulset")
    name = f"routes.{group}"
    create = ("create", "--filename=-")
    later = threading.Timer(2, desk.cluster.kubectl, create, {"stdin": definition(group, "Route")})
    later.start()
    try:
        good(desk.adding("--patience=60").sync())
        assert desk.live(name, "churn")["spec"] == {"a": 1}
        assert desk.settled() == []
    finally:
        later.join()
        desk.cluster.kubectl("delete", "--wait=false", f"crd/{name}")


def test_an_unready_webhook_is_waited_for(desk: Desk) -> None:
    asked: list[str] = []

    def awakening(review: Review) -> Patch | Denied:
        asked.append(review["name"])
        if len(asked) < 7:
            raise ConnectionError("not yet")
        return []

    desk.commit()
    with webhook(desk.cluster, Rules(("services",), validating=True), awakening):
        good(desk.adding("--patience=60").sync())

    assert len(asked) == 7
    assert desk.settled() == []


def test_a_webhook_that_refuses_is_told_and_not_waited_for(desk: Desk) -> None:
    desk.commit()
    with webhook(
        desk.cluster, Rules(("services",), validating=True), lambda _: Denied("only on Fridays")
    ) as hook:
        done = desk.sync("--patience=60")

    assert (done.code, len(hook.asked)) == (1, 1)
    assert "only on Fridays" in done.out
    assert desk.live("statefulset")


def test_a_namespace_that_is_being_deleted(desk: Desk, tmp_path: Path) -> None:
    name = f"{desk.cluster.namespace}-b"
    other = replace(desk.cluster, namespace=name)
    other.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    meta = {"name": "held", "finalizers": ["tests.octavo/held"]}
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    other.kubectl("create", "--filename=-", stdin=json.dumps(held))
    other.kubectl("delete", "namespace", name, "--wait=false")
    there = desk_in(other, tmp_path / "there")
    there.commit()
    try:
        done = there.sync("--patience=0")
        assert done.code == 1
        assert "being terminated" in done.out
        assert "waiting" in done.out
    finally:
        other.kubectl(
            "patch", "configmap", "held", "--type=merge", '--patch={"metadata":{"finalizers":null}}'
        )


def test_an_object_whose_end_is_held_up_is_made_again_after_it(desk: Desk) -> None:
    desk.begin()
    desk.patch("service", "churn", {"metadata": {"finalizers": ["tests.octavo/held"]}})
    desk.cluster.kubectl("delete", "service", "churn", "--wait=false")
    old = desk.live("service")["metadata"]["uid"]

    done = desk.sync("--patience=0")
    assert done.code == 1
    assert "is being deleted" in done.out
    desk.patch("service", "churn", {"metadata": {"finalizers": None}})
    good(desk.sync())

    assert desk.live("service")["metadata"]["uid"] != old


def test_a_deleted_notebook_takes_its_children_and_comes_back_with_them(desk: Desk) -> None:
    desk.begin()
    claim = desk.live("pvc", "churn-home")["metadata"]["uid"]
    old = desk.live("notebook")["metadata"]["uid"]
    kinds = "statefulset,service,role,rolebinding,serviceaccount,controllerrevision,networkpolicy"
    children = ("get", kinds, f"--selector={PART_OF}", "--output=name", "--ignore-not-found")
    assert len(desk.cluster.kubectl(*children).split()) > len(("statefulset", "service", "role"))
    desk.cluster.kubectl("delete", "notebook", "churn")
    desk.cluster.eventually(lambda: not desk.cluster.kubectl(*children))
    assert desk.live("pvc", "churn-home")["metadata"]["uid"] == claim

    good(desk.sync())

    new = desk.live("notebook")["metadata"]["uid"]
    assert new != old
    owners = desk.live("statefulset")["metadata"]["ownerReferences"]
    assert [each["uid"] for each in owners] == [new]
    assert desk.live("pvc", "churn-home")["metadata"]["uid"] == claim
    assert desk.settled() == []


def test_children_that_are_still_there_get_the_new_owner(desk: Desk) -> None:
    desk.begin()
    kept = desk.live("statefulset")["metadata"]["uid"]
    desk.cluster.kubectl("delete", "notebook", "churn", "--cascade=orphan")

    good(desk.sync())

    live, new = desk.live("statefulset")["metadata"], desk.live("notebook")["metadata"]["uid"]
    assert live["uid"] == kept
    assert [each["uid"] for each in live["ownerReferences"]] == [new]
    assert desk.settled() == []


def test_what_cannot_be_changed_in_place_is_told_and_nothing_is_made_anew(desk: Desk) -> None:
    desk.begin()
    before = desk.live("statefulset")
    desk.objects["statefulset"]["spec"]["serviceName"] = "other"
    desk.objects["service"]["metadata"]["labels"]["is"] = "new"
    desk.commit()

    done = desk.sync()

    assert done.code == 1
    assert "--cascade=orphan" in done.out
    assert desk.live("statefulset")["metadata"]["uid"] == before["metadata"]["uid"]
    assert desk.live("statefulset")["spec"] == before["spec"]
    assert desk.live("service")["metadata"]["labels"]["is"] == "new"


def test_a_value_of_the_wrong_type_is_not_waited_for(desk: Desk) -> None:
    desk.objects["service"]["spec"]["ports"][0]["port"] = "eighty"
    desk.commit()

    done = desk.sync("--patience=60")

    assert done.code == 1
    assert "failed" in done.out
    assert "waiting" not in done.out
    assert desk.live("statefulset")


def test_a_grant_of_another_role_is_made_anew(desk: Desk) -> None:
    desk.begin()
    old = desk.live("rolebinding", "churn-owner")["metadata"]["uid"]
    other = json.loads(json.dumps(desk.objects["role-owner"]))
    other["metadata"]["name"] = "churn-other"
    binding = desk.objects.pop("rolebinding-owner")
    desk.objects.update({"role-other": other, "rolebinding-owner": binding})
    binding["roleRef"]["name"] = "churn-other"
    desk.commit()

    good(desk.sync())

    live = desk.live("rolebinding", "churn-owner")
    assert live["roleRef"]["name"] == "churn-other"
    assert live["metadata"]["uid"] != old
    assert desk.settled() == []


@pytest.mark.parametrize("command", ["sync", "diff"])
def test_a_name_that_means_nothing_is_an_error(desk: Desk, command: str) -> None:
    desk.commit()
    names = [f"{desk.cluster.namespace}/{name}" for name in ("churn", "chrun")]

    with desk.recording() as recording:
        done = getattr(desk, command)(*names)

    assert done.code == 2
    assert f"{names[1]}: neither in the source nor in the cluster" in done.err
    assert recording.writes() == []


def test_a_notebook_that_only_the_cluster_has_may_be_named(desk: Desk) -> None:
    desk.begin()
    namespace = desk.cluster.namespace
    desk.tree.write(
        f"notebooks/{namespace}/other",
        json.loads(json.dumps(desk.objects).replace("churn", "other")),
    )
    desk.tree.take("churn")

    good(desk.sync(f"{namespace}/churn"))

    assert desk.cluster.get("statefulset", "churn") is None
    assert desk.cluster.get("statefulset", "other") is None


@pytest.mark.parametrize("command", ["sync", "diff"])
def test_another_cluster_is_refused(desk: Desk, command: str) -> None:
    desk.commit()

    with desk.recording() as recording:
        done = getattr(desk, command)("--cluster=11111111-2222-3333-4444-555555555555")

    assert done.code == 2
    assert "not the cluster that --cluster names" in done.err
    assert recording.writes() == recording.dry_runs() == []


@pytest.mark.parametrize("command", ["sync", "diff"])
def test_nobody_there(desk: Desk, command: str, tmp_path: Path) -> None:
    desk.commit()
    found = json.loads(desk.cluster.kubeconfig.read_text())
    found["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    nobody = tmp_path / "nobody"
    nobody.write_text(json.dumps(found))

    done = getattr(replace(desk, octavo=desk.octavo.through(nobody)), command)("--deadline=2")

    assert done.code == 2
    assert "https://127.0.0.1:9" in done.err
    assert "Traceback" not in done.err


def test_a_cluster_without_the_kind_is_told_how_to_get_it(
    own_control_plane: StartOwn, tmp_path: Path
) -> None:
    server: OwnServer = own_control_plane()
    desk = desk_in(server.cluster, tmp_path)
    desk.commit()
    for done in (desk.sync(), desk.diff()):
        assert done.code == 2
        assert "octavo crd | kubectl apply" in done.err
