"""Everything that is checked about one notebook, once its pod is composed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from renderer.checks import overrides, podsecurity
from renderer.checks.pod import check_pod
from renderer.compose.composer import Composed
from renderer.errors import Finding, Severity
from renderer.labels import GROUP
from renderer.model.catalog import PodSecurity, Template
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.schema import kubernetes


def of_notebook(notebook: Notebook, template: Template | None, settings: Settings) -> list[Finding]:
    """What is wrong with the Notebook; paths are those of its document."""
    findings = overrides.check(notebook, template) if template is not None else []
    findings.extend(_place_and_owner(notebook, settings))
    return findings


def of_pod(composed: Composed, template: Template | None, version: str) -> list[Finding]:
    """What is wrong with the composed pod; paths are those of the pod."""
    level = template.pod_security if template is not None else PodSecurity.BASELINE
    return [
        *kubernetes.check_pod_template(composed.pod, version),
        *check_pod(composed.pod, composed.main),
        *podsecurity.check(composed.pod, level, version),
    ]


def _place_and_owner(notebook: Notebook, settings: Settings) -> Iterator[Finding]:
    allowed = settings.allowed_namespaces
    if not any(fnmatchcase(notebook.namespace, glob) for glob in allowed):
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
    for key in notebook.labels:
        if key.startswith(f"{GROUP}/"):
            yield Finding(
                ("metadata", "labels", key),
                f"the label {key} is Octavo's own to set",
                expected=f"a label outside {GROUP}/",
            )
