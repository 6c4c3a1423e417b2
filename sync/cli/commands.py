"""The commands of this room: a word, and the module that answers it."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A module of this package that offers `parser()` and `run(arguments)`."""

    module: str
    purpose: str


COMMANDS = {
    "sync": Command("sync", "bring a cluster to what the bundles say"),
    "diff": Command("diff", "show what a sync would change, and change nothing"),
    "crd": Command("crd", "print the CustomResourceDefinition of the Notebook"),
}
