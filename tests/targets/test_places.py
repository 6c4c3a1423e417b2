"""No two targets write to one place, whoever says which branch."""

from __future__ import annotations

import subprocess

import pytest

from renderer.errors import UsageError
from renderer.model.places import Place
from renderer.model.settings import Target
from renderer.schema.kinds import check
from renderer.targets import refuse_clashes


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        (("b", "eu"), ("b", "us"), False),
        (("b", "eu"), ("b", "eu"), True),
        (("b", "eu"), ("b", "eu/west"), True),
        (("b", "eu"), ("b", "eu-west"), False),
        (("b", "eu"), ("b", "EU"), True),
        (("b", ""), ("b", "eu"), True),
        (("b", "eu"), ("c", "eu"), False),
        (("b", ""), ("b/c", ""), True),
        (("b", ""), ("bc", ""), False),
        (("", ""), ("b", ""), False),
    ],
)
def test_places_clash(one: tuple[str, str], other: tuple[str, str], *, clashes: bool) -> None:
    assert bool(Place(*one).clash(Place(*other))) is clashes
    assert bool(Place(*other).clash(Place(*one))) is clashes


def test_a_branch_of_the_command_may_make_two_places_one() -> None:
    one, other, third = Target("one", "prod"), Target("other"), Target("third", path="third")
    refuse_clashes([one, other], "test")
    refuse_clashes([one, third, Target("last", path="last")], "test")
    with pytest.raises(UsageError, match="one and other are no two places: they would be written"):
        refuse_clashes([one, other], "prod")
    with pytest.raises(UsageError, match="one and third are no two places"):
        refuse_clashes([one, third], "prod")


BRANCHES = [
    "rendered", "env/prod", "a.b", "ümläut", "a@b", "@a", "x-", "@", "-f", "/a", "a/", "a//b",
    "a..b", "a.lock", "a.lock/b", ".a", "a/.b", "a.", "a b", "a~", "a^", "a:b", "a?", "a*", "a[b",
    "a\\b", "a@{b", "a\tb", "a\x7f", "HEAD", "refs/heads/a",
]  # fmt: skip


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_branch_is_taken_only_where_git_takes_it(branch: str) -> None:
    taken = not check("settings", {"targets": {"a": {"branch": branch}}})
    asked = ["git", "check-ref-format", "--branch", branch]
    fine = subprocess.run(asked, check=False, capture_output=True)
    if branch in {"@", "HEAD", "refs/heads/a"}:  # git would take it for something else
        assert not taken
    else:
        assert taken is (fine.returncode == 0)


@pytest.mark.parametrize(
    "path",
    ["/a", "a/", "a//b", "..", ".", "a/../b", "./a", ".git", "a/.git", "-a", "a\\b", "a\nb", ""],
)
def test_a_path_stays_in_the_branch_and_is_visible(path: str) -> None:
    assert check("settings", {"targets": {"a": {"path": path}}})


@pytest.mark.parametrize("path", ["a", "clusters/eu", "a b/ü", "v1.2/x..y", "a-b"])
def test_a_path_is_any_directory_else(path: str) -> None:
    assert check("settings", {"targets": {"a": {"path": path}}}) == []
