"""All bundles of a source, and where each object stands: what the cluster is compared with.

Bodies are packed: ten thousand notebooks take some fifty megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sync import copies, marks
from sync.bundles import Bundle, Member
from sync.copies import Need
from sync.errors import BundleError
from sync.objects import GroupKind, Key
from sync.policy import Policy
from sync.reading import built
from sync.sources.port import Snapshot


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands."""

    bundle: Bundle
    member: Member


@dataclass(frozen=True, slots=True)
class Source:
    """What a round needs to know of where the shelf came from."""

    held: Callable[[str], bool | None]
    is_whole: bool = True


@dataclass(slots=True)
class Scope:
    """Which bundles a round is about; all of them where `directories` is None."""

    directories: frozenset[str] | None = None
    gone: frozenset[Key] = frozenset()
    changed: frozenset[str] = frozenset()
    ask: bool = True

    def chooses(self, directory: str) -> bool:
        return self.directories is None or directory in self.directories


@dataclass(slots=True)
class Shelf:
    """What one commit asks for. Built once, then only read.

    `listed` counts the bundles of the source that this agent may apply, also those not read here;
    `company` is what lives and dies with a running notebook, of the bundles that hold such.
    """

    revision: str = ""
    listed: int = 0
    bundles: dict[str, Bundle] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    places: dict[Key, Place] = field(default_factory=dict)
    needs: dict[str, tuple[Need, ...]] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    company: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    versions: dict[GroupKind, str] = field(default_factory=dict)

    def __contains__(self, key: object) -> bool:
        return key in self.places

    @property
    def directories(self) -> int:
        """How many bundles the source holds, good or not."""
        return len(self.bundles) + len(self.broken)

    def holds(self, directory: str) -> bool:
        """Whether the source has this bundle, good or not."""
        return directory in self.bundles or directory in self.broken

    def keys(self, directories: Iterable[str] | None = None) -> Iterator[Key]:
        for directory in self.bundles if directories is None else directories:
            if bundle := self.bundles.get(directory):
                yield from (member.key for member in bundle.members)

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
    known = before.bundles if before else {}
    chosen = list(_chosen(shelf, snapshot, policy, namespaces))
    unread = [each for each in chosen if each[0] not in known or known[each[0]].oid != each[1]]
    read_now = built(snapshot, unread, policy)
    fresh = next(read_now, None)
    for directory, _ in chosen:
        if fresh and fresh[0] == directory:
            _take(shelf, directory, fresh[1], None)
            fresh = next(read_now, None)
        elif before:
            _take(shelf, directory, known[directory], before.needs.get(directory))
    return shelf


def _chosen(
    shelf: Shelf, snapshot: Snapshot, policy: Policy, namespaces: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    for directory, oid in snapshot.trees.items():
        namespace = directory.split("/")[1]
        if not policy.allows_namespace(namespace):
            shelf.outside.append(directory)
            continue
        shelf.listed += 1
        if namespaces is None or namespace in namespaces:
            yield directory, oid


def _take(
    shelf: Shelf, directory: str, bundle: Bundle | BundleError, needs: tuple[Need, ...] | None
) -> None:
    try:
        if isinstance(bundle, BundleError):
            raise bundle
        _put(shelf, bundle, needs)
    except BundleError as error:
        shelf.broken[directory] = str(error)


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
    if company := bundle.company:
        shelf.company[bundle.directory] = company
    if bundle.name:
        shelf.sets[marks.applyset_id(bundle.namespace, bundle.name)] = bundle.directory
    for member in bundle.members:
        shelf.places[member.key] = Place(bundle, member)
        shelf.versions.setdefault(member.key.group_kind, member.api_version.rpartition("/")[2])


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
