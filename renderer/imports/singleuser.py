"""What jupyterhub-singleuser-profiles was told: nothing is made of it, as the catalog reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.imports.remarks import Remark, to_do
from renderer.model.singleuser import PROFILES_KEY, PROFILES_LABELS, PROFILES_NAME
from renderer.parse.shapes import mapping_at
from renderer.parse.singleuser import is_profiles

NAMES = ("jupyterhub_singleuser_profiles", "SingleuserProfiles")
KINDS = ("ConfigMap", "ImageStream", "Build")
WORKS = "these are profiles of jupyterhub-singleuser-profiles, which work here as they stand"
PUT = "put it into catalog/ as it is; a Template says what is started, as profiles do not"
BESIDE = "this may belong to profiles of jupyterhub-singleuser-profiles"
PERHAPS = "put it into catalog/ as it is, if a service of a profile names it, or it is an image"
CALLED = "the hub calls jupyterhub-singleuser-profiles, whose profiles work here as they stand"
LABEL = "=".join(PROFILES_LABELS[0])
FETCH = (
    "put its file, or its ConfigMaps and those of its services, into catalog/ as they are:"
    f" kubectl get configmaps {PROFILES_NAME} -o yaml, kubectl get configmaps -l {LABEL} -o yaml"
)


def remarks_on(file: str, value: Any) -> list[Remark]:
    """What is to be done with a document that the catalog reads by itself; nothing of others."""
    if is_profiles(value):
        return [to_do(file, WORKS, PUT)]
    found = {_is_of_profiles(each) for each in _objects(value)}
    if True in found:
        return [to_do(file, WORKS, PUT)]
    return [to_do(file, BESIDE, PERHAPS)] if found else []


def remarks_on_code(values: Mapping[str, Any], file: str) -> Iterator[Remark]:
    """What is to be done where code of the hub asks for profiles."""
    code = mapping_at(values, "hub").get("extraConfig")
    texts = code.values() if isinstance(code, dict) else [code]
    if any(name in text for text in texts if isinstance(text, str) for name in NAMES):
        yield to_do(f"{file}: hub.extraConfig", CALLED, FETCH)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of these kinds that a document is, or is a list of."""
    kind = str(value.get("kind", "")) if isinstance(value, dict) else ""
    items = [value] if kind in KINDS else []
    if kind.endswith("List") and isinstance(value.get("items"), list):
        said = {"kind": kind.removesuffix("List")}
        items = [{**said, **each} for each in value["items"] if isinstance(each, dict)]
    yield from (each for each in items if each["kind"] in KINDS)


def _is_of_profiles(found: Mapping[str, Any]) -> bool:
    labels = mapping_at(found, "metadata", "labels")
    return found["kind"] == "ConfigMap" and (
        PROFILES_KEY in mapping_at(found, "data")
        or any(labels.get(key) == label for key, label in PROFILES_LABELS)
    )
