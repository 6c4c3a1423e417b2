"""Argo CD's project lets in what bundles hold and no more; its Applications are one a bundle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import helm_python
import pytest

from renderer.names import is_dns_subdomain
from sync.policy import DEFAULT_KINDS
from tests.consumers.trees import REPOSITORY, ROUTES, URL, Trees, begin, read, sample

BOTH_PARTS = ["clusters/eu/namespaces/*", "clusters/eu/notebooks/*/*"]
LONG = "n" * 80
CUT_AT_A_DOT = f"{'n' * 35}.{'a' * 40}"


def argo(options: str = "", more: str = "") -> str:
    return f"consumers: {{{REPOSITORY}, argocd: {{{options}}}}}\n{more}"


def rendered(tree: Trees, settings: str) -> Trees:
    tree.settings(settings)
    tree.render()
    return tree


# --- the project


def admitted(tree: Trees) -> set[tuple[str, str]]:
    spec = tree.found("argocd", "AppProject")["spec"]
    listed = [*spec["clusterResourceWhitelist"], *spec["namespaceResourceWhitelist"]]
    return {(each["group"], each["kind"]) for each in listed}


@pytest.mark.parametrize("route", ROUTES)
def test_the_project_admits_every_object_of_every_bundle(tmp_path: Path, route: str) -> None:
    tree = sample(tmp_path, route)
    tree.render()
    held = {
        (each["apiVersion"].rpartition("/")[0], each["kind"])
        for directory, each in tree.everything()
        if directory.startswith(("notebooks/", "namespaces/"))
    }
    assert len(held) > 10
    assert held - admitted(tree) == set()


def test_all_routes_together_admit_what_our_agent_does_by_default(tmp_path: Path) -> None:
    found = set[tuple[str, str]]()
    for route in ROUTES:
        (tmp_path / route).mkdir()
        tree = begin(tmp_path / route)
        gateway = "gateway: web/public, " if route == "gateway" else ""
        found |= admitted(rendered(tree, argo(more=f"routing: {{{gateway}kind: {route}}}\n")))
    assert found == {tuple(each) for each in DEFAULT_KINDS}


def test_kinds_of_charts_of_ones_own_are_admitted_where_they_are_named(tree: Trees) -> None:
    before = admitted(rendered(tree, argo()))
    after = admitted(rendered(tree, argo("kinds: [Certificate.cert-manager.io, Endpoints]")))
    assert after - before == {("cert-manager.io", "Certificate"), ("", "Endpoints")}


def test_namespaces_are_admitted_where_we_create_them_and_by_name(tree: Trees) -> None:
    def cluster_wide(namespaces: str) -> Any:
        rendered(tree, argo(more=f"namespaces: {{{namespaces}}}\n"))
        return tree.found("argocd", "AppProject")["spec"]["clusterResourceWhitelist"]

    namespace = {"group": "", "kind": "Namespace"}
    assert cluster_wide("create: false") == []
    assert cluster_wide("create: true") == [namespace]
    allowed = cluster_wide("allowed: [research, 't[!x]*']")
    assert allowed == [{**namespace, "name": "research"}, {**namespace, "name": "t[^x]*"}]


DESTINATIONS = {
    "allowed: [research, 't*']": {"research": True, "teaching": True, "kube-system": False},
    "create: true": {"research": True, "kube-system": False, "istio-system": False},
    "allowed: ['*', kube-lab]": {"research": True, "kube-lab": True, "istio-system": False},
}


@pytest.mark.parametrize("namespaces", DESTINATIONS)
def test_the_project_reaches_the_namespaces_where_notebooks_may_live(
    tree: Trees, namespaces: str
) -> None:
    rendered(tree, argo(more=f"namespaces: {{{namespaces}}}\n"))
    spec = tree.found("argocd", "AppProject")["spec"]
    globs = [each["namespace"] for each in spec["destinations"]]
    expected = DESTINATIONS[namespaces]
    assert {space: reaches(globs, space) for space in expected} == expected
    assert spec["sourceRepos"] == [URL]


def reaches(globs: list[str], namespace: str) -> bool:
    """As Argo CD says: a glob must match, and none of those with a `!` before them."""
    denied = [glob[1:] for glob in globs if glob.startswith("!")]
    granted = [glob for glob in globs if not glob.startswith("!")]
    return any(fnmatchcase(namespace, glob) for glob in granted) and not any(
        fnmatchcase(namespace, glob) for glob in denied
    )


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ("", {"server": "https://kubernetes.default.svc"}),
        ("cluster: 'https://eu.example.com:6443'", {"server": "https://eu.example.com:6443"}),
        ("cluster: in-cluster", {"name": "in-cluster"}),
    ],
)
def test_a_cluster_is_named_by_its_server_or_by_its_name(
    tree: Trees, cluster: str, expected: Mapping[str, str]
) -> None:
    rendered(tree, argo(cluster))
    destination = application(tree)["spec"]["destination"]
    assert expected.items() <= destination.items()
    for each in tree.found("argocd", "AppProject")["spec"]["destinations"]:
        assert expected.items() <= each.items()


# --- the applications


def application(tree: Trees) -> Any:
    return tree.found("argocd", "ApplicationSet")["spec"]["template"]


def made(tree: Trees, tmp_path: Path, directories: list[str]) -> list[Any]:
    """The Applications that the template makes of these directories, by Go's own templates."""
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text("{apiVersion: v2, name: any, version: 1.0.0}")
    bundle = tree.out / "argocd/applicationset.yaml"
    text = bundle.read_text(encoding="utf-8").partition("  template:\n")[2]
    body = "{{ range .Values.paths }}{{ with . }}\n---\n" + text + "{{ end }}{{ end }}"
    # Quotes in quotes are those of YAML, which Argo CD has read before.
    (chart / "templates/all.yaml").write_text(body.replace('\\"', "`"), encoding="utf-8")
    paths = [
        {"path": {"path": each, "segments": each.split("/"), "basename": each.split("/")[-1]}}
        for each in directories
    ]
    files = helm_python.Chart.load(chart).render({"paths": paths}, name="x", namespace="y")
    (out,) = files.values()
    parts = re.split(r"^---$", out, flags=re.MULTILINE)
    return [found for part in parts if (found := helm_python.values_from_yaml(part))]


