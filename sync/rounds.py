"""One round: survey, apply and copy, then remove what is no longer asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sync import marks
from sync.applying import Applier, Round, is_unsettled
from sync.cluster import Cluster
from sync.companion import Companion
from sync.copying import Copier
from sync.counts import counted, plural
from sync.diffs import Change
from sync.memory import Memory
from sync.objects import Key
from sync.outcome import Action, Outcome, Report
from sync.policy import Policy
from sync.removing import Ground, Remover
from sync.seen import Survey
from sync.settle import Settler
from sync.shelf import Scope, Shelf, Source
from sync.survey import Surveyor


class Rounds:
    """Makes rounds for one agent in one cluster."""

    def __init__(
        self,
        cluster: Cluster,
        policy: Policy,
        memory: Memory,
        workers: int = 16,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> None:
        """`checkpoint` is called between bundles, and may raise to end the round there."""
        self._memory = memory
        self._surveyor = Surveyor(cluster, policy, memory, workers)
        settler = Settler(cluster, policy, memory)
        self._copier = Copier(cluster, policy, settler, memory, workers)
        self._applier: Applier | Companion = (
            Companion(self._copier)
            if policy.companion
            else Applier(policy.agent, settler, self._copier, workers, checkpoint)
        )
        self._remover = Remover(cluster, policy, workers, checkpoint)

    def survey(self, shelf: Shelf, scope: Scope) -> Survey:
        """Look, and write nothing."""
        if scope.directories is None:
            return self._surveyor.everything(shelf)
        gone = scope.gone | set(_gone_notebooks(shelf, scope.directories))
        return self._surveyor.some(shelf, scope.directories, gone, ask=scope.ask)

    def foresee(self, shelf: Shelf, survey: Survey, source: Source, scope: Scope) -> list[Change]:
        """The copies that a round would make, and what it would remove."""
        chosen = {
            each.directory
            for each in shelf.bundles.values()
            if each.name
            and scope.chooses(each.directory)
            and each.directory not in survey.suspended
        }
        ground = Ground(shelf, survey, scope, source, frozenset())
        return self._copier.foresee(shelf, chosen, survey) + self._remover.foresee(ground)

    def make(
        self, shelf: Shelf, source: Source, scope: Scope | None = None, cluster: str = ""
    ) -> tuple[Report, Survey]:
        """Bring the cluster to what the shelf says; `cluster` is the one that it must be."""
        chosen = scope or Scope()
        survey = self.survey(shelf, chosen)
        this = Round(shelf, survey, chosen, dict(survey.parents), dict(survey.revisions))
        report = Report(shelf.revision, len(shelf.bundles))
        for directory, words in shelf.broken.items():
            if chosen.chooses(directory):
                report.outcomes.append(Outcome(Action.FAILED, directory, None, words))
        bundles = [each for each in shelf.bundles.values() if chosen.chooses(each.directory)]
        self._applier.apply(this, bundles)
        unsettled = frozenset(each.directory for each in bundles if is_unsettled(this, each))
        removed = self._remover.remove(Ground(shelf, survey, chosen, source, unsettled, cluster))
        for outcome in removed.outcomes:
            this.outcomes[outcome.directory].append(outcome)
        for directory in sorted(this.outcomes):
            report.add(this.outcomes[directory])
        report.unpruned = removed.unpruned
        report.remarks.extend([*removed.remarks, *_remarks(shelf, survey)])
        self._memory.save()
        return report, survey


def _gone_notebooks(shelf: Shelf, directories: Iterable[str]) -> Iterator[Key]:
    """The Notebooks of bundles that the source has no more."""
    for directory in directories:
        area, namespace, name = (*directory.split("/"), "")[:3]
        if area == "notebooks" and not shelf.holds(directory):
            yield Key(*marks.NOTEBOOK, namespace, name)


def _remarks(shelf: Shelf, survey: Survey) -> Iterator[str]:
    if shelf.outside:
        number = len(shelf.outside)
        lie = plural(number, "lies in a namespace that is", "lie in namespaces that are")
        yield f"{counted(number, 'bundle')} {lie} not this agent's"
    for kind, words in sorted(survey.failures.items()):
        yield f"{kind} cannot be listed: {words}"


__all__ = ["Rounds", "Scope", "Source"]
