import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Octavo = Callable[..., Any]
Edit = Callable[[str, str, str], None]
CHURN = "notebooks/research/churn.yaml"


def test_a_field_says_who_set_it_where_and_what_it_overrode(octavo: Octavo) -> None:
    assert octavo("explain", "research/churn", "spec.containers[main].env[LEVEL].value") == (
        0,
        (
            'spec.containers[main].env[LEVEL].value: "notebook"\n'
            "  notebook: Notebook research/churn, notebooks/research/churn.yaml:16\n"
            '  overrode "required", required: PodDefault platform/index, catalog/rest.yaml:14\n'
            '  overrode "template", template: Template platform/jupyter, catalog/jupyter.yaml:17\n'
        ),
        "",
    )


def test_a_size_explains_the_resources(octavo: Octavo) -> None:
    assert octavo("explain", "research/churn", "spec.containers[0].resources.limits") == (
        0,
        (
            'spec.containers[main].resources.limits.cpu: "4"\n'
            "  size: Size platform/large, catalog/rest.yaml:54\n"
            'spec.containers[main].resources.limits.memory: "8Gi"\n'
            "  size: Size platform/large, catalog/rest.yaml:55\n"
        ),
        "",
    )


def test_without_a_path_the_whole_pod_is_explained(octavo: Octavo) -> None:
    said = octavo("explain", "research/churn")
    assert said.status == 0
    fields = [line.partition(": ")[0] for line in said.out.splitlines() if line[0] != " "]
    assert len(fields) == len(set(fields)) > 15
    assert "spec.serviceAccountName" in fields
    assert "metadata.labels[app.kubernetes.io/name]" in fields
    assert "  octavo: Octavo, notebooks/research/churn.yaml:4\n" in said.out


def test_every_field_of_the_pod_is_explained(octavo: Octavo) -> None:
    from renderer.compose.trace import leaves
    from renderer.yamlio import load_all

    stream = octavo("render", "research/churn").out
    (pod,) = [
        document.value["spec"]["template"]
        for document in load_all(stream.encode(), "stream")
        if document.value["kind"] == "StatefulSet"
    ]
    explained = json.loads(octavo("explain", "research/churn", "--format", "json").out)["fields"]
    values = [field["value"] for field in explained if "TOKEN" not in field["path"]]
    rendered = [value for _, value in leaves(pod)]
    assert values == [value for value in rendered if value not in ("sesame", "BUCKET_TOKEN")]


def test_values_that_sound_secret_are_masked(octavo: Octavo) -> None:
    for form in ("text", "json"):
        said = octavo("explain", "research/churn", "--format", form)
        assert "sesame" not in said.out
        assert '"***"' in said.out


def test_programs_read_json(octavo: Octavo) -> None:
    said = octavo(
        "explain", "research/churn", "spec.containers[main].env[LEVEL].value", "--format", "json"
    )
    assert json.loads(said.out) == {
        "notebook": "research/churn",
        "fields": [
            {
                "path": "spec.containers[main].env[LEVEL].value",
                "value": "notebook",
                "layer": "notebook",
                "source": "Notebook research/churn",
                "file": CHURN,
                "line": 16,
                "overrode": [
                    {
                        "value": "required",
                        "layer": "required",
                        "source": "PodDefault platform/index",
                        "file": "catalog/rest.yaml",
                        "line": 14,
                    },
                    {
                        "value": "template",
                        "layer": "template",
                        "source": "Template platform/jupyter",
                        "file": "catalog/jupyter.yaml",
                        "line": 17,
                    },
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("spec.containers[main].imgae", '; did you mean "spec.containers[main].image"?'),
        ("spec.container", '; did you mean "spec.containers"?'),
        ("xyzzy", ""),
    ],
)
def test_an_unknown_path_is_guessed_at(path: str, hint: str, octavo: Octavo) -> None:
    message = f"octavo explain: the pod has no field {path}{hint}\n"
    assert octavo("explain", "research/churn", path) == (1, "", message)


def test_a_notebook_that_cannot_be_composed_is_not_explained(octavo: Octavo, edit: Edit) -> None:
    edit(CHURN, "- bucket", "- bukcet")
    said = octavo("explain", "research/churn")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"{CHURN}:13:7: error: ")


def test_an_error_elsewhere_is_said_and_the_answer_given(octavo: Octavo, edit: Edit) -> None:
    edit("catalog/jupyter.yaml", "- large", "- lagre")
    said = octavo("explain", "research/churn", "spec.containers[main].image")
    assert said.status == 1
    assert "catalog/jupyter.yaml" in said.err
    assert said.out.startswith("spec.containers[main].image: ")


def test_files_are_named_as_they_are_found_from_here(
    tree: Path, octavo: Octavo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree.parent)
    said = octavo("-C", "tree", "explain", "research/churn", "spec.containers[main].image")
    assert "tree/catalog/jupyter.yaml:20\n" in said.out


def test_an_older_revision_is_explained_from_the_bundle_that_keeps_it(
    octavo: Octavo, edit: Edit
) -> None:
    edit(CHURN, "spec:\n", "spec:\n  updatePolicy: Ignore\n")
    octavo("render", "--out", "rendered")
    edit("catalog/rest.yaml", "memory: 8Gi", "memory: 7Gi")
    said = octavo("explain", "research/churn", "spec.containers[main].resources.limits.memory")
    assert said.status == 0
    assert said.out.startswith('spec.containers[main].resources.limits.memory: "8Gi"\n')
    assert "rendered/notebooks/research/churn/controllerrevision-" in said.out
