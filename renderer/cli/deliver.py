"""`octavo render --repo`: all notebooks as commits on branches."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.output import busy, remark, say, say_problems
from renderer.errors import UsageError

if TYPE_CHECKING:
    from renderer.git.delivery import Delivered
    from renderer.git.order import Order
    from renderer.git.writing import Author, Signing
    from renderer.rendering import Options

PERSON = re.compile(r"\s*([^<>\0-\x1f]+?)\s*<([^<>\s]+)>\s*")
# No part of a path hides, leads up, or looks like an option.
PATH = re.compile(r"(?![-.])(?!.*(/[-./]))[^/\0-\x1f\x7f\\][^\0-\x1f\x7f\\]*")
SHORT = 12
# What means nothing without --repo.
OPTIONS = (
    *("branch", "path", "push", "adopt", "allow_dirty", "message", "author", "committer"),
    *("sign", "no_sign", "token_file", "ssh_key", "known_hosts"),
)


def add_options(made: ArgumentParser) -> None:
    """The options of rendering into a repository."""
    group = made.add_argument_group("into a repository")
    group.add_argument(
        "--repo",
        metavar="PATH_OR_URL",
        help="commit all notebooks to a repository; one that is not there is made",
    )
    group.add_argument("--branch", default="", metavar="B", help="the branch, as in rendered")
    group.add_argument(
        "--path",
        type=_path,
        metavar="P",
        help="the directory in it (default: its root)",
    )
    group.add_argument("--push", action="store_true", help="push, also what was left unpushed")
    group.add_argument(
        "--adopt", action="store_true", help="write beside files that are there already"
    )
    group.add_argument(
        "--allow-dirty", action="store_true", help="render sources that are not committed"
    )
    group.add_argument("--message", type=_line, metavar="M", help="the first line of the commit")
    for who in ("author", "committer"):
        group.add_argument(
            f"--{who}", type=_person, metavar='"NAME <MAIL>"', help="default: as git is configured"
        )
    signing = group.add_mutually_exclusive_group()
    signing.add_argument("--sign", nargs="?", const="", metavar="KEY", help="sign the commit")
    signing.add_argument("--no-sign", action="store_true", help="do not sign it")
    for option, what in (
        ("--token-file", "a file that holds the token for HTTPS"),
        ("--ssh-key", "a private key for SSH"),
        ("--known-hosts", "the hosts that SSH may trust"),
    ):
        group.add_argument(option, type=Path, metavar="FILE", help=what)


def refuse_options(arguments: Namespace) -> None:
    """Raises UsageError for what is only for a repository, where none is named."""
    for option in OPTIONS:
        if getattr(arguments, option) or (option == "sign" and arguments.sign is not None):
            message = f"--{option.replace('_', '-')} goes with --repo PATH_OR_URL"
            raise UsageError(message)


def run(arguments: Namespace) -> int:
    """Renders into the repository, or says what that would change."""
    from renderer.rendering import Options

    order = _order(arguments)
    with busy("comparing" if arguments.check else "rendering") as progress:
        remember = not (arguments.fresh or arguments.check)
        options = Options(arguments.jobs, arguments.allow_empty, remember, progress)
        found = _delivered(arguments, order, options)
    for delivered in found:
        problems = (p for _, summary in delivered.summaries for p in summary.problems)
        say_problems(problems, arguments.tree)
    return _say_check(arguments, found) if arguments.check else _say(arguments, found)


def _delivered(arguments: Namespace, order: Order, options: Options) -> list[Delivered]:
    from renderer.git.delivery import compare, deliver
    from renderer.sources import SourceTree

    tree = SourceTree(arguments.tree)
    return compare(tree, order, options) if arguments.check else deliver(tree, order, options)


def _say(arguments: Namespace, found: list[Delivered]) -> int:
    from renderer.cli.changes import summed_up

    if arguments.quiet:
        return 0
    for delivered in found:
        notebooks = sum(summary.notebooks for _, summary in delivered.summaries)
        lines = summed_up(notebooks, delivered.changes)
        commit = f"commit {delivered.commit[:SHORT]}" if delivered.commit else "no commit"
        pushed = ", pushed" if delivered.was_pushed else ""
        say("".join(f"{line}\n" for line in [*lines, f"{delivered.branch}: {commit}{pushed}"]))
    return 0


def _say_check(arguments: Namespace, found: list[Delivered]) -> int:
    from renderer.cli.changes import of_differences, say_differences, summed_up

    status = 0
    for delivered in found:
        for path, summary in delivered.summaries:
            changes = of_differences(summary.differences)
            status = 1 if changes else status
            if arguments.quiet:
                continue
            place = f"{delivered.branch}:{path}" if path else delivered.branch
            say_differences(summary.differences, place)
            for line in summed_up(summary.notebooks, changes):
                remark(line)
    return status


def _order(arguments: Namespace) -> Order:
    from renderer.cli.version import version
    from renderer.git.address import is_url
    from renderer.git.commands import Access
    from renderer.git.order import Order
    from renderer.git.writing import Author

    goes_away = is_url(arguments.repo) and not Path(arguments.repo).exists()
    if goes_away and not (arguments.push or arguments.check):
        raise UsageError("--repo names a URL, and nothing is kept here: say --push")
    for option in ("token_file", "ssh_key", "known_hosts"):
        file = getattr(arguments, option)
        if file is not None and not file.is_file():
            message = f"--{option.replace('_', '-')}: there is no file {file}"
            raise UsageError(message)
    return Order(
        arguments.repo,
        arguments.branch,
        arguments.path or "",
        tuple(arguments.target),
        arguments.push,
        arguments.adopt,
        arguments.allow_dirty,
        arguments.message or "",
        version(),
        Access(arguments.token_file, "", arguments.ssh_key, arguments.known_hosts),
        arguments.author or Author(),
        arguments.committer or Author(),
        _signing(arguments),
    )


def _signing(arguments: Namespace) -> Signing:
    from renderer.git.writing import Signing

    if arguments.no_sign:
        return Signing(wanted=False)
    if arguments.sign is None:
        return Signing()
    return Signing(key=arguments.sign, wanted=True)


def _person(text: str) -> Author:
    from renderer.git.writing import Author

    found = PERSON.fullmatch(text)
    if found is None:
        message = f'"{text}" is not NAME <MAIL>, as in "Octavo <octavo@example.com>"'
        raise ArgumentTypeError(message)
    return Author(found[1], found[2])


def _path(text: str) -> str:
    plain = text.rstrip("/")
    if not PATH.fullmatch(plain):
        message = f'"{text}" is no directory of a branch, as in clusters/eu'
        raise ArgumentTypeError(message)
    return plain


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ArgumentTypeError("it must be one line of text")
    return text.strip()
