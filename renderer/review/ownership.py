"""Whether somebody may change what they change. The base says whose it is, never the head."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.model.subjects import Subject
from renderer.placement import homes
from renderer.review.books import Declared, Identity, Reading
from renderer.review.paths import (
    PathChange,
    folded,
    is_anyones,
    is_chart_or_settings,
    is_source,
)
from renderer.review.people import Actor
from renderer.review.said import Said, said


class Deed(StrEnum):
    """What happens to a Notebook in the sources."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, eq=False)
class Affair:
    """What is said of one Notebook on both sides, and what that comes to."""

    identity: Identity
    deed: Deed
    base: tuple[Declared, ...]
    head: tuple[Declared, ...]

    @property
    def name(self) -> str:
        return "/".join(self.identity)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody may not do, and where."""

    what: Said
    file: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """A Notebook file that differs, as both sides read it."""

    name: str
    base: Reading
    head: Reading

    @property
    def is_whole(self) -> bool:
        return self.base.is_whole and self.head.is_whole


def affair(identity: Identity, base: Sequence[Declared], head: Sequence[Declared]) -> Affair | None:
    """What happens to a Notebook, or None where nothing does."""
    before, after = (sorted((each.text, each.file) for each in side) for side in (base, head))
    if before == after:
        return None
    if not base:
        deed = Deed.ADDED
    elif not head:
        deed = Deed.REMOVED
    elif [text for text, _ in before] == [text for text, _ in after]:
        deed = Deed.MOVED
    else:
        deed = Deed.CHANGED
    return Affair(identity, deed, tuple(base), tuple(head))


def refusals(
    actor: Actor, settings: Settings, affairs: Iterable[Affair], touched: Iterable[Touched]
) -> Iterator[Refusal]:
    """Which of this the actor may not do to Notebooks. The settings are the base's."""
    if actor.is_admin:
        return
    affairs = list(affairs)
    known = {item.identity for item in affairs}
    for item in affairs:
        reason = _reason(actor, settings, item)
        if reason is not None:
            sides = item.head or item.base
            yield Refusal(reason, sides[0].file)
    for file in touched:
        if not file.is_whole:
            words = "{} cannot be read as Notebooks alone on both sides: that is for admins"
            yield Refusal(said(words, file.name), file.name)
        elif _is_remarked(file, known) and not _may_remark(actor, file):
            words = "{} holds no Notebook of {}"
            yield Refusal(said(words, file.name, actor.login), file.name)


def _reason(actor: Actor, settings: Settings, item: Affair) -> Said | None:
    """Every Notebook of the name has to allow it, should there be several."""
    match item.deed:
        case Deed.ADDED:
            words = "{} would be of {}: {} adds only what is theirs"
            found = (_unless_owned(words, item, each, actor) for each in item.head)
        case Deed.REMOVED:
            words = "{} is of {}: {} may not remove it"
            found = (_unless_owned(words, item, each, actor) for each in item.base)
        case _:
            found = (_change(actor, settings, item, each) for each in item.base)
    return next((reason for reason in found if reason is not None), None)


def _unless_owned(words: str, item: Affair, each: Declared, actor: Actor) -> Said | None:
    return None if actor.owns(each.notebook) else _not_theirs(words, each, item.name, actor)


def _change(actor: Actor, settings: Settings, item: Affair, base: Declared) -> Said | None:
    if actor.owns(base.notebook):
        return None
    if not actor.edits(base.notebook):
        return _not_theirs("{} is of {}: {} may not change it", base, item.name, actor)
    before = _belongings(base.notebook, settings)
    if any(_belongings(each.notebook, settings) != before for each in item.head):
        words = (
            "{} is of {}: {}, who may edit it, may not change whose it is, whom it is shared"
            " with, where it lives, how long, or what of its storage is kept"
        )
        return _not_theirs(words, base, item.name, actor)
    return None


def _belongings(notebook: Notebook, settings: Settings) -> tuple[object, ...]:
    """What of a Notebook is its owner's alone: what gives it away, or lets it or its data go."""
    kept = {volume.name: volume.keep for volume in notebook.volumes if not volume.claim}
    return (
        notebook.owner,
        frozenset(notebook.sharing),
        {target.name for target in homes(notebook, settings)},
        notebook.ttl_seconds,
        notebook.home is None or notebook.home.keep,
        {name for name, keep in kept.items() if not keep},
    )


def _not_theirs(words: str, item: Declared, name: str, actor: Actor) -> Said:
    return said(words, name, whose(item.notebook), actor.login)


def whose(notebook: Notebook) -> str:
    """The owner in words."""
    return "nobody" if notebook.owner is None else named(notebook.owner)


def named(subject: Subject) -> str:
    if subject.kind == "User":
        return subject.name
    place = f"{subject.namespace}/" if subject.namespace else ""
    return f"{subject.kind} {place}{subject.name}"


def _is_remarked(file: Touched, known: Collection[Identity]) -> bool:
    """Whether nothing in the file differs but comments and order."""
    return not any(each.identity in known for each in (*file.base.notebooks, *file.head.notebooks))


def _may_remark(actor: Actor, file: Touched) -> bool:
    return any(actor.owns(e.notebook) or actor.edits(e.notebook) for e in file.base.notebooks)


def path_refusals(
    actor: Actor,
    settings: Settings,
    changes: Iterable[PathChange],
    notebook_files: Collection[str],
    paths: Iterable[str],
) -> Iterator[Refusal]:
    """Which paths the actor may not change, whatever is in them.

    `notebook_files` are those that the renderer reads as such, `paths` all of the head.
    """
    if actor.is_admin:
        return
    changes = list(changes)
    twins = _twins(changes, paths)
    for change in changes:
        words = _path_reason(change, settings, notebook_files, twins)
        if words:
            yield Refusal(said(words, change.path), change.path)


def _path_reason(
    change: PathChange,
    settings: Settings,
    notebook_files: Collection[str],
    twins: Mapping[str, str],
) -> str:
    path = change.path
    if not change.is_plain:
        return "{} is a link, a submodule or a program on one side: that is for admins"
    if path in twins:
        return "{} has a name that another file has on some disks: that is for admins"
    if path in notebook_files and not is_chart_or_settings(path, settings):
        return ""
    if is_source(path, settings):
        return "{} is of the catalog, the charts or the settings: that is for admins"
    if is_anyones(path, settings.review.anyone):
        return ""
    return "{} is no Notebook: that is for admins"


def _twins(changes: Iterable[PathChange], paths: Iterable[str]) -> dict[str, str]:
    """The changed paths that are the same as another to a disk that ignores capitals."""
    wanted = {folded(change.path): change.path for change in changes if change.new is not None}
    found: dict[str, str] = {}
    for path in paths:
        twin = wanted.get(folded(path))
        if twin is not None and twin != path:
            found[twin] = path
            found[path] = twin
    return found
