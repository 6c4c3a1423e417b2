"""The services of a profile, and the variables by which a notebook is told of them."""

from __future__ import annotations

from renderer.model.fragments import Fragment, Reference
from renderer.model.singleuser import Service
from renderer.parse.pieces import Piece, constant, entries_of, mapping, piece, sequence
from renderer.parse.singleuser_fragments import MAIN, Owner, fragment
from renderer.position import Document, Origin, Path
from renderer.templating.literals import Expression


def services(document: Document, path: Path, namespace: str) -> tuple[Service, ...]:
    """The services at a path; one of which nothing is said is none."""
    whole = piece(document, *path)
    return tuple(
        _service(document, (*path, name), namespace, name)
        for name, written in (whole.value or {}).items()
        if written
    )


def _service(document: Document, path: Path, namespace: str, name: str) -> Service:
    written = piece(document, *path)
    value = written.value
    returned = value.get("return") or {}
    owner = Owner("Service", Reference(name, namespace))
    return Service(
        name,
        tuple((each["name"], each["path"]) for each in value.get("resources") or ()),
        value.get("configuration") or {},
        value.get("labels") or {},
        returned,
        Origin(document, path),
        _told(document, owner, entries_of(written)["return"]) if returned else None,
    )


def _told(document: Document, owner: Owner, returned: Piece) -> Fragment:
    """The fragment that sets a variable for everything that the service gives back."""
    place = returned.mark[0]
    env = []
    for name, path in entries_of(returned).items():
        here = path.mark[0]
        value = Expression(_expression(owner.name.name, name))
        env.append(mapping(here, {"name": constant(name, here), "value": constant(value, here)}))
    main = mapping(place, {"name": constant(MAIN, place), "env": sequence(place, env)})
    pod = mapping(place, {"containers": sequence(place, [main])})
    return fragment(document, owner, mapping(place, {"spec": pod}))


def _expression(service: str, variable: str) -> str:
    """What the service gives, or nothing; Jinja reads texts as Python shows them."""
    return f"{{{{ services.get({service!a}, {{}}).get({variable!a}, '') }}}}"
