"""The command: what it reads, where it writes, and what it never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.cli import main
from renderer.imports.papers import Paper, text_of
from renderer.yamlio import load_all
from tests.imports.trees import SAMPLES, Import

Pipe = Callable[[str], None]


def test_a_file_that_is_there_is_never_overwritten(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml")
    mine = done.tree / "notebooks/alice/churn.yaml"
    mine.write_text("mine")
    (done.tree / "IMPORT.md").unlink()
    (done.tree / "octavo.yaml").unlink()
    again = imported("kubeflow", "live.yaml")
    assert again.status == 1
    assert "would be overwritten: name another --out, or say --force" in again.err
    assert mine.read_text() == "mine"
    assert "octavo.yaml" not in again.files


def test_force_replaces_files(imported: Import) -> None:
    mine = imported("kubeflow", "live.yaml").tree / "notebooks/alice/churn.yaml"
    mine.write_text("mine")
    assert imported("kubeflow", "live.yaml", options=("--force",)).status == 0
    assert "kind: Notebook" in mine.read_text()


def test_settings_that_are_there_stay_and_say_where_files_go(
    imported: Import, tmp_path: Path
) -> None:
    settings = tmp_path / "out/octavo.yaml"
    settings.parent.mkdir()
    settings.write_text("catalog: ours\nnotebooks: theirs/all\n")
    done = imported("kubeflow", "live.yaml")
    assert settings.read_text() == "catalog: ours\nnotebooks: theirs/all\n"
    assert "theirs/all/alice/churn.yaml" in done.files
    assert "ours/kubeflow/jupyter.yaml" in done.files
    assert done.problems() == []
    assert "gateway: kubeflow/kubeflow-gateway" in done.report


def test_standard_input_is_read(imported: Import, piped: Pipe) -> None:
    piped((SAMPLES / "live.yaml").read_text())
    assert imported("kubeflow").files >= {"notebooks/alice/churn.yaml"}


def test_json_and_yaml_say_the_same(imported: Import, piped: Pipe) -> None:
    (document,) = load_all((SAMPLES / "live.yaml").read_bytes(), "live.yaml")
    from_yaml = imported("kubeflow", "live.yaml")
    piped(json.dumps({**document.value, "kind": "NotebookList"}))
    from_json = imported("kubeflow", out="json")
    name = "notebooks/alice/churn.yaml"
    assert from_json.file(name) == from_yaml.file(name)


def test_json_of_any_size_is_read(imported: Import, piped: Pipe) -> None:
    notebook = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Notebook",
        "metadata": {"name": "a", "namespace": "b", "managedFields": ["x" * 5_000_000]},
        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "a:1"}]}}},
    }
    piped(json.dumps({"kind": "List", "items": [notebook]}))
    assert imported("kubeflow").files >= {"notebooks/b/a.yaml"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no Notebook of Kubeflow in it"),
        ("just words", "this is no object of Kubernetes"),
        ("a: [", "error"),
        ("{NaN: 1", "error"),
        ("kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n", "there is no Notebook"),
        ("x" * 5_000_000, "kubectl get ... -o json"),
    ],
)
def test_other_input_is_refused_in_words(
    imported: Import, piped: Pipe, text: str, said: str
) -> None:
    piped(text)
    done = imported("kubeflow")
    assert done.status == 1
    assert said in done.err
    assert not done.tree.exists()


def test_a_file_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["import", "kubeflow", "nowhere.yaml"]) == 1
    assert "nowhere.yaml: No such file" in capsys.readouterr().err


def test_the_catalog_is_of_the_namespace_that_is_named(imported: Import) -> None:
    done = imported("kubeflow", "live.yaml", options=("--catalog-namespace", "shelf"))
    assert done.file("catalog/kubeflow/jupyter.yaml")["metadata"]["namespace"] == "shelf"
    assert done.file("notebooks/alice/churn.yaml")["spec"]["templateRef"]["namespace"] == "shelf"
    assert done.problems() == []


def test_markdown_of_others_has_no_meaning_in_the_report(imported: Import) -> None:
    values = {"singleuser": {"[x](http://evil) <b>`@all`\n# no": 1}}
    done = imported("jupyterhub", values)
    report = (done.tree / "IMPORT.md").read_text()
    assert r"\[x\](http://evil) \<b\>\`\@all\`" in report
    assert "\n# no" not in report


def test_comments_stand_above_their_fields() -> None:
    value = {"a": {"b": [{"c": 1}, {"c": 2}]}, "d": "x"}
    comments: dict[tuple[str | int, ...], str] = {
        (): "Top.\nTwo \x1b[31mlines.",
        ("a", "b", 1): "The second.",
        ("d",): "Last.",
    }
    text = text_of(Paper("x.yaml", value, comments))
    assert text == (
        "# Top.\n# Two [31mlines.\na:\n  b:\n  - c: 1\n  # The second.\n  - c: 2\n# Last.\nd: x\n"
    )
    assert load_all(text.encode(), "x")[0].value == value
