"""The front door: finds the room of a command, which is imported only then, and hands over."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

FINE, WRONG_USAGE = 0, 2


class Command(NamedTuple):
    """A word of the command line: the room that answers it, and what it is for."""

    run: Callable[[list[str]], int]
    purpose: str


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 is fine, 1 trouble with the input, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    match asked := _without_tree(words):
        case []:
            sys.stderr.write(_help())
            return WRONG_USAGE
        case ["-h" | "--help", *_] | ["help"]:
            sys.stdout.write(_help())
            return FINE
        case ["--version", *_]:
            sys.stdout.write(f"octavo {_version()}\n")
            return FINE
        case ["help", word, *_] if word in COMMANDS:
            return COMMANDS[word].run([word, "--help"])
        case [word, *_] if word in COMMANDS:
            return COMMANDS[word].run(words)
        case _:
            return _unknown(asked[1] if asked[0] == "help" else asked[0])


def _without_tree(words: list[str]) -> list[str]:
    """What stands behind `-C DIR`, which the rooms read themselves."""
    while words and words[0].startswith("-C"):
        words = words[2 if words[0] == "-C" else 1 :]
    return words


def _renderer(words: list[str]) -> int:
    # Importing makes no garbage, and looking for it takes a twentieth of a start.
    gc.disable()
    try:
        from renderer.cli import main as run

        return run(words)
    finally:
        gc.enable()


def _sync(words: list[str]) -> int:
    from sync.cli import main as run

    return run(words)


def _help() -> str:
    commands = "\n".join(f"  {name:<11}{command.purpose}" for name, command in COMMANDS.items())
    return (
        "usage: octavo [-C DIR] COMMAND [ARGUMENT...]\n\n"
        "Notebooks from a reviewed catalog: composes Templates, PodDefaults and Notebook files\n"
        "into plain Kubernetes manifests, and says why each field is what it is.\n\n"
        f"commands:\n{commands}\n\n"
        "options:\n"
        "  -C DIR     the source tree, with catalog/ and notebooks/ (default: where you are)\n"
        "  --version  say the version\n"
        "  --help     say this; `octavo COMMAND --help` says more about one command\n"
    )


def _version() -> str:
    from importlib.metadata import version

    return version("octavo")


def _unknown(word: str) -> int:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    hint = f'did you mean "{near[0]}"?' if near else "`octavo --help` lists the commands"
    sys.stderr.write(f'octavo: there is no command "{word}"; {hint}\n')
    return WRONG_USAGE


COMMANDS = {
    "render": Command(_renderer, "write the manifests of one notebook, or of all"),
    "check": Command(_renderer, "find every problem in the catalog and the notebooks"),
    "explain": Command(_renderer, "say which file and line set a field of a pod"),
    "catalog": Command(_renderer, "list Templates, options, sizes and images, and who uses them"),
    "new": Command(_renderer, "start a Notebook file, with comments"),
    "import": Command(_renderer, "make a catalog and Notebooks of another system's"),
    "review": Command(_renderer, "say what a pull request does, and whether its author may"),
    "codeowners": Command(_renderer, "print a CODEOWNERS file that says whose each file is"),
    "schema": Command(_renderer, "print the JSON schema of a kind, for editors"),
    "sync": Command(_sync, "bring a cluster to what the bundles say"),
    "diff": Command(_sync, "show what a sync would change, and change nothing"),
    "crd": Command(_sync, "print the CustomResourceDefinition of the Notebook"),
}


if __name__ == "__main__":
    sys.exit(main())
