"""What becomes of the server: restarted, forgetful, another one."""

from __future__ import annotations

import json
from pathlib import Path

from controlplane.faults import cut_after, faults, status
from controlplane.plugin import StartOwn

from tests.sync.agent.world import NEVER, Tree, World, eventually
from tests.sync.kinds import teach_notebooks


def test_an_api_server_that_was_restarted_is_found_again(
    own_control_plane: StartOwn, tmp_path: Path
) -> None:
    server = own_control_plane()
    teach_notebooks(server.cluster)
    tree = Tree(tmp_path / "tree", "default")
    tree.put("one")
    world = World(server.cluster, tree, tmp_path)
    with world.ready_agent(*NEVER) as agent:
        for end in (server.stop, server.kill):
            end()
            tree.put("one")
            server.start()
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            eventually(lambda: world.value() == "1", 90)
        assert agent.process.poll() is None


def test_another_cluster_under_the_same_address_gets_nothing_and_loses_nothing(
    world: World,
) -> None:
    stranger = {"metadata": {"name": "kube-system", "uid": "another"}}
    body = json.dumps({"kind": "Namespace", "apiVersion": "v1", **stranger}).encode()
    with (
        faults(world.cluster.kubeconfig) as proxy,
        world.ready_agent(*NEVER, "--interval", "1s", kubeconfig=proxy.kubeconfig) as agent,
    ):
        eventually(lambda: world.status("one"))
        rule = proxy.add(
            lambda _, path: path == "/api/v1/namespaces/kube-system",
            lambda exchange: exchange.reply(200, body, {"Content-Type": "application/json"}),
        )
        began = len(proxy.requests)
        world.tree.put("two")
        world.tree.remove("one")
        eventually(lambda: agent.said("another cluster answers") >= 2)
        sent = proxy.requests[began:]
        assert all(method == "GET" for method, _ in sent)
        assert world.value("one") == "1"
        assert world.get("notebook", "two") is None
        rule.left = 0
        eventually(lambda: world.value("two") == "1")
        world.patch("configmap", "two.settings", {"data": {"a": "drifted"}})
        eventually(lambda: world.value("two") == "1")


def test_a_server_that_forgot_where_a_watch_was_is_compared_anew(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        rule = proxy.add(lambda _, path: "watch=1" in path and "/configmaps?" in path, status(410))
        with world.ready_agent(*NEVER, kubeconfig=proxy.kubeconfig) as agent:
            eventually(lambda: agent.metric('octavo_watch_restarts_total{kind="ConfigMap"}'))
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            eventually(lambda: world.value() == "1")
            rounds = agent.metric('octavo_rounds_total{result="good",scope="everything"}')
            assert 2 <= rounds <= 5
            rule.left = 0


def test_watches_that_are_cut_again_and_again_lose_nothing(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda _, path: "watch=1" in path and "/configmaps?" in path, cut_after(100), 3)
        with world.ready_agent(*NEVER, kubeconfig=proxy.kubeconfig) as agent:
            for _ in range(3):
                world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
                eventually(lambda: world.value() == "1")
            assert agent.process.poll() is None
