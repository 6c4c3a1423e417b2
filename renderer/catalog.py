"""The catalog as a whole: finding what a name means, and names that mean nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from renderer.errors import Problem, Severity
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Dependency, Fragment, Reference
from renderer.model.singleuser import DEFAULT_SIZE, Singleuser
from renderer.position import Origin, Path, Position
from renderer.profiles.gathering import Gathered, Item, gather
from renderer.schema.suggest import did_you_mean


class Named(Protocol):
    """What every catalog document has."""

    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def origin(self) -> Origin: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that means nothing, or more than one thing."""

    message: str
    hint: str = ""
    there: tuple[Position, ...] = ()


# The name of a document that has problems of its own, which are said already.
FAULTY = Unresolved("")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document that cannot be read says that it is."""

    kind: str
    name: Reference


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """All documents of platform teams, by `(namespace, name)`, in the order they were read."""

    templates: Mapping[tuple[str, str], Template] = field(default_factory=dict)
    pod_defaults: Mapping[tuple[str, str], PodDefault] = field(default_factory=dict)
    sizes: Mapping[tuple[str, str], Size] = field(default_factory=dict)
    matched: tuple[PodDefault, ...] = ()
    faulty: frozenset[Claim] = frozenset()
    singleuser: Singleuser = field(default_factory=Singleuser)

    def template(self, reference: Reference, namespace: str) -> Template | Unresolved:
        return self._find("Template", self.templates, reference, namespace)

    def pod_default(self, reference: Reference, namespace: str) -> PodDefault | Unresolved:
        return self._find("PodDefault", self.pod_defaults, reference, namespace)

    def size(self, name: str, namespace: str) -> Size | Unresolved:
        return self._find("Size", self.sizes, Reference(name), namespace)

    def offered_to(self, namespace: str) -> frozenset[Dependency]:
        """Everything that the catalog lets be copied to a namespace."""
        return frozenset(
            dependency
            for fragment in self._fragments_for(namespace)
            for dependency in fragment.dependencies
            if dependency.may_go_to(namespace)
        )

    def _fragments_for(self, namespace: str) -> Iterator[Fragment]:
        for template in self.templates.values():
            if any(fnmatchcase(namespace, glob) for glob in template.namespaces):
                yield template.fragment
        for pod_default in self.pod_defaults.values():
            yield pod_default.fragment

    def _find(
        self, kind: str, known: Mapping[tuple[str, str], T], reference: Reference, namespace: str
    ) -> T | Unresolved:
        found = _find(kind, known, reference, namespace)
        if isinstance(found, Unresolved) and any(
            (kind, reference.name) == (claim.kind, claim.name.name)
            and reference.namespace in ("", claim.name.namespace)
            for claim in self.faulty
        ):
            return FAULTY
        return found


def build(
    items: Iterable[Template | PodDefault | Size],
    faulty: Iterable[Claim] = (),
    of_jupyterhub: Sequence[Item] = (),
) -> tuple[Catalog, list[Problem]]:
    """The catalog of these documents; documents of one kind and name twice are problems.

    Of the faulty ones only the names are known: what refers to them is not called wrong as well.
    """
    claims = frozenset(faulty)
    unread = {claim.name.name for claim in claims if claim.kind == "ConfigMap"}
    gathered = gather(of_jupyterhub, unread)
    templates: dict[tuple[str, str], Template] = {}
    pod_defaults: dict[tuple[str, str], PodDefault] = {}
    sizes: dict[tuple[str, str], Size] = {}
    problems: list[Problem] = [*gathered.problems]
    for item in items:
        match item:
            case Template():
                _add("Template", templates, item, problems)
            case PodDefault():
                _add("PodDefault", pod_defaults, item, problems)
            case Size():
                _add("Size", sizes, item, problems)
    _add_sizes(sizes, gathered, problems)
    matched = tuple(item for item in pod_defaults.values() if item.match is not None)
    singleuser = gathered.singleuser
    catalog = Catalog(templates, pod_defaults, sizes, matched, claims, singleuser)
    problems.extend(_dangling(catalog))
    problems.extend(_matching_nothing(catalog))
    return catalog, problems


def _add(kind: str, known: dict[tuple[str, str], T], item: T, problems: list[Problem]) -> None:
    """In one file the later of two is taken, as applying it would; of two files neither."""
    key = (item.namespace, item.name)
    first = known.setdefault(key, item)
    if first is item:
        return
    place, there = (each.origin.at(("metadata", "name")) for each in (item, first))
    message = f"there are two {kind}s {item.namespace}/{item.name}"
    if place.file == there.file:
        known[key] = item
        severity, message = Severity.WARNING, f"{message}, and this one is taken"
    else:
        severity = Severity.ERROR
    hint = "rename or remove one of them"
    problems.append(Problem(place, message, hint=hint, there=(there,), severity=severity))


def _add_sizes(
    sizes: dict[tuple[str, str], Size], gathered: Gathered, problems: list[Problem]
) -> None:
    """Adds the sizes of profiles, whose names are theirs alone in the whole catalog."""
    own = {size.name: size for size in sizes.values()}
    for size in gathered.sizes:
        if size.name in own:
            there = own[size.name].origin.at(("metadata", "name"))
            message = f"there are two Sizes called {size.name}: one of profiles, and one by itself"
            hint = "rename or remove one of them"
            problems.append(Problem(size.origin.at(("name",)), message, hint=hint, there=(there,)))
        else:
            sizes[size.namespace, size.name] = size


def _find(
    kind: str, known: Mapping[tuple[str, str], T], reference: Reference, namespace: str
) -> T | Unresolved:
    """A plain name is looked for in `namespace` first, then in the whole catalog."""
    found = known.get((reference.namespace or namespace, reference.name))
    if found is not None:
        return found
    same_name = [item for (_, name), item in known.items() if name == reference.name]
    if not reference.namespace and len(same_name) == 1:
        return same_name[0]
    if not reference.namespace and same_name:
        return Unresolved(
            f"the {kind} {reference} stands in several namespaces, none of them {namespace}",
            hint=f"say which: {', '.join(f'{item.namespace}/{item.name}' for item in same_name)}",
            there=tuple(item.origin.at(("metadata", "name")) for item in same_name),
        )
    names = sorted({name for _, name in known} | {f"{space}/{name}" for space, name in known})
    there = tuple(item.origin.at(("metadata", "namespace")) for item in same_name)
    return Unresolved(
        f"there is no {kind} {reference}", hint=did_you_mean(str(reference), names), there=there
    )


def _dangling(catalog: Catalog) -> Iterator[Problem]:
    """The names in Templates that mean nothing."""
    for template in catalog.templates.values():
        spec = template.origin / "spec"
        for field_name, references in (
            ("required", template.required),
            ("options", template.options or ()),
        ):
            for index, reference in enumerate(references):
                found = catalog.pod_default(reference, template.namespace)
                yield from unresolved_at(found, spec, (field_name, index))
        sizes: list[tuple[Path, str]] = [
            (("sizes", index), name) for index, name in enumerate(template.sizes or ())
        ]
        if template.default_size:
            sizes.append((("defaultSize",), template.default_size))
        for path, name in sizes:
            if name == DEFAULT_SIZE and catalog.singleuser.has_sizes:
                continue  # resources are the profiles' to say
            yield from unresolved_at(catalog.size(name, template.namespace), spec, path)


def _matching_nothing(catalog: Catalog) -> Iterator[Problem]:
    """PodDefaults that wait for a Template which there is not."""
    names = {name for space, name in catalog.templates}
    names |= {f"{space}/{name}" for space, name in catalog.templates}
    for pod_default in catalog.matched:
        templates = pod_default.match.templates if pod_default.match else ()
        for index, glob in enumerate(templates):
            if not any(fnmatchcase(name, glob) for name in names):
                yield Problem(
                    pod_default.origin.at(("spec", "match", "templates", index)),
                    f"there is no Template {glob}, so this never applies",
                    hint=did_you_mean(glob, sorted(names)),
                    severity=Severity.WARNING,
                )


def unresolved_at(found: object, origin: Origin, path: Path) -> Iterator[Problem]:
    """The problem of a name that was not found, at the place that names it."""
    if isinstance(found, Unresolved) and found is not FAULTY:
        yield Problem(origin.at(path), found.message, hint=found.hint, there=found.there)
