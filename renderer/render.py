"""Rendering one notebook: select, compose, check, chart, bundle. Text in, text out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from renderer import revisions, trust, verdict
from renderer.basis import uses
from renderer.bundle import Bundle, bundle_of
from renderer.companions import Companions, Made, beside
from renderer.compose.composer import Composed, Composer, Step
from renderer.compose.layers import Selection, Selector
from renderer.compose.own import Claim, claims
from renderer.context import Parts, context_of
from renderer.errors import InputError, Problem
from renderer.installation import Installation, has_errors
from renderer.model.notebook import Notebook
from renderer.names import object_name
from renderer.revisions import Plan, Previous, Snapshots
from renderer.schema import kubernetes
from renderer.storage import NO_STORAGE, Storage, settled, storage_of
from renderer.templating.chart import Rendered
from renderer.yamlio import load_all


@dataclass(frozen=True, slots=True)
class Result:
    """A bundle, or none, every problem found on the way, and what of the catalog was used."""

    bundle: Bundle | None
    problems: tuple[Problem, ...] = ()
    storage: Storage = NO_STORAGE
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A notebook with the fragments it is composed from, by its elected revision.

    What runs with it is what the catalog says now.
    """

    notebook: Notebook
    selection: Selection
    plan: Plan
    claims: tuple[Claim, ...]
    made: Made
    problems: tuple[Problem, ...]
    uses: tuple[str, ...]

    @property
    def values(self) -> Mapping[str, Any] | None:
        """The installation's values as the elected revision remembers them."""
        return self.plan.elected.data.get("values")


class Renderer:
    """Renders the notebooks of one installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        settings = installation.settings
        self._selector = Selector(installation.catalog, settings.groups, settings.values)
        self._composer = Composer(settings.values, settings.route)
        self._snapshots = Snapshots(settings.values)
        self._offered = cache(installation.catalog.offered_to)
        self._version = settings.kubernetes or kubernetes.default_version()
        self._companions = Companions(installation.catalog.singleuser, self._version)

    def render(self, notebook: Notebook, previous: Previous = Previous()) -> Result:  # noqa: B008 - frozen
        """The notebook's bundle, given the one rendered before."""
        try:
            chosen = self.choose(notebook, previous)
            composed = self._composer.compose(notebook, chosen.selection, chosen.values)
            problems = [*chosen.problems, *self._check(chosen, composed)]
            if has_errors(problems):
                return Result(None, tuple(problems))
            rendered = self._chart(chosen, composed)
            if chosen.made.objects and not notebook.stopped:
                rendered = beside(chosen.made, rendered, notebook)
        except InputError as error:
            return Result(None, error.problems)
        main = object_name(notebook.name)
        directory = f"notebooks/{notebook.namespace}/{notebook.name}"
        storage = storage_of(notebook, chosen.selection.template)
        bundle = bundle_of(directory, rendered, main)
        return Result(bundle, tuple(problems), storage, chosen.uses)

    def choose(self, notebook: Notebook, previous: Previous) -> Chosen:
        """What the notebook is made of. Raises InputError where it cannot be said."""
        selection, problems = self._selector.select(notebook)
        if selection is None:
            raise InputError(problems)
        problems.extend(trust.out_of_reach(notebook, selection))
        limit = notebook.history_limit
        if limit is None:
            limit = self.installation.settings.revision_history_limit
        previous, left_out = revisions.offered(previous, self._offered(notebook.namespace))
        problems.extend(left_out)
        plan = revisions.plan(notebook, self._snapshots.of(selection), previous, limit)
        if isinstance(plan, Problem):
            raise InputError([*problems, plan])
        made = self._companions.of(notebook, selection)
        elected = _told(revisions.restore(plan.elected, selection), made)
        wanted = claims(notebook, selection.template)
        able, remarks = settled(wanted, previous.claims, notebook)
        said = (*problems, *remarks, *made.problems)
        used = tuple(sorted({*uses(selection.fragments), *made.uses}))
        return Chosen(notebook, elected, plan, able, made, said, used)

    def explain(self, notebook: Notebook, previous: Previous) -> tuple[Step, ...]:
        """How the notebook's pod came to be, every leaf traced."""
        chosen = self.choose(notebook, previous)
        settings = self.installation.settings
        problems = list(chosen.problems)
        if not chosen.selection.is_whole:
            findings = verdict.of_notebook(notebook, chosen.selection, settings)
            problems.extend(f.located(notebook.origin.at(f.path)) for f in findings)
        if has_errors(problems):
            raise InputError(problems)
        self._composer.compose(notebook, chosen.selection, chosen.values)
        return self._composer.steps(notebook, chosen.selection, chosen.values)

    def _check(self, chosen: Chosen, composed: Composed) -> list[Problem]:
        notebook, template = chosen.notebook, chosen.selection.template
        problems = [
            finding.located(notebook.origin.at(finding.path))
            for finding in verdict.of_notebook(
                notebook, chosen.selection, self.installation.settings
            )
        ]
        findings = verdict.of_pod(composed, template, self._version)
        if findings:
            problems.extend(
                self._composer.locate(notebook, chosen.selection, findings, chosen.values)
            )
        return problems

    def _chart(self, chosen: Chosen, composed: Composed) -> list[Rendered]:
        settings = self.installation.settings
        template = chosen.selection.template
        asked = template.network_policy if template else None
        parts = Parts(
            chosen.notebook,
            composed,
            chosen.plan,
            chosen.claims,
            settings.network_policy if asked is None else asked,
        )
        rendered = self.installation.chart.render(context_of(parts, settings))
        problems = [
            problem
            for item in rendered
            if item.template in self.installation.overlaid
            for problem in self._check_rendered(item)
        ]
        if has_errors(problems):
            raise InputError(problems)
        return rendered

    def _check_rendered(self, item: Rendered) -> list[Problem]:
        """A team's own template is held to what ours are tested for."""
        document = load_all(item.text.encode(), f"{item.template} ({item.kind} {item.name})")[0]
        return [
            finding.located(document.at(finding.path))
            for finding in kubernetes.check_object(document.value, self._version)
        ]


def _told(selection: Selection, made: Made) -> Selection:
    """The selection with what the services give back, where there are any."""
    return replace(selection, services=made.services) if made.services else selection
