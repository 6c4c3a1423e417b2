"""What is watched: all that carries our mark, the pods of notebooks, the sources of copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sync import marks
from sync.agent.listening import POD, View
from sync.agent.watching import Subject
from sync.objects import GroupKind
from sync.policy import Policy


def subjects(policy: Policy, view: View, serves: Callable[[GroupKind], bool]) -> Iterator[Subject]:
    """The kinds that the server knows; where all namespaces are named, only those."""
    selector = f"{marks.AGENT}={policy.agent}"
    confined = policy.namespaces_listed() or ("",)
    for kind in sorted(policy.kinds):
        if serves(kind):
            for namespace in ("",) if kind == marks.NAMESPACE else confined:
                yield Subject(kind, selector, namespace)
    for namespace in confined:
        yield Subject(POD, marks.NOTEBOOK_LABEL, namespace)
    for source in view.by_source:
        if policy.allows_source(source.namespace) and serves(source.group_kind):
            name = f"metadata.name={source.name}"
            yield Subject(source.group_kind, "", source.namespace, name)
