"""What git needs to be let in, handed over where no other user can read it."""

from __future__ import annotations

import base64
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.errors import SourceError
from sync.sources.commands import Commands
from sync.sources.location import Location

TOKEN = "OCTAVO_GIT_TOKEN"  # noqa: S105 - the name of a variable
USERNAME = "OCTAVO_GIT_USERNAME"
# The shell's own printf: the token is in no list of words, only in the environment.
_HELPER = (
    '!f() { test "$1" = get && '
    f'printf "username=%s\\npassword=%s\\n" "${USERNAME}" "${TOKEN}"; }}; f'
)
_MAX_TOKEN = 64 << 10


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the secrets are; they are read anew each time, because they are rotated."""

    token_file: str | None = None
    ssh_key: str | None = None
    known_hosts: str | None = None

    def let_in(self, commands: Commands, location: Location) -> tuple[Commands, tuple[str, ...]]:
        """Commands that may reach this place, and the words that no message may hold."""
        allowed = commands.adding({"GIT_ALLOW_PROTOCOL": location.transport})
        seconds = str(max(1, int(commands.timeout)))
        match location.transport:
            case "https" | "http":
                slow = (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", seconds))
                return self._with_token(allowed.adding(None, *slow), location)
            case "ssh":
                return allowed.adding(self._ssh(seconds)), ()
            case _:
                return allowed, ()

    def _with_token(
        self, commands: Commands, location: Location
    ) -> tuple[Commands, tuple[str, ...]]:
        token = self._token()
        if not token:
            return commands, ()
        username = os.environ.get(USERNAME) or "octavo"
        helper = (f"credential.{location.origin}.helper", _HELPER)
        basic = base64.b64encode(f"{username}:{token}".encode()).decode()
        return commands.adding({TOKEN: token, USERNAME: username}, helper), (token, basic)

    def _token(self) -> str:
        if self.token_file is None:
            token = os.environ.get(TOKEN, "").strip()
            place = TOKEN
        else:
            token = _first_bytes(self.token_file, "the token").strip()
            place = self.token_file
            if not token:
                raise SourceError(f"{place}: the file of the token is empty")
        if not (token.isprintable() and token.isascii()):
            raise SourceError(f"{place}: this is no token: it holds more than printable ASCII")
        return token

    def _ssh(self, seconds: str) -> Mapping[str, str]:
        words = ["ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"]
        words += ["-o", f"ConnectTimeout={seconds}", "-o", "ServerAliveInterval=15"]
        if self.ssh_key is not None:
            key = _readable(self.ssh_key, "the SSH key")
            words += ["-i", key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]
        if self.known_hosts is not None:
            hosts = _readable(self.known_hosts, "the list of known hosts")
            words += ["-o", f'UserKnownHostsFile="{hosts}"']
            words += ["-o", f"GlobalKnownHostsFile={os.devnull}"]
        return {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "ssh"}


def _readable(file: str, what: str) -> str:
    path = Path(file).expanduser().absolute()
    if not path.is_file():
        raise SourceError(f"{path}: {what} is not there")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path}: {what} may not be read by this user")
    if '"' in str(path) or "\\" in str(path):
        raise SourceError(f"{path}: ssh cannot be told of a path with quotes or backslashes")
    return str(path).replace("%", "%%")


def _first_bytes(file: str, what: str) -> str:
    try:
        with Path(file).expanduser().open("rb") as opened:
            return opened.read(_MAX_TOKEN).decode()
    except OSError as error:
        raise SourceError(f"{file}: {what} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise SourceError(f"{file}: {what} is no text") from None
