"""Whose a Notebook is that carries our mark no more: the members of its bundle say so."""

from __future__ import annotations

from collections.abc import Iterable

from sync import ownership, seen
from sync.bundles import Bundle, Member
from sync.seen import State
from sync.survey.looking import Looking


def vouch(at: Looking, directories: Iterable[str]) -> None:
    """A Notebook whose marks its owner has wiped is ours where its members say so.

    One that is not there yet, and that git suspends, is not begun.
    """
    for directory in directories:
        bundle = at.shelf.bundles.get(directory)
        notebook = bundle.notebook if bundle else None
        if not bundle or not notebook:
            continue
        if notebook.key not in at.survey.seen and ownership.asks_for_suspension(notebook.load()):
            at.survey.suspended.add(directory)
        if at.survey.of(notebook.key).state is State.HELD and _is_witnessed(at, bundle, notebook):
            _judge_again(at, notebook)


def _is_witnessed(at: Looking, bundle: Bundle, notebook: Member) -> bool:
    others = (at.survey.of(each.key) for each in bundle.members if each is not notebook)
    return any(each.state is State.SAME for each in others)


def _judge_again(at: Looking, notebook: Member) -> None:
    live = at.cluster.get(notebook.key)
    if live is None:
        return
    sent = seen.desired(at.shelf.places[notebook.key], None, at.policy.agent)
    at.survey.seen[notebook.key] = seen.judge(
        sent, live, at.policy, at.memory.knows, witnessed=True
    )
