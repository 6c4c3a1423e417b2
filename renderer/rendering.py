"""The three things that are done with all notebooks: check them, compare them, write them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from renderer import memory
from renderer.basis import Basis, basis_of
from renderer.batch import Batch, Entry, FileReport, Outcome, Progress
from renderer.bundle import Bundle
from renderer.destination import OutputDirectory
from renderer.errors import InputError, OutputError, Problem, in_order
from renderer.memory import Memory
from renderer.output import Change, Difference, Output
from renderer.position import Position
from renderer.records import RememberedBundle, RememberedFile
from renderer.targets import workspaces
from renderer.tree import Tree
from renderer.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True)
class Summary:
    """What a render did, or would do, to each bundle."""

    notebooks: int
    changes: tuple[tuple[str, Change], ...]
    problems: tuple[Problem, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it."""

    jobs: int | None = None
    allow_empty: bool = False
    remember: bool = True
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, and where its bundles go."""

    workspace: Workspace
    output: Output


def check(tree: Tree, options: Options = Options()) -> tuple[int, tuple[Problem, ...]]:
    """How many notebooks there are, and every problem, on any target."""
    notebooks: set[Position] = set()
    problems: list[Problem] = []
    for workspace in workspaces(open_workspace(tree)):
        # A Notebook may stay on a revision that only its bundle remembers.
        standing = tree.root / workspace.output
        output = OutputDirectory(standing) if standing.is_dir() else None
        outcome = _batch(workspace, output, options).run(_nowhere)
        try:
            problems.extend(outcome.judge())
        except InputError as error:
            problems.extend(error.problems)
        notebooks.update(entry.position for entry in outcome.entries)
    return len(notebooks), in_order(problems)


def compare(tree: Tree, output: Output, options: Options = Options()) -> Summary:
    """What differs between the output and what it should be; nothing is written."""
    return compare_at(Place(open_workspace(tree), output), options)


def compare_at(place: Place, options: Options = Options()) -> Summary:
    """The same of a workspace that is read already."""
    differences: list[Difference] = []
    output = place.output

    def collect(bundle: Bundle) -> Change:
        found = output.compare(bundle)
        differences.extend(found)
        return Change.CHANGED if found else Change.SAME

    # One process: the differences are collected here.
    batch = Batch(place.workspace, output, 1, options.progress)
    outcome = batch.run(collect)
    problems = outcome.judge()
    spaces = batch.namespaces(outcome)
    spaces += batch.extras(outcome, spaces)
    for bundle in spaces:
        collect(bundle)
    expected = {*(e.directory for e in outcome.entries), *(b.directory for b in spaces)}
    for directory in output.bundles(expected):
        differences.extend(
            Difference(f"{directory}/{name}", data.decode(errors="replace"), None)
            for name, data in output.read(directory).items()
        )
    return Summary(len(outcome.entries), (), problems, tuple(differences))


def write(tree: Tree, output: Output, options: Options = Options()) -> Summary:
    """Renders into the output. Where there is a problem it raises, and writes nothing."""
    # Held from before the sources are read: who comes later has later sources.
    with output.writing(notes=options.remember):
        (summary,) = _write((Place(open_workspace(tree), output),), tree.root, options)
    return summary


def write_at(places: Sequence[Place], root: Path, options: Options = Options()) -> list[Summary]:
    """Renders to all places, or to none of them where there is a problem with one."""
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(place.output.writing(notes=options.remember))
        return _write(places, root, options)


def changes_of(summaries: Sequence[tuple[str, Summary]]) -> list[tuple[str, Change]]:
    """What is not as it was, of several places by their paths."""
    return [
        (f"{path}/{directory}" if path else directory, change)
        for path, summary in summaries
        for directory, change in summary.changes
        if change is not Change.SAME
    ]


def _write(places: Sequence[Place], root: Path, options: Options) -> list[Summary]:
    problems: list[Problem] = []
    drafts: list[_Draft] = []
    for place in places:
        try:
            drafts.append(_draft(place, root, options))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return [draft.publish() for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """Everything staged at one place, and found good."""

    output: Output
    notebooks: int
    problems: tuple[Problem, ...]
    staged: list[tuple[str, Change, tuple[str, ...]]]
    save: Callable[[], None] = field(default=lambda: None)

    def publish(self) -> Summary:
        """Lets it stand; what stood there and is no bundle any more goes."""
        for directory, change, files in self.staged:
            if change is not Change.SAME:
                self.output.publish(directory, files)
        stale = self.output.bundles({directory for directory, _, _ in self.staged})
        for directory in stale:
            self.output.remove(directory)
        self.save()
        changes = [(directory, change) for directory, change, _ in self.staged]
        changes.extend((directory, Change.REMOVED) for directory in stale)
        return Summary(self.notebooks, tuple(sorted(changes)), self.problems)


def _draft(place: Place, root: Path, options: Options) -> _Draft:
    workspace, output = place.workspace, place.output
    kept = Memory(output.identity, root) if options.remember else None
    basis = _basis(workspace) if kept else None
    recalled = kept.files(basis) if kept and basis else None
    batch = _batch(workspace, output, options)
    outcome = batch.run(output.stage, recalled)
    problems = outcome.judge()
    spaces = batch.namespaces(outcome)
    spaces += batch.extras(outcome, spaces)
    entries = outcome.entries
    if not entries and not options.allow_empty:
        _refuse_empty(output, {bundle.directory for bundle in spaces})
    staged = [(b.directory, output.stage(b), tuple(b.files)) for b in spaces]
    staged.extend((e.directory, e.change, e.files) for e in entries)
    draft = _Draft(output, len(entries), problems, staged)
    if kept and basis:
        draft.save = lambda: kept.save(basis, dict(_records(workspace, outcome, output, kept)))
    return draft


def _basis(workspace: Workspace) -> Basis | None:
    if workspace.installation is None:
        return None
    target = workspace.target.name if workspace.target else ""
    program = f"{memory.program_digest()} {target}"
    return basis_of(workspace.installation, program, workspace.shared)


def _batch(workspace: Workspace, output: Output | None, options: Options) -> Batch:
    # Imported here with what it needs: one notebook needs none of it.
    from renderer.parallel import jobs_for

    jobs = jobs_for(len(workspace.notebook_files), options.jobs)
    return Batch(workspace, output, jobs, options.progress)


def _nowhere(_: Bundle) -> Change:
    return Change.SAME


def _refuse_empty(output: Output, rendered: Collection[str]) -> None:
    standing = output.bundles(rendered)
    if standing:
        message = (
            f"the source tree has no Notebook, and {output} holds {len(standing)} bundles: "
            "nothing was removed; say --allow-empty if they shall go"
        )
        raise OutputError(message)


def _records(
    workspace: Workspace, outcome: Outcome, output: Output, kept: Memory
) -> Iterator[tuple[str, RememberedFile]]:
    """What may be passed over next time: what would be the same, with the same said of it."""
    settled = {f.name for f in workspace.notebook_files if kept.settled(f)}
    for file in outcome.files:
        if file.name not in settled or _speaks_of_history(file):
            continue
        if file.record is not None:
            yield file.name, file.record
        else:
            bundles = tuple(_remembered(entry, output) for entry in file.entries)
            yield file.name, RememberedFile(file.version, bundles, file.problems)


def _speaks_of_history(file: FileReport) -> bool:
    """Whether something was said of a bundle that stands no more as it was read."""
    if not file.problems:
        return False
    changed = tuple(f"{e.directory}/" for e in file.entries if e.change is not Change.SAME)
    return any(
        place.file.startswith(changed)
        for problem in file.problems
        for place in (problem.position, *problem.there)
    )


def _remembered(entry: Entry, output: Output) -> RememberedBundle:
    return RememberedBundle(
        entry.namespace,
        entry.name,
        entry.position.line,
        entry.position.column,
        entry.files,
        entry.stamp or output.stamp(entry.directory),
        entry.storage,
        entry.uses,
    )
