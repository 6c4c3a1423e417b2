"""python -m bench: measures Octavo and others side by side. See README.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench import programs
from bench.hotspots import show
from bench.measure import Bench
from bench.places import quiet_disk
from bench.prepare import prepare
from bench.report import USUAL, markdown, write_readme


def main(words: list[str]) -> int:
    """All parts, or the one that the first word names."""
    match words:
        case ["sync", *rest]:
            from bench.sync.run import main as sync

            return sync(rest)
        case ["git", *rest]:
            from bench.git.run import main as git

            return git(rest)
        case ["render", *rest]:
            return _render(rest)
        case ["singleuser", *rest]:
            from bench.singleuser import main as singleuser

            return singleuser(rest)
        case _:
            from bench.git.run import main as git
            from bench.sync.run import main as sync

            both = _both().parse_args(words)
            kept = ["--write-readme"] if both.write_readme else []
            return _render(kept) or git(kept) or sync(kept)


def _both() -> argparse.ArgumentParser:
    parts = "`render`, `git`, `singleuser` or `sync`"
    words = f"{parts} as the first word: only that part, with options of its own"
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, epilog=words)
    parser.add_argument("--write-readme", action="store_true", help="keep the results in README.md")
    return parser


def _render(words: list[str]) -> int:
    options = _options(words)
    folder = Path(tempfile.mkdtemp(prefix="octavo-bench-", dir=options.work or quiet_disk()))
    try:
        if options.hotspots:
            show(folder, options.hotspots, lines=40)
        else:
            _compare(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _compare(folder: Path, options: argparse.Namespace) -> None:
    lacks = programs.missing()
    for line in lacks:
        _say(f"not measured: {line}")
    skipped = {name for line in lacks for name in line.partition(":")[0].split(", ")}
    os.environ["HELM"] = str(programs.helm_program() or "")
    counts = tuple(sorted({*options.counts, USUAL}))
    _say("making trees, charts and overlays")
    work = prepare(folder, counts, options.singles)
    bench = Bench(work, counts, options.rounds, options.singles, frozenset(skipped), _say)
    text = markdown(bench.run(), counts)
    print(text)
    if options.write_readme:
        write_readme(text)


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench render", description=__doc__)
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[1, 100, 1000, 10_000], help="numbers of notebooks"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument(
        "--singles", type=int, default=10, help="notebooks of peers that need a process for each"
    )
    parser.add_argument("--work", type=Path, help="the folder to work in; default: in memory")
    parser.add_argument("--write-readme", action="store_true", help="keep the results in README.md")
    parser.add_argument(
        "--hotspots", type=int, metavar="COUNT", help="only show where octavo's own time goes"
    )
    return parser.parse_args(words)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
