"""The composer: a Notebook and its selection in, one pod out. Remembers what many share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from renderer.compose import fold
from renderer.compose.clash import Adapted, clashes
from renderer.compose.finish import finish
from renderer.compose.layers import Layer, LayerName, Selection
from renderer.compose.mold import Mold, is_moldable, joined, open_places, with_tokens
from renderer.compose.own import own_fragments
from renderer.compose.places import taken_places
from renderer.compose.trace import along, place_in, place_of, trace, trace_notebook
from renderer.compose.variables import variables_of
from renderer.errors import Finding, InputError, OctavoError, Problem
from renderer.merge import MergeError
from renderer.model.fragments import Fragment, OnConflict
from renderer.model.notebook import Notebook
from renderer.model.settings import Route
from renderer.position import Path, Position
from renderer.templating.expressions import CompiledFragment, compile_fragment

Pod = Mapping[str, Any]
Values = Mapping[str, Any] | None
# The variables that only a Notebook with an owner has.
OWNERS = ("owner", "user", "USERNAME")
# Where everybody has a profile of their own, hardly anybody shares a mold.
MOST_MOLDS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A composed pod, the name of its main container, and the port that is the notebook."""

    pod: Pod
    main: str
    port: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The pod after one fragment was folded in."""

    layer: LayerName
    fragment: Fragment | None
    pod: Pod


class Composer:
    """Composes pods for one installation: its values, its route, and what it has seen before."""

    def __init__(self, values: Mapping[str, Any], route: Route) -> None:
        self._values = values
        self._route = route
        self._compiled: dict[Fragment, CompiledFragment] = {}
        self._molds: dict[tuple[str, tuple[Fragment, ...]], Mold | None] = {}

    def compose(self, notebook: Notebook, selection: Selection, values: Values = None) -> Composed:
        """The notebook's pod. Raises InputError with every clash and failing expression."""
        mold = self._mold_of(notebook, selection)
        pod = None
        if mold is not None:
            variables = self._variables(notebook, selection, values) if mold.fragments else {}
            # What cannot be evaluated is said by the long way, with all that goes with it.
            with suppress(InputError):
                pod = mold.fill(variables)
        if mold is None or pod is None:
            evaluated = self._evaluated(notebook, selection, values)
            base = self._base(notebook, evaluated)
        else:
            base = Composed(pod, mold.main, mold.port)
        pod, main = base.pod, base.main
        taken = list(taken_places(notebook, pod, main))
        if taken:
            raise InputError(taken)
        for own in own_fragments(notebook, selection.template):
            pod = self._folded(pod, own, fold.adapt(own.template, main, pod))
        return Composed(finish(pod, notebook, main, self._route), main, base.port)

    def _mold_of(self, notebook: Notebook, selection: Selection) -> Mold | None:
        """The mold of a selection, made when it is first asked for."""
        fragments = selection.fragments
        first = fragments[0]
        if first.literal or selection.is_restored:
            return None
        key = (fold.main_container(first.template, notebook.name), fragments)
        if key not in self._molds:
            if len(self._molds) >= MOST_MOLDS:
                self._molds.clear()
            self._molds[key] = self._mold(notebook, selection)
        return self._molds[key]

    def _mold(self, notebook: Notebook, selection: Selection) -> Mold | None:
        count = 0
        dynamic: list[CompiledFragment] = []
        layers = []
        for layer in selection.layers:
            items = []
            for fragment in layer.fragments:
                try:
                    compiled = self._compiled_of(fragment)
                except InputError:
                    return None
                if not compiled.is_static:
                    if not is_moldable(compiled):
                        return None
                    dynamic.append(compiled)
                items.append(Adapted(fragment, with_tokens(compiled, count)))
                count += len(compiled.paths)
            layers.append((layer, items))
        try:
            base = self._base(notebook, layers)
        except InputError:
            return None
        pods = (item.pod for _, items in layers for item in items)
        return Mold(
            base.pod,
            base.main,
            base.port,
            tuple(dynamic),
            open_places(base.pod),
            joined(pods, selection.fragments),
        )

    def _base(self, notebook: Notebook, layers: list[tuple[Layer, list[Adapted]]]) -> Composed:
        """The pod of the catalog's layers. Raises InputError where fragments of one clash."""
        pod: Pod = {}
        main, port = fold.MAIN, None
        problems: list[Problem] = []
        for layer, items in layers:
            adapted = []
            for item in items:
                patch = fold.adapt(item.pod, main, pod)
                adapted.append(Adapted(item.fragment, patch))
                is_first = not pod
                pod = self._folded(pod, item.fragment, patch)
                if is_first:
                    main = fold.main_container(pod, notebook.name)
                    port = fold.first_port(pod, main)
            problems.extend(_clashes(layer, adapted, notebook))
        if problems:
            raise InputError(problems)
        return Composed(pod, main, port)

    def steps(
        self, notebook: Notebook, selection: Selection, values: Values = None
    ) -> tuple[Step, ...]:
        """How the same pod came to be, fragment by fragment, every leaf traced to its place."""
        own = own_fragments(trace_notebook(notebook), selection.template)
        evaluated = self._evaluated(notebook, selection, values)
        items = [(layer.name, item) for layer, found in evaluated for item in found]
        items.extend((LayerName.NOTEBOOK, Adapted(each, each.template)) for each in own)
        steps: list[Step] = []
        pod: Pod = {}
        main = fold.MAIN
        for name, item in items:
            traced = trace(item.pod, item.fragment.origin, name.value)
            pod = self._folded(pod, item.fragment, fold.adapt(traced, main, pod))
            if not steps:
                main = str(fold.main_container(pod, notebook.name))
            steps.append(Step(name, item.fragment, pod))
        place = notebook.origin / "metadata" / "name"
        like = trace(notebook.name, place, LayerName.OCTAVO.value)
        finished = finish(pod, notebook, main, self._route, like=like)
        return (*steps, Step(LayerName.OCTAVO, None, finished))

    def locate(
        self,
        notebook: Notebook,
        selection: Selection,
        findings: list[Finding],
        values: Values = None,
    ) -> list[Problem]:
        """The problems of these findings about the pod, each at the line that caused it."""
        steps = self.steps(notebook, selection, values)
        here = notebook.origin.at(("metadata", "name"))
        problems = []
        for finding in findings:
            place = _place_of(steps, finding.path) or here
            problem = finding.located(place)
            problems.append(problem if place == here else replace(problem, there=(here,)))
        return problems

    def _evaluated(
        self, notebook: Notebook, selection: Selection, values: Values
    ) -> list[tuple[Layer, list[Adapted]]]:
        variables = self._variables(notebook, selection, values)
        problems: list[Problem] = []
        layers = []
        for layer in selection.layers:
            items = []
            for fragment in layer.fragments:
                try:
                    items.append(self._evaluate(fragment, variables))
                except InputError as error:
                    problems.extend(_said_of(notebook, problem) for problem in error.problems)
            layers.append((layer, items))
        if problems:
            raise InputError(problems)
        return layers

    def _evaluate(self, fragment: Fragment, variables: Mapping[str, Any]) -> Adapted:
        if fragment.literal:
            return Adapted(fragment, fragment.template)
        return Adapted(fragment, self._compiled_of(fragment).evaluate(variables))

    def _compiled_of(self, fragment: Fragment) -> CompiledFragment:
        compiled = self._compiled.get(fragment)
        if compiled is None:
            compiled = compile_fragment(fragment.template, fragment.origin.at)
            self._compiled[fragment] = compiled
        return compiled

    def _variables(
        self, notebook: Notebook, selection: Selection, values: Values
    ) -> Mapping[str, Any]:
        known = self._values if values is None else values
        return variables_of(notebook, selection, known, self._route)

    @staticmethod
    def _folded(pod: Pod, fragment: Fragment, patch: Pod) -> Pod:
        try:
            return fold.fold(pod, patch, fragment.scheduling)
        except MergeError as error:
            place = fragment.origin.at(error.path)
            raise InputError([Problem(place, f"{fragment}: {error.message}")]) from error
        except OctavoError as error:
            place = fragment.origin.at(("spec", "affinity", "nodeAffinity"))
            raise InputError([Problem(place, f"{fragment}: {error}")]) from error


def _place_of(steps: Sequence[Step], path: Path) -> Position | None:
    """Where the field at a path was set; the last who said so, where it is empty."""
    pods = [step.pod for step in steps]
    if found := place_of(pods, path):
        return found
    names, _ = along(pods[-1], path)
    places = (place_in(step.fragment, names) for step in reversed(steps) if step.fragment)
    return next(filter(None, places), None)


def _clashes(layer: Layer, fragments: list[Adapted], notebook: Notebook) -> list[Problem]:
    return [
        problem
        for first, second in combinations(fragments, 2)
        if second.fragment.on_conflict is OnConflict.FAIL
        for problem in clashes(layer.name, first, second, notebook)
    ]


def _said_of(notebook: Notebook, problem: Problem) -> Problem:
    """The problem of an expression, with the Notebook that it was evaluated for."""
    hint = problem.hint
    if notebook.owner is None and any(f'"{word}"' in problem.message for word in OWNERS):
        hint = f"the Notebook {notebook} has no owner: say spec.owner"
    here = notebook.origin.at(("metadata", "name"))
    return replace(problem, hint=hint, there=(*problem.there, here))
