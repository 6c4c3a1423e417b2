"""What the commands' parsers share: the source tree, the examples, and the shapes of arguments."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from renderer.cli.commands import COMMANDS
from renderer.model.fragments import Reference
from renderer.names import is_dns_label, is_dns_subdomain


def parser_of(name: str, description: str, examples: Sequence[tuple[str, str]]) -> ArgumentParser:
    """The parser of a command, which every other option is added to."""
    width = max(len(example) for example, _ in examples)
    lines = "\n".join(f"  {example:<{width}}  {meaning}" for example, meaning in examples)
    purpose = COMMANDS[name].purpose
    parser = ArgumentParser(
        prog=f"octavo {name}",
        description=f"{purpose[0].upper()}{purpose[1:]}.\n\n{description}",
        epilog=f"examples:\n{lines}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "-C",
        dest="tree",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="the source tree, with catalog/ and notebooks/ (default: where you are)",
    )
    return parser


def add_nodes(parser: ArgumentParser) -> None:
    """The option that names the nodes of a cluster, for the commands that ask after them."""
    parser.add_argument(
        "--nodes",
        metavar="FILE",
        help="what `kubectl get nodes -o yaml` prints, or -o json; - is standard input. Says what "
        "no node could hold",
    )


def qualified_name(text: str) -> Reference:
    """`NAMESPACE/NAME`."""
    namespace, _, name = text.partition("/")
    if not (is_dns_label(namespace) and is_dns_subdomain(name)):
        message = f'"{text}" is not NAMESPACE/NAME, as in research/churn'
        raise ArgumentTypeError(message)
    return Reference(name, namespace)


def at_least_one(text: str) -> int:
    """A whole number from 1."""
    if not (text.isascii() and text.isdecimal() and int(text[:9])):
        message = f'"{text}" is not a whole number from 1'
        raise ArgumentTypeError(message)
    return int(text[:9])
