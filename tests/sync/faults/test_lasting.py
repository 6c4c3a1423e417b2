"""A fault that lasts: what is wrong is said, nothing is removed on weak evidence, and the next run,
when the fault is over, makes everything right."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from controlplane import faults
from controlplane.faults import Fault

from tests.sync.faults import asked
from tests.sync.faults.asked import Match
from tests.sync.faults.conftest import Scene
from tests.sync.picture import Picture
from tests.sync.program import good

FINE, SOMETHING_WRONG, NOTHING_DONE = 0, 1, 2
SOON = ("--deadline=2", "--patience=2")
BOUND = 45.0
EVERYTHING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: everything}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
"""

LASTING: dict[str, tuple[Fault, Match, int, str]] = {
    "no server": (faults.refuse, asked.anything, NOTHING_DONE, "cut the connection"),
    "503": (faults.status(503), asked.anything, NOTHING_DONE, "fault, on purpose"),
    "500": (faults.status(500), asked.anything, NOTHING_DONE, "fault, on purpose"),
    "no JSON": (faults.garbage, asked.anything, NOTHING_DONE, "no whole JSON"),
    "no discovery": (
        faults.status(503),
        lambda m, p: asked.discovery(m, p) and p != "/api/v1",
        NOTHING_DONE,
        "fault, on purpose",
    ),
    "refused credentials": (faults.status(401), asked.anything, NOTHING_DONE, "log in again"),
    "throttled": (faults.status(429, 1), asked.anything, NOTHING_DONE, "fault, on purpose"),
    "lists refused": (faults.forbid, asked.listing, SOMETHING_WRONG, "nothing was removed"),
    "lists cut": (faults.cut_after(400), asked.listing, SOMETHING_WRONG, "nothing was removed"),
    "lists are no JSON": (faults.garbage, asked.listing, SOMETHING_WRONG, "nothing was removed"),
    "lists fail": (faults.status(500), asked.listing, SOMETHING_WRONG, "nothing was removed"),
    "lists throttled": (faults.status(429, 1), asked.listing, SOMETHING_WRONG, "be listed"),
    "one list cut": (
        faults.cut_after(400),
        asked.of("/services?", asked.listing),
        SOMETHING_WRONG,
        "nothing was removed: Service cannot be listed",
    ),
    "looks fail": (faults.status(500), asked.look, SOMETHING_WRONG, "fault, on purpose"),
    "looks at one kind fail": (
        faults.status(500),
        asked.of("/statefulsets/", asked.look),
        SOMETHING_WRONG,
        "StatefulSet",
    ),
    "applies fail": (faults.status(500), asked.apply, SOMETHING_WRONG, "fault, on purpose"),
    "applies conflict": (faults.status(409), asked.apply, SOMETHING_WRONG, "fault, on purpose"),
    "applies are cut": (faults.cut_before, asked.apply, SOMETHING_WRONG, "cut the connection"),
    "one kind is refused": (
        faults.forbid,
        asked.of("/statefulsets/", asked.apply),
        SOMETHING_WRONG,
        "StatefulSet",
    ),
    "deletes fail": (faults.status(500), asked.delete, SOMETHING_WRONG, "is not deleted"),
    "deletes conflict": (faults.status(409), asked.delete, SOMETHING_WRONG, "is not deleted"),
    "deletes are refused": (faults.forbid, asked.delete, SOMETHING_WRONG, "is not deleted"),
    "deletes are done and lost": (faults.cut_before, asked.delete, FINE, "4 bundles"),
    "the Secret to copy cannot be read": (
        faults.status(500),
        asked.of("-catalog/secrets/"),
        SOMETHING_WRONG,
        "cannot be read",
    ),
    "the copy cannot be looked at": (
        faults.status(500),
        lambda method, path: method == "GET" and path.endswith("/secrets/token"),
        SOMETHING_WRONG,
        "Secret",
    ),
}
KEEPS_WHAT_IS_GONE = [name for name in LASTING if name.startswith(("list", "one list", "no ", "5"))]


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_lasts_is_told_and_mended_by_the_next_run(
    scene: Scene, undisturbed: Callable[..., Picture], name: str
) -> None:
    fault, match, code, words = LASTING[name]
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        rule = proxy.add(match, fault)
        began = time.monotonic()
        done = scene.through(proxy.kubeconfig, *SOON).sync()
        taken = time.monotonic() - began
        assert rule.left is None
        assert proxy.seen(match)
        deletes = proxy.seen(asked.delete)
    assert (done.code, words in done.said) == (code, True), done.said
    assert "Traceback" not in done.said
    assert taken < BOUND
    if name in KEEPS_WHAT_IS_GONE:
        assert deletes == 0
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()


