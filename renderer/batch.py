"""Rendering all notebooks of a workspace: sharing the work, and judging it as a whole."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from renderer.bundle import Bundle
from renderer.companions.sharing import Bundled, shared
from renderer.consumers.bundles import consumer_bundles
from renderer.consumers.services import kinds_of
from renderer.errors import InputError, Problem
from renderer.history import previous_of, remembers
from renderer.installation import Installation, has_errors
from renderer.model.notebook import Notebook
from renderer.namespaces import namespace_bundle
from renderer.output import Change, Output
from renderer.parallel import in_parallel, jobs_for
from renderer.position import Position
from renderer.records import RememberedFile
from renderer.render import Renderer
from renderer.storage import NO_STORAGE, Storage, Tenant, trespasses
from renderer.tree import File
from renderer.workspace import Workspace

Sink = Callable[[Bundle], Change]
Progress = Callable[[int], None]
PROGRESS_EVERY = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One notebook: where it is written, what that does to the output, and how it was left."""

    namespace: str
    name: str
    position: Position
    change: Change
    files: tuple[str, ...]
    stamp: str = ""
    storage: Storage = NO_STORAGE
    uses: tuple[str, ...] = ()

    @property
    def directory(self) -> str:
        return f"notebooks/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one source file; `record` says the same, where it is at hand."""

    name: str
    version: tuple[int, ...]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    record: RememberedFile | None = None


