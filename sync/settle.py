"""One object brought to what git says: what is sent, with which right, and what is not sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync import adoption, fields, marks
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.fields import Difference
from sync.memory import Memory
from sync.objects import Key, Object, annotations_of, key_of, uid
from sync.outcome import Action, Outcome
from sync.policy import Conflicts, Policy
from sync.seen import NEW, Seen, State, judge

CONFLICT, INVALID, FORBIDDEN, NOT_FOUND = 409, 422, 403, 404
SHOWN = 5
APPLY = "Apply"


class ConflictError(Exception):
    """Others own fields that we would set; nobody may overrule them."""

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__(conflict_words(self.differences))


@dataclass(frozen=True, slots=True)
class Task:
    """An object to settle."""

    directory: str
    sent: Object
    seen: Seen
    new_in_git: bool = False

    @property
    def key(self) -> Key:
        return key_of(self.sent)


class Settler:
    """Settles objects, one at a time; may be asked by many threads at once."""

    def __init__(self, cluster: Cluster, policy: Policy, memory: Memory) -> None:
        self._cluster = cluster
        self._policy = policy
        self._memory = memory

    def settle(self, task: Task) -> Outcome:
        """Do what is needed, and say what was done; trouble is an outcome, too."""
        try:
            return self._settle(task)
        except ConflictError as conflict:
            return _outcome(Action.FAILED, task, str(conflict))
        except ClusterError as error:
            return self._failed(task, error)

    def _settle(self, task: Task) -> Outcome:
        match task.seen.state:
            case State.SAME:
                return _outcome(Action.UNCHANGED, task, uid=task.seen.uid)
            case State.NEW:
                return self._create(task)
            case State.HELD:
                return self._adopt(task)
            case State.LEAVING:
                return _outcome(
                    Action.WAITING, task, "is being deleted; it is made again when it is gone"
                )
            case State.DIFFERENT:
                return self._change(task)

    def _create(self, task: Task) -> Outcome:
        answer = self._send(task, task.sent, force=False)
        return _outcome(Action.CREATED, task, uid=uid(answer))

    def _change(self, task: Task) -> Outcome:
        found = task.seen.differences
        foreign = [each for each in found if _others(each)]
        if not foreign and not task.new_in_git and all(each.kind == "changed" for each in found):
            return self._ask_first(task)
        sent, policy = task.sent, self._conflicts(task)
        meant = [each for each in foreign if declared(each)]
        if meant and policy is Conflicts.FAIL:
            raise ConflictError(meant)
        if foreign and policy is Conflicts.YIELD:
            return self._yield(task, [each for each in foreign if not _is_mark(each)])
        answer = self._send(task, sent, force=bool(foreign))
        return _outcome(
            Action.REPAIRED if _repaired(found, task) else Action.CHANGED,
            task,
            _fields(found),
            uid(answer),
        )

    def _ask_first(self, task: Task) -> Outcome:
        """Values differ that are ours: the server may have made them so out of what we sent."""
        live = self._live(task)
        if live is None:
            return self._create(task)
        tried = self._cluster.apply(task.sent, force=True, dry_run=True)
        if fields.equal_results(live, tried):
            self._memory.learn(task.sent, live)
            return _outcome(Action.UNCHANGED, task, uid=uid(live))
        answer = self._send(task, task.sent, force=True)
        return _outcome(Action.CHANGED, task, _fields(task.seen.differences), uid(answer))

    def _yield(self, task: Task, theirs: list[Difference]) -> Outcome:
        """Leave to others what they own, and do the rest."""
        live = self._live(task)
        rest = fields.without(task.sent, [each.path for each in theirs])
        if live is None:
            return self._create(task)
        if fields.compare(rest, live).same or self._memory.knows(rest, live):
            return _outcome(Action.UNCHANGED, task, f"left to others: {_owners(theirs)}", uid(live))
        answer = self._send(task, rest, force=True)
        return _outcome(Action.CHANGED, task, f"left to others: {_owners(theirs)}", uid(answer))

    def _adopt(self, task: Task) -> Outcome:
        holder = task.seen.holder
        if holder is None:
            raise AssertionError(task.key)
        if not (self._policy.adopt and holder.adoptable):
            hint = "; --adopt takes it over" if holder.adoptable else "; it is left to them"
            return _outcome(Action.FAILED, task, f"exists, and belongs to {holder.words}{hint}")
        live = self._live(task)
        if live is None:
            return self._create(task)
        if steps := adoption.takeover(live):
            self._cluster.json_patch(task.key, steps)
        foreign = [each for each in fields.compare(task.sent, live).differences if declared(each)]
        if foreign and self._conflicts(task) is Conflicts.FAIL and not steps:
            raise ConflictError(foreign)
        answer = self._send(task, task.sent, force=True)
        return _outcome(Action.ADOPTED, task, f"taken over from {holder.words}", uid(answer))

    # --- sending

    def _send(self, task: Task, sent: Object, *, force: bool) -> Mapping[str, Any]:
        try:
            answer: Object = self._cluster.apply(sent, force=force)
        except ClusterError as error:
            theirs = fields.conflicts_of(error)
            if error.status != CONFLICT or not theirs:
                raise
            answer = self._overrule(task, sent, theirs)
        self._memory.learn(sent, answer)
        return answer

    def _overrule(self, task: Task, sent: Object, theirs: tuple[Difference, ...]) -> Object:
        """The server knows of a conflict that we did not see coming."""
        if task.seen is NEW or task.seen.state is State.NEW:
            raise ConflictError(theirs)  # somebody made it in the meantime
        match self._conflicts(task):
            case Conflicts.FORCE:
                return self._cluster.apply(sent, force=True)
            case Conflicts.YIELD:
                paths = [each.path for each in theirs if not _is_mark(each)]
                return self._cluster.apply(fields.without(sent, paths), force=True)
            case Conflicts.FAIL:
                if meant := [each for each in theirs if declared(each)]:
                    raise ConflictError(meant)
                return self._cluster.apply(sent, force=True)

    def _live(self, task: Task) -> dict[str, Any] | None:
        return self._cluster.get(task.key, task.sent["apiVersion"].rpartition("/")[2])

    def _conflicts(self, task: Task) -> Conflicts:
        """Git may say for one object; the live object has no say."""
        asked = annotations_of(task.sent).get(marks.CONFLICTS)
        return Conflicts(asked) if asked in set(Conflicts) else self._policy.conflicts

    # --- trouble

    def _failed(self, task: Task, error: ClusterError) -> Outcome:
        if error.status == INVALID and (replaced := self._replace(task, error)):
            return replaced
        if error.status == NOT_FOUND:
            return _outcome(Action.WAITING, task, self._not_found(task, error))
        waits = error.transient or _namespace_leaves(error)
        return _outcome(Action.WAITING if waits else Action.FAILED, task, str(error))

    def _not_found(self, task: Task, error: ClusterError) -> str:
        if self._cluster.resources.find(task.key.group_kind) is None:
            return f"{task.key.group_kind} is not installed in this cluster; waiting for it"
        return f"{error}; waiting for it"

    def _replace(self, task: Task, error: ClusterError) -> Outcome | None:
        """A RoleBinding's role cannot be changed: ours is made anew. Nothing else ever is."""
        if task.key.kind == "StatefulSet" and STATEFUL_SET_IS_FIXED in str(error):
            return _outcome(Action.FAILED, task, _fixed(task.key))
        ours = task.seen.state is State.DIFFERENT
        if task.key.kind != "RoleBinding" or not ours or ROLE_IS_FIXED not in str(error):
            return None
        self._cluster.delete(task.key, task.seen.uid)
        return self.settle(Task(task.directory, task.sent, NEW))


