"""What becomes of a running notebook when one bundle takes the place of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from renderer import quantity
from renderer.bundle import Bundle
from renderer.labels import GROUP, KEEP
from renderer.review.manifests import (
    Manifest,
    Manifests,
    annotations_of,
    is_same,
    manifests_of,
)
from renderer.review.said import Said, said

URL = f"{GROUP}/url"
ELECTED = f"{GROUP}/revision"
# What the server lets nobody change of a StatefulSet.
FIXED = ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates")


class Kind(StrEnum):
    """Effects by what they mean to somebody at work, the gravest first."""

    LOST = "data is deleted"
    GONE = "stops and goes"
    STUCK = "cannot be applied as it is"
    UNKNOWN = "nobody knows, as there are problems"
    RESTARTS = "restarts now"
    STOPS = "stops now"
    STARTS = "starts"
    SERVICES = "its services change now"
    LATER = "nothing until it next starts"
    STAYS = "stays on its revision"
    STORAGE = "storage changes"
    ADDRESS = "the address changes"
    ACCESS = "access changes"
    RUNS_ON = "runs on"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that happens."""

    kind: Kind
    what: Said


def _effect(kind: Kind, words: str, *names: object) -> Effect:
    return Effect(kind, said(words, *names))


def effects(old: Bundle | None, new: Bundle | None) -> tuple[Effect, ...]:
    """Everything that happens, the gravest first."""
    if old is None and new is None:
        return ()
    if old is not None and new is not None and dict(old.files) == dict(new.files):
        return ()
    before, after = manifests_of(old), manifests_of(new)
    life = tuple(_life(old, new, before, after))
    found = [*life, *_services(before, after, _how(life)), *_storage(before, after)]
    if old is not None and new is not None:
        found.extend(_address(before, after))
        found.extend(_access(before, after))
    if not found:
        found.append(_effect(Kind.RUNS_ON, "runs on as it is"))
    ranks = list(Kind)
    return tuple(sorted(found, key=lambda each: ranks.index(each.kind)))


def unknown(*, was_known: bool) -> tuple[Effect, ...]:
    """What is said of a notebook that cannot be rendered now, or could not before."""
    side = "cannot be rendered" if was_known else "could not be rendered before"
    return (_effect(Kind.UNKNOWN, f"{side}: what happens to it is not known"),)


def _life(
    old: Bundle | None, new: Bundle | None, before: Manifests, after: Manifests
) -> Iterator[Effect]:
    """Whether it stops, starts or restarts."""
    then, now = before.workload, after.workload
    is_stopped = now.get("replicas") == 0
    if old is None:
        words = "is made, and does not start: it is stopped" if is_stopped else "is made and starts"
        yield _effect(Kind.STARTS, words)
        return
    if new is None:
        yield _effect(Kind.GONE, "stops now and goes")
        return
    fixed = [name for name in FIXED if then.get(name) != now.get(name)]
    if fixed:
        words = "cannot be applied as it is: nobody may change {} of a StatefulSet"
        yield _effect(Kind.STUCK, words, ", ".join(fixed))
    was_stopped = then.get("replicas") == 0
    if is_stopped and not was_stopped:
        yield _effect(Kind.STOPS, "stops now")
    elif was_stopped and not is_stopped:
        yield _effect(Kind.STARTS, "starts, unless somebody stopped it in the cluster as well")
    else:
        yield from _pod(before, after, is_stopped=is_stopped)


def _pod(before: Manifests, after: Manifests, *, is_stopped: bool) -> Iterator[Effect]:
    """What a notebook that goes on running, or goes on resting, sees of its pod's changes."""
    then, now = before.workload, after.workload
    rolls, rolled = (_type(each) == "RollingUpdate" for each in (now, then))
    if then.get("template") != now.get("template"):
        if is_stopped:
            yield _effect(Kind.LATER, "is stopped: nothing until it next starts")
        elif rolls:
            yield _effect(Kind.RESTARTS, "restarts now, as its updatePolicy is Always")
        else:
            yield _effect(Kind.LATER, "runs on: nothing until it stops and starts again")
    elif rolls and not rolled and not is_stopped:
        yield _effect(Kind.RESTARTS, "restarts now if an update waits: its updatePolicy is Always")
    elif _policy(after) == "Ignore" and _fresh(before) != _fresh(after):
        yield _effect(Kind.STAYS, "stays on its revision {}, as it asks", _elected(after))


