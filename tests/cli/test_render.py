import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from renderer import rendering
from renderer.rendering import Options, Place, Summary
from renderer.yamlio import load_all

Octavo = Callable[..., Any]
Edit = Callable[[str, str, str], None]
CHURN = "notebooks/research/churn.yaml"


def kinds(stream: str) -> list[str]:
    return [document.value["kind"] for document in load_all(stream.encode(), "out")]


def test_one_notebook_is_one_yaml_stream(octavo: Octavo) -> None:
    said = octavo("render", "research/churn")
    assert (said.status, said.err) == (0, "")
    assert kinds(said.out)[0] == "Notebook"
    assert {"StatefulSet", "Service", "PersistentVolumeClaim"} <= set(kinds(said.out))
    assert "Kustomization" not in said.out


def test_the_tree_is_named_before_or_after_the_command(
    tree: Path, octavo: Octavo, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = octavo("render", "research/churn")
    monkeypatch.chdir("/")
    for words in (
        ("-C", tree, "render", "research/churn"),
        ("render", "-C", tree, "research/churn"),
        ("render", "research/churn", "-C", tree),
        (f"-C{tree}", "render", "research/churn"),
    ):
        assert octavo(*words) == here


def test_a_warning_stands_beside_the_stream(octavo: Octavo) -> None:
    said = octavo("render", "research/survey")
    assert said.status == 0
    assert said.err == (
        "notebooks/research/survey.yaml:11:3: warning: "
        'the image "old" is deprecated: Move to new.\n'
    )
    assert "image: example.com/jupyter:1" in said.out


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("research/chrn", '; did you mean "research/churn"?'),
        ("resaerch/churn", '; did you mean "research/churn"?'),
        ("nobody/nothing", ""),
    ],
)
def test_a_name_that_means_nothing_is_guessed_at(name: str, hint: str, octavo: Octavo) -> None:
    message = f"octavo render: there is no Notebook {name} below notebooks/{hint}\n"
    assert octavo("render", name) == (1, "", message)


def test_an_error_leaves_nothing_on_standard_output(octavo: Octavo, edit: Edit) -> None:
    edit(CHURN, "size: large", "size: lagre")
    said = octavo("render", "research/churn")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"{CHURN}:11:3: error: ")
    assert 'hint: did you mean "large"?' in said.err


def test_an_error_elsewhere_in_the_catalog_counts_too(octavo: Octavo, edit: Edit) -> None:
    edit("catalog/rest.yaml", "displayName: Small", "displayNme: Small")
    said = octavo("render", "research/churn")
    assert (said.status, said.out) == (1, "")
    assert "catalog/rest.yaml" in said.err


def test_two_notebooks_of_one_name_are_no_answer(tree: Path, octavo: Octavo) -> None:
    (tree / "notebooks/again.yaml").write_text((tree / CHURN).read_text())
    said = octavo("render", "research/churn")
    assert (said.status, said.out) == (1, "")
    assert "there are two Notebooks research/churn" in said.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "give NAMESPACE/NAME for one notebook, or --out DIR for all of them"),
        (("research/churn", "--out", "rendered"), "not both"),
        (("research/churn", "--check"), "--check goes with --out DIR, not with one notebook"),
        (("research/churn", "--allow-empty"), "--allow-empty goes with --out DIR"),
        (("research/churn", "--jobs", "2"), "--jobs goes with --out DIR"),
        (("churn",), '"churn" is not NAMESPACE/NAME, as in research/churn'),
        (("a/b/c",), '"a/b/c" is not NAMESPACE/NAME'),
        (("/churn",), '"/churn" is not NAMESPACE/NAME'),
        (("../churn",), '"../churn" is not NAMESPACE/NAME'),
        (("Research/churn",), '"Research/churn" is not NAMESPACE/NAME'),
        (("--out", "rendered", "--jobs", "0"), '"0" is not a whole number from 1'),
        (("--out", "rendered", "--jobs", "-1"), '"-1" is not a whole number from 1'),
        (("--out", "rendered", "--jobs", "²"), "is not a whole number from 1"),
        (("--out", "rendered", "--chekc"), "unrecognized arguments: --chekc"),
        (("-C", "nowhere", "--out", "rendered"), "nowhere is not a directory"),
        (("--out", "."), "render into a directory of its own"),
        (("--out", "notebooks"), "render into a directory of its own"),
        (("--out", "catalog/rendered"), "render into a directory of its own"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_done(
    words: tuple[str, ...], complaint: str, tree: Path, octavo: Octavo
) -> None:
    before = files(tree)
    said = octavo("render", *words)
    assert (said.status, said.out) == (2, "")
    assert complaint in said.err
    assert files(tree) == before


def files(root: Path) -> dict[str, str]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text() for path in found}


def test_all_notebooks_are_files_and_a_summary_says_what_changed(
    tree: Path, octavo: Octavo, edit: Edit
) -> None:
    first = octavo("render", "--out", "rendered")
    assert first.status == 0
    assert first.out == (
        "2 notebooks; bundles: 3 added\n"
        "  added    namespaces/research\n"
        "  added    notebooks/research/churn\n"
        "  added    notebooks/research/survey\n"
    )
    assert "rendered/notebooks/research/churn/statefulset.yaml" in files(tree)
    edit(CHURN, "size: large", "size: small")
    (tree / "notebooks/research/survey.yaml").unlink()
    again = octavo("render", "--out", "rendered")
    assert again == (
        0,
        (
            "1 notebook; bundles: 1 changed, 1 removed\n"
            "  changed  notebooks/research/churn\n"
            "  removed  notebooks/research/survey\n"
        ),
        "",
    )
    assert octavo("render", "--out", "rendered").out == "1 notebook; nothing to change\n"


def test_only_some_names_are_shown(tree: Path, octavo: Octavo) -> None:
    for number in range(30):
        copy = (tree / CHURN).read_text().replace("churn", f"copy-{number:02}")
        (tree / f"notebooks/{number}.yaml").write_text(copy)
    lines = octavo("render", "--out", "rendered", "--jobs", "2").out.splitlines()
    assert lines[0] == "32 notebooks; bundles: 33 added"
    assert len(lines) == 22
    assert lines[-1] == "  and 13 more"


def test_quiet_says_nothing_but_what_is_wrong(octavo: Octavo, edit: Edit) -> None:
    said = octavo("render", "--out", "rendered", "--quiet")
    assert (said.status, said.out) == (0, "")
    assert "warning" in said.err
    edit(CHURN, "size: large", "size: small")
    check = octavo("render", "--out", "rendered", "--check", "--quiet")
    assert (check.status, check.out) == (1, "")


def test_an_error_writes_nothing(tree: Path, octavo: Octavo, edit: Edit) -> None:
    octavo("render", "--out", "rendered")
    before = files(tree / "rendered")
    edit(CHURN, "- bucket", "- bukcet")
    edit("notebooks/research/survey.yaml", "image: old", "image: new")
    said = octavo("render", "--out", "rendered")
    assert (said.status, said.out) == (1, "")
    assert 'did you mean "bucket"?' in said.err
    assert files(tree / "rendered") == before


def test_check_shows_the_differences_and_writes_nothing(
    tree: Path, octavo: Octavo, edit: Edit
) -> None:
    octavo("render", "--out", "rendered")
    assert octavo("render", "--out", "rendered", "--check").status == 0
    before = files(tree / "rendered")
    edit(CHURN, "value: notebook", "value: changed")
    said = octavo("render", "--out", "rendered", "--check")
    assert said.status == 1
    assert "--- rendered/notebooks/research/churn/statefulset.yaml\n" in said.out
    assert "-          value: notebook\n+          value: changed\n" in said.out
    assert said.err.endswith(
        "2 notebooks; bundles: 1 changed\n  changed  notebooks/research/churn\n"
    )
    assert files(tree / "rendered") == before


