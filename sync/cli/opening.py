"""A source read and a cluster reached: what every command begins with."""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from sync import marks, pruning, shelf
from sync.cli import arguments as words
from sync.cli.pins import Pin, pin
from sync.cli.signals import heard
from sync.cluster import Cluster, connect
from sync.errors import RefusedError
from sync.memory import Memory
from sync.policy import Policy
from sync.rounds import Rounds
from sync.shelf import Scope, Shelf, Source
from sync.sources import open_source
from sync.sources.port import Snapshot


@dataclass(frozen=True, slots=True)
class Opened:
    """All that a command works with."""

    policy: Policy
    shelf: Shelf
    snapshot: Snapshot
    cluster: Cluster
    rounds: Rounds
    pin: Pin
    source: Source


@contextmanager
def opened(arguments: Namespace, targets: list[str]) -> Iterator[Opened]:
    """Read the source, reach the cluster, refuse the wrong one."""
    policy = words.policy_of(arguments)
    source = open_source(words.source_of(arguments))
    with ExitStack() as ending:
        snapshot = source.fetch()
        ending.callback(snapshot.close)
        namespaces = frozenset(each.split("/")[1] for each in targets) or None
        read = shelf.read(snapshot, policy, namespaces=namespaces)
        snapshot.check_whole()
        gc.freeze()  # the shelf stays to the end: no collection needs to look at it again
        cluster = ending.enter_context(held(reach(arguments)))
        identity = cluster.identity()
        refuse_another(arguments.cluster, identity)
        refuse_without_crd(cluster)
        memory = Memory(words.cache() / "sync" / f"{identity}-{policy.agent}.json")
        rounds = Rounds(cluster, policy, memory, arguments.in_flight)
        place = words.cache() / "sync"
        meant = bool(arguments.cluster)
        pinned = pin(place, policy.agent, source.describe(), identity, meant=meant)
        yield Opened(policy, read, snapshot, cluster, rounds, pinned, Source(held=snapshot.held))


@contextmanager
def held(cluster: Cluster) -> Iterator[Cluster]:
    """Closed at the end; on Ctrl-C at once, for threads may be waiting for an answer."""
    with closing(cluster), heard(lambda _: cluster.close()):
        yield cluster


def reach(arguments: Namespace) -> Cluster:
    return connect(
        arguments.kubeconfig,
        arguments.context,
        in_flight=arguments.in_flight,
        deadline=arguments.deadline,
    )


def refuse_another(wanted: str, identity: str) -> None:
    if wanted and wanted != identity:
        raise RefusedError(
            f"this is not the cluster that --cluster names: its kube-system has the uid {identity}"
        )


def refuse_without_crd(cluster: Cluster) -> None:
    if cluster.resources.find(marks.NOTEBOOK) is None:
        raise RefusedError(
            "this cluster does not know Notebooks yet: run `octavo crd | kubectl apply"
            " --server-side -f -` once, as an administrator"
        )


def refuse_unknown(ready: Opened, targets: list[str]) -> list[str]:
    """A name that means nothing is a mistake, and nothing is done for the others either.

    Gives those that meant something once, as the branch's history says, and are gone for good.
    """
    missing = [each for each in targets if not ready.shelf.holds(each)]
    if not missing:
        return []
    survey = ready.rounds.survey(ready.shelf, Scope(directories=frozenset(missing)))
    sets = ready.shelf.sets
    there = {pruning.bundle_of(each.metadata, each.key, sets) for each in survey.strays}
    nowhere = [each for each in missing if each not in there and not survey.failures]
    gone = [each for each in nowhere if ready.source.held(each)]
    unknown = [each.removeprefix("notebooks/") for each in nowhere if each not in gone]
    if unknown:
        raise RefusedError(
            f"{', '.join(unknown)}: neither in the source nor in the cluster; `kubectl get"
            " notebooks --all-namespaces` lists those that are there"
        )
    return gone


def scope_of(read: Shelf, targets: list[str]) -> Scope:
    """The bundles that were named, with what their namespaces need; or all."""
    if not targets:
        return Scope()
    chosen = set(targets)
    for target in targets:
        namespace = f"namespaces/{target.split('/')[1]}"
        if namespace in read.bundles or namespace in read.broken:
            chosen.add(namespace)
    return Scope(directories=frozenset(chosen))
