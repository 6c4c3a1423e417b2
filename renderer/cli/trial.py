"""Files tried out before they are written: only those that `octavo check` takes are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from renderer import rendering
from renderer.errors import Problem, Severity
from renderer.imports.remarks import Remark, left
from renderer.tree import File

# A Template that is left out takes its Notebooks with it; more rounds than this are never needed.
ROUNDS = 5
NOWHERE = "nowhere"
SETTINGS = "octavo.yaml"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that is not on the disk yet."""

    name: str
    text: str

    @property
    def version(self) -> tuple[int, ...]:
        return (len(self.text),)

    def is_settled(self, now: int) -> bool:  # noqa: ARG002 - of the protocol
        return True

    def read(self) -> bytes:
        return self.text.encode()


@dataclass(frozen=True, slots=True)
class TextTree:
    """A source tree of files that are not on the disk yet."""

    texts: Mapping[str, str]
    root: Path

    def settings(self) -> TextFile | None:
        return TextFile(SETTINGS, self.texts[SETTINGS]) if SETTINGS in self.texts else None

    def yaml_files(self, directory: str, problems: list[Problem]) -> list[File]:
        return self.files(directory, problems)

    def files(self, directory: str, problems: list[Problem]) -> list[File]:  # noqa: ARG002
        inside = (name for name in sorted(self.texts) if name.startswith(f"{directory}/"))
        return [TextFile(name, self.texts[name]) for name in inside]


def tried(files: Mapping[str, str], out: Path, remarks: list[Remark]) -> dict[str, str]:
    """The files without those that are in error; what is wrong with each becomes a remark."""
    kept = dict(files)
    for _ in range(ROUNDS):
        tree = TextTree(kept, out / NOWHERE)
        _, problems = rendering.check(tree, rendering.Options(jobs=1, remember=False))
        errors = [each for each in problems if each.severity is Severity.ERROR]
        faulty = {_file(each, kept) for each in errors}
        for each in errors:
            message = f"{each.message}{f' ({each.expected})' if each.expected else ''}"
            remarks.append(left(_file(each, kept), f"octavo check would refuse it: {message}"))
        for name in faulty:
            kept.pop(name, None)
        if not faulty & files.keys():
            break
    return kept


def _file(problem: Problem, kept: Mapping[str, str]) -> str:
    """The file to leave out: a Notebook's, where it is only that Notebook that fails."""
    places = (problem.position, *problem.there)
    own = [place.file for place in places if place.file in kept]
    notebooks = [name for name in own if kept[name].find("\nkind: Notebook\n") >= 0]
    return (notebooks or own or [problem.position.file])[0]
