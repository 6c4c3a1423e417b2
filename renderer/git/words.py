"""What git complains of, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NAMELESS = "git knows no name to commit with"
_MEANINGS = (
    ("no space left", "the disk is full"),
    ("out of diskspace", "the disk is full"),
    ("disk quota exceeded", "the disk is full"),
    ("host key verification failed", "the host's SSH key is not among the known hosts"),
    ("remote host identification has changed", "the host's SSH key is not the known one"),
    ("unprotected private key", "the SSH key may be read by others: chmod 600"),
    ("terminal prompts disabled", "it asks for credentials: give --token-file"),
    ("could not read username", "it asks for credentials: give --token-file"),
    ("could not read password", "it asks for credentials: give --token-file"),
    ("authentication failed", "the credentials are not accepted"),
    ("error: 401", "the credentials are not accepted"),
    ("error: 403", "the credentials do not allow this"),
    ("permission denied (", "the SSH key is not accepted"),
    (
        "dubious ownership",
        "another user of this machine owns it: if they are trusted, git config safe.directory",
    ),
    ("certificate", "the server's certificate is not trusted; GIT_SSL_CAINFO names other CAs"),
    ("could not resolve host", "no such host is known"),
    ("unable to look up", "no such host is known"),
    ("connection refused", "nothing answers there"),
    ("failed to connect", "nothing answers there"),
    ("couldn't connect", "nothing answers there"),
    ("connection timed out", "nothing answers there in time"),
    ("service not enabled", "the server does not allow this"),
    ("access denied or repository not exported", "there is no repository, or it is not shared"),
    ("does not appear to be a git repository", "there is no git repository"),
    ("repository not found", "there is no git repository, or the credentials may not see it"),
    ("' not found", "there is no git repository, or the credentials may not see it"),
    ("error: 404", "there is no git repository, or the credentials may not see it"),
    ("not a git repository", "there is no git repository"),
    ("empty ident name", NAMELESS),
    ("no email was given", NAMELESS),
    ("no name was given", NAMELESS),
    ("please tell me who you are", NAMELESS),
    ("hook declined", "a hook of the server refuses it"),
    ("protected branch", "the branch is protected"),
    ("currently checked out", "the branch is checked out there; push to a bare repository"),
    ("permission denied", "this user may not write there"),
)
_ADVICE = {
    NAMELESS: "git config user.name and user.email, or give --author and --committer",
}
_LONGEST = 300
_HIDDEN = "***"
_IN_URL = re.compile(r"(?<=://)[^/@\s'\"]+@")


def meaning(complaint: str, secrets: Iterable[str] = ()) -> str:
    """What git's complaint means, and the complaint itself in one line."""
    said = _one_line(complaint, secrets)
    lower = complaint.lower()
    known = next((words for needle, words in _MEANINGS if needle in lower), "")
    advice = f": {_ADVICE[known]}" if known in _ADVICE else ""
    if known and said:
        return f"{known}{advice} (git: {said})"
    return known or (f"git says: {said}" if said else "git failed without a word")


def without_credentials(text: str) -> str:
    """What stands before the @ of a URL may be a password."""
    return _IN_URL.sub("", text)


def _one_line(complaint: str, secrets: Iterable[str]) -> str:
    for secret in filter(None, secrets):
        complaint = complaint.replace(secret, _HIDDEN)
    lines = [line.strip() for line in without_credentials(complaint).splitlines()]
    line = _telling([line for line in lines if line])
    text = "".join(each if each.isprintable() else "?" for each in line)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _telling(lines: Sequence[str]) -> str:
    """What the server says itself; else what git ends with."""
    told = [line for line in lines if line.startswith("remote: ") and line[8:].strip()]
    told += [line.partition("[")[1] + line.partition("[")[2] for line in lines if line[:1] == "!"]
    ended = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return "; ".join([*told[:3], *ended[:1]] or lines[:1])
