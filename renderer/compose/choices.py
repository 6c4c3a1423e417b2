"""What a Notebook and its Template name in the catalog: PodDefaults and a size."""

from __future__ import annotations

from renderer.catalog import Catalog, Unresolved, unresolved_at
from renderer.errors import Problem
from renderer.model.catalog import PodDefault, Template
from renderer.model.fragments import Fragment
from renderer.model.notebook import Notebook
from renderer.model.singleuser import DEFAULT_SIZE
from renderer.position import Path


class Choices:
    """Finds what is named for one Notebook; what is not there is a problem."""

    def __init__(
        self,
        catalog: Catalog,
        notebook: Notebook,
        template: Template | None,
        problems: list[Problem],
    ) -> None:
        self._catalog = catalog
        self._notebook = notebook
        self._template = template
        self._problems = problems
        self._namespace = template.namespace if template else notebook.namespace

    def required(self) -> list[PodDefault]:
        # Names that mean nothing are said once, of the catalog; here they are passed over.
        if self._template is None:
            return []
        found = (
            self._catalog.pod_default(reference, self._namespace)
            for reference in self._template.required
        )
        return [item for item in found if not isinstance(item, Unresolved)]

    def options(self) -> list[PodDefault]:
        items = []
        notebook, template = self._notebook, self._template
        for index, reference in enumerate(notebook.options):
            found = self._catalog.pod_default(reference, self._namespace)
            if not isinstance(found, Unresolved):
                items.append(found)
                if _is_foreign(found, template):
                    self._problems.append(_foreign(found, notebook, index))
            elif template is None or template.options is None:
                # A Template that lists its options has said already that this is none of them.
                path: Path = ("options", index)
                self._problems.extend(unresolved_at(found, notebook.origin / "spec", path))
        return items

    def size(self) -> tuple[str, Fragment | None]:
        """The size that is taken, and its fragment; the one that leaves it to profiles has none."""
        chosen, template = self._notebook.size, self._template
        name = chosen or (template.default_size if template else "")
        if not name:
            return "", None
        found = self._catalog.size(name, self._namespace)
        if not isinstance(found, Unresolved):
            return found.fragment.name.name, found.fragment
        if name == DEFAULT_SIZE and self._catalog.singleuser.has_sizes:
            return name, None
        if chosen and not self._may_be_unread() and (template is None or template.sizes is None):
            problems = unresolved_at(found, self._notebook.origin / "spec", ("size",))
            self._problems.extend(problems)
        return "", None

    def _may_be_unread(self) -> bool:
        """Whether the size may stand in a document of profiles that has problems of its own."""
        return any(claim.kind == "ConfigMap" for claim in self._catalog.faulty)


def _is_foreign(option: PodDefault, template: Template | None) -> bool:
    """Whether a Template that lists no options is asked for one of another namespace."""
    return (
        template is not None and template.options is None and option.namespace != template.namespace
    )


def _foreign(option: PodDefault, notebook: Notebook, index: int) -> Problem:
    return Problem(
        notebook.origin.at(("spec", "options", index)),
        f"the PodDefault {option.namespace}/{option.name} is not offered to {notebook}",
        expected="one of the Template's namespace",
        hint="a Template offers those of other namespaces in spec.options",
    )
