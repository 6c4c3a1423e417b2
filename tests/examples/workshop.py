"""A repository of notebooks behind a forge, pull requests for it, and the machine of a CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.examples.forge import NAME, Forge, Pull

IDENTITY = {
    "GIT_AUTHOR_NAME": "somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.com",
    "GIT_COMMITTER_NAME": "somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
LOCK = "octavo==0.1.0 --hash=sha256:0\n"
SETTINGS = """\
admins: [ada@example.com]
review:
  identities:
    Ada-of-Platform: ada@example.com
    alice-codes: alice@example.com
    bob-codes: bob@example.com
"""
CATALOG = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: jupyter, namespace: platform}
spec:
  images:
  - {id: old, image: "example.com/jupyter:1", default: true}
  - {id: new, image: "example.com/jupyter:2"}
  template:
    spec:
      containers:
      - name: main
        image: example.com/jupyter:1
        ports: [{name: http, containerPort: 8888}]
"""


def notebook(name: str, owner: str, image: str = "old") -> str:
    return (
        "apiVersion: jackhoman.dev/v1beta1\n"
        "kind: Notebook\n"
        f"metadata: {{name: {name}, namespace: research}}\n"
        f"spec: {{owner: {owner}, templateRef: platform/jupyter, image: {image}}}\n"
    )


ALICES = "notebooks/churn.yaml"
MAIN = {
    ".github/octavo.txt": LOCK,
    "README.md": "Notebooks.\n",
    "octavo.yaml": SETTINGS,
    "catalog/jupyter.yaml": CATALOG,
    ALICES: notebook("churn", "alice@example.com"),
    "notebooks/sales.yaml": notebook("sales", "bob@example.com"),
}


@dataclass(frozen=True, slots=True)
class Workshop:
    """The forge, a checkout to work in, and a place for machines."""

    forge: Forge
    checkout: Path
    machines: Path

    def git(self, *words: str) -> str:
        return git(self.checkout, *words)

    def merge(self, files: Mapping[str, str | None]) -> str:
        """Commit to main; the id."""
        self.git("switch", "--quiet", "main")
        commit = self._commit("Ada", files)
        self.git("push", "--quiet", "origin", "main")
        return commit

    def propose(self, author: str, files: Mapping[str, str | None], branch: str = "mine") -> Pull:
        """Open a pull request for main as it stands."""
        number = len(self.forge.pulls) + 1
        pull = Pull(number, author, branch, "")
        self.forge.pulls[number] = pull
        self.git("branch", "--quiet", self._branch(pull), "main")
        self.push(pull, files)
        return pull

    def push(self, pull: Pull, files: Mapping[str, str | None]) -> None:
        """Push a commit to its branch, as the forge keeps it; with it goes what it would merge."""
        self.git("switch", "--quiet", self._branch(pull))
        pull.head = self._commit(pull.author, files)
        self.git("switch", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message=merge", pull.head)
        refs = [
            f"{pull.head}:refs/{kind}/{pull.number}/head" for kind in ("pull", "merge-requests")
        ]
        self.git(
            "push", "--quiet", "--force", "origin", *refs, f"HEAD:refs/pull/{pull.number}/merge"
        )

    def _branch(self, pull: Pull) -> str:
        return f"pull-{pull.number}"

    def _commit(self, author: str, files: Mapping[str, str | None]) -> str:
        for name, text in files.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git(
            "commit",
            "--quiet",
            "--allow-empty",
            f"--author={author} <{author}@example.com>",
            "--message=more",
        )
        return self.git("rev-parse", "HEAD")

    def published(self, *words: str) -> str:
        """What the forge holds."""
        return git(self.forge.repository, *words)

    def rendered(self) -> set[str]:
        """The notebooks on the branch `rendered`."""
        names = self.published("ls-tree", "-r", "--name-only", "rendered").splitlines()
        return {Path(name).parent.name for name in names if name.endswith("notebook.yaml")}


def git(directory: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(directory), *words],
        env=os.environ | IDENTITY,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def set_up(directory: Path) -> None:
    """Main, pushed. A copy of the directory serves as well."""
    repository = directory / "forge" / f"{NAME}.git"
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--bare", "--initial-branch=main")
    checkout = directory / "checkout"
    git(directory, "init", "--quiet", "--initial-branch=main", str(checkout))
    git(checkout, "remote", "add", "origin", f"../forge/{NAME}.git")
    git(checkout, "commit", "--quiet", "--allow-empty", "--message=begin")
    (directory / "machines").mkdir()
    workshop(directory, Forge(directory / "forge", {})).merge(MAIN)


def workshop(directory: Path, forge: Forge) -> Workshop:
    return Workshop(forge, directory / "checkout", directory / "machines")


def url(forge: Forge) -> str:
    return f"{forge.url}/{NAME}.git"


@dataclass(frozen=True, slots=True)
class Machine:
    """A fresh directory with programs; what they are called with is written down."""

    home: Path

    @property
    def words(self) -> str:
        log = self.home / "words"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def put(self, name: str, script: str) -> None:
        """A program of this machine, in a shell's words."""
        path = self.home / "bin" / name
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def watch(self, name: str) -> None:
        """The real program, and a note of its words."""
        noted = f'printf "%s\\n" "{name} $*" >>"{self.home}/words"'
        self.put(name, f'{noted}\nexec {shutil.which(name)} "$@"')

    def lack(self, name: str) -> None:
        self.put(name, f'echo "{name}: command not found" >&2; exit 127')

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "CI": "true",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": f"{self.home / 'bin'}:/usr/bin:/bin",
            "XDG_CACHE_HOME": str(self.home / "cache"),
            **more,
        }


def octavo() -> Path:
    """The program of this environment."""
    return Path(sys.executable).with_name("octavo")


def machine(directory: Path) -> Machine:
    (directory / "bin").mkdir(parents=True)
    made = Machine(directory)
    for name in ("curl", "git"):
        made.watch(name)
    return made
