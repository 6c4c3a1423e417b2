"""A tree that was imported, and the pods that its notebooks are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree
from renderer.yamlio import load_all

SAMPLES = Path(__file__).parent / "samples"
UNREMEMBERED = rendering.Options(jobs=1, remember=False)

Pod = Mapping[str, Any]


class Imported(NamedTuple):
    """What a command made, and what it said."""

    status: int
    err: str
    tree: Path

    def file(self, name: str) -> Any:
        (document,) = load_all((self.tree / name).read_bytes(), name)
        return document.value

    @property
    def files(self) -> set[str]:
        return {
            path.relative_to(self.tree).as_posix()
            for path in self.tree.rglob("*")
            if path.is_file()
        }

    @property
    def report(self) -> str:
        return (self.tree / "IMPORT.md").read_text().replace("\\", "")

    @property
    def text(self) -> str:
        """Everything that was written or said."""
        return self.err + "".join((self.tree / name).read_text() for name in sorted(self.files))

    def problems(self) -> list[str]:
        """What `octavo check` says of the tree."""
        return [str(each) for each in rendering.check(SourceTree(self.tree), UNREMEMBERED)[1]]

    def pods(self) -> dict[str, Pod]:
        return pods_of(self.tree)


def pods_of(tree: Path) -> dict[str, Pod]:
    """The pod template of each notebook of a source tree."""
    output = tree / "rendered"
    rendering.write(SourceTree(tree), OutputDirectory(output), UNREMEMBERED)
    found = {}
    for path in output.glob("notebooks/*/*/statefulset.yaml"):
        (document,) = load_all(path.read_bytes(), path.name)
        found[f"{path.parts[-3]}/{path.parts[-2]}"] = document.value["spec"]["template"]
    shutil.rmtree(output)
    return found


def main_of(pod: Pod) -> Mapping[str, Any]:
    """The main container of an imported pod."""
    found = [each for each in pod["spec"]["containers"] if each["name"] == "main"]
    assert len(found) == 1
    container: Mapping[str, Any] = found[0]
    return container


def env_of(pod: Pod) -> dict[str, Any]:
    return {each["name"]: each.get("value", "") for each in main_of(pod).get("env", ())}


Import = Callable[..., Imported]
