"""`octavo render --watch`: renders again whenever a file of the source tree changes."""

from __future__ import annotations

import os
import signal
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import FrameType

from renderer.cli.entry import WRONG_USAGE, answered, complain
from renderer.cli.output import remark
from renderer.cli.settings import settings_in
from renderer.cli.terminal import printable
from renderer.errors import Problem, UsageError
from renderer.sources import SourceTree
from renderer.unreadable import SETTINGS

Seen = dict[str, tuple[int, ...]]

# As often at least it is looked, also where no event tells of a change: on a network's disk, say.
PATIENCE = 2.0
# Nothing must change for as long before it is rendered; but it is not waited for ever.
QUIET, LOOKS = 0.1, 20
# Looking at very many files takes long: then it is done less often.
SHARE = 20
NAMES_SHOWN = 3


def watch(arguments: Namespace, render: Callable[[Namespace], int]) -> int:
    """Renders now and after each change; errors are said, and only a signal ends it."""
    if not (arguments.out or arguments.repo):
        raise UsageError("--watch goes with --out DIR or --repo PATH_OR_URL")
    once = Namespace(**{**vars(arguments), "watch": False})
    ended: list[int] = []
    sight = Sight(arguments.tree, bool(arguments.repo))
    # Python loses what a signal raises where nothing can be raised.
    moments = takewhile(lambda _: not ended, _moments(sight))
    say = _silent if arguments.quiet else remark
    try:
        with _ending_with((signal.SIGINT, signal.SIGTERM), ended):
            status = _rounds(sight, moments, lambda: _attempt(render, once), say)
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
        _end_helpers()
    return 128 + ended[0] if ended else status


def _end_helpers() -> None:
    """A signal may come when a helper is started and nobody has noted it yet."""
    from multiprocessing import active_children

    for helper in active_children():
        helper.kill()


@contextmanager
def _ending_with(numbers: Sequence[int], ended: list[int]) -> Iterator[None]:
    """Lets signals end what is done; helpers of a render end without a word."""
    here = os.getpid()

    def interrupt(received: int, _: FrameType | None) -> None:
        if os.getpid() != here:
            os._exit(128 + received)
        ended.append(received)
        raise KeyboardInterrupt

    before = [(number, signal.signal(number, interrupt)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _silent(_: str) -> None:
    pass


def _attempt(render: Callable[[Namespace], int], arguments: Namespace) -> int:
    try:
        return answered("render", render, arguments)
    except BrokenPipeError:
        raise
    except OSError as error:
        return complain(error)


@dataclass(frozen=True, slots=True)
class Sight:
    """A source tree as far as it is watched; who commits bundles also heeds commits to it."""

    tree: Path
    heeds_commits: bool = False

    def look(self) -> Seen:
        """Everything that a render would read, and which version of it there is."""
        if not self.tree.is_dir():
            return {}
        source, settings = SourceTree(self.tree), settings_in(self.tree)
        problems: list[Problem] = []
        files = [
            file
            for directory in (settings.catalog, settings.notebooks, settings.charts)
            for file in source.files(directory, problems)
        ]
        found = {file.name: file.version for file in files}
        found.update((problem.position.file, ()) for problem in problems)
        return {**found, **_states(SETTINGS, self.tree / SETTINGS), **self._commit()}

    def quiet(self) -> Seen:
        """What there is once nothing changes: an editor writes in several steps."""
        found = self.look()
        for _ in range(LOOKS):
            time.sleep(QUIET)
            before, found = found, self.look()
            if before == found:
                break
        return found

    def _commit(self) -> Seen:
        """What is checked out: what is not committed is refused, and then it is."""
        parents = (self.tree, *self.tree.resolve().parents) if self.heeds_commits else ()
        found = next((each / ".git" for each in parents if (each / ".git").exists()), None)
        if found is None:
            return {}
        if found.is_file():  # a linked worktree
            own = found.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            found = found.parent / own
        return _states("the commit", found / "HEAD", found / "logs/HEAD")


def _rounds(
    sight: Sight,
    moments: Iterable[None],
    render: Callable[[], int],
    say: Callable[[str], None],
) -> int:
    seen = sight.look()
    if render() == WRONG_USAGE:
        return WRONG_USAGE
    say(f"watching {printable(sight.tree)}: Ctrl-C ends it")
    for _ in moments:
        found = seen if sight.look() == seen else sight.quiet()
        if found != seen:
            say(f"changed: {_named(seen, found)}")
            seen = found
            render()
    return 0


def _states(name: str, *paths: Path) -> Seen:
    state: list[int] = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        state += [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    return {name: tuple(state)} if state else {}


def _named(old: Seen, new: Seen) -> str:
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    rest = len(names) - NAMES_SHOWN
    more = f" and {rest:,} more" if rest > 0 else ""
    return printable(", ".join(names[:NAMES_SHOWN])) + more


def _moments(sight: Sight) -> Iterator[None]:
    """Whenever something may have changed; the first one is now."""
    yield
    try:
        from watchfiles import watch as events

        timeout = int(PATIENCE * 1000)
        for _ in events(sight.tree, watch_filter=None, rust_timeout=timeout, yield_on_timeout=True):
            yield
    except (ImportError, OSError, RuntimeError):  # there may be more directories than can be told
        yield from by_the_clock(sight.look)


def by_the_clock(look: Callable[[], object]) -> Iterator[None]:
    """A moment now and then, as seldom as looking is slow."""
    while True:
        begun = time.monotonic()
        look()
        time.sleep(max(QUIET, SHARE * (time.monotonic() - begun)))
        yield
