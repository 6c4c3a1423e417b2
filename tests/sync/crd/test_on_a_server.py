"""A real server takes the definition, keeps every Notebook whole, and shows it in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster

from renderer.yamlio import load_all
from sync import crd
from tests.sync import rendered

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests"
API = "/apis/jackhoman.dev/v1beta1"

pytestmark = pytest.mark.usefixtures("notebook_crd")


def notebooks_of(folder: Path) -> list[dict[str, Any]]:
    return [
        load_all(file.read_bytes(), file.name)[0].value
        for file in sorted(folder.rglob("notebook.yaml"))
    ]


def written(tree: Path, output: Path) -> list[dict[str, Any]]:
    return notebooks_of(rendered.written(tree, output))


def seeds(tmp_path: Path) -> list[dict[str, Any]]:
    found = []
    for seed in ("000", "002"):
        tree = tmp_path / seed
        (tree / "notebooks").mkdir(parents=True)
        (tree / "catalog").mkdir()
        shutil.copy(TESTS / "seeds" / seed / "notebook.yaml", tree / "notebooks")
        if seed == "000":
            shutil.copy(TESTS / "seeds" / seed / "catalog.yaml", tree / "catalog")
        found += written(tree, tmp_path / f"{seed}-out")
    return found


def golden() -> list[dict[str, Any]]:
    return [
        each
        for folder in sorted((TESTS / "bundles").glob("*/rendered"))
        for each in notebooks_of(folder)
    ]


def examples() -> list[dict[str, Any]]:
    """But for the targets, which are no cluster's business."""
    documents = [
        document.value
        for file in sorted((TESTS / "schema/examples/positive").glob("*.yaml"))
        for document in load_all(file.read_bytes(), file.name)
    ]
    found = [each for each in documents if each.get("kind") == "Notebook"]
    ours = [each for each in found if each["apiVersion"].startswith("jackhoman.dev/")]
    return [{**each, "spec": _without_targets(each["spec"])} for each in ours]


def _without_targets(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name != "targets"}


def apply(cluster: Cluster, *objects: Mapping[str, Any]) -> None:
    """Into the test's namespace, named by number: the same names come from several trees."""
    cluster.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**each, "metadata": {"name": f"nb-{number:03}"}, "status": None}
        for number, each in enumerate(found)
    ]


def specs(cluster: Cluster) -> dict[str, Any]:
    found = json.loads(cluster.kubectl("get", "notebooks", "--output=json"))["items"]
    return {each["metadata"]["name"]: each["spec"] for each in found}


def kept_whole(cluster: Cluster, found: list[dict[str, Any]]) -> None:
    sent = [{k: v for k, v in each.items() if k != "status"} for each in numbered(found)]
    apply(cluster, *sent)
    assert specs(cluster) == {each["metadata"]["name"]: each["spec"] for each in sent}


def test_the_schema_is_structural_and_established(cluster: Cluster) -> None:
    found = cluster.get("crd", crd.NAME)
    assert found is not None
    conditions = {each["type"]: each["status"] for each in found["status"]["conditions"]}
    assert conditions.get("Established") == "True"
    assert "NonStructuralSchema" not in conditions


def test_it_may_be_installed_again_and_again(cluster: Cluster) -> None:
    cluster.apply(crd.text(), "--force-conflicts", manager="octavo-tests")
    before = cluster.get("crd", crd.NAME)
    cluster.apply(crd.text(), "--force-conflicts", manager="octavo-tests")
    after = cluster.get("crd", crd.NAME)
    assert before is not None
    assert after is not None
    assert before["metadata"]["generation"] == after["metadata"]["generation"]


def test_notebooks_of_the_sample_tree_are_kept_whole(cluster: Cluster, tmp_path: Path) -> None:
    found = written(ROOT, tmp_path / "out")
    assert len(found) >= 5
    kept_whole(cluster, found)


def test_notebooks_of_the_seeds_are_kept_whole(cluster: Cluster, tmp_path: Path) -> None:
    found = seeds(tmp_path)
    assert len(found) == 2
    kept_whole(cluster, found)


def test_notebooks_of_the_golden_bundles_are_kept_whole(cluster: Cluster) -> None:
    found = golden()
    assert len(found) >= 4
    kept_whole(cluster, found)


def test_notebooks_with_every_field_are_kept_whole(cluster: Cluster) -> None:
    found = examples()
    fields = {field for each in found for field in each["spec"]}
    assert len(fields) >= 20, sorted(fields)
    kept_whole(cluster, found)


