"""Which PodDefaults, and which profiles, apply to a Notebook by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from renderer.model.catalog import Match
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Profile

Groups = Mapping[str, tuple[str, ...]]
Requirement = tuple[str, str, tuple[str, ...]]
# An image by every name that it goes by: an id, a reference, the end of that.
Words = tuple[str, ...]
EVERYBODY = "*"


def words_of(*names: str) -> Words:
    """The names of an image that are given, and what stands behind the last slash of each."""
    found = [word for name in names for word in (name, name.rpartition("/")[2])]
    return tuple(dict.fromkeys(word for word in found if word))


class Profiles:
    """The profiles of a catalog, by whom they are for; remembers what many notebooks ask."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._profiles = tuple(profiles)
        self._by_image: dict[Words, _ByUser] = {}

    def of(self, notebook: Notebook, words: Words) -> tuple[Profile, ...]:
        """The profiles of a notebook whose image goes by these words, in the catalog's order."""
        if not self._profiles:
            return ()
        by_user = self._by_image.get(words)
        if by_user is None:
            images = frozenset(words)
            by_user = _ByUser(each for each in self._profiles if _runs(each, images))
            self._by_image[words] = by_user
        return by_user.of(user_of(notebook))


class _ByUser:
    """The profiles of one image, by the users who are named in them."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._profiles = tuple(profiles)
        self._named = {user for each in self._profiles for user in each.users} - {EVERYBODY}
        self._found: dict[str, tuple[Profile, ...]] = {}

    def of(self, user: str) -> tuple[Profile, ...]:
        known = user if user in self._named else ""
        found = self._found.get(known)
        if found is None:
            found = tuple(each for each in self._profiles if _is_for(each, known))
            self._found[known] = found
        return found


def _runs(profile: Profile, images: frozenset[str]) -> bool:
    return not profile.images or not profile.images.isdisjoint(images)


def _is_for(profile: Profile, user: str) -> bool:
    return not profile.users or EVERYBODY in profile.users or user in profile.users


def groups_of(notebook: Notebook, groups: Groups) -> tuple[str, ...]:
    """The groups that the owner is known to be in; a group that owns is its own."""
    owner = notebook.owner
    if owner is None:
        return ()
    if owner.kind == "Group":
        return (owner.name,)
    return tuple(name for name, users in groups.items() if owner.name in users)


def matches(match: Match, notebook: Notebook, images: Words, groups: Groups) -> bool:
    """Whether every condition that `match` gives holds for the notebook."""
    template = str(notebook.template_ref) if notebook.template_ref else ""
    template_name = notebook.template_ref.name if notebook.template_ref else ""
    return (
        _any(match.namespaces, (notebook.namespace,))
        and _any(match.templates, (template, template_name))
        and _any(match.users, (user_of(notebook),))
        and _any(match.images, images)
        and (not match.groups or _any(match.groups, groups_of(notebook, groups)))
        and all(_holds(requirement, notebook.labels) for requirement in match.labels)
    )


def user_of(notebook: Notebook) -> str:
    """The name of the user who owns a notebook, or nothing where nobody, or a group, does."""
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
