"""What holds for every pod: patches lead where they should, and nothing changes on the way."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from renderer import rendering
from renderer.compose.fold import fold
from renderer.imports.kubeflow import import_kubeflow
from renderer.imports.papers import text_of
from renderer.imports.patches import patch
from renderer.imports.templates import Directories
from renderer.position import Position
from renderer.sources import SourceTree
from renderer.templating.expressions import compile_fragment
from renderer.templating.literals import literally
from renderer.yamlio import emit
from tests.imports.trees import UNREMEMBERED, pods_of

NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(alphabet="{}%#'\"- ax", max_size=12)
MANY = settings(max_examples=300, deadline=None)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def name_of(item: Any) -> str:
    return str(item["name"])


def named(key: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A list of items with names of their own."""
    item: st.SearchStrategy[Any] = st.fixed_dictionaries({key: NAMES}, optional=fields)
    return st.lists(item, max_size=3, unique_by=lambda each: str(each[key]))


VOLUMES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"name": NAMES, "emptyDir": st.just({})}),
        st.fixed_dictionaries({"name": NAMES, "hostPath": st.fixed_dictionaries({"path": NAMES})}),
    ),
    max_size=3,
    unique_by=name_of,
)
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={
            "image": NAMES,
            "args": st.lists(NAMES, min_size=1, max_size=2),
            "env": named("name", value=NAMES),
            "volumeMounts": named("mountPath", name=NAMES),
            "resources": st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES, min_size=1)),
        },
    ),
    min_size=1,
    max_size=3,
    unique_by=name_of,
)
PODS = st.fixed_dictionaries(
    {
        "spec": st.fixed_dictionaries(
            {"containers": CONTAINERS},
            optional={
                "volumes": VOLUMES,
                "nodeSelector": st.dictionaries(NAMES, NAMES),
                "tolerations": st.lists(st.fixed_dictionaries({"key": NAMES}), max_size=2),
            },
        )
    },
    optional={
        "metadata": st.fixed_dictionaries({}, optional={"labels": st.dictionaries(NAMES, NAMES)})
    },
)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def sorted_out(value: Any) -> Any:
    """The value with its lists in an order of their own, and without what says nothing."""
    if isinstance(value, dict):
        return {k: sorted_out(v) for k, v in value.items() if v not in ({}, []) or k == "emptyDir"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return sorted((sorted_out(each) for each in value), key=canonical)
    return value


@MANY
@given(PODS, PODS)
def test_a_patch_makes_one_pod_the_other(before: Any, after: Any) -> None:
    merged = fold(deepcopy(before), patch(before, after))
    assert sorted_out(merged) == sorted_out(after)


@MANY
@given(PODS)
def test_nothing_need_be_done_where_nothing_changed(pod: Any) -> None:
    assert patch(pod, deepcopy(pod)) == {}


@MANY
@given(st.lists(TEXTS, min_size=1))
def test_what_is_meant_literally_comes_out_as_it_was(texts: list[str]) -> None:
    def nowhere(_: Any) -> Position:
        return Position("x", 1, 1)

    compiled = compile_fragment({"spec": literally(texts)}, nowhere)
    assert compiled.evaluate({}) == {"spec": texts}


ENV = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["A", "B", "C"]), "value": TEXTS}),
    max_size=3,
    unique_by=name_of,
)
SOURCES: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    {"persistentVolumeClaim": {"claimName": "one"}},
    {"persistentVolumeClaim": {"claimName": "two", "readOnly": True}},
    {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
    {"emptyDir": {"medium": "Memory"}},
    {"configMap": {"name": "c"}},
])
MOUNTS = st.dictionaries(
    st.sampled_from(["/home/jovyan", "/data", "/dev/shm", "/etc"]),  # noqa: S108 - in the container
    st.fixed_dictionaries(
        {"source": SOURCES}, optional={"readOnly": st.booleans(), "subPath": st.just("x")}
    ),
    max_size=3,
)


@st.composite
def notebooks(draw: st.DrawFn) -> dict[str, Any]:
    """A Notebook of Kubeflow with whatever users choose."""
    mounts, volumes = [], []
    names = ["home", "dshm", "work"]
    for name, (path, of) in zip(names, draw(MOUNTS).items(), strict=False):
        options = {key: each for key, each in of.items() if key != "source"}
        mounts.append({"name": name, "mountPath": path, **options})
        source: Any = of["source"]
        volumes.append({"name": name, **source})
    main = {
        "name": "churn",
        "image": "example.com/a:1",
        "env": draw(ENV),
        "args": draw(st.lists(TEXTS.filter(bool), max_size=2)),
        "volumeMounts": mounts,
    }
    side = {"name": "side", "image": "b:1", "env": draw(ENV), "volumeMounts": mounts[:1]}
    containers = [main, side] if draw(st.booleans()) else [main]
    return {
        "apiVersion": draw(st.sampled_from(["kubeflow.org/v1", "kubeflow.org/v1beta1"])),
        "kind": "Notebook",
        "metadata": {"name": "churn", "namespace": "alice"},
        "spec": {"template": {"spec": {"containers": containers, "volumes": volumes}}},
    }


def comparable(pod: Any, main: str) -> Any:
    """The pod's spec with volumes said where they are mounted, whatever they are called."""
    spec = pod["spec"]
    sources = {each["name"]: each for each in spec.get("volumes", ())}
    found = []
    for container in spec["containers"]:
        mounts = []
        for mount in container.get("volumeMounts", ()):
            source = {k: v for k, v in sources[mount["name"]].items() if k != "name"}
            claim = dict(source.get("persistentVolumeClaim", {}))
            is_read_only = bool(claim.pop("readOnly", False) or mount.get("readOnly"))
            where = (mount["mountPath"], mount.get("subPath"), is_read_only)
            mounts.append((where, repr(claim or source)))
        env = {each["name"]: each.get("value", "") for each in container.get("env", ())}
        name = "main" if container["name"] == main else container["name"]
        rest = ("image", "args", "ports", "workingDir", "resources")
        same = {key: container[key] for key in rest if container.get(key)}
        found.append((name, sorted(mounts), env, same))
    return sorted(found, key=repr), spec["securityContext"]


# Memory that processes share is a Notebook's to choose, but not whether it may be written.
ONLY_READ: dict[str, Any] = {
    "apiVersion": "kubeflow.org/v1",
    "kind": "Notebook",
    "metadata": {"name": "churn", "namespace": "alice"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "churn",
                        "image": "example.com/a:1",
                        "volumeMounts": [
                            {"name": "dshm", "mountPath": "/dev/shm", "readOnly": True}  # noqa: S108
                        ],
                    }
                ],
                "volumes": [{"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}],
            }
        }
    },
}


@FEW
@given(notebooks())
@example(ONLY_READ)
def test_an_imported_notebook_has_the_pod_that_it_had(value: dict[str, Any]) -> None:
    """The renderer reads Kubeflow's Notebooks by itself, which says what is right."""
    made = import_kubeflow([value], "x", "kubeflow", Directories("catalog", "notebooks"))
    with tempfile.TemporaryDirectory() as name:
        plain, imported = Path(name, "plain"), Path(name, "imported")
        for root, files in (
            (plain, {"notebooks/it.yaml": emit(value)}),
            (imported, {paper.path: text_of(paper) for paper in made.papers}),
        ):
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
        problems = rendering.check(SourceTree(imported), UNREMEMBERED)[1]
        assert [str(each) for each in problems if each.severity == "error"] == []
        (expected,), (found,) = pods_of(plain).values(), pods_of(imported).values()
    assert comparable(found, "main") == comparable(expected, "churn")
