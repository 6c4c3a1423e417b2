"""Everything that is checked about one notebook, once its pod is composed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from renderer import trust
from renderer.checks import overrides, podsecurity
from renderer.checks.pod import check_pod
from renderer.compose.composer import Composed
from renderer.compose.layers import Selection
from renderer.errors import Finding, Severity
from renderer.labels import GROUP
from renderer.model.catalog import PodSecurity, Template
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.schema import kubernetes

RESERVED_NAMESPACES = ("kube-", "istio-system")


def of_notebook(notebook: Notebook, selection: Selection, settings: Settings) -> list[Finding]:
    """What is wrong with the Notebook; paths are those of its document."""
    template = selection.template
    findings = overrides.check(notebook, template) if template is not None else []
    findings.extend(_place_and_owner(notebook, settings))
    findings.extend(trust.of_notebook(notebook, selection))
    return findings


def of_pod(composed: Composed, template: Template | None, version: str) -> list[Finding]:
    """What is wrong with the composed pod; paths are those of the pod."""
    level = template.pod_security if template is not None else PodSecurity.BASELINE
    return [
        *_notebook_port(composed),
        *trust.of_pod(composed.pod),
        *kubernetes.check_pod_template(composed.pod, version),
        *check_pod(composed.pod, composed.main),
        *podsecurity.check(composed.pod, level, version),
    ]


def _place_and_owner(notebook: Notebook, settings: Settings) -> Iterator[Finding]:
    allowed = settings.allowed_namespaces
    # The cluster's own namespaces are open only to who names them.
    is_reserved = notebook.namespace.startswith(RESERVED_NAMESPACES)
    globs = [glob for glob in allowed if glob != "*"] if is_reserved else allowed
    if not _matches(notebook.namespace, tuple(globs)):
        yield Finding(
            ("metadata", "namespace"),
            f"no notebook may live in the namespace {notebook.namespace}",
            expected=f"one that matches {', '.join(allowed)}",
            hint="octavo.yaml says so under namespaces.allowed",
        )
    if notebook.owner is None:
        yield Finding(
            ("metadata", "name"),
            f"the Notebook {notebook} has no owner, so nobody is granted anything",
            expected="spec.owner, the name of a user",
            severity=Severity.WARNING,
        )
    if notebook.inline and settings.inline is None:
        yield Finding(
            ("spec", "template"),
            f"the Notebook {notebook} brings its own pod, which only Pod Security bounds",
            hint="octavo.yaml says under namespaces.inline where that is allowed",
            severity=Severity.WARNING,
        )
    elif notebook.inline and not _matches(notebook.namespace, settings.inline or ()):
        yield Finding(
            ("spec", "template"),
            f"no Notebook of the namespace {notebook.namespace} may bring its own pod",
            expected="spec.templateRef, the name of a Template",
            hint="octavo.yaml says so under namespaces.inline",
        )
    for field, keys in (("labels", notebook.labels), ("annotations", notebook.annotations)):
        for key in keys:
            if key.startswith(f"{GROUP}/"):
                yield Finding(
                    ("metadata", field, key),
                    f"{key} is Octavo's own to set",
                    expected=f"a key outside {GROUP}/",
                )


def _matches(namespace: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(namespace, glob) for glob in globs)


def _notebook_port(composed: Composed) -> Iterator[Finding]:
    if composed.port is None and any(
        container.get("ports") for container in composed.pod["spec"]["containers"]
    ):
        yield Finding(
            ("spec", "containers"),
            f"the Template opens no port of the container {composed.main}: no route leads to it",
            expected="a first port of the Template's own, which is the notebook's",
            severity=Severity.WARNING,
        )
