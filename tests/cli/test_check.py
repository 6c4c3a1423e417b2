import json
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from renderer import rendering
from renderer.errors import Problem
from renderer.yamlio import load_all

Octavo = Callable[..., Any]
Edit = Callable[[str, str, str], None]
CHURN = "notebooks/research/churn.yaml"
DEPRECATED = (
    'notebooks/research/survey.yaml:11:3: warning: the image "old" is deprecated: Move to new.\n'
)


def test_warnings_are_allowed(octavo: Octavo) -> None:
    assert octavo("check") == (0, DEPRECATED, "1 warning in 2 notebooks\n")


def test_a_good_tree_has_no_problems(octavo: Octavo, edit: Edit) -> None:
    edit("notebooks/research/survey.yaml", "image: old", "image: new")
    assert octavo("check") == (0, "", "no problems in 2 notebooks\n")


def test_all_problems_are_found_at_once_and_sorted(octavo: Octavo, edit: Edit) -> None:
    edit(CHURN, "- bucket", "- bukcet")
    edit("catalog/rest.yaml", "displayName: Small", "displayNme: Small")
    said = octavo("check")
    places = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert said.status == 1
    assert places == sorted(places)
    assert places[0].startswith("catalog/rest.yaml:40:3: error: ")
    assert any(place.startswith(f"{CHURN}:13:7: error: ") for place in places)
    assert places[-1] == DEPRECATED.strip()
    assert said.err == f"{len(places) - 1} errors, 1 warning in 2 notebooks\n"


def test_nothing_is_written(tree: Path, octavo: Octavo) -> None:
    before = sorted(tree.rglob("*"))
    octavo("check")
    assert sorted(tree.rglob("*")) == before


def test_the_same_problems_come_as_json(octavo: Octavo) -> None:
    said = octavo("check", "--format", "json")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == {
        "notebooks": 2,
        "errors": 0,
        "warnings": 1,
        "problems": [
            {
                "severity": "warning",
                "file": "notebooks/research/survey.yaml",
                "line": 11,
                "column": 3,
                "message": 'the image "old" is deprecated: Move to new.',
                "expected": "",
                "hint": "",
                "there": [],
            }
        ],
    }


def test_the_same_problems_come_for_github(octavo: Octavo) -> None:
    assert octavo("check", "--format", "github") == (
        0,
        (
            "::warning file=notebooks/research/survey.yaml,line=11,col=3,title=octavo::"
            'the image "old" is deprecated: Move to new.\n'
        ),
        "",
    )


