"""Runs a workflow of GitHub's: its jobs in order, each with its own token, its steps by bash."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renderer.yamlio import load_all
from tests.examples.expressions import filled, holds
from tests.examples.forge import NAME
from tests.examples.workshop import Machine, Workshop, git, machine, octavo, url

EXAMPLES = Path(__file__).parents[2] / "examples" / "ci"
BOT = "github-actions[bot]"
INSTALLS = """\
if [ "$1 $2 $3" != "-I -m venv" ]; then exec /usr/bin/python3 "$@"; fi
mkdir -p "$4/bin"
cat >"$4/bin/pip" <<END
#!/bin/bash -e
echo "pip \\$*" >>{home}/words
cat "\\${{@: -1}}" >>{home}/installed
ln -s {octavo} "$4/bin/octavo"
END
chmod +x "$4/bin/pip"
"""
Contexts = dict[str, Any]


@dataclass(slots=True)
class Job:
    """What became of a job."""

    machine: Machine
    workspace: Path
    token: str
    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def installed(self) -> str:
        """What pip was given."""
        return (self.machine.home / "installed").read_text(encoding="utf-8")


def workflow(name: str) -> Mapping[str, Any]:
    """A file of the examples."""
    [document] = load_all((EXAMPLES / "github" / name).read_bytes(), name)
    assert isinstance(document.value, dict)
    return {"on": document.value["true"], **document.value}  # `on` was true once, to YAML


@dataclass(slots=True)
class Run:
    """One run of a workflow for an event; things happen before a job."""

    workshop: Workshop
    name: str
    event: Mapping[str, Any]
    ref: str
    actor: str
    meanwhile: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    artifacts: Path = field(init=False)

    def __post_init__(self) -> None:
        number = len(list(self.workshop.machines.iterdir()))
        self.artifacts = self.workshop.machines / f"{number}-artifacts"
        self.artifacts.mkdir()

    def go(self) -> Run:
        whole = workflow(self.name)
        assert whole["permissions"] == {}
        for name, job in whole["jobs"].items():
            contexts = self._contexts(name, job)
            if "if" in job and not holds(job["if"], contexts):
                continue
            self.meanwhile.get(name, int)()
            self.jobs[name] = self._job(job, contexts, whole.get("env", {}))
        return self

    @property
    def said(self) -> str:
        return "".join(job.said for job in self.jobs.values())

    def _contexts(self, name: str, job: Mapping[str, Any]) -> Contexts:
        needed = job.get("needs", [])
        needs = {
            each: self.jobs.get(each) for each in ([needed] if isinstance(needed, str) else needed)
        }
        went_well = all(each and each.result == "success" for each in needs.values())
        home = self.workshop.machines / f"{self.artifacts.name}-{name}"
        return {
            "github": {
                "event": self.event,
                "actor": self.actor,
                "triggering_actor": self.actor,
                "repository": NAME,
                "server_url": self.workshop.forge.url,
                "run_id": "1",
                "token": self.workshop.forge.grant(BOT, **job["permissions"]),
            },
            "runner": {"temp": str(home / "temp")},
            "needs": {each: {"outputs": found.outputs} for each, found in needs.items() if found},
            "steps": {},
            "env": {},
            **_when(went_well),
        }

    def _job(self, job: Mapping[str, Any], contexts: Contexts, common: Mapping[str, str]) -> Job:
        home = Path(contexts["runner"]["temp"]).parent
        made = Job(machine(home), home / "work", contexts["github"]["token"])
        made.machine.put("python3", INSTALLS.format(home=home, octavo=octavo()))
        made.workspace.mkdir()
        Path(contexts["runner"]["temp"]).mkdir()
        contexts["env"] = _filled({**common, **job.get("env", {})}, contexts)
        for step in job["steps"]:
            contexts |= _when(made.result == "success")
            if "if" in step and not holds(str(step["if"]), contexts):
                continue
            if made.result == "failure" and "if" not in step:
                continue
            outputs: dict[str, str] = {}
            if not self._step(step, made, contexts, outputs):
                made.result = "failure"
            contexts["steps"][step.get("id", "")] = {"outputs": outputs}
        made.outputs = _filled(job.get("outputs", {}), contexts)
        return made

    def _step(
        self, step: Mapping[str, Any], job: Job, contexts: Contexts, outputs: dict[str, str]
    ) -> bool:
        if "uses" in step:
            action, _, commit = step["uses"].partition("@")
            assert len(commit) == 40
            self._used(action)(_filled(step.get("with", {}), contexts), job)
            return True
        file = job.machine.home / "output"
        file.write_text("")
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=job.workspace,
            env=job.machine.environment(
                **contexts["env"],
                **_filled(step.get("env", {}), contexts),
                GITHUB_ACTIONS="true",
                GITHUB_API_URL=f"{self.workshop.forge.url}/api/v1",
                GITHUB_OUTPUT=str(file),
                GITHUB_REPOSITORY=NAME,
                GITHUB_SERVER_URL=self.workshop.forge.url,
                RUNNER_TEMP=contexts["runner"]["temp"],
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        job.said += done.stdout
        outputs |= dict(line.split("=", 1) for line in file.read_text().splitlines())
        return done.returncode == 0

    def _used(self, action: str) -> Callable[[Mapping[str, str], Job], None]:
        return {
            "actions/checkout": self._checkout,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }[action]

    def _checkout(self, words: Mapping[str, str], job: Job) -> None:
        """Without credentials that stay, as it must be told."""
        assert words["persist-credentials"] == "False"
        assert self.workshop.forge.tokens[job.token].may("contents", "read")
        depth = [] if words.get("fetch-depth") == "0" else ["--depth=1"]
        git(job.workspace, "init", "--quiet")
        git(job.workspace, "remote", "add", "origin", f"file://{self.workshop.forge.repository}")
        wanted = ["+refs/heads/*:refs/remotes/origin/*"] if not depth else []
        ref = words.get("ref", self.ref)
        git(job.workspace, "fetch", "--quiet", *depth, "origin", *wanted, ref)
        head = "FETCH_HEAD" if depth else git(job.workspace, "ls-remote", "origin", ref).split()[0]
        git(job.workspace, "checkout", "--quiet", "--detach", head)
        git(job.workspace, "remote", "set-url", "origin", url(self.workshop.forge))

    def _upload(self, words: Mapping[str, str], _: Job) -> None:
        source = Path(words["path"])
        (self.artifacts / words["name"]).mkdir()
        if source.exists():
            shutil.copy(source, self.artifacts / words["name"])

    def _download(self, words: Mapping[str, str], job: Job) -> None:
        assert set(words) == {"name"}, "only what this run has made"
        shutil.copytree(self.artifacts / words["name"], job.workspace, dirs_exist_ok=True)


def _filled(values: Mapping[str, Any], contexts: Contexts) -> dict[str, str]:
    return {name: filled(str(value), contexts) for name, value in values.items()}


def _when(well: bool) -> Contexts:
    return {
        "always": lambda: True,
        "cancelled": lambda: False,
        "success": lambda: well,
        "failure": lambda: not well,
    }
