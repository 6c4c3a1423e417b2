"""Listing the files below a directory of a commit, as a disk would list them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from renderer import unreadable
from renderer.errors import InputError, Problem
from renderer.git.links import LINK, LeadsOutError, Paths
from renderer.tree import File
from renderer.unreadable import MAX_NESTING, is_printable


class Walk:
    """A listing that follows links, and looks into each directory once."""

    def __init__(self, paths: Paths, file: Callable[[str, str], File]) -> None:
        self._paths = paths
        self._file = file
        self._walked: list[str] = []
        self._problems: dict[Problem, None] = {}
        self.found: list[File] = []

    @property
    def problems(self) -> Iterable[Problem]:
        return self._problems

    def below(self, real: str, prefix: str) -> None:
        """Lists a directory; the names of what is in it begin with the prefix."""
        if self._is_walked(real):
            return
        before = tuple(self._walked)
        self._walked.append(real)
        if prefix.count("/") > MAX_NESTING:
            self._say(unreadable.too_deep(prefix))
            return
        links = []
        for blob in self._paths.below(real):
            rest = blob.path[len(real) + 1 :] if real else blob.path
            if not self._is_shown(prefix, rest) or (before and self._is_in(before, blob.path)):
                continue
            if blob.mode == LINK:
                links.append((prefix + rest, blob.path))
            else:
                self._add(prefix + rest, blob.path)
        for name, path in links:
            self._follow(name, path)

    def _follow(self, name: str, link: str) -> None:
        try:
            real = followed(self._paths, name, link)
        except InputError as error:
            self._say(*error.problems)
            return
        if self._paths.is_directory(real):
            self.below(real, f"{name}/")
        else:
            self._add(name, real)

    def _add(self, name: str, real: str) -> None:
        try:
            self.found.append(self._file(name, real))
        except InputError as error:
            self._say(*error.problems)

    def _is_shown(self, prefix: str, rest: str) -> bool:
        """Whether a file is listed: not a hidden one, nor one that a problem is said of."""
        if (
            is_printable(prefix + rest)
            and not _is_hidden(rest)
            and prefix.count("/") + rest.count("/") <= MAX_NESTING
        ):
            return True
        name = prefix
        *folders, last = rest.split("/")
        for part in (*(f"{folder}/" for folder in folders), last):
            name += part
            if part.startswith("."):
                return False
            if not is_printable(name):
                self._say(unreadable.unprintable(name.removesuffix("/")))
                return False
            if name.count("/") > MAX_NESTING and part.endswith("/"):
                self._say(unreadable.too_deep(name))
                return False
        return True

    def _is_walked(self, directory: str) -> bool:
        return self._is_in(self._walked, f"{directory}/x" if directory else "x")

    def _is_in(self, walked: Iterable[str], path: str) -> bool:
        folder = path.rpartition("/")[0]
        return any(
            folder == each or (folder.startswith(head) and not _is_hidden(folder[len(head) :]))
            for each in walked
            for head in (f"{each}/" if each else "",)
        )

    def _say(self, *problems: Problem) -> None:
        self._problems.update(dict.fromkeys(problems))


def followed(paths: Paths, name: str, link: str) -> str:
    """What a path leads to; an InputError of this name where that cannot be read."""
    try:
        return paths.real(link)
    except LeadsOutError as error:
        raise InputError([unreadable.leads_out(name)]) from error
    except OSError as error:
        raise InputError([unreadable.unreadable(name, "file", error.strerror)]) from error


def _is_hidden(rest: str) -> bool:
    return rest.startswith(".") or "/." in rest