def test_values_that_several_types_may_have_are_kept_as_they_are(cluster: Cluster) -> None:
    specs = [
        {"owner": "alice"},
        {"owner": {"kind": "Group", "name": "g"}, "options": ["a", {"name": "b"}]},
        {"resources": {"cpu": 0.5, "memory": "1Gi", "nvidia.com/gpu": 1}, "sharedMemory": 1e9},
        {"resources": {"requests": {"cpu": 1}, "limits": {"cpu": "2"}}, "home": {"size": 10}},
        {"parameters": {"deep": {"list": [1, {"a": [True, 0.25, "x"]}]}}},
        {"template": {"spec": {"$patch": "replace", "containers": [{"name": "a", "x": {}}]}}},
        {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "f"}}}]},
    ]
    head = {"apiVersion": "jackhoman.dev/v1beta1", "kind": "Notebook"}
    kept_whole(cluster, [{**head, "spec": spec} for spec in specs])


COLUMNS = ("NAME", "OWNER", "TEMPLATE", "READY", "STOPPED", "UPDATE", "URL", "AGE")
Row = dict[str, str]
READY = {"type": "Ready", "status": "True", "reason": "Running"}
SHOWN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], Row]] = {
    "as git made it": ({}, {}, {}, {"OWNER": "alice@example.com", "TEMPLATE": "base"}),
    "named by a text": ({"templateRef": "kf/base"}, {}, {}, {"TEMPLATE": "kf/base"}),
    "stopped by git": ({"stopped": True}, {}, {}, {"STOPPED": "true"}),
    "stopped by a user": ({}, {"stopped": True}, {}, {"STOPPED": "true"}),
    "stopped by a user, which the agent has not seen": (
        {},
        {"stopped": True},
        {"ready": True},
        {"STOPPED": "true"},
    ),
    "started again by a user": ({}, {"stopped": False}, {"ready": False}, {"STOPPED": "false"}),
    "stopped, as everybody knows": ({"stopped": True}, {}, {"stopped": True}, {"STOPPED": "true"}),
    "scaled to nothing": ({}, {}, {"stopped": True}, {"STOPPED": "true"}),
    "ready": (
        {},
        {},
        {"conditions": [READY], "url": "https://x/", "updatePending": True},
        {"READY": "True", "STOPPED": "", "UPDATE": "true", "URL": "https://x/"},
    ),
}


@pytest.mark.parametrize(("git", "user", "status", "shown"), SHOWN.values(), ids=SHOWN)
def test_a_notebook_is_shown_in_one_line(
    cluster: Cluster, git: Any, user: Any, status: Any, shown: Row
) -> None:
    meta = {"name": "nb", "annotations": {"jackhoman.dev/owner": "alice@example.com"}}
    spec = {"templateRef": {"name": "base", "namespace": "kf"}, **git}
    apply(
        cluster,
        {
            "apiVersion": "jackhoman.dev/v1beta1",
            "kind": "Notebook",
            "metadata": meta,
            "spec": spec,
        },
    )
    if user:
        cluster.kubectl(
            "patch", "notebook", "nb", "--type=merge", f"--patch={json.dumps({'spec': user})}"
        )
    if status:
        put_status(cluster, status)
    row = line(cluster)
    assert {key: row[key] for key in shown} == shown
    assert row["AGE"]


def put_status(cluster: Cluster, status: Any) -> None:
    live = cluster.get("notebook", "nb")
    assert live is not None
    path = f"{API}/namespaces/{cluster.namespace}/notebooks/nb/status"
    body = json.dumps({**live, "status": status})
    cluster.kubectl("replace", "--raw", path, "--filename=-", stdin=body)


def line(cluster: Cluster) -> Row:
    head, row = cluster.kubectl("get", "nb").splitlines()
    assert tuple(head.split()) == COLUMNS
    starts = [head.index(name) for name in COLUMNS]
    ends = [*starts[1:], None]
    cells = (row[a:b].strip() for a, b in zip(starts, ends, strict=True))
    return dict(zip(COLUMNS, cells, strict=True))


def test_a_category_finds_it(cluster: Cluster) -> None:
    apply(
        cluster,
        {
            "apiVersion": "jackhoman.dev/v1beta1",
            "kind": "Notebook",
            "metadata": {"name": "nb"},
            "spec": {},
        },
    )
    assert cluster.kubectl("get", "octavo", "--output=name").split() == [
        "notebook.jackhoman.dev/nb"
    ]
