"""What the parsers share: where the bundles are, which cluster, and what the agent may do."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from sync.cli.commands import COMMANDS
from sync.errors import UsageError
from sync.objects import GroupKind
from sync.policy import DEFAULT_KINDS, Conflicts, Policy
from sync.sources import SourceSpec


def parser_of(name: str, description: str, examples: Sequence[tuple[str, str]]) -> ArgumentParser:
    """The parser of a command, which every other option is added to."""
    width = max(len(example) for example, _ in examples)
    lines = "\n".join(f"  {example:<{width}}  {meaning}" for example, meaning in examples)
    purpose = COMMANDS[name].purpose
    return ArgumentParser(
        prog=f"octavo {name}",
        description=f"{purpose[0].upper()}{purpose[1:]}.\n\n{description}",
        epilog=f"examples:\n{lines}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_source(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("where the bundles are (default: --from rendered)")
    group.add_argument("--from", dest="directory", metavar="DIR", help="a directory of bundles")
    group.add_argument("--repo", metavar="URL", help="a git repository: a URL or a path")
    group.add_argument("--branch", metavar="B", default="main", help="its branch (main)")
    group.add_argument("--path", metavar="P", default="", help="the directory inside it")
    group.add_argument("--token-file", metavar="F", help="an HTTPS token, or OCTAVO_GIT_TOKEN")
    group.add_argument("--ssh-key", metavar="F", help="a private key for SSH")
    group.add_argument("--known-hosts", metavar="F", help="the SSH hosts that are trusted")
    group.add_argument("--verify-gpg", metavar="F", help="only commits signed by this keyring")
    group.add_argument("--verify-ssh", metavar="F", help="only commits signed by these signers")


def add_cluster(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("which cluster")
    group.add_argument("--kubeconfig", metavar="F", help="instead of KUBECONFIG")
    group.add_argument("--context", metavar="C", help="a context of the kubeconfig")
    group.add_argument(
        "--cluster", metavar="UID", default="", help="refuse any other cluster: kube-system's uid"
    )
    group.add_argument(
        "--in-flight", metavar="N", type=whole, default=16, help="requests at a time (16)"
    )
    group.add_argument(
        "--deadline",
        metavar="SECONDS",
        type=seconds,
        default=60.0,
        help="how long one request is tried again (60)",
    )


def add_policy(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what the agent may do")
    group.add_argument("--agent", metavar="NAME", default="octavo", help="its name (octavo)")
    group.add_argument(
        "--namespaces", metavar="A,B", default="*", help="only in these; names or globs"
    )
    group.add_argument(
        "--kinds", metavar="K,L", help="only these kinds, as in Service,StatefulSet.apps"
    )
    group.add_argument(
        "--extra-kinds", metavar="K,L", help="kinds besides, as in Certificate.cert-manager.io"
    )
    group.add_argument(
        "--dependency-sources", metavar="A,B", default="*", help="copy only from these namespaces"
    )
    group.add_argument(
        "--conflicts",
        choices=[each.value for each in Conflicts],
        default=Conflicts.FAIL.value,
        help="when another tool owns a field that git sets: fail (default), force, or yield to it",
    )
    group.add_argument(
        "--adopt", action="store_true", help="take over what kubectl or Helm made under our names"
    )
    group.add_argument(
        "--companion",
        action="store_true",
        help="only copies and status: Argo CD or Flux applies the bundles",
    )
    group.add_argument(
        "--allow-empty", action="store_true", help="let an empty source remove everything"
    )
    group.add_argument(
        "--prune-all",
        action="store_true",
        help="remove also what the history of the branch does not know",
    )


def source_of(arguments: Namespace) -> SourceSpec:
    if arguments.directory and arguments.repo:
        raise UsageError("--from and --repo name two sources: give one")
    directory = arguments.directory or (None if arguments.repo else "rendered")
    return SourceSpec(
        directory=directory,
        repository=arguments.repo,
        branch=arguments.branch,
        path=arguments.path,
        cache=str(cache() / "git"),
        token_file=arguments.token_file,
        ssh_key=arguments.ssh_key,
        known_hosts=arguments.known_hosts,
        verify_gpg=arguments.verify_gpg,
        verify_ssh=arguments.verify_ssh,
    )


def policy_of(arguments: Namespace) -> Policy:
    kinds = _kinds(arguments.kinds) if arguments.kinds else DEFAULT_KINDS
    return Policy(
        agent=arguments.agent,
        namespaces=_listed(arguments.namespaces),
        kinds=kinds | _kinds(arguments.extra_kinds) if arguments.extra_kinds else kinds,
        conflicts=Conflicts(arguments.conflicts),
        adopt=arguments.adopt,
        dependency_sources=_listed(arguments.dependency_sources),
        allow_empty=arguments.allow_empty,
        prune_all=arguments.prune_all,
        companion=arguments.companion,
    )


def directory_of(target: str) -> str:
    """`NAMESPACE/NAME` as the directory of its bundle."""
    namespace, _, name = target.partition("/")
    if not namespace or not name or "/" in name or {namespace, name} & {".", ".."}:
        raise ArgumentTypeError(f'"{target}" is not NAMESPACE/NAME, as in research/churn')
    return f"notebooks/{namespace}/{name}"


def cache() -> Path:
    """Where things are kept that may be lost."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "octavo"


def whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:9])):
        raise ArgumentTypeError(f'"{text}" is not a whole number from 1')
    return int(text[:9])


UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """`90`, `30s`, `10m`, `1h`."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        value = float(number) * UNITS[unit]
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_SECONDS:
        raise ArgumentTypeError(f'"{text}" is not a time, as in 30s, 10m or 1h')
    return value


MOST_SECONDS = 7 * 24 * 3600.0


def _listed(text: str) -> tuple[str, ...]:
    words = tuple(word for each in text.split(",") if (word := each.strip()))
    if not words:
        raise UsageError("an empty list of namespaces would leave nothing to do")
    return words


def _kinds(text: str) -> frozenset[GroupKind]:
    found = set()
    for word in _listed(text):
        kind, _, group = word.partition(".")
        found.add(GroupKind(group, kind))
    if stranger := sorted(str(each) for each in found - DEFAULT_KINDS if _grants_or_rules(each)):
        raise UsageError(f"{', '.join(stranger)} cannot be had from bundles")
    return frozenset(found)


def _grants_or_rules(kind: GroupKind) -> bool:
    cluster_wide = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}
    return kind.kind in cluster_wide or "admissionregistration" in kind.group
