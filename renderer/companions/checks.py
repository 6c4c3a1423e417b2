"""Objects that run with a notebook, of whatever kind: what they must be, and what they may not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from renderer import names
from renderer.checks.metadata import check_metadata, check_own_labels
from renderer.errors import Finding, Severity
from renderer.parse.metadata import MARKS_OF_OTHERS, SET_BY_THE_CLUSTER
from renderer.schema import kubernetes
from renderer.schema.words import quoted

_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")
_METADATA = frozenset({"name", "namespace", "labels", "annotations"})
_OF_NOTEBOOKS = "what runs with a notebook lives in its namespace and goes with it"
_OF_CLUSTER = "it is the whole cluster's"
# Kinds by why no notebook brings one. Storage would go whenever the notebook stops.
REFUSED = {
    "ControllerRevision": "it holds what Octavo remembers",
    "Notebook": "it is one",
    "PersistentVolumeClaim": "storage stays when a notebook stops, and this would not",
    **dict.fromkeys(
        (
            "APIService",
            "CertificateSigningRequest",
            "ClusterRole",
            "ClusterRoleBinding",
            "CSIDriver",
            "CSINode",
            "CustomResourceDefinition",
            "FlowSchema",
            "IngressClass",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PriorityClass",
            "PriorityLevelConfiguration",
            "RuntimeClass",
            "StorageClass",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
            "VolumeAttachment",
        ),
        _OF_CLUSTER,
    ),
}
_OURS = ("jackhoman.dev", "kubeflow.org")


def without_marks(obj: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Finding]]:
    """The object without what the cluster and other tools set, and what was left out."""
    metadata = obj.get("metadata")
    if not isinstance(metadata, Mapping):
        return obj, []
    left_out = [_left_out(("status",), "status is the cluster's to set")] if "status" in obj else []
    kept = {key: value for key, value in metadata.items() if key not in SET_BY_THE_CLUSTER}
    left_out.extend(
        _left_out(("metadata", key), f"metadata.{key} is the cluster's to set")
        for key in metadata
        if key not in kept
    )
    for field in ("labels", "annotations"):
        texts = kept.get(field)
        if isinstance(texts, Mapping):
            marks = [key for key in texts if str(key).startswith(MARKS_OF_OTHERS)]
            kept[field] = {key: text for key, text in texts.items() if key not in marks}
            left_out.extend(
                _left_out(("metadata", field, key), f"{key} is a mark of another tool")
                for key in marks
            )
    bare = {key: value for key, value in obj.items() if key != "status"}
    return {**bare, "metadata": kept} if left_out else obj, left_out


def check_companion(obj: Mapping[str, Any], namespace: str, version: str) -> list[Finding]:
    """What is wrong with an object that is to stand in a namespace; unknown kinds are trusted."""
    wrong = [*_identity(obj), *_kind(obj), *_metadata(obj, namespace)]
    return wrong or kubernetes.check_object(obj, version)


def _identity(obj: Mapping[str, Any]) -> Iterator[Finding]:
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    if not (isinstance(api_version, str) and _is_api_version(api_version)):
        yield Finding(("apiVersion",), "apiVersion is none", "one such as v1 or example.com/v1")
    if not (isinstance(kind, str) and _KIND.fullmatch(kind)):
        yield Finding(("kind",), "kind is none", "the name of a kind, such as ConfigMap")
    metadata = obj.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(name, str):
        yield Finding(("metadata", "name"), "metadata.name is no text", "the name of an object")
    elif not (names.is_service_name if kind == "Service" else names.is_dns_subdomain)(name):
        yield Finding(("metadata", "name"), f"{quoted(name)} is no name of an object", _NAME)


_NAME = 'lower case letters, digits, "-" and ".", with a letter or a digit at both ends'


def _is_api_version(text: str) -> bool:
    group, slash, version = text.rpartition("/")
    return _VERSION.fullmatch(version) is not None and (not slash or names.is_dns_subdomain(group))


def _kind(obj: Mapping[str, Any]) -> Iterator[Finding]:
    kind, group = str(obj.get("kind")), str(obj.get("apiVersion")).rpartition("/")[0]
    if kind in REFUSED:
        yield Finding(("kind",), f"no notebook brings a {kind}: {REFUSED[kind]}", _OF_NOTEBOOKS)
    elif kind.endswith("List") and isinstance(obj.get("items"), list):
        hint = "write its items as documents of their own, with --- between them"
        yield Finding(("kind",), f"a {kind} is no object", hint=hint)
    elif group.endswith(_OURS):
        yield Finding(("apiVersion",), f"no notebook brings a {kind} of {group}", _OF_NOTEBOOKS)


def _metadata(obj: Mapping[str, Any], namespace: str) -> Iterator[Finding]:
    metadata = obj.get("metadata")
    if not isinstance(metadata, Mapping):
        return
    there = metadata.get("namespace", namespace)
    if there != namespace:
        where = quoted(there) if isinstance(there, str) else "no text"
        yield Finding(
            ("metadata", "namespace"),
            f"metadata.namespace is {where}, and the notebook lives in {namespace}",
            "no namespace at all",
        )
    for key in metadata.keys() - _METADATA:
        yield Finding(("metadata", key), f"metadata.{key}: there is no such field")
    yield from _texts(metadata)
    yield from check_metadata(metadata)
    yield from check_own_labels(obj)


def _texts(metadata: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("labels", "annotations"):
        texts = metadata.get(field)
        if texts is not None and not isinstance(texts, Mapping):
            yield Finding(("metadata", field), f"metadata.{field} is no mapping")
            continue
        for key, text in (texts or {}).items():
            if not (isinstance(key, str) and isinstance(text, str)):
                yield Finding(
                    ("metadata", field, key),
                    f"metadata.{field}.{key} is no text",
                    hint="write it in quotes",
                )


def _left_out(path: tuple[str, ...], what: str) -> Finding:
    hint = "remove it from the template"
    return Finding(path, f"{what} and is left out", hint=hint, severity=Severity.WARNING)