def test_no_secret_is_repeated_in_what_is_said(scene: Scene) -> None:
    scene.begin()
    scene.token("hunter2hunter2")
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        message = "cannot handle hunter2hunter2"
        proxy.add(asked.of("/secrets/", asked.apply), faults.status(422, message=message))
        done = scene.through(proxy.kubeconfig, *SOON).sync()
    assert done.code == SOMETHING_WRONG
    assert "Secret" in done.said
    assert "hunter2" not in done.said


def token_of(kubeconfig: Path) -> str:
    user = json.loads(kubeconfig.read_text())["users"][0]["user"]
    return str(user["token"])


def test_credentials_that_are_renewed_in_the_middle_are_read_again(
    scene: Scene, undisturbed: Callable[..., Picture], tmp_path: Path
) -> None:
    """From the first write on the old token is refused, by which time its file holds a new one."""
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    new = token_of(scene.cluster.as_service_account("renewed", EVERYTHING))
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        old = token_of(proxy.kubeconfig)
        token, path = tmp_path / "token", tmp_path / "kubeconfig"
        token.write_text(old)
        config = json.loads(proxy.kubeconfig.read_text())
        config["users"][0]["user"] = {"tokenFile": str(token)}
        path.write_text(json.dumps(config))
        refused = []

        def rotated(exchange: faults.Exchange) -> None:
            token.write_text(new + "\n")
            if old in cast("Any", exchange).headers["Authorization"]:
                refused.append(old)
                faults.status(401)(exchange)
            else:
                exchange.forward()

        proxy.add(asked.write, rotated)
        good(scene.through(path).sync())
    assert refused
    scene.cluster.kubectl("delete", "serviceaccount", "renewed")
    assert scene.picture() == undisturbed()


@pytest.mark.parametrize("moment", ["list", "apply", "delete"])
def test_credentials_that_end_in_the_middle_for_good(
    scene: Scene, undisturbed: Callable[..., Picture], moment: str
) -> None:
    """From one request on, nothing is allowed any more."""
    match = {"list": asked.listing, "apply": asked.apply, "delete": asked.delete}[moment]
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        after = [0]

        def expired(method: str, path: str) -> bool:
            after[0] += match(method, path)
            return after[0] > 1

        proxy.add(expired, faults.status(401))
        began = time.monotonic()
        done = scene.through(proxy.kubeconfig).sync()
        taken = time.monotonic() - began
    assert done.code in {1, 2}
    assert "log in again" in done.said
    assert "Traceback" not in done.said
    assert taken < BOUND
    if moment == "list":
        assert proxy.seen(asked.delete) == 0
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()


def test_the_words_name_every_notebook_that_was_not_done(scene: Scene) -> None:
    scene.begin()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        proxy.add(asked.of("/book-1", asked.apply), faults.status(422, message="not like this"))
        done = scene.through(proxy.kubeconfig, *SOON).sync()
    assert done.code == SOMETHING_WRONG
    blamed = set(re.findall(r"^(?:failed|waiting) .*?(book-\d)", done.out, flags=re.MULTILINE))
    assert blamed == {"book-1"}
    assert all(scene.cluster.get("statefulset", each) for each in ("book-0", "book-2"))
