"""The gate: how many at once, and what the server's complaints change."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.cluster.gate import Gate, GateClosedError, GateTimeoutError


def most_at_once(gate: Gate, threads: int) -> int:
    inside, most, lock = 0, 0, threading.Lock()

    def visit(_: int) -> None:
        nonlocal inside, most
        with gate.turn(None):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.005)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(threads) as pool:
        assert len(list(pool.map(visit, range(60)))) == 60
    return most


def test_no_more_than_the_limit_are_inside() -> None:
    assert most_at_once(Gate(4), 12) == 4


def test_a_complaint_halves_it_and_one_burst_of_them_only_once() -> None:
    gate = Gate(16)
    asked_at = time.monotonic()

    for _ in range(16):
        gate.throttled(asked_at, 0.0)
    assert gate.width == 8

    gate.throttled(time.monotonic(), 0.0)
    assert gate.width == 4
    assert most_at_once(gate, 12) == 4


def test_it_never_shuts_altogether() -> None:
    gate = Gate(2)

    for _ in range(5):
        gate.throttled(time.monotonic(), 0.0)

    assert gate.width == 1
    assert most_at_once(gate, 4) == 1


def test_it_widens_while_the_server_is_content_and_not_beyond_its_limit() -> None:
    gate = Gate(4)
    gate.throttled(time.monotonic(), 0.0)
    assert gate.width == 2

    for _ in range(3):
        gate.served()
    assert gate.width == 3

    for _ in range(50):
        gate.served()
    assert gate.width == 3  # where it was refused, it is careful

    for _ in range(3000):
        gate.served()
    assert gate.width == 4


def test_a_pause_holds_everybody() -> None:
    gate = Gate(4)
    began = time.monotonic()
    gate.throttled(began, 0.2)

    with gate.turn(None):
        assert time.monotonic() - began >= 0.2


def test_a_pause_is_not_waited_for_beyond_ones_time() -> None:
    gate = Gate(4)
    began = time.monotonic()
    gate.throttled(began, 30)

    with pytest.raises(GateTimeoutError), gate.turn(began + 0.1):
        pytest.fail("nobody may come in")

    assert time.monotonic() - began < 5


def test_a_closed_gate_sends_those_who_wait_away() -> None:
    gate = Gate(1)
    with ThreadPoolExecutor(1) as pool, gate.turn(None):
        waiting = pool.submit(gate.turn(None).__enter__)
        time.sleep(0.05)
        gate.close()

        with pytest.raises(GateClosedError):
            waiting.result(timeout=5)
