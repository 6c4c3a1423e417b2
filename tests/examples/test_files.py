"""The files for CI by their schemas, shellcheck and zizmor, and by the rules of docs/ci.md."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.examples.actions import EXAMPLES, workflow
from tests.examples.pipelines import FILE, jobs, pipeline

ROOT = EXAMPLES.parents[1]
WORKFLOWS = sorted((EXAMPLES / "github").glob("*.yml"))
SCRIPTS = sorted((EXAMPLES / "shell").glob("*.sh"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
IMAGE = re.compile(r".+@sha256:[0-9a-f]{64}")


def tool(name: str, *words: str | Path, feed: str | None = None) -> str:
    """What a checker of this environment has to say; nothing where it is content."""
    program = Path(sys.executable).with_name(name)
    done = subprocess.run(
        [program, *words], input=feed, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def steps() -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Every step of every workflow, with its job."""
    for path in WORKFLOWS:
        for job in workflow(path.name)["jobs"].values():
            for step in job["steps"]:
                yield path.name, job, step


def scripts() -> Iterator[tuple[str, str]]:
    """Everything that a shell runs, by name."""
    for path in SCRIPTS:
        yield path.name, path.read_text(encoding="utf-8")
    for name, _, step in steps():
        if "run" in step:
            yield f"{name}: {step.get('name')}", f"#!/bin/bash -e\n{step['run']}"
    for name, job in jobs(pipeline()).items():
        lines = [*job.get("before_script", []), *job["script"]]
        yield f"{FILE.name}: {name}", "\n".join(["#!/bin/bash -e", *lines])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_one_by_its_schema(path: Path) -> None:
    assert tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path) == ""


def test_the_pipeline_is_one_by_its_schema() -> None:
    words = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    assert tool("check-jsonschema", *words, FILE) == ""


@pytest.mark.parametrize("script", [pytest.param(text, id=name) for name, text in scripts()])
def test_shellcheck_is_content(script: str) -> None:
    # SC2154: variables that the surroundings set.
    assert tool("shellcheck", "--exclude", "SC2154", "-", feed=script) == ""


def test_zizmor_is_content() -> None:
    words = (
        "--offline",
        "--no-progress",
        "--quiet",
        "--persona",
        "pedantic",
        "--min-severity",
        "low",
    )
    assert tool("zizmor", *words, *WORKFLOWS) == ""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_others_made_is_pinned(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "- uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


def test_images_are_pinned() -> None:
    images = {
        str(job["image"]) for job in jobs(pipeline()).values() if isinstance(job["image"], str)
    }
    named = {
        job["image"]["name"] for job in jobs(pipeline()).values() if isinstance(job["image"], dict)
    }
    assert len(images | named) == 2
    assert [image for image in images | named if not IMAGE.fullmatch(image)] == []


def test_no_script_of_a_workflow_is_put_together_from_what_others_wrote() -> None:
    assert [step for _, _, step in steps() if "${{" in step.get("run", "")] == []


def test_a_job_that_may_write_reads_no_pull_request() -> None:
    writing = [
        (name, step)
        for name, job, step in steps()
        if "write" in job["permissions"].values() and name != "octavo-publish.yml"
    ]
    assert writing
    for _, step in writing:
        assert "checkout" not in step.get("uses", "")
        assert not re.search(r"octavo (check|review|render)|\bgit\b", step.get("run", ""))


def test_only_publishing_is_by_a_push_and_only_of_main() -> None:
    triggers = {path.name: workflow(path.name)["on"] for path in WORKFLOWS}
    assert triggers.pop("octavo-publish.yml") == {"push": {"branches": ["main"]}}
    assert {name: list(events) for name, events in triggers.items()} == {
        "octavo-check.yml": ["pull_request"],
        "octavo-review.yml": ["workflow_run"],
    }


def test_jobs_end_and_do_not_meet() -> None:
    for path in WORKFLOWS:
        whole = workflow(path.name)
        assert whole["concurrency"]["group"].startswith(path.stem)
        assert all(job["timeout-minutes"] <= 30 for job in whole["jobs"].values())
    found = jobs(pipeline())
    assert all("timeout" in job for job in found.values())
    assert {job.get("resource_group") for job in found.values()} >= {
        "octavo-review",
        "octavo-publish",
    }


def test_the_review_follows_the_check_by_its_name() -> None:
    names = {workflow(path.name)["name"] for path in WORKFLOWS}
    assert names == {path.stem for path in WORKFLOWS}
    assert workflow("octavo-review.yml")["on"]["workflow_run"]["workflows"] == ["octavo-check"]


def test_the_page_names_every_file() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*/*"):
        assert f"(../examples/ci/{path.parent.name}/{path.name})" in page


def test_the_page_names_every_variable_that_must_be_set() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    text = FILE.read_text(encoding="utf-8") + "".join(path.read_text() for path in SCRIPTS)
    for name in re.findall(r"\b(?:OCTAVO|FORGE)_[A-Z_]+", text):
        assert f"`{name}`" in page
