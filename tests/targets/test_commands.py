"""The commands know targets: all are checked, one is shown."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TypeAlias

import pytest

from renderer import rendering, targets
from renderer.cli import main
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree
from renderer.workspace import open_workspace

Add = Callable[..., Path]
Declare = Callable[[str], None]
Octavo: TypeAlias = Callable[..., tuple[int, str, str]]

TWO = (
    "targets:\n"
    "  eu: {path: eu, routing: {host: eu.example.com}, values: {s3: {region: frankfurt}}}\n"
    "  us: {path: us, values: {s3: {region: ohio}}, namespaces: [team-*]}\n"
)


@pytest.fixture
def octavo(root: Path, capsys: pytest.CaptureFixture[str]) -> Octavo:
    """Runs a command in the tree: its exit code and what it said."""

    def octavo(*words: str) -> tuple[int, str, str]:
        status = main([words[0], "-C", str(root), *words[1:]])
        out, err = capsys.readouterr()
        return status, out, err

    return octavo


@pytest.fixture(autouse=True)
def two(declare: Declare, add: Add) -> None:
    declare(TWO)
    add("team-a/both")
    add("team-a/abroad", "  targets: [us]\n")
    add("lab/home")


def test_a_notebook_is_shown_where_it_lives_first(octavo: Octavo) -> None:
    status, out, err = octavo("render", "team-a/both")
    assert (status, "frankfurt" in out, "eu.example.com" in out) == (0, True, True)
    assert err == "team-a/both lives on eu, us; this is eu: --target names another\n"


@pytest.mark.parametrize(
    ("words", "region"),
    [
        (("team-a/both", "--target", "us"), "ohio"),
        (("team-a/both", "--target", "eu"), "frankfurt"),
        (("team-a/abroad",), "ohio"),
        (("lab/home",), "frankfurt"),
    ],
)
def test_nothing_is_remarked_where_there_is_no_doubt(
    octavo: Octavo, words: tuple[str, ...], region: str
) -> None:
    status, out, err = octavo("render", *words)
    assert (status, region in out, err) == (0, True, "")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("lab/home", "--target", "us"), 1, "does not live on the target us; it lives on eu"),
        (("lab/home", "--target", "ue"), 2, 'there is no target "ue"; there are eu, us'),
        (("lab/home", "--target", "eu", "--target", "us"), 2, "one --target at a time"),
    ],
)
def test_a_target_that_cannot_be_shown_is_refused(
    octavo: Octavo, words: tuple[str, ...], status: int, said: str
) -> None:
    code, out, err = octavo("render", *words)
    assert (code, out) == (status, "")
    assert said in err


def test_a_notebook_that_lives_nowhere_cannot_be_shown(octavo: Octavo, declare: Declare) -> None:
    declare("targets: {eu: {namespaces: [other]}}")
    status, out, err = octavo("render", "lab/home")
    assert (status, out) == (1, "")
    assert "the Notebook lab/home lives on no target: octavo.yaml says" in err


def test_a_wrong_target_in_the_file_is_said_with_its_place(octavo: Octavo, add: Add) -> None:
    path = add("lab/home", "  targets: [us]\n")
    status, out, err = octavo("render", "lab/home")
    assert (status, out) == (1, "")
    assert f"{path}:7:13: error: the target us does not take the Notebook lab/home" in err


def test_two_of_one_name_are_told_apart_by_their_target(octavo: Octavo, add: Add) -> None:
    add("team-a/abroad", "  targets: [eu]\n", file="notebooks/other.yaml")
    assert "ohio" in octavo("render", "team-a/abroad", "--target", "us")[1]
    assert "frankfurt" in octavo("render", "team-a/abroad")[1]


def test_a_revision_is_remembered_by_the_bundle_of_the_target(octavo: Octavo, root: Path) -> None:
    workspaces = targets.workspaces(open_workspace(SourceTree(root)), ["us"])
    output = OutputDirectory(root / "rendered/us")
    rendering.write_at([rendering.Place(each, output) for each in workspaces], root)
    catalog = root / "catalog/all.yaml"
    catalog.write_text(catalog.read_text().replace("base:1", "base:2"), encoding="utf-8")
    revisions = {
        name: octavo("render", "team-a/both", "--target", name)[1].count("kind: ControllerRevision")
        for name in ("eu", "us")
    }
    assert revisions == {"eu": 1, "us": 2}


def test_a_field_is_explained_as_it_is_there(octavo: Octavo) -> None:
    def region(*words: str) -> str:
        asked = ("explain", "team-a/both", "spec.containers[main].env[REGION]", "--format", "json")
        fields = json.loads(octavo(*asked, *words)[1])["fields"]
        return next(str(each["value"]) for each in fields if each["path"].endswith("value"))

    assert [region(), region("--target", "us")] == ["frankfurt", "ohio"]


def test_a_check_looks_at_every_target(octavo: Octavo, declare: Declare) -> None:
    assert octavo("check")[::2] == (0, "no problems in 3 notebooks\n")
    declare("targets: {eu: {path: eu}, us: {path: us, values: {s3: wrong}}}")
    status, out, _ = octavo("check")
    assert status == 1
    assert out.count("catalog/all.yaml:") == 2, "REGION and BUCKET cannot be had on us"


def test_a_check_says_once_what_is_so_everywhere(octavo: Octavo, root: Path, add: Add) -> None:
    add("team-a/both", "  size: huge\n")
    assert octavo("check")[1].count("huge") == 1
    assert [problem.position.line for problem in rendering.check(SourceTree(root))[1]] == [7]


def test_a_check_knows_the_revisions_that_stand_at_a_target(
    octavo: Octavo, root: Path, add: Add
) -> None:
    octavo("render", "--out", str(root / "rendered"))
    stands = root / "rendered/us/notebooks/team-a/abroad"
    [revision] = (path.stem.rpartition("-")[2] for path in stands.glob("controllerrevision-*"))
    catalog = root / "catalog/all.yaml"
    catalog.write_text(catalog.read_text().replace("base:1", "base:2"), encoding="utf-8")
    add("team-a/abroad", f'  targets: [us]\n  revision: "{revision}"\n')
    assert octavo("check")[::2] == (0, "no problems in 3 notebooks\n")
    rmtree(stands)
    assert octavo("check")[0] == 1


def test_a_directory_holds_each_target_at_its_path(octavo: Octavo, root: Path) -> None:
    out = root / "out"
    assert octavo("render", "--out", str(out))[0] == 0
    found = sorted(str(each.parent.relative_to(out)) for each in out.rglob("statefulset.yaml"))
    assert found == [
        "eu/notebooks/lab/home",
        "eu/notebooks/team-a/both",
        "us/notebooks/team-a/abroad",
        "us/notebooks/team-a/both",
    ]


def test_a_repository_holds_each_target_at_its_branch_and_path(
    octavo: Octavo, root: Path, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")
    repository = root.with_name("bundles.git")

    def at(branch: str) -> list[str]:
        asked = ["git", "-C", str(repository), "ls-tree", "-r", "--name-only", branch]
        listed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        return [name for name in listed.splitlines() if name.endswith("statefulset.yaml")]

    declare("targets: {eu: {branch: prod}, us: {path: us, namespaces: [team-*]}}")
    status, _, err = octavo("render", "--repo", str(repository), "--branch", "prod")
    assert (status, "the targets eu and us are no two places" in err) == (2, True)
    assert octavo("render", "--repo", str(repository), "--branch", "test")[0] == 0
    assert at("prod") == [
        "notebooks/lab/home/statefulset.yaml",
        "notebooks/team-a/both/statefulset.yaml",
    ]
    assert at("test") == [
        "us/notebooks/team-a/abroad/statefulset.yaml",
        "us/notebooks/team-a/both/statefulset.yaml",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("render", "team-a/both", "--target", "eu"),
        ("render", "--out", "OUT", "--target", "eu"),
        ("render", "--repo", "OUT", "--target", "eu"),
        ("explain", "team-a/both", "--target", "eu"),
    ],
)
def test_settings_that_hide_the_targets_are_said_first(
    octavo: Octavo, root: Path, declare: Declare, words: tuple[str, ...]
) -> None:
    declare("targets: {eu: {path: /etc}}")
    out = str(root.with_name("out"))
    status, _, err = octavo(*(out if word == "OUT" else word for word in words))
    assert (status, 'path cannot be "/etc"' in err, "no target" in err) == (1, True, False)