def test_check_shows_what_would_come_and_what_would_go(octavo: Octavo, edit: Edit) -> None:
    octavo("render", "--out", "rendered")
    edit(CHURN, "name: churn", "name: growth")
    said = octavo("render", "--out", "rendered", "--check")
    assert said.status == 1
    assert "--- /dev/null\n+++ rendered/notebooks/research/growth/service.yaml\n" in said.out
    assert "--- rendered/notebooks/research/churn/service.yaml\n+++ /dev/null\n" in said.out
    assert said.err.endswith(
        "2 notebooks; bundles: 1 added, 1 removed\n"
        "  removed  notebooks/research/churn\n"
        "  added    notebooks/research/growth\n"
    )


def test_check_reports_problems_like_a_render(octavo: Octavo, edit: Edit) -> None:
    edit(CHURN, "size: large", "size: lagre")
    said = octavo("render", "--out", "rendered", "--check")
    assert (said.status, said.out) == (1, "")
    assert f"{CHURN}:11:3: error: " in said.err


def test_an_empty_tree_does_not_empty_the_output_unless_told(tree: Path, octavo: Octavo) -> None:
    octavo("render", "--out", "rendered")
    before = files(tree / "rendered")
    for path in (tree / "notebooks/research").iterdir():
        path.unlink()
    refused = octavo("render", "--out", "rendered")
    assert (refused.status, refused.out) == (1, "")
    assert "--allow-empty" in refused.err
    assert files(tree / "rendered") == before
    allowed = octavo("render", "--out", "rendered", "--allow-empty")
    assert allowed.status == 0
    assert re.match("0 notebooks; bundles: 3 removed\n", allowed.out)
    assert files(tree / "rendered") == {}


def test_fresh_renders_what_has_not_changed_too(tree: Path, octavo: Octavo) -> None:
    octavo("render", "--out", "rendered")
    file = tree / "rendered/notebooks/research/churn/service.yaml"
    standing = file.read_text()
    file.write_text(standing + "# touched\n")
    assert octavo("render", "--out", "rendered", "--fresh").out == (
        "2 notebooks; bundles: 1 changed\n  changed  notebooks/research/churn\n"
    )
    assert file.read_text() == standing


def test_a_notebook_that_cannot_be_read_is_a_problem_and_not_a_wrong_name(
    octavo: Octavo, edit: Edit
) -> None:
    edit(CHURN, "metadata:", "metadata: [")
    said = octavo("render", "research/churn")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"{CHURN}:")
    assert "there is no Notebook" not in said.err


def test_sources_below_the_place_of_bundles_are_safe(tree: Path, octavo: Octavo) -> None:
    (tree / "octavo.yaml").write_text("notebooks: notebooks/research\n")
    said = octavo("render", "--out", ".")
    assert (said.status, said.out) == (2, "")
    assert "render into a directory of its own" in said.err


def test_options_reach_the_render(octavo: Octavo, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Options] = []

    def write_at(places: Sequence[Place], _: Path, options: Options) -> list[Summary]:
        assert [str(place.output) for place in places] == ["rendered"]
        asked.append(options)
        return [Summary(0, (), ())]

    monkeypatch.setattr(rendering, "write_at", write_at)
    octavo("render", "--out", "rendered")
    octavo("render", "--out", "rendered", "--jobs", "3", "--fresh", "--allow-empty")
    assert asked == [Options(), Options(jobs=3, allow_empty=True, remember=False)]


def test_history_comes_from_the_output_that_the_settings_name(
    tree: Path, octavo: Octavo, edit: Edit
) -> None:
    edit(CHURN, "spec:\n", "spec:\n  updatePolicy: Ignore\n")
    (tree / "octavo.yaml").write_text("output: out\n")
    octavo("render", "--out", "out")
    standing = octavo("render", "research/churn").out
    edit("catalog/rest.yaml", "value: required", "value: newer")
    edit("catalog/rest.yaml", "memory: 8Gi", "memory: 7Gi")
    assert "memory: 8Gi" in standing
    kept = octavo("render", "research/churn").out
    assert kinds(kept).count("ControllerRevision") == 2
    assert "memory: 8Gi" in kept.partition("kind: StatefulSet")[2]
    (tree / "octavo.yaml").write_text("output: elsewhere\n")
    assert "memory: 7Gi" in octavo("render", "research/churn").out.partition("kind: StatefulSet")[2]
