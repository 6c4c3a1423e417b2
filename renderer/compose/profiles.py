"""What the profiles that match a notebook give it: fragments, and services that run with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from renderer.matching import Profiles, Words, user_of
from renderer.model.fragments import Fragment, OnConflict, Reference, Scheduling
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Profile, Service, Singleuser

USER_LABEL = "jupyterhub.opendatahub.io/user"
USER_NAME = "JUPYTERHUB_USER_NAME"
GPU = "nvidia.com/gpu"
# Whose notebook it is, by the name that a hub's own label and variable have for it.
USER = {
    "metadata": {"labels": {USER_LABEL: "{{ owner.escaped_label }}"}},
    "spec": {"containers": [{"name": "*", "env": [{"name": USER_NAME, "value": "{{ user }}"}]}]},
}


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The fragments of the profiles' layer, and the services of which these set variables."""

    profiles: tuple[Profile, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    services: tuple[Service, ...] = ()


NOTHING = Given()


class Giver:
    """Gives notebooks what their profiles say; those that match alike share it."""

    def __init__(self, singleuser: Singleuser) -> None:
        self._profiles = Profiles(singleuser.profiles)
        self._gpu_types = singleuser.gpu_types
        self._templates = singleuser.templates
        self._user = user_fragments(singleuser)
        self._given: dict[tuple[bool, tuple[Profile, ...]], Given] = {}

    def to(self, notebook: Notebook, words: Words) -> Given:
        matched = self._profiles.of(notebook, words)
        if not matched:
            return NOTHING
        key = (bool(user_of(notebook)), matched)
        if key not in self._given:
            services = tuple(filter(None, map(self._as_it_can_be, _last_of_each_name(matched))))
            fragments = self._fragments(matched, services, is_of_user=key[0])
            self._given[key] = Given(matched, tuple(fragments), services)
        return self._given[key]

    def with_size(self, size: Fragment | None, given: Given) -> tuple[Fragment, ...]:
        """A size; with it what goes with GPUs, where a size of profiles is who brings them."""
        if size is None:
            return ()
        brought = any(each.gpus for each in given.profiles)
        is_first = size.scheduling is Scheduling.ADD and not brought and _has_gpus(size)
        return (size, *self._gpu_types) if is_first else (size,)

    def _as_it_can_be(self, service: Service) -> Service | None:
        """The service with those of its templates that there are; None where it has none of them.

        What is not there is said of the catalog.
        """
        templates = self._templates
        known = tuple(
            (name, key)
            for name, key in service.resources
            if name in templates and key in templates[name].texts
        )
        if service.resources and not known:
            return None
        return service if known == service.resources else replace(service, resources=known)

    def _fragments(
        self, matched: tuple[Profile, ...], services: Iterable[Service], *, is_of_user: bool
    ) -> Iterator[Fragment]:
        if is_of_user:
            yield from self._user
        yield from _as_they_come(matched)
        yield from (each.fragment for each in services if each.fragment is not None)
        if any(each.gpus for each in matched):
            yield from self._gpu_types


def _has_gpus(size: Fragment) -> bool:
    containers = (size.template.get("spec") or {}).get("containers") or ()
    return any(GPU in (each.get("resources") or {}).get("limits", ()) for each in containers)


def _as_they_come(matched: Iterable[Profile]) -> Iterator[Fragment]:
    """The fragment of each profile; the first that says anything of resources fills them."""
    is_first = True
    for profile in matched:
        yield profile.first if is_first and profile.has_resources else profile.fragment
        is_first = is_first and not profile.has_resources


def _last_of_each_name(matched: Iterable[Profile]) -> Iterator[Service]:
    """Services as they are said last, in that order."""
    found: dict[str, Service] = {}
    for service in (service for profile in matched for service in profile.services):
        found.pop(service.name, None)
        found[service.name] = service
    yield from found.values()


def user_fragments(singleuser: Singleuser) -> list[Fragment]:
    """What says whose notebook it is, where there are profiles; it stands where the first does."""
    return [
        Fragment("Profiles", Reference("user"), USER, first.origin, OnConflict.OVERRIDE)
        for first in singleuser.profiles[:1]
    ]
