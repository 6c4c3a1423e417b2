"""What the renderer renders goes through unharmed, and means what another reader takes it for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML  # noqa: TID251  (as an oracle)

from sync.bundles import Bundle, build
from sync.objects import GroupKind, key_of
from sync.policy import DEFAULT_KINDS, Policy

GOLDEN = Path(__file__).parents[2] / "bundles"
ROUTES = ("istio", "gateway", "ingress", "ambassador", "none")
TREES = [
    *(f"sample {routing}" for routing in ROUTES),
    *("seed 000/catalog", "seed 000/template", "seed 002"),
    *(f"golden {each.parent.name}" for each in sorted(GOLDEN.glob("*/rendered"))),
]
ROUTE_KINDS = {
    "istio": {"VirtualService", "AuthorizationPolicy"},
    "gateway": {"HTTPRoute"},
    "ingress": {"Ingress"},
}

# What services of the golden trees are made of.
COMPANY = {GroupKind("radanalytics.io", "SparkCluster")}

Render = Callable[[str], Path]


def files_of(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def bundles_of(output: Path) -> list[Bundle]:
    directories = [
        str(file.parent.relative_to(output)) for file in sorted(output.rglob("kustomization.yaml"))
    ]
    policy = Policy(kinds=DEFAULT_KINDS | COMPANY)
    return [build(each, "oid", files_of(output / each), policy) for each in directories]


def as_another_reads(text: bytes) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("tree", TREES)
def test_every_object_is_what_another_reader_reads(tree: str, rendered: Render) -> None:
    output = rendered(tree)
    bundles = bundles_of(output)
    assert bundles
    for bundle in bundles:
        listing = as_another_reads((output / bundle.directory / "kustomization.yaml").read_bytes())
        company = [member.file for member in bundle.company]
        own = [member.file for member in bundle.members if member.file not in company]
        assert own == [file for file in listing["resources"] if file not in company]
        assert {*own, *company} == {*listing["resources"]}
        for member in bundle.members:
            text = (output / bundle.directory / member.file).read_bytes()
            expected = as_another_reads(text)
            assert member.load() == expected
            assert member.key == key_of(expected)
            assert member.api_version == expected["apiVersion"]


@pytest.mark.parametrize("tree", TREES)
def test_a_notebooks_bundle_has_its_notebook_and_a_namespaces_has_none(
    tree: str, rendered: Render
) -> None:
    for bundle in bundles_of(rendered(tree)):
        place = bundle.directory.split("/")
        assert place[1:] == [bundle.namespace, bundle.name][: len(place) - 1]
        found = bundle.notebook and bundle.notebook.key.name
        assert (found or "") == bundle.name


@pytest.mark.parametrize("routing", ROUTES)
def test_every_kind_of_route_is_among_the_default_kinds(routing: str, rendered: Render) -> None:
    bundles = bundles_of(rendered(f"sample {routing}"))
    kinds = {member.key.group_kind for bundle in bundles for member in bundle.members}
    all_routes = set().union(*ROUTE_KINDS.values())
    assert kinds <= DEFAULT_KINDS
    assert {kind.kind for kind in kinds} & all_routes == ROUTE_KINDS.get(routing, set())


def test_the_order_is_that_of_the_list(rendered: Render) -> None:
    (churn,) = [bundle for bundle in bundles_of(rendered("sample istio")) if bundle.name == "churn"]
    kinds = list(dict.fromkeys(member.key.kind for member in churn.members))
    assert kinds[:3] == ["Notebook", "ControllerRevision", "ServiceAccount"]
    assert kinds.index("Role") < kinds.index("RoleBinding") < kinds.index("StatefulSet")