def _how(life: Iterable[Effect]) -> str:
    """How a change of what runs with the notebook goes together with its own life."""
    kinds = {each.kind for each in life}
    if kinds & {Kind.STARTS, Kind.STOPS, Kind.GONE}:
        return "with it"
    return "at once" if kinds & {Kind.RESTARTS, Kind.STUCK} else "at once, while its pod runs on"


def _services(before: Manifests, after: Manifests, how: str) -> Iterator[Effect]:
    """What runs with the notebook waits for no restart: the cluster has it as soon as git does."""
    then, now = before.services, after.services
    for identity in sorted({*then, *now}):
        deed = _deed(then.get(identity), now.get(identity))
        if deed:
            words = f"its service {{}} is {deed} {how}"
            yield _effect(Kind.SERVICES, words, " ".join(identity[1:]))


def _deed(old: Manifest | None, new: Manifest | None) -> str:
    """What happens to an object, or nothing."""
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "" if is_same(old, new) else "changed"


def _type(spec: Mapping[str, Any]) -> str:
    return str((spec.get("updateStrategy") or {}).get("type", ""))


def _policy(manifests: Manifests) -> str:
    return str((manifests.only("Notebook").get("spec") or {}).get("updatePolicy", ""))


def _elected(manifests: Manifests) -> str:
    return str(annotations_of(manifests.only("Notebook")).get(ELECTED, ""))


def _fresh(manifests: Manifests) -> frozenset[str]:
    return frozenset(manifests.of_kind("ControllerRevision"))


def _storage(before: Manifests, after: Manifests) -> Iterator[Effect]:
    """Claims that are made, grow, stay behind or go with all that is in them."""
    old, new = (side.of_kind("PersistentVolumeClaim") for side in (before, after))
    for name in sorted({*old, *new}):
        if name not in new:
            if _is_kept(old[name]):
                yield _effect(Kind.STORAGE, "its storage {} is kept", name)
            else:
                words = "its storage {} is deleted, with all that is in it"
                yield _effect(Kind.LOST, words, name)
        elif name not in old:
            yield _effect(Kind.STORAGE, "storage {} of {} is made", name, _size(new[name]))
        else:
            yield from _claim(name, old[name], new[name])


def _claim(name: str, old: Manifest, new: Manifest) -> Iterator[Effect]:
    then, now = _size(old), _size(new)
    if quantity.exceeds(now, then):
        yield _effect(Kind.STORAGE, "its storage {} grows from {} to {}", name, then, now)
    elif quantity.exceeds(then, now):
        yield _effect(Kind.STUCK, "its storage {} cannot shrink from {} to {}", name, then, now)
    if _is_kept(old) and not _is_kept(new):
        yield _effect(Kind.STORAGE, "its storage {} will go with the notebook from now on", name)
    elif _is_kept(new) and not _is_kept(old):
        yield _effect(Kind.STORAGE, "its storage {} will outlive the notebook from now on", name)


def _size(claim: Manifest) -> str:
    return str(claim["spec"]["resources"]["requests"]["storage"])


def _is_kept(manifest: Manifest) -> bool:
    return annotations_of(manifest).get(KEEP) == "true"


def _address(before: Manifests, after: Manifests) -> Iterator[Effect]:
    then, now = (annotations_of(side.only("Notebook")).get(URL, "") for side in (before, after))
    if then and now and then != now:
        yield _effect(Kind.ADDRESS, "moves from {} to {}", then, now)
    elif then and not now:
        yield _effect(Kind.ADDRESS, "is no longer reached at {}", then)
    elif now and not then:
        yield _effect(Kind.ADDRESS, "is reached at {}", now)


def _access(before: Manifests, after: Manifests) -> Iterator[Effect]:
    """Who gains and who loses a role."""
    then, now = _granted(before), _granted(after)
    for role, person in sorted(now - then):
        yield _effect(Kind.ACCESS, "{} gains {}", person, role)
    for role, person in sorted(then - now):
        yield _effect(Kind.ACCESS, "{} loses {}", person, role)


def _granted(manifests: Manifests) -> set[tuple[str, str]]:
    """Pairs of a role and a person. Roles of a notebook are called by what they let one do."""
    found = set()
    prefix = str((manifests.only("StatefulSet").get("metadata") or {}).get("name", ""))
    for binding in manifests.of_kind("RoleBinding").values():
        role = str(binding["roleRef"]["name"])
        role = role.removeprefix(f"{prefix}-") if prefix else role
        for subject in binding.get("subjects") or []:
            kind = "" if subject["kind"] == "User" else f"{subject['kind']} "
            place = f"{subject['namespace']}/" if "namespace" in subject else ""
            found.add((role, f"{kind}{place}{subject['name']}"))
    return found
