"""A commit by `git fast-import`, signed or not, that no branch names yet."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import new as new_hash
from pathlib import Path

from renderer.errors import GitError
from renderer.git.address import shown
from renderer.git.commands import Commands
from renderer.git.draft import drafting
from renderer.git.repository import Repository
from renderer.git.words import NAMELESS, meaning

_ODD = re.compile(r'^"|\n|^/|(?:^|/)(?:\.\.?|\.git|)(?:/|$)', re.IGNORECASE)
_TRUE = frozenset(("1", "on", "true", "yes"))
_REF = "refs/heads/draft"
_COPIED = 1 << 20


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a commit; empty means as git is configured."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """Whether a commit is signed, and how; None and empty mean as git is configured."""

    key: str = ""
    format: str = ""
    wanted: bool | None = None


def blob_id(data: bytes, algorithm: str) -> str:
    """What git would call a file of these bytes."""
    return new_hash(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def fragment(path: str, data: bytes) -> bytes:
    """The command of fast-import that writes a file."""
    return b"M 100644 inline %s\ndata %d\n%s\n" % (_name(path), len(data), data)


def removal(path: str) -> bytes:
    """The command of fast-import that removes a file, or a directory with all that is in it."""
    return b"D %s\n" % _name(path)


def commit(  # noqa: PLR0913 - a commit is made of these
    repository: Repository,
    *,
    parent: str | None,
    fragments: Iterable[Path],
    removals: Iterable[str],
    message: str,
    author: Author,
    committer: Author,
    signing: Signing,
) -> str:
    """Files of fast-import commands become one commit that no branch names yet; its id."""
    people = _people("AUTHOR", author) | _people("COMMITTER", committer)
    with repository.held() as commands:
        tree = _tree(repository, commands, _stream(parent, fragments, removals))
        signed = commands.adding(people, *_format(signing))
        words = ["commit-tree", tree, *(["-p", parent] if parent else []), "-F", "-"]
        words += _signature(repository, signing)
        place = f"--git-dir={repository.git_dir}"
        answer = signed.run(place, *words, feed=message.encode(errors="surrogateescape"))
    if answer.status:
        raise _failure(repository, answer.err, is_signed="--no-gpg-sign" not in words)
    return answer.text


def _stream(
    parent: str | None, fragments: Iterable[Path], removals: Iterable[str]
) -> Iterator[bytes | Path]:
    yield f"commit {_REF}\ncommitter octavo <> 0 +0000\ndata 0\n".encode()
    if parent:
        yield f"from {parent}\n".encode()
    yield b"".join(map(removal, removals))
    yield from fragments
    yield b'ls ""\ndone\n'


def _tree(repository: Repository, commands: Commands, stream: Iterable[bytes | Path]) -> str:
    """What the commands make of the parent's tree, by its id."""
    words = ("fast-import", "--quiet", "--done")
    with drafting(repository, commands) as draft:
        with draft.commands.started(*words, feeding=True) as process:
            with suppress(BrokenPipeError):
                _feed(process, stream)
            out, err = process.communicate()
        words_of_ls = out.split()
        if process.returncode or len(words_of_ls) < 3:  # noqa: PLR2004 - mode, kind, id
            raise GitError(f"{repository}: {meaning(err.decode(errors='replace'))}")
        draft.hand_over()
    return words_of_ls[2].decode()


def _feed(process: subprocess.Popen[bytes], stream: Iterable[bytes | Path]) -> None:
    assert process.stdin is not None  # noqa: S101 - for the type checker: it is fed
    for piece in stream:
        if isinstance(piece, bytes):
            process.stdin.write(piece)
        else:
            with piece.open("rb") as file:
                shutil.copyfileobj(file, process.stdin, _COPIED)


def _people(role: str, person: Author) -> dict[str, str]:
    given = {"NAME": person.name, "EMAIL": person.email}
    return {f"GIT_{role}_{key}": value for key, value in given.items() if value}


def _format(signing: Signing) -> list[tuple[str, str]]:
    how = signing.format or ("ssh" if _is_ssh(signing.key) else "")
    return [("gpg.format", how)] if how else []


def _is_ssh(key: str) -> bool:
    """A key of OpenPGP is named by its id or its owner, one of SSH by its file or its text."""
    if key.startswith(("ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-", "key::")):
        return True
    return "/" in key and Path(key).expanduser().is_file()


def _signature(repository: Repository, signing: Signing) -> list[str]:
    wanted = signing.wanted
    if wanted is None:
        setting = repository.config.get("commit.gpgsign", "false")
        wanted = bool(signing.key) or setting.lower() in _TRUE
    if not wanted:
        return ["--no-gpg-sign"]
    key = signing.key
    if key.startswith("~") and _is_ssh(key):
        key = str(Path(key).expanduser())
    return [f"--gpg-sign={key}" if key else "--gpg-sign"]


def _failure(repository: Repository, complaint: str, *, is_signed: bool) -> GitError:
    words = meaning(complaint)
    if is_signed and NAMELESS not in words:
        words = f"the commit could not be signed; --no-sign does without: {words}"
    return GitError(f"{repository}: {words}")


def _name(path: str) -> bytes:
    if _ODD.search(path):
        raise GitError(f"{shown(path)} is no path that a repository can hold")
    return path.encode(errors="surrogateescape")
