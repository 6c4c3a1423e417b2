"""What the forge answers: by GitHub's API, which Forgejo and Gitea share, and by GitLab's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.examples.forge import NAME, Comment, Forge, Pull, Refusal, Request, Status

LONGEST_COMMENT = 65_536
PROJECT = "7"


class Route(NamedTuple):
    """What is answered where: the method, the path, what a token needs, and by whom."""

    method: str
    path: str
    needs: tuple[str, str]
    answer: Callable[..., Any]


def github(forge: Forge, asked: Request) -> Any:
    return _answer(GITHUB, forge, asked, asked.path.removeprefix(f"/repos/{NAME}"))


def gitlab(forge: Forge, asked: Request) -> Any:
    path = asked.path.removeprefix(f"/projects/{PROJECT}/merge_requests")
    return _answer(GITLAB, forge, asked, path)


def _answer(routes: tuple[Route, ...], forge: Forge, asked: Request, path: str) -> Any:
    for route in routes:
        match = re.fullmatch(route.path, path)
        if match and route.method == asked.method:
            if not asked.token.may(*route.needs):
                raise Refusal(403, f"{asked.token.user} lacks {route.needs}")
            return route.answer(forge, asked, *match.groups())
    raise Refusal(404, asked.path)


def _user(_: Forge, asked: Request) -> Any:
    return {"login": asked.token.user, "username": asked.token.user}


def _pulls(forge: Forge, asked: Request) -> Any:
    return asked.page([_pull(each) for each in forge.pulls.values() if _is_asked(each, asked)])


def _is_asked(pull: Pull, asked: Request) -> bool:
    wanted = {"state": pull.state, "base": pull.base, "head": f"{pull.author}:{pull.branch}"}
    return all(asked.query.get(name, value) == value for name, value in wanted.items())


def _one(forge: Forge, _: Request, number: str) -> Any:
    return _pull(forge.pulls[int(number)])


def _set_status(forge: Forge, asked: Request, head: str) -> Any:
    made = Status(head, asked["state"], asked["context"], asked["description"])
    assert made.state in {"success", "failure", "error"}
    assert len(made.description) <= 140
    forge.statuses.append(made)
    return {}


def _comments(forge: Forge, asked: Request, number: str) -> Any:
    return asked.page([_comment(each) for each in forge.comments if each.pull == int(number)])


def _add(forge: Forge, asked: Request, number: str) -> Any:
    return _comment(forge.comment(int(number), asked.token.user, _body(asked)))


def _edit(forge: Forge, asked: Request, number: str) -> Any:
    """Also what others wrote, as GitHub allows it."""
    [found] = [each for each in forge.comments if each.number == int(number)]
    found.body = _body(asked)
    return _comment(found)


def _body(asked: Request) -> str:
    body = asked["body"]
    if not body or len(body) > LONGEST_COMMENT:
        raise Refusal(422, "body is too long, or empty")
    return body


def _approvals(forge: Forge, asked: Request, number: str) -> Any:
    return {"user_has_approved": (int(number), asked.token.user) in forge.approvals}


def _approve(forge: Forge, asked: Request, number: str) -> Any:
    if asked["sha"] != forge.pulls[int(number)].head:
        raise Refusal(409, "SHA does not match HEAD of source branch")
    mine = (int(number), asked.token.user)
    assert mine not in forge.approvals
    forge.approvals.add(mine)
    return {}


def _unapprove(forge: Forge, asked: Request, number: str) -> Any:
    forge.approvals.remove((int(number), asked.token.user))
    return {}


def _pull(pull: Pull) -> Any:
    """In the words of both."""
    return {
        "number": pull.number,
        "iid": pull.number,
        "state": "opened" if pull.state == "open" else pull.state,
        "user": {"login": pull.author},
        "author": {"username": pull.author},
        "sha": pull.head,
        "head": {"sha": pull.head, "ref": pull.branch},
        "base": {"ref": pull.base},
        "target_branch": pull.base,
    }


def _comment(comment: Comment) -> Any:
    author = {"login": comment.author, "username": comment.author}
    return {"id": comment.number, "user": author, "author": author, "body": comment.body}


ANYBODY = ("metadata", "read")
READ, WRITE = ("pull-requests", "read"), ("pull-requests", "write")
GITHUB = (
    Route("GET", "/user", ANYBODY, _user),
    Route("GET", "/pulls", READ, _pulls),
    Route("GET", r"/pulls/(\d+)", READ, _one),
    Route("POST", r"/statuses/([0-9a-f]{40})", ("statuses", "write"), _set_status),
    Route("GET", r"/issues/(\d+)/comments", READ, _comments),
    Route("POST", r"/issues/(\d+)/comments", WRITE, _add),
    Route("PATCH", r"/issues/comments/(\d+)", WRITE, _edit),
)
API = ("api", "write")
GITLAB = (
    Route("GET", "/user", API, _user),
    Route("GET", r"/(\d+)", API, _one),
    Route("GET", r"/(\d+)/approvals", API, _approvals),
    Route("POST", r"/(\d+)/approve", API, _approve),
    Route("POST", r"/(\d+)/unapprove", API, _unapprove),
    Route("GET", r"/(\d+)/notes", API, _comments),
    Route("POST", r"/(\d+)/notes", API, _add),
    Route("PUT", r"/\d+/notes/(\d+)", API, _edit),
)
