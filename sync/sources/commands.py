"""Runs git: no prompts, no hooks, nobody's configuration but ours, and never for too long."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sync.errors import SourceError

if TYPE_CHECKING:
    from git.cmd import Git

# What the surroundings may tell git; anything else that it listens to is taken away.
KEPT = frozenset(("GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"))
SECRETS = frozenset(("OCTAVO_GIT_TOKEN", "OCTAVO_GIT_USERNAME"))
QUIET = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ASKPASS": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
}
SETTINGS = (
    ("core.askPass", ""),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("credential.helper", ""),
    ("fetch.recurseSubmodules", "no"),
    ("gc.autoDetach", "false"),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
)
GRACE = 5.0


class TimedOutError(SourceError):
    """Git was stopped, because it took too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode(errors="replace").strip()


@dataclass(frozen=True, slots=True)
class Commands:
    """Git commands that share their surroundings."""

    timeout: float = 120.0
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[tuple[str, str], ...] = ()

    def adding(
        self, environment: Mapping[str, str] | None = None, *settings: tuple[str, str]
    ) -> Commands:
        return replace(
            self,
            environment={**self.environment, **(environment or {})},
            settings=self.settings + settings,
        )

    def run(self, *words: str, holding: Sequence[int] = ()) -> Answer:
        """Wait for a command; `holding` are handles that live as long as it does."""
        started = self.start(*words, holding=holding)
        process = started.proc
        assert process is not None  # noqa: S101 - for the type checker: it has just been started
        try:
            out, err = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            end(started)
            raise TimedOutError(
                f"`git {_verb(words)}` took longer than {self.timeout:g} seconds and was stopped"
            ) from None
        except BaseException:
            end(started)
            raise
        return Answer(process.returncode, out, err.decode(errors="replace"))

    def start(
        self, *words: str, feeding: bool = False, holding: Sequence[int] = ()
    ) -> Git.AutoInterrupt:
        """A command that goes on by itself, as the leader of its own group of processes."""
        try:
            from git.cmd import Git
            from git.exc import GitCommandNotFound
        except ImportError as error:
            raise SourceError("git cannot be run here: install it") from error
        try:
            return Git(os.path.sep).execute(
                [*_without(self.environment), "git", *words],
                istream=subprocess.PIPE if feeding else None,
                as_process=True,
                env=self._variables(),
                start_new_session=True,
                pass_fds=tuple(holding),
            )
        except (GitCommandNotFound, OSError) as error:
            raise SourceError("git cannot be run here: install it") from error

    def _variables(self) -> Mapping[str, str]:
        settings = SETTINGS + self.settings
        numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (key, value) in enumerate(settings):
            numbered[f"GIT_CONFIG_KEY_{number}"] = key
            numbered[f"GIT_CONFIG_VALUE_{number}"] = value
        return {**QUIET, **numbered, **self.environment}


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
        if (name.startswith("GIT_") and name not in KEPT and name not in QUIET)
        or (name in SECRETS and name not in ours)
    ]
    flags = [word for name in sorted(strange) if name not in ours for word in ("-u", name)]
    return ["env", *flags] if flags else []


def _verb(words: Sequence[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")
