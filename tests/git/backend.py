"""What git's own server program answers to a request of a web server."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer, to be passed on."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(root: Path, request: BaseHTTPRequestHandler, body: bytes, user: str = "") -> Answer:
    """Run `git http-backend` over the repositories below a directory; with a user, for them."""
    path, _, query = request.path.partition("?")
    who = {"REMOTE_USER": user} if user else {}
    done = subprocess.run(
        ["git", "http-backend"],
        input=body,
        env={
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "REQUEST_METHOD": request.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            **who,
        },
        capture_output=True,
        check=False,
    )
    head, _, answer = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if line)
    return Answer(int(headers.pop("Status", "200").split()[0]), headers, answer)
