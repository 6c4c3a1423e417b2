"""Flux, begun at its root, reaches every bundle once, namespaces before their notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renderer.names import is_dns_subdomain
from tests.consumers.trees import REPOSITORY, URL, Trees, begin, sample

AT = "./clusters/eu/"
KEPT = "kustomize.toolkit.fluxcd.io/prune"


def flux(options: str = "", more: str = "") -> str:
    return f"consumers: {{{REPOSITORY}, flux: {{{options}}}}}\n{more}"


def rendered(tree: Trees, settings: str) -> Trees:
    tree.settings(settings)
    tree.render()
    return tree


def followed(tree: Trees, directory: str = "flux") -> Iterator[Any]:
    """Every Kustomization that is applied once the directory is, itself left out."""
    for each in tree.objects(directory):
        if each["kind"] != "Kustomization":
            continue
        yield each
        below = each["spec"]["path"].removeprefix(AT)
        if below != directory and below.startswith("flux"):
            yield from followed(tree, below)


def by_path(tree: Trees) -> dict[str, Any]:
    found = list(followed(tree))
    paths = {each["spec"]["path"].removeprefix(AT): each for each in found}
    assert len(paths) == len(found)
    return paths


def test_from_the_root_every_bundle_is_reached_once(tree: Trees) -> None:
    bundles = {each for each in tree.directories() if each != "argocd"}
    assert by_path(tree).keys() == bundles
    assert len(bundles) == 5 + 3


@pytest.mark.parametrize("route", ["istio", "gateway"])
def test_of_the_sample_too(tmp_path: Path, route: str) -> None:
    tree = sample(tmp_path, route)
    tree.render()
    assert by_path(tree).keys() == {each for each in tree.directories() if each != "argocd"}


def test_a_namespace_comes_before_its_notebooks(tree: Trees) -> None:
    found = by_path(tree)
    for path, each in found.items():
        part, _, rest = path.partition("/")
        needs = [need["name"] for need in each["spec"].get("dependsOn", [])]
        if part == "notebooks":
            space = found[f"namespaces/{rest.partition('/')[0]}"]
            assert needs == [space["metadata"]["name"]]
            assert each["metadata"]["namespace"] == space["metadata"]["namespace"]
        else:
            assert needs == []


def test_a_namespace_that_has_no_bundle_is_not_waited_for(tree: Trees) -> None:
    rendered(tree, flux(more="namespaces: {create: false}\n"))
    assert not any(each.startswith("namespaces/") for each in tree.directories())
    assert by_path(tree).keys() == {each for each in tree.directories() if each != "argocd"}
    assert not any("dependsOn" in each["spec"] for each in by_path(tree).values())


def test_bundles_are_pruned_and_waited_for_and_nothing_is_substituted(tree: Trees) -> None:
    for path, each in by_path(tree).items():
        spec = each["spec"]
        assert spec["prune"] is True
        assert spec["wait"] is path.startswith(("notebooks/", "namespaces/"))
        assert ("healthCheckExprs" in spec) is path.startswith("notebooks/")
        assert {"interval", "retryInterval", "timeout"} <= spec.keys()
        assert not {"postBuild", "force", "targetNamespace"} & spec.keys()


def test_without_its_root_all_goes_on(tree: Trees) -> None:
    found = by_path(tree)
    assert found.pop("flux")["spec"]["deletionPolicy"] == "Orphan"
    assert not any("deletionPolicy" in each["spec"] for each in found.values())


def test_whoever_does_not_want_to_wait_is_not_asked_for_health(tree: Trees) -> None:
    rendered(tree, flux("wait: false"))
    for each in by_path(tree).values():
        assert each["spec"]["wait"] is False
        assert "healthCheckExprs" not in each["spec"]


def test_the_repository_is_rendered_unless_one_is_named(tree: Trees) -> None:
    source = tree.found("flux", "GitRepository")
    assert source["spec"] == {"interval": "1m", "url": URL, "ref": {"branch": "rendered"}}

    rendered(tree, flux("secret: token"))
    assert tree.found("flux", "GitRepository")["spec"]["secretRef"] == {"name": "token"}

    rendered(tree, flux("source: fleet"))
    assert [each["kind"] for each in tree.objects("flux")] == ["Kustomization"] * 3
    for each in by_path(tree).values():
        assert each["spec"]["sourceRef"] == {"kind": "GitRepository", "name": "fleet"}


def test_an_address_of_ssh_becomes_the_url_that_flux_knows(tree: Trees) -> None:
    rendered(tree, flux().replace(URL, "git@git.example.com:notebooks/rendered.git"))
    url = tree.found("flux", "GitRepository")["spec"]["url"]
    assert url == "ssh://git@git.example.com/notebooks/rendered.git"


def test_bundles_are_applied_as_the_account_that_is_named_and_flux_as_its_own(
    tree: Trees,
) -> None:
    rendered(tree, flux("serviceAccount: notebooks"))
    for path, each in by_path(tree).items():
        account = each["spec"].get("serviceAccountName")
        assert account == (None if path.startswith("flux") else "notebooks")


def test_names_and_files_are_unique_and_fit_whatever_notebooks_are_called(tmp_path: Path) -> None:
    tree = begin(tmp_path, flux())
    names = [
        "namespace",
        "kustomization",
        "1",
        "c",
        "b-c",
        "a.b",
        "n" * 100,
        "n" * 99,
        "octavo-name",
    ]
    for space in ("a", "a-b", "s" * 63, "all", "octavo-path"):
        for name in names:
            tree.notebook(space, name)
    tree.render()
    found = by_path(tree)
    assert found.keys() == set(tree.directories())
    called = {each["metadata"]["name"] for each in found.values()}
    assert len(called) == len(found)
    for name in called:
        assert is_dns_subdomain(name)
        assert len(name) <= 63  # it becomes the value of a label


def test_a_notebook_that_is_new_changes_its_own_file_and_the_list(tree: Trees) -> None:
    folder = tree.out / "flux-namespaces/research"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    tree.notebook("research", "extra")
    changes = dict(tree.render().changes)
    after = {file.name: file.read_bytes() for file in folder.iterdir()}
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {"notebook-extra.yaml", "kustomization.yaml"}
    assert {path for path, change in changes.items() if change != "same"} == {
        "notebooks/research/extra",
        "flux-namespaces/research",
    }
