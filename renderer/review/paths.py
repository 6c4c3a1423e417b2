"""Paths that a pull request changes: what they are to Octavo, and which of them are nobody's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from renderer.model.settings import Settings

REGULAR = "100644"
SETTINGS = "octavo.yaml"
YAML = (".yaml", ".yml", ".json")
# No wildcard stands for a dot at the beginning of a name.
PLAIN = r"(?!\.)"
BELOW = rf"(?:/{PLAIN}[^/]+)*"


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path of the source tree, or with a leading "/" one of the repository beside it.

    `old` and `new` are git's modes before and after; None where there is no such file.
    """

    path: str
    old: str | None
    new: str | None

    @property
    def is_plain(self) -> bool:
        """Whether there is no link, no submodule and no program in it."""
        return {self.old, self.new} <= {REGULAR, None}


def is_source(path: str, settings: Settings) -> bool:
    """Whether a path is the renderer's to read, on any disk that may hold it."""
    name = folded(path)
    if is_chart_or_settings(path, settings) or is_below(name, settings.catalog):
        return True
    return name.endswith(YAML) and is_below(name, settings.notebooks)


def is_chart_or_settings(path: str, settings: Settings) -> bool:
    """Whether a path is read as one of these, even if it is read as a Notebook as well."""
    name = folded(path)
    return name == SETTINGS or is_below(name, settings.charts)


def folded(path: str) -> str:
    """What a disk that ignores capitals, forms of letters, and ends of names makes of a path."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
    shown = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return "/".join(part.rstrip(". ") or part for part in shown.split("/"))


def is_anyones(path: str, globs: Iterable[str]) -> bool:
    """Whether one of the globs takes the path."""
    return any(_pattern(glob).fullmatch(path) for glob in globs)


def is_below(name: str, directory: str) -> bool:
    start = folded(directory).strip("/").removeprefix("./")
    return start in ("", ".") or name == start or name.startswith(f"{start}/")


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    """As CODEOWNERS has it: a directory stands for all below it, unless the end is `*`."""
    parts = glob.split("/")
    written = ""
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if part == "**":
            written += f"{PLAIN}[^/]+{BELOW}" if is_last else f"(?:{PLAIN}[^/]+/)*"
        else:
            written += _segment(part) + ("" if is_last else "/")
    return re.compile(written if parts[-1] in ("*", "**") else written + BELOW)


def _segment(part: str) -> str:
    spelled = {"*": "[^/]*", "?": "[^/]"}
    body = "".join(spelled.get(letter, re.escape(letter)) for letter in part)
    return PLAIN + body if part[:1] in spelled else body
