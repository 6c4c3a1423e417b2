"""The bundles of the consumers that the settings name, from the notebooks that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from renderer.bundle import Bundle
from renderer.consumers.argocd import Kinds, argocd_bundle
from renderer.consumers.flux import flux_bundles
from renderer.model.settings import Settings, Target

ROOT = "namespaces/"


def consumer_bundles(
    settings: Settings,
    target: Target | None,
    notebooks: Iterable[tuple[str, str]],
    namespaces: Iterable[Bundle],
    kinds: Kinds = frozenset(),
) -> Iterator[Bundle]:
    """What is rendered for Argo CD and Flux. Notebooks are pairs of namespace and name, sorted.

    The kinds are those that their bundles hold besides Octavo's own.
    """
    consumers = settings.consumers
    if target is not None:
        consumers = consumers.on(target.name, target.branch, target.path)
    repository = consumers.repository
    if repository is None:
        return
    if consumers.argocd is not None:
        yield argocd_bundle(settings, consumers.argocd, repository, kinds)
    if consumers.flux is not None:
        homes: dict[str, list[str]] = {}
        for space, name in notebooks:
            homes.setdefault(space, []).append(name)
        made = {bundle.directory.removeprefix(ROOT) for bundle in namespaces}
        yield from flux_bundles(consumers.flux, repository, homes, made)
