"""What a Notebook chooses, against what its Template lets it choose. Paths are the Notebook's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from renderer.checks.amounts import check_amounts, check_resources_of_fragment
from renderer.checks.choices import check_image, check_options, check_size
from renderer.checks.inline import check_bounded_override
from renderer.checks.parameters import check_parameters
from renderer.checks.shape import items, mapping, text
from renderer.errors import Finding, Severity
from renderer.model.catalog import Override, Template
from renderer.model.notebook import Notebook
from renderer.position import Path
from renderer.schema.words import either, quoted

SET_BY: Mapping[Override, Callable[[Notebook], object]] = {
    Override.RESOURCES: lambda notebook: notebook.resources,
    Override.ENV: lambda notebook: notebook.env,
    Override.VOLUMES: lambda notebook: notebook.volumes,
    Override.IMAGE: lambda notebook: notebook.image,
    Override.SIZE: lambda notebook: notebook.size,
    Override.PORTS: lambda notebook: notebook.ports,
    Override.SHARED_MEMORY: lambda notebook: notebook.shared_memory,
    Override.SERVICE_ACCOUNT: lambda notebook: notebook.service_account,
    Override.TEMPLATE: lambda notebook: notebook.template,
}
PROTECTED_VARIABLES = {"NB_PREFIX": "it is the path that the notebook is reached by"}


def check(notebook: Notebook, template: Template) -> list[Finding]:
    """Everything that the Notebook sets and its Template does not allow, and what it should know.

    A Notebook that brings its whole pod with it has no Template to answer to.
    """
    if notebook.inline:
        return []
    findings = list(_not_allowed(notebook, template))
    findings += _check_namespace(notebook, template)
    if template.deprecated:
        message = f"the Template {quoted(template.name)} is deprecated: {template.deprecated}"
        findings.append(Finding(("spec", "templateRef"), message, severity=Severity.WARNING))
    findings += check_image(notebook.image, template)
    findings += check_size(notebook.size, template)
    findings += check_options(notebook.options, template)
    findings += check_amounts(notebook, template)
    findings += _check_variables(notebook.env, ("spec", "env"))
    if notebook.parameters or template.parameters:
        found = check_parameters(template.parameters, notebook.parameters or {}, template.name)
        findings += _below(("spec", "parameters"), found)
    if notebook.template is not None and Override.TEMPLATE in template.overrides:
        findings += _below(("spec", "template"), _check_fragment(notebook.template, template))
    return findings


def _not_allowed(notebook: Notebook, template: Template) -> Iterator[Finding]:
    for part, value in SET_BY.items():
        if part not in template.overrides and value(notebook):
            yield Finding(
                ("spec", part.value),
                f"the Template {quoted(template.name)} lets no Notebook set {part.value}",
                either(sorted(template.overrides)) or "nothing",
            )


def _check_namespace(notebook: Notebook, template: Template) -> Iterator[Finding]:
    if "*" in template.namespaces:
        return
    from fnmatch import fnmatchcase

    if not any(fnmatchcase(notebook.namespace, glob) for glob in template.namespaces):
        yield Finding(
            ("metadata", "namespace"),
            f"the Template {quoted(template.name)} is not for the namespace"
            f" {quoted(notebook.namespace)}",
            either(template.namespaces) or "no namespace at all",
        )


def _check_variables(variables: Any, path: Path) -> Iterator[Finding]:
    for index, variable in items(list(variables)):
        name = text(variable.get("name"))
        if name in PROTECTED_VARIABLES:
            yield Finding(
                (*path, index, "name"),
                f"a Notebook may not set the variable {name}: {PROTECTED_VARIABLES[name]}",
            )


def _check_fragment(fragment: Mapping[str, Any], template: Template) -> Iterator[Finding]:
    yield from check_bounded_override(fragment)
    yield from check_resources_of_fragment(fragment, template)
    for index, container in items(mapping(fragment.get("spec")).get("containers")):
        variables = container.get("env")
        if isinstance(variables, list):
            yield from _check_variables(variables, ("spec", "containers", index, "env"))


def _below(path: Path, findings: list[Finding] | Iterator[Finding]) -> Iterator[Finding]:
    for one in findings:
        yield Finding((*path, *one.path), one.message, one.expected, one.hint, one.severity)
