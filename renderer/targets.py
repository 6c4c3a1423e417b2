"""One target after another: the same tree, with what is true there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from renderer.errors import UsageError
from renderer.model.places import Place
from renderer.model.settings import Settings, Target
from renderer.placement import homes, lives
from renderer.schema.suggest import did_you_mean
from renderer.workspace import Workspace

__all__ = ["chosen", "for_target", "homes", "lives", "refuse_clashes", "settings_at", "workspaces"]


def settings_at(settings: Settings, target: Target) -> Settings:
    """The settings with the routing and the values of the target."""
    return replace(settings, route=target.route, values=target.values)


def for_target(workspace: Workspace, target: Target) -> Workspace:
    """The workspace with what is true on the target, and only the notebooks that live there."""
    settings = settings_at(workspace.settings, target)
    installation = workspace.installation
    return replace(
        workspace,
        settings=settings,
        installation=installation and replace(installation, settings=settings),
        shared=(*workspace.shared, ("target", target.name.encode())),
        target=target,
    )


def workspaces(workspace: Workspace, names: Collection[str] = ()) -> Sequence[Workspace]:
    """One for each target that is named, or for all; the workspace itself where there is none."""
    if workspace.installation is None:  # its problems come first: perhaps they hide the targets
        return [workspace]
    targets = chosen(workspace.settings, names)
    return [for_target(workspace, target) for target in targets] or [workspace]


def chosen(settings: Settings, names: Collection[str] = ()) -> tuple[Target, ...]:
    """The targets of these names, or all. A name that no target has is a UsageError."""
    known = [target.name for target in settings.targets]
    for name in names:
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "octavo.yaml declares none"
            hint = did_you_mean(name, known) or there
            message = f'there is no target "{name}"; {hint}'
            raise UsageError(message)
    return tuple(each for each in settings.targets if not names or each.name in names)


def refuse_clashes(targets: Iterable[Target], branch: str) -> None:
    """Raises UsageError where two are one place once `branch` is that of those that name none."""
    found = {each.name: Place(each.branch or branch, each.path) for each in targets}
    for one, other in combinations(found, 2):
        if clash := found[one].clash(found[other]):
            message = f"the targets {one} and {other} are no two places: {clash}"
            raise UsageError(message)
