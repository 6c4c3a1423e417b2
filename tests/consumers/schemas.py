"""The schemas of others' kinds, where this machine has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from renderer.yamlio import load_all

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("OCTAVO_CRDS") or ROOT.parent / "shared/crds")
KINDS = {
    ("argoproj.io", "Application"): "argocd-application.yaml",
    ("argoproj.io", "ApplicationSet"): "argocd-applicationset.yaml",
    ("argoproj.io", "AppProject"): "argocd-appproject.yaml",
    ("source.toolkit.fluxcd.io", "GitRepository"): "flux-gitrepository.yaml",
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): "flux-kustomization.yaml",
    ("networking.istio.io", "VirtualService"): "istio-virtualservice.yaml",
    ("security.istio.io", "AuthorizationPolicy"): "istio-authorizationpolicy.yaml",
    ("gateway.networking.k8s.io", "HTTPRoute"): "gateway-httproutes.yaml",
}


def needed() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no CustomResourceDefinitions in {FOLDER}; OCTAVO_CRDS names another folder")


@cache
def definition(group: str, kind: str) -> Mapping[str, Any]:
    """The CustomResourceDefinition of a kind."""
    (document,) = load_all((FOLDER / KINDS[group, kind]).read_bytes(), kind)
    found: Mapping[str, Any] = document.value
    assert (found["spec"]["group"], found["spec"]["names"]["kind"]) == (group, kind)
    return found


def complaints(obj: Mapping[str, Any]) -> list[str]:
    """What the schema of its kind says against an object."""
    group, _, version = obj["apiVersion"].rpartition("/")
    validator = _validator(group, obj["kind"], version)
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(dict(obj))]


@cache
def _validator(group: str, kind: str, version: str) -> Draft202012Validator:
    versions = definition(group, kind)["spec"]["versions"]
    (found,) = [each for each in versions if each["name"] == version and each["served"]]
    schema = _strict(found["schema"]["openAPIV3Schema"])
    schema["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    return Draft202012Validator(schema)


def _strict(schema: Any) -> Any:
    """The schema as a server has it: what it does not name would be dropped, so it is an error."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: value for key, value in schema.items() if key != "properties"}
    made = {key: _strict(value) for key, value in made.items() if not key.startswith("x-")}
    if properties := schema.get("properties"):
        made["properties"] = {name: _strict(each) for name, each in properties.items()}
        is_open = schema.get("x-kubernetes-preserve-unknown-fields")
        if not is_open and "type" in schema:
            made.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("anyOf", None)
        made["type"] = ["integer", "string"]
    return made
