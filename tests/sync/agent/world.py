"""An agent at work as a process, in a namespace of a real server, and the bundles it follows."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from controlplane.cluster import Cluster

from tests.sync.tree import fill

ROOT = Path(__file__).parents[3]
PATIENCE = 40.0
RIGHTS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: agent}
rules:
- {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
"""
PORT = re.compile(r'port"?[:=]"?(\d+)')
NEVER = ("--resync", "1h")
Object = Mapping[str, Any]


def eventually(happened: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until it has happened; gives the seconds that it took."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > patience:
            raise AssertionError(f"did not happen within {patience:.0f} seconds")
        time.sleep(0.1)
    return time.monotonic() - began


def meta(name: str, namespace: str, **more: Any) -> Object:
    labels = {"jackhoman.dev/notebook": name.partition(".")[0]}
    return {"name": name, "namespace": namespace, "labels": labels, **more}


def notebook(name: str, namespace: str, annotations: Mapping[str, str] | None = None) -> Object:
    said = {"jackhoman.dev/url": f"https://x.example/{name}/", "jackhoman.dev/revision": "one"}
    return {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": meta(name, namespace, annotations={**said, **(annotations or {})}),
        "spec": {
            "owner": {"kind": "User", "name": "alice"},
            "templateRef": {"name": "base", "namespace": "catalog"},
        },
    }


def statefulset(name: str, namespace: str, image: str) -> Object:
    labels = {"jackhoman.dev/notebook": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta(name, namespace),
        "spec": {
            "serviceName": name,
            "updateStrategy": {"type": "OnDelete"},
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    }


def config(name: str, namespace: str, data: Mapping[str, str]) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta(name, namespace),
        "data": dict(data),
    }


def revision(name: str, namespace: str, dependencies: list[Object]) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": meta(name, namespace),
        "revision": 1,
        "data": {"dependencies": dependencies},
    }


@dataclass(frozen=True, slots=True)
class Tree:
    """A directory of bundles of one namespace."""

    root: Path
    namespace: str

    def put(self, name: str, *more: Object, **annotations: str) -> None:
        """A notebook with its settings, and whatever else; in one moment."""
        marks = {f"jackhoman.dev/{each}": value for each, value in annotations.items()}
        self.put_objects(
            name,
            notebook(name, self.namespace, marks),
            config(f"{name}.settings", self.namespace, {"a": "1"}),
            *more,
        )

    def put_objects(self, name: str, *objects: Object) -> None:
        named = {f"{each['kind']}-{each['metadata']['name']}".lower(): each for each in objects}
        draft = self.root / f"draft-{name}"
        fill(draft, named)
        self.remove(name)
        self.home(name).parent.mkdir(parents=True, exist_ok=True)
        draft.rename(self.home(name))

    def remove(self, name: str) -> None:
        shutil.rmtree(self.home(name), ignore_errors=True)

    def home(self, name: str) -> Path:
        return self.root / "notebooks" / self.namespace / name


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository that holds a tree."""

    tree: Tree

    def git(self, *words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        command = ["git", "-C", str(self.tree.root), *identity, *words]
        subprocess.run(command, check=True, capture_output=True)

    def commit(self) -> None:
        if not (self.tree.root / ".git").exists():
            self.git("init", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--message=change")

    @property
    def flags(self) -> tuple[str, ...]:
        return ("--repo", str(self.tree.root))


@dataclass(slots=True)
class Running:
    """The program, its log, its page."""

    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged as JSON, line by line."""
        whole = self.log.read_bytes().rpartition(b"\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def said(self, words: str) -> int:
        return self.log.read_text().count(words)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return bool(self.said("octavo sync begins")) and self.page("/readyz")[0] == 200

    def page(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str) -> float:
        found = [line for line in self.page("/metrics")[1].splitlines() if line.startswith(name)]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    @property
    def port(self) -> int:
        found = PORT.search(self.log.read_text())
        assert found
        return int(found[1])

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """The exit status, and how long it took."""
        began = time.monotonic()
        self.send(number)
        return self.process.wait(30), time.monotonic() - began


@dataclass(frozen=True, slots=True)
class World:
    """A namespace, what it is to hold, and agents that see to it."""

    cluster: Cluster
    tree: Tree
    folder: Path

    @property
    def namespace(self) -> str:
        return self.cluster.namespace

    def get(self, kind: str, name: str) -> Mapping[str, Any] | None:
        return self.cluster.get(kind, name)

    def value(self, name: str = "one") -> str | None:
        """What the settings of a notebook say."""
        found = self.get("configmap", f"{name}.settings")
        return found["data"].get("a") if found else None

    def patch(self, kind: str, name: str, patch: Object, *words: str) -> None:
        flags = ("--type=merge", f"--patch={json.dumps(patch)}", *words)
        self.cluster.kubectl("patch", kind, name, *flags)

    def status(self, name: str = "one") -> Mapping[str, Any]:
        found = self.get("notebook", name)
        return (found or {}).get("status") or {}

    def condition(self, kind: str, name: str = "one") -> Mapping[str, Any]:
        found = self.status(name).get("conditions") or ()
        return next((each for each in found if each["type"] == kind), {})

    def events(self, reason: str = "") -> list[Mapping[str, Any]]:
        found = json.loads(self.cluster.kubectl("get", "events", "--output=json"))["items"]
        ours = [each for each in found if each["source"].get("component") == "octavo"]
        return [each for each in ours if not reason or each["reason"] == reason]

    @contextmanager
    def agent(
        self,
        *flags: str,
        kubeconfig: Path | None = None,
        source: tuple[str, ...] = (),
        name: str = "agent",
        log: str = "json",
    ) -> Iterator[Running]:
        """An agent that has compared everything, or stands by; killed in the end."""
        file = self.folder / f"{name}.log"
        command = [
            *(sys.executable, "-W", "error", "-m", "octavo", "sync", "--watch"),
            *(source or ("--from", str(self.tree.root))),
            *("--kubeconfig", str(kubeconfig or self.cluster.kubeconfig)),
            *("--namespaces", self.namespace, "--agent", self.namespace, "--log", log),
            *("--listen", "127.0.0.1:0", "--interval", "0.5", "--lease", "none", *flags),
        ]
        here = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}
        with (
            file.open("wb") as errors,
            subprocess.Popen(command, cwd=ROOT, env=here, stderr=errors) as process,
        ):
            try:
                yield Running(process, file)
            finally:
                process.kill()
                print(file.read_text())  # noqa: T201  shown where the test fails

    @contextmanager
    def ready_agent(self, *flags: str, **more: Any) -> Iterator[Running]:
        with self.agent(*flags, **more) as running:
            eventually(running.is_ready)
            yield running
