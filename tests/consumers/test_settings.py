"""What octavo.yaml says of consumers, and what it must not say."""

from __future__ import annotations

import pytest

from renderer.model.consumers import ArgoCD, Consumers, Flux, Repository
from renderer.parse import parse_settings
from renderer.yamlio import load_all

GOOD = [
    "https://git.example.com/notebooks/rendered.git",
    "http://localhost:3000/a",
    "ssh://git@git.example.com:22/a/b.git",
    "git@git.example.com:notebooks/rendered.git",
]
BAD = [
    "/srv/git/rendered.git",
    "file:///srv/git/rendered.git",
    "https://git.example.com",
    "https://git.example.com/a b",
    "https://git.example.com/{{ .path }}",
    "git@git.example.com:/a",
    "--upload-pack=x",
]
HIDDEN = "hunter2"


def said(text: str) -> tuple[Consumers, list[str]]:
    (document,) = load_all(text.encode(), "octavo.yaml")
    settings, problems = parse_settings(document)
    return settings.consumers, [str(each) for each in problems]


def test_everything_has_a_default_but_the_url() -> None:
    assert said(f"consumers: {{repository: {{url: '{GOOD[0]}'}}, argocd: {{}}, flux: {{}}}}") == (
        Consumers(Repository(GOOD[0]), ArgoCD(), Flux()),
        [],
    )
    assert said("consumers: {}") == (Consumers(), [])


@pytest.mark.parametrize("url", GOOD)
def test_addresses_that_a_cluster_can_reach(url: str) -> None:
    assert said(f"consumers: {{repository: {{url: '{url}'}}}}")[1] == []


@pytest.mark.parametrize("url", BAD)
def test_addresses_that_are_none(url: str) -> None:
    (problem,) = said(f"consumers: {{repository: {{url: '{url}'}}}}")[1]
    assert "the https:// or ssh:// URL of a repository" in problem


@pytest.mark.parametrize(
    "url",
    [
        f"https://{HIDDEN}@git.example.com/a/b",
        f"https://alice:{HIDDEN}@git.example.com/a/b",
        f"ssh://git:{HIDDEN}@git.example.com/a/b",
    ],
)
def test_credentials_are_refused_and_not_repeated(url: str) -> None:
    (problem,) = said(f"consumers: {{repository: {{url: '{url}'}}}}")[1]
    assert "holds credentials" in problem
    assert HIDDEN not in problem


def test_a_target_is_at_its_own_place_below_that_of_all() -> None:
    common = Repository("u", "main", "fleet")
    everything = Consumers(common, ArgoCD(clusters={"eu": "https://eu"}), Flux())
    on = everything.on("eu", "rendered", "clusters/eu")
    assert on.repository == Repository("u", "rendered", "fleet/clusters/eu")
    assert on.argocd
    assert (on.argocd.name, on.argocd.cluster) == ("octavo-eu", "https://eu")
    assert on.flux
    assert on.flux.name == "octavo-eu"
    assert everything.on("us", "", "").repository == common
    assert Consumers().on("eu", "b", "p") == Consumers()
