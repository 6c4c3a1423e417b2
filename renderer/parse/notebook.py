"""Our Notebook out of a document that its schema found good, and what no schema can say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from renderer.errors import Problem
from renderer.model.notebook import HomeChoice, Notebook, UpdatePolicy, Volume
from renderer.parse.metadata import kept
from renderer.parse.people import reference, same_reference, share, subject
from renderer.parse.quantities import text
from renderer.parse.result import Remark
from renderer.parse.shapes import field_of, mapping_at, repeated
from renderer.position import Document, Origin, Path


def notebook(document: Document) -> Notebook:
    """A Notebook; what it does not say stays empty, for its Template to say."""
    metadata, spec = document.value["metadata"], document.value["spec"]
    get = spec.get
    namespace = metadata["namespace"]
    template = get("template")
    return Notebook(
        metadata["name"],
        namespace,
        Origin(document),
        _for_the_cluster(spec),
        kept(metadata, "labels"),
        kept(metadata, "annotations"),
        owner=subject(spec["owner"], namespace) if "owner" in spec else None,
        sharing=tuple(share(each, namespace) for each in get("sharing", ())),
        template_ref=reference(spec["templateRef"]) if "templateRef" in spec else None,
        template=template,
        template_origin=None if template is None else Origin(document, ("spec", "template")),
        inline="templateRef" not in spec,
        options=tuple(map(reference, get("options", ()))),
        size=get("size", ""),
        image=get("image", ""),
        parameters=get("parameters"),
        resources=get("resources"),
        env=get("env", ()),
        home=_home(spec["home"]) if "home" in spec else None,
        volumes=tuple(map(_volume, get("volumes", ()))),
        shared_memory=text(get("sharedMemory")),
        ports=get("ports", ()),
        service_account=get("serviceAccountName", ""),
        stopped=get("stopped", False),
        update_policy=UpdatePolicy(get("updatePolicy", UpdatePolicy.AUTO)),
        revision=get("revision", ""),
        history_limit=get("revisionHistoryLimit"),
        ttl_seconds=get("ttlSecondsAfterFinished"),
        targets=tuple(get("targets", ())),
    )


def notebook_faults(document: Document) -> Iterator[Problem]:
    """A Notebook made from nothing, and names, ports or paths given twice."""
    spec = document.value.get("spec")
    if not isinstance(spec, dict):
        return
    if "templateRef" not in spec and "template" not in spec:
        words = Remark("there is neither templateRef nor template", "the name of a Template")
        yield words.at(document, ("spec",))
    for key, what, identify, at in _once():
        if key in spec:
            yield from repeated(document, ("spec", key), what, identify, at)
    if "volumes" in spec:
        yield from _volume_faults(document, spec)


def _once() -> Iterator[tuple[str, str, Callable[[Any], Any], Path]]:
    """The lists of a Notebook in which nothing may stand twice, and by what that is told."""
    yield "env", "the variable", field_of("name"), ("name",)
    yield "options", "the option", same_reference, ()
    yield "sharing", "the share of", _same_person, ()
    yield "targets", "the target", _itself, ()
    yield "ports", "the port", field_of("name"), ("name",)
    yield "ports", "the port", _same_port, ("containerPort",)


def _itself(written: Any) -> Any:
    return written


def _for_the_cluster(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec as written, without what says nothing there.

    `stopped: false` says no more than silence, and no cluster knows what the others are called.
    """
    if spec.get("stopped", True) and "targets" not in spec:
        return spec
    left_out = {"targets"} if spec.get("stopped", True) else {"targets", "stopped"}
    return {key: value for key, value in spec.items() if key not in left_out}


def _volume_faults(document: Document, spec: Mapping[str, Any]) -> Iterator[Problem]:
    volumes = ("spec", "volumes")
    yield from repeated(document, volumes, "the volume", field_of("name"), ("name",))
    path = field_of("mountPath")
    yield from repeated(document, volumes, "the mountPath", path, ("mountPath",))
    home = mapping_at(spec, "home").get("mountPath")
    for index, volume in enumerate(spec["volumes"] if isinstance(spec["volumes"], list) else ()):
        if home is not None and path(volume) == home:
            words = Remark(f'the mountPath "{home}" is given twice', "each of them once")
            place = ("spec", "home", "mountPath")
            yield words.at(document, (*volumes, index, "mountPath"), place)


def _same_person(written: Any) -> Any:
    if not isinstance(written, dict):
        return None
    kind, namespace = str(written.get("kind", "User")), str(written.get("namespace", ""))
    return kind, namespace, str(written.get("name"))


def _same_port(written: Any) -> Any:
    if not isinstance(written, dict) or not isinstance(written.get("containerPort"), int):
        return None
    return str(written.get("protocol", "TCP")), written["containerPort"]


def _home(written: Mapping[str, Any]) -> HomeChoice:
    return HomeChoice(
        text(written.get("size")),
        written.get("storageClassName"),
        written.get("mountPath", ""),
        written.get("claimName", ""),
        written.get("accessMode", ""),
        keep=written.get("keep", True),
    )


def _volume(written: Mapping[str, Any]) -> Volume:
    return Volume(
        written["name"],
        written["mountPath"],
        text(written.get("size")),
        written.get("claimName", ""),
        written.get("storageClassName"),
        written.get("accessMode", "ReadWriteOnce"),
        read_only=written.get("readOnly", False),
        keep=written.get("keep", True),
    )
