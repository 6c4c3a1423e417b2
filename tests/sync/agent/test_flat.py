"""Rounds without end leave nothing behind: no memory, no connections, no threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.sync.agent.world import Repository, Running, World, eventually

ROUNDS = 'octavo_rounds_total{result="good"'
WARM, MORE = 60, 200
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    files: int
    threads: int
    memory: int


def size(agent: Running) -> Size:
    status = Path(f"/proc/{agent.process.pid}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines())
    files = len(list(Path(f"/proc/{agent.process.pid}/fd").iterdir()))
    memory = int(facts["VmRSS"].split()[0]) * 1024
    return Size(int(agent.metric(ROUNDS)), files, int(facts["Threads"]), memory)


def test_two_hundred_rounds_leave_nothing_behind(world: World, repository: Repository) -> None:
    for each in range(5):
        world.tree.put(f"many-{each}")
    repository.commit()
    flags = ("--resync", "0", "--interval", "0.2")
    with world.ready_agent(*flags, source=repository.flags) as agent:
        eventually(lambda: agent.metric(ROUNDS) > WARM)
        before = size(agent)
        for turn in range(4):
            world.tree.put(f"turn-{turn}")
            repository.commit()
            seen = agent.metric(ROUNDS)
            eventually(lambda seen=seen: agent.metric(ROUNDS) > seen + MORE / 4, 90)  # type: ignore[misc]
        after = size(agent)
    assert after.rounds - before.rounds >= MORE
    # Connections that are kept come and go; one left behind by each round would be two hundred.
    assert after.files <= before.files + 16
    assert after.threads <= before.threads + 6
    assert after.memory <= before.memory + 12 * MEBIBYTE
