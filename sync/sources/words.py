"""What git complains of, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_MEANINGS = (
    ("no space left", "the disk of the cache is full"),
    ("disk quota exceeded", "the disk of the cache is full"),
    ("host key verification failed", "the host's SSH key is not among the known hosts"),
    ("remote host identification has changed", "the host's SSH key is not the known one"),
    ("unprotected private key", "the SSH key may be read by others: chmod 600"),
    ("terminal prompts disabled", "it asks for credentials: give a token"),
    ("authentication failed", "the token is not accepted"),
    ("error: 401", "the token is not accepted"),
    ("error: 403", "the credentials may not read this repository"),
    ("permission denied (", "the SSH key is not accepted"),
    ("dubious ownership", "the repository belongs to another user of this machine"),
    ("certificate", "the server's certificate is not trusted; GIT_SSL_CAINFO names other CAs"),
    ("could not resolve host", "no such host is known"),
    ("connection refused", "nothing answers there"),
    ("failed to connect", "nothing answers there"),
    ("couldn't connect", "nothing answers there"),
    ("connection timed out", "nothing answers there in time"),
    ("does not appear to be a git repository", "there is no git repository"),
    ("repository not found", "there is no git repository, or the credentials may not see it"),
    ("' not found", "there is no git repository, or the credentials may not see it"),
    ("error: 404", "there is no git repository, or the credentials may not see it"),
    ("does not exist", "there is no git repository"),
    ("not a git repository", "there is no git repository"),
)
_LONGEST = 300
_HIDDEN = "***"


def meaning(complaint: str, secrets: Iterable[str] = ()) -> str:
    """What git's complaint means, and the complaint itself in one line."""
    said = _one_line(complaint, secrets)
    lower = complaint.lower()
    known = next((words for needle, words in _MEANINGS if needle in lower), "")
    if known and said:
        return f"{known} (git: {said})"
    return known or (f"git says: {said}" if said else "git failed without a word")


def _one_line(complaint: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        complaint = complaint.replace(secret, _HIDDEN)
    line = _telling([line.strip() for line in complaint.splitlines() if line.strip()])
    text = "".join(each if each.isprintable() else "?" for each in line)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _telling(lines: Sequence[str]) -> str:
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return next(iter(fatal or lines), "")
