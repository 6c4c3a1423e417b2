"""The three things that are done with all notebooks: check them, compare them, write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from renderer import memory
from renderer.batch import Batch, Entry, Outcome, Progress
from renderer.bundle import Bundle
from renderer.destination import OutputDirectory
from renderer.errors import InputError, OutputError, Problem
from renderer.memory import Memory, RememberedBundle, RememberedFile
from renderer.output import Change, Difference, Output
from renderer.tree import File, Tree
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


def check(tree: Tree, options: Options = Options()) -> tuple[int, tuple[Problem, ...]]:
    """How many notebooks there are, and every problem."""
    workspace = open_workspace(tree)
    # A Notebook may stay on a revision that only its bundle remembers.
    standing = tree.root / workspace.settings.output
    output = OutputDirectory(standing) if standing.is_dir() else None
    outcome = _batch(workspace, output, options).run(_nowhere)
    try:
        problems = outcome.judge()
    except InputError as error:
        problems = error.problems
    return len(outcome.entries), problems


def compare(tree: Tree, output: OutputDirectory, options: Options = Options()) -> Summary:
    """What differs between the output and what it should be; nothing is written."""
    differences: list[Difference] = []

    def collect(bundle: Bundle) -> Change:
        found = output.compare(bundle)
        differences.extend(found)
        return Change.CHANGED if found else Change.SAME

    # One process: the differences are collected here.
    batch = Batch(open_workspace(tree), output, 1, options.progress)
    outcome = batch.run(collect)
    problems = outcome.judge()
    spaces = batch.namespaces(outcome)
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
    """Renders into the directory. Where there is a problem it raises, and writes nothing."""
    kept = Memory(output.identity, tree.root) if options.remember else None
    with output.writing(notes=kept is not None):
        workspace = open_workspace(tree)
        digest = memory.installation_digest(workspace.shared)
        recalled = kept.files(digest) if kept else None
        batch = _batch(workspace, output, options)
        outcome = batch.run(output.stage, recalled)
        problems = outcome.judge()
        spaces = batch.namespaces(outcome)
        entries = outcome.entries
        if not entries and not options.allow_empty:
            _refuse_empty(output)
        staged = [(b.directory, output.stage(b), tuple(b.files)) for b in spaces]
        staged.extend((e.directory, e.change, e.files) for e in entries)
        for directory, change, files in staged:
            if change is not Change.SAME:
                output.publish(directory, files)
        stale = output.bundles({directory for directory, _, _ in staged})
        for directory in stale:
            output.remove(directory)
        if kept is not None:
            kept.save(digest, _records(workspace, outcome, output, kept.settled))
    changes = [(directory, change) for directory, change, _ in staged]
    changes.extend((directory, Change.REMOVED) for directory in stale)
    return Summary(len(entries), tuple(sorted(changes)), problems)


def _batch(workspace: Workspace, output: Output | None, options: Options) -> Batch:
    # Imported here with what it needs: one notebook needs none of it.
    from renderer.parallel import jobs_for

    jobs = jobs_for(len(workspace.notebook_files), options.jobs)
    return Batch(workspace, output, jobs, options.progress)


def _nowhere(_: Bundle) -> Change:
    return Change.SAME


def _refuse_empty(output: Output) -> None:
    standing = output.bundles(set())
    if standing:
        message = (
            f"the source tree has no Notebook, and {output} holds {len(standing)} bundles: "
            "nothing was removed; say --allow-empty if they shall go"
        )
        raise OutputError(message)


def _records(
    workspace: Workspace,
    outcome: Outcome,
    output: Output,
    is_settled: Callable[[File], bool],
) -> dict[str, RememberedFile]:
    """What may be passed over next time."""
    settled = {f.name for f in workspace.notebook_files if is_settled(f)}
    return {
        file.name: RememberedFile(
            file.version, tuple(_remembered(entry, output) for entry in file.entries), file.problems
        )
        for file in outcome.files
        if file.name in settled
    }


def _remembered(entry: Entry, output: Output) -> RememberedBundle:
    return RememberedBundle(
        entry.namespace,
        entry.name,
        entry.position.line,
        entry.position.column,
        entry.files,
        entry.stamp or output.stamp(entry.directory),
        entry.storage,
    )
