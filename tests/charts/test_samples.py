"""The sample catalog and notebooks: a whole that a team could start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.rendering import Options
from renderer.sources import SourceTree
from renderer.yamlio import load_all

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("rendered")
    rendering.write(
        SourceTree(REPOSITORY), OutputDirectory(directory), Options(jobs=1, remember=False)
    )
    return directory


def read(path: Path) -> Any:
    (document,) = load_all(path.read_bytes(), path.name)
    return document.value


def pod_of(output: Path, notebook: str) -> Any:
    return read(output / "notebooks" / notebook / "statefulset.yaml")["spec"]["template"]["spec"]


def main_of(output: Path, notebook: str) -> Any:
    (container,) = pod_of(output, notebook)["containers"]
    return container


def test_the_samples_have_no_problem_and_no_warning() -> None:
    assert rendering.check(SourceTree(REPOSITORY), Options(jobs=1, remember=False)) == (5, ())


def test_every_document_of_the_sample_catalog_is_in_some_revision(output: Path) -> None:
    offered = {
        (document.value["kind"], document.value["metadata"]["name"])
        for path in (REPOSITORY / "catalog").rglob("*.yaml")
        for document in load_all(path.read_bytes(), path.name)
    }
    used = {
        (fragment["kind"], fragment["name"])
        for path in output.rglob("controllerrevision-*.yaml")
        for fragment in read(path)["data"]["fragments"]
    }
    assert len(offered) == 13
    assert used == offered


def test_a_parameter_becomes_an_argument(output: Path) -> None:
    option = "--MappingKernelManager.cull_idle_timeout="
    assert f"{option}0" in main_of(output, "research/churn")["args"]
    assert f"{option}7200" in main_of(output, "teaching/statistics-2024")["args"]


def test_one_fragment_serves_every_owner(output: Path) -> None:
    homes = {
        item["value"]
        for notebook in ("research/churn", "research/resnet50")
        for item in main_of(output, notebook)["env"]
        if item["name"] == "S3_HOME"
    }
    assert homes == {
        "s3://notebooks/alice-40example-2ecom/churn",
        "s3://notebooks/bob-40example-2ecom/resnet50",
    }


def test_the_gpu_notebook_has_its_gpus_its_nodes_and_its_shared_memory(output: Path) -> None:
    pod = pod_of(output, "research/resnet50")
    resources = main_of(output, "research/resnet50")["resources"]
    assert resources["limits"] == resources["requests"]
    assert resources["limits"]["nvidia.com/gpu"] == "2"
    assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert [item["key"] for item in pod["tolerations"]] == ["nvidia.com/gpu"]
    (shared,) = (item for item in pod["volumes"] if item["name"] == "shared-memory")
    assert shared["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Gi"}


@pytest.mark.parametrize(
    ("notebook", "matched"),
    [("research/churn", True), ("research/resnet50", True), ("finance/ledger", False)],
)
def test_what_matches_a_group_applies_to_its_members(
    output: Path, notebook: str, *, matched: bool
) -> None:
    mounts = {item["mountPath"] for item in main_of(output, notebook)["volumeMounts"]}
    assert ("/data" in mounts) is matched


def test_no_sample_says_a_secret(output: Path) -> None:
    for path in output.rglob("*.yaml"):
        assert read(path)["kind"] not in {"Secret", "ConfigMap"}
    password = [
        item for item in main_of(output, "finance/ledger")["env"] if item["name"] == "PGPASSWORD"
    ]
    assert password == [
        {
            "name": "PGPASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "analytics-database", "key": "password"}},
        }
    ]
