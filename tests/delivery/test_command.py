"""`octavo render --repo` as people type it: what is said, what is refused, and the exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.cli import main
from tests.delivery.conftest import Sources, bundles, git

Octavo = Callable[..., tuple[int, str, str]]
REPO = ("--repo", "OUT", "--branch", "rendered")


@pytest.fixture
def octavo(sources: Sources, out: Path, capsys: pytest.CaptureFixture[str]) -> Octavo:
    def run(*words: str) -> tuple[int, str, str]:
        given = [str(out) if word == "OUT" else word for word in words]
        status = main(["-C", str(sources.root), "render", *given])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_it_says_what_changed_and_which_commit_it_is(octavo: Octavo, out: Path) -> None:
    status, said, complaint = octavo(*REPO)
    commit = git(out, "rev-parse", "rendered")
    assert (status, complaint) == (0, "")
    assert said == (
        "3 notebooks; bundles: 4 added\n"
        "  added    namespaces/team\n"
        "  added    notebooks/team/one\n"
        "  added    notebooks/team/three\n"
        "  added    notebooks/team/two\n"
        f"rendered: commit {commit[:12]}\n"
    )
    assert octavo(*REPO) == (0, "3 notebooks; nothing to change\nrendered: no commit\n", "")
    assert octavo(*REPO, "--quiet") == (0, "", "")


def test_a_check_shows_the_differences_and_commits_nothing(
    sources: Sources, octavo: Octavo, out: Path
) -> None:
    status, said, complaint = octavo(*REPO, "--check")
    assert (status, out.exists()) == (1, False)
    assert "+++ rendered/notebooks/team/one/service.yaml\n" in said
    assert complaint.startswith("3 notebooks; bundles: 4 added\n")
    octavo(*REPO)
    before = git(out, "rev-parse", "rendered")
    assert octavo(*REPO, "--check")[:2] == (0, "")
    sources.notebook("four")
    (sources.root / "notebooks/one.yaml").unlink()
    status, said, complaint = octavo(*REPO, "--check")
    assert status == 1
    assert "--- rendered/notebooks/team/one/service.yaml\n+++ /dev/null\n" in said
    assert "  added    notebooks/team/four\n" in complaint
    assert git(out, "rev-parse", "rendered") == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--repo", "OUT"), "say which branch the bundles go to: --branch"),
        (("--branch", "b"), "--branch goes with --repo"),
        (("--out", "x", "--push"), "--push goes with --repo"),
        (("--out", "x", "--sign"), "--sign goes with --repo"),
        (("--out", "x", "--repo", "OUT"), "not both"),
        (("team/one", "--repo", "OUT"), "not both"),
        ((*REPO, "--path", "../x"), "is no directory of a branch"),
        ((*REPO, "--path", "/x"), "is no directory of a branch"),
        ((*REPO, "--path", "a/../b"), "is no directory of a branch"),
        ((*REPO, "--path", ".git"), "is no directory of a branch"),
        ((*REPO, "--path", ""), "is no directory of a branch"),
        ((*REPO, "--author", "nobody"), "is not NAME <MAIL>"),
        ((*REPO, "--message", "two\nlines"), "must be one line"),
        ((*REPO, "--message", " "), "must be one line"),
        ((*REPO, "--sign", "--no-sign"), "not allowed with"),
        ((*REPO, "--token-file", "nowhere"), "there is no file nowhere"),
        ((*REPO, "--target", "eu"), 'there is no target "eu"'),
        (("--repo", "https://example.com/x.git", "--branch", "b"), "say --push"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_made(
    words: tuple[str, ...], complaint: str, octavo: Octavo, out: Path
) -> None:
    status, said, told = octavo(*words)
    assert (status, said, out.exists()) == (2, "", False)
    assert complaint in told


def test_to_push_from_a_repository_it_needs_a_remote(octavo: Octavo) -> None:
    octavo(*REPO)
    status, _, complaint = octavo(*REPO, "--push")
    assert status == 2
    assert "has no remote to push to: git remote add origin URL" in complaint


def test_who_made_a_commit_is_as_asked(octavo: Octavo, out: Path) -> None:
    octavo(*REPO, "--author", "A B <a@example.com>", "--message", "Ours", "--path", "eu/")
    said = git(out, "log", "-1", "--format=%an|%ae|%cn|%s", "rendered")
    assert said == "A B|a@example.com|Somebody|Ours"
    assert "eu/notebooks/team/one" in bundles(out)


def test_a_directory_takes_all_targets_each_at_its_path(
    sources: Sources, octavo: Octavo, tmp_path: Path
) -> None:
    sources.write("octavo.yaml", "targets: {eu: {path: eu}, us: {path: us/east}}\n")
    there = tmp_path / "there"
    status, said, complaint = octavo("--out", str(there))
    assert (status, complaint) == (0, "")
    assert said.startswith("6 notebooks; bundles: 8 added\n  added    eu/namespaces/team\n")
    assert (there / "us/east/notebooks/team/one/service.yaml").is_file()
    assert octavo("--out", str(there), "--check")[0] == 0
    (there / "eu/notebooks/team/one/service.yaml").unlink()
    status, said, _ = octavo("--out", str(there), "--check")
    assert status == 1
    assert f"+++ {there}/eu/notebooks/team/one/service.yaml" in said
    assert octavo("--out", str(there), "--target", "us")[1] == "3 notebooks; nothing to change\n"


def test_targets_that_only_their_branches_part_do_not_fit_in_one_directory(
    sources: Sources, octavo: Octavo, tmp_path: Path
) -> None:
    for paths in (("x", "x"), ("x", "x/y")):
        one, other = (f"{{branch: b{n}, path: {path}}}" for n, path in enumerate(paths))
        sources.write("octavo.yaml", f"targets: {{eu: {one}, us: {other}}}\n")
        status, _, complaint = octavo("--out", str(tmp_path / "there"))
        assert status == 2
        assert "name one with --target, or say --repo" in complaint
    assert octavo("--out", str(tmp_path / "there"), "--target", "us")[0] == 0
