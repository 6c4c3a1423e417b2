"""What git needs to be let in, handed over where no other user can read it."""

from __future__ import annotations

import base64
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from renderer.errors import GitError
from renderer.git.address import Address
from renderer.git.commands import Access, Commands

TOKEN = "OCTAVO_GIT_TOKEN"  # noqa: S105 - the name of a variable
USERNAME = "OCTAVO_GIT_USERNAME"
DEFAULT_USER = "x-access-token"
# The shell's own printf: the token is in no list of words, only in the environment.
_HELPER = (
    '!f() { test "$1" = get && '
    f'printf "username=%s\\npassword=%s\\n" "${USERNAME}" "${TOKEN}"; }}; f'
)
_MAX_TOKEN = 64 << 10
_SLOW = (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "120"))


def let_in(
    commands: Commands, address: Address, access: Access
) -> tuple[Commands, tuple[str, ...]]:
    """Commands that may reach this place, and the words that no message may hold."""
    if address.is_web:
        return _by_token(commands.adding(None, *_SLOW), address, access)
    if address.transport == "ssh" and (access.ssh_key or access.known_hosts):
        return commands.adding(_ssh(access)), ()
    return commands, ()


def _by_token(
    commands: Commands, address: Address, access: Access
) -> tuple[Commands, tuple[str, ...]]:
    user, token = address.user, address.password
    if access.token_file is not None:
        user, token = access.user or user, _token(access.token_file)
    elif user and not token:  # as in https://TOKEN@host/: git would take it for a user's name
        return commands.adding(_setting(f"credential.{address.origin}.username", user)), (user,)
    if not token:
        return commands, ()
    if address.is_open:
        raise GitError("http would show the token to anyone on the way: use https or ssh")
    user = user or DEFAULT_USER
    # Nobody else's helper is asked, nor told to keep the token.
    helper = f"credential.{address.origin}.helper"
    basic = base64.b64encode(f"{user}:{token}".encode()).decode()
    letting = commands.adding({TOKEN: token, USERNAME: user}, (helper, ""), (helper, _HELPER))
    return letting, (token, basic)


def _setting(key: str, value: str) -> Mapping[str, str]:
    """A setting that no list of words shows, after those that are there already."""
    text = os.environ.get("GIT_CONFIG_COUNT", "")
    count = int(text) if text.isdigit() else 0
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": key,
        f"GIT_CONFIG_VALUE_{count}": value,
    }


def _token(file: Path) -> str:
    try:
        with file.expanduser().open("rb") as opened:
            token = opened.read(_MAX_TOKEN).decode().strip()
    except OSError as error:
        raise GitError(f"{file}: the token cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise GitError(f"{file}: the token is no text") from None
    if not token:
        raise GitError(f"{file}: the file of the token is empty")
    if not (token.isprintable() and token.isascii()):
        raise GitError(f"{file}: this is no token: it holds more than printable ASCII")
    return token


def _ssh(access: Access) -> Mapping[str, str]:
    words = [
        "ssh",
        "-o",
        "BatchMode=yes",
        "-o",
        "ConnectTimeout=60",
        "-o",
        "ServerAliveInterval=15",
    ]
    if access.ssh_key is not None:
        key = _readable(access.ssh_key, "the SSH key")
        words += ["-i", key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]
    if access.known_hosts is not None:
        hosts = _readable(access.known_hosts, "the list of known hosts")
        words += ["-o", "StrictHostKeyChecking=yes", "-o", f'UserKnownHostsFile="{hosts}"']
        words += ["-o", f"GlobalKnownHostsFile={os.devnull}"]
    return {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "ssh"}


def _readable(file: Path, what: str) -> str:
    path = file.expanduser().absolute()
    if not path.is_file():
        raise GitError(f"{path}: {what} is not there")
    if not os.access(path, os.R_OK):
        raise GitError(f"{path}: {what} may not be read by this user")
    if '"' in str(path) or "\\" in str(path):
        raise GitError(f"{path}: ssh cannot be told of a path with quotes or backslashes")
    return str(path).replace("%", "%%")
