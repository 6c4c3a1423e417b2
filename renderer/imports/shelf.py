"""The catalog files of one hub as they come, each under a name of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.imports.expansion import expanded
from renderer.imports.papers import Paper
from renderer.imports.remarks import Remark
from renderer.imports.secrets import scrubbed
from renderer.imports.slugs import untaken
from renderer.imports.spawner import pod_of
from renderer.imports.templates import API

FOLDERS = {"Template": "", "PodDefault": "options/", "Size": "sizes/"}


@dataclass(frozen=True, slots=True)
class Hub:
    """What all profiles share: KubeSpawner's configuration, and fields of every Template."""

    config: Mapping[str, Any]
    template: Mapping[str, Any] = field(default_factory=dict)
    namespace: str = "jupyterhub"
    directory: str = "catalog/jupyterhub"


class Shelf:
    """Takes what is made of a hub, and what is to be said of it."""

    def __init__(self, hub: Hub, remarks: list[Remark]) -> None:
        self.hub = hub
        self.remarks = remarks
        self.papers: list[Paper] = []
        self._specs: dict[tuple[str, str], Mapping[str, Any]] = {}

    def add(self, kind: str, names: Iterable[str], spec: Mapping[str, Any], comment: str) -> str:
        """The name that it got: the first that is free, or that of one that is just the same."""
        wanted = list(names)
        for name in wanted:
            known = self._specs.setdefault((kind, name), spec)
            if known is spec:
                self.papers.append(self._paper(kind, name, spec, comment))
                return name
            if known == spec:
                return name
        taken = {name for known, name in self._specs if known == kind}
        return self.add(kind, [untaken(wanted[-1], taken)], spec, comment)

    def pod(
        self, config: Mapping[str, Any], source: str, parameter: str = "", *, image: bool = False
    ) -> dict[str, Any]:
        """The pod of a configuration without what sounds secret, with its image where asked."""
        meant = expanded(dict(config), source, self.remarks, parameter)
        pod = scrubbed(pod_of(meant, source, self.remarks), source, self.remarks)
        found: dict[str, Any] = pod
        if image and meant.get("image"):
            found["spec"]["containers"][0]["image"] = meant["image"]
        return found

    def _paper(self, kind: str, name: str, spec: Mapping[str, Any], comment: str) -> Paper:
        value = {
            "apiVersion": API,
            "kind": kind,
            "metadata": {"name": name, "namespace": self.hub.namespace},
            "spec": spec,
        }
        return Paper(f"{self.hub.directory}/{FOLDERS[kind]}{name}.yaml", value, {(): comment})
