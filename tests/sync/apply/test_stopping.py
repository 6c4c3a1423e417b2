"""A notebook is stopped by git, or by its owner in the cluster, who may start it again."""

from __future__ import annotations

from tests.sync.bundles_of import Desk
from tests.sync.program import good

STOPPED = {"spec": {"stopped": True}}


def replicas(desk: Desk) -> int:
    found: int = desk.live("statefulset")["spec"]["replicas"]
    return found


def git_says(desk: Desk, *, stopped: bool) -> None:
    spec, workload = desk.objects["notebook"]["spec"], desk.objects["statefulset"]["spec"]
    if stopped:
        spec["stopped"], workload["replicas"] = True, 0
    else:
        del spec["stopped"], workload["replicas"]
    desk.commit()


def test_the_owner_stops_it_and_no_sync_starts_it_again(desk: Desk) -> None:
    desk.begin()
    assert replicas(desk) == 1
    desk.patch("notebook", "churn", STOPPED)

    good(desk.sync())
    assert replicas(desk) == 0
    assert desk.settled() == []
    desk.objects["statefulset"]["metadata"]["labels"]["is"] = "new"
    desk.commit()
    good(desk.sync())
    assert replicas(desk) == 0
    assert desk.live("notebook")["spec"]["stopped"] is True


def test_the_owner_starts_it_again(desk: Desk) -> None:
    desk.begin()
    for start in ({"spec": {"stopped": None}}, {"spec": {"stopped": False}}):
        desk.patch("notebook", "churn", STOPPED)
        good(desk.sync())
        assert replicas(desk) == 0
        desk.patch("notebook", "churn", start)

        good(desk.sync())

        assert replicas(desk) == 1
        assert desk.settled() == []


def test_git_stops_it_whatever_its_owner_says(desk: Desk) -> None:
    desk.begin()
    git_says(desk, stopped=True)
    good(desk.sync())
    assert replicas(desk) == 0
    desk.patch("notebook", "churn", {"spec": {"stopped": False}})
    desk.cluster.kubectl("scale", "statefulset", "churn", "--replicas=1")

    good(desk.sync())

    assert replicas(desk) == 0
    assert desk.live("notebook")["spec"]["stopped"] is True
    assert desk.settled() == []


def test_git_starts_it_in_one_sync(desk: Desk) -> None:
    desk.begin()
    git_says(desk, stopped=True)
    good(desk.sync())
    git_says(desk, stopped=False)

    good(desk.sync())

    assert replicas(desk) == 1
    assert "stopped" not in desk.live("notebook")["spec"]
    assert desk.settled() == []


def test_what_both_stopped_stays_so_until_the_owner_starts_it(desk: Desk) -> None:
    desk.begin()
    desk.patch("notebook", "churn", STOPPED)
    git_says(desk, stopped=True)
    good(desk.sync())
    git_says(desk, stopped=False)

    good(desk.sync())

    assert replicas(desk) == 0
    assert desk.settled() == []


def test_what_was_scaled_stays_scaled(desk: Desk) -> None:
    desk.begin()
    desk.cluster.kubectl("scale", "statefulset", "churn", "--replicas=0")

    assert desk.settled() == []
    desk.objects["statefulset"]["metadata"]["labels"]["is"] = "new"
    desk.commit()
    good(desk.sync())

    assert replicas(desk) == 0
