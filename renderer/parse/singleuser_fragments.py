"""What a profile or a size says of a pod, as a fragment; each field stands where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from renderer.model.fragments import Fragment, OnConflict, Reference, Scheduling
from renderer.parse.pieces import Piece, constant, entries_of, items_of, mapping, origin, sequence
from renderer.position import Document, Mark
from renderer.profiles import environment, resources, volumes
from renderer.templating.literals import Expression, literally

MAIN = "main"
GPU = "nvidia.com/gpu"
MEM_LIMIT = "MEM_LIMIT"
HOME = "{{ notebook.home }}"
# Stands for the home until all that was written is literal; no path is written like this.
_AT_HOME = "\0home"
_LEGACY = {"memory": "mem_limit", "cpu": "cpu_limit"}
_OF_CONTAINERS = frozenset({*resources.SIDES, "claims"})


class Owner(NamedTuple):
    """What a fragment is the fragment of."""

    kind: str
    name: Reference


def fragment(document: Document, owner: Owner, template: Piece) -> Fragment:
    """The template as it was meant: no text of it is an expression, but what is made one here."""
    place = origin(document, template)
    return Fragment(
        owner.kind,
        owner.name,
        literally(template.value),
        place,
        OnConflict.OVERRIDE,
        scheduling=Scheduling.ADD,
    )


def pod_template(written: Piece, *, filled: bool) -> Piece:
    """The partial pod of a profile; filled, what it requests is its limit, and the reverse."""
    place = written.mark[0]
    said = {key: each for key, each in entries_of(written).items() if each.value is not None}
    metadata = {"labels": _bare(said["labels"])} if _any(said, "labels") else {}
    pod = _pod(said) | _of_container(said, place, filled=filled)
    whole = {"metadata": metadata, "spec": pod}
    return mapping(place, {key: mapping(place, parts) for key, parts in whole.items() if parts})


def tolerations(written: Piece) -> dict[str, Piece]:
    """The tolerations of several types of GPUs, one after another."""
    found = [
        _bare(each)
        for item in items_of(written)
        if item.value.get("node_tolerations")
        for each in items_of(entries_of(item)["node_tolerations"])
    ]
    return {"tolerations": sequence(written.mark[0], found)} if found else {}


def amounts_of(written: Mapping[str, Any] | None, *, filled: bool) -> dict[str, Any]:
    """What is requested and limited, and what else a container's resources have."""
    amounts = (resources.normal if filled else resources.given)(written)
    return {key: each for key, each in amounts.items() if each and key in _OF_CONTAINERS}


def gpus(written: Mapping[str, Any]) -> int | None:
    """How many GPUs a profile says; none are as good as nothing said."""
    return int(written.get("gpu") or 0) or None


def _pod(said: Mapping[str, Piece]) -> dict[str, Piece]:
    pod = {}
    if _any(said, "node_tolerations"):
        pod["tolerations"] = _bare(said["node_tolerations"])
    if _any(said, "node_affinity"):
        affinity = _bare(said["node_affinity"])
        pod["affinity"] = mapping(affinity.mark[0], {"nodeAffinity": affinity})
    if _any(said, "volumes"):
        whole = said["volumes"]
        pod["volumes"] = sequence(whole.mark[0], [_volume(each)[0] for each in items_of(whole)])
    return pod


def _of_container(said: Mapping[str, Piece], place: int, *, filled: bool) -> dict[str, Piece]:
    """The main container, with what is said of it."""
    fields = {}
    amounts = _requirements(said, place, filled=filled)
    env = _variables(said["env"]) if _any(said, "env") else []
    limits = entries_of(amounts["limits"]) if "limits" in amounts else {}
    if "memory" in limits:
        env = [each for each in env if each.value["name"] != MEM_LIMIT]
        env.append(_memory_limit(limits["memory"].mark[0]))
    if env:
        fields["env"] = sequence(said["env"].mark[0] if "env" in said else place, env)
    if amounts:
        fields["resources"] = mapping(_place_of(said, "resources", "gpu"), amounts)
    if _any(said, "volumes"):
        whole = said["volumes"]
        mounts = [_volume(each)[1] for each in items_of(whole)]
        fields["volumeMounts"] = sequence(whole.mark[0], mounts)
    if not fields:
        return {}
    main = mapping(place, {"name": constant(MAIN, place), **fields})
    return {"containers": sequence(place, [main])}


