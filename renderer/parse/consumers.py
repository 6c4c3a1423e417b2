"""What `octavo.yaml` says of consumers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import Problem
from renderer.model.consumers import ArgoCD, Consumers, Flux, Repository
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document
from renderer.schema.suggest import did_you_mean

CREDENTIALS = re.compile(r"https?://[^/]*@|ssh://[^/@]*:[^/]*@")


def consumers(written: Mapping[str, Any]) -> Consumers:
    """The consumers of a settings file that has no problem."""
    repository, argocd, flux = (written.get(key) for key in ("repository", "argocd", "flux"))
    return Consumers(
        None if repository is None else _repository(repository),
        None if argocd is None else _argocd(argocd),
        None if flux is None else _flux(flux),
    )


def consumer_faults(document: Document) -> Iterator[Problem]:
    """What the schema cannot say: a consumer that finds no repository, a cluster of no target."""
    written = mapping_at(mapping_at(document.value), "consumers")
    found = written.get("repository") is not None
    if CREDENTIALS.match(str(mapping_at(written, "repository").get("url"))):
        # Not shown: whatever stands there, it is said in more places than one.
        words = Remark("the url of the repository holds credentials", "a Secret of the consumer")
        yield words.at(document, ("consumers", "repository", "url"))
    for key in ("argocd", "flux"):
        if isinstance(written.get(key), dict) and not found:
            message = f"{key} has to know where the bundles are"
            expected = "consumers.repository, with the url that the cluster reaches it by"
            yield Remark(message, expected).at(document, ("consumers", key))
    targets = list(mapping_at(document.value, "targets"))
    for name in mapping_at(mapping_at(written, "argocd"), "clusters"):
        if name not in targets:
            there = f"one of {', '.join(targets)}" if targets else "no clusters, without targets"
            words = Remark(f'there is no target "{name}"', there, did_you_mean(str(name), targets))
            yield words.at(document, ("consumers", "argocd", "clusters", name))


def _repository(written: Mapping[str, Any]) -> Repository:
    default = Repository("")
    get = written.get
    return Repository(written["url"], get("branch", default.branch), get("path", default.path))


def _argocd(written: Mapping[str, Any]) -> ArgoCD:
    default, get = ArgoCD(), written.get
    return ArgoCD(
        name=get("name", default.name),
        namespace=get("namespace", default.namespace),
        cluster=get("cluster", default.cluster),
        clusters=get("clusters", {}),
        kinds=tuple(get("kinds", ())),
        progressive=get("progressive", default.progressive),
    )


def _flux(written: Mapping[str, Any]) -> Flux:
    default, get = Flux(), written.get
    return Flux(
        name=get("name", default.name),
        namespace=get("namespace", default.namespace),
        source=get("source", default.source),
        secret=get("secret", default.secret),
        service_account=get("serviceAccount", default.service_account),
        interval=get("interval", default.interval),
        retry_interval=get("retryInterval", default.retry_interval),
        timeout=get("timeout", default.timeout),
        wait=get("wait", default.wait),
    )
