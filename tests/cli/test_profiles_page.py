"""What docs/profiles.md shows works: its files, its commands, its JupyterHub configuration."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/profiles.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^\$ octavo (.*)$", TEXT, re.MULTILINE)

Octavo = Callable[..., Any]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The sample tree with the files of the page in it."""
    root = tmp_path / "sample"
    for name in ("catalog", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "octavo.yaml", root)
    shutil.copytree(ROOT / "tests/cli/samples", root, dirs_exist_ok=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    return root


def test_its_files_pass_and_its_commands_work(
    octavo: Octavo, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(page)
    assert octavo("check").out == ""
    assert len(FILES) == 5
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        said = octavo(*shlex.split(command))
        assert (command, said.status, said.err) == (command, 0, said.err)


def explained(octavo: Octavo, notebook: str, field: str) -> str:
    said = octavo("explain", notebook, f"spec.{field}")
    assert said.status == 0, said.err
    return str(said.out)


def test_what_it_says_of_its_profiles_is_so(
    octavo: Octavo, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(page)
    churn = "research/churn"
    region = explained(octavo, churn, "containers[main].env[REGION].value")
    assert region.startswith('spec.containers[main].env[REGION].value: "north"\n  profiles: ')
    assert "catalog/profiles.yaml:5" in region
    assert '"/home/jovyan/data"' in explained(octavo, churn, "containers[main].volumeMounts")
    assert "spark-cluster-" in explained(octavo, churn, "containers[main].env[SPARK_CLUSTER]")
    bucket = explained(octavo, churn, "containers[main].env[TEAM_BUCKET].value")
    assert '"notebooks-alice-example-com-' in bucket
    assert "matched: PodDefault kubeflow/special-nodes" in bucket
    vision = explained(octavo, "research/resnet50", "tolerations")
    assert "catalog/team-vision.yaml" in vision
    rendered = octavo("render", churn).out
    assert '  instances: "2"\n' in rendered
    assert "opendatahub.io/component: jupyterhub" in rendered


def test_its_hub_gives_pods_what_the_same_files_say(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from renderer.singleuser import SingleuserProfiles

    load = SingleuserProfiles.load_profiles
    file = str(page / "catalog/profiles.yaml")
    monkeypatch.setattr(
        SingleuserProfiles,
        "load_profiles",
        lambda self, username: load(self, filename=file, username=username),
    )
    config = SimpleNamespace(KubeSpawner=SimpleNamespace())
    exec(FILES["jupyterhub_config.py"], {"c": config})  # noqa: S102 - it is ours
    pod: dict[str, Any] = {"metadata": {}, "spec": {"containers": [{"name": "notebook"}]}}
    spawner = SimpleNamespace(user=SimpleNamespace(name="alice@example.com"), image="any:1")
    made = asyncio.run(config.KubeSpawner.modify_pod_hook(spawner, pod))
    (container,) = made["spec"]["containers"]
    assert {"name": "REGION", "value": "north"} in container["env"]
    assert container["resources"]["limits"]["memory"] == "1Gi"
    assert made["spec"]["tolerations"][0]["key"] == "special"
    assert container["volumeMounts"][0]["mountPath"] == "/home/jovyan/data"
