"""The workflows for GitHub, run step by step on pull requests from forks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.examples.actions import BOT, Run
from tests.examples.forge import Pull, Status
from tests.examples.workshop import ALICES, CATALOG, LOCK, MAIN, SETTINGS, Workshop, notebook

Meanwhile = Mapping[str, Callable[[], object]]
NOTHING: Meanwhile = {}
CHANGED = {ALICES: notebook("churn", "alice@example.com", "new")}


def check(workshop: Workshop, pull: Pull, actor: str = "") -> Run:
    request = {"number": pull.number, "head": {"sha": pull.head}, "user": {"login": pull.author}}
    event = {"pull_request": request}
    ref = f"refs/pull/{pull.number}/merge"
    return Run(workshop, "octavo-check.yml", event, ref, actor or pull.author).go()


def review(
    workshop: Workshop,
    pull: Pull,
    actor: str = BOT,
    meanwhile: Meanwhile = NOTHING,
    **more: Any,
) -> Run:
    """After the check of what is now its head."""
    owner = {"login": pull.author}
    run = {
        "event": "pull_request",
        "head_sha": pull.head,
        "head_branch": pull.branch,
        "head_repository": {"owner": owner, "full_name": f"{pull.author}/notebooks"},
        **more,
    }
    event = {"workflow_run": run}
    return Run(workshop, "octavo-review.yml", event, "main", actor, meanwhile).go()


def publish(workshop: Workshop, ref: str = "main") -> Run:
    return Run(workshop, "octavo-publish.yml", {}, ref, "Ada-of-Platform").go()


def verdicts(workshop: Workshop) -> list[str]:
    assert {each.context for each in workshop.forge.statuses} <= {"octavo/review"}
    return [each.state for each in workshop.forge.statuses]


def comments(workshop: Workshop, pull: Pull) -> list[str]:
    return workshop.forge.said(pull.number, BOT)


def test_a_change_of_ones_own_notebook_is_in_order(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    assert workshop.forge.statuses == [Status(pull.head, "success", "octavo/review", "in order")]
    [comment] = comments(workshop, pull)
    assert "research/churn" in comment


def test_a_change_of_anothers_notebook_is_refused(workshop: Workshop) -> None:
    pull = workshop.propose("bob-codes", CHANGED)
    review(workshop, pull)
    assert verdicts(workshop) == ["failure"]
    [comment] = comments(workshop, pull)
    assert "research/churn" in comment
    assert "alice@example.com" in comment


def test_the_comment_follows_the_pushes(workshop: Workshop) -> None:
    pull = workshop.propose(
        "alice-codes", {**CHANGED, "catalog/jupyter.yaml": CATALOG + "# mine\n"}
    )
    review(workshop, pull)
    workshop.push(pull, {"catalog/jupyter.yaml": CATALOG})
    review(workshop, pull)
    assert verdicts(workshop) == ["failure", "success"]
    [comment] = comments(workshop, pull)
    assert "catalog/jupyter.yaml" not in comment


def test_our_comment_is_found_behind_many_others(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for _ in range(230):
        workshop.forge.comment(pull.number, "bob-codes", "nice")
    review(workshop, pull)
    review(workshop, pull)
    assert len(comments(workshop, pull)) == 1


def test_anothers_comment_that_begins_like_ours_is_left_alone(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    [ours] = comments(workshop, pull)
    mark = ours.splitlines()[0]
    assert mark.startswith("<!--")
    workshop.forge.comments.clear()
    theirs = workshop.forge.comment(pull.number, "bob-codes", f"{mark}\nAll is well.")
    review(workshop, pull)
    assert theirs.body == f"{mark}\nAll is well."
    assert comments(workshop, pull) == [ours]


def test_who_opened_it_counts_and_not_who_runs_it_again(workshop: Workshop) -> None:
    pull = workshop.propose("bob-codes", CHANGED)
    review(workshop, pull, actor="Ada-of-Platform")
    assert verdicts(workshop) == ["failure"]


def test_owners_are_those_of_main_whatever_the_pull_request_makes_of_them(
    workshop: Workshop,
) -> None:
    mine = SETTINGS.replace("ada@", "bob@")
    taken = notebook("churn", "bob@example.com")
    pull = workshop.propose("bob-codes", {"octavo.yaml": mine, ALICES: taken})
    review(workshop, pull)
    assert verdicts(workshop) == ["failure"]


def test_main_alone_says_which_octavo_is_installed(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", {".github/octavo.txt": "evil==1\n"})
    looked, judged = check(workshop, pull), review(workshop, pull)
    assert looked.jobs["check"].installed == judged.jobs["judge"].installed == LOCK
    for job in (looked.jobs["check"], judged.jobs["judge"]):
        assert "--require-hashes --only-binary :all:" in job.machine.words


@pytest.mark.parametrize(
    "name", ["sitecustomize.py", "venv.py", "renderer/__init__.py", "octavo/__init__.py", "git.py"]
)
def test_code_in_a_pull_request_does_not_run(workshop: Workshop, name: str) -> None:
    pwned = workshop.machines / "pwned"
    pull = workshop.propose("alice-codes", {**CHANGED, name: f"open({str(pwned)!r}, 'w')"})
    looked, judged = check(workshop, pull), review(workshop, pull)
    assert looked.jobs["check"].result == "success"
    assert verdicts(workshop) == ["failure"]
    assert not (judged.jobs["judge"].workspace / name).exists()
    assert not pwned.exists()


def test_of_a_pull_request_nothing_is_checked_out(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", {**CHANGED, "notebooks/new.yaml": "kind: Notebook\n"})
    judged = review(workshop, pull)
    workspace = judged.jobs["judge"].workspace
    files = {str(each.relative_to(workspace)) for each in workspace.rglob("*") if each.is_file()}
    assert {name for name in files if not name.startswith(".git/")} == set(MAIN)
    assert (workspace / ALICES).read_text() == MAIN[ALICES]


@pytest.mark.parametrize("branch", ["$(touch pwned)", "a;touch pwned", "x&base=other", "ü#'\""])
def test_the_name_of_a_branch_is_a_name(workshop: Workshop, branch: str) -> None:
    pull = workshop.propose("alice-codes", CHANGED, branch)
    judged = review(workshop, pull)
    assert verdicts(workshop) == ["success"]
    assert not list(judged.artifacts.parent.rglob("pwned"))


def test_commands_in_a_pull_request_are_not_the_runners(workshop: Workshop) -> None:
    text = "::add-mask::a\n\n::stop-commands::x\nkind: [\n"
    pull = workshop.propose("alice-codes", {"notebooks/new.yaml": text})
    said = review(workshop, pull).said + check(workshop, pull).said
    lines = [line for line in said.splitlines() if line.lstrip().startswith("::")]
    assert {line.split()[0] for line in lines} <= {"::error", "::warning"}


def test_what_is_said_of_a_pull_request_is_no_command_either(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = workshop.machines.parent / "octavo"
    program.write_text("#!/bin/sh\necho ::notice::pwned\necho ::error::pwned >&2\n")
    program.chmod(0o755)
    monkeypatch.setattr("tests.examples.actions.octavo", lambda: program)
    said = review(workshop, workshop.propose("alice-codes", CHANGED)).said
    assert "::error::pwned" in said
    assert [line for line in said.splitlines() if line.startswith("::")] == []


def test_an_outdated_run_says_nothing(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    older = pull.head
    workshop.push(pull, {"notebooks/more.yaml": notebook("more", "alice@example.com")})
    outdated = review(workshop, pull, head_sha=older)
    assert set(outdated.jobs) == {"judge"}
    assert outdated.jobs["judge"].result == "success"
    assert workshop.forge.statuses == []
    assert workshop.forge.comments == []


def test_a_push_meanwhile_has_a_run_of_its_own(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    seen = pull.head
    theirs = {"catalog/jupyter.yaml": CATALOG + "# mine\n"}
    review(workshop, pull, meanwhile={"post": lambda: workshop.push(pull, theirs)})
    assert [(each.head, each.state) for each in workshop.forge.statuses] == [(seen, "success")]
    assert workshop.forge.comments == []


@pytest.mark.parametrize("change", [{"base": "other"}, {"state": "closed"}])
def test_a_pull_request_that_main_will_not_take_is_passed_over(
    workshop: Workshop, change: dict[str, str]
) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for name, value in change.items():
        setattr(pull, name, value)
    assert set(review(workshop, pull).jobs) == {"judge"}
    assert workshop.forge.statuses == []


def test_runs_that_are_for_no_pull_request_are_passed_over(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    assert review(workshop, pull, event="push").jobs == {}


def test_what_cannot_be_judged_does_not_pass(workshop: Workshop) -> None:
    workshop.merge({".github/octavo.txt": None})
    pull = workshop.propose("alice-codes", CHANGED)
    judged = review(workshop, pull)
    assert judged.jobs["judge"].result == "failure"
    assert verdicts(workshop) == ["error"]


def test_the_job_that_reads_the_pull_request_cannot_write(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    judged = review(workshop, pull)
    tokens = {name: workshop.forge.tokens[job.token] for name, job in judged.jobs.items()}
    assert set(tokens["judge"].rights.values()) == {"read"}
    assert "contents" not in tokens["post"].rights
    assert list((judged.jobs["post"].workspace).glob(".git")) == []


def test_remarks_stand_beside_the_lines(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", {ALICES: MAIN[ALICES].replace("image", "imgae")})
    looked = check(workshop, pull)
    assert looked.jobs["check"].result == "failure"
    assert f"::error file={ALICES},line=4" in looked.said
    assert "imgae" in (looked.artifacts / "octavo-review" / "review.md").read_text()


def test_the_whole_review_is_kept(workshop: Workshop) -> None:
    many = {f"notebooks/{n}.yaml": notebook(f"n{n}", "alice@example.com") for n in range(40)}
    pull = workshop.propose("alice-codes", many)
    kept = check(workshop, pull).artifacts / "octavo-review" / "review.md"
    review(workshop, pull)
    [comment] = comments(workshop, pull)
    assert len(comment) <= 65_536 < len(kept.read_text())


def test_main_is_published(workshop: Workshop) -> None:
    commit = workshop.merge(CHANGED)
    run = publish(workshop)
    assert run.jobs["publish"].result == "success", run.said
    assert workshop.rendered() == {"churn", "sales"}
    message = workshop.published("log", "-1", "--format=%an %cn%n%B", "rendered")
    assert message.startswith("octavo octavo\n")
    assert f"Octavo-Source: {commit}" in message


def test_nothing_is_published_where_nothing_changed(workshop: Workshop) -> None:
    publish(workshop)
    head = workshop.published("rev-parse", "rendered")
    workshop.merge({"README.md": "Notebooks, and more.\n"})
    assert publish(workshop).jobs["publish"].result == "success"
    assert workshop.published("rev-parse", "rendered") == head


def test_an_old_run_that_is_started_again_publishes_main_as_it_is(workshop: Workshop) -> None:
    old = workshop.git("rev-parse", "main")
    workshop.merge({"notebooks/more.yaml": notebook("more", "alice@example.com")})
    publish(workshop)
    publish(workshop, ref=old)
    assert "more" in workshop.rendered()


def test_nothing_is_published_from_a_tree_with_errors(workshop: Workshop) -> None:
    workshop.merge({ALICES: "kind: Nothing\n"})
    assert publish(workshop).jobs["publish"].result == "failure"
    assert workshop.published("branch", "--list", "rendered") == ""


def test_tokens_are_neither_shown_nor_left(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for run in (check(workshop, pull), review(workshop, pull), publish(workshop)):
        for job in run.jobs.values():
            assert job.token not in job.said + job.machine.words
            files = [each for each in job.machine.home.rglob("*") if each.is_file()]
            assert [each for each in files if job.token.encode() in each.read_bytes()] == []
