"""The services that run with a notebook: objects of its bundle, and what its variables are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from renderer.companions.uses import use_of
from renderer.compose.layers import Selection
from renderer.errors import InputError, Problem
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Singleuser
from renderer.position import Position
from renderer.templating.emission import Rendered

__all__ = ["Companions", "Made", "beside", "use_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The objects of a notebook's services, each with its place and the name of its service.

    `services` are the variables by service.

    Every variable that a service returns is there, also where a problem left it empty.
    """

    objects: tuple[Rendered, ...] = ()
    places: tuple[Position, ...] = ()
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    makers: tuple[str, ...] = ()


NOTHING = Made()


class Companions:
    """Makes the services of notebooks from the templates of one catalog."""

    def __init__(self, singleuser: Singleuser, version: str) -> None:
        self._templates = singleuser.templates
        self._version = version

    def of(self, notebook: Notebook, selection: Selection) -> Made:
        """What the services that the selection names come to for this notebook."""
        if not selection.companions:
            return NOTHING
        from renderer.companions.making import Making  # most notebooks run without services

        making = Making(notebook, self._templates, self._version)
        services = {each.name: making.service(each) for each in selection.companions}
        here = notebook.origin.at(("metadata", "name"))
        return Made(
            tuple(making.objects),
            tuple(making.places),
            services,
            tuple(sorted(making.uses)),
            tuple(replace(each, there=(*each.there, here)) for each in making.problems),
            tuple(making.makers),
        )


def beside(made: Made, rendered: Sequence[Rendered], notebook: Notebook) -> list[Rendered]:
    """The notebook's own objects and those of its services, of which none is called the same."""
    taken = {(item.kind, item.name): "the notebook itself" for item in rendered}
    problems = []
    for item, place, maker in zip(made.objects, made.places, made.makers, strict=True):
        what, whose = (item.kind, item.name), f"the service {maker}"
        if what in taken:
            both = f"one of {taken[what]}, one of {whose}"
            message = f"there are two objects {item.kind} {item.name}: {both}"
            there = (notebook.origin.at(("metadata", "name")),)
            hint = "one of them needs another name"
            problems.append(Problem(place, message, hint=hint, there=there))
        taken[what] = whose
    if problems:
        raise InputError(problems)
    return [*rendered, *made.objects]
