"""A source tree, read: its installation, and its Notebook files, which are read one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from renderer.code_cache import CodeCache
from renderer.errors import InputError, Problem, Severity
from renderer.installation import (
    ChartFiles,
    Installation,
    Sorted,
    install,
    settings_of,
    sort_documents,
)
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.position import Document, Position
from renderer.sources import SourceFile, SourceTree
from renderer.yamlio import load_all

CHARTS = ("notebook", "namespace")
CATALOG_KIND = re.compile(rb"kind['\"]?\s*:\s*['\"]?(Template|PodDefault|Size)\b")


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """What a render starts from. Notebooks that stand in catalog files are read already.

    `read` holds bytes of Notebook files that were looked into, until they are asked for.
    """

    settings: Settings
    installation: Installation | None
    notebook_files: Sequence[SourceFile]
    catalog_notebooks: Sequence[Notebook]
    strays: frozenset[str]
    shared: tuple[tuple[str, bytes], ...]
    read: dict[str, bytes]
    problems: tuple[Problem, ...]

    def notebooks_in(self, file: SourceFile, problems: list[Problem]) -> list[Notebook]:
        """The Notebooks of a file; what else is in it was read with the catalog."""
        data = self.read.pop(file.name, None)
        if data is None:
            data = _bytes(file, problems)
        return sort_documents(_load(file, data, problems), problems).notebooks

    def find(self, namespace: str, name: str, problems: list[Problem]) -> list[Notebook]:
        """The Notebooks of this name; only files that mention it are read as YAML."""
        found = list(self.catalog_notebooks)
        for file in self.notebook_files:
            data = _bytes(file, problems)
            if name.encode() in data and namespace.encode() in data:
                found.extend(sort_documents(_load(file, data, problems), problems).notebooks)
        return [item for item in found if (item.namespace, item.name) == (namespace, name)]


def open_workspace(
    root: Path, is_known: Callable[[SourceFile], bool] = lambda _: False
) -> Workspace:
    """Reads settings, catalog and charts. Problems are kept, not raised.

    Notebook files that are known to hold nothing but Notebooks are not looked into.
    """
    return _Opening(SourceTree(root)).workspace(is_known)


class _Opening:
    """The reading of one tree: problems and bytes come together here."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._problems: list[Problem] = []
        self._shared: list[tuple[str, bytes]] = []
        self._read: dict[str, bytes] = {}
        self._found = Sorted()

    def workspace(self, is_known: Callable[[SourceFile], bool]) -> Workspace:
        tree, problems = self._tree, self._problems
        settings = self._settings()
        catalog_files = tree.yaml_files(settings.catalog, problems)
        for file in catalog_files:
            self._catalog_file(file)
        in_catalog = {file.name for file in catalog_files}
        listed = tree.yaml_files(settings.notebooks, problems)
        notebook_files = [file for file in listed if file.name not in in_catalog]
        strays = frozenset(
            file.name for file in notebook_files if not is_known(file) and self._stray(file)
        )
        charts = tuple(self._chart(settings, name) for name in CHARTS)
        installation = install(settings, self._found, charts, problems)
        return Workspace(
            settings,
            installation,
            notebook_files,
            self._found.notebooks,
            strays,
            tuple(self._shared),
            self._read,
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

    def _documents(self, file: SourceFile) -> list[Document]:
        data = _bytes(file, self._problems)
        self._shared.append((file.name, data))
        return _load(file, data, self._problems)

    def _catalog_file(self, file: SourceFile) -> None:
        found = sort_documents(self._documents(file), self._problems)
        self._found.items.extend(found.items)
        self._found.notebooks.extend(found.notebooks)
        self._found.faulty.extend(found.faulty)

    def _stray(self, file: SourceFile) -> bool:
        """Catalog documents that stand among the Notebooks: they count, and a warning says so."""
        try:
            data = self._read[file.name] = file.read()
        except InputError:
            return False  # said when the file's turn comes
        if not CATALOG_KIND.search(data):
            return False
        self._shared.append((file.name, data))
        found = sort_documents(_load(file, data, []), [])
        self._found.items.extend(found.items)
        self._found.faulty.extend(found.faulty)
        self._problems.extend(_stray_problem(item) for item in found.items)
        return True

    def _chart(self, settings: Settings, chart: str) -> ChartFiles:
        shipped = {
            item.name: item.read_text(encoding="utf-8")
            for item in _sorted(files("renderer.charts") / chart)
            if _is_template(item.name)
        }
        overlay = {}
        for file in self._tree.files(f"{settings.charts}/{chart}", self._problems):
            if _is_template(file.name):
                data = _bytes(file, self._problems)
                try:
                    overlay[file.name.rsplit("/", 1)[-1]] = data.decode()
                except UnicodeDecodeError:
                    place = Position(file.name, 1, 1)
                    self._problems.append(Problem(place, "this chart file is not UTF-8"))
        self._shared.extend((name, text.encode()) for name, text in {**shipped, **overlay}.items())
        return ChartFiles(shipped, overlay, CodeCache())


def _stray_problem(item: Template | PodDefault | Size) -> Problem:
    return Problem(
        item.origin.at(("kind",)),
        f"the {type(item).__name__} {item.namespace}/{item.name} stands among the Notebooks",
        hint="keep it below the catalog's directory, where only platform teams write",
        severity=Severity.WARNING,
    )


def _bytes(file: SourceFile, problems: list[Problem]) -> bytes:
    try:
        return file.read()
    except InputError as error:
        problems.extend(error.problems)
        return b""


def _load(file: SourceFile, data: bytes, problems: list[Problem]) -> list[Document]:
    try:
        return load_all(data, file.name)
    except InputError as error:
        problems.extend(error.problems)
        return []


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda item: item.name)


def _is_template(name: str) -> bool:
    return name.endswith((".yaml", ".jinja"))
