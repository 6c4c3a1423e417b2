"""One notebook as another system had it: a whole pod, and who owns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Server:
    """A notebook of another system. `main` is the index of the container that people open.

    `family` is what its Template may be called; `owner` and `shares` are as a Notebook has them.
    """

    name: str
    namespace: str
    source: str
    pod: Mapping[str, Any]
    main: int
    family: str
    title: str
    home: str = "/home/jovyan"
    owner: Any = None
    owner_from: str = ""
    shares: tuple[Mapping[str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)

    @property
    def container(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.pod["spec"]["containers"][self.main]
        return found
