"""From the files of one directory to its bundle. All that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sync.bundles.listing import listed
from sync.bundles.model import NOTEBOOK, Bundle, Member, packed
from sync.bundles.objects import wrong
from sync.bundles.place import Place, place_of
from sync.errors import BundleError
from sync.manifests import read
from sync.objects import Key
from sync.policy import Policy

MAX_FILES = 1000


def build(directory: str, oid: str, files: Mapping[str, bytes], policy: Policy) -> Bundle:
    """The bundle; BundleError lists its problems, one a line."""
    place = place_of(directory, policy)
    if len(files) > MAX_FILES:
        raise BundleError(f"{directory}: {len(files):,} files, where {MAX_FILES:,} are allowed")
    problems: list[str] = []
    names = listed(place, files, problems)
    members = [_member(place, name, files[name], policy, problems) for name in names]
    sound = [member for member in members if member is not None]
    problems += _twice(place, sound)
    if not problems:
        problems += _wrong_notebooks(place, sound)
    if problems:
        raise BundleError("\n".join(problems))
    bundle = Bundle(directory, place.namespace, place.name, oid, tuple(sound))
    return replace(bundle, members=tuple(_in_order(bundle))) if bundle.company else bundle


def _in_order(bundle: Bundle) -> Iterator[Member]:
    """As listed, but that a notebook which starts finds its company there."""
    for member in bundle.members:
        if member is bundle.workload:
            yield from bundle.company
        if bundle.workload is None or not member.with_notebook:
            yield member


def _member(
    place: Place, name: str, data: bytes, policy: Policy, problems: list[str]
) -> Member | None:
    where = place.file(name)
    try:
        obj = read(data, where)
    except BundleError as error:
        problems.append(str(error))
        return None
    found = [f"{where}: {words}" for words in wrong(obj, place, policy)]
    problems += found
    return None if found else packed(obj, name)


def _twice(place: Place, members: Iterable[Member]) -> Iterator[str]:
    """An object of two versions is one object."""
    first: dict[Key, str] = {}
    for member in members:
        other = first.setdefault(member.key, member.file)
        if other != member.file:
            yield f"{place.file(member.file)}: {member.key} is in {other}, too"


def _wrong_notebooks(place: Place, members: Iterable[Member]) -> Iterator[str]:
    """Each of them is named like the directory, and none stands twice: there is one, or none."""
    if place.name and not any(member.key.group_kind == NOTEBOOK for member in members):
        yield f"{place.directory}: there is no Notebook in this bundle: render it again"
