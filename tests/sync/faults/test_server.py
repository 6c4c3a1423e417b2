"""The API server itself: stopped, killed, slow, short of room, or of another opinion."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from controlplane import faults
from controlplane.cluster import namespace
from controlplane.faults import Proxy
from controlplane.own import OwnServer
from controlplane.plugin import StartOwn
from controlplane.webhook import Denied, Review, Rules, webhook

from tests.sync.faults import asked
from tests.sync.faults.conftest import Scene, built
from tests.sync.kinds import teach_notebooks
from tests.sync.picture import NOBODY, Picture
from tests.sync.program import ended, good

MANY = 200
BOUND = 180.0
SERVANT = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: servant}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
"""


def on(server: OwnServer, folder: Path) -> Scene:
    """The scene on a server of a test's own."""
    cluster = replace(server.cluster, namespace="research")
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace("research")))
    teach_notebooks(cluster)
    return built(cluster, folder)


@contextmanager
def at_write(proxy: Proxy, number: int, do: Callable[[], None]) -> Iterator[threading.Event]:
    """Do something in the middle: after so many writes, in a thread beside."""
    left, done = [number], threading.Event()

    def counted(method: str, path: str) -> bool:
        left[0] -= asked.write(method, path)
        return left[0] == 0

    def act() -> None:
        do()
        done.set()

    threads: list[threading.Thread] = []

    def begin(exchange: faults.Exchange) -> None:
        threads.append(threading.Thread(target=act))
        threads[0].start()
        exchange.forward()

    proxy.add(counted, begin, times=1)
    yield done
    for each in threads:
        each.join()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_server_goes_away_in_the_middle_and_comes_back(
    own_control_plane: StartOwn,
    undisturbed: Callable[..., Picture],
    tmp_path: Path,
    end: str,
) -> None:
    server = own_control_plane()
    scene = on(server, tmp_path)

    def restart() -> None:
        getattr(server, end)()
        server.start()

    scene.begin(12)
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        with at_write(proxy, 30, restart) as restarted:
            good(scene.through(proxy.kubeconfig, "--deadline=60").sync())
        assert restarted.is_set()
    assert scene.picture() == undisturbed(12, second=False)
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        with at_write(proxy, 3, restart) as restarted:
            good(scene.through(proxy.kubeconfig, "--deadline=60").sync())
        assert restarted.is_set()
    assert scene.picture() == undisturbed(12)


def test_a_server_that_goes_away_for_good_is_given_up_on(
    own_control_plane: StartOwn, undisturbed: Callable[..., Picture], tmp_path: Path
) -> None:
    """Not after a deadline for each of two hundred requests, but after a few."""
    server = own_control_plane()
    scene = on(server, tmp_path)
    scene.begin(12)
    with faults.faults(scene.cluster.kubeconfig) as proxy, at_write(proxy, 40, server.kill) as gone:
        began = time.monotonic()
        done = scene.through(proxy.kubeconfig, "--deadline=4", "--patience=1").sync()
        taken = time.monotonic() - began
    assert gone.is_set()
    assert done.code in {1, 2}
    assert "cut the connection" in done.said
    assert "Traceback" not in done.said
    assert taken < 25
    server.start()
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed(12, second=False)


def test_a_watching_agent_outlives_the_server(
    own_control_plane: StartOwn, undisturbed: Callable[..., Picture], tmp_path: Path
) -> None:
    server = own_control_plane()
    scene = on(server, tmp_path)
    scene.begin()
    words = ("sync", "--watch", "--listen=127.0.0.1:0", "--interval=1s", "--lease=none")
    with scene.octavo.running(*words) as process:
        scene.cluster.eventually(lambda: same(scene, undisturbed(second=False)))
        server.kill()
        scene.go_on_in_git()
        time.sleep(3)
        server.start()
        scene.token("second")
        scene.cluster.eventually(lambda: same(scene, undisturbed()))
        scene.cluster.kubectl("delete", "service", "book-0")
        scene.cluster.eventually(lambda: same(scene, undisturbed()))
        process.send_signal(signal.SIGTERM)
        done = ended(process, within=20)
    assert done.code == 0
    assert "Traceback" not in done.said


def same(scene: Scene, expected: Picture) -> bool:
    return scene.picture() == expected


# --- of another opinion


def denies(name: str) -> Callable[[Review], Denied | list[dict[str, str]]]:
    return lambda review: Denied("not on my watch") if name in review["name"] else []


def test_what_an_admission_webhook_denies_stops_nobody_else(
    scene: Scene, undisturbed: Callable[..., Picture]
) -> None:
    scene.begin()
    rules = Rules(("services",), validating=True)
    with webhook(scene.cluster, rules, denies("book-1")):
        done = scene.octavo.sync()
        told = scene.picture()
    assert done.code == 1
    (line,) = [each for each in done.out.splitlines() if each.startswith(("failed", "waiting"))]
    assert f"Service {scene.cluster.namespace}/book-1" in line
    assert "not on my watch" in line
    expected = undisturbed(second=False)
    assert set(expected) - set(told) == {"Service/book-1"}
    good(scene.octavo.sync())
    assert scene.picture() == expected


