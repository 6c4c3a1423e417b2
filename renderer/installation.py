"""What all notebooks of a tree share: settings, catalog and charts, read and checked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from renderer import catalog as catalogs
from renderer.catalog import Catalog, Claim
from renderer.checks.metadata import check_own_labels
from renderer.errors import InputError, Problem, Severity
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Fragment
from renderer.model.notebook import Notebook
from renderer.model.settings import Route, Routing, Settings
from renderer.model.singleuser import ImageStream, Profiles, Templates
from renderer.parse import OfJupyterHub, parse_documents, parse_settings
from renderer.position import Document, Path, Position
from renderer.schema import kubernetes
from renderer.schema.suggest import did_you_mean
from renderer.templating.chart import Chart, compile_chart


@dataclass(frozen=True, slots=True, eq=False)
class Installation:
    """Everything but the notebooks. `overlaid` names the chart files that are the team's own."""

    settings: Settings
    catalog: Catalog
    chart: Chart
    namespace_chart: Chart
    overlaid: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChartFiles:
    """The sources of a chart, by their paths: what comes with Octavo, and what is laid over it.

    A cache keeps compiled charts.
    """

    shipped: Mapping[str, str]
    overlay: Mapping[str, str]
    cache: MutableMapping[str, bytes] | None = None

    def compile(self) -> Chart:
        return compile_chart({**self.shipped, **self.overlay}, self.cache)


def settings_of(document: Document | None, problems: list[Problem]) -> Settings:
    """The settings of an `octavo.yaml`, or the defaults."""
    settings, found = parse_settings(document)
    problems.extend(found)
    known = kubernetes.versions()
    if settings.kubernetes and settings.kubernetes not in known:
        place = document.at(("kubernetes",)) if document else Position("octavo.yaml", 1, 1)
        problems.append(
            Problem(
                place,
                f"there is no schema for Kubernetes {settings.kubernetes}",
                expected=f"one of {', '.join(known)}",
                hint=did_you_mean(settings.kubernetes, list(known)),
            )
        )
    problems.extend(_without_gateway(settings, document))
    return settings


def _without_gateway(settings: Settings, document: Document | None) -> Iterator[Problem]:
    """Where notebooks are reached by the Gateway API, and no Gateway is named."""
    places: list[tuple[Path, Route]] = [(("routing", "kind"), settings.route)]
    if settings.targets:
        # The common routing is there to be laid over: only what comes of it is used.
        places = [(("targets", each.name, "routing"), each.route) for each in settings.targets]
    for path, route in places:
        if route.kind is Routing.GATEWAY and not route.gateway:
            place = document.at(path) if document else Position("octavo.yaml", 1, 1)
            message = "routing by the Gateway API needs the name of a Gateway"
            yield Problem(place, message, "routing.gateway, as NAMESPACE/NAME")


@dataclass(slots=True)
class Sorted:
    """Documents by what they are; `faulty` are those that cannot be read."""

    items: list[Template | PodDefault | Size] = field(default_factory=list)
    notebooks: list[Notebook] = field(default_factory=list)
    faulty: list[Claim] = field(default_factory=list)
    singleuser: list[OfJupyterHub] = field(default_factory=list)

    def extend(self, more: Sorted) -> None:
        """Adds what stands in another file."""
        self.items.extend(more.items)
        self.notebooks.extend(more.notebooks)
        self.faulty.extend(more.faulty)
        self.singleuser.extend(more.singleuser)


def sort_documents(documents: Iterable[Document], problems: list[Problem]) -> Sorted:
    """The catalog documents and the Notebooks among these, in the order they come."""
    found = Sorted()
    for parsed in (each for document in documents for each in parse_documents(document)):
        problems.extend(parsed.problems)
        match parsed.item:
            case Notebook() as notebook:
                found.notebooks.append(notebook)
            case Profiles() | Templates() | ImageStream() as other:
                found.singleuser.append(other)
            case None:
                if parsed.name is not None:
                    found.faulty.append(Claim(parsed.kind, parsed.name))
            case item:
                found.items.append(item)
    return found


def install(
    settings: Settings,
    documents: Sorted,
    charts: Sequence[ChartFiles],
    problems: list[Problem],
) -> Installation | None:
    """The installation, or None where the problems leave none."""
    catalog, found = catalogs.build(documents.items, documents.faulty, documents.singleuser)
    problems.extend(found)
    version = settings.kubernetes or kubernetes.default_version()
    fragments = (*(item.fragment for item in documents.items), *_of_profiles(documents.singleuser))
    problems.extend(_faults_of_fragments(fragments, version))
    try:
        notebook_chart, namespace_chart = (files.compile() for files in charts)
    except InputError as error:
        problems.extend(error.problems)
        return None
    overlaid = frozenset(name for files in charts for name in files.overlay)
    return Installation(settings, catalog, notebook_chart, namespace_chart, overlaid)


def _of_profiles(documents: Iterable[OfJupyterHub]) -> Iterator[Fragment]:
    """The fragments of profiles, of their sizes and of GPUs."""
    for document in documents:
        if isinstance(document, Profiles):
            yield from (each.fragment for each in document.profiles)
            yield from (each.fragment for each in document.sizes)
            if document.gpu_types:
                yield document.gpu_types


def _faults_of_fragments(fragments: Iterable[Fragment], version: str) -> Iterator[Problem]:
    """What is wrong with a fragment wherever it is used: unknown fields, labels that are ours."""
    for fragment in fragments:
        findings = [
            *kubernetes.unknown_fields(fragment.template, version),
            *check_own_labels(fragment.template),
        ]
        for finding in findings:
            yield finding.located(fragment.origin.at(finding.path))


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)
