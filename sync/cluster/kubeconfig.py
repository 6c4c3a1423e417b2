"""Reads who we are: kubeconfig files as kubectl understands them, or a pod's service account.

kubernetes.config understands the entries; which file and which context is decided here, because
it takes the last file's context where kubectl takes the first's, and it ignores impersonation.
"""

from __future__ import annotations

import math
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sync.cluster import plugins
from sync.cluster.identity import Endpoint, Identity, Tls
from sync.errors import UsageError

TOKEN_FILES_READ_EVERY = 60.0
POD_HOST = "KUBERNETES_SERVICE_HOST"
IMPERSONATION = {"as": "Impersonate-User", "as-uid": "Impersonate-Uid"}

# kubernetes.config remembers temporary files in a global.
_loading = threading.Lock()


def load(kubeconfig: str | None, context: str | None) -> Identity:
    """`kubeconfig` if given, else KUBECONFIG, else ~/.kube/config, else the pod we run in."""
    files = _files(kubeconfig)
    with _loading, tempfile.TemporaryDirectory(prefix="octavo-") as scratch:
        if files:
            return _of_files(files, context, scratch)
        return _of_pod(context)


def _library() -> Any:
    """Untyped, and slow to import."""
    from kubernetes import config

    return config


def _files(kubeconfig: str | None) -> list[Path]:
    if kubeconfig is not None:
        path = Path(kubeconfig).expanduser()
        if not path.is_file():
            raise UsageError(f"there is no kubeconfig {kubeconfig}")
        return [path]
    if listed := os.environ.get("KUBECONFIG"):
        paths = [Path(each).expanduser() for each in listed.split(os.pathsep) if each]
        present = [each for each in paths if each.is_file()]
        if not present:
            raise UsageError(f"KUBECONFIG names no file that exists: {listed}")
        return present
    home = Path("~/.kube/config").expanduser()
    return [home] if home.is_file() else []


def _of_pod(context: str | None) -> Identity:
    from kubernetes import client

    library = _library()
    if context is not None:
        raise UsageError(f"there is no kubeconfig with a context {context!r}; give --kubeconfig")
    if not os.environ.get(POD_HOST):
        raise UsageError(
            "which cluster? there is no --kubeconfig, KUBECONFIG or ~/.kube/config, "
            "and this is not a pod of a cluster"
        )
    found = client.Configuration()
    try:
        library.load_incluster_config(found)
    except library.ConfigException as error:
        raise UsageError(f"the pod's service account cannot be used: {error}") from error
    who = "the pod's service account"
    return _identity(found, {}, who, time.time() + TOKEN_FILES_READ_EVERY)


def _of_files(files: Sequence[Path], context: str | None, scratch: str) -> Identity:
    from kubernetes import client

    library = _library()
    named = ", ".join(map(str, files))
    merged = _merged(files)
    name = context or _current(merged.config_files)
    user = _user(merged.config, name, named)
    found = client.Configuration()
    try:
        expiry = plugins.run(user, merged.config, name)
        loader = library.kube_config.KubeConfigLoader(
            config_dict=merged.config,
            active_context=name,
            config_base_path=None,
            config_persister=merged.save_changes if "auth-provider" in user else None,
            temp_file_path=scratch,
        )
        loader.load_and_set(found)
        headers = _impersonation(user, name)
        until = min(expiry, _fresh_until(loader, user))
        return _identity(found, headers, f"context {name}", until)
    except (library.ConfigException, KeyError, TypeError, ValueError, OSError) as error:
        raise UsageError(f"kubeconfig {named}, context {name}: {_safely(error)}") from None


def _merged(files: Sequence[Path]) -> Any:
    named = ", ".join(map(str, files))
    library = _library()
    unreadable = (library.ConfigException, library.kube_config.yaml.YAMLError, OSError, ValueError)
    try:
        merged = library.kube_config.KubeConfigMerger(os.pathsep.join(map(str, files)))
    except unreadable:
        raise UsageError(f"kubeconfig {named} cannot be read as YAML") from None
    except (AttributeError, KeyError, TypeError):
        raise UsageError(f"kubeconfig {named} does not have the shape of one") from None
    if merged.config is None:
        raise UsageError(f"kubeconfig {named} cannot be read")
    return merged


def _current(config_files: Mapping[str, Any]) -> str:
    """The first file that says so decides, as with kubectl."""
    chosen = [each.get("current-context") for each in config_files.values()]
    return next((str(each) for each in chosen if each), "")


def _user(merged: Any, name: str, files: str) -> dict[str, Any]:
    """The entry of the context's user, which is empty where there is none."""
    contexts = {each["name"]: each.value.get("context") or {} for each in merged.value["contexts"]}
    if name not in contexts:
        known = ", ".join(sorted(contexts)) or "none"
        said = f"no context {name!r}" if name else "no current-context: give --context"
        raise UsageError(f"kubeconfig {files} has {said}; it has: {known}")
    wanted = contexts[name].get("user")
    users = (each for each in merged.value["users"] if each["name"] == wanted)
    entry = next(users, None)
    return (entry.value.get("user") or {}) if entry else {}


def _impersonation(user: Mapping[str, Any], name: str) -> dict[str, str]:
    """As kubectl does: an empty user never means oneself by accident."""
    asked = {header: user[key] for key, header in IMPERSONATION.items() if key in user}
    if user.get("as-groups") or user.get("as-user-extra"):
        raise UsageError(f"context {name}: as-groups and as-user-extra are not supported")
    if ("as" in user or asked) and not user.get("as"):
        raise UsageError(f"context {name} impersonates a user without saying whom (`as` is empty)")
    return asked


def _fresh_until(loader: Any, user: Mapping[str, Any]) -> float:
    if "tokenFile" in user:
        return time.time() + TOKEN_FILES_READ_EVERY
    expiry = getattr(loader, "expiry", None)
    return expiry.timestamp() - plugins.EARLY if expiry else math.inf


def _identity(found: Any, headers: Mapping[str, str], who: str, until: float) -> Identity:
    from kubernetes.client import rest

    token = (found.api_key.get("BearerToken") or "").strip()
    if not (token.isascii() and token.isprintable()):
        raise UsageError(f"{who}: the token is not one line of plain characters")
    authorization = {"Authorization": token} if token else {}
    through = found.proxy and not rest.should_bypass_proxies(found.host, found.no_proxy or "")
    tls = _tls(found) if found.host.startswith("https:") else None
    endpoint = Endpoint(found.host, tls, found.proxy if through else "")
    return Identity(endpoint, {**authorization, **headers}, who, until)


def _tls(found: Any) -> Tls:
    return Tls(
        authorities=_content(found.ssl_ca_cert),
        certificate=_content(found.cert_file),
        key=_content(found.key_file),
        verify=found.verify_ssl,
        name=found.tls_server_name or "",
    )


def _content(path: str | None) -> bytes:
    return Path(path).read_bytes() if path else b""


def _safely(error: Exception) -> str:
    """Their texts repeat whole entries, tokens included, but for this one."""
    said = str(error)
    if said.startswith("File does not exist: ") or isinstance(error, OSError):
        return said
    return "its cluster or its user is incomplete"
