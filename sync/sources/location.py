"""The address of a repository, a branch, a path: what may be said, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sync.errors import UsageError

_NO_URL = re.compile(r"[\0-\x20\x7f]")
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP_LIKE = re.compile(r"(?:(?P<user>[^@:/]+)@)?(?P<host>\[[^]/]+\]|[^:/@]+):.+", re.DOTALL)
_NO_BRANCH = re.compile(r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^[-/.]|[/.]$|\.lock(?:/|$)|^@$|^$")


@dataclass(frozen=True, slots=True)
class Location:
    """A repository by its URL: how to reach it, and to whom its credentials belong."""

    url: str
    transport: str
    origin: str = ""


def locate(repository: str) -> Location:
    """What an address means; UsageError for one that git would take for more than that."""
    if not repository or repository.startswith("-"):
        raise UsageError("the repository is no address: give a URL or a path")
    if _HELPER.match(repository):
        raise UsageError(
            "the repository asks for a transport program: only URLs and paths are read"
        )
    if "://" in repository:
        return _url(repository)
    if match := _SCP_LIKE.fullmatch(repository):
        _refuse_odd(repository)
        _refuse_dash(match["user"] or "", match["host"])
        return Location(repository, "ssh")
    if "\0" in repository or "\n" in repository:
        raise UsageError("the path of the repository holds a line break")
    return Location(str(Path(repository).expanduser().absolute()), "file")


def _url(text: str) -> Location:
    _refuse_odd(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UsageError("the repository is no URL that can be read") from None
    host = parts.hostname or ""
    _refuse_dash(parts.username or "", host)
    if parts.scheme == "file":
        return Location(text, "file")
    if parts.scheme not in {"https", "http", "ssh"} or not host:
        raise UsageError("the repository must be an https, ssh or file URL, or a path")
    if parts.password is not None or (parts.scheme != "ssh" and parts.username is not None):
        raise UsageError(
            "the URL of the repository holds credentials, which others could see:"
            " put the token into a file or into OCTAVO_GIT_TOKEN"
        )
    if parts.query or parts.fragment:
        raise UsageError("the URL of the repository goes on after `?` or `#`: leave that out")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError("http lets anyone on the way change the bundles: use https or ssh")
    return Location(text, parts.scheme, _origin(parts, port))


def _origin(parts: SplitResult, port: int | None) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _refuse_odd(text: str) -> None:
    if _NO_URL.search(text):
        raise UsageError("the URL of the repository holds a space or a control character")


def _refuse_dash(*words: str) -> None:
    if any(word.startswith("-") for word in words):
        raise UsageError("the host or user of the repository begins with `-`: that is an option")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def branch_of(text: str) -> str:
    """A branch by a name that git would give one."""
    if _NO_BRANCH.search(text):
        raise UsageError("the branch has no name that a branch can have")
    return text


def path_of(text: str) -> str:
    """A directory inside a repository, without a slash at its ends."""
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if text.startswith("/") or ".." in parts or not text.isprintable():
        raise UsageError("the path must name a directory inside the repository, as in clusters/one")
    return "/".join(parts)
