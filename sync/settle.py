"""One object brought to what git says: what is sent, with which right, and what is not sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync import adoption, conflicts, fields, mending
from sync.cluster import Cluster
from sync.conflicts import ConflictError, Resolved
from sync.errors import ClusterError
from sync.fields import Difference
from sync.memory import Memory
from sync.objects import Key, Object, key_of, uid
from sync.outcome import Action, Outcome
from sync.policy import Policy
from sync.seen import NEW, Seen, State

CONFLICT, FORBIDDEN, NOT_FOUND = 409, 403, 404
# Older servers answer 500 to a value of the wrong type, which will never be right.
UNREADABLE = "failed to create typed patch object"
LEAVES, NOT_INSTALLED = "NamespaceTerminating", "NotInstalled"


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
            try:
                return self._settle(task)
            except ClusterError as error:
                if mended := self._mended(task, error):
                    return mended
                raise
        except ConflictError as conflict:
            return _outcome(Action.FAILED, task, str(conflict))
        except ClusterError as error:
            return self._trouble(task, error)

    def _settle(self, task: Task) -> Outcome:
        match task.seen.state:
            case State.SAME | State.RESTING:
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
        resolved = self._resolved(task, found)
        if task.new_in_git and not resolved.left:
            answer = self._send(task, resolved.sent, force=_is_foreign(found))
            return _outcome(Action.CHANGED, task, conflicts.paths(found), uid(answer))
        live = self._live(task)
        if live is None:
            return self._create(task)
        if self._is_unchanged(task, resolved, live):
            return _outcome(Action.UNCHANGED, task, resolved.words, uid(live))
        if steps := adoption.reclaim(live, fields.rivals(resolved.sent, live)):
            self._cluster.json_patch(task.key, steps)
        answer = self._send(task, resolved.sent, force=_is_foreign(found) or bool(steps))
        if steps and (stuck := fields.rivals(resolved.sent, answer)):
            self._cluster.apply(fields.emptied(resolved.sent, stuck), force=True)
            answer = self._send(task, resolved.sent, force=True)
        words = resolved.words or conflicts.paths(found)
        repaired = not task.new_in_git and (_is_foreign(found) or bool(steps))
        return _outcome(Action.REPAIRED if repaired else Action.CHANGED, task, words, uid(answer))

    def _is_unchanged(self, task: Task, resolved: Resolved, live: Object) -> bool:
        """The server may have made the differences out of what was sent: a dry run tells."""
        sent = resolved.sent
        if _is_foreign(task.seen.differences) and not resolved.left:
            return False
        if fields.compare(sent, live).same or self._memory.knows(sent, live):
            return True
        tried = self._cluster.apply(sent, force=True, dry_run=True)
        if not fields.equal_results(live, tried):
            return False
        self._memory.learn(sent, live)
        return True

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
        steps = adoption.takeover(live) or []
        taken = adoption.after(live, steps)
        resolved = self._resolved(task, fields.compare(task.sent, taken).differences)
        if steps:
            self._cluster.json_patch(task.key, steps)
        answer = self._send(task, resolved.sent, force=True)
        if more := adoption.takeover(answer):  # what was there before any manager was noted
            self._cluster.json_patch(task.key, more)
            answer = self._send(task, resolved.sent, force=True)
        return _outcome(Action.ADOPTED, task, f"taken over from {holder.words}", uid(answer))

    # --- sending

    def _send(self, task: Task, sent: Object, *, force: bool) -> Mapping[str, Any]:
        try:
            answer = self._cluster.apply(sent, force=force)
        except ClusterError as error:
            theirs = fields.conflicts_of(error)
            if error.status != CONFLICT or not theirs:
                raise
            sent = self._overruling(task, sent, theirs)
            answer = self._cluster.apply(sent, force=True)
        self._memory.learn(sent, answer)
        return answer

    def _overruling(self, task: Task, sent: Object, theirs: tuple[Difference, ...]) -> Object:
        """The server knows of a conflict that we did not see coming."""
        if task.seen.state is State.NEW:
            raise ConflictError(theirs)  # somebody made it in the meantime
        return conflicts.resolved(sent, theirs, self._policy.conflicts).sent

    def _resolved(self, task: Task, differences: Iterable[Difference]) -> Resolved:
        return conflicts.resolved(task.sent, tuple(differences), self._policy.conflicts)

    def _live(self, task: Task) -> dict[str, Any] | None:
        return self._cluster.get(task.key, task.sent["apiVersion"].rpartition("/")[2])

    # --- trouble

    def _mended(self, task: Task, error: ClusterError) -> Outcome | None:
        """Another way to the same end, for an object that is ours."""
        if error.status != mending.INVALID or task.seen.state is not State.DIFFERENT:
            return None
        live = self._live(task)
        if live is None:
            return self._create(task)
        found = mending.remedy(task.sent, live, error)
        if found.words:
            return _outcome(Action.FAILED, task, found.words)
        if found.anew and self._cluster.delete(task.key, uid(live)):
            answer = self._send(Task(task.directory, task.sent, NEW), task.sent, force=False)
            return _outcome(Action.CHANGED, task, "made anew", uid(answer))
        if not found.steps:
            return None
        resolved = self._resolved(task, task.seen.differences)
        self._cluster.json_patch(task.key, found.steps)
        answer = self._send(task, resolved.sent, force=True)
        return _outcome(Action.REPAIRED, task, conflicts.paths(task.seen.differences), uid(answer))

    def _trouble(self, task: Task, error: ClusterError) -> Outcome:
        if error.status == NOT_FOUND:
            return _outcome(Action.WAITING, task, f"{_absent(task.key, error)}; waiting for it")
        waits = _namespace_leaves(error) or (error.transient and UNREADABLE not in str(error))
        return _outcome(Action.WAITING if waits else Action.FAILED, task, str(error))


def _is_foreign(differences: Iterable[Difference]) -> bool:
    return any(conflicts.others(each) for each in differences)


def _absent(key: Key, error: ClusterError) -> str:
    unknown = error.reason == NOT_INSTALLED
    return f"{key.group_kind} is not installed in this cluster" if unknown else str(error)


def _namespace_leaves(error: ClusterError) -> bool:
    return error.status == FORBIDDEN and any(each.reason == LEAVES for each in error.causes)


def _outcome(action: Action, task: Task, words: str = "", uid: str = "") -> Outcome:
    return Outcome(action, task.directory, task.key, words, uid)


__all__ = ["Settler", "Task"]
