"""What the agent says of itself: health, figures, its log."""

from __future__ import annotations

import json
import time
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from controlplane.faults import delay, faults

from sync.agent import Agent, Rhythm
from sync.agent.loop import STUCK
from sync.agent.web import serving
from sync.cluster import Cluster
from sync.errors import UsageError
from sync.memory import Memory
from sync.policy import Policy
from sync.sources.directory import DirectorySource
from tests.sync.agent.world import NEVER, World, eventually

FIGURES = (
    "octavo_bundles 1.0",
    "octavo_bundles_in_trouble 0.0",
    "octavo_leader 1.0",
    "octavo_prune_blocked 0.0",
    "octavo_queue_length 0.0",
    'octavo_objects_total{action="created"} 2.0',
    'octavo_rounds_total{result="good",scope="everything"} 1.0',
    'octavo_round_seconds_count{scope="everything"} 1.0',
    "octavo_source_failures_total 0.0",
    "process_resident_memory_bytes",
    "process_open_fds",
)


def test_it_is_ready_when_everything_was_compared_once(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, _: method == "PATCH", delay(1.5))
        with world.agent(*NEVER, kubeconfig=proxy.kubeconfig) as agent:
            eventually(lambda: agent.said("octavo sync begins"))
            assert agent.page("/readyz")[0] == 503
            assert agent.page("/healthz") == (200, "ok\n")
            eventually(agent.is_ready)
            assert world.value() == "1"


def test_the_figures(world: World) -> None:
    with world.ready_agent(*NEVER) as agent:
        shown = agent.page("/metrics")[1]
        for each in FIGURES:
            assert f"\n{each}" in shown
        assert agent.metric("octavo_checked_timestamp_seconds") > time.time() - 60
        assert agent.metric("octavo_source_fetched_timestamp_seconds") > time.time() - 60
        assert agent.page("/elsewhere") == (404, "not here\n")
        world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
        eventually(lambda: agent.metric('octavo_drifts_total{kind="ConfigMap"}') == 1)
        eventually(lambda: agent.metric('octavo_objects_total{action="repaired"}') == 1)


def test_its_log_is_json_on_request_and_plain_text_otherwise(world: World, tmp_path: Path) -> None:
    hostile = tmp_path / "red\x1b[31m\u202e"
    world.tree.root.rename(hostile)
    for form in ("json", "text"):
        with world.ready_agent(source=("--from", str(hostile)), name=form, log=form) as agent:
            assert agent.end()[0] == 0
            text = agent.log.read_text()
        assert "octavo sync begins" in text
        assert "octavo sync ends" in text
        assert all(each.isprintable() for line in text.splitlines() for each in line)
    lines = [json.loads(line) for line in (world.folder / "json.log").read_text().splitlines()]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)


def test_a_loop_that_is_stuck_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, source = create_autospec(Cluster), create_autospec(DirectorySource)
    agent = Agent(source, cluster, Policy(), Memory(), Rhythm())
    now = time.monotonic()
    monkeypatch.setattr("sync.agent.loop.time.monotonic", lambda: now + STUCK - 1)
    assert agent.healthy()
    monkeypatch.setattr("sync.agent.loop.time.monotonic", lambda: now + STUCK + 1)
    assert not agent.healthy()


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:x", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(UsageError, match="is not an address"), serving(address, {}):
        raise AssertionError(address)


def test_an_address_that_is_taken_is_told() -> None:
    with (
        serving("127.0.0.1:0", {}) as port,
        pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}"),
        serving(f"127.0.0.1:{port}", {}),
    ):
        raise AssertionError(port)


def test_nothing_is_served_where_nothing_is_to_be() -> None:
    for address in ("", "none"):
        with serving(address, {}) as port:
            assert port == 0
