"""One API server: who we are to it, one request, and its refusals in words.

Nothing is asked before the first request. The kubernetes package is imported then, too.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from renderer.errors import OctavoError

MANAGER = "octavo-singleuser"
JSON = "application/json"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"

NOT_FOUND = 404
CONFLICT = 409
_SUCCESS = range(200, 300)
_CONNECT, _ANSWER = 10.0, 30.0  # seconds
_TRIES = 3
_LONGEST_PAUSE = 5  # seconds, of those that a server asks for
_LONGEST_WORDS = 500

_LOGGER = logging.getLogger(__name__)


class ClusterError(OctavoError):
    """The cluster does not do as asked; `status` is 0 where it has not answered."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, and in which words it is spoken of where it fails.

    What the server says of a secret request may hold values of it, and is not repeated.
    """

    task: str
    path: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content: str = JSON
    accept: str = JSON
    is_secret: bool = False


class Server:
    """The API server of the pod we run in, else of the kubeconfig."""

    def __init__(self, service_account_path: str | Path, *, verify_ssl: bool) -> None:
        self._account = Path(service_account_path)
        self._verify_ssl = verify_ssl

    def ask(self, request: Request) -> dict[str, Any]:
        """The answer; ClusterError where it is not a success."""
        from kubernetes.client.exceptions import OpenApiException
        from urllib3.exceptions import HTTPError

        try:
            status, data = self._sent(request)
        except (HTTPError, OSError, OpenApiException) as error:
            words = f"{request.task}: {self._host} has not answered: {_reason(error)}"
            raise ClusterError(words) from error
        if status not in _SUCCESS:
            raise ClusterError(f"{request.task}: {_refusal(status, data, request)}", status)
        return _parsed(data, request)

    def namespace(self) -> str:
        """The namespace of the pod we run in, else that of the kubeconfig's context."""
        file = self._account / "namespace"
        if file.is_file() and (name := file.read_text().strip()):
            return name
        if not _is_in_pod() and (name := _namespace_of_context()):
            return name
        raise ClusterError(
            f"which namespace? {file} does not say, and neither does the context of a kubeconfig: "
            "give `namespace`"
        )

    def _sent(self, request: Request) -> tuple[int, bytes]:
        headers = {"Accept": request.accept, "Content-Type": request.content}
        call = self._client.param_serialize(
            request.method,
            request.path,
            query_params=[*request.query.items()],
            header_params=headers,
            body=request.body,
            auth_settings=["BearerToken"],
        )
        answer = self._client.call_api(*call, _request_timeout=(_CONNECT, _ANSWER))
        return answer.status, answer.read()

    @property
    def _host(self) -> str:
        return str(self._client.configuration.host)

    @cached_property
    def _client(self) -> Any:
        """Its threads and its pools are shared by all requests."""
        import urllib3
        from kubernetes import client

        found = client.Configuration()
        self._load(found)
        found.retries = urllib3.Retry(
            total=_TRIES,
            read=1,
            allowed_methods=None,  # what is made or deleted may be so twice
            backoff_factor=0.1,
            redirect=False,
            retry_after_max=_LONGEST_PAUSE,
        )
        if not self._verify_ssl:
            found.verify_ssl = False
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            _LOGGER.warning("the certificate of %s is not verified", found.host)
        made = client.ApiClient(found)
        made.user_agent = MANAGER
        return made

    def _load(self, configuration: Any) -> None:
        library = _config()
        loader = library.incluster_config.InClusterConfigLoader(
            token_filename=self._account / "token", cert_filename=self._account / "ca.crt"
        )
        try:
            loader.load_and_set(configuration)
        except library.ConfigException as in_pod:
            try:
                library.load_kube_config(_kubeconfig(), client_configuration=configuration)
            except Exception as error:  # noqa: BLE001  (its texts repeat whole entries, tokens included)
                kind = type(error).__name__
                raise ClusterError(
                    f"which cluster? This is no pod of one ({in_pod}), and the kubeconfig "
                    f"{_kubeconfig()} cannot be used ({kind})"
                ) from None


def path_of(api_version: str, *steps: str) -> str:
    """The path below an API version; no step of it can leave its place."""
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    return "/".join((root, *(quote(step, safe="") for step in steps)))


def _config() -> Any:
    """Untyped, and slow to import."""
    from kubernetes import config

    return config


def _kubeconfig() -> str:
    return os.environ.get("KUBECONFIG") or "~/.kube/config"


def _is_in_pod() -> bool:
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST"))


def _namespace_of_context() -> str:
    try:
        _, current = _config().list_kube_config_contexts(_kubeconfig())
    except Exception:  # noqa: BLE001  (a kubeconfig that is none names no namespace either)
        return ""
    return str((current.get("context") or {}).get("namespace") or "")


def _parsed(data: bytes, request: Request) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ClusterError(f"{request.task}: the answer is no JSON object")
    return found


def _refusal(status: int, data: bytes, request: Request) -> str:
    """The server's words for it, in one line."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    words = "" if request.is_secret else " ".join(str(said.get("message") or "").split())
    reason = str(said.get("reason") or "")
    shown = ": ".join(filter(None, (reason, words[:_LONGEST_WORDS])))
    return f"the server answers {status} {shown}".rstrip()


def _reason(error: Exception) -> str:
    """What the connection broke at; urllib3 wraps it."""
    cause = getattr(error, "reason", None) or error
    return " ".join(str(cause).split())[:_LONGEST_WORDS] or type(cause).__name__
