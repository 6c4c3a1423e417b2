"""A forge on loopback: git over HTTP, and APIs."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.git.backend import ask

NAME = "acme/notebooks"


@dataclass(frozen=True, slots=True)
class Token:
    """Whose it is, and what it may: `contents: read` and the like."""

    user: str
    rights: Mapping[str, str]

    def may(self, what: str, how: str) -> bool:
        return self.rights.get(what) in {how, "write"}


@dataclass(slots=True)
class Pull:
    """A pull request, from a branch of its author's fork."""

    number: int
    author: str
    branch: str
    head: str
    base: str = "main"
    state: str = "open"


@dataclass(slots=True)
class Comment:
    number: int
    pull: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Status:
    head: str
    state: str
    context: str
    description: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the forge is asked."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    token: Token

    def __getitem__(self, name: str) -> str:
        """A value of the body, be it a form or JSON."""
        if self.body.startswith(b"{"):
            return str(json.loads(self.body)[name])
        return parse_qs(self.body.decode())[name][0]

    def page(self, items: list[Any]) -> list[Any]:
        size, number = int(self.query.get("per_page", 30)), int(self.query.get("page", 1))
        assert size <= 100
        return items[size * (number - 1) : size * number]


class Refusal(Exception):  # noqa: N818 - an answer like others
    """An answer that is no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


Api = Callable[["Forge", Request], Any]


@dataclass(slots=True)
class Forge:
    """What stands in it, and what happens when it is asked for something the next time."""

    root: Path
    apis: Mapping[str, Api]
    tokens: dict[str, Token] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    approvals: set[tuple[int, str]] = field(default_factory=set)
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def repository(self) -> Path:
        return self.root / f"{NAME}.git"

    def grant(self, user: str, **rights: str) -> str:
        """A new token; underscores stand for dashes."""
        token = f"s3cret-{len(self.tokens)}-{user.split('[', maxsplit=1)[0]}"
        named = {name.replace("_", "-"): how for name, how in rights.items()} | {"metadata": "read"}
        self.tokens[token] = Token(user, named)
        return token

    def comment(self, pull: int, author: str, body: str) -> Comment:
        made = Comment(len(self.comments) + 1, pull, author, body)
        self.comments.append(made)
        return made

    def said(self, pull: int, author: str) -> list[str]:
        return [each.body for each in self.comments if (each.pull, each.author) == (pull, author)]


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._body()
        self.forge.meanwhile.pop(path.rpartition("/")[2], int)()
        if path.startswith(f"/{NAME}.git/"):
            self._git(path, query, body)
            return
        prefix = next(each for each in self.forge.apis if path.startswith(each))
        pairs = {name: values[0] for name, values in parse_qs(query).items()}
        try:
            token = self._token()
            asked = Request(self.command, path.removeprefix(prefix), pairs, body, token)
            found = self.forge.apis[prefix](self.forge, asked)
        except Refusal as refusal:
            self._say(refusal.status, {}, json.dumps({"message": str(refusal)}).encode())
        else:
            self._say(201 if self.command == "POST" else 200, {}, json.dumps(found).encode())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _token(self) -> Token:
        said = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
        kind, _, secret = said.rpartition(" ")
        if kind == "Basic":
            secret = base64.b64decode(secret).decode().partition(":")[2]
        if secret not in self.forge.tokens:
            raise Refusal(401, "who are you?")
        return self.forge.tokens[secret]

    def _git(self, path: str, query: str, body: bytes) -> None:
        how = "write" if "git-receive-pack" in f"{path}?{query}" else "read"
        try:
            token = self._token()
        except Refusal:
            self._say(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        if not token.may("contents", how):
            self._say(403, {}, b"")
            return
        answer = ask(self.forge.root, self, body, token.user)
        self._say(answer.status, answer.headers, answer.body)

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(forge: Forge) -> Iterator[Forge]:
    handler = type("Handler", (_Handler,), {"forge": forge})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        forge.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield forge
        finally:
            server.shutdown()
            thread.join()
