"""Which PodDefaults apply to a Notebook by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from renderer.model.catalog import Match
from renderer.model.notebook import Notebook

Groups = Mapping[str, tuple[str, ...]]
Requirement = tuple[str, str, tuple[str, ...]]


def groups_of(notebook: Notebook, groups: Groups) -> tuple[str, ...]:
    """The groups that the owner is known to be in; a group that owns is its own."""
    owner = notebook.owner
    if owner is None:
        return ()
    if owner.kind == "Group":
        return (owner.name,)
    return tuple(name for name, users in groups.items() if owner.name in users)


def matches(match: Match, notebook: Notebook, image: str, groups: Groups) -> bool:
    """Whether every condition that `match` gives holds for the notebook."""
    template = str(notebook.template_ref) if notebook.template_ref else ""
    template_name = notebook.template_ref.name if notebook.template_ref else ""
    return (
        _any(match.namespaces, (notebook.namespace,))
        and _any(match.templates, (template, template_name))
        and _any(match.users, (_user(notebook),))
        and _any(match.images, (image, notebook.image))
        and (not match.groups or _any(match.groups, groups_of(notebook, groups)))
        and all(_holds(requirement, notebook.labels) for requirement in match.labels)
    )


def _user(notebook: Notebook) -> str:
    owner = notebook.owner
    return owner.name if owner is not None and owner.kind == "User" else ""


def _any(globs: tuple[str, ...], words: Iterable[str]) -> bool:
    return not globs or any(word and fnmatchcase(word, glob) for glob in globs for word in words)


def _holds(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    key, operator, values = requirement
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
