"""Everything of JupyterHub's singleuser profiles that a catalog holds, in the order it is used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from renderer.errors import Problem, Severity
from renderer.model.catalog import Size
from renderer.model.fragments import Fragment
from renderer.model.singleuser import (
    PROFILES_KEY,
    PROFILES_LABELS,
    PROFILES_NAME,
    ImageStream,
    Profile,
    Profiles,
    Service,
    Singleuser,
    Templates,
)
from renderer.position import Origin, Position
from renderer.schema.suggest import did_you_mean

Item: TypeAlias = Profiles | Templates | ImageStream
T = TypeVar("T", Profiles, Templates, ImageStream)
Identity: TypeAlias = "tuple[str, str, str]"


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """All of it, and its sizes: of several with one name the last."""

    singleuser: Singleuser = field(default_factory=Singleuser)
    sizes: tuple[Size, ...] = ()
    problems: tuple[Problem, ...] = ()


def gather(items: Sequence[Item], faulty: Collection[str] = ()) -> Gathered:
    """What the documents say together; `faulty` names ConfigMaps that cannot be read."""
    if not items:
        return Gathered()
    problems: list[Problem] = []
    items = _each_once(items, problems)
    documents = sorted(_of(Profiles, items), key=_rank)
    templates = _by_name(_of(Templates, items), problems)
    sizes = {size.name: size for each in documents for size in each.sizes}
    profiles = tuple(_named(each for found in documents for each in found.profiles))
    singleuser = Singleuser(
        profiles,
        tuple(_told_apart(each.gpu_types for each in documents if each.gpu_types)),
        templates,
        tuple(_of(ImageStream, items)),
        has_sizes=bool(sizes),
    )
    problems.extend(_left_out(profiles, templates, faulty))
    if not faulty:
        # What cannot be read might use them.
        problems.extend(_unused(profiles, templates))
    problems.extend(_unread(singleuser.images))
    return Gathered(singleuser, tuple(sizes.values()), tuple(problems))


def _of(kind: type[T], items: Iterable[Item]) -> list[T]:
    return [item for item in items if isinstance(item, kind)]


def _rank(document: Profiles) -> tuple[int, str, str]:
    """Plain files first, then the ConfigMap of the known name, then the labelled ones by name."""
    if not document.name:
        return 0, "", ""
    first = document.name == PROFILES_NAME
    return (1 if first else 2), document.name, document.namespace


def _each_once(items: Sequence[Item], problems: list[Problem]) -> list[Item]:
    """In one file the later of two is taken, as applying it would; of two files neither."""
    known: dict[Identity, Item] = {}
    for item in items:
        kind = _kind(item)
        key = (kind, item.namespace, item.name) if item.name else (kind, "", str(id(item)))
        first = known.setdefault(key, item)
        if first is not item:
            known[key] = _taken(first, item, kind, problems)
    return list(known.values())


def _kind(item: Item) -> str:
    return item.kind if isinstance(item, ImageStream) else "ConfigMap"


def _taken(first: Item, item: Item, kind: str, problems: list[Problem]) -> Item:
    problem = _twice(first, item, f"there are two {kind}s {_called(item)}")
    if problem.position.file == problem.there[0].file:
        message = f"{problem.message}, and this one is taken"
        problems.append(replace(problem, message=message, severity=Severity.WARNING))
        return item
    problems.append(problem)
    return first


def _twice(first: Item, item: Item, message: str) -> Problem:
    place, there = (_name(each.origin) for each in (item, first))
    return Problem(place, message, hint="rename or remove one of them", there=(there,))


def _called(item: Item) -> str:
    return f"{item.namespace}/{item.name}" if item.namespace else item.name


def _by_name(found: Iterable[Templates], problems: list[Problem]) -> Mapping[str, Templates]:
    """Templates as services name them, which say no namespace."""
    known: dict[str, Templates] = {}
    for each in found:
        first = known.setdefault(each.name, each)
        if first is not each:
            words = f"there are two ConfigMaps called {each.name}, and services say no namespace"
            problems.append(_twice(first, each, words))
    return known


def _named(profiles: Iterable[Profile]) -> Iterator[Profile]:
    """The profiles, no two of one name: what is said of one must be clear."""
    taken: set[str] = set()
    for number, profile in enumerate(profiles, start=1):
        name = _free(profile.name or f"profile {number}", taken)
        yield replace(
            profile,
            name=name,
            fragment=_renamed(profile.fragment, name),
            first=_renamed(profile.first, name),
        )


def _told_apart(fragments: Iterable[Fragment]) -> Iterator[Fragment]:
    taken: set[str] = set()
    for each in fragments:
        yield _renamed(each, _free(each.name.name, taken))


def _free(name: str, taken: set[str]) -> str:
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    taken.add(free)
    return free


def _renamed(fragment: Fragment, name: str) -> Fragment:
    return replace(fragment, name=replace(fragment.name, name=name))


def _left_out(
    profiles: Iterable[Profile], templates: Mapping[str, Templates], faulty: Collection[str]
) -> Iterator[Problem]:
    """Templates that services name, and that are not there."""
    for profile in profiles:
        for service in profile.services:
            for index, (name, key) in enumerate(service.resources):
                if name not in templates and name not in faulty:
                    yield _absent(service, index, name, templates)
                elif name in templates and key not in templates[name].texts:
                    yield _keyless(service, index, key, templates[name])


def _absent(service: Service, index: int, name: str, templates: Mapping[str, Templates]) -> Problem:
    whole = all(each not in templates for each, _ in service.resources)
    what = "is left out" if whole else "goes without this template"
    return Problem(
        service.origin.at(("resources", index, "name")),
        f"the service {service.name} {what}: the catalog has no ConfigMap {name}",
        hint=did_you_mean(name, templates),
        severity=Severity.WARNING,
    )


def _keyless(service: Service, index: int, key: str, templates: Templates) -> Problem:
    return Problem(
        service.origin.at(("resources", index, "path")),
        f'the ConfigMap {templates.name} has no "{key}" in its data',
        hint=did_you_mean(key, templates.texts),
        there=(_name(templates.origin),),
    )


def _unused(profiles: Iterable[Profile], templates: Mapping[str, Templates]) -> Iterator[Problem]:
    """Templates that no service names."""
    used = {name for each in profiles for service in each.services for name, _ in service.resources}
    for name in templates.keys() - used:
        place = _name(templates[name].origin)
        message = f"no service of a profile uses the ConfigMap {name}"
        expected = ""
        if PROFILES_KEY in templates[name].texts:
            message = f"the profiles in the ConfigMap {name} are not read"
            key, value = PROFILES_LABELS[0]
            expected = f"the label {key}: {value}, or the name {PROFILES_NAME}"
        yield Problem(place, message, expected, severity=Severity.WARNING)


def _unread(images: Sequence[ImageStream]) -> Iterator[Problem]:
    """What of ImageStreams cannot be read. Most catalogs have none, and import nothing for them."""
    if images:
        from renderer.profiles.images import faults_of

        yield from faults_of(images)


def _name(origin: Origin) -> Position:
    return origin.at(("metadata", "name"))
