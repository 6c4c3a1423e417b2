"""Whether a value that is owned whole is the live one, or what the server is known to make of it.

Only of the built-in kinds is anything known: of amounts, and of a few defaults inside of what is
owned whole, which stable API versions cannot change. Everything else must be equal, types too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from sync.fields.amounts import canonical
from sync.objects import Object, group_of

BUILT_IN = frozenset({
    "",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
})
MAPS_OF_AMOUNTS = frozenset({
    "capacity",
    "default",
    "defaultRequest",
    "hard",
    "limits",
    "max",
    "maxLimitRequestRatio",
    "min",
    "overhead",
    "requests",
})
AMOUNTS = frozenset({("emptyDir", "sizeLimit"), ("resourceFieldRef", "divisor")})
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "fieldRef": {"apiVersion": "v1"},
    "ports": {"protocol": "TCP"},
    "resourceFieldRef": {"divisor": "0"},
    "serviceAccountToken": {"expirationSeconds": 3600},
}
RBAC = "rbac.authorization.k8s.io"
NONE: Mapping[str, Any] = {}


class _Absent:
    """Not there, which is not the same as null."""


ABSENT = _Absent()


def is_built_in(obj: Object) -> bool:
    """Whether the server's own types decide; what a revision holds is anybody's."""
    group = group_of(obj.get("apiVersion", ""))
    return group in BUILT_IN and obj.get("kind") != "ControllerRevision"


def identical(wanted: Any, there: Any) -> bool:
    """Equal, and of the same types: 1 is not true, and not 1.0."""
    if wanted.__class__ is not there.__class__ or wanted != there:
        return False
    return not isinstance(wanted, dict | list) or _written(wanted) == _written(there)


def _written(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def alike(wanted: Any, there: Any, name: str, around: str) -> bool:
    """Whether the server leaves `wanted` as `there`, in a field so named in a field so named."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return _maps_alike(wanted, there, name)
    if isinstance(wanted, list) and isinstance(there, list):
        return len(wanted) == len(there) and all(
            alike(one, other, name, around) for one, other in zip(wanted, there, strict=True)
        )
    return identical(wanted, there) or _same_amount(wanted, there, name, around)


def _maps_alike(wanted: dict[str, Any], there: dict[str, Any], name: str) -> bool:
    defaults = _defaults(wanted, name)
    return all(
        key in there and alike(value, there[key], key, name) for key, value in wanted.items()
    ) and all(
        key in defaults and identical(defaults[key], there[key])
        for key in there.keys() - wanted.keys()
    )


def _defaults(wanted: dict[str, Any], name: str) -> Mapping[str, Any]:
    if name == "subjects" and wanted.get("kind") in {"User", "Group"}:
        return {"apiGroup": RBAC}
    return DEFAULTS.get(name, NONE)


def _same_amount(wanted: Any, there: Any, name: str, around: str) -> bool:
    """The server writes every amount its own way."""
    if around not in MAPS_OF_AMOUNTS and (around, name) not in AMOUNTS:
        return False
    if not (wanted.__class__ is str or wanted.__class__ is int) or there.__class__ is not str:
        return False
    return canonical(str(wanted)) == there
