"""`--wait`: until the notebook is ready, or why it is not."""

from __future__ import annotations

import json
import threading

from tests.sync.bundles_of import Desk

READY = {
    "status": {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [],
    }
}


def pod_becomes_ready(desk: Desk) -> None:
    """What a kubelet would say."""
    raw = f"/api/v1/namespaces/{desk.cluster.namespace}/pods/churn-0"
    desk.cluster.eventually(lambda: bool(desk.cluster.get("pod", "churn-0")))
    pod = json.loads(desk.cluster.kubectl("get", f"--raw={raw}"))
    text = json.dumps({**pod, **READY})
    desk.cluster.kubectl("replace", f"--raw={raw}/status", "--filename=-", stdin=text)


def test_why_it_does_not_start_is_said_in_words(desk: Desk) -> None:
    desk.commit()

    done = desk.sync("--wait", "--patience=3")

    assert done.code == 1
    place = f"notebooks/{desk.cluster.namespace}/churn"
    assert f"not ready  {place}: " in done.err
    assert "the volume claim churn-home has no volume yet" in done.err


def test_a_quota_is_named(desk: Desk) -> None:
    desk.cluster.kubectl("create", "quota", "small", "--hard=pods=0")
    desk.commit()

    done = desk.sync("--wait", "--patience=5")

    assert done.code == 1
    assert "the namespace's quota leaves no room for the pod" in done.err


def test_it_ends_when_the_notebook_is_ready(desk: Desk) -> None:
    desk.commit()
    later = threading.Thread(target=pod_becomes_ready, args=(desk,))
    later.start()

    done = desk.sync("--wait", "--patience=60")

    later.join()
    assert (done.code, done.err) == (0, "")
    assert desk.live("statefulset")["status"]["readyReplicas"] == 1


def test_a_stopped_notebook_is_not_waited_for(desk: Desk) -> None:
    desk.objects["statefulset"]["spec"]["replicas"] = 0
    desk.commit()

    assert desk.sync("--wait", "--patience=60").code == 0


def test_what_was_refused_is_not_waited_for(desk: Desk) -> None:
    desk.cluster.kubectl("create", "service", "clusterip", "churn", "--tcp=80")
    desk.commit()

    done = desk.sync("--wait", "--patience=60")

    assert done.code == 1
    assert "not ready" not in done.err
