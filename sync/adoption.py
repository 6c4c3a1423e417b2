"""Taking over what kubectl or Helm made: what they set becomes ours, so that our apply may drop it.

As client-go's csaupgrade does it, for more of those who make whole objects. Whoever changes single
fields (a controller, `kubectl label`, a subresource) keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.fields.tree import (
    APPLY,
    OURS,
    SELF,
    UPDATE,
    Elements,
    Entry,
    Tree,
    entries,
    is_leaf,
    tree_of,
)
from sync.objects import Object, metadata

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
HELM_RELEASE = "meta.helm.sh/release-name"
MAKERS = frozenset({
    ("before-first-apply", UPDATE),
    ("helm", APPLY),
    ("helm", UPDATE),
    ("kubectl", APPLY),
    ("kubectl-client-side-apply", UPDATE),
    ("kubectl-create", UPDATE),
    ("kubectl-last-applied", APPLY),
    ("kubectl-last-applied", UPDATE),
    ("kubectl-replace", UPDATE),
})
OLD_HELM = frozenset({("Go-http-client", UPDATE), ("Helm", UPDATE)})
NOTHING: Tree = {}
# What the server or its controllers wrote, whoever is noted for it: dropping it breaks the object.
KEPT = (
    ("f:status",),
    ("f:metadata", "f:finalizers"),
    ("f:metadata", "f:ownerReferences"),
)
KEPT_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "PersistentVolumeClaim": (
        ("f:spec", "f:dataSource"),
        ("f:spec", "f:dataSourceRef"),
        ("f:spec", "f:selector"),
        ("f:spec", "f:storageClassName"),
        ("f:spec", "f:volumeMode"),
        ("f:spec", "f:volumeName"),
    ),
    "Service": (
        ("f:spec", "f:clusterIP"),
        ("f:spec", "f:clusterIPs"),
        ("f:spec", "f:healthCheckNodePort"),
    ),
    "ServiceAccount": (("f:secrets",),),
}


def takeover(live: Object) -> list[dict[str, Any]] | None:
    """The JSON patch that makes theirs ours; None where there is nothing to take.

    An object that no manager was ever noted for has nothing to take before our first apply, and
    afterwards what was there before it: ask again with the answer, and apply again.
    """
    kept = (*KEPT, *KEPT_OF.get(str(live.get("kind")), ()))
    taken, left = _divided(live, kept)
    steps = [
        *_managers(live, taken, left),
        *([_remove_last_applied()] if _annotated(live, LAST_APPLIED) else []),
    ]
    if not steps:
        return None
    version = metadata(live)["resourceVersion"]
    return [{"op": "test", "path": "/metadata/resourceVersion", "value": version}, *steps]


def reclaim(live: Object, strays: Iterable[Elements]) -> list[dict[str, Any]] | None:
    """The JSON patch that makes ours what stands in our way, so that our next apply drops it.

    Only from those who changed the object; a tool that applies keeps what it applied.
    """
    places = tuple(strays)
    if not places:
        return None
    taken: list[Entry] = []
    left: list[Entry] = []
    for entry in entries(live):
        changed = entry.get("operation") == UPDATE and not entry.get("subresource")
        rest, mine = _split(tree_of(entry), places) if changed else (tree_of(entry), NOTHING)
        if mine:
            taken.append({**entry, "fieldsV1": mine})
        if rest:
            left.append({**entry, "fieldsV1": rest})
    owned = [tree_of(entry) for entry in taken]
    nobodys = [at for at in places if all(_found(tree, at) is None for tree in owned)]
    taken += [{"fieldsV1": _grown(at, NOTHING)} for at in nobodys]
    version = metadata(live)["resourceVersion"]
    test = {"op": "test", "path": "/metadata/resourceVersion", "value": version}
    return [test, *_managers(live, taken, left)]


def after(live: Object, steps: Iterable[Mapping[str, Any]]) -> Object:
    """The object with other managers, as such a patch leaves it."""
    for step in steps:
        if step["path"] == "/metadata/managedFields":
            return {**live, "metadata": {**metadata(live), "managedFields": step["value"]}}
    return live


def _annotated(live: Object, name: str) -> bool:
    return name in (metadata(live).get("annotations") or {})


def _remove_last_applied() -> dict[str, Any]:
    name = LAST_APPLIED.replace("~", "~0").replace("/", "~1")
    return {"op": "remove", "path": f"/metadata/annotations/{name}"}


def _managers(live: Object, taken: list[Entry], left: list[Entry]) -> list[dict[str, Any]]:
    if not taken:
        return []
    ours = [entry for entry in left if _is_ours(entry)]
    others = [entry for entry in left if not _is_ours(entry)]
    value = [_as_ours(live, [*ours, *taken]), *others]
    return [{"op": "replace", "path": "/metadata/managedFields", "value": value}]


def _divided(live: Object, kept: Iterable[tuple[str, ...]]) -> tuple[list[Entry], list[Entry]]:
    """The entries to take, and those that stay, some of them as the rest of one that is taken."""
    helm = _annotated(live, HELM_RELEASE)
    taken: list[Entry] = []
    left: list[Entry] = []
    for entry in entries(live):
        mine, rest = _split(tree_of(entry), kept)
        if _is_ours(entry) or not _makes_objects(entry, helm=helm) or not mine:
            left.append(entry)
            continue
        taken.append({**entry, "fieldsV1": mine})
        if rest:
            left.append({**entry, "fieldsV1": rest})
    return taken, left


def _is_ours(entry: Entry) -> bool:
    return (
        entry.get("manager") == OURS
        and entry.get("operation") == APPLY
        and not entry.get("subresource")
    )


def _makes_objects(entry: Entry, *, helm: bool) -> bool:
    """Whether its manager makes whole objects, or applied this one on the client's side."""
    if entry.get("subresource"):
        return False
    who = (entry.get("manager"), entry.get("operation"))
    known = who in MAKERS or (helm and who in OLD_HELM)
    return known or (entry.get("operation") == UPDATE and _applied_by_client(tree_of(entry)))


