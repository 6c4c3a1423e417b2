"""What was changed in the cluster and is git's is mended; what is not git's is left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.sync.bundles_of import Desk, Object
from tests.sync.program import good

Drift = Callable[[Desk], None]
AT = "/spec/template/spec"


def steps(*found: tuple[str, str, Any]) -> list[Object]:
    return [{"op": op, "path": path, "value": value} for op, path, value in found]


def a_value(desk: Desk) -> None:
    desk.patch("service", "churn", {"spec": {"selector": {"jackhoman.dev/notebook": "other"}}})


def a_value_by_replacing(desk: Desk) -> None:
    found = desk.cluster.kubectl("get", "statefulset", "churn", "--output=yaml")
    assert "image: base:1" in found
    changed = found.replace("image: base:1", "image: evil:1").replace("OnDelete", "RollingUpdate")
    desk.cluster.kubectl("replace", "--filename=-", stdin=changed)


def a_label_and_our_marks(desk: Desk) -> None:
    names = ("app.kubernetes.io/instance", "jackhoman.dev/agent", "applyset.kubernetes.io/part-of")
    desk.cluster.kubectl("label", "service", "churn", *(f"{name}-" for name in names))


def other_marks(desk: Desk) -> None:
    labels = ("applyset.kubernetes.io/id=applyset-other-v1", "jackhoman.dev/agent=other")
    desk.cluster.kubectl("label", "notebook", "churn", "--overwrite", *labels)


def an_owner(desk: Desk) -> None:
    desk.patch("service", "churn", steps(("remove", "/metadata/ownerReferences", None)), how="json")


def an_object(desk: Desk) -> None:
    desk.cluster.kubectl("delete", "service,rolebinding/churn-owner", "churn")


def several_objects(desk: Desk) -> None:
    desk.cluster.kubectl("delete", "service/churn", "role/churn-owner", "sa/churn")


def a_grant(desk: Desk) -> None:
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    desk.patch("role", "churn-owner", {"rules": [rule]})


def a_variable(desk: Desk) -> None:
    path = f"{AT}/containers/0/env/0/value"
    desk.patch("statefulset", "churn", steps(("replace", path, "/elsewhere")), how="json")


def the_kind_of_a_variable(desk: Desk) -> None:
    source = {"fieldRef": {"fieldPath": "metadata.name"}}
    value = {"name": "NB_PREFIX", "valueFrom": source}
    path = f"{AT}/containers/0/env/0"
    desk.patch("statefulset", "churn", steps(("replace", path, value)), how="json")


def the_kind_of_a_volume(desk: Desk) -> None:
    value = {"name": "home", "emptyDir": {}}
    desk.patch("statefulset", "churn", steps(("replace", f"{AT}/volumes/0", value)), how="json")


def the_number_of_a_port(desk: Desk) -> None:
    desk.patch("service", "churn", steps(("replace", "/spec/ports/0/port", 81)), how="json")


def the_number_of_a_containers_port(desk: Desk) -> None:
    path = f"{AT}/containers/0/ports/0/containerPort"
    desk.patch("statefulset", "churn", steps(("replace", path, 9999)), how="json")


def the_way_of_updates(desk: Desk) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    desk.patch("statefulset", "churn", {"spec": {"updateStrategy": strategy}})


DRIFTS = [
    a_value,
    a_value_by_replacing,
    a_label_and_our_marks,
    other_marks,
    an_owner,
    several_objects,
    a_grant,
    a_variable,
    the_kind_of_a_variable,
    the_kind_of_a_volume,
    the_number_of_a_port,
    the_number_of_a_containers_port,
    the_way_of_updates,
]


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_mended_at_once_and_for_good(desk: Desk, drift: Drift) -> None:
    desk.begin()
    before = picture(desk)
    drift(desk)
    assert picture(desk) != before

    good(desk.sync())

    after = picture(desk)
    assert {each: after[each] for each in after if after[each] != before[each]} == {}
    assert desk.settled() == []


def test_what_stands_beside_a_mended_port_is_left(desk: Desk) -> None:
    desk.begin()
    more = {"name": "extra", "port": 9000, "protocol": "TCP", "targetPort": 9000}
    desk.patch("service", "churn", {"spec": {"ports": [more]}}, how="strategic")
    ports = desk.live("service")["spec"]["ports"]
    assert [each["port"] for each in ports] == [9000, 80]
    moves = steps(("replace", "/spec/ports/1/port", 81))
    desk.cluster.apply(
        '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "churn"},'
        ' "spec": {"ports": [{"name": "meant", "port": 7000, "protocol": "TCP"}]}}',
        manager="another",
    )
    desk.patch("service", "churn", moves, how="json")

    good(desk.sync())

    ports = {each["name"]: each["port"] for each in desk.live("service")["spec"]["ports"]}
    assert ports["meant"] == 7000
    assert ports["http-notebook"] == 80
    assert 81 not in ports.values()
    assert desk.settled() == []


def test_git_may_change_how_updates_are_made(desk: Desk) -> None:
    """What the server or a user filled in for the one way forbids the other."""
    desk.objects["statefulset"]["spec"]["updateStrategy"] = {"type": "RollingUpdate"}
    desk.begin()
    held_back = {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 1}}}}
    desk.patch("statefulset", "churn", held_back)
    desk.objects["statefulset"]["spec"]["updateStrategy"] = {"type": "OnDelete"}
    desk.commit()

    good(desk.sync())

    assert desk.live("statefulset")["spec"]["updateStrategy"] == {"type": "OnDelete"}
    assert desk.settled() == []


def test_what_git_says_no_longer_goes_unless_others_own_it(desk: Desk) -> None:
    labels = desk.objects["service"]["metadata"]["labels"]
    labels |= {"alone": "yes", "shared": "yes"}
    desk.begin()
    desk.cluster.apply(
        '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "churn",'
        ' "labels": {"shared": "yes"}}}',
        manager="another",
    )
    del labels["alone"], labels["shared"]
    desk.commit()

    good(desk.sync())

    live = desk.live("service")["metadata"]["labels"]
    assert ("alone" in live, live.get("shared")) == (False, "yes")
    assert desk.settled() == []


def test_only_what_drifted_is_written(desk: Desk) -> None:
    desk.begin()
    a_value(desk)

    with desk.recording() as recording:
        good(desk.sync())

    (write,) = recording.writes()
    assert "/services/churn?" in write.uri


def picture(desk: Desk) -> Mapping[str, Any]:
    """What git says something about."""
    found = {}
    for each in desk.objects.values():
        kind, name = each["kind"], each["metadata"]["name"]
        live = desk.cluster.get(kind, name)
        meta = live["metadata"] if live else {}
        rest = {k: v for k, v in (live or {}).items() if k not in {"metadata", "status"}}
        if kind == "Service" and live:
            rest["spec"] = {k: v for k, v in live["spec"].items() if not k.startswith("clusterIP")}
        if kind == "ServiceAccount":
            rest.pop("secrets", None)
        shown = ("labels", "annotations", "ownerReferences")
        found[f"{kind}/{name}"] = (rest, {k: meta.get(k) for k in shown})
    return found
