"""What the controls of Pod Security look at, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from renderer.checks.shape import Container
from renderer.position import Path

NEWEST = 1000
USER_NAMESPACES_SINCE = 35

# A path, what is wrong there, what would be right.
Violation: TypeAlias = tuple[Path, str, str]
NONE: tuple[Violation, ...] = ()


class Context(NamedTuple):
    """A securityContext: whose it is, in words, and where it stands."""

    who: object
    path: Path
    body: Mapping[str, Any]


class Pod(NamedTuple):
    """A pod in the minor version of Kubernetes that it is for."""

    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]
    containers: Sequence[Container]
    minor: int

    @property
    def has_user_namespace(self) -> bool:
        """Root in such a pod is nobody outside it; Pod Security knows that since 1.35."""
        return self.spec.get("hostUsers") is False and self.minor >= USER_NAMESPACES_SINCE

    def contexts(self) -> list[Context]:
        """The securityContexts that are there: of the pod, then of its containers."""
        found = []
        context = self.spec.get("securityContext")
        if isinstance(context, dict):
            found.append(Context("the pod", ("spec", "securityContext"), context))
        for container in self.containers:
            context = container.body.get("securityContext")
            if isinstance(context, dict):
                path = (*container.path, "securityContext")
                found.append(Context(container, path, context))
        return found


Control: TypeAlias = Callable[[Pod], Iterable[Violation]]
ContextControl: TypeAlias = Callable[[Pod, Context], Iterable[Violation]]
ContainerControl: TypeAlias = Callable[[Pod, Container], Iterable[Violation]]
