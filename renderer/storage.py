"""Claims across notebooks and across time: whose they are, and what of them can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from renderer import quantity
from renderer.compose.own import Claim, claims
from renderer.errors import Problem, Severity
from renderer.model.catalog import Template
from renderer.model.notebook import Notebook
from renderer.model.subjects import Access
from renderer.position import Position


class Mount(NamedTuple):
    """A claim that a notebook mounts and does not make, and where it says so."""

    claim: str
    line: int
    column: int


class Storage(NamedTuple):
    """The claims that a notebook makes and those it mounts; who owns it, and who may work in it."""

    makes: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    owner: str = ""
    people: tuple[str, ...] = ()


NO_STORAGE = Storage()


class Tenant(NamedTuple):
    """A notebook as far as its storage goes."""

    namespace: str
    name: str
    position: Position
    storage: Storage


def storage_of(notebook: Notebook, template: Template | None) -> Storage:
    """What a notebook does with claims."""
    owner = f"{notebook.owner.kind}:{notebook.owner.name}" if notebook.owner else ""
    editors = (s.subject for s in notebook.sharing if s.access is Access.EDIT)
    return Storage(
        tuple(claim.name for claim in claims(notebook, template)),
        tuple(_mounts(notebook)),
        owner,
        tuple(sorted(f"{subject.kind}:{subject.name}" for subject in editors)),
    )


def _mounts(notebook: Notebook) -> Iterator[Mount]:
    spec = notebook.origin / "spec"
    if notebook.home is not None and notebook.home.claim:
        place = spec.at(("home", "claimName"))
        yield Mount(notebook.home.claim, place.line, place.column)
    for index, volume in enumerate(notebook.volumes):
        if volume.claim:
            place = spec.at(("volumes", index, "claimName"))
            yield Mount(volume.claim, place.line, place.column)
    yield from _inline_mounts(notebook)


def _inline_mounts(notebook: Notebook) -> Iterator[Mount]:
    spec = (notebook.template or {}).get("spec") or {}
    origin = notebook.template_origin or notebook.origin / "spec" / "template"
    for index, volume in enumerate(spec.get("volumes") or []):
        source = volume.get("persistentVolumeClaim") or {}
        if source.get("claimName"):
            place = origin.at(("spec", "volumes", index))
            yield Mount(str(source["claimName"]), place.line, place.column)


def trespasses(tenants: Iterable[Tenant]) -> Iterator[Problem]:
    """A problem for each claim of somebody else's notebook that is mounted."""
    tenants = list(tenants)
    makers = {(t.namespace, claim): t for t in tenants for claim in t.storage.makes}
    for tenant in tenants:
        for mount in tenant.storage.mounts:
            maker = makers.get((tenant.namespace, mount.claim))
            if maker is not None and not _may(tenant.storage, maker.storage):
                place = Position(tenant.position.file, mount.line, mount.column)
                yield Problem(
                    place,
                    f"the claim {mount.claim} is of the Notebook {maker.namespace}/{maker.name},"
                    " which has another owner",
                    hint="its owner may share that Notebook for edit",
                    there=(maker.position,),
                )


def _may(tenant: Storage, maker: Storage) -> bool:
    return bool(tenant.owner) and tenant.owner in (maker.owner, *maker.people)


def settled(
    wanted: Iterable[Claim], before: Iterable[Claim], notebook: Notebook
) -> tuple[tuple[Claim, ...], list[Problem]]:
    """The claims as they can be: one that stands may grow, and stays as it is otherwise."""
    standing = {claim.name: claim for claim in before}
    claims, problems = [], []
    for claim in wanted:
        old = standing.get(claim.name, claim)
        shrinks = quantity.exceeds(old.size, claim.size)
        able = Claim(
            claim.name,
            old.size if shrinks else claim.size,
            old.storage_class,
            old.access_mode,
            claim.keep,
        )
        claims.append(able)
        if able != claim:
            problems.append(_stays(able, notebook))
    return tuple(claims), problems


def _stays(claim: Claim, notebook: Notebook) -> Problem:
    of_class = f" of the class {claim.storage_class}" if claim.storage_class else ""
    return Problem(
        notebook.origin.at(("metadata", "name")),
        f"the claim {claim.name} stays as it is, {claim.size}{of_class}, {claim.access_mode}:"
        " a claim can only grow",
        hint="for another one, name another volume",
        severity=Severity.WARNING,
    )
