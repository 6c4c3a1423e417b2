"""What is watched: all that carries our mark, the pods of notebooks, the sources of copies.

A companion watches Notebooks, revisions and workloads whoever applied them, and its copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sync import copies, marks
from sync.agent.known import View
from sync.agent.listening import POD
from sync.agent.watching import Subject
from sync.objects import GroupKind
from sync.policy import Policy


def subjects(policy: Policy, view: View, serves: Callable[[GroupKind], bool]) -> Iterator[Subject]:
    """The kinds that the server knows; where all namespaces are named, only those."""
    confined = policy.namespaces_listed() or ("",)
    for kind, selector in _kinds(policy, view):
        if serves(kind):
            for namespace in ("",) if kind == marks.NAMESPACE else confined:
                yield Subject(kind, selector, namespace)
    for namespace in confined:
        yield Subject(POD, marks.NOTEBOOK_LABEL, namespace)
    for source in view.by_source:
        if policy.allows_source(source.namespace) and serves(source.group_kind):
            name = f"metadata.name={source.name}"
            yield Subject(source.group_kind, "", source.namespace, name)


def _kinds(policy: Policy, view: View) -> Iterator[tuple[GroupKind, str]]:
    """The kinds, each with what selects those that matter."""
    ours = f"{marks.AGENT}={policy.agent}"
    if not policy.companion:
        yield from ((kind, ours) for kind in sorted(policy.kinds))
        return
    yield marks.NOTEBOOK, ""
    yield marks.REVISION, marks.REVISION_OF
    yield marks.STATEFUL_SET, marks.NOTEBOOK_LABEL
    for kind in sorted(copies.kinds(policy, view.by_copy)):
        yield kind, f"{ours},{marks.COPY}"
