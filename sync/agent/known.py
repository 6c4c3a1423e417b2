"""What the rounds have come to know: the loop replaces it, the threads that watch read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.marks import Parent
from sync.objects import Key
from sync.running import Life
from sync.shelf import Shelf


@dataclass(frozen=True, slots=True)
class View:
    """A shelf, and who needs what is copied: by its source, by its copy."""

    shelf: Shelf = field(default_factory=Shelf)
    by_source: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    by_copy: Mapping[Key, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shelf: Shelf) -> View:
        sources: dict[Key, dict[str, None]] = defaultdict(dict)
        targets: dict[Key, str] = {}
        for directory, needs in shelf.needs.items():
            for need in needs:
                sources[need.source][directory] = None
                targets.setdefault(need.target, directory)
        return cls(shelf, {each: tuple(found) for each, found in sources.items()}, targets)

    def one_in_each_namespace(self, source: Key) -> Iterator[str]:
        """Bundles through which every copy of a source is refreshed."""
        namespaces = set()
        for directory in self.by_source.get(source, ()):
            namespace = directory.split("/")[1]
            if namespace not in namespaces:
                namespaces.add(namespace)
                yield directory


@dataclass(slots=True)
class Known:
    """What is known of the bundles.

    `held` are those whose Notebook is somebody else's; `lives` are of those that hold what lives
    and dies with the running notebook.
    """

    view: View = field(default_factory=View)
    parents: dict[str, Parent] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    suspended: set[str] = field(default_factory=set)
    troubled: set[str] = field(default_factory=set)
    lives: dict[str, Life] = field(default_factory=dict)
