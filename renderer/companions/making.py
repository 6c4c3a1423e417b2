"""Making the services of one notebook: templates in, objects and what they give back out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from renderer.checks.metadata import check_own_labels
from renderer.companions.checks import check_companion, without_marks
from renderer.companions.objects import Object, as_text, marked, place_of
from renderer.companions.uses import use_of
from renderer.companions.variables import variables_of
from renderer.errors import Finding, InputError, Problem, Severity
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Service, Templates
from renderer.position import Document, Position
from renderer.profiles import templates
from renderer.templating.emission import Rendered

_UNKNOWN_YET = "what the cluster itself sets, such as a status, is not known when rendering"


class Making:
    """The services of one notebook, made one after the other."""

    def __init__(self, notebook: Notebook, known: Mapping[str, Templates], version: str) -> None:
        self._notebook = notebook
        self._known = known
        self._version = version
        self._variables = variables_of(notebook)
        self._word = str(self._variables["user"])
        self.objects: list[Rendered] = []
        self.places: list[Position] = []
        self.makers: list[str] = []
        self.problems: list[Problem] = []
        self.uses: set[str] = set()

    def service(self, service: Service) -> dict[str, str]:
        """Makes the objects of a service; gives what it returns."""
        before = len(self.problems)
        self.problems.extend(_taken_labels(service))
        made: list[Object] = []
        for name, key in service.resources:
            holder = self._known[name]
            self.uses.add(use_of(holder))
            made.extend(self._objects(holder.texts[key], service))
        found = _found(made, service.returns)
        if _is_whole(service) and not any(map(_is_error, self.problems[before:])):
            self.problems.extend(_nothing(service, name) for name in found if not found[name])
        return {name: ",".join(values) for name, values in found.items()}

    def _objects(self, text: Document, service: Service) -> list[Object]:
        variables = {**service.configuration, **self._variables}
        try:
            given = templates.rendered(text, variables, f"the template of {service.name}")
        except InputError as error:
            self.problems.extend(map(self._said, error.problems))
            return []
        made = []
        for index, obj in enumerate(given):
            finished, findings = self._finished(obj, service)
            self.problems.extend(
                replace(each, message=f"the service {service.name}: {each.message}").located(
                    place_of(text, variables, index, each.path)
                )
                for each in findings
            )
            self.objects.append(as_text(finished, text.file))
            self.places.append(text.at())
            self.makers.append(service.name)
            made.append(finished)
        return made

    def _finished(self, obj: Object, service: Service) -> tuple[Object, list[Finding]]:
        """The object as it goes into the bundle, and what is wrong with it."""
        bare, left_out = without_marks(obj)
        findings = check_companion(bare, self._notebook.namespace, self._version)
        if findings:
            return bare, [*left_out, *findings]
        named = templates.separated(templates.labelled(bare, service.labels), self._word)
        return marked(named, self._notebook), left_out

    def _said(self, problem: Problem) -> Problem:
        if self._notebook.owner is None and '"owner"' in problem.message:
            hint = f"the Notebook {self._notebook} has no owner: say spec.owner"
            return replace(problem, hint=hint)
        return problem


def _taken_labels(service: Service) -> list[Problem]:
    """The labels that no service may set, where it says them."""
    findings = check_own_labels({"metadata": {"labels": service.labels}})
    return [each.located(service.origin.at(each.path[1:])) for each in findings]


def _found(made: Sequence[Object], paths: Mapping[str, str]) -> dict[str, list[str]]:
    """What the paths find, by their names, in each object that has it."""
    found: dict[str, list[str]] = {name: [] for name in paths}
    for obj in made:
        missing = templates.missing(obj, paths)
        for name, text in templates.returned(obj, paths).items():
            if name not in missing:
                found[name].append(text)
    return found


def _nothing(service: Service, name: str) -> Problem:
    return Problem(
        service.origin.at(("return", name)),
        f"the service {service.name}: {service.returns[name]} finds nothing",
        expected="a path to something in what its templates say",
        hint=_UNKNOWN_YET,
    )


def _is_whole(service: Service) -> bool:
    """Whether no template is missing; of one that is the catalog has spoken."""
    written: Any = service.origin.document.value
    for step in service.origin.path:
        written = written[step]
    return len(service.resources) == len(written.get("resources") or ())


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR
