"""Runs git: no prompts, no hooks, nothing that a file of a repository chose."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import GitError
from renderer.git.words import meaning

if TYPE_CHECKING:
    from git.cmd import Git

# What the surroundings may tell git: who somebody is, and how to reach others.
KEPT = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROXY_",
    "GIT_SSH",
    "GIT_SSL_CA",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
)
QUIET = {
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
}
SETTINGS = (
    ("core.alternateRefsCommand", ""),
    ("core.askPass", ""),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("diff.external", ""),
    ("fetch.recurseSubmodules", "no"),
    ("gc.auto", "0"),
    ("i18n.commitEncoding", "UTF-8"),
    ("log.showSignature", "false"),
    ("maintenance.auto", "false"),
    ("protocol.ext.allow", "never"),
    ("submodule.recurse", "false"),
    ("user.useConfigOnly", "true"),
)
GRACE = 5.0
# The status of a git that looked, and found nothing; one that was killed has another.
_NOTHING = 1
_MISSING = "git cannot be run here: install it"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a remote: files, which are read anew each time, because they are rotated."""

    token_file: Path | None = None
    user: str = ""
    ssh_key: Path | None = None
    known_hosts: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode(errors="surrogateescape").strip()


@dataclass(frozen=True, slots=True)
class Commands:
    """Git commands that share their surroundings."""

    timeout: float = 900.0
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[tuple[str, str], ...] = ()
    holding: tuple[int, ...] = ()

    def adding(
        self, environment: Mapping[str, str] | None = None, *settings: tuple[str, str]
    ) -> Commands:
        return replace(
            self,
            environment={**self.environment, **(environment or {})},
            settings=self.settings + settings,
        )

    def held_by(self, handle: int) -> Commands:
        """Commands that keep a lock for as long as they live."""
        return replace(self, holding=(*self.holding, handle))

    def run(self, *words: str, feed: bytes | None = None) -> Answer:
        """Wait for a command."""
        with self.started(*words, feeding=feed is not None) as process:
            try:
                out, err = process.communicate(feed, timeout=self.timeout)
            except subprocess.TimeoutExpired:
                raise GitError(
                    f"`git {_verb(words)}` took longer than {self.timeout:g} seconds"
                    " and was stopped"
                ) from None
            return Answer(process.returncode, out, err.decode(errors="replace"))

    def ask(self, *words: str, feed: bytes | None = None, about: str = "") -> Answer:
        """Wait for a command that must succeed."""
        answer = self.run(*words, feed=feed)
        if answer.status:
            raise GitError(f"{about}: {meaning(answer.err)}" if about else meaning(answer.err))
        return answer

    def sought(self, *words: str, about: str) -> str:
        """What a command finds; "" where it says by its status alone that there is nothing."""
        answer = self.run(*words)
        if answer.status not in {0, _NOTHING} or (answer.status and answer.err.strip()):
            raise GitError(f"{about}: {meaning(answer.err)}")
        return answer.text

    @contextmanager
    def started(self, *words: str, feeding: bool = False) -> Iterator[subprocess.Popen[bytes]]:
        """A command that is stopped where it has not ended by itself."""
        running = self.start(*words, feeding=feeding)
        process = running.proc
        assert process is not None  # noqa: S101 - for the type checker: it has just been started
        try:
            yield process
        finally:
            end(running)

    def start(self, *words: str, feeding: bool = False) -> Git.AutoInterrupt:
        """A command that goes on by itself, out of reach of what stops the group we are in."""
        try:
            from git.cmd import Git
            from git.exc import GitCommandNotFound
        except ImportError as error:
            raise GitError(_MISSING) from error
        flags = [
            word for key, value in SETTINGS + self.settings for word in ("-c", f"{key}={value}")
        ]
        try:
            return Git(os.path.sep).execute(
                [*_without(self.environment), "git", *flags, *words],
                istream=subprocess.PIPE if feeding else None,
                as_process=True,
                env={**QUIET, **self.environment},
                start_new_session=True,
                pass_fds=self.holding,
            )
        except (GitCommandNotFound, OSError) as error:
            raise GitError(_MISSING) from error


def end(started: Git.AutoInterrupt) -> None:
    """Stop a command with all that it started."""
    process = started.proc
    if process is None:
        return
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)


def _without(ours: Mapping[str, str]) -> list[str]:
    """The words that take away what the surroundings would tell git."""
    strange = [
        name
        for name in os.environ
        if name.startswith("GIT_")
        and not name.startswith(KEPT)
        and name not in QUIET
        and name not in ours
    ]
    flags = [word for name in sorted(strange) for word in ("-u", name)]
    return ["env", *flags] if flags else []


def _verb(words: Sequence[str]) -> str:
    return next((word for word in words if not word.startswith(("-", os.path.sep))), "")
