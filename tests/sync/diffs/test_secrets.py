"""No output holds the value of a Secret, whatever the Secret looks like."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.diffs import Action, Change, as_json, human, markdown
from sync.objects import Key

KEY = Key("", "Secret", "research", "database")
# Such values stand nowhere by chance.
VALUES = st.text("0123456789", min_size=4, max_size=12).map(lambda text: f"QX{text}XQ")
KEYS = st.text("abc.-", min_size=1, max_size=6)
DATA = st.dictionaries(KEYS, VALUES, max_size=4)
HOLDERS = st.one_of(DATA, VALUES, st.lists(VALUES, max_size=3), st.dictionaries(KEYS, DATA))
SECRETS = st.fixed_dictionaries(
    {"apiVersion": st.just("v1"), "kind": st.just("Secret")},
    optional={
        "data": HOLDERS,
        "stringData": HOLDERS,
        "spec": HOLDERS,
        "status": HOLDERS,
        "metadata": st.fixed_dictionaries(
            {"name": st.just("database")},
            optional={
                "annotations": HOLDERS,
                "managedFields": HOLDERS,
                "notAField": HOLDERS,
            },
        ),
    },
)
OUTPUTS = {
    "human": human,
    "human in colour": lambda changes: human(changes, color=True),
    "json": as_json,
    "markdown": markdown,
}


def values(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for child in tree.values():
            yield from values(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from values(child)
    elif tree.startswith("QX"):
        yield tree


def secret(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "database"}, **fields}


def lines(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    action = Action.UPDATE if before and after else Action.CREATE
    text = human([Change(action, KEY, "b", before, after)])
    return [line.strip() for line in text.splitlines()[2:-2]]


@pytest.mark.parametrize("output", OUTPUTS)
@given(action=st.sampled_from(Action), before=SECRETS, after=SECRETS)
def test_no_value_of_a_secret_is_shown(
    output: str, action: Action, before: dict[str, Any], after: dict[str, Any]
) -> None:
    for old, new in ((before, after), (None, after), (before, None)):
        text = OUTPUTS[output]([Change(action, KEY, "b", old, new)])
        assert [each for each in values([before, after]) if each in text] == []


@pytest.mark.parametrize("output", OUTPUTS)
@given(before=SECRETS, after=SECRETS)
def test_what_was_a_secret_stays_hidden_when_its_kind_is_told_otherwise(
    output: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    key, other = Key("", "ConfigMap", "research", "database"), {**after, "kind": "ConfigMap"}
    for old, new in ((before, other), (other, before)):
        text = OUTPUTS[output]([Change(Action.UPDATE, key, "b", old, new)])
        assert [each for each in values([before, after]) if each in text] == []


def test_names_are_told_and_values_are_not() -> None:
    before = secret(data={"user": "QXaXQ", "password": "QXbXQ", "old": "QXcXQ"}, type="Opaque")
    after = secret(data={"user": "QXaXQ", "password": "QXdXQ", "new": "QXeXQ"}, type="Opaque")
    assert lines(before, after) == [
        "+ .data.new: (hidden)",
        "- .data.old: (hidden)",
        "~ .data.password: (changed)",
    ]


def test_a_new_secret_is_told_by_its_names() -> None:
    made = secret(stringData={"password": "QXbXQ"}, type="Opaque")
    assert lines(None, made) == [
        "+ stringData:",
        "+   password: (hidden)",
        '+ type: "Opaque"',
    ]


def test_annotations_of_a_secret_are_hidden_but_for_ours() -> None:
    before, after = (
        secret(metadata={"annotations": {"kapp.k14s.io/original": copy, "jackhoman.dev/x": mark}})
        for copy, mark in (("QX1XQ", "a"), ("QX2XQ", "b"))
    )
    assert lines(before, after) == [
        '~ .metadata.annotations["jackhoman.dev/x"]: "a" -> "b"',
        '~ .metadata.annotations["kapp.k14s.io/original"]: (changed)',
    ]


def test_the_labels_and_owners_of_a_secret_are_shown() -> None:
    owners = [{"kind": "ControllerRevision", "name": "churn-rev-1"}]
    before = secret(metadata={"labels": {}, "ownerReferences": []})
    after = secret(metadata={"labels": {"a": "b"}, "ownerReferences": owners})
    assert lines(before, after) == [
        '+ .metadata.labels.a: "b"',
        '+ .metadata.ownerReferences[name="churn-rev-1"]:',
        '+   kind: "ControllerRevision"',
        '+   name: "churn-rev-1"',
    ]


def test_json_says_what_it_hides() -> None:
    old, new = (secret(data={"password": b64encode(each).decode()}) for each in (b"1", b"2"))
    (change,) = json.loads(as_json([Change(Action.UPDATE, KEY, "b", old, new)]))["changes"]
    assert change["differences"] == [
        {
            "op": "change",
            "path": ".data.password",
            "before": "(hidden)",
            "after": "(hidden)",
            "hidden": True,
        }
    ]


def test_json_says_so_of_a_whole_tree_too() -> None:
    (change,) = json.loads(
        as_json([Change(Action.UPDATE, KEY, "b", secret(), secret(data={"a": "QX1XQ"}))])
    )["changes"]
    assert change["differences"] == [
        {"op": "add", "path": ".data", "after": {"a": "(hidden)"}, "hidden": True}
    ]
