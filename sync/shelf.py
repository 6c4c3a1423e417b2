"""All bundles of a source, and where each object stands: what the cluster is compared with.

Bodies are packed: ten thousand notebooks take some fifty megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sync import copies, marks
from sync.bundles import Bundle, Member, build
from sync.copies import Need
from sync.errors import BundleError
from sync.objects import GroupKind, Key
from sync.policy import Policy
from sync.sources.port import Snapshot


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands."""

    bundle: Bundle
    member: Member


@dataclass(slots=True)
class Shelf:
    """What one commit asks for. Built once, then only read."""

    revision: str = ""
    bundles: dict[str, Bundle] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    places: dict[Key, Place] = field(default_factory=dict)
    needs: dict[str, tuple[Need, ...]] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)

    def __contains__(self, key: Key) -> bool:
        return key in self.places

    @property
    def directories(self) -> int:
        """How many bundles the source holds, good or not."""
        return len(self.bundles) + len(self.broken)

    def keys(self, directories: Iterable[str] | None = None) -> Iterator[Key]:
        for directory in self.bundles if directories is None else directories:
            if bundle := self.bundles.get(directory):
                yield from (member.key for member in bundle.members)

    def group_kinds(self, directories: Iterable[str]) -> set[GroupKind]:
        return {key.group_kind for key in self.keys(directories)}

    def changed_since(self, before: Shelf) -> set[str]:
        """The directories that are new, gone, or not what they were."""
        now, then = _oids(self), _oids(before)
        return {each for each in now.keys() | then.keys() if now.get(each) != then.get(each)}


def _oids(shelf: Shelf) -> dict[str, str]:
    return {each.directory: each.oid for each in shelf.bundles.values()} | shelf.broken


def read(
    snapshot: Snapshot,
    policy: Policy,
    before: Shelf | None = None,
    namespaces: frozenset[str] | None = None,
) -> Shelf:
    """Read every bundle that is not known yet, or only those of some namespaces."""
    shelf = Shelf(revision=snapshot.revision)
    for directory, oid in snapshot.trees.items():
        namespace = directory.split("/")[1]
        if namespaces is not None and namespace not in namespaces:
            continue
        if not policy.allows_namespace(namespace):
            shelf.outside.append(directory)
            continue
        known = before.bundles.get(directory) if before else None
        try:
            bundle = (
                known
                if known and known.oid == oid
                else build(directory, oid, snapshot.read(directory), policy)
            )
            _put(shelf, bundle, before.needs.get(directory) if before and bundle is known else None)
        except BundleError as error:
            shelf.broken[directory] = str(error)
    return shelf


def _put(shelf: Shelf, bundle: Bundle, needs: tuple[Need, ...] | None) -> None:
    for member in bundle.members:
        if other := shelf.places.get(member.key):
            raise BundleError(
                f"{bundle.directory}/{member.file}: {member.key} stands in"
                f" {other.bundle.directory}/{other.member.file}, too; it can have one master only"
            )
    wanted = tuple(copies.needs(bundle)) if needs is None else needs
    shelf.bundles[bundle.directory] = bundle
    if wanted:
        shelf.needs[bundle.directory] = wanted
    if bundle.name:
        shelf.sets[marks.applyset_id(bundle.namespace, bundle.name)] = bundle.directory
    for member in bundle.members:
        shelf.places[member.key] = Place(bundle, member)


def needs_of(shelf: Shelf, namespaces: Iterable[str] | None = None) -> Mapping[Key, list[Need]]:
    """What must be copied, by what the copy will be."""
    wanted = None if namespaces is None else set(namespaces)
    by_target: dict[Key, list[Need]] = {}
    for directory, needs in shelf.needs.items():
        namespace = shelf.bundles[directory].namespace
        if wanted is None or namespace in wanted:
            for need in needs:
                by_target.setdefault(need.target, []).append(need)
    return by_target