def test_every_bundle_becomes_an_application_of_its_own(tree: Trees, tmp_path: Path) -> None:
    (generator,) = tree.found("argocd", "ApplicationSet")["spec"]["generators"]
    assert [each["path"] for each in generator["git"]["directories"]] == BOTH_PARTS
    assert (generator["git"]["repoURL"], generator["git"]["revision"]) == (URL, "rendered")
    bundles = [f"clusters/eu/{each}" for each in tree.directories()]
    ours = [each for each in bundles if any(matches(each, glob) for glob in BOTH_PARTS)]

    def told(each: Any) -> tuple[str, ...]:
        spec, meta = each["spec"], each["metadata"]
        return (
            meta["name"],
            spec["source"]["path"],
            spec["destination"]["namespace"],
            meta["labels"]["jackhoman.dev/bundle"],
        )

    at = "clusters/eu/"
    assert list(map(told, made(tree, tmp_path, ours))) == [
        ("octavo.research", f"{at}namespaces/research", "research", "namespaces"),
        ("octavo.teaching", f"{at}namespaces/teaching", "teaching", "namespaces"),
        ("octavo.research.churn", f"{at}notebooks/research/churn", "research", "notebooks"),
        ("octavo.research.resnet", f"{at}notebooks/research/resnet", "research", "notebooks"),
        ("octavo.teaching.churn", f"{at}notebooks/teaching/churn", "teaching", "notebooks"),
    ]


def matches(path: str, glob: str) -> bool:
    """As Go's path.Match: a star ends at a slash."""
    pattern = re.escape(glob).replace(r"\*", "[^/]*")
    return re.fullmatch(pattern, path) is not None


def test_names_are_unique_and_short_whatever_notebooks_are_called(
    tree: Trees, tmp_path: Path
) -> None:
    names = ["churn", "1-a", "has.dots.in.it", LONG, f"{LONG}n", CUT_AT_A_DOT]
    spaces = ["research", "s" * 63, "research-churn"]
    paths = [f"clusters/eu/notebooks/{space}/{name}" for space in spaces for name in names]
    paths += [f"clusters/eu/namespaces/{space}" for space in spaces]
    found = [each["metadata"]["name"] for each in made(tree, tmp_path, paths)]
    assert len(set(found)) == len(paths)
    for name in found:
        assert is_dns_subdomain(name)
        assert len(name) <= 63
    assert "octavo.research.has.dots.in.it" in found


def test_without_a_path_the_bundles_are_at_the_root(tree: Trees, tmp_path: Path) -> None:
    rendered(tree, f"consumers: {{repository: {{url: '{URL}'}}, argocd: {{}}}}\n")
    (generator,) = tree.found("argocd", "ApplicationSet")["spec"]["generators"]
    assert [each["path"] for each in generator["git"]["directories"]] == [
        "namespaces/*",
        "notebooks/*/*",
    ]
    (found,) = made(tree, tmp_path, ["notebooks/research/churn"])
    assert found["metadata"]["name"] == "octavo.research.churn"
    assert found["spec"]["destination"]["namespace"] == "research"


def test_a_path_is_no_pattern(tree: Trees) -> None:
    rendered(tree, argo().replace("clusters/eu", "'a*b[c]'"))
    (generator,) = tree.found("argocd", "ApplicationSet")["spec"]["generators"]
    assert generator["git"]["directories"][0]["path"] == r"a\*b\[c]/namespaces/*"


def test_applications_are_pruned_healed_and_tried_again_with_the_newest_commit(
    tree: Trees,
) -> None:
    policy = application(tree)["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}
    assert "ServerSideApply=true" in policy["syncOptions"]
    assert "CreateNamespace=false" in policy["syncOptions"]
    assert (policy["retry"]["limit"], policy["retry"]["refresh"]) == (-1, True)


def test_what_makes_the_applications_goes_only_by_hand(tree: Trees) -> None:
    """Otherwise a slip in the settings would delete every notebook."""
    for each in tree.objects("argocd"):
        assert each["metadata"]["annotations"] == {
            "argocd.argoproj.io/sync-options": "Prune=false,Delete=false"
        }


def test_namespaces_come_first_where_progressive_syncs_are_asked_for(tree: Trees) -> None:
    assert "strategy" not in tree.found("argocd", "ApplicationSet")["spec"]
    rendered(tree, argo("progressive: true"))
    strategy = tree.found("argocd", "ApplicationSet")["spec"]["strategy"]
    (key,) = application(tree)["metadata"]["labels"].keys() - {"app.kubernetes.io/managed-by"}
    steps = [step["matchExpressions"] for step in strategy["rollingSync"]["steps"]]
    assert steps == [
        [{"key": key, "operator": "In", "values": [part]}] for part in ("namespaces", "notebooks")
    ]


def test_the_health_check_is_a_patch_that_nothing_applies_by_itself(tree: Trees) -> None:
    listed = read(tree.out / "argocd/kustomization.yaml")["resources"]
    assert listed == ["appproject.yaml", "applicationset.yaml"]
    patch = read(tree.out / "argocd/argocd-cm-patch.yaml")
    assert list(patch) == ["data"]
    assert list(patch["data"]) == ["resource.customizations.health.jackhoman.dev_Notebook"]
