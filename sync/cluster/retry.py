"""Which failures are worth another try, and how soon. Pure, but for the jitter."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sync.cluster.lost import LostError
from sync.cluster.model import Answer

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
UNTIL_THE_DEADLINE = 1_000_000
A_FEW = 4
ONCE = 1

TOO_MANY = 429
UNAVAILABLE = 503
INTERNAL = 500
PATIENT = frozenset({408, TOO_MANY, 502, UNAVAILABLE, 504})

# A 500 may be for ever (a webhook's, a value that cannot be decoded) unless the store restarts.
STORE_IS_DOWN = re.compile(
    rb"etcd|timed? ?out|deadline exceeded|leader|connection refused", re.IGNORECASE
)
WEBHOOK = re.compile(rb"webhook", re.IGNORECASE)


def attempts(outcome: Answer | LostError, *, repeatable: bool) -> int:
    """How often a request may be sent in all, when this came of it."""
    if isinstance(outcome, LostError):
        again = not outcome.hopeless and (repeatable or not outcome.sent)
        return UNTIL_THE_DEADLINE if again else ONCE
    if outcome.status == TOO_MANY:
        return UNTIL_THE_DEADLINE
    if not repeatable:
        return ONCE
    if outcome.status == INTERNAL:
        return UNTIL_THE_DEADLINE if _store_is_down(outcome.body) else A_FEW
    return UNTIL_THE_DEADLINE if outcome.status in PATIENT else ONCE


def _store_is_down(body: bytes) -> bool:
    return bool(STORE_IS_DOWN.search(body)) and not WEBHOOK.search(body)


def backoff(attempt: int) -> float:
    """Longer each time, and never the same for two."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311  jitter needs no secrecy


def asked_pause(answer: Answer) -> float | None:
    """Seconds of a Retry-After: a number or a date."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def throttles(answer: Answer) -> bool:
    """Whether it speaks to everybody rather than to this request."""
    asked = "retry-after" in answer.headers
    return answer.status == TOO_MANY or (answer.status == UNAVAILABLE and asked)
