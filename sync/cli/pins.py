"""Which clusters a source belongs to, remembered on this machine.

A kubeconfig whose context was left on another cluster looks like one in which everything is to be
removed. The first cluster that a source is synced to is its own; `--cluster` adds another.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

UID = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """The cluster at hand, and those that are remembered; `meant` where the user named it."""

    file: Path
    identity: str
    known: tuple[str, ...]
    meant: bool

    @property
    def expected(self) -> str:
        """The uid of the cluster that things may be removed from."""
        fine = self.meant or not self.known or self.identity in self.known
        return self.identity if fine else self.known[0]

    def keep(self) -> None:
        """Remember this cluster, if it is one of the source's; a full disk forgets, no more."""
        if self.identity in self.known or (self.known and not self.meant):
            return
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text("".join(f"{each}\n" for each in (*self.known, self.identity)))
            draft.replace(self.file)
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def pin(folder: Path, agent: str, source: str, identity: str, *, meant: bool) -> Pin:
    """What is known of a source, by its description, and of one agent."""
    digest = hashlib.sha256(f"{agent}\n{source}".encode()).hexdigest()[:32]
    file = folder / f"{digest}.clusters"
    known: tuple[str, ...] = ()
    with contextlib.suppress(OSError, UnicodeDecodeError):
        known = tuple(filter(UID.fullmatch, file.read_text().split()))
    return Pin(file, identity, known, meant)