STATEFUL_SET_IS_FIXED = "updates to statefulset spec for fields other than"
ROLE_IS_FIXED = "cannot change roleRef"


def _fixed(key: Key) -> str:
    return (
        "what git asks for cannot be changed in place. Its pod and its storage are left as they are;"
        f" `kubectl delete statefulset {key.name} --namespace {key.namespace} --cascade=orphan` lets"
        " the next sync make it anew around the running pod"
    )


def conflict_words(differences: Iterable[Difference]) -> str:
    """Who owns which field, as kubectl names them."""
    return (
        f"others own what git sets: {_owners(differences)}. Take the field out of git, let them give"
        " it up, or decide by --conflicts or the annotation jackhoman.dev/conflicts"
    )


def _owners(differences: Iterable[Difference]) -> str:
    found = list(differences)
    shown = [f"{each.path} ({', '.join(_names(each))})" for each in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(shown) + more


def _names(difference: Difference) -> list[str]:
    return sorted({each.name for each in _others(difference)})


def _fields(differences: Iterable[Difference]) -> str:
    found = [each.path for each in differences]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def _others(difference: Difference) -> list[Any]:
    return [
        each
        for each in difference.managers
        if (each.name, each.operation) != (marks.MANAGER, APPLY)
    ]


def declared(difference: Difference) -> bool:
    """Whether a tool that applies, and so means it, owns the field with another value."""
    if _is_mark(difference) or difference.kind not in {"added", "changed"}:
        return False
    return any(each.operation == APPLY for each in _others(difference))


def _is_mark(difference: Difference) -> bool:
    return any(mark in difference.path for mark in OUR_MARKS)


OUR_MARKS = (
    marks.AGENT,
    marks.NAMESPACE_BUNDLE,
    marks.APPLYSET_ID,
    marks.PART_OF,
    marks.TOOLING,
    marks.CONTAINS,
    ".metadata.ownerReferences",
)


def _repaired(differences: Iterable[Difference], task: Task) -> bool:
    return not task.new_in_git and any(_others(each) for each in differences)


def _namespace_leaves(error: ClusterError) -> bool:
    return error.status == FORBIDDEN and any(
        each.reason == "NamespaceTerminating" for each in error.causes
    )


def _outcome(action: Action, task: Task, words: str = "", uid: str = "") -> Outcome:
    return Outcome(action, task.directory, task.key, words, uid)


__all__ = ["ConflictError", "Settler", "Task", "judge"]
