"""In which order Argo CD applies, and what both leave alone when they prune."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.consumers.trees import ROUTES, Trees, sample

WAVE = "argocd.argoproj.io/sync-wave"
# What Argo CD has no health for, or finds healthy at once. It waits for a wave before the next,
# and lets no newer commit in: nothing that a pod can keep from being well may be in an early one.
AT_ONCE = {
    "AuthorizationPolicy",
    "ControllerRevision",
    "NetworkPolicy",
    "Role",
    "RoleBinding",
    "ServiceAccount",
}
KEPT = {
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}


def notes_on(obj: Any) -> dict[str, str]:
    return obj["metadata"].get("annotations") or {}


def waves(tree: Trees) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for directory, each in tree.everything():
        if directory.startswith("notebooks/"):
            found.setdefault(each["kind"], set()).add(notes_on(each).get(WAVE, "0"))
    return found


@pytest.mark.parametrize("route", ROUTES)
def test_grants_and_what_keeps_others_out_are_there_before_the_pod_and_its_routes(
    tmp_path: Path, route: str
) -> None:
    tree = sample(tmp_path, route)
    tree.render()
    found = waves(tree)
    assert {"StatefulSet", "PersistentVolumeClaim", "Notebook", "Service"} <= found.keys()
    for kind, each in found.items():
        assert each == {"-1" if kind in AT_ONCE else "0"}, kind
    assert ("AuthorizationPolicy" in found) is (route == "istio")


@pytest.mark.parametrize("consumers", ["", "flux: {}"])
def test_for_whom_argo_cd_is_no_consumer_bundles_are_as_they_were(
    tmp_path: Path, consumers: str
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "other").mkdir()
    plain = sample(tmp_path / "plain", consumers="")
    repository = "repository: {url: 'https://git.example.com/a/b'}"
    other = sample(tmp_path / "other", consumers=f"consumers: {{{repository}, {consumers}}}\n")
    plain.render()
    other.render()
    files = [file for file in plain.out.rglob("*") if file.is_file()]
    assert files
    for file in files:
        twin = other.out / file.relative_to(plain.out)
        assert twin.read_bytes() == file.read_bytes()
        assert b"sync-wave" not in file.read_bytes()


def test_storage_and_namespaces_outlive_their_applications_and_kustomizations(
    tmp_path: Path,
) -> None:
    tree = sample(tmp_path)
    tree.render()
    kinds = []
    for directory, each in tree.everything():
        if directory.startswith(("notebooks/", "namespaces/")):
            is_kept = notes_on(each).get("jackhoman.dev/keep") == "true"
            assert (KEPT.items() <= notes_on(each).items()) is is_kept
            if is_kept:
                kinds.append(each["kind"])
    assert set(kinds) == {"PersistentVolumeClaim", "Namespace"}
