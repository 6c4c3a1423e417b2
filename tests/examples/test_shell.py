"""The scripts for a forge without CI, run on pull requests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.examples.actions import EXAMPLES
from tests.examples.forge import NAME, Forge, Pull, Status
from tests.examples.workshop import (
    ALICES,
    CATALOG,
    Machine,
    Workshop,
    git,
    machine,
    notebook,
    octavo,
    url,
)

BOT = "octavo-bot"
CHANGED = {ALICES: notebook("churn", "alice@example.com", "new")}


@pytest.fixture
def here(workshop: Workshop) -> Machine:
    """A machine with a clone, and credentials in files."""
    made = machine(workshop.machines / "here")
    (made.home / "bin" / "octavo").symlink_to(octavo())
    forge = workshop.forge
    rights = {"contents": "write", "pull_requests": "write", "statuses": "write"}
    token = forge.grant(BOT, **rights)
    (made.home / "token").write_text(token + "\n")
    store = f"http://x:{token}@localhost:{forge.port}\n"
    (made.home / ".git-credentials").write_text(store)
    (made.home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    clone = made.home / "clone"
    git(made.home, "init", "--quiet", "--initial-branch=main", str(clone))
    git(clone, "remote", "add", "origin", url(forge))
    return made


def run(script: str, here: Machine, forge: Forge) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EXAMPLES / "shell" / script, here.home / "clone"],
        env=here.environment(
            FORGE_API=f"{forge.url}/api/v1",
            FORGE_REPOSITORY=NAME,
            FORGE_TOKEN_FILE=str(here.home / "token"),
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def review(here: Machine, forge: Forge) -> None:
    done = run("review.sh", here, forge)
    assert done.returncode == 0, done.stderr


def comments(forge: Forge, pull: Pull) -> list[str]:
    return forge.said(pull.number, BOT)


def test_every_open_pull_request_is_judged(workshop: Workshop, here: Machine) -> None:
    forge = workshop.forge
    hers = workshop.propose("alice-codes", CHANGED)
    his = workshop.propose("bob-codes", CHANGED)
    closed = workshop.propose("bob-codes", CHANGED)
    closed.state = "closed"
    elsewhere = workshop.propose("bob-codes", CHANGED)
    elsewhere.base = "other"
    review(here, forge)
    assert set(forge.statuses) == {
        Status(hers.head, "success", "octavo/review", "in order"),
        Status(his.head, "failure", "octavo/review", "refused: the comment says why"),
    }
    pulls = (hers, his, closed, elsewhere)
    assert [len(comments(forge, each)) for each in pulls] == [1, 1, 0, 0]
    assert "alice@example.com" in comments(forge, his)[0]


def test_what_is_judged_is_judged_again_only_after_a_push_or_a_merge(
    workshop: Workshop, here: Machine
) -> None:
    forge = workshop.forge
    pull = workshop.propose("alice-codes", CHANGED)
    for _ in range(2):
        review(here, forge)
    assert len(forge.statuses) == 1
    workshop.push(pull, {"catalog/jupyter.yaml": CATALOG + "# mine\n"})
    review(here, forge)
    assert [each.state for each in forge.statuses] == ["success", "failure"]
    workshop.merge({"README.md": "More.\n"})
    review(here, forge)
    assert len(forge.statuses) == 3
    assert len(comments(forge, pull)) == 1


def test_our_comment_is_found_behind_many_others(workshop: Workshop, here: Machine) -> None:
    forge = workshop.forge
    pull = workshop.propose("alice-codes", CHANGED)
    for _ in range(130):
        forge.comment(pull.number, "bob-codes", "nice")
    review(here, forge)
    workshop.merge({"README.md": "More.\n"})
    review(here, forge)
    assert len(comments(forge, pull)) == 1


def test_anothers_comment_that_begins_like_ours_is_left_alone(
    workshop: Workshop, here: Machine
) -> None:
    forge = workshop.forge
    pull = workshop.propose("alice-codes", CHANGED)
    review(here, forge)
    [ours] = comments(forge, pull)
    forge.comments.clear()
    theirs = forge.comment(pull.number, "bob-codes", ours + "All is well.")
    workshop.merge({"README.md": "More.\n"})
    review(here, forge)
    assert theirs.body == ours + "All is well."
    assert comments(forge, pull) == [ours]


def test_one_that_cannot_be_fetched_holds_up_no_other(workshop: Workshop, here: Machine) -> None:
    forge = workshop.forge
    lost = workshop.propose("alice-codes", CHANGED)
    hers = workshop.propose("alice-codes", CHANGED, "another")
    git(forge.repository, "update-ref", "-d", f"refs/pull/{lost.number}/head")
    done = run("review.sh", here, forge)
    assert done.returncode == 1
    assert f"pull request {lost.number} was not judged" in done.stderr
    assert [each.head for each in forge.statuses] == [hers.head]


def test_of_a_pull_request_nothing_is_checked_out(workshop: Workshop, here: Machine) -> None:
    workshop.propose("alice-codes", CHANGED)
    review(here, workshop.forge)
    assert [each.name for each in (here.home / "clone").iterdir()] == [".git"]


def test_main_is_published(workshop: Workshop, here: Machine) -> None:
    workshop.merge(CHANGED)
    done = run("publish.sh", here, workshop.forge)
    assert done.returncode == 0, done.stderr
    assert workshop.rendered() == {"churn", "sales"}
    head = workshop.published("rev-parse", "rendered")
    assert run("publish.sh", here, workshop.forge).returncode == 0
    assert workshop.published("rev-parse", "rendered") == head


def test_nothing_is_published_from_a_tree_with_errors(workshop: Workshop, here: Machine) -> None:
    workshop.merge({ALICES: "kind: Nothing\n"})
    assert run("publish.sh", here, workshop.forge).returncode == 1
    assert workshop.published("branch", "--list", "rendered") == ""


def test_tokens_are_neither_shown_nor_left(workshop: Workshop, here: Machine) -> None:
    workshop.propose("alice-codes", CHANGED)
    said = ""
    for script in ("review.sh", "publish.sh"):
        done = run(script, here, workshop.forge)
        said += done.stdout + done.stderr
    token = (here.home / "token").read_text().strip()
    assert token not in said + here.words
    ours = {here.home / "token", here.home / ".git-credentials"}
    files = {each for each in Path(here.home).rglob("*") if each.is_file()}
    assert [each for each in files - ours if token.encode() in each.read_bytes()] == []
