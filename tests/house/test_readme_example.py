"""The README's one good example is a tree that renders, and its commands run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from octavo.__main__ import main
from renderer.yamlio import load_all

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLES = ROOT / "tests/imports/samples"
BLOCKS = dict(re.findall(r"```yaml\n# ([a-z/]+\.yaml): .*?\n(.*?)```", README, re.DOTALL))
COMMANDS = re.findall(r"^octavo (.*?)(?:\s+#.*)?$", README, re.MULTILINE)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in BLOCKS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copytree(SAMPLES, tmp_path, dirs_exist_ok=True)
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "a"),
        ("config", "user.email", "a@example.com"),
        ("add", "-A"),
        ("commit", "-q", "-m", "a"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_a_whole_tree() -> None:
    assert set(BLOCKS) == {"catalog/scipy.yaml", "notebooks/alice.yaml", "octavo.yaml"}


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_run(tree: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert said.out or said.err or (tree / "rendered").is_dir()
    assert "warning" not in said.err


def test_the_example_makes_the_objects_that_the_readme_lists(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tree.is_dir()
    assert main(["render", "team-a/churn"]) == 0
    objects = [each.value for each in load_all(capsys.readouterr().out.encode(), "stream")]
    assert {item["kind"] for item in objects} == {
        "ControllerRevision",
        "HTTPRoute",
        "Notebook",
        "PersistentVolumeClaim",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    }
    (workload,) = [item for item in objects if item["kind"] == "StatefulSet"]
    (main_container,) = workload["spec"]["template"]["spec"]["containers"]
    env = {item["name"]: item["value"] for item in main_container["env"]}
    assert env["PIP_INDEX_URL"] == "https://pypi.example.com/simple"
    assert env["OWNER"] == "alice@example.com"
    assert main_container["resources"]["limits"] == {"cpu": "1", "memory": "4Gi"}