def _any(said: Mapping[str, Piece], key: str) -> bool:
    return key in said and bool(said[key].value)


def _place_of(said: Mapping[str, Piece], *keys: str) -> int:
    return next(said[key].mark[0] for key in keys if key in said)


def _variables(env: Piece) -> list[Piece]:
    """The variables, whether they were written as a list or by name."""
    entries = environment.as_list(env.value)
    if isinstance(env.value, list):
        items = items_of(env)
        return [_bare(Piece(each, items[i].mark)) for i, each in enumerate(entries)]
    written = entries_of(env)
    return [
        mapping(place, {key: constant(value, place) for key, value in entry.items()})
        for entry in entries
        for place in (written[entry["name"]].mark[0],)
    ]


def _memory_limit(place: int) -> Piece:
    field = {"resource": constant("limits.memory", place)}
    source = {"resourceFieldRef": mapping(place, field)}
    return mapping(place, {"name": constant(MEM_LIMIT, place), "valueFrom": mapping(place, source)})


def _requirements(said: Mapping[str, Piece], place: int, *, filled: bool) -> dict[str, Piece]:
    """Requests and limits, each amount where it was written, GPUs among them."""
    written = said["resources"] if "resources" in said else mapping(place, {})
    amounts = amounts_of(written.value, filled=filled)
    parts = entries_of(written)
    found = {
        key: _side(parts, key, value) if key in resources.SIDES else _bare(parts[key])
        for key, value in amounts.items()
    }
    if gpus({key: each.value for key, each in said.items()}):
        count = said["gpu"]
        for side in resources.SIDES:
            before = found.get(side) or mapping(count.mark[0], {})
            entry = {GPU: constant(str(int(count.value)), count.mark[0])}
            found[side] = mapping(before.mark[0], {**entries_of(before), **entry})
    return found


def _side(parts: Mapping[str, Piece], side: str, amounts: Mapping[str, Any]) -> Piece:
    """Amounts of one side; what was not written there stands where it was taken from."""
    other = resources.SIDES[1 - resources.SIDES.index(side)]
    there = parts.get(side) or parts.get(other)
    place = there.mark[0] if there else next(iter(parts.values())).mark[0]
    entries = {}
    for name, amount in amounts.items():
        source = _source(parts, (side, other), name)
        entries[name] = Piece(amount, source.mark if source else (place, None))
    return mapping(place, entries)


def _source(parts: Mapping[str, Piece], sides: tuple[str, str], name: str) -> Piece | None:
    legacy = parts.get(_LEGACY.get(name, ""))
    if legacy and legacy.value:
        return legacy
    for side in sides:
        if side in parts and (parts[side].value or {}).get(name) is not None:
            return entries_of(parts[side])[name]
    return None


def _volume(written: Piece) -> tuple[Piece, Piece]:
    """The volume of the pod and its mount in the container."""
    volume, mount = volumes.split(written.value, _AT_HOME)
    path = mount["mountPath"]
    if path.startswith(_AT_HOME):
        mount["mountPath"] = Expression(HOME + literally(path.removeprefix(_AT_HOME)))
    return _placed(volume, written), _placed(mount, written)


def _placed(value: Mapping[str, Any], written: Piece) -> Piece:
    """The value of what was written there, field by field."""
    parts, place = entries_of(written), written.mark[0]
    return mapping(
        place,
        {
            key: _bare(Piece(each, parts[key].mark if key in parts else (place, None)))
            for key, each in value.items()
        },
    )


def _bare(written: Piece) -> Piece:
    """The same without nulls, which in a fragment would take something away."""
    mark: Mark = written.mark
    return Piece(_without_nulls(written.value), mark)


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nulls(each) for key, each in value.items() if each is not None}
        case list():
            return [_without_nulls(each) for each in value]
        case _:
            return value
