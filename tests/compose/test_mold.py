"""A pod from a mold is the pod of the long way, whatever its fragments hold."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from renderer.compose.composer import Composer
from renderer.compose.layers import Layer, LayerName, Selection
from renderer.compose.mold import Mold, is_moldable
from renderer.errors import InputError
from renderer.model.fragments import Fragment, OnConflict, Reference
from renderer.model.notebook import Notebook
from renderer.model.settings import Route
from renderer.model.subjects import Subject
from renderer.position import Document, Origin, Path
from renderer.templating.expressions import compile_fragment

SOURCE = Document("all.yaml", {}, (0, None))
VALUES = {"text": "x", "name": "A", "number": 7, "map": {"a": "b"}, "path": "/p"}
TEXTS = st.sampled_from([
    "plain",
    "{{ owner.name }}",
    "a-{{ notebook.name }}",
    "{{ values.text }}",
    "{{ values.text ~ '' }}",
    "{{ values.map }}",
    "{{ omit }}",
    "{{ values.missing }}",
    "{{ parameters.p }}",
])
NAMES = st.sampled_from(["A", "B", "C", "{{ values.name }}", "{{ owner.name }}"])
CONTAINERS = st.sampled_from(["main", "main", "main", "*", "side", "nb"])
SECRET = st.fixed_dictionaries({"secretKeyRef": st.fixed_dictionaries({"name": TEXTS})})
ENV = st.one_of(
    st.fixed_dictionaries({"name": NAMES, "value": TEXTS}),
    st.fixed_dictionaries({"name": NAMES, "valueFrom": SECRET}),
)
MOUNT = st.fixed_dictionaries({
    "name": st.just("v"),
    "mountPath": st.sampled_from(["/p", "/q", "{{ values.path }}"]),
})
VOLUME = st.fixed_dictionaries({
    "name": st.just("v"),
    "persistentVolumeClaim": st.fixed_dictionaries({"claimName": TEXTS}),
})


def fields(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


CONTAINER = st.builds(
    lambda name, rest: {"name": name, **rest},
    CONTAINERS,
    fields(
        env=st.lists(ENV, max_size=3),
        args=st.lists(TEXTS, max_size=2),
        image=TEXTS,
        volumeMounts=st.lists(MOUNT, max_size=2),
        tty=st.just("{{ values.number > 3 }}"),
    ),
)
FRAGMENT = st.fixed_dictionaries({
    "metadata": fields(finalizers=st.lists(TEXTS, max_size=2)),
    "spec": fields(
        containers=st.lists(CONTAINER, max_size=2),
        volumes=st.lists(VOLUME, max_size=1),
        nodeSelector=st.dictionaries(st.sampled_from(["k", "l"]), TEXTS, max_size=2),
    ),
})
BASE = {
    "spec": {"containers": [{"name": "main", "image": "i", "env": [{"name": "A", "value": "b"}]}]}
}


def fragment(kind: str, template: dict[str, Any], conflict: OnConflict) -> Fragment:
    return Fragment(kind, Reference("f", "kf"), template, Origin(SOURCE), conflict)


def notebook(name: str, owner: str) -> Notebook:
    return Notebook(
        name,
        "team",
        Origin(SOURCE),
        {},
        {},
        {},
        owner=Subject("User", owner),
        parameters={"p": owner},
    )


def composed(composer: Composer, of: Notebook, selection: Selection) -> str:
    try:
        made = composer.compose(of, selection)
    except InputError as error:
        return str(error)
    return json.dumps([made.pod, made.main, made.port])


ONCE = (OnConflict.FAIL, OnConflict.OVERRIDE)
TWICE = [{"spec": {"nodeSelector": {"k": text}}} for text in ("{{ values.text }}", "x")]


@settings(max_examples=400, deadline=None)
@example(templates=[*TWICE], override=False, split=1)
@given(
    templates=st.lists(FRAGMENT, min_size=1, max_size=4),
    override=st.booleans(),
    split=st.integers(1, 3),
)
def test_a_mold_gives_the_pod_of_the_long_way(
    templates: list[dict[str, Any]], override: bool, split: int
) -> None:
    conflict = ONCE[override]
    made = [fragment("PodDefault", template, conflict) for template in templates]
    layers = (
        Layer(LayerName.TEMPLATE, (fragment("Template", BASE, conflict),)),
        Layer(LayerName.REQUIRED, tuple(made[:split])),
        Layer(LayerName.OPTIONS, tuple(made[split:])),
    )
    selection = Selection(None, layers)
    composer = Composer(VALUES, Route())
    for of in (notebook("nb", "A"), notebook("side", "bob"), notebook("other", "A")):
        fast = composed(composer, of, selection)
        with patch.object(Composer, "_mold_of", return_value=None):
            assert fast == composed(Composer(VALUES, Route()), of, selection)


def test_a_mold_is_made_once_for_all_notebooks_that_choose_alike() -> None:
    template = {"spec": {"nodeSelector": {"k": "{{ owner.name }}"}}}
    layers = (
        Layer(LayerName.TEMPLATE, (fragment("Template", BASE, OnConflict.FAIL),)),
        Layer(LayerName.REQUIRED, (fragment("PodDefault", template, OnConflict.FAIL),)),
    )
    selection = Selection(None, layers)
    composer = Composer(VALUES, Route())
    with patch.object(Composer, "_base", autospec=True, side_effect=Composer._base) as folded:  # noqa: SLF001
        pods = [composer.compose(notebook("nb", owner), selection).pod for owner in ("a", "b", "c")]
    assert folded.call_count == 1
    assert [pod["spec"]["nodeSelector"] for pod in pods] == [{"k": "a"}, {"k": "b"}, {"k": "c"}]
    assert isinstance(composer._mold_of(notebook("nb", "a"), selection), Mold)  # noqa: SLF001


CASES: dict[str, tuple[Path, bool]] = {
    "a value": (("spec", "containers", 0, "env", 0, "value"), True),
    "the name of a variable": (("spec", "containers", 0, "env", 0, "name"), False),
    "the name of its secret": (
        ("spec", "containers", 0, "env", 0, "valueFrom", "secretKeyRef", "name"),
        True,
    ),
    "an argument": (("spec", "containers", 0, "args", 0), True),
    "a finalizer": (("metadata", "finalizers", 0), False),
    "a directive": (("spec", "containers", 0, "$patch"), False),
}


@pytest.mark.parametrize(("path", "moldable"), CASES.values(), ids=list(CASES))
def test_an_expression_that_merging_looks_at_has_no_mold(path: Path, moldable: bool) -> None:
    template: Any = "{{ owner.name }}"
    for step in reversed(path):
        template = {step: template} if isinstance(step, str) else [template]
    assert is_moldable(compile_fragment(template, SOURCE.at)) is moldable
