"""Logins as users: capitals of a login say nothing, everything else does."""

import pytest

from renderer.model.settings import Reviewing, Settings
from renderer.model.subjects import Subject
from renderer.review.people import Actor, actor_of

SETTINGS = Settings(
    admins=(Subject("Group", "platform"), Subject("User", "kim@example.com")),
    groups={"platform": ("petra",), "empty": ("",)},
    review=Reviewing({"Kim": "kim@example.com", "petra-gh": "petra", "ghost": ""}),
)


@pytest.mark.parametrize(
    ("login", "user", "is_admin"),
    [
        ("kim", "kim@example.com", True),
        ("KIM", "kim@example.com", True),
        ("\u212aim", "", False),  # the sign of degrees Kelvin, which lower() makes a k
        ("k\u0131m", "", False),
        ("petra-gh", "petra", True),
        ("petra", "", False),
        ("platform", "", False),
        ("", "", False),
    ],
)
def test_a_login_is_a_user(login: str, user: str, is_admin: bool) -> None:
    actor = actor_of(login, SETTINGS)
    assert (actor.user, actor.is_admin) == (user, is_admin)


@pytest.mark.parametrize("kind", ["User", "Group", "ServiceAccount"])
def test_nobody_is_meant_by_nothing(kind: str) -> None:
    nobody = Actor("mallory", "", frozenset({""}))
    assert not nobody.is_meant_by(Subject(kind, ""))
    assert not nobody.is_meant_by(None)
    assert actor_of("ghost", SETTINGS).groups == frozenset()
