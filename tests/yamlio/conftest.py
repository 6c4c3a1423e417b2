"""kubectl as the one who knows what YAML means: it reads a stream, and prints it as JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

INT64 = range(-(1 << 63), 1 << 63)
HEAD = "apiVersion: octavo.test/v1\nkind: Probe\nmetadata: {name: probe}\n"

Reader = Callable[[str], Any]


def integer(digits: str) -> int | float:
    """JSON's digits as Kubernetes takes them: an integer only if it fits 64 bits."""
    return int(digits) if int(digits) in INT64 else float(digits)


@pytest.fixture(scope="session")
def kubectl_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, str]]:
    """What kubectl says, and what it complains of, when it reads these lines of an object."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        if os.environ.get("CI"):
            pytest.fail("there is no kubectl to compare with")
        pytest.skip("NOT PROVEN: there is no kubectl to compare with")
    file: Path = tmp_path_factory.mktemp("kubectl") / "probe.yaml"

    def run(lines: str) -> tuple[str, str]:
        file.write_bytes((HEAD + lines).encode())
        words = ["patch", "--local", "--type=merge", "--patch={}", "--output=json"]
        done = subprocess.run(
            [kubectl, *words, f"--filename={file}"], capture_output=True, check=False
        )
        return done.stdout.decode(), done.stderr.decode()

    return run


@pytest.fixture(scope="session")
def kubectl_reads(kubectl_run: Callable[[str], tuple[str, str]]) -> Reader:
    """What stands under `value` once kubectl has read these lines of an object."""

    def read(lines: str) -> Any:
        out, complaint = kubectl_run(lines)
        assert out, complaint
        return json.loads(out, parse_int=integer).get("value")

    return read


@pytest.fixture(scope="session")
def kubectl_refuses(kubectl_run: Callable[[str], tuple[str, str]]) -> Callable[[str], bool]:
    def refuses(lines: str) -> bool:
        out, complaint = kubectl_run(lines)
        return not out and bool(complaint)

    return refuses


def typed(value: Any) -> Iterator[tuple[str, Any]]:
    """The leaves with their types, so that True, 1 and 1.0 are three things."""
    match value:
        case dict():
            for name in sorted(value):
                yield "key", name
                yield from typed(value[name])
        case list():
            yield "list", len(value)
            for item in value:
                yield from typed(item)
        case _:
            yield type(value).__name__, value


@pytest.fixture(scope="session")
def leaves() -> Callable[[Any], list[tuple[str, Any]]]:
    return lambda value: list(typed(value))
