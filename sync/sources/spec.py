"""Where the bundles are, as it is said on a command line."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


def _user_cache() -> str:
    base = os.environ.get("XDG_CACHE_HOME")
    return str((Path(base) if base else Path.home() / ".cache") / "octavo" / "git")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A directory, or a branch of a git repository and a directory inside it."""

    directory: str | None = None
    repository: str | None = None
    branch: str = "main"
    path: str = ""
    cache: str = field(default_factory=_user_cache)
    token_file: str | None = None
    ssh_key: str | None = None
    known_hosts: str | None = None
    verify_gpg: str | None = None
    verify_ssh: str | None = None
    timeout: float = 120
