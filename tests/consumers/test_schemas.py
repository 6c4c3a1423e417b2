"""What we render for others, their own definitions take, to the last field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.consumers import schemas
from tests.consumers.test_argocd import application, made
from tests.consumers.trees import REPOSITORY, ROUTES, Trees, sample

FULL = f"""
consumers:
  {REPOSITORY}
  argocd: {{cluster: in-cluster, kinds: [Certificate.cert-manager.io], progressive: true}}
  flux: {{secret: token, serviceAccount: notebooks, interval: 1h30m, wait: false}}
"""
PLAIN = f"consumers: {{{REPOSITORY}, argocd: {{}}, flux: {{}}}}\n"


@pytest.fixture(autouse=True)
def _definitions() -> None:
    schemas.needed()


def of_others(tree: Trees) -> list[Any]:
    tree.render()
    known = [
        each
        for _, each in tree.everything()
        if (each["apiVersion"].rpartition("/")[0], each["kind"]) in schemas.KINDS
    ]
    assert known
    return known


@pytest.mark.parametrize("consumers", [PLAIN, FULL], ids=["plain", "everything set"])
@pytest.mark.parametrize("route", ROUTES)
def test_every_object_fits_the_definition_of_its_kind(
    tmp_path: Path, route: str, consumers: str
) -> None:
    found = of_others(sample(tmp_path, route, consumers))
    assert [(each["metadata"]["name"], schemas.complaints(each)) for each in found] == [
        (each["metadata"]["name"], []) for each in found
    ]
    kinds = {each["kind"] for each in found}
    routes = {"istio": {"VirtualService", "AuthorizationPolicy"}, "gateway": {"HTTPRoute"}}
    ours = {"ApplicationSet", "AppProject", "GitRepository", "Kustomization"}
    assert kinds == ours | routes.get(route, set())


def test_an_application_that_is_made_fits_its_definition(tree: Trees, tmp_path: Path) -> None:
    (found,) = made(tree, tmp_path, ["clusters/eu/notebooks/research/churn"])
    whole = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **found}
    assert schemas.complaints(whole) == []


def test_a_field_that_a_server_would_drop_is_found(tree: Trees) -> None:
    (root, *_) = [each for each in tree.objects("flux") if each["kind"] == "Kustomization"]
    assert schemas.complaints(root) == []
    root["spec"]["waits"] = True
    assert "waits" in "".join(schemas.complaints(root))
    template = application(tree)
    template["spec"]["syncPolicy"]["automated"]["purge"] = True
    whole = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **template}
    assert "purge" in "".join(schemas.complaints(whole))
