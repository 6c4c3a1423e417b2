"""Flux: a Kustomization for each bundle, those of namespaces first, and their GitRepository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer import labels
from renderer.bundle import KUSTOMIZATION, MARK, Bundle, listing
from renderer.consumers.health import CEL
from renderer.model.consumers import Flux, Repository
from renderer.names import LABEL_LIMIT, bounded
from renderer.yamlio import emit
from renderer.yamlio.strings import inline, quoted

DIRECTORY = "flux"
# Beside it, not below: no bundle stands in another. What kustomize builds is kept small, too: the
# time it takes grows with the square of the objects.
OF_NAMESPACES = "flux-namespaces"
FILE_LIMIT = 200
# What a text is made with before the words of a single bundle stand in it.
_NAME, _PATH, _NEEDS = "octavo-name", "octavo-path", "octavo-needs"
_HOLES = re.compile(f"{_NAME}|{_PATH}|{_NEEDS}")


def flux_bundles(
    flux: Flux, repository: Repository, homes: Mapping[str, Sequence[str]], made: set[str]
) -> Iterator[Bundle]:
    """The bundles of Flux's own objects: one for each namespace, and the root of all.

    `homes` are the notebooks of each namespace, `made` the namespaces that have a bundle.
    """
    stamps = _Stamps(flux, repository)
    yield _root(flux, repository, stamps, sorted(homes))
    for space, notebooks in homes.items():
        needs = stamps.name(space) if space in made else ""
        files = {"namespace.yaml": stamps.namespace(space)} if space in made else {}
        for notebook in notebooks:
            files[_file("notebook", notebook)] = stamps.notebook(space, notebook, needs)
        listed = listing(tuple(files))
        yield Bundle(f"{OF_NAMESPACES}/{space}", {KUSTOMIZATION: listed, **files})


def _file(kind: str, name: str) -> str:
    return bounded(f"{kind}-{name}", FILE_LIMIT) + ".yaml"


class _Stamps:
    """Kustomizations, written once and filled in for each bundle."""

    def __init__(self, flux: Flux, repository: Repository) -> None:
        self._prefix = flux.name
        self._above = _inside(repository)
        waits: dict[str, Any] = {"wait": flux.wait}
        if flux.service_account:
            waits["serviceAccountName"] = flux.service_account
        health = {"healthCheckExprs": CEL} if flux.wait else {}
        after = {"dependsOn": [{"name": _NEEDS}]}
        self._all = _stamp(flux, {"wait": False})
        self._space = _stamp(flux, waits)
        self._free = _stamp(flux, {**waits, **health})
        self._after = _stamp(flux, {**after, **waits, **health})

    def name(self, *of: str) -> str:
        """The name of a bundle's Kustomization: no namespace holds a dot. It becomes a label."""
        return bounded(".".join((self._prefix, *of)), LABEL_LIMIT)

    def all_of(self, space: str) -> str:
        """What applies the Kustomizations of a namespace and its notebooks."""
        name = bounded(f"{self._prefix}-namespaces.{space}", LABEL_LIMIT)
        return _filled(self._all, {_NAME: name, _PATH: f"{self._above}/{OF_NAMESPACES}/{space}"})

    def namespace(self, space: str) -> str:
        words = {_NAME: self.name(space), _PATH: f"{self._above}/namespaces/{space}"}
        return _filled(self._space, words)

    def notebook(self, space: str, name: str, needs: str) -> str:
        words = {
            _NAME: self.name(space, name),
            _PATH: f"{self._above}/notebooks/{space}/{name}",
            _NEEDS: needs,
        }
        return _filled(self._after if needs else self._free, words)


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _HOLES.sub(lambda hole: inline(words[hole[0]]) or quoted(words[hole[0]]), text)


def _stamp(flux: Flux, spec: Mapping[str, Any]) -> str:
    return MARK + emit(_kustomization(flux, _NAME, _PATH, spec))


def _root(flux: Flux, repository: Repository, stamps: _Stamps, spaces: Sequence[str]) -> Bundle:
    """What is applied once: from then on it follows the repository, itself included."""
    # Deleted by mistake, it lets the notebooks be.
    spec = {"wait": False, "deletionPolicy": "Orphan"}
    path = f"{_inside(repository)}/{DIRECTORY}"
    files = {"root.yaml": MARK + emit(_kustomization(flux, flux.name, path, spec))}
    if not flux.source:
        files["gitrepository.yaml"] = MARK + emit(_repository(flux, repository))
    files |= {_file("namespace", space): stamps.all_of(space) for space in spaces}
    return Bundle(DIRECTORY, {KUSTOMIZATION: listing(tuple(files)), **files})


def _inside(repository: Repository) -> str:
    return f"./{repository.path}" if repository.path else "."


def _metadata(flux: Flux, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": flux.namespace,
        "labels": {labels.MANAGED_BY: "octavo"},
    }


def _kustomization(flux: Flux, name: str, path: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": _metadata(flux, name),
        "spec": {
            "sourceRef": {"kind": "GitRepository", "name": flux.source or flux.name},
            "path": path,
            "interval": flux.interval,
            "retryInterval": flux.retry_interval,
            "timeout": flux.timeout,
            "prune": True,
            **spec,
        },
    }


def _repository(flux: Flux, repository: Repository) -> dict[str, Any]:
    return {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": _metadata(flux, flux.name),
        "spec": {
            "interval": "1m",
            "url": _as_url(repository.url),
            "ref": {"branch": repository.branch},
            **({"secretRef": {"name": flux.secret}} if flux.secret else {}),
        },
    }


def _as_url(written: str) -> str:
    """`git@host:path` as a URL: Flux knows no other form."""
    if "://" in written:
        return written
    host, _, path = written.partition(":")
    return f"ssh://{host}/{path}"
