"""The address of a repository, a branch, a revision: what may be said, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from renderer.errors import GitError

_NO_URL = re.compile(r"[\0-\x20\x7f]")
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP_LIKE = re.compile(r"(?:(?P<user>[^@:/]+)@)?(?P<host>\[[^]/]+\]|[^:/@]+):.+", re.DOTALL)
_NO_BRANCH = re.compile(
    r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^[-/.]|[/.]$|\.lock(?:/|$)|^@$|^HEAD$|^$"
)
_NO_REVISION = re.compile(r"^-|[\0-\x20\x7f:?*\[\\]|\.\.|^$")
_WEB = frozenset(("http", "https"))


@dataclass(frozen=True, slots=True)
class Address:
    """A repository by its URL: how to reach it, and to whom its credentials belong."""

    url: str
    transport: str
    origin: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    is_open: bool = False

    @property
    def is_web(self) -> bool:
        return self.transport in _WEB


def is_url(text: str) -> bool:
    """Whether it is an address of somewhere else, and no path."""
    return "://" in text or bool(_HELPER.match(text)) or bool(_SCP_LIKE.fullmatch(text))


def locate(text: str) -> Address:
    """What a URL means; GitError for one that git would take for more than that."""
    if _HELPER.match(text):
        raise GitError("the repository asks for a transport program: only URLs and paths are read")
    if "://" in text:
        return _url(text)
    if match := _SCP_LIKE.fullmatch(text):
        _refuse_odd(text)
        _refuse_dash(match["user"] or "", match["host"])
        return Address(text, "ssh")
    if text.startswith("-") or "\0" in text or "\n" in text or not text:
        raise GitError("the repository is no address: give a URL or a path")
    return Address(text, "file")


def _url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise GitError("the repository is no URL that can be read") from None
    host = parts.hostname or ""
    if parts.scheme == "file":
        return Address(text, "file")
    _refuse_odd(text)
    _refuse_dash(parts.username or "", host)
    if parts.scheme not in {"https", "http", "ssh", "git"} or not host:
        raise GitError("the repository must be an https, ssh, git or file URL, or a path")
    if parts.query or parts.fragment:
        raise GitError("the URL of the repository goes on after `?` or `#`: leave that out")
    if parts.scheme not in _WEB:
        clean = _clean(parts, parts.username or "")
        return Address(clean, parts.scheme)
    return Address(
        _clean(parts, ""),
        parts.scheme,
        _origin(parts, port),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "http" and not _is_loopback(host),
    )


def _clean(parts: SplitResult, user: str) -> str:
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{place}" if user else place).geturl()


def _origin(parts: SplitResult, port: int | None) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _refuse_odd(text: str) -> None:
    if _NO_URL.search(text):
        raise GitError("the URL of the repository holds a space or a control character")


def _refuse_dash(*words: str) -> None:
    if any(word.startswith("-") for word in words):
        raise GitError("the host or user of the repository begins with `-`: that is an option")


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
        raise GitError(f"{shown(text)} is no name that a branch can have")
    return text


def revision_of(text: str) -> str:
    """A commit, a branch or a tag by name, as in `main`, `v1` or `HEAD~2`; never an option."""
    if _NO_REVISION.search(text):
        raise GitError(f"{shown(text)} names no commit")
    return text


def shown(text: str) -> str:
    return repr(text) if not text.isprintable() or not text else text
