"""Base and head, read: which files differ, what becomes of which Notebook, and what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from renderer.errors import Problem, Severity, in_order
from renderer.review.books import Books
from renderer.review.declared import called, differing, of_catalog, read, read_text
from renderer.review.impact import Found
from renderer.review.ownership import Affair, Deed, Touched, affair
from renderer.review.paths import SETTINGS, is_below
from renderer.tree import File
from renderer.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Two workspaces of one tree."""

    base: Workspace
    head: Workspace

    def files(self) -> tuple[list[Touched], list[File]]:
        """The Notebook files that differ, and those that do not."""
        base, head = self.base, self.head
        if is_lost(head):
            return [], []
        names = differing(base.notebook_files, head.notebook_files)
        before, after = ({f.name: f for f in side.notebook_files} for side in (base, head))
        touched = [Touched(name, read(before.get(name)), read(after.get(name))) for name in names]
        touched.extend(self._in_catalog())
        changed = set(names)
        return touched, [file for file in head.notebook_files if file.name not in changed]

    def _in_catalog(self) -> Iterator[Touched]:
        """Files of Notebooks alone, where one directory holds both the catalog and them."""
        base, head = self.base, self.head
        before, after = dict(base.shared), dict(head.shared)
        for name in sorted(before.keys() | after.keys()):
            shares = before.get(name) != after.get(name) and all(
                is_below(name, side.settings.notebooks) and is_below(name, side.settings.catalog)
                for side in (base, head)
            )
            if shares and name != SETTINGS:
                both = [read_text(name, side.get(name, b"")) for side in (before, after)]
                file = Touched(name, *both)
                if file.is_whole:
                    yield file

    def affairs(self, touched: Sequence[Touched], rest: Sequence[File]) -> list[Affair]:
        before, after = Books(), Books()
        in_catalog = {file.name for file in touched}
        for file in touched:
            before.add(file.base.notebooks)
            after.add(file.head.notebooks)
        for books, side in ((before, self.base), (after, self.head)):
            books.add(e for e in of_catalog(side.catalog_notebooks) if e.file not in in_catalog)
        if is_lost(self.head):
            return []
        identities = {*before.by_identity, *after.by_identity}
        differ = {i for i in identities if affair(i, before.of(i), after.of(i)) is not None}
        for each in called(differ, rest):
            before.add([each])
            after.add([each])
        found = (affair(identity, before.of(identity), after.of(identity)) for identity in differ)
        unread = {file.name for file in touched if not file.head.is_whole}
        return [each for each in found if each is not None and not _may_be_there(each, unread)]

    def problems(
        self, touched: Sequence[Touched], affairs: Sequence[Affair], found: Found
    ) -> tuple[Problem, ...]:
        """Every error of the head, and the warnings that the base does not have."""
        names = {file.name for file in touched}
        said_before = [*self.base.problems, *found.known, *_of_files(self.base, names)]
        known = {(p.severity, p.message, p.position.file) for p in said_before}
        now = [*self.head.problems, *found.problems, *_of_files(self.head, names), *_twice(affairs)]
        return in_order(
            problem
            for problem in now
            if problem.severity is Severity.ERROR
            or (problem.severity, problem.message, problem.position.file) not in known
        )


def _may_be_there(item: Affair, unread: Collection[str]) -> bool:
    """Whether a Notebook seems to be removed because the head of its file cannot be read."""
    return item.deed is Deed.REMOVED and any(each.file in unread for each in item.base)


def is_lost(workspace: Workspace) -> bool:
    """Whether the settings cannot be read, so that nothing else was."""
    return workspace.installation is None and any(
        problem.position.file == SETTINGS and problem.severity is Severity.ERROR
        for problem in workspace.problems
    )


def _of_files(side: Workspace, names: Collection[str]) -> list[Problem]:
    problems: list[Problem] = []
    for file in side.notebook_files:
        if file.name in names:
            side.notebooks_in(file, problems)
    return problems


def _twice(affairs: Iterable[Affair]) -> Iterator[Problem]:
    for each in affairs:
        for extra in each.head[1:]:
            path = ("metadata", "name")
            yield Problem(
                extra.notebook.origin.at(path),
                f"there are two Notebooks {each.name}",
                there=(each.head[0].notebook.origin.at(path),),
                hint="rename or remove one of them",
            )
