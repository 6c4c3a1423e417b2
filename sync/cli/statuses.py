"""What `octavo sync --once` says on the Notebooks themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sync.bundles import Bundle
from sync.cli.opening import Opened
from sync.errors import ClusterError
from sync.outcome import Action, Outcome, Report
from sync.seen import State, Survey
from sync.shelf import Scope
from sync.telling import NOTHING, Listed, Problems, outdated, problems_of, write_status

AT_ONCE = 4
FEW = 4


def say_in_the_cluster(ready: Opened, report: Report, survey: Survey, scope: Scope) -> None:
    """Trouble, and that there is none any more; how a notebook does is for the one that watches.

    Of a companion nothing else is asked, so that it says how all of them do.
    """
    problems = problems_of(report)
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for directory in sorted({*problems, *outdated(survey, problems), *_all(ready, scope)}):
        if _is_ours_to_tell(ready.shelf.bundles.get(directory), survey):
            by_namespace[directory.split("/")[1]].append(directory)
    for namespace, directories in by_namespace.items():
        look = Listed(ready.cluster, namespace) if len(directories) > FEW else None
        one = partial(_write, ready, problems, look)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for directory, words in zip(directories, pool.map(one, directories), strict=True):
                _note(ready, report, directory, words)


def _note(ready: Opened, report: Report, directory: str, words: str) -> None:
    """A status that cannot be written is trouble where it is all there is to do."""
    if words and ready.policy.companion:
        report.add([Outcome(Action.FAILED, directory, None, words)])
    elif words:
        report.remarks.append(f"{directory}: {words}")


def _all(ready: Opened, scope: Scope) -> Iterator[str]:
    if ready.policy.companion:
        yield from filter(scope.chooses, ready.shelf.bundles)


def _is_ours_to_tell(bundle: Bundle | None, survey: Survey) -> bool:
    """The status of a Notebook that somebody else keeps is theirs."""
    notebook = bundle.notebook if bundle else None
    return notebook is not None and survey.of(notebook.key).state is not State.HELD


def _write(
    ready: Opened, problems: dict[str, Problems], look: Listed | None, directory: str
) -> str:
    """Why a status was not written; nothing where it is as it should be."""
    told = problems.get(directory, NOTHING)
    by_others = ready.policy.companion
    try:
        write_status(ready.cluster, directory, ready.shelf, told, look, by_others=by_others)
    except ClusterError as error:
        return f"its status was not written: {error}"
    return ""
