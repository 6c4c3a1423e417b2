"""One render that remembers beside one that does not, from the same state."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.errors import InputError, OctavoError, Problem
from renderer.output import Change
from renderer.rendering import Options, Place, Summary
from renderer.sources import SourceTree
from renderer.targets import workspaces
from renderer.workspace import open_workspace

Seen = tuple[dict[str, bytes], list[list[tuple[str, Change]]], list[str]]


@dataclass(frozen=True)
class Pair:
    """A source tree, the output of the render that remembers, and how often both were run."""

    tree: Path
    out: Path
    runs: list[bool] = field(default_factory=list)

    def agree(self) -> bool:
        """Renders both ways and insists on the same; says whether the tree could be rendered."""
        beside = self.out.with_name("full")
        shutil.rmtree(beside, ignore_errors=True)
        if self.out.exists():
            shutil.copytree(self.out, beside, symlinks=True)
        full, one = (rendered(self.tree, out, remember=r) for out, r in self.sides(beside))
        assert one == full
        self.runs.append(bool(one[1]))
        return self.runs[-1]

    def sides(self, beside: Path) -> tuple[tuple[Path, bool], tuple[Path, bool]]:
        return (beside, False), (self.out, True)


def rendered(tree: Path, out: Path, *, remember: bool) -> Seen:
    """All bytes that stand afterwards, what was done to each bundle, and all that was said."""
    try:
        summaries = render(tree, out, remember=remember)
    except InputError as error:
        return files(out), [], said(error.problems)
    except OctavoError as error:
        return files(out), [], [str(error).replace(str(out), "OUT")]
    changes = [list(summary.changes) for summary in summaries]
    return files(out), changes, [line for each in summaries for line in said(each.problems)]


def render(tree: Path, out: Path, *, remember: bool) -> list[Summary]:
    source = SourceTree(tree)
    places = [
        Place(space, OutputDirectory(out / (space.target.path if space.target else "")))
        for space in workspaces(open_workspace(source))
    ]
    return rendering.write_at(places, tree, Options(jobs=1, remember=remember))


def said(problems: tuple[Problem, ...]) -> list[str]:
    return [repr(problem) for problem in problems]


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
