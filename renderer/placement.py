"""Which Notebook lives on which target: the target, the namespace and the Notebook must agree."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from renderer.errors import Finding, Problem, Severity
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings, Target
from renderer.schema.suggest import did_you_mean


def lives(notebook: Notebook, target: Target, settings: Settings) -> bool:
    """Whether the notebook is rendered for the target."""
    asked = not notebook.targets or target.name in notebook.targets
    return asked and not refusal(notebook, target, settings)


def homes(notebook: Notebook, settings: Settings) -> tuple[Target, ...]:
    """The targets that the notebook lives on, in the order of `octavo.yaml`."""
    return tuple(target for target in settings.targets if lives(notebook, target, settings))


def refusal(notebook: Notebook, target: Target, settings: Settings) -> str:
    """Why the target does not take the notebook, or its namespace the target; else empty."""
    namespace = notebook.namespace
    if target.namespaces and not _any(target.namespaces, namespace):
        return f"it takes namespaces that match {', '.join(target.namespaces)}"
    for key, value in target.labels.items():
        if notebook.labels.get(key) != value:
            return f"it takes Notebooks with the label {key}: {value}"
    allowed = allowed_targets(settings, namespace)
    if allowed and not _any(allowed, target.name):
        return f"notebooks of the namespace {namespace} may live on {', '.join(allowed)}"
    return ""


def allowed_targets(settings: Settings, namespace: str) -> tuple[str, ...]:
    """What the namespace's own policy says, else the defaults."""
    own = settings.namespaces.get(namespace)
    return (own.targets if own else ()) or settings.namespace_defaults.targets


def faults(notebook: Notebook, settings: Settings) -> Iterator[Problem]:
    """What is wrong with where a Notebook wants to live."""
    for finding in _findings(notebook, settings):
        yield finding.located(notebook.origin.at(finding.path))


def _findings(notebook: Notebook, settings: Settings) -> Iterator[Finding]:
    targets = {target.name: target for target in settings.targets}
    for index, name in enumerate(notebook.targets):
        path = ("spec", "targets", index)
        if name not in targets:
            yield _unknown(path, name, list(targets))
        elif reason := refusal(notebook, targets[name], settings):
            message = f"the target {name} does not take the Notebook {notebook}"
            yield Finding(path, message, hint=f"octavo.yaml says that {reason}")
    if targets and not notebook.targets and not homes(notebook, settings):
        yield Finding(
            ("metadata", "name"),
            f"the Notebook {notebook} lives on no target, so it is not rendered",
            expected=f"what one of {', '.join(targets)} takes",
            hint="octavo.yaml says under targets and namespaces who lives where",
            severity=Severity.WARNING,
        )


def _unknown(path: tuple[str | int, ...], name: str, known: list[str]) -> Finding:
    expected = f"one of {', '.join(known)}" if known else "no targets, as octavo.yaml has none"
    return Finding(path, f'there is no target "{name}"', expected, did_you_mean(name, known))


def _any(globs: tuple[str, ...], word: str) -> bool:
    return any(fnmatchcase(word, glob) for glob in globs)
