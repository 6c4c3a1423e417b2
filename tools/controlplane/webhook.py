"""An admission webhook of one test, which the API server really calls."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from controlplane import credentials, loopback
from controlplane.binaries import MissingError
from controlplane.cluster import SCOPE, Cluster
from controlplane.kubectl import KubectlError

PROBE = "tests.octavo/probe"
API = "admissionregistration.k8s.io/v1"

Review = Mapping[str, Any]  # the `request` of an AdmissionReview
Patch = Sequence[Mapping[str, Any]]  # JSON patch operations; none at all lets pass


@dataclass(frozen=True, slots=True)
class Denied:
    """The answer no, and what is said with it."""

    message: str


Answer = Callable[[Review], Patch | Denied]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a webhook is asked about; by default a patch is wanted, and no answer means no."""

    resources: tuple[str, ...]
    groups: tuple[str, ...] = ("*",)
    operations: tuple[str, ...] = ("CREATE", "UPDATE")
    validating: bool = False
    failure_policy: str = "Fail"
    timeout: int = 10

    @property
    def kind(self) -> str:
        return f"{'Validating' if self.validating else 'Mutating'}WebhookConfiguration"

    def listed(self) -> Mapping[str, Any]:
        return {
            "apiGroups": self.groups,
            "apiVersions": ["*"],
            "operations": self.operations,
            "resources": self.resources,
        }


@dataclass(frozen=True, slots=True)
class Webhook:
    """What it was asked so far."""

    asked: list[Review]


@contextmanager
def webhook(cluster: Cluster, rules: Rules, answer: Answer) -> Iterator[Webhook]:
    """Have the API server ask `answer` about this namespace inside the `with`, and never after.

    An `answer` that raises is a webhook that breaks: the server hears 500.
    """
    if not cluster.is_ours:
        raise MissingError("no way from a given cluster to a webhook on this machine")
    hook = Webhook([])
    with tempfile.TemporaryDirectory() as folder:
        pair = credentials.of_loopback(Path(folder))
        server = loopback.Server(_handler(hook, answer), pair)
        with loopback.serving(server), _registered(cluster, rules, server.url, pair):
            yield hook


@contextmanager
def _registered(cluster: Cluster, rules: Rules, url: str, pair: credentials.Pair) -> Iterator[None]:
    name = f"{cluster.namespace}-{url.rpartition(':')[2]}"
    client = {"caBundle": credentials.as_data(pair.certificate)}
    common = {
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "namespaceSelector": {"matchLabels": {SCOPE: cluster.namespace}},
        "timeoutSeconds": rules.timeout,
    }
    asked = {
        **common,
        "name": "asked.tests.octavo",
        "failurePolicy": rules.failure_policy,
        "clientConfig": {**client, "url": f"{url}/asked"},
        "rules": [rules.listed()],
        "objectSelector": {"matchExpressions": [{"key": PROBE, "operator": "DoesNotExist"}]},
    }
    probe = {
        **common,
        "name": "probe.tests.octavo",
        "failurePolicy": "Fail",
        "clientConfig": {**client, "url": f"{url}/probe"},
        "rules": [Rules(("configmaps",)).listed()],
        "objectSelector": {"matchLabels": {PROBE: name}},
    }
    hooks = [asked, probe]
    configuration = {
        "apiVersion": API,
        "kind": rules.kind,
        "metadata": {"name": name},
        "webhooks": hooks,
    }
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(configuration))
    try:
        cluster.eventually(lambda: _is_asked(cluster, name))
        yield
    finally:
        cluster.kubectl("delete", rules.kind, name)
        cluster.eventually(lambda: not _is_asked(cluster, name))


def _is_asked(cluster: Cluster, name: str) -> bool:
    """Whether the server minds the configuration yet, or still: it denies a probe then."""
    metadata = {"generateName": "probe-", "labels": {PROBE: name}}
    probe = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    try:
        cluster.kubectl("create", "--dry-run=server", "--filename=-", stdin=json.dumps(probe))
    except KubectlError as error:
        if PROBE not in str(error):
            raise
        return True
    return False


def _handler(hook: Webhook, answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
            try:
                body = json.dumps(_review(request["uid"], self._answer(request))).encode()
                self.send_response(200)
            except Exception as error:  # noqa: BLE001  a broken webhook is one to try, too
                said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 500}
                body = json.dumps({**said, "message": repr(error)}).encode()
                self.send_response(500)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, request: Review) -> Patch | Denied:
            if self.path.startswith("/probe"):
                return Denied(PROBE)
            hook.asked.append(request)
            return answer(request)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _review(uid: str, answer: Patch | Denied) -> Mapping[str, Any]:
    response: dict[str, Any] = {"uid": uid, "allowed": True}
    if isinstance(answer, Denied):
        response |= {"allowed": False, "status": {"message": answer.message}}
    elif answer:
        patch = base64.b64encode(json.dumps(answer).encode()).decode()
        response |= {"patchType": "JSONPatch", "patch": patch}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
