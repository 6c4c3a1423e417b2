"""The pipelines for GitLab, run job by job on merge requests from forks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.examples.forge import Pull
from tests.examples.pipelines import Pipeline
from tests.examples.workshop import ALICES, CATALOG, MAIN, SETTINGS, Workshop, notebook

Meanwhile = Mapping[str, Callable[[], object]]
NOTHING: Meanwhile = {}
BOT = "project_7_bot"
THEIRS = {"catalog/jupyter.yaml": CATALOG + "# mine\n"}
CHANGED = {ALICES: notebook("churn", "alice@example.com", "new")}


def check(workshop: Workshop, pull: Pull) -> Pipeline:
    variables = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_DEFAULT_BRANCH": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": workshop.git("merge-base", "main", pull.head),
        "GITLAB_USER_LOGIN": "Ada-of-Platform",
    }
    return Pipeline(workshop, variables, pull.head).go()


def review(workshop: Workshop, pull: Pull, meanwhile: Meanwhile = NOTHING, **more: Any) -> Pipeline:
    """Started by the webhook."""
    payload = workshop.machines.parent / "payload.json"
    asked = {"object_kind": "merge_request", "object_attributes": {"iid": pull.number}}
    payload.write_text(json.dumps({**asked, "user": {"username": "Ada-of-Platform"}, **more}))
    variables = {
        "CI_PIPELINE_SOURCE": "trigger",
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
        "GITLAB_USER_LOGIN": "Ada-of-Platform",
        "TRIGGER_PAYLOAD": str(payload),
    }
    secrets = {"octavo-review": {"OCTAVO_REVIEW_TOKEN": workshop.forge.grant(BOT, api="write")}}
    tip = workshop.git("rev-parse", "main")
    return Pipeline(workshop, variables, tip, secrets, meanwhile).go()


def publish(workshop: Workshop, commit: str = "") -> Pipeline:
    file = workshop.machines.parent / "push-token"
    file.write_text(workshop.forge.grant("publisher", contents="write") + "\n")
    variables = {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
    }
    secrets = {"octavo-publish": {"OCTAVO_PUSH_TOKEN_FILE": str(file)}}
    tip = workshop.git("rev-parse", "main")
    return Pipeline(workshop, variables, commit or tip, secrets).go()


def approved(workshop: Workshop, pull: Pull) -> bool:
    return (pull.number, BOT) in workshop.forge.approvals


def notes(workshop: Workshop, pull: Pull) -> list[str]:
    return workshop.forge.said(pull.number, BOT)


def test_a_change_of_ones_own_notebook_is_approved(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    judged = review(workshop, pull)
    assert [name for name, job in judged.jobs.items() if job.well] == ["find", "judge", "post"]
    assert approved(workshop, pull)
    [note] = notes(workshop, pull)
    assert "research/churn" in note


def test_a_change_of_anothers_notebook_is_not(workshop: Workshop) -> None:
    pull = workshop.propose("bob-codes", CHANGED)
    assert not review(workshop, pull).jobs["post"].well
    assert not approved(workshop, pull)
    [note] = notes(workshop, pull)
    assert "alice@example.com" in note


def test_note_and_approval_follow_the_pushes(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    workshop.push(pull, {"catalog/jupyter.yaml": CATALOG + "# mine\n"})
    review(workshop, pull)
    assert not approved(workshop, pull)
    [note] = notes(workshop, pull)
    assert "catalog/jupyter.yaml" in note
    workshop.push(pull, {"catalog/jupyter.yaml": CATALOG})
    review(workshop, pull)
    review(workshop, pull)
    assert approved(workshop, pull)
    [note] = notes(workshop, pull)
    assert "catalog/jupyter.yaml" not in note


def test_our_note_is_found_behind_many_others(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for _ in range(230):
        workshop.forge.comment(pull.number, "bob-codes", "nice")
    review(workshop, pull)
    review(workshop, pull)
    assert len(notes(workshop, pull)) == 1


def test_anothers_note_that_begins_like_ours_is_left_alone(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    [ours] = notes(workshop, pull)
    workshop.forge.comments.clear()
    theirs = workshop.forge.comment(pull.number, "bob-codes", ours + "All is well.")
    review(workshop, pull)
    assert theirs.body == ours + "All is well."
    assert notes(workshop, pull) == [ours]


def test_owners_are_those_of_main_whatever_the_request_makes_of_them(workshop: Workshop) -> None:
    mine = SETTINGS.replace("ada@", "bob@")
    taken = notebook("churn", "bob@example.com")
    pull = workshop.propose("bob-codes", {"octavo.yaml": mine, ALICES: taken})
    review(workshop, pull)
    assert not approved(workshop, pull)


def test_of_a_merge_request_nothing_is_checked_out(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", {**CHANGED, "notebooks/new.yaml": "kind: Notebook\n"})
    workspace = review(workshop, pull).jobs["judge"].workspace
    files = {str(each.relative_to(workspace)) for each in workspace.rglob("*") if each.is_file()}
    ours = {"request.env", "review.md", "verdict.env"}
    assert {name for name in files if not name.startswith(".git/")} - ours == set(MAIN)
    assert (workspace / ALICES).read_text() == MAIN[ALICES]


def test_what_reads_a_merge_request_knows_no_secret(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    judged, looked = review(workshop, pull), check(workshop, pull)
    for known in (judged.jobs["judge"].known, looked.jobs["check"].known):
        tokens = [workshop.forge.tokens[each] for each in known.values() if "s3cret" in each]
        assert [token.user for token in tokens] == ["runner"]


@pytest.mark.parametrize("change", [{"base": "other"}, {"state": "merged"}])
def test_a_request_that_main_will_not_take_is_passed_over(
    workshop: Workshop, change: dict[str, str]
) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for name, value in change.items():
        setattr(pull, name, value)
    judged = review(workshop, pull)
    assert all(job.well for job in judged.jobs.values())
    assert (workshop.forge.comments, workshop.forge.approvals) == ([], set())


def test_a_hook_that_is_for_no_merge_request_is_refused(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    judged = review(workshop, pull, object_kind="issue")
    assert "is of no merge request" in judged.said
    assert not approved(workshop, pull)


@pytest.mark.parametrize("when", ["judge", "post"])
def test_a_push_meanwhile_has_a_pipeline_of_its_own(workshop: Workshop, when: str) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    judged = review(workshop, pull, {when: lambda: workshop.push(pull, THEIRS)})
    assert judged.jobs["post"].well
    assert (workshop.forge.comments, workshop.forge.approvals) == ([], set())


def test_an_outdated_verdict_takes_no_approval_back(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", THEIRS)

    def mended() -> None:
        workshop.push(pull, {**CHANGED, "catalog/jupyter.yaml": CATALOG})
        workshop.forge.approvals.add((pull.number, BOT))

    review(workshop, pull, {"post": mended})
    assert approved(workshop, pull)


def test_a_push_in_the_last_moment_is_not_approved_unseen(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    workshop.forge.meanwhile["approvals"] = lambda: workshop.push(pull, THEIRS)
    assert not review(workshop, pull).jobs["post"].well
    assert not approved(workshop, pull)


def test_what_is_refused_is_approved_no_longer(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    workshop.push(pull, {ALICES: "kind: [\n"})
    review(workshop, pull)
    assert not approved(workshop, pull)


def test_what_cannot_be_judged_is_approved_no_longer(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    review(workshop, pull)
    before = notes(workshop, pull)
    workshop.push(pull, THEIRS)
    workshop.published("update-ref", "-d", f"refs/merge-requests/{pull.number}/head")

    def left_behind() -> None:
        newest = max(workshop.machines.glob("*-artifacts"), key=lambda path: path.stat().st_mtime)
        (newest / "review.md").write_text(f"{before[0]} of another request")

    judged = review(workshop, pull, {"post": left_behind})
    assert [judged.jobs[name].well for name in ("find", "judge", "post")] == [True, False, False]
    assert not approved(workshop, pull)
    assert notes(workshop, pull) == before


def test_what_is_wrong_is_said_in_the_requests_own_pipeline(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", {ALICES: MAIN[ALICES].replace("image", "imgae")})
    looked = check(workshop, pull)
    assert set(looked.jobs) == {"check"}
    assert not looked.jobs["check"].well
    assert f"{ALICES}:4" in looked.said
    assert "imgae" in (looked.artifacts / "review.md").read_text()


def test_a_good_request_passes_its_own_pipeline(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    looked = check(workshop, pull)
    assert looked.jobs["check"].well, looked.said
    assert "research/churn" in (looked.artifacts / "review.md").read_text()


def test_main_is_published(workshop: Workshop) -> None:
    commit = workshop.merge(CHANGED)
    assert publish(workshop).jobs["publish"].well
    assert workshop.rendered() == {"churn", "sales"}
    assert f"Octavo-Source: {commit}" in workshop.published("log", "-1", "--format=%B", "rendered")


def test_an_old_pipeline_that_is_started_again_publishes_main_as_it_is(workshop: Workshop) -> None:
    old = workshop.git("rev-parse", "main")
    workshop.merge({"notebooks/more.yaml": notebook("more", "alice@example.com")})
    publish(workshop)
    publish(workshop, old)
    assert "more" in workshop.rendered()


def test_other_pipelines_have_no_jobs(workshop: Workshop) -> None:
    for source in ("push", "trigger", "schedule", "web"):
        variables = {
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_BRANCH": "theirs",
            "CI_DEFAULT_BRANCH": "main",
        }
        commit = workshop.git("rev-parse", "main")
        assert Pipeline(workshop, variables, commit).go().jobs == {}


def test_tokens_are_neither_shown_nor_left(workshop: Workshop) -> None:
    pull = workshop.propose("alice-codes", CHANGED)
    for run in (check(workshop, pull), review(workshop, pull), publish(workshop)):
        for job in run.jobs.values():
            for secret in workshop.forge.tokens:
                assert secret not in job.said + job.machine.words
                files = [each for each in job.machine.home.rglob("*") if each.is_file()]
                found = [each for each in files if secret.encode() in each.read_bytes()]
                assert [each.name for each in found if each.parent.name != ".git"] == []


def test_publishing_leaves_the_token_file_to_its_owner(workshop: Workshop) -> None:
    publish(workshop)
    assert (workshop.machines.parent / "push-token").exists()
