"""A source tree, read: its installation, and its Notebook files, which are read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from renderer import placement
from renderer.code_cache import CodeCache
from renderer.errors import InputError, Problem
from renderer.installation import (
    ChartFiles,
    Installation,
    Sorted,
    has_errors,
    install,
    settings_of,
    sort_documents,
)
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings, Target
from renderer.model.singleuser import ImageStream, Profiles, Templates
from renderer.parse import OfJupyterHub
from renderer.position import Document, Position
from renderer.profiles.fences import data_without_fence
from renderer.tree import File, Tree
from renderer.yamlio import load_all

CHARTS = ("notebook", "namespace")
SHIPPED = Path(str(import_module("renderer.charts").__file__)).parent


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """What a render starts from. Notebooks that stand in catalog files are read already."""

    settings: Settings
    installation: Installation | None
    notebook_files: Sequence[File]
    catalog_notebooks: Sequence[Notebook]
    shared: tuple[tuple[str, bytes], ...]
    problems: tuple[Problem, ...]
    target: Target | None = None

    @property
    def output(self) -> str:
        """Where bundles stand on the disk, from the root of the tree."""
        path = self.target.path if self.target else ""
        return f"{self.settings.output}/{path}" if path else self.settings.output

    def notebooks_in(self, file: File, problems: list[Problem]) -> list[Notebook]:
        """The Notebooks of a file that live on the target; nothing else may be in it."""
        found = sort_documents(_load(file, _bytes(file, problems), problems), problems)
        problems.extend(_misplaced(item) for item in (*found.items, *found.singleuser))
        return self.living(found.notebooks, problems)

    def living(self, notebooks: Sequence[Notebook], problems: list[Problem]) -> list[Notebook]:
        """Those that live on the target, if this is a workspace of one."""
        settings, target = self.settings, self.target
        for notebook in notebooks:
            problems.extend(placement.faults(notebook, settings))
        return [n for n in notebooks if target is None or placement.lives(n, target, settings)]

    def find(self, namespace: str, name: str, problems: list[Problem]) -> list[Notebook]:
        """The Notebooks of this name; only files that mention it are read as YAML."""
        found = list(self.catalog_notebooks)
        for file in self.notebook_files:
            data = _bytes(file, problems)
            if name.encode() in data and namespace.encode() in data:
                found.extend(sort_documents(_load(file, data, problems), problems).notebooks)
        return [item for item in found if (item.namespace, item.name) == (namespace, name)]


def open_workspace(tree: Tree) -> Workspace:
    """Reads settings, catalog and charts. Problems are kept, not raised."""
    return _Opening(tree).workspace()


class _Opening:
    """The reading of one tree: problems and bytes come together here."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._problems: list[Problem] = []
        self._shared: list[tuple[str, bytes]] = []
        self._found = Sorted()

    def workspace(self) -> Workspace:
        tree, problems = self._tree, self._problems
        settings = self._settings()
        if has_errors(problems):
            # Most of what follows would only be said because of them.
            return Workspace(settings, None, (), (), (), tuple(problems))
        catalog_files = tree.yaml_files(settings.catalog, problems)
        for file in catalog_files:
            self._catalog_file(file)
        in_catalog = {file.name for file in catalog_files}
        listed = tree.yaml_files(settings.notebooks, problems)
        notebook_files = [file for file in listed if file.name not in in_catalog]
        charts = tuple(self._chart(settings, name) for name in CHARTS)
        installation = install(settings, self._found, charts, problems)
        return Workspace(
            settings,
            installation,
            notebook_files,
            self._found.notebooks,
            tuple(self._shared),
            tuple(problems),
        )

    def _settings(self) -> Settings:
        try:
            file = self._tree.settings()
        except InputError as error:
            self._problems.extend(error.problems)
            file = None
        documents = [] if file is None else self._documents(file)
        if len(documents) > 1:
            place = documents[1].at()
            message = "octavo.yaml holds more than one document"
            self._problems.append(Problem(place, message, "one document"))
        return settings_of(documents[0] if documents else None, self._problems)

    def _documents(self, file: File) -> list[Document]:
        data = _bytes(file, self._problems)
        self._shared.append((file.name, data))
        return _load(file, data, self._problems)

    def _catalog_file(self, file: File) -> None:
        data = _bytes(file, self._problems)
        self._shared.append((file.name, data))
        documents = _load(file, data_without_fence(data), self._problems)
        self._found.extend(sort_documents(documents, self._problems))

    def _chart(self, settings: Settings, chart: str) -> ChartFiles:
        folder = f"{settings.charts}/{chart}"
        shipped = {
            f"{folder}/{item.name}": item.read_text(encoding="utf-8")
            for item in sorted(SHIPPED.joinpath(chart).iterdir())
            if _is_template(item.name)
        }
        overlay = {}
        for file in self._tree.files(folder, self._problems):
            if not _is_template(file.name):
                continue
            if file.name.rpartition("/")[0] != folder:
                message = "a chart's files stand side by side: nothing below them is read"
                self._problems.append(Problem(Position(file.name, 1, 1), message))
                continue
            try:
                overlay[file.name] = _bytes(file, self._problems).decode()
            except UnicodeDecodeError:
                place = Position(file.name, 1, 1)
                self._problems.append(Problem(place, "this chart file is not UTF-8"))
        self._shared.extend((name, text.encode()) for name, text in {**shipped, **overlay}.items())
        return ChartFiles(shipped, overlay, CodeCache.for_tree(self._tree.root))


def _misplaced(item: Template | PodDefault | Size | OfJupyterHub) -> Problem:
    name = f"{item.namespace}/{item.name}" if item.namespace else item.name
    what = f"{_kind(item)} {name}" if name else "file of profiles"
    return Problem(
        item.origin.at(("kind",)),
        f"the {what} stands among the Notebooks and is not read",
        expected="only Notebooks, as whoever may write here shall not define what pods may be",
        hint="move it below the catalog's directory, or let octavo.yaml name one for both",
    )


def _kind(item: Template | PodDefault | Size | OfJupyterHub) -> str:
    match item:
        case Profiles() | Templates():
            return "ConfigMap"
        case ImageStream():
            return item.kind
        case _:
            return type(item).__name__


def _bytes(file: File, problems: list[Problem]) -> bytes:
    try:
        return file.read()
    except InputError as error:
        problems.extend(error.problems)
        return b""


def _load(file: File, data: bytes, problems: list[Problem]) -> list[Document]:
    try:
        return load_all(data, file.name)
    except InputError as error:
        problems.extend(error.problems)
        return []


def _is_template(name: str) -> bool:
    return name.endswith((".yaml", ".jinja"))
