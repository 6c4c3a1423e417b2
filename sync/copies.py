"""Dependencies: what a bundle's revisions need from other namespaces, and what a copy looks like.

Only git says what is needed. A copy is data alone, owned by all revisions that need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sync import ownership
from sync.bundles import Bundle, Member, names
from sync.errors import BundleError, RefusedError
from sync.marks import AGENT, COPIED_FROM, COPY, REVISION
from sync.objects import GroupKind, Key, Object, group_of, key_of, kind_of, labels, metadata
from sync.ownership import Holder
from sync.policy import Policy

SECRET = GroupKind("", "Secret")
CONFIG_MAP = GroupKind("", "ConfigMap")
CLAIM = GroupKind("", "PersistentVolumeClaim")
LIMIT = 2**20
FIELDS = {
    "apiVersion": names.is_api_version,
    "kind": names.is_kind,
    "name": names.is_name,
    "namespace": names.is_namespace,
}
NEVER_COPIED = frozenset({"apiVersion", "kind", "metadata", "status", "immutable"})
# These let somebody do something, or run something, wherever they are.
POWERFUL_GROUPS = frozenset({
    "apps",
    "batch",
    "extensions",
    "jackhoman.dev",
    "rbac.authorization.k8s.io",
})
POWERFUL_KINDS = frozenset({
    "Namespace",
    "Notebook",
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "ServiceAccount",
})
TOKENS = frozenset({"kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"})

NOT_A_COPY = Holder("a bundle of this agent, and is no copy", adoptable=False)


@dataclass(frozen=True, slots=True)
class Need:
    """What one revision of one bundle needs copied into its namespace."""

    source: Key
    api_version: str
    revision: Key
    directory: str

    @property
    def target(self) -> Key:
        return self.source._replace(namespace=self.revision.namespace)


def needs(bundle: Bundle) -> list[Need]:
    """What the revisions of a bundle need; BundleError says all that is wrong with their lists."""
    found: dict[Need, None] = {}
    problems: list[str] = []
    for member in bundle.members:
        if member.key.group_kind == REVISION:
            for need in _needs_of(bundle, member, problems):
                found[need] = None
    if problems:
        raise BundleError("\n".join(problems))
    return [need for need in found if need.source != need.target]


def _needs_of(bundle: Bundle, member: Member, problems: list[str]) -> Iterator[Need]:
    where = f"{bundle.directory}/{member.file}: data.dependencies"
    data = member.load().get("data")
    listed = data.get("dependencies", []) if isinstance(data, Mapping) else []
    if not isinstance(listed, list):
        problems.append(f"{where} is no list")
        return
    for index, entry in enumerate(listed):
        if problem := _problem(entry):
            problems.append(f"{where}[{index}]{problem}")
            continue
        api_version, kind, name, namespace = (entry[field] for field in FIELDS)
        source = Key(group_of(api_version), kind, namespace, name)
        yield Need(source, api_version, member.key, bundle.directory)


def _problem(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return f" is no mapping of {', '.join(FIELDS)}"
    if unknown := sorted(str(each) for each in entry.keys() - set(FIELDS)):
        return f" has fields that are not known: {', '.join(unknown)}"
    for field, fits in FIELDS.items():
        if field not in entry:
            return f".{field} is missing"
        if not fits(entry[field]):
            return f".{field} is not fit for a Kubernetes {field}"
    return ""


def clashes(needs: Iterable[Need]) -> tuple[list[Need], list[tuple[Need, str]]]:
    """The needs that can be met, and those that want a name for another source, with the words.

    The first, as they come, has the name.
    """
    first: dict[Key, Need] = {}
    met: list[Need] = []
    others: list[tuple[Need, str]] = []
    for need in needs:
        other = first.setdefault(need.target, need)
        if other.source == need.source:
            met.append(need)
        else:
            others.append((need, _clash(need, other)))
    return met, others


def _clash(need: Need, other: Need) -> str:
    return (
        f"{need.source} would be copied over {other.source}, which {other.directory} needs"
        f" in {need.target.namespace}: one of the two needs another name"
    )


def owners(
    needs: Iterable[Need],
    revisions: Mapping[Key, str],
    live: Object | None,
    may_need: Callable[[Key], bool],
) -> list[tuple[str, str]]:
    """Names and uids of the revisions that own a copy: those that need it and stand in the cluster.

    Others that own it already go on owning it where they `may_need` it, though git cannot say so.
    """
    found = {
        need.revision.name: revisions[need.revision] for need in needs if need.revision in revisions
    }
    for owner in (metadata(live).get("ownerReferences") or ()) if live else ():
        kind = kind_of(owner)
        key = Key(*REVISION, metadata(live or {}).get("namespace", ""), owner["name"])
        if kind == REVISION and may_need(key):
            found.setdefault(owner["name"], owner["uid"])
    return sorted(found.items())


def allowed(need: Need, policy: Policy) -> str | None:
    """Why a dependency must not even be read; None where it may be copied."""
    if not policy.allows_source(need.source.namespace):
        return f"{need.source} is not in a namespace that dependencies may be copied from"
    return _refused_kind(need.source.group_kind)


def kinds(policy: Policy, targets: Iterable[Key]) -> frozenset[GroupKind]:
    """What copies may be of: these, and what may be left of others."""
    found = {SECRET, CONFIG_MAP, *(each.group_kind for each in targets)}
    return policy.kinds.intersection(each for each in found if not _refused_kind(each))


def occupied(live: Object, agent: str) -> Holder | None:
    """Who holds the place of a copy; None where the copy that is there is ours."""
    held = ownership.holder(live, agent, None)
    return held or (None if COPY in labels(live) else NOT_A_COPY)


def copy_of(
    source: Object, namespace: str, owners: Sequence[tuple[str, str]], agent: str
) -> dict[str, Any]:
    """A dependency as it is sent; `owners` are names and uids of the revisions that need it."""
    key = key_of(source)
    content = {field: value for field, value in source.items() if field not in NEVER_COPIED}
    if why := _refused_kind(key.group_kind) or _refused_content(key, content) or _unowned(owners):
        raise RefusedError(f"{key}: {why}")
    return {
        "apiVersion": source["apiVersion"],
        "kind": source["kind"],
        "metadata": {
            "name": key.name,
            "namespace": namespace,
            "labels": {AGENT: agent, COPY: "true"},
            "annotations": {COPIED_FROM: key.namespace},
            "ownerReferences": [_reference(name, uid) for name, uid in sorted(set(owners))],
        },
        **content,
    }


def _refused_kind(kind: GroupKind) -> str | None:
    if kind.group in POWERFUL_GROUPS or kind.kind in POWERFUL_KINDS:
        return f"a {kind} grants or runs something, and is never copied; put it into the chart"
    if kind == CLAIM:
        return f"a {kind} cannot be copied: what is stored in it would stay behind"
    return None


def _refused_content(key: Key, content: Object) -> str | None:
    if key.group_kind == SECRET and content.get("type") in TOKENS:
        return "a token of the cluster's own is never copied"
    size = _size(key, content)
    if size > LIMIT:
        return f"it holds {size} bytes, and a copy at most {LIMIT}"
    return None


def _unowned(owners: Sequence[tuple[str, str]]) -> str | None:
    return None if owners else "no revision needs it, and nothing would ever delete the copy"


def _size(key: Key, content: Object) -> int:
    """As the server counts: the values of a Secret as the bytes that they stand for."""
    if key.group_kind == SECRET:
        values = (content.get("data") or {}).values()
        return sum(len(each) // 4 * 3 - each.count("=") for each in values)
    return len(orjson.dumps(content))


def _reference(name: str, uid: str) -> dict[str, str]:
    api_version = f"{REVISION.group}/v1"
    return {"apiVersion": api_version, "kind": REVISION.kind, "name": name, "uid": uid}
