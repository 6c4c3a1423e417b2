"""The schemas themselves: self-contained, explained, and true to their own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from renderer.schema.kinds import KINDS, bundled, check, schema_text

ALL = pytest.mark.parametrize("kind", list(KINDS))


def inside(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a schema, examples left aside."""
    if isinstance(node, dict):
        yield node
        for key, child in node.items():
            if key != "examples":
                yield from inside(child)
    elif isinstance(node, list):
        for child in node:
            yield from inside(child)


@ALL
def test_a_schema_has_a_title_a_description_and_examples_that_fit_it(kind: str) -> None:
    schema = json.loads(schema_text(kind))
    assert schema["title"]
    assert schema["description"]
    assert schema["examples"]
    for example in schema["examples"]:
        assert check(kind, example) == []


@pytest.mark.parametrize(
    ("kind", "field", "most"),
    [
        ("notebook", "volumes", 100),
        ("notebook", "options", 100),
        ("notebook", "ports", 100),
        ("notebook", "sharing", 500),
        ("notebook", "env", 500),
        ("template", "required", 100),
        ("template", "options", 100),
        ("template", "images", 500),
        ("template", "sizes", 500),
        ("template", "dependencies", 100),
        ("poddefault", "dependencies", 100),
    ],
)
def test_a_list_holds_no_more_than_a_person_writes(kind: str, field: str, most: int) -> None:
    for length, said in ((most, []), (most + 1, [f"{most} or fewer of them"])):
        found = check(kind, {"spec": {field: [{}] * length}})
        bounds = [finding for finding in found if finding.path == ("spec", field)]
        assert [finding.expected for finding in bounds] == said


def test_a_notebook_gives_no_more_than_two_hundred_parameters() -> None:
    for count, said in ((200, []), (201, ["at most 200 parameters"])):
        parameters = {f"p{number}": 1 for number in range(count)}
        found = check("notebook", {"spec": {"parameters": parameters}})
        bounds = [finding for finding in found if finding.path == ("spec", "parameters")]
        assert [finding.expected for finding in bounds] == said


@ALL
def test_every_reference_leads_to_a_definition_in_the_same_text(kind: str) -> None:
    schema = json.loads(schema_text(kind))
    references = {node["$ref"] for node in inside(schema) if isinstance(node.get("$ref"), str)}
    names = {reference.removeprefix("#/$defs/") for reference in references}
    assert names <= schema["$defs"].keys()
    assert names == schema["$defs"].keys()


@ALL
def test_definitions_of_a_kind_do_not_hide_shared_ones(kind: str) -> None:
    from renderer.schema.data import read

    own = json.loads(read(f"kinds/{kind}.json")).get("$defs", {}).keys()
    shared = json.loads(read("kinds/common.json"))["$defs"].keys()
    assert not own & shared


@ALL
def test_every_field_that_people_write_is_described(kind: str) -> None:
    schema = bundled(kind)
    holders = [schema, schema["$defs"].get("spec", {})]
    silent = [
        name
        for holder in holders
        for name, field in holder.get("properties", {}).items()
        if name not in {"apiVersion", "kind", "spec"}
        and not {**schema["$defs"].get(field.get("$ref", "")[8:], {}), **field}.get("description")
    ]
    assert kind.startswith("kubeflow") or silent == []


@ALL
def test_examples_in_a_schema_fit_where_they_stand(kind: str) -> None:
    schema = bundled(kind)
    tried = 0
    for node in inside(schema):
        for example in node.get("examples", ()):
            Draft202012Validator({**node, "$defs": schema["$defs"]}).validate(example)
            tried += 1
    assert tried > 1


# In a file of profiles they are ignored, with a warning.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "profiles"])
def test_an_unknown_field_is_refused_at_the_top(kind: str) -> None:
    [example, *_] = bundled(kind)["examples"]
    [finding] = check(kind, {**example, "extra": 1})
    assert finding.path == ("extra",)
    assert finding.message == 'unknown field "extra" in the document'


@pytest.mark.parametrize(
    ("amount", "fine"),
    [
        ("500m", True),
        ("16Gi", True),
        ("1.5", True),
        (".5", True),
        ("1e3", True),
        ("2E", True),
        ("100u", True),
        (4, True),
        (0.5, True),
        (0, True),
        ("", False),
        ("Gi", False),
        ("16GB", False),
        ("1,5", False),
        ("-1", False),
        (-1, False),
        ("1 Gi", False),
        ("1gi", False),
        (True, False),
        (None, False),
        ([], False),
    ],
)
def test_a_quantity_is_what_kubernetes_takes_for_one(amount: object, *, fine: bool) -> None:
    size = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Size",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"resources": {"cpu": amount}},
    }
    assert (check("size", size) == []) is fine


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ab", None),
        ("a.b-c1", None),
        ("My Notebook", 'did you mean "my-notebook"?'),
        ("a_b", 'did you mean "a-b"?'),
        ("-a", 'did you mean "a"?'),
        ("a..b", 'did you mean "a-b"?'),
        ("a/b", ""),
        ("", ""),
    ],
)
def test_a_name_is_a_dns_name_or_a_hint_says_how_it_becomes_one(
    name: str, hint: str | None
) -> None:
    [example, *_] = bundled("notebook")["examples"]
    findings = check("notebook", {**example, "metadata": {"name": name, "namespace": "a"}})
    assert [each.hint for each in findings] == ([] if hint is None else [hint])


def test_values_that_may_be_secret_are_not_said() -> None:
    [example, *_] = bundled("notebook")["examples"]
    secret = "s3cr3t"  # noqa: S105
    spec = {
        "templateRef": "a",
        "env": [{"name": "A", "value": {secret: secret}}, secret],
        "parameters": [secret],
        "owner": [secret],
    }
    findings = check("notebook", {**example, "spec": spec})
    assert len(findings) == 4
    assert secret not in str(findings)


def test_no_more_faults_of_a_document_are_said_than_anybody_reads() -> None:
    spec = {f"unknown{number}": 1 for number in range(5000)}
    notebook = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": "nb", "namespace": "team"},
        "spec": {"owner": "alice", "templateRef": {"name": "t", "namespace": "kf"}, **spec},
    }
    assert len(check("notebook", notebook)) == 100
