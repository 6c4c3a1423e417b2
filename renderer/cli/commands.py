"""The commands by name: what each is for, and the module that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Command(NamedTuple):
    """A word of the command line. Its module is imported only when somebody says the word."""

    module: str
    purpose: str


COMMANDS: Mapping[str, Command] = {
    "render": Command("render", "write the manifests of one notebook, or of all"),
    "check": Command("check", "find every problem in the catalog and the notebooks"),
    "explain": Command("explain", "say which file and line set a field of a pod"),
    "catalog": Command("catalog", "list Templates, options, sizes and images, and who uses them"),
    "new": Command("new", "start a Notebook file, with comments"),
    "review": Command("review", "say what a pull request does, and whether its author may"),
    "codeowners": Command("codeowners", "print a CODEOWNERS file that says whose each file is"),
    "import": Command("import_", "make a catalog and Notebooks of another system's"),
    "schema": Command("schema", "print the JSON schema of a kind, for editors"),
}
