"""Credential plugins of a kubeconfig (`exec`): what they print becomes the user's entry.

kubernetes.config runs them too, but goes on without credentials where they fail.
"""

from __future__ import annotations

import base64
import math
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.errors import UsageError

EARLY = 60.0
STATIC = ("token", "tokenFile", "auth-provider")


def run(user: dict[str, Any], merged: Any, context: str) -> float:
    """Run the user's plugin, if that is how they log in; gives when to run it again."""
    if not user.get("exec") or any(each in user for each in STATIC):
        return math.inf
    command = f"context {context}: the credential plugin {user['exec'].get('command')}"
    status = _output(merged, context, command)
    if not (status.get("token") or status.get("clientCertificateData")):
        raise UsageError(f"{command} printed neither a token nor a certificate")
    if token := status.get("token"):
        user["token"] = token
    if certificate := status.get("clientCertificateData"):
        user["client-certificate-data"] = _encoded(certificate)
        user["client-key-data"] = _encoded(status.get("clientKeyData") or "")
    return _expiry(status.get("expirationTimestamp"))


def _output(merged: Any, context: str, command: str) -> dict[str, Any]:
    from kubernetes.config import ConfigException, exec_provider

    library: Any = exec_provider
    place = merged["contexts"].get_with_name(context)["context"]
    user = merged["users"].get_with_name(place["user"])
    cluster = merged["clusters"].get_with_name(place["cluster"])["cluster"]
    folder = str(Path(user.path).absolute().parent)
    try:
        status = library.ExecProvider(user["user"]["exec"], folder, cluster).run()
    except ConfigException as error:
        raise UsageError(f"{command} failed: {_brief(str(error))}") from None
    except OSError as error:
        raise UsageError(f"{command} cannot be run: {error.strerror}") from None
    if not isinstance(status, dict):
        raise UsageError(f"{command} printed no status")
    return status


def _brief(said: str) -> str:
    return " ".join(said.split())[:300]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _expiry(stamp: str | None) -> float:
    return datetime.fromisoformat(stamp).timestamp() - EARLY if stamp else math.inf
