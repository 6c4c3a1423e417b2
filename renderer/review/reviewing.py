"""A review from two trees: what differs, whose it is, and what it comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from renderer.output import Difference
from renderer.parallel import in_parallel, jobs_for
from renderer.review.books import Identity
from renderer.review.catalogs import reaches
from renderer.review.declared import inhabited, of_catalog, read
from renderer.review.impact import Comparison, Found, Impact, Pair, pair_of
from renderer.review.ownership import Affair, Deed, Refusal, Touched, path_refusals, refusals
from renderer.review.paths import is_chart_or_settings
from renderer.review.people import Actor, actor_of
from renderer.review.review import Asked, JudgementError, Review
from renderer.review.said import said
from renderer.review.sides import Sides, is_lost
from renderer.tree import File
from renderer.workspace import Workspace


class Reviewer:
    """One review: the sides, and what was found so far."""

    def __init__(self, base: Workspace, head: Workspace, asked: Asked) -> None:
        self.base, self.head, self.asked = base, head, asked
        self._sides = Sides(base, head)
        self._comparison: Comparison | None = None
        self._pairs: list[Pair] = []
        self._impacts: list[Impact] = []
        self._spaces: tuple[list[Identity], list[Identity]] = ([], [])

    def review(self) -> Review:
        """The whole of it. Raises JudgementError where the base leaves nothing to judge by."""
        base, head, asked = self.base, self.head, self.asked
        if is_lost(base):
            raise JudgementError(
                "the base's octavo.yaml cannot be read: it says who may do what, so that nothing"
                " can be judged until it is mended"
            )
        touched, rest = self._sides.files()
        affairs = self._sides.affairs(touched, rest)
        actor = None if asked.login is None else actor_of(asked.login, base.settings)
        refused = [] if actor is None else self._refused(actor, affairs, touched)
        found = self._found(affairs, rest)
        problems = self._sides.problems(touched, affairs, found)
        self._impacts.extend(sorted(found.impacts, key=lambda each: (each.identity, each.target)))
        reached = []
        if base.shared != head.shared:
            reached = reaches(base, head, self._impacts)
        listed = {file.name for file in touched}
        others = tuple(sorted(c.path for c in asked.changes if c.path not in listed))
        return Review(
            actor,
            tuple(sorted(affairs, key=lambda each: each.identity)),
            tuple(self._impacts),
            tuple(reached),
            tuple(refused),
            problems,
            others,
            tuple(self._notes()),
        )

    def differences(self) -> Iterator[tuple[str, list[Difference]]]:
        """What differs in the bundles, notebook by notebook, made as it is asked for."""
        comparison = self._comparison
        if comparison is None:
            return
        known = {pair.identity: pair for pair in self._pairs}
        for identity in dict.fromkeys(each.identity for each in self._impacts):
            pair = known.get(identity) or self._again(identity)
            found = list(comparison.differences(pair)) if pair else []
            if found:
                yield "/".join(identity), found
        found = list(comparison.namespaces(*self._spaces))
        if found:
            yield "namespaces", found

    def _again(self, identity: Identity) -> Pair | None:
        """A Notebook of a file that does not differ, read once more."""
        name = next(each.file for each in self._impacts if each.identity == identity)
        file = next((file for file in self.head.notebook_files if file.name == name), None)
        same = [each for each in read(file).notebooks if each.identity == identity]
        return pair_of(identity, same, same) if same else None

    def _refused(
        self, actor: Actor, affairs: Sequence[Affair], touched: Sequence[Touched]
    ) -> list[Refusal]:
        base, head, asked = self.base, self.head, self.asked
        settings = base.settings
        listed = {
            *(file.name for side in (base, head) for file in side.notebook_files),
            *(file.name for file in touched),
        }
        found = list(path_refusals(actor, settings, asked.changes, listed, asked.paths))
        found.extend(self._shared_refusals(actor, touched, {each.file for each in found}))
        found.extend(refusals(actor, settings, affairs, touched))
        return list(dict.fromkeys(found))

    def _shared_refusals(
        self, actor: Actor, touched: Sequence[Touched], already: Collection[str]
    ) -> Iterator[Refusal]:
        """What all notebooks share, as the renderer reads it: through links, under any name."""
        if actor.is_admin:
            return
        before, after = dict(self.base.shared), dict(self.head.shared)
        settings = self.base.settings
        passed = {
            *already,
            *(f.name for f in touched if not is_chart_or_settings(f.name, settings)),
        }
        for name in sorted(before.keys() | after.keys()):
            if name not in passed and before.get(name) != after.get(name):
                yield Refusal(said("{} is read by all notebooks: that is for admins", name), name)

    def _found(self, affairs: Sequence[Affair], rest: Sequence[File]) -> Found:
        """What everything comes to; files that do not differ only where what they share does."""
        base, head = self.base, self.head
        if base.installation is None or head.installation is None:
            return Found()
        self._comparison = comparison = Comparison(base, head, self.asked.standing)
        self._pairs = [pair_of(each.identity, each.base, each.head) for each in affairs]
        if base.shared == head.shared:
            self._spaces = self._new_spaces(affairs, rest)
            return comparison.find(self._pairs)
        known = {pair.identity for pair in self._pairs}
        same = [e for e in of_catalog(head.catalog_notebooks) if e.identity not in known]
        self._pairs += [pair_of(each.identity, [each], [each]) for each in same]

        def work(files: Sequence[File]) -> Found:
            return comparison.find([
                Pair(each.identity, each.notebook, each.notebook, file.name)
                for file in files
                for each in read(file).notebooks
                if each.identity not in known
            ])

        shares = in_parallel(work, rest, jobs_for(len(rest), self.asked.jobs))
        found = _together([comparison.find(self._pairs), *shares])
        whose = {pair.identity: pair for pair in self._pairs}
        for index, side in enumerate(self._spaces):
            side.extend(i for i in found.seen if i not in whose or _stands(whose[i], index))
        return found

    def _new_spaces(
        self, affairs: Sequence[Affair], rest: Sequence[File]
    ) -> tuple[list[Identity], list[Identity]]:
        """The Notebooks of namespaces that begin or end with them, on both sides."""
        moving = [each for each in affairs if each.deed in (Deed.ADDED, Deed.REMOVED)]
        spaces = {each.identity[0] for each in moving}
        settled = {e.notebook.namespace for e in of_catalog(self.head.catalog_notebooks)}
        settled |= {each.identity[0] for each in affairs if each not in moving}
        settled |= inhabited(spaces - settled, rest)
        fresh = [each for each in moving if each.identity[0] not in settled]
        return (
            [each.identity for each in fresh if each.deed is Deed.REMOVED],
            [each.identity for each in fresh if each.deed is Deed.ADDED],
        )

    def _notes(self) -> Iterator[str]:
        if self.asked.login is None:
            yield "Nobody was named who opened this, so whose the notebooks are was not judged."
        for side, name in ((self.base, "base"), (self.head, "head")):
            if side.installation is None:
                yield f"The {name} cannot be rendered, so what this comes to is not known."


def _stands(pair: Pair, side: int) -> bool:
    return (pair.base, pair.head)[side] is not None


def _together(found: Iterable[Found]) -> Found:
    shares = list(found)
    return Found(
        tuple(impact for share in shares for impact in share.impacts),
        tuple(problem for share in shares for problem in share.problems),
        tuple(problem for share in shares for problem in share.known),
        tuple(identity for share in shares for identity in share.seen),
    )
