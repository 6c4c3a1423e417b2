"""No answer, or not a whole one, said in words that repeat nothing of what was sent."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException


class LostError(Exception):
    """A request whose outcome is unknown, unless it was never `sent`.

    `stale`: the connection had been used before, and may have been closed meanwhile;
    `hopeless`: it will be the same next time.
    """

    def __init__(
        self, words: str, *, sent: bool = True, stale: bool = False, hopeless: bool = False
    ) -> None:
        super().__init__(words)
        self.words = words
        self.sent = sent
        self.stale = stale
        self.hopeless = hopeless


def lost(error: Exception, server: str, seconds: float, *, stale: bool) -> LostError:
    """What an exception of the network means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"the certificate of {server} is not trusted: {error.verify_message}"
        return LostError(words, sent=False, hopeless=True)
    sent = not isinstance(error, ConnectionRefusedError | socket.gaierror)
    return LostError(_words(error, server, seconds), sent=sent, stale=stale and sent)


def _words(error: Exception, server: str, seconds: float) -> str:
    match error:
        case ConnectionRefusedError():
            return f"connection refused at {server}"
        case socket.gaierror():
            return f"the name of {server} cannot be resolved"
        case TimeoutError():
            return f"{server} did not answer within {seconds:.0f} seconds"
        case ConnectionError() | HTTPException() | ssl.SSLError():
            return f"{server} cut the connection"
        case _:
            said = getattr(error, "strerror", None) or type(error).__name__
            return f"{server} cannot be reached: {said}"
