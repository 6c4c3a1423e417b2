"""The cluster, as profiles know it: configurations, templates, a user's own settings, images."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from renderer.model.singleuser import PROFILES_LABELS
from renderer.names import kubespawner_escape
from renderer.profiles.images import LABEL as IMAGE_LABEL
from renderer.singleuser.objects import Objects
from renderer.singleuser.server import NOT_FOUND, ClusterError, Request, Server, path_of
from renderer.yamlio import load_all

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"

# A user's own settings, and the ConfigMap and the Secret of their own variables.
_USER_SETTINGS = "jupyterhub-singleuser-profile-{}"
_USER_VARIABLES = "jupyterhub-singleuser-profile-{}-envs"
_SETTINGS_KEY = "profile"
_OWN_PROFILE = "@singleuser@"
# A Secret with the columns that kubectl prints of it, and its metadata: without its values.
_AS_TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"

_LOGGER = logging.getLogger(__name__)


class Cluster:
    """Nothing is asked before it is needed; several threads may ask one at once."""

    def __init__(
        self,
        namespace: str | None = None,
        notebook_namespace: str | None = None,
        verify_ssl: bool = True,  # noqa: FBT001, FBT002  (as the library takes it)
        service_account_path: str | Path = ACCOUNT,
    ) -> None:
        self._given = namespace
        self._notebook_namespace = notebook_namespace
        self._server = Server(service_account_path, verify_ssl=verify_ssl)

    @cached_property
    def namespace(self) -> str:
        """Where the configuration stands: as given, else where this program is at home."""
        return self._given or self._server.namespace()

    @property
    def notebook_namespace(self) -> str:
        """Where pods run, and where their users' own settings stand."""
        return self._notebook_namespace or self.namespace

    @cached_property
    def objects(self) -> Objects:
        """Where services are put."""
        return Objects(self._server, self.namespace)

    def config_maps(self, secret_name: str, key_name: str) -> list[tuple[str, str]]:
        """The texts under this key, by ConfigMap: the named one, then the labelled ones."""
        found = {}
        if (named := self._config_map(secret_name)) is None:
            _LOGGER.warning(
                'there is no ConfigMap "%s" in the namespace "%s"', secret_name, self.namespace
            )
        else:
            found[secret_name] = named
        labelled = {
            each["metadata"]["name"]: each
            for key, value in PROFILES_LABELS
            for each in self._listed("v1", "configmaps", f"{key}={value}")
        }
        found.update(sorted(labelled.items()))  # the named one stays where it is: first
        return [(name, self._text(each, key_name)) for name, each in found.items()]

    def template(self, name: str, key: str) -> str | None:
        """The text of a template; None where its ConfigMap, or the key in it, is not there."""
        found = self._config_map(name)
        return None if found is None else _data(found).get(key)

    def user_profile(self, username: str) -> dict[str, Any] | None:
        """What a user has set for themselves: settings, and variables that are only referred to."""
        user = kubespawner_escape(username)
        settings, variables = _USER_SETTINGS.format(user), _USER_VARIABLES.format(user)
        found = self._config_map(settings, self.notebook_namespace)
        profile = {} if found is None else self._settings(found)
        values = self._config_map(variables, self.notebook_namespace)
        secrets = self._secret_keys(variables)
        if found is None and values is None and secrets is None:
            return None
        env = [
            *_as_list(profile.get("env")),
            *_references("configMapKeyRef", variables, _data(values or {})),
            *_references("secretKeyRef", variables, secrets or ()),
        ]
        return {**profile, "name": profile.get("name") or _OWN_PROFILE, "env": env}

    def image_streams(self) -> list[dict[str, Any]]:
        """The ImageStreams of notebooks; none where the cluster is no OpenShift."""
        return self._optional("image.openshift.io/v1", "imagestreams", f"{IMAGE_LABEL}=true")

    def builds(self) -> list[dict[str, Any]]:
        """The Builds of OpenShift; none where the cluster is none."""
        return self._optional("build.openshift.io/v1", "builds")

    def _config_map(self, name: str, namespace: str = "") -> dict[str, Any] | None:
        return self._found(self._reading("ConfigMap", name, namespace or self.namespace))

    def _reading(self, kind: str, name: str, namespace: str) -> Request:
        path = path_of("v1", "namespaces", namespace, f"{kind.lower()}s", name)
        return Request(f'reading the {kind} "{name}" in the namespace "{namespace}"', path)

    def _found(self, request: Request) -> dict[str, Any] | None:
        try:
            return self._server.ask(request)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def _listed(self, api_version: str, plural: str, selector: str = "") -> list[dict[str, Any]]:
        """Each of one kind in the namespace, all in one answer."""
        which = f" labelled {selector}" if selector else ""
        task = f'listing the {plural}{which} in the namespace "{self.namespace}"'
        path = path_of(api_version, "namespaces", self.namespace, plural)
        query = {"labelSelector": selector} if selector else {}
        items = self._server.ask(Request(task, path, query=query)).get("items")
        if not isinstance(items, list):
            raise ClusterError(f"{task}: the answer is no list")
        return items

    def _optional(self, api_version: str, plural: str, selector: str = "") -> list[dict[str, Any]]:
        """The same, of a kind that the cluster may not know: only that is answered with 404."""
        try:
            return self._listed(api_version, plural, selector)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return []
            raise

    def _text(self, config_map: Mapping[str, Any], key: str) -> str:
        data = _data(config_map)
        if key not in data:
            name = config_map["metadata"]["name"]
            has = f"it has {', '.join(sorted(data))}" if data else "it is empty"
            raise ClusterError(
                f'the ConfigMap "{name}" in the namespace "{self.namespace}" has no key '
                f'"{key}": {has}'
            )
        return data[key]

    def _settings(self, config_map: Mapping[str, Any]) -> dict[str, Any]:
        name = config_map["metadata"]["name"]
        text = _data(config_map).get(_SETTINGS_KEY, "")
        documents = load_all(text.encode(), f"ConfigMap/{name}[{_SETTINGS_KEY}]")
        value = documents[0].value if documents else {}
        if len(documents) > 1 or not isinstance(value, dict):
            raise ClusterError(
                f'the key "{_SETTINGS_KEY}" of the ConfigMap "{name}" in the namespace '
                f'"{self.notebook_namespace}" holds no mapping'
            )
        return value

    def _secret_keys(self, name: str) -> list[str] | None:
        """The keys of a Secret, out of who has set which, so that no value is ever sent.

        Where that does not tell all of them, which the table counts, the Secret itself does.
        """
        reading = replace(self._reading("Secret", name, self.notebook_namespace), is_secret=True)
        table = self._found(replace(reading, accept=f"{_AS_TABLE}, application/json"))
        if table is None:
            return None
        keys = _known_keys(table)
        if keys is None:
            keys = set((self._found(reading) or {}).get("data") or {})
        return sorted(keys)


def _known_keys(table: Mapping[str, Any]) -> set[str] | None:
    """The keys that managedFields name, if these are as many as the Secret has."""
    try:
        row = table["rows"][0]
        columns = [column["name"] for column in table["columnDefinitions"]]
        count = row["cells"][columns.index("Data")]
        managed = row["object"]["metadata"].get("managedFields", [])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    keys = {
        step.removeprefix("f:")
        for entry in managed
        for part in ("f:data", "f:stringData")
        for step in (entry.get("fieldsV1") or {}).get(part, {})
        if step.startswith("f:")
    }
    return keys if len(keys) == count else None


def _data(config_map: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = config_map.get("data") or {}
    return found


def _as_list(env: Any) -> list[Any]:
    """Variables as old settings hold them: by name, or as a list."""
    if isinstance(env, Mapping):
        return [{"name": name, "value": value} for name, value in env.items()]
    return env if isinstance(env, list) else []


def _references(kind: str, holder: str, keys: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"name": key, "valueFrom": {kind: {"name": holder, "key": key}}} for key in sorted(keys)
    ]