@dataclass(slots=True)
class Outcome:
    """What came of all files."""

    files: list[FileReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        found = [entry for file in self.files for entry in file.entries]
        return sorted(found, key=lambda entry: (entry.namespace, entry.name, entry.position))

    def judge(self) -> tuple[Problem, ...]:
        """Every problem, in order; raises InputError if one of them is an error."""
        problems = [*self.problems, *(problem for file in self.files for problem in file.problems)]
        entries = self.entries
        tenants = (Tenant(e.namespace, e.name, e.position, e.storage) for e in entries)
        bundles = (
            Bundled(e.namespace, e.name, e.position, e.storage.owner, e.files, e.uses)
            for e in entries
        )
        faults = (*_twice(entries), *trespasses(tenants), *shared(bundles))
        error = InputError([*problems, *faults])
        if has_errors(error.problems):
            raise error
        return error.problems


class Batch:
    """All notebooks of a workspace, given what was rendered before."""

    def __init__(
        self,
        workspace: Workspace,
        output: Output | None,
        jobs: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self._workspace = workspace
        self._output = output
        self._jobs = jobs
        self._progress = progress

    def run(self, sink: Sink, recalled: Mapping[str, RememberedFile] | None = None) -> Outcome:
        """Renders every notebook into `sink`, but those that are recalled and as they were left.

        With None for what is recalled, nothing is noted for the next time.
        """
        workspace = self._workspace
        outcome = Outcome(problems=list(workspace.problems))
        if workspace.installation is None:
            return outcome
        worker = _Worker(workspace, workspace.installation, self._output, sink, recalled)
        problems: list[Problem] = []
        in_catalog = workspace.living(workspace.catalog_notebooks, problems)
        outcome.files.append(worker.notebooks("", (), in_catalog, problems))

        files = self._files(worker, outcome)

        def work(files: Sequence[File]) -> list[FileReport]:
            return [worker.file(file) for file in self._counted(files)]

        with _few_collections():
            for reports in in_parallel(work, files, jobs_for(len(files), self._jobs)):
                outcome.files.extend(reports)
        return outcome

    def namespaces(self, outcome: Outcome) -> list[Bundle]:
        """The bundles of the namespaces that these notebooks live in."""
        installation = self._workspace.installation
        if installation is None:
            raise InputError(self._workspace.problems)
        spaces = sorted({entry.namespace for entry in outcome.entries})
        made = (
            namespace_bundle(installation.namespace_chart, installation.settings, space)
            for space in spaces
        )
        return [bundle for bundle in made if bundle is not None]

    def extras(self, outcome: Outcome, namespaces: Iterable[Bundle]) -> list[Bundle]:
        """The bundles for those who consume the others: Argo CD and Flux."""
        workspace = self._workspace
        notebooks = ((entry.namespace, entry.name) for entry in outcome.entries)
        installation = workspace.installation
        kinds = kinds_of(installation.catalog.singleuser) if installation else frozenset()
        made = consumer_bundles(workspace.settings, workspace.target, notebooks, namespaces, kinds)
        return list(made)

    def _files(self, worker: _Worker, outcome: Outcome) -> Sequence[File]:
        """The files to share out. Where asking costs nothing, others are passed over here."""
        if self._output is None or not self._output.knows_stamps:
            return self._workspace.notebook_files
        rest = []
        for file in self._workspace.notebook_files:
            report = worker.recalled(file)
            if report is None:
                rest.append(file)
            else:
                outcome.files.append(report)
        return rest

    def _counted(self, files: Sequence[File]) -> Iterator[File]:
        for count, file in enumerate(files):
            if self._progress is not None and count % PROGRESS_EVERY == 0:
                self._progress(count)
            yield file


class _Worker:
    """Renders the notebooks of one file after another."""

    def __init__(
        self,
        workspace: Workspace,
        installation: Installation,
        output: Output | None,
        sink: Sink,
        recalled: Mapping[str, RememberedFile] | None,
    ) -> None:
        self._workspace = workspace
        self._output = output
        self._sink = sink
        self._recalled = recalled or {}
        self._remembers = recalled is not None
        self._renderer = Renderer(installation)

    def file(self, file: File) -> FileReport:
        report = self.recalled(file)
        if report is not None:
            return report
        problems: list[Problem] = []
        notebooks = self._workspace.notebooks_in(file, problems)
        return self.notebooks(file.name, file.version, notebooks, problems)

    def recalled(self, file: File) -> FileReport | None:
        """What came of the file last time, where the same would come of it now."""
        record = self._recalled.get(file.name)
        if record is None or record.version != file.version:
            return None
        return self._as_it_was(file, record)

    def notebooks(
        self,
        name: str,
        version: tuple[int, ...],
        notebooks: Iterable[Notebook],
        problems: list[Problem],
    ) -> FileReport:
        entries = tuple(self._entry(notebook, problems) for notebook in notebooks)
        return FileReport(name, version, entries, tuple(problems))

    def _as_it_was(self, file: File, record: RememberedFile) -> FileReport | None:
        if self._output is None:
            return None
        entries = []
        for bundle in record.bundles:
            place = Position(file.name, bundle.line, bundle.column)
            entry = Entry(
                bundle.namespace,
                bundle.name,
                place,
                Change.SAME,
                bundle.files,
                bundle.stamp,
                bundle.storage,
                bundle.uses,
            )
            if self._output.stamp(entry.directory) != bundle.stamp:
                return None
            entries.append(entry)
        # Between processes the record would only be sent along.
        at_hand = record if self._output.knows_stamps else None
        return FileReport(file.name, file.version, tuple(entries), record.warnings, at_hand)

    def _entry(self, notebook: Notebook, problems: list[Problem]) -> Entry:
        directory = f"notebooks/{notebook.namespace}/{notebook.name}"
        old = self._output.read(directory, remembers) if self._output else {}
        result = self._renderer.render(notebook, previous_of(directory, old, problems))
        problems.extend(result.problems)
        place = notebook.origin.at(("metadata", "name"))
        if result.bundle is None:
            return Entry(notebook.namespace, notebook.name, place, Change.SAME, ())
        change = self._sink(result.bundle)
        remembered = self._output if self._remembers else None
        stamp = remembered.staged_stamp(directory, change) if remembered else ""
        files = tuple(result.bundle.files)
        names = (notebook.namespace, notebook.name)
        return Entry(*names, place, change, files, stamp, result.storage, result.uses)


def _twice(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Notebooks of one name, which would write one bundle."""
    for first, second in pairwise(entries):
        if (first.namespace, first.name) == (second.namespace, second.name):
            yield Problem(
                second.position,
                f"there are two Notebooks {second.namespace}/{second.name}",
                there=(first.position,),
                hint="rename or remove one of them",
            )


@contextmanager
def _few_collections() -> Iterator[None]:
    """What is rendered holds no cycles: looking for them costs a fifth of the time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
