"""One repository on this disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from renderer.errors import GitError
from renderer.git.address import Address, branch_of, locate, revision_of, shown
from renderer.git.commands import Access, Answer, Commands
from renderer.git.lock import locked
from renderer.git.mirror import Mirror, mirror_of
from renderer.git.places import Checkout, Place
from renderer.git.refs import move
from renderer.git.remote import Remote, is_absent
from renderer.git.strangers import uncommitted
from renderer.git.words import meaning

# What `git init` makes: a kill may have left some of it.
_BARE_NAMES = frozenset((
    "HEAD",
    "branches",
    "config",
    "description",
    "hooks",
    "info",
    "objects",
    "refs",
))


@dataclass(frozen=True)
class Repository:
    """One repository on this disk: the one at a path, or the mirror of a URL in the user's cache.

    `path` is the top of the worktree, or the repository itself where it is bare.
    """

    path: Path
    is_bare: bool
    git_dir: Path
    common: Path
    upstream: Mirror | None = None
    commands: Commands = field(default_factory=Commands)

    @classmethod
    def open(cls, path: Path) -> Repository:
        """The repository that a path stands in."""
        answer = _ask_where(path)
        match answer.text.splitlines():
            case [own, common, "false", top]:
                return cls(Path(top), is_bare=False, git_dir=Path(own), common=Path(common))
            case [own, common, "true"]:
                return cls(Path(own), is_bare=True, git_dir=Path(own), common=Path(common))
            case [_, _, "false"]:
                raise GitError(f"{path}: this is inside of .git: name the directory above")
            case _:
                raise GitError(f"{path}: {meaning(answer.err)}")

    @classmethod
    def create(cls, path: Path, branch: str) -> Repository:
        """A new one: bare when the name ends in .git, else with a worktree."""
        is_bare = path.name.endswith(".git")
        _refuse_full(path, _BARE_NAMES if is_bare else frozenset((".git",)))
        words = ["init", "--quiet", "--template=", f"--initial-branch={branch_of(branch)}"]
        words += ["--bare"] if is_bare else []
        Commands().ask(*words, "--", str(path.absolute()), about=str(path))
        return cls.open(path)

    @classmethod
    def mirror(cls, url: str, access: Access) -> Repository:
        """A private bare clone in the cache; `fetch` brings what is there."""
        mirror = mirror_of(url, access)
        mirror.prepare()
        place = mirror.repository
        return cls(place, is_bare=True, git_dir=place, common=place, upstream=mirror)

    def __str__(self) -> str:
        return str(self.path) if self.upstream is None else self.remote

    @property
    def remote(self) -> str:
        """Where it is pushed to, without credentials; "" where that is nowhere."""
        address = self.address
        return address.url if address else ""

    @cached_property
    def address(self) -> Address | None:
        """The same, with the credentials that its URL may hold."""
        if self.upstream is not None:
            return self.upstream.remote.address
        if not (name := self._remote_name):
            return None
        address = locate(self.ask("remote", "get-url", "--push", "--", name))
        if address.transport == "file" and not address.url.startswith((os.path.sep, "file:")):
            return Address(os.path.normpath(self.path / address.url), "file")
        return address

    @cached_property
    def config(self) -> dict[str, str]:
        """Every setting that holds here, by its name; a key without a value is true."""
        pairs = (entry.partition("\n") for entry in self.listed("config", "--list", "-z"))
        return {key: value if newline else "true" for key, newline, value in pairs}

    @property
    def algorithm(self) -> str:
        """How objects are named: sha1 or sha256."""
        if self.upstream is not None:  # it may be made again with another
            return self.ask("rev-parse", "--show-object-format")
        return self.config.get("extensions.objectformat", "sha1")

    def resolve(self, ref: str) -> str | None:
        """The full id of a commit; None where nothing has that name."""
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options")
        return self.sought(*words, f"{revision_of(ref)}^{{commit}}") or None

    def head(self, branch: str) -> str | None:
        """The commit that a branch of this name is at, whatever else has the name."""
        return self.resolve(f"refs/heads/{branch_of(branch)}")

    def head_branch(self) -> str:
        """The branch that is checked out; "" where none is."""
        return self.sought("symbolic-ref", "--quiet", "--short", "HEAD")

    def same_as(self, other: Repository) -> bool:
        """Whether they are one, or worktrees of one."""
        return os.path.realpath(other.common) == os.path.realpath(self.common)

    def fetch(self, branch: str, access: Access | None = None) -> str | None:
        """The remote's head of the branch now, brought here; None where there is none.

        A mirror's branch follows. In any other repository only `refs/remotes/` does.
        """
        branch_of(branch)
        if self.upstream is not None:
            return self.upstream.fetch(branch)
        if self.address is None:
            raise GitError(f"{self}: there is no remote to fetch from: git remote add origin URL")
        remote = Remote(self.address, access or Access(), self.commands)
        into = f"refs/remotes/{self._remote_name}/{branch}"
        answer = remote.fetch(self.git_dir, branch, into)
        if answer.status and not is_absent(answer):
            raise remote.failure(answer.err)
        return None if answer.status else self.resolve(into)

    def move(self, branch: str, new: str, old: str | None) -> bool:
        """Let the branch be at `new`, if it is at `old` (None: nowhere); else False."""
        with self.held() as commands:
            return move(self.place(commands), branch_of(branch), new, old)

    def merge_base(self, one: str, other: str) -> str | None:
        """The last commit that both come from."""
        words = ("merge-base", revision_of(one), revision_of(other))
        return self.sought(*words).partition("\n")[0] or None

    def is_dirty(self, paths: Sequence[str]) -> list[str]:
        """What of the worktree is not committed, untracked files too; all of it without paths."""
        if self.is_bare:
            return []
        places = [str(self.path / path) for path in paths]
        checkout = Checkout(self.path, self.git_dir)
        return uncommitted(self.place(self.commands), checkout, places)

    def run(self, *words: str) -> Answer:
        """A command in this repository."""
        return self.commands.run(f"--git-dir={self.git_dir}", *words)

    def ask(self, *words: str) -> str:
        """What a command says that must succeed."""
        return self.commands.ask(f"--git-dir={self.git_dir}", *words, about=str(self)).text

    def sought(self, *words: str) -> str:
        """What a command finds; "" where it says by its status alone that there is nothing."""
        return self.commands.sought(f"--git-dir={self.git_dir}", *words, about=str(self))

    def listed(self, *words: str) -> list[str]:
        """What a command that must succeed lists, a NUL behind each."""
        answer = self.commands.ask(f"--git-dir={self.git_dir}", *words, about=str(self))
        return [each for each in answer.out.decode(errors="surrogateescape").split("\0") if each]

    def failure(self, answer: Answer) -> GitError:
        return GitError(f"{self}: {meaning(answer.err)}")

    @contextmanager
    def held(self) -> Iterator[Commands]:
        """Keeps other octavos from writing; commands that do so for as long as they live."""
        if self.upstream is not None:
            with self.upstream.held() as handle:
                yield self.commands.held_by(handle)
            return
        folder = self.common / "octavo"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise GitError(f"{folder} cannot be made: {error.strerror or error}") from error
        with locked(folder / "lock") as handle:
            yield self.commands.held_by(handle)

    def place(self, commands: Commands) -> Place:
        """Where its branches are, and who has them checked out."""
        checkout = None if self.is_bare else Checkout(self.path, self.git_dir)
        return Place(self.common, commands, checkout)

    @cached_property
    def _remote_name(self) -> str:
        names = sorted(
            key.removeprefix("remote.").removesuffix(".url")
            for key in self.config
            if key.startswith("remote.") and key.endswith(".url")
        )
        wanted = (self.config.get("remote.pushdefault", ""), "origin", *names)
        return next((name for name in wanted if name in names), "")


def _ask_where(path: Path) -> Answer:
    """The repository's own directory, the common one, whether it is bare, and its worktree."""
    commands = Commands()
    if (path / "HEAD").is_file() and (path / "objects").is_dir():  # it was named, not found
        commands = commands.adding(None, ("safe.bareRepository", "all"))
    words = ["--path-format=absolute", "--absolute-git-dir", "--git-common-dir"]
    words += ["--is-bare-repository", "--show-toplevel"]
    return commands.run("-C", str(path), "rev-parse", *words)


def _refuse_full(path: Path, allowed: frozenset[str]) -> None:
    """A directory that already holds something is not turned into a repository."""
    try:
        found = sorted({each.name for each in path.iterdir()} - allowed)
    except FileNotFoundError:
        return
    except OSError as error:
        raise GitError(f"{path}: {error.strerror or error}") from error
    if found:
        raise GitError(
            f"{path} is no repository, and not empty (there is {shown(found[0])}):"
            " name another place, or `git init` it"
        )
