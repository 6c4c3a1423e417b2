"""Runs a pipeline of GitLab's: the jobs whose rules hold, stage by stage, by bash."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renderer.yamlio import load_all
from tests.examples.actions import EXAMPLES
from tests.examples.apis import PROJECT
from tests.examples.forge import NAME
from tests.examples.workshop import Machine, Workshop, git, machine, octavo

FILE = EXAMPLES / "gitlab" / "gitlab-ci.yml"
WORDS = {"default", "include", "stages", "variables", "workflow"}
COMPARED = re.compile(r'\s*\$(\w+)(?:\s*==\s*(?:"([^"]*)"|\$(\w+)))?\s*')


def pipeline() -> Mapping[str, Any]:
    [document] = load_all(FILE.read_bytes(), FILE.name)
    assert isinstance(document.value, dict)
    return document.value


def jobs(whole: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Those that run, with what they extend."""
    found = {name: job for name, job in whole.items() if name not in WORDS}
    return {
        name: _laid_over(found[job["extends"]], job) if "extends" in job else job
        for name, job in found.items()
        if not name.startswith(".")
    }


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Mapping[str, Any]:
    made = dict(below)
    for name, value in above.items():
        deep = isinstance(value, dict) and isinstance(made.get(name), dict)
        made[name] = _laid_over(made[name], value) if deep else value
    return made


def chosen(
    rules: list[Mapping[str, str]], variables: Mapping[str, str]
) -> Mapping[str, str] | None:
    """The first rule that holds."""
    return next((rule for rule in rules if _holds(rule["if"], variables)), None)


def _holds(condition: str, variables: Mapping[str, str]) -> bool:
    for part in condition.split("&&"):
        match = COMPARED.fullmatch(part)
        assert match, condition
        found, text, other = variables.get(match[1]), match[2], match[3]
        wanted = variables.get(other) if other else text
        if not (found == wanted if wanted is not None else found):
            return False
    return True


@dataclass(slots=True)
class Job:
    """What became of a job."""

    machine: Machine
    workspace: Path
    known: Mapping[str, str]
    well: bool = True
    said: str = ""


@dataclass(slots=True)
class Pipeline:
    """One pipeline; secrets by environment, and what happens before a job."""

    workshop: Workshop
    variables: Mapping[str, str]
    commit: str
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    meanwhile: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    artifacts: Path = field(init=False)
    passed_on: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = len(list(self.workshop.machines.iterdir()))
        self.artifacts = self.workshop.machines / f"{number}-artifacts"
        self.artifacts.mkdir()

    def go(self) -> Pipeline:
        whole = pipeline()
        if chosen(whole["workflow"]["rules"], self.variables) is None:
            return self
        for name, job in self._in_order(whole):
            rule = chosen(job["rules"], self.variables)
            well = all(each.well for each in self.jobs.values())
            if rule and (well or rule.get("when") == "always"):
                self.meanwhile.get(name, int)()
                self.jobs[name] = self._job(name, job, whole.get("variables", {}))
        return self

    @property
    def said(self) -> str:
        return "".join(job.said for job in self.jobs.values())

    def _in_order(self, whole: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        stages: list[str] = whole["stages"]
        yield from sorted(jobs(whole).items(), key=lambda item: stages.index(item[1]["stage"]))

    def _job(self, name: str, job: Mapping[str, Any], common: Mapping[str, Any]) -> Job:
        home = self.workshop.machines / f"{self.artifacts.name}-{name}"
        made = Job(machine(home), home / "work", self._known(job, common))
        self._image(job, made.machine)
        made.workspace.mkdir()
        if made.known.get("GIT_STRATEGY") != "none":
            self._fetched(made)
        shutil.copytree(self.artifacts, made.workspace, dirs_exist_ok=True)
        lines = [*job.get("before_script", []), *job["script"]]
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=made.workspace,
            env=made.machine.environment(**made.known),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        made.said, made.well = done.stdout, done.returncode == 0
        if made.well or job.get("artifacts", {}).get("when") == "always":
            self._kept(job.get("artifacts", {}), made.workspace)
        return made

    def _known(self, job: Mapping[str, Any], common: Mapping[str, Any]) -> Mapping[str, str]:
        forge = self.workshop.forge
        own = {name: str(value) for name, value in {**common, **job.get("variables", {})}.items()}
        return {
            **own,
            "CI_API_V4_URL": f"{forge.url}/api/v4",
            "CI_COMMIT_SHA": self.commit,
            "CI_JOB_TOKEN": forge.grant("runner", contents="read"),
            "CI_PROJECT_ID": PROJECT,
            "CI_PROJECT_URL": f"{forge.url}/{NAME}",
            **self.variables,
            **self.secrets.get(job.get("environment", {}).get("name", ""), {}),
            **self.passed_on,
        }

    def _image(self, job: Mapping[str, Any], where: Machine) -> None:
        """What the two images have, and what they lack."""
        if isinstance(job["image"], dict):
            (where.home / "bin" / "octavo").symlink_to(octavo())
            (where.home / "bin" / "curl").unlink()
            where.lack("curl")
            where.lack("jq")
        else:
            where.lack("octavo")

    def _fetched(self, job: Job) -> None:
        """As the runner does it: all branches, and the commit; its own token stays in the URL."""
        assert job.known["GIT_DEPTH"] == "0"
        host = self.workshop.forge.url.removeprefix("http://")
        url = f"http://gitlab-ci-token:{job.known['CI_JOB_TOKEN']}@{host}/{NAME}.git"
        git(job.workspace, "init", "--quiet")
        git(job.workspace, "remote", "add", "origin", url)
        branches = "+refs/heads/*:refs/remotes/origin/*"
        git(job.workspace, "fetch", "--quiet", "origin", branches, self.commit)
        git(job.workspace, "checkout", "--quiet", "--detach", self.commit)

    def _kept(self, artifacts: Mapping[str, Any], workspace: Path) -> None:
        for name in artifacts.get("paths", []):
            if (workspace / name).exists():
                shutil.copy(workspace / name, self.artifacts)
        report = artifacts.get("reports", {}).get("dotenv")
        if report and (workspace / report).exists():
            lines = (workspace / report).read_text().splitlines()
            self.passed_on |= dict(line.split("=", 1) for line in lines)
