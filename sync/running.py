"""Whether a notebook runs, and so whether what lives and dies with it is to stand. Pure."""

from __future__ import annotations

from enum import Enum, auto

from sync import marks
from sync.bundles import Bundle, Member
from sync.fields import Manager
from sync.fields.tree import owners
from sync.marks import Parent
from sync.objects import Object, terminating

STOPPED = ("f:spec", "f:stopped")
REPLICAS = ("f:spec", "f:replicas")
OURS = Manager(marks.MANAGER, "Apply")


class Life(Enum):
    """What a notebook does, as far as it was seen."""

    RUNS = auto()  # or is about to: nothing keeps it from that
    RESTS = auto()
    UNKNOWN = auto()


class Workload(Enum):
    """What its StatefulSet says of that."""

    UP = auto()
    SCALED_DOWN = auto()
    TAKEN_DOWN = auto()  # by this agent alone: up again as soon as nobody asks for that
    LEAVING = auto()  # being deleted


def workload(live: Object) -> Workload:
    """What a StatefulSet of the cluster says."""
    if terminating(live):
        return Workload.LEAVING
    if _spec(live).get("replicas", 1) != 0:
        return Workload.UP
    return Workload.TAKEN_DOWN if owners(live, REPLICAS) == (OURS,) else Workload.SCALED_DOWN


def life(bundle: Bundle, parent: Parent | None, found: Workload | None) -> Life:
    """What a notebook does once its bundle is applied; one without a workload starts then."""
    if (parent and parent.stopped) or _git_stops(bundle):
        return Life.RESTS
    match found:
        case Workload.LEAVING:
            return Life.UNKNOWN
        case Workload.SCALED_DOWN:
            return Life.RESTS
        case _:
            return Life.RUNS


def is_stopped(sent: Object, live: Object) -> bool:
    """Whether git or somebody in the cluster wants a notebook stopped.

    Where the live one says so for git alone, git has taken it back.
    """
    if _spec(sent).get("stopped") is True:
        return True
    asked = _spec(live).get("stopped") is True
    return asked and owners(live, STOPPED) != (OURS,)


def _git_stops(bundle: Bundle) -> bool:
    notebook, its_pod = _said(bundle.notebook), _said(bundle.workload)
    return notebook.get("stopped") is True or its_pod.get("replicas", 1) == 0


def _said(member: Member | None) -> Object:
    return _spec(member.load()) if member else {}


def _spec(obj: Object) -> Object:
    return obj.get("spec") or {}