def _applied_by_client(tree: Tree) -> bool:
    ours = (tree.get("f:metadata") or {}).get("f:annotations") or {}
    return f"f:{LAST_APPLIED}" in ours


def _split(tree: Tree, kept: Iterable[tuple[str, ...]]) -> tuple[Tree, Tree]:
    """A tree without some branches, and those."""
    mine, rest = tree, NOTHING
    for path in kept:
        branch = _found(mine, path)
        if branch is not None:
            mine, rest = _pruned(mine, path), _merged(rest, _grown(path, branch))
    return mine, rest


def _found(tree: Tree, path: tuple[str, ...]) -> Tree | None:
    node: Tree | None = tree
    for element in path:
        node = None if node is None else node.get(element)
    return node


def _grown(path: tuple[str, ...], branch: Tree) -> Tree:
    for element in reversed(path):
        branch = {element: branch}
    return branch


def _pruned(tree: Tree, path: tuple[str, ...]) -> Tree:
    """Without one branch, and without those that were there for it alone."""
    first, *further = path
    rest = {element: branch for element, branch in tree.items() if element != first}
    if further and (child := _pruned(tree[first], tuple(further))):
        rest[first] = child
    return {} if rest.keys() == {SELF} else rest


def _as_ours(live: Object, found: list[Entry]) -> Entry:
    """All of it as if we had applied it, in the version in which the object was read."""
    tree: Tree = NOTHING
    for entry in found:
        tree = _merged(tree, tree_of(entry))
    times = [entry["time"] for entry in found if entry.get("time")]
    return {
        "manager": OURS,
        "operation": APPLY,
        "apiVersion": live["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": tree,
        **({"time": max(times)} if times else {}),
    }


def _merged(one: Tree, other: Tree) -> Tree:
    """Two whole trees as one: nobody owns a root."""
    return _union(one, other) if one and other else one or other


def _union(one: Tree, other: Tree) -> Tree:
    """Whatever either owns; what one owns whole and the other in parts is owned both ways."""
    both = {
        element: _union(one[element], branch) if element in one else branch
        for element, branch in other.items()
    }
    whole: Tree = {SELF: {}} if is_leaf(one) != is_leaf(other) else {}
    return {**whole, **one, **both}