def test_an_invalid_object_stops_nobody_else(
    scene: Scene, undisturbed: Callable[..., Picture]
) -> None:
    scene.begin()
    bundle = scene.tree.root / "notebooks" / scene.tree.namespace / "book-1"
    file = bundle / "service.yaml"
    service = json.loads(file.read_text())
    service["spec"]["ports"][0]["port"] = 99999
    file.write_text(json.dumps(service))
    done = scene.octavo.sync()
    assert done.code == 1
    (line,) = [each for each in done.out.splitlines() if each.startswith("failed")]
    assert f"Service {scene.cluster.namespace}/book-1" in line
    assert "spec.ports[0].port" in line
    expected = undisturbed(second=False)
    told = scene.picture()
    assert set(expected) - set(told) == {"Service/book-1"}
    scene.tree.put("book-1")
    good(scene.octavo.sync())
    assert scene.picture() == expected


def test_a_bundle_that_cannot_be_read_stops_nobody_else_and_keeps_what_it_has(
    scene: Scene, undisturbed: Callable[..., Picture]
) -> None:
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    bundle = scene.tree.root / "notebooks" / scene.tree.namespace / "book-2"
    (bundle / "service.yaml").write_text("kind: [")
    done = scene.octavo.sync()
    assert done.code == 1
    assert "book-2/service.yaml" in done.out
    told, expected = scene.picture(), dict(undisturbed())
    # Whoever owned the copy may be one of those that cannot be read: it stays theirs.
    assert owners(expected.pop("Secret/token")) <= owners(told.pop("Secret/token"))
    assert told == expected
    scene.tree.put("book-2")
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()


def owners(told: Any) -> set[str]:
    return {each["name"] for each in told["metadata"]["ownerReferences"]}


def test_a_quota_that_is_used_up_is_named_and_stops_nobody_else(
    scene: Scene, undisturbed: Callable[..., Picture]
) -> None:
    scene.begin()
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few-claims"},
        "spec": {"hard": {"persistentvolumeclaims": "2"}},
    }
    scene.cluster.apply(json.dumps(quota), manager="admin")
    scene.cluster.eventually(
        lambda: '"used"' in json.dumps(scene.cluster.get("resourcequota", "few-claims"))
    )
    done = scene.octavo.sync()
    assert done.code == 1
    (line,) = [each for each in done.out.splitlines() if each.startswith(("failed", "waiting"))]
    assert "PersistentVolumeClaim" in line
    assert "exceeded quota: few-claims" in line
    expected = undisturbed(second=False)
    (missing,) = set(expected) - set(scene.picture())
    assert missing.startswith("PersistentVolumeClaim/")
    scene.cluster.kubectl("delete", "resourcequota", "few-claims")
    good(scene.octavo.sync())
    assert scene.picture() == expected


# --- slow, or short of room


def test_a_slow_network_is_slow_and_no_more(
    scene: Scene, undisturbed: Callable[..., Picture]
) -> None:
    scene.begin()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        proxy.add(asked.anything, faults.delay(0.2))
        good(scene.through(proxy.kubeconfig).sync())
        scene.go_on()
        good(scene.through(proxy.kubeconfig).sync())
    assert scene.picture() == undisturbed()


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(
            ("--enable-priority-and-fairness=false", "--max-requests-inflight=4",
             "--max-mutating-requests-inflight=2"),
            id="few at a time",
        ),
        pytest.param(
            ("--enable-priority-and-fairness=true", "--max-requests-inflight=8",
             "--max-mutating-requests-inflight=4"),
            id="priority and fairness",
        ),
    ],
)  # fmt: skip
def test_two_hundred_notebooks_at_once_on_a_server_that_throttles(
    own_control_plane: StartOwn, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    scene = on(own_control_plane(flags), tmp_path)
    servant = scene.cluster.as_service_account("servant", SERVANT)
    scene.begin(MANY)
    octavo = scene.through(servant, "--deadline=60", "--in-flight=32")
    began = time.monotonic()
    with scene.cluster.recording(tag="octavo") as told:
        good(octavo.sync())
    assert time.monotonic() - began < BOUND
    refused = sum(each.code == 429 for each in told.requests())
    assert refused or "true" in flags[0]
    found = scene.picture()
    books = [f"book-{number}" for number in range(MANY)]
    per_kind = ("Notebook", "Service", "ServiceAccount", "StatefulSet")
    assert {f"{kind}/{book}" for kind in per_kind for book in books} <= set(found)
    assert len(found["Secret/token"]["metadata"]["ownerReferences"]) == MANY
    owned = [each["metadata"].get("ownerReferences") for each in found.values()]
    assert NOBODY not in json.dumps(owned)
    with scene.cluster.recording(tag="octavo") as told:
        good(octavo.sync())
    assert told.writes() == []
