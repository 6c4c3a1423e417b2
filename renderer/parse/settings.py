"""`octavo.yaml`, with a default for everything that it does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import Problem, in_order
from renderer.model.settings import NamespacePolicy, Route, Routing, Settings, Target
from renderer.parse.consumers import consumer_faults, consumers
from renderer.parse.people import same_reference, subject
from renderer.parse.result import Remark
from renderer.parse.reviews import review_faults, reviewing
from renderer.parse.shapes import list_at, mapping_at, repeated
from renderer.parse.targets import laid_over, route_at, same_places, unknown_targets
from renderer.position import Document, Path
from renderer.schema.kinds import check


def parse_settings(document: Document | None) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings, and what is wrong with them; with a problem, the defaults."""
    if document is None or document.value is None:
        return Settings(), ()
    findings = check("settings", document.value)
    located = (each.located(document.at(each.path)) for each in findings)
    problems = in_order((*located, *_faults(document)))
    return (Settings() if problems else _settings(document.value)), problems


def _settings(value: Mapping[str, Any]) -> Settings:
    default = Settings()
    get = value.get
    namespaces = get("namespaces", {})
    policies = namespaces.get("policies", {})
    return Settings(
        route=_route(get("routing", Routing.NONE.value)),
        kubernetes=_minor(get("kubernetes", "")),
        admins=tuple(map(subject, get("admins", ()))),
        catalog=get("catalog", default.catalog),
        notebooks=get("notebooks", default.notebooks),
        charts=get("charts", default.charts),
        output=get("output", default.output),
        create_namespaces=namespaces.get("create", default.create_namespaces),
        allowed_namespaces=tuple(namespaces.get("allowed", default.allowed_namespaces)),
        inline=tuple(namespaces["inline"]) if "inline" in namespaces else None,
        namespace_defaults=_policy(namespaces.get("defaults", {})),
        namespaces={name: _policy(written) for name, written in policies.items()},
        network_policy=get("networkPolicy", default.network_policy),
        revision_history_limit=get("revisionHistoryLimit", default.revision_history_limit),
        cluster_domain=get("clusterDomain", default.cluster_domain),
        groups={group: tuple(users) for group, users in get("groups", {}).items()},
        review=reviewing(get("review", {})),
        targets=tuple(_target(name, each, value) for name, each in get("targets", {}).items()),
        consumers=consumers(get("consumers", {})),
        values=get("values", {}),
    )


def _target(name: str, written: Mapping[str, Any], common: Mapping[str, Any]) -> Target:
    get = written.get
    return Target(
        name,
        get("branch", ""),
        get("path", ""),
        _route(route_at(common.get("routing", Routing.NONE.value), get("routing", {}))),
        laid_over(common.get("values", {}), get("values", {})),
        tuple(get("namespaces", ())),
        get("labels", {}),
    )


def _minor(version: str) -> str:
    """`1.33` of `v1.33.2`: schemas differ by minor version only."""
    return ".".join(version.removeprefix("v").split(".")[:2])


def _route(written: str | Mapping[str, Any]) -> Route:
    if isinstance(written, str):
        return _route({"kind": written})
    get, default = written.get, Route()
    kind = Routing(written["kind"])
    # Ambassador's notebooks always were at /NAMESPACE/NAME.
    prefix = "" if kind is Routing.AMBASSADOR else default.prefix
    return Route(
        kind,
        host=get("host", default.host),
        scheme=get("scheme", default.scheme),
        prefix=get("prefix", prefix).rstrip("/"),
        gateway=get("gateway", default.gateway),
        ingress_class=get("ingressClassName", default.ingress_class),
        tls_secret=get("tlsSecretName", default.tls_secret),
        user_header=get("userHeader", default.user_header),
        group_header=get("groupHeader", default.group_header),
        annotations=get("annotations", {}),
    )


def _policy(written: Mapping[str, Any]) -> NamespacePolicy:
    return NamespacePolicy(
        owner=subject(written["owner"]) if "owner" in written else None,
        labels=written.get("labels", {}),
        annotations=written.get("annotations", {}),
        quota=written.get("quota", {}),
        limits=tuple(written.get("limits", ())),
        targets=tuple(written.get("targets", ())),
    )


def _faults(document: Document) -> Iterator[Problem]:
    """What the schema cannot say: subjects given twice, ServiceAccounts of no namespace."""
    value = document.value
    yield from repeated(document, ("admins",), "the admin", _same_subject)
    namespaces = mapping_at(value, "namespaces")
    policies = mapping_at(namespaces, "policies")
    subjects: list[tuple[Path, Any]] = [
        *((("admins", i), each) for i, each in enumerate(list_at(mapping_at(value), "admins"))),
        (("namespaces", "defaults", "owner"), mapping_at(namespaces, "defaults").get("owner")),
        *(
            (("namespaces", "policies", name, "owner"), mapping_at(policies, name).get("owner"))
            for name in policies
        ),
    ]
    for path, each in subjects:
        of_none = isinstance(each, dict) and "namespace" not in each
        if of_none and each.get("kind") == "ServiceAccount":
            words = Remark("a ServiceAccount is of a namespace", 'kind, name and "namespace"')
            yield words.at(document, path)
    yield from review_faults(document)
    yield from same_places(document)
    yield from unknown_targets(document)
    yield from consumer_faults(document)


def _same_subject(written: Any) -> Any:
    if isinstance(written, str):
        return "User", "", written
    found = same_reference(written)
    return (str(written.get("kind")), *found) if found else None
