"""Makes `kubernetes/*.json` from the schemas that the package `kubernetes-validate` brings along.

Run by `make schemas`. What is not understood is an error: a check must not get looser unnoticed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

OLDEST_MINOR = 27
HERE = Path(__file__).parent / "kubernetes"

ROOTS = (
    "io.k8s.api.apps.v1.ControllerRevision",
    "io.k8s.api.apps.v1.StatefulSet",
    "io.k8s.api.core.v1.ConfigMap",
    "io.k8s.api.core.v1.LimitRange",
    "io.k8s.api.core.v1.Namespace",
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.PodTemplate",
    "io.k8s.api.core.v1.ResourceQuota",
    "io.k8s.api.core.v1.Secret",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.networking.v1.Ingress",
    "io.k8s.api.networking.v1.NetworkPolicy",
    "io.k8s.api.rbac.v1.Role",
    "io.k8s.api.rbac.v1.RoleBinding",
)

QUANTITY = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([numk]|[KMGTPE]i|[MGTPE]|[eE][+-]?[0-9]+)?$"
REPLACED: dict[str, dict[str, Any]] = {
    "Quantity": {"type": ["string", "number", "null"], "pattern": QUANTITY},
    "IntOrString": {"type": ["string", "integer", "null"]},
}

# The words that the API server allows, which the OpenAPI has only in its prose. A word counts for
# a version when the prose of that version has it.
DESCRIBED_WORDS = {
    "AppArmorProfile.type": "Localhost RuntimeDefault Unconfined",
    "Container.imagePullPolicy": "Always IfNotPresent Never",
    "Container.terminationMessagePolicy": "FallbackToLogsOnError File",
    "ContainerPort.protocol": "SCTP TCP UDP",
    "EphemeralContainer.imagePullPolicy": "Always IfNotPresent Never",
    "IngressPath.pathType": "Exact ImplementationSpecific Prefix",
    "LabelSelectorRequirement.operator": "DoesNotExist Exists In NotIn",
    "NodeSelectorRequirement.operator": "DoesNotExist Exists Gt In Lt NotIn",
    "PodSecurityContext.fsGroupChangePolicy": "Always OnRootMismatch",
    "PodSpec.dnsPolicy": "ClusterFirst ClusterFirstWithHostNet Default None",
    "PodSpec.preemptionPolicy": "Never PreemptLowerPriority",
    "PodSpec.restartPolicy": "Always Never OnFailure",
    "SeccompProfile.type": "Localhost RuntimeDefault Unconfined",
    "ServicePort.protocol": "SCTP TCP UDP",
    "ServiceSpec.sessionAffinity": "ClientIP None",
    "ServiceSpec.type": "ClusterIP ExternalName LoadBalancer NodePort",
    "Toleration.effect": "NoExecute NoSchedule PreferNoSchedule",
    "Toleration.operator": "Equal Exists Gt Lt",
    "TopologySpreadConstraint.whenUnsatisfiable": "DoNotSchedule ScheduleAnyway",
    "VolumeMount.recursiveReadOnly": "Disabled Enabled IfPossible",
}
# The same for words that the prose leaves out.
WORDS = {
    "HTTPGetAction.scheme": "HTTP HTTPS",
    "LimitRangeItem.type": "Container PersistentVolumeClaim Pod",
    "PersistentVolumeClaimSpec.volumeMode": "Block Filesystem",
    "StatefulSetUpdateStrategy.type": "OnDelete RollingUpdate",
    "VolumeMount.mountPropagation": "Bidirectional HostToContainer None",
}
ITEM_WORDS = {
    "NetworkPolicySpec.policyTypes": "Egress Ingress",
    "PersistentVolumeClaimSpec.accessModes": (
        "ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod"
    ),
}

# Types of which only one of some fields may be set: these, or all but these.
UNIONS = {
    "EnvVar": ("value", "valueFrom"),
    "Probe": ("exec", "grpc", "httpGet", "tcpSocket"),
}
UNIONS_BUT_FOR = {"EnvVarSource": (), "LifecycleHandler": (), "Volume": ("name",)}

UNDERSTOOD = {"$ref", "additionalProperties", "enum", "items", "properties", "required", "type"}
PROSE = {"description", "format"}

Json = dict[str, Any]


def generate(source: Path) -> dict[str, bytes]:
    """The bytes of each file, from the folder that holds `v1.33.0-local` and its like."""
    versions = {minor: _reachable(folder) for minor, folder in folders(source).items()}
    return {
        "definitions.json": _definitions_file(versions),
        "merge.json": _merge_file(versions),
    }


def folders(source: Path) -> dict[int, Path]:
    """The folder of each minor version that is not too old."""
    found = {
        int(match[1]): folder
        for folder in source.iterdir()
        if (match := re.fullmatch(r"v1\.(\d+)\.\d+-local", folder.name))
    }
    return {minor: found[minor] for minor in sorted(found) if minor >= OLDEST_MINOR}


def _reachable(folder: Path) -> dict[str, Json]:
    """What the roots lead to in one version, by short name."""
    everything = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
    reached: dict[str, str] = {}
    waiting = list(ROOTS)
    while waiting:
        full = waiting.pop()
        short = full.rpartition(".")[2]
        if reached.setdefault(short, full) != full:
            raise ValueError(f"two types are called {short}")
        waiting += [name for name in _references(everything[full]) if name not in reached.values()]
    return {short: everything[reached[short]] for short in sorted(reached)}


def _references(node: object) -> set[str]:
    return set(re.findall(r'"\$ref": "[^"]*/([^"/]+)"', json.dumps(node)))


def _short(reference: str) -> str:
    return reference.rpartition("/")[2].rpartition(".")[2]


# ------------------------------------------------------------------- definitions.json


def _definitions_file(versions: dict[int, dict[str, Json]]) -> bytes:
    """Each definition once for every version that changed it: `[["1.27", schema], ...]`."""
    history: dict[str, list[tuple[str, Json | None]]] = {}
    for minor, definitions in versions.items():
        strict = {name: _strict(name, node) for name, node in definitions.items()}
        for name in sorted(history.keys() | strict.keys()):
            changes = history.setdefault(name, [])
            before, now = changes[-1][1] if changes else None, strict.get(name)
            if now != before:
                changes.append((f"1.{minor}", now))
    newest = versions[max(versions)]
    return _one_line_each(
        {
            "versions": [f"1.{minor}" for minor in versions],
            "kinds": {_api_version_and_kind(full, newest): _short(full) for full in ROOTS},
        },
        "definitions",
        history,
    )


def _api_version_and_kind(full: str, definitions: dict[str, Json]) -> str:
    known = definitions[_short(full)]["x-kubernetes-group-version-kind"][0]
    return "/".join(filter(None, (known["group"], known["version"], known["kind"])))


def _strict(name: str, node: Json) -> Json:
    """A definition without prose, in which an unknown field is an error."""
    if name in REPLACED:
        return dict(REPLACED[name])
    schema = _plain(node)
    properties = schema.get("properties")
    if properties:
        schema["additionalProperties"] = False
        for field, property_ in properties.items():
            words = _known_words(f"{name}.{field}", node["properties"][field])
            if words:
                unset = [] if field in schema.get("required", []) else ["", None]
                properties[field] = {"enum": words + unset}
            elif words := ITEM_WORDS.get(f"{name}.{field}", "").split():
                properties[field] = property_ | {"items": {"enum": words}}
    return schema


def _plain(node: Json) -> Json:
    unknown = {k for k in node if not k.startswith("x-")} - UNDERSTOOD - PROSE
    if unknown:
        raise ValueError(f"schema keywords that are not understood: {sorted(unknown)}")
    if "$ref" in node:
        return {"$ref": f"#/$defs/{_short(node['$ref'])}"}
    schema: Json = {
        keyword: node[keyword] for keyword in ("enum", "required", "type") if keyword in node
    }
    if "properties" in node:
        schema["properties"] = {k: _plain(v) for k, v in sorted(node["properties"].items())}
    for keyword in ("items", "additionalProperties"):
        if keyword in node:
            schema[keyword] = _never_null(_plain(node[keyword]))
    return schema


def _never_null(schema: Json) -> Json:
    """A field may be null, which is as good as absent; an item of a list may not."""
    reference = schema.get("$ref")
    if reference:
        types = REPLACED.get(reference.rpartition("/")[2], {"type": "object"})
        return schema | {"type": _without_null(types["type"])}
    return schema | {"type": _without_null(schema["type"])}


def _without_null(types: Any) -> Any:
    if isinstance(types, str):
        return types
    rest = [name for name in types if name != "null"]
    return rest[0] if len(rest) == 1 else rest


def _known_words(field: str, node: Json) -> list[str]:
    words = WORDS.get(field, "").split() or [
        word
        for word in DESCRIBED_WORDS.get(field, "").split()
        if re.search(rf"\b{word}\b", node["description"])
    ]
    if len(words) == 1:
        raise ValueError(f"the prose of {field} has one word only: {words[0]}")
    return words


# ------------------------------------------------------------------------- merge.json


def _merge_file(versions: dict[int, dict[str, Json]]) -> bytes:
    """How lists merge: `"containers": ["Container", "name"]`, or the type of a field below.

    Versions add lists and do not contradict each other, so that one file serves all.
    """
    types: dict[str, dict[str, Any]] = {}
    unions: dict[str, list[str]] = {}
    for definitions in versions.values():
        for name, node in definitions.items():
            known = types.setdefault(name, {})
            for field, property_ in node.get("properties", {}).items():
                shape = _merge_shape(property_)
                before = known.setdefault(field, shape)
                if before != shape and list in {type(before), type(shape)}:
                    raise ValueError(f"versions disagree on how {name}.{field} merges")
                known[field] = shape
            unions.setdefault(name, []).extend(_exclusive(name, node))
    unions = {name: sorted(set(fields)) for name, fields in sorted(unions.items()) if fields}
    return _one_line_each({"unions": unions}, "types", _that_matter(types, set(unions)))


def _merge_shape(node: Json) -> Any:
    strategy = set(filter(None, node.get("x-kubernetes-patch-strategy", "").split(",")))
    if strategy - {"merge", "retainKeys"}:
        raise ValueError(f"a patch strategy that is not understood: {sorted(strategy)}")
    if "merge" not in strategy or "items" not in node:
        return _short(node["$ref"]) if "$ref" in node else None
    items = node["items"]
    return [_short(items["$ref"]), node["x-kubernetes-patch-merge-key"]] if "$ref" in items else []


def _exclusive(name: str, node: Json) -> list[str]:
    if name in UNIONS_BUT_FOR:
        return [field for field in node["properties"] if field not in UNIONS_BUT_FOR[name]]
    return [field for field in UNIONS.get(name, ()) if field in node["properties"]]


def _that_matter(types: dict[str, dict[str, Any]], unions: set[str]) -> dict[str, Any]:
    """Types in or below which a list merges or a union stands; of others nothing need be known."""
    kept = unions | {
        name for name, fields in types.items() if any(isinstance(f, list) for f in fields.values())
    }
    while more := {
        name for name, fields in types.items() if name not in kept and kept & _structs(fields)
    }:
        kept |= more
    return {
        name: {
            field: shape
            for field, shape in sorted(types[name].items())
            if isinstance(shape, list) or shape in kept
        }
        for name in sorted(kept)
    }


def _structs(fields: dict[str, Any]) -> set[str]:
    return {shape for shape in fields.values() if isinstance(shape, str)}


# ------------------------------------------------------------------------------ files


def _one_line_each(head: Json, name: str, entries: dict[str, Any]) -> bytes:
    """Compact JSON, a line for each entry, so that a difference can be read."""
    lines = [f'"{key}":{_compact(value)},' for key, value in head.items()]
    body = ",\n".join(f'"{key}":{_compact(value)}' for key, value in sorted(entries.items()))
    return ("{" + "\n".join(lines) + f'\n"{name}":{{\n{body}\n}}}}\n').encode()


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def installed() -> Path:
    """Where `kubernetes-validate` keeps its schemas."""
    import kubernetes_validate  # type: ignore[import-untyped]

    return Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"


def main() -> None:
    """Write the files beside this one."""
    HERE.mkdir(exist_ok=True)
    for name, content in generate(installed()).items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