def test_the_same_problems_come_as_sarif(octavo: Octavo, edit: Edit) -> None:
    edit(CHURN, "size: large", "size: lagre")
    said = octavo("check", "--format", "sarif")
    (run,) = json.loads(said.out)["runs"]
    assert (said.status, said.err) == (1, "")
    assert {result["level"] for result in run["results"]} == {"error", "warning"}
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {
        result["ruleId"] for result in run["results"]
    }


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_files_are_named_as_they_are_found_from_here(
    form: str, tree: Path, octavo: Octavo, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = "notebooks/research/survey.yaml"
    monkeypatch.chdir(tree.parent)
    for named in ("tree", "./tree/", "tree/catalog/..", str(tree)):
        out = octavo("check", "-C", named, "--format", form).out
        assert f"tree/{survey}" in out
        assert f"{tree}/{survey}" not in out
    (tree.parent / "elsewhere").mkdir()
    monkeypatch.chdir(tree.parent / "elsewhere")
    assert f"{tree}/{survey}" in octavo("-C", tree, "check", "--format", form).out
    assert f"../tree/{survey}" in octavo("-C", "../tree", "check", "--format", form).out


def test_many_files_are_shared_among_processes(tree: Path, octavo: Octavo) -> None:
    for number in range(120):
        copy = (tree / CHURN).read_text().replace("churn", f"copy-{number:03}")
        (tree / f"notebooks/{number}.yaml").write_text(copy)
    alone = octavo("check", "--jobs", "1")
    assert alone.err == "1 warning in 122 notebooks\n"
    assert octavo("check", "--jobs", "2") == alone


def test_the_number_of_processes_reaches_the_check(
    octavo: Octavo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []

    def check(_: Path, options: rendering.Options) -> tuple[int, tuple[Problem, ...]]:
        asked.append(options.jobs)
        return 0, ()

    monkeypatch.setattr(rendering, "check", check)
    octavo("check")
    octavo("check", "--jobs", "3")
    assert asked == [None, 3]


def test_no_secret_value_is_ever_said(octavo: Octavo, edit: Edit) -> None:
    edit("catalog/rest.yaml", "value: sesame", "value: [sesame]")
    for form in ("text", "json", "github", "sarif"):
        said = octavo("check", "--format", form)
        assert said.status == 1
        assert "sesame" not in said.out + said.err


def test_an_unknown_format_is_wrong_usage(octavo: Octavo) -> None:
    said = octavo("check", "--format", "xml")
    assert (said.status, said.out) == (2, "")
    assert "invalid choice: 'xml'" in said.err


def test_a_notebook_on_an_older_revision_is_checked_against_the_output(
    tree: Path, octavo: Octavo, edit: Edit
) -> None:
    octavo("render", "--out", "rendered")
    edit("notebooks/research/survey.yaml", "image: old", "image: new")
    kept = next((tree / "rendered/notebooks/research/survey").glob("controllerrevision-*"))
    revision = kept.stem.rsplit("-", 1)[-1]
    edit("notebooks/research/survey.yaml", "image: new", f"image: new\n  revision: {revision}")
    assert octavo("check") == (0, "", "no problems in 2 notebooks\n")


def test_a_bundle_that_was_changed_by_hand_is_named_as_it_is_found_from_here(
    tree: Path, octavo: Octavo, monkeypatch: pytest.MonkeyPatch
) -> None:
    octavo("render", "--out", "rendered")
    (kept,) = (tree / "rendered/notebooks/research/survey").glob("controllerrevision-*")
    kept.write_text(kept.read_text().replace("platform", "nowhere"))
    monkeypatch.chdir(tree.parent)
    said = octavo("-C", "tree", "check")
    assert (said.status, said.err) == (0, "2 warnings in 2 notebooks\n")
    assert f"tree/rendered/notebooks/research/survey/{kept.name}:1:1: warning: " in said.out
    assert f"{kept.name}:1:1: warning: " in octavo("-C", "tree", "render", "research/survey").err


@pytest.mark.usefixtures("profiles")
def test_sizes_and_profiles_that_no_node_could_hold_are_warnings_where_they_stand(
    octavo: Octavo, nodes: Path, edit: Edit
) -> None:
    edit("catalog/rest.yaml", "cpu: 4\n    memory: 8Gi", "cpu: 24\n    memory: 8Gi")
    edit("notebooks/research/survey.yaml", "image: old", "image: new")
    before = octavo("check")
    said = octavo("check", "--nodes", nodes)
    assert (before.status, before.out, said.status) == (0, "", 0)
    assert said.err == "3 warnings in 2 notebooks\n"
    assert [line.partition(": ")[2] for line in said.out.splitlines()] == [
        *(
            f"warning: the {what}: no node could hold it: {why}"
            for what, why in (
                ("Profile hub/Spark", "none has nvidia.com/gpu"),
                ("Size hub/X Large", "the largest takes 16 CPUs and 62Gi"),
                ("Size platform/large", "the largest takes 16 CPUs"),
            )
        )
    ]
    places = [line.partition(": ")[0].rsplit(":", 2) for line in said.out.splitlines()]
    written = [Path(file).read_text().splitlines()[int(line) - 1] for file, line, _ in places]
    assert [line.strip() for line in written] == ["gpu: 2", "resources:", "resources:"]


def test_templates_and_limits_are_held_against_the_nodes_too(
    octavo: Octavo, nodes: Path, edit: Edit
) -> None:
    edit(
        "catalog/jupyter.yaml",
        "          env:\n",
        "          resources:\n"
        "            requests: {cpu: 1, memory: 1Gi}\n"
        "            limits: {cpu: 32, memory: 1Gi}\n"
        "          env:\n",
    )
    said = octavo("check", "--nodes", nodes)
    assert said.status == 0
    assert (
        "catalog/jupyter.yaml:15:11: warning: the Template platform/jupyter: "
        "no node has as much as its limits: the largest takes 16 CPUs\n"
    ) in said.out


def test_nodes_come_as_json_and_from_standard_input(
    octavo: Octavo, nodes: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("catalog/rest.yaml", "cpu: 4", "cpu: 24")
    (document,) = load_all(nodes.read_bytes(), "nodes")
    as_json = json.dumps(document.value).encode()
    expected = octavo("check", "--nodes", nodes)
    assert "the largest takes 16 CPUs" in expected.out
    for name, data in (("nodes.json", as_json), ("-", as_json), ("-", nodes.read_bytes())):
        Path("nodes.json").write_bytes(data)
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
        assert octavo("check", "--nodes", name) == expected


@pytest.mark.parametrize("command", ["check", "catalog"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: List\napiVersion: v1\nitems: []\n", "there is no Node in it"),
        ("a: [", "a value is missing here"),
        ("", "there is no Node in it"),
    ],
)
def test_a_file_without_nodes_is_an_error(
    command: str, octavo: Octavo, text: str, said: str
) -> None:
    Path("broken.yaml").write_text(text)
    found = octavo(command, "--nodes", "broken.yaml")
    assert (found.status, found.out) == (1, "")
    assert found.err.startswith("broken.yaml:")
    assert said in found.err


@pytest.mark.parametrize("command", ["check", "catalog"])
def test_a_file_that_is_not_there_is_an_error_in_words(command: str, octavo: Octavo) -> None:
    said = octavo(command, "--nodes", "nowhere.yaml")
    assert said == (1, "", "octavo: nowhere.yaml: No such file or directory\n")


def test_a_tree_that_cannot_be_read_is_said_before_its_sizes(
    octavo: Octavo, nodes: Path, tree: Path
) -> None:
    (tree / "octavo.yaml").write_text("output: [\n")
    said = octavo("check", "--nodes", nodes)
    assert said.status == 1
    assert "octavo.yaml:" in said.out
