"""The API server's refusals as ClusterErrors: what, where, what to do, and never a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from sync.cluster import retry
from sync.cluster.identity import Identity
from sync.cluster.model import Answer
from sync.cluster.request import Request
from sync.errors import Cause, ClusterError

LONGEST = 600
CONFLICT = "FieldManagerConflict"
NOT_SERVED = "NotServed"
NO_SUCH_PATH = b"404 page not found"

# What it says last, which repeats nothing: in words that the releases share.
VERDICT = re.compile(
    r": (?:field is immutable(?: when `immutable` is set)?|cannot change roleRef)$"
)
# Where the server begins to repeat what was sent: Go's structures, and decoders' excerpts.
DUMP = re.compile(r'map\[|\b\w+\.\w+\{|error found in #\d+|\[?\{"')
MAY_NOT = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]*)"'
    r' in API group "(?P<group>[^"]*)"(?: in the namespace "(?P<namespace>[^"]*)")?'
)


def refusal(request: Request, answer: Answer, identity: Identity) -> ClusterError:
    """What an answer that is no success means."""
    status = _status(answer.body)
    reason = str(status.get("reason") or _reason_of(answer))
    causes = _causes(status, secret=request.secret)
    words = _words(request, answer, status, identity)
    return ClusterError(answer.status, reason, words, causes, retry.asked_pause(answer))


def named(request: Request, words: str, status: int = 0, reason: str = "") -> ClusterError:
    """A failure of ours rather than of the server's."""
    return ClusterError(status, reason, f"{request.verb} {request.place}: {words}")


def told(text: str) -> str:
    """A text of the server's, in one line, up to where it repeats what was sent."""
    line = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(line.split())
    dump = DUMP.search(line)
    if dump:
        line = f"{line[: dump.start()].rstrip()} (values not shown){_verdict(line)}"
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _by_a_rule(status: Mapping[str, Any]) -> bool:
    """Whether a policy or a webhook refused, and only says that it is for the credentials."""
    return "denied" in str(status.get("message", ""))


def _verdict(line: str) -> str:
    found = VERDICT.search(line)
    return found[0] if found else ""


def _words(request: Request, answer: Answer, status: Mapping[str, Any], identity: Identity) -> str:
    server = identity.endpoint.server
    match answer.status:
        case 401 if not _by_a_rule(status):
            return f"the credentials of {identity.who} were refused by {server}; log in again"
        case 403 if match := MAY_NOT.search(str(status.get("message", ""))):
            return _may_not(request, match)
        case code if 300 <= code < 400:  # noqa: PLR2004
            return f"{server} redirects elsewhere ({code}), which is not followed: give its own URL"
    said = _said(request, answer, status, server)
    return f"{request.verb} {request.place}: {said}"


def _said(request: Request, answer: Answer, status: Mapping[str, Any], server: str) -> str:
    if not status and answer.body.startswith(NO_SUCH_PATH):
        return "the API server does not know this kind"
    if not status:
        return f"{server} answered {answer.status} without a status; is it an API server?"
    if request.secret:
        return _of_a_secret(answer, status)
    return told(str(status.get("message") or f"answered {answer.status}"))


def _of_a_secret(answer: Answer, status: Mapping[str, Any]) -> str:
    """The server repeats values of Secrets: only fields, managers and verdicts are said."""
    causes = [each for each in _causes(status, secret=True) if each.field]
    fields = ", ".join(f"{each.field}{_verdict(f': {each.message}')}" for each in causes)
    reason = str(status.get("reason") or answer.status)
    return f"{reason} ({fields})" if fields else reason


def _may_not(request: Request, match: re.Match[str]) -> str:
    resource = f"{match['resource']}.{match['group']}" if match["group"] else match["resource"]
    named = f" ({request.place.name})" if request.place.name else ""
    scope = f"in namespace {match['namespace']}" if match["namespace"] else "of the whole cluster"
    return f"{match['user']} may not {match['verb']} {resource} {scope}{named}; grant it"


def _causes(status: Mapping[str, Any], *, secret: bool) -> tuple[Cause, ...]:
    details = status.get("details")
    found = details.get("causes") if isinstance(details, dict) else None
    return tuple(_cause(each, secret=secret) for each in found or () if isinstance(each, dict))


def _cause(entry: Mapping[str, Any], *, secret: bool) -> Cause:
    reason = str(entry.get("reason", ""))
    said = str(entry.get("message", ""))
    hidden = secret and reason != CONFLICT
    message = _verdict(said).removeprefix(": ") if hidden else told(said)
    return Cause(reason, str(entry.get("field", "")), message)


def _status(body: bytes) -> Mapping[str, Any]:
    """The Status object, or nothing where the body is something else."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) and found.get("kind") == "Status" else {}


def _reason_of(answer: Answer) -> str:
    if answer.status == 404:  # noqa: PLR2004
        return NOT_SERVED if answer.body.startswith(NO_SUCH_PATH) else "NoApiServer"
    if answer.status == 401:  # noqa: PLR2004
        return "Unauthorized"
    return ""
