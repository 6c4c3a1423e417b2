"""Whether a commit is signed by somebody who is trusted, by OpenPGP or by SSH key."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sync.errors import SourceError
from sync.sources.commands import Answer, Commands
from sync.sources.mirror import Mirror
from sync.sources.words import meaning

_KEYBOX = slice(8, 12)
_STORES = ("pubring.kbx", "pubring.gpg")
_VERDICTS = (
    ("BADSIG", "the signature does not match: the commit was changed after it was signed"),
    ("REVKEYSIG", "the key that signed it was revoked"),
    ("EXPKEYSIG", "the key that signed it has expired"),
    ("EXPSIG", "the signature has expired"),
    ("NO_PUBKEY", "it is signed by a key that is not trusted here"),
    ("No principal matched", "it is signed by a key that is not trusted here"),
    ("allowedSignersFile needs", "it is signed by SSH key, and no SSH signers are trusted here"),
    ("Could not verify signature", "the signature does not match, or its key is not trusted here"),
    (
        "ncorrect signature",
        "the signature does not match: the commit was changed after it was signed",
    ),
)


@dataclass(frozen=True, slots=True)
class Signers:
    """Who is trusted: a keyring (a file of keys or a directory of gpg's), a file for ssh-keygen."""

    gpg: str | None = None
    ssh: str | None = None

    def check(self, mirror: Mirror, commit: str) -> None:
        """SourceError unless one of them signed this commit."""
        if self.gpg is None and self.ssh is None:
            return
        where = f"{mirror.remote.describe()}: commit {commit[:12]}"
        if not _is_signed(mirror.ask("cat-file", "commit", commit).out):
            raise SourceError(f"{where} is not signed; nothing of it is applied")
        with self._trust(mirror.local) as commands:
            answer = commands.run(
                f"--git-dir={mirror.repository}", "verify-commit", "--raw", commit
            )
        if answer.status:
            raise SourceError(f"{where} is refused: {_verdict(answer)}")

    @contextmanager
    def _trust(self, commands: Commands) -> Iterator[Commands]:
        with tempfile.TemporaryDirectory(prefix="octavo-keys-") as home:
            # The keyring is the list of who is trusted: nothing else is asked of its keys.
            Path(home, "gpg.conf").write_text("trust-model always\n", encoding="ascii")
            if self.gpg is not None:
                _fill(Path(home), Path(self.gpg).expanduser())
            signers = [("gpg.ssh.allowedSignersFile", self._ssh_file())] if self.ssh else []
            yield commands.adding(
                {"GNUPGHOME": home},
                ("gpg.minTrustLevel", "fully"),
                ("gpg.program", "gpg"),
                ("gpg.x509.program", "false"),
                *signers,
            )

    def _ssh_file(self) -> str:
        path = Path(self.ssh or "").expanduser().absolute()
        if not path.is_file():
            raise SourceError(f"{path}: the file of trusted SSH signers is not there")
        return str(path)


def _is_signed(commit: bytes) -> bool:
    headers = commit.partition(b"\n\n")[0]
    return any(line.startswith(b"gpgsig") for line in headers.split(b"\n"))


def _verdict(answer: Answer) -> str:
    known = (words for needle, words in _VERDICTS if needle in answer.err)
    return next(known, meaning(answer.err))


def _fill(home: Path, keyring: Path) -> None:
    """Copy the keys: a keyring that is mounted read-only is one that gpg will not open."""
    try:
        if keyring.is_dir():
            stores = [keyring / name for name in _STORES if (keyring / name).is_file()]
            files = sorted(each for each in keyring.iterdir() if each.is_file())
        else:
            stores = [keyring] if keyring.read_bytes()[_KEYBOX] == b"KBXf" else []
            files = [keyring]
        for store in stores:
            shutil.copyfile(store, home / (store.name if keyring.is_dir() else _STORES[0]))
        if not stores:
            _import(home, files)
    except OSError as error:
        raise SourceError(
            f"{keyring}: the keyring of trusted signers cannot be read: {error.strerror}"
        ) from error


def _import(home: Path, files: list[Path]) -> None:
    words = ["gpg", "--batch", "--quiet", "--no-autostart", "--import", "--"]
    done = subprocess.run(  # noqa: S603 - our own words, and files that the operator named
        [*words, *(str(file.absolute()) for file in files)],
        env=os.environ | {"GNUPGHOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise SourceError(
            f"{files[0].parent if files else home}: the keyring of trusted signers holds what is"
            " no public key"
        )
