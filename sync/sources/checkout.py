"""Whether a directory is a git checkout that is only half there."""

from __future__ import annotations

from pathlib import Path

from sync.counts import counted, plural
from sync.errors import SourceError
from sync.sources.commands import Commands
from sync.sources.layout import shown

_POINTER = "gitdir:"


def check_checkout(root: Path) -> None:
    """SourceError where git is at work here, or where tracked files are gone from the disk."""
    top = next((each for each in (root, *root.parents) if (each / ".git").exists()), None)
    if top is None:
        return
    git = Commands().adding(None, ("safe.directory", "*"))
    if not _files(git, root):
        return
    if (_git_directory(top) / "index.lock").exists():
        raise SourceError(
            f"{root}: git is changing this checkout (`index.lock`); wait, or remove the file when"
            " no git is running"
        )
    if gone := _files(git, root, "--deleted"):
        verb = plural(len(gone), "is", "are")
        raise SourceError(
            f"{root}: {counted(len(gone), 'file')} that git tracks {verb} gone, such as"
            f" {shown(gone[0])}; commit their removal, or restore them"
        )


def _files(git: Commands, root: Path, *flags: str) -> list[bytes]:
    answer = git.run("-C", str(root), "ls-files", "-z", *flags, "--", ".")
    if answer.status:
        raise SourceError(
            f"{root}: this is a checkout that git cannot read: it may be half-written"
        )
    return [name for name in answer.out.split(b"\0") if name]


def _git_directory(top: Path) -> Path:
    """`.git`, or where a worktree keeps its own."""
    place = top / ".git"
    if place.is_dir():
        return place
    try:
        text = place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{place}: this says nothing about where the checkout is") from error
    return top / text.removeprefix(_POINTER).strip()
