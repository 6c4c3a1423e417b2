"""What a bundle said before is believed only where it is what Octavo writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from renderer import names
from renderer.errors import Problem, Severity
from renderer.history import previous_of
from renderer.revisions import Previous

FRAGMENT = {
    "layer": "template",
    "kind": "Template",
    "name": "base",
    "namespace": "kf",
    "template": {"spec": {"containers": [{"name": "main", "image": "base:1"}]}},
}
DATA = {
    "fragments": [
        FRAGMENT,
        {**FRAGMENT, "onConflict": "Override", "literal": True, "scheduling": "Add"},
    ],
    "dependencies": [{"apiVersion": "v1", "kind": "Secret", "name": "s", "namespace": "kf"}],
    "values": {"a": 1},
    "parameters": {"b": [2]},
}
REVISION_FILE = "controllerrevision-nb.yaml"


def written(data: Any, number: Any = 1) -> dict[str, Any]:
    """A revision whose name holds the right hash of whatever its data are."""
    name = f"nb-rev-{names.content_hash(data)}"
    return {"metadata": {"name": name}, "revision": number, "data": data}


def read(files: dict[str, Any]) -> tuple[Previous, list[Problem]]:
    problems: list[Problem] = []
    data = {name: json.dumps(value).encode() for name, value in files.items()}
    return previous_of("notebooks/team/nb", data, problems), problems


def said_and_left_out(name: str, value: Any) -> None:
    previous, problems = read({name: value})
    assert previous == Previous()
    assert [(p.severity, p.position.file) for p in problems] == [
        (Severity.WARNING, f"notebooks/team/nb/{name}")
    ]
    assert "its history is left out" in problems[0].message


def test_what_octavo_wrote_is_read_back() -> None:
    notebook = {"metadata": {"annotations": {"jackhoman.dev/revision": "abc"}}}
    previous, problems = read({REVISION_FILE: written(DATA, 7), "notebook.yaml": notebook})
    assert problems == []
    (revision,) = previous.revisions
    assert (revision.number, revision.data) == (7, DATA)
    assert revision.hash == names.content_hash(DATA)
    assert previous.elected == "abc"


def fragment(**changed: Any) -> dict[str, Any]:
    return {"fragments": [{**FRAGMENT, **changed}]}


def without(key: str) -> dict[str, Any]:
    return {"fragments": [{k: v for k, v in FRAGMENT.items() if k != key}]}


FORGED_DATA: dict[str, Any] = {
    "a list": [],
    "nothing": None,
    "a text": "fragments",
    "no fragments": {},
    "fragments of null": {"fragments": None},
    "fragments by name": {"fragments": {"a": FRAGMENT}},
    "a fragment of text": {"fragments": ["layer"]},
    "an unknown layer": fragment(layer="cellar"),
    "a layer that is a list": fragment(layer=["template"]),
    "no layer": without("layer"),
    "no kind": without("kind"),
    "a name that is a number": fragment(name=1),
    "a namespace of null": fragment(namespace=None),
    "a template of null": fragment(template=None),
    "no template": without("template"),
    "a template that is a list": fragment(template=[]),
    "a spec of text": fragment(template={"spec": "x"}),
    "containers by name": fragment(template={"spec": {"containers": {"main": {}}}}),
    "a container that is a number": fragment(template={"spec": {"containers": [1]}}),
    "an unknown way out of a conflict": fragment(onConflict="Perhaps"),
    "a way out of a conflict that is a list": fragment(onConflict=[]),
    "literal as a text": fragment(literal="yes"),
    "an unknown scheduling": fragment(scheduling="Perhaps"),
    "a scheduling that is a list": fragment(scheduling=[]),
    "dependencies by name": {**DATA, "dependencies": {"a": "b"}},
    "a dependency of text": {**DATA, "dependencies": ["secret"]},
    "a dependency without a name": {**DATA, "dependencies": [{"apiVersion": "v1"}]},
    "values in a list": {**DATA, "values": ["a"]},
    "parameters of null": {**DATA, "parameters": None},
}


@pytest.mark.parametrize("data", FORGED_DATA.values(), ids=list(FORGED_DATA))
def test_data_of_another_shape_are_left_out_though_their_hash_is_right(data: Any) -> None:
    said_and_left_out(REVISION_FILE, written(data))


@pytest.mark.parametrize("number", [True, -1, 2**63 - 1, 2**63, 10**40, "1", 1.5, None, [1]])
def test_a_number_that_has_no_next_int64_is_left_out(number: Any) -> None:
    said_and_left_out(REVISION_FILE, written(DATA, number))


OTHER_REVISIONS: dict[str, Any] = {
    "a list": [],
    "nothing": None,
    "metadata of text": {**written(DATA), "metadata": "nb"},
    "no name": {**written(DATA), "metadata": {}},
    "a name that is a number": {**written(DATA), "metadata": {"name": 1}},
    "a name of another hash": {**written(DATA), "metadata": {"name": "nb-rev-xxxxxxxxxx"}},
}


@pytest.mark.parametrize("document", OTHER_REVISIONS.values(), ids=list(OTHER_REVISIONS))
def test_a_document_of_another_shape_is_left_out(document: Any) -> None:
    said_and_left_out(REVISION_FILE, document)


FORGED_NOTEBOOKS: dict[str, Any] = {
    "a list": ["metadata"],
    "nothing": None,
    "no metadata": {},
    "metadata of text": {"metadata": "x"},
    "annotations in a list": {"metadata": {"annotations": ["a"]}},
    "annotations of text": {"metadata": {"annotations": "a"}},
    **{
        f"a revision that is {value!r}": {
            "metadata": {"annotations": {"jackhoman.dev/revision": value}}
        }
        for value in (1, None, True, ["abc"], {"a": "b"})
    },
}


@pytest.mark.parametrize("document", FORGED_NOTEBOOKS.values(), ids=list(FORGED_NOTEBOOKS))
def test_a_notebook_of_another_shape_elects_nothing(document: Any) -> None:
    said_and_left_out("notebook.yaml", document)


@pytest.mark.parametrize("metadata", [{}, {"annotations": None}, {"annotations": {"a": "b"}}])
def test_a_notebook_without_the_annotation_elects_nothing_and_nothing_is_said(
    metadata: dict[str, Any],
) -> None:
    assert read({"notebook.yaml": {"metadata": metadata}}) == (Previous(), [])


def test_of_two_revisions_of_one_hash_the_second_is_left_out() -> None:
    previous, problems = read({
        "controllerrevision-a.yaml": written(DATA, 3),
        "controllerrevision-b.yaml": written(DATA, 900),
    })
    assert [revision.number for revision in previous.revisions] == [3]
    assert [p.position.file for p in problems] == ["notebooks/team/nb/controllerrevision-b.yaml"]
