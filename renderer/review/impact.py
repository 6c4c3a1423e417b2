"""Both sides rendered, notebook by notebook, and only those in which something can differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from renderer.bundle import Bundle
from renderer.errors import Problem
from renderer.history import previous_of
from renderer.installation import Installation, has_errors
from renderer.model.notebook import Notebook
from renderer.model.settings import Target
from renderer.namespaces import namespace_bundle
from renderer.output import Difference
from renderer.placement import lives
from renderer.render import Renderer, Result
from renderer.review.books import Declared, Identity
from renderer.review.effects import Effect, effects, unknown
from renderer.targets import workspaces
from renderer.workspace import Workspace

# The files of a bundle as they stand, by target and directory.
Standing = Callable[[str, str], Mapping[str, bytes]]
NO_TARGET = ""


def standing_nowhere(_: str, __: str) -> Mapping[str, bytes]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One Notebook on both sides; None where it is not."""

    identity: Identity
    base: Notebook | None
    head: Notebook | None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What becomes of a notebook on one target, and what of the catalog it was and is made from."""

    identity: Identity
    target: str
    effects: tuple[Effect, ...]
    used: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of some notebooks: the problems of the head, and those that the base has, too."""

    impacts: tuple[Impact, ...] = ()
    problems: tuple[Problem, ...] = ()
    known: tuple[Problem, ...] = ()
    seen: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A target on one side; without targets there is one, of no name."""

    renderer: Renderer
    target: Target | None

    def takes(self, notebook: Notebook | None) -> bool:
        settings = self.renderer.installation.settings
        return notebook is not None and (
            self.target is None or lives(notebook, self.target, settings)
        )


class Comparison:
    """Renders notebooks as the base has them, and upon that as the head has them."""

    def __init__(
        self, base: Workspace, head: Workspace, standing: Standing = standing_nowhere
    ) -> None:
        self._standing = standing
        self._base = _places(base)
        # What is the same on both sides is remembered once.
        self._head = self._base if head.shared == base.shared else _places(head)

    @property
    def targets(self) -> list[str]:
        return list(dict.fromkeys([*self._base, *self._head]))

    def find(self, pairs: Sequence[Pair]) -> Found:
        """What becomes of these notebooks, on every target."""
        impacts: list[Impact] = []
        problems: list[Problem] = []
        known: list[Problem] = []
        for pair in pairs:
            for target in self.targets:
                old, new = self._both(pair, target)
                known.extend(old.problems)
                problems.extend(new.problems)
                what = _effects(old, new)
                if what:
                    item = Impact(pair.identity, target, what, old.uses, new.uses, pair.file)
                    impacts.append(item)
        seen = tuple(pair.identity for pair in pairs)
        return Found(tuple(impacts), tuple(problems), tuple(known), seen)

    def differences(self, pair: Pair) -> Iterator[Difference]:
        """The files of its bundles that differ."""
        for target in self.targets:
            old, new = self._both(pair, target)
            if not _is_lost(new):
                yield from compared(old.bundle, new.bundle, target)

    def namespaces(
        self, before: Sequence[Identity], after: Sequence[Identity]
    ) -> Iterator[Difference]:
        """What differs in the bundles of namespaces; the identities are of a whole side."""
        spaces = sorted({space for space, _ in (*before, *after)})
        olds, news = {space for space, _ in before}, {space for space, _ in after}
        for target in self.targets:
            for space in spaces:
                old = self._space(self._base.get(target), space) if space in olds else None
                new = self._space(self._head.get(target), space) if space in news else None
                yield from compared(old, new, target)

    @staticmethod
    def _space(place: _Place | None, space: str) -> Bundle | None:
        if place is None:
            return None
        installation = place.renderer.installation
        return namespace_bundle(installation.namespace_chart, installation.settings, space)

    def _both(self, pair: Pair, target: str) -> tuple[Result, Result]:
        directory = "notebooks/{}/{}".format(*pair.identity)
        standing = self._standing(target, directory)
        old = _rendered(self._base.get(target), pair.base, standing)
        new = _rendered(self._head.get(target), pair.head, standing)
        # What comes to the same from the same history comes to the same from the next one, too.
        if old.bundle is None or new.bundle is None or _is_same(old.bundle, new.bundle):
            return old, new
        standing = {name: text.encode() for name, text in old.bundle.files.items()}
        return old, _rendered(self._head.get(target), pair.head, standing)


def _effects(old: Result, new: Result) -> tuple[Effect, ...]:
    """What happens; of what cannot be rendered nobody knows."""
    if _is_lost(old) or _is_lost(new):
        return () if _is_lost(old) and _is_lost(new) else unknown(was_known=not _is_lost(old))
    return effects(old.bundle, new.bundle)


def _is_lost(result: Result) -> bool:
    return result.bundle is None and has_errors(result.problems)


def _rendered(
    place: _Place | None, notebook: Notebook | None, standing: Mapping[str, bytes]
) -> Result:
    if place is None or notebook is None or not place.takes(notebook):
        return Result(None)
    problems: list[Problem] = []
    directory = f"notebooks/{notebook.namespace}/{notebook.name}"
    result = place.renderer.render(notebook, previous_of(directory, standing, problems))
    return replace(result, problems=(*problems, *result.problems))


def _is_same(one: Bundle, other: Bundle) -> bool:
    return dict(one.files) == dict(other.files)


def _places(workspace: Workspace) -> dict[str, _Place]:
    found = {}
    for each in workspaces(workspace):
        installation: Installation | None = each.installation
        if installation is not None:
            name = each.target.name if each.target else NO_TARGET
            found[name] = _Place(Renderer(installation), each.target)
    return found


def compared(old: Bundle | None, new: Bundle | None, target: str) -> Iterator[Difference]:
    """The files of two bundles that differ, by their paths below the target."""
    before = old.files if old else {}
    after = new.files if new else {}
    directory = (new or old or Bundle("", {})).directory
    prefix = f"{target}: {directory}" if target else directory
    for name in sorted({*before, *after}, key=_as_read):
        if before.get(name) != after.get(name):
            yield Difference(f"{prefix}/{name}", before.get(name), after.get(name))


def _as_read(name: str) -> tuple[bool, bool, str]:
    """What people look for first comes first: the workload, then its storage."""
    return not name.startswith("statefulset"), not name.startswith("persistentvolume"), name


def pair_of(identity: Identity, base: Sequence[Declared], head: Sequence[Declared]) -> Pair:
    """The first on each side: where there are several, that is said as a problem."""
    return Pair(identity, base[0].notebook if base else None, head[0].notebook if head else None)
