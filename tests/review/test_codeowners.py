"""CODEOWNERS, matched by git itself: every file has the owner that a review would ask for."""

import subprocess
from pathlib import Path

import pytest

from renderer.errors import OctavoError
from renderer.review.codeowners import codeowners, files_of_tree
from renderer.sources import SourceTree
from renderer.workspace import open_workspace
from tests.review.trees import BASE, SETTINGS, Files, notebook, written

REVIEW = """\
review:
  identities: {alice-gh: alice@example.com, bob-gh: bob@example.com, petra-gh: petra@example.com}
  teams: {vision: "@org/vision"}
  anyone: ["docs/**", "*.md", ".github/CODE_OF_CONDUCT.md"]
"""
TREE: Files = {
    **BASE,
    "octavo.yaml": SETTINGS.partition("review:")[0] + REVIEW,
    "notebooks/two.yaml": notebook("lab/a") + "---\n" + notebook("lab/b", "bob@example.com"),
    "notebooks/stranger.yaml": notebook("lab/c", "nobody-knows@example.com"),
    "notebooks/a b#[c]*?!.yaml": notebook("lab/d"),
    "notebooks/a bx[c]yz!.yaml": notebook("lab/e", "bob@example.com"),
    "notebooks/broken.yaml": "a: [",
    "notebooks/notes.txt": "text\n",
    "docs/deep/down.md": "a\n",
    "docs/.hidden": "a\n",
    ".github/CODE_OF_CONDUCT.md": "a\n",
}
ADMINS = {"@petra-gh"}
EXPECTED = {
    "octavo.yaml": ADMINS,
    "catalog/all.yaml": ADMINS,
    "charts/notebook/new.yaml": ADMINS,
    ".github/workflows/ci.yaml": ADMINS,
    ".github/CODE_OF_CONDUCT.md": set(),
    "README.md": set(),
    "sub/README.md": ADMINS,
    "docs/deep/down.md": set(),
    "docs/.hidden": ADMINS,
    "notebooks/research/churn.yaml": {"@alice-gh"},
    "notebooks/research/survey.yaml": ADMINS,
    "notebooks/vision/nets.yaml": {"@org/vision"},
    "notebooks/lab/orphan.yaml": ADMINS,
    "notebooks/two.yaml": {"@alice-gh", "@bob-gh"},
    "notebooks/stranger.yaml": ADMINS,
    "notebooks/a b#[c]*?!.yaml": {"@alice-gh"},
    "notebooks/a bx[c]yz!.yaml": {"@bob-gh"},
    "notebooks/broken.yaml": ADMINS,
    "notebooks/notes.txt": ADMINS,
    "notebooks/new.yaml": ADMINS,
    "anything/else": ADMINS,
}


def made(root: Path, prefix: str = "") -> str:
    tree = SourceTree(root)
    workspace = open_workspace(tree)
    return codeowners(workspace.settings, files_of_tree(tree, workspace), prefix)


def matched(rules: str, paths: list[str], place: Path) -> dict[str, set[str]]:
    """Git says of each pattern which paths it matches; the last of them wins."""
    place.mkdir()
    subprocess.run(["git", "init", "-q", place], check=True)
    found: dict[str, set[str]] = {}
    for line in rules.splitlines():
        if line.startswith("#"):
            continue
        pattern, owners = split(line)
        (place / ".gitignore").write_text(f"{pattern}\n")
        asked = subprocess.run(
            ["git", "-C", place, "check-ignore", "--no-index", "-z", "--stdin"],
            input="\0".join(paths),
            capture_output=True,
            text=True,
            check=False,
        )
        found.update(dict.fromkeys(asked.stdout.split("\0")[:-1], owners))
    return found


def split(line: str) -> tuple[str, set[str]]:
    """A pattern ends at the first space that no backslash stands before."""
    end = next(
        (i for i, letter in enumerate(line) if letter == " " and line[i - 1] != "\\"), len(line)
    )
    return line[:end], set(line[end:].split())


def test_every_file_has_the_owner_that_a_review_would_ask_for(tmp_path: Path) -> None:
    rules = made(written(tmp_path / "tree", TREE))
    assert matched(rules, list(EXPECTED), tmp_path / "git") == EXPECTED


def test_a_tree_below_the_repository_is_written_from_its_root(tmp_path: Path) -> None:
    rules = made(written(tmp_path / "tree", TREE), "teams/data sets")
    paths = [f"teams/data sets/{path}" for path in EXPECTED]
    expected = {f"teams/data sets/{path}": owners for path, owners in EXPECTED.items()}
    assert matched(rules, paths, tmp_path / "git") == expected


def test_admins_come_first_and_files_last(tmp_path: Path) -> None:
    rules = made(written(tmp_path / "tree", TREE))
    lines = [line for line in rules.splitlines() if not line.startswith("#")]
    assert lines[0] == "* @petra-gh"
    assert lines.index("/notebooks/ @petra-gh") < lines.index(
        "/notebooks/research/churn.yaml @alice-gh"
    )
    assert (
        lines.index("/docs/**") < lines.index(".* @petra-gh") < lines.index("/catalog/ @petra-gh")
    )


@pytest.mark.parametrize("settings", ["{}\n", "admins: [{kind: Group, name: nobody-knows}]\n"])
def test_without_an_admin_nothing_is_left_to_anybody(settings: str, tmp_path: Path) -> None:
    with pytest.raises(OctavoError, match="names no admin that the forge knows"):
        made(written(tmp_path / "tree", {"octavo.yaml": settings}))


@pytest.mark.parametrize(
    ("owner", "written_as"),
    [("alice", "@alice"), ("alice@example.com", "alice@example.com"), ("a b", "@root")],
)
def test_without_identities_users_are_who_they_say(
    owner: str, written_as: str, tmp_path: Path
) -> None:
    files = {"octavo.yaml": "admins: [root]\n", "notebooks/x.yaml": notebook("lab/x", owner)}
    rules = made(written(tmp_path / "tree", files))
    found = matched(rules, ["notebooks/x.yaml"], tmp_path / "git")
    assert found == {"notebooks/x.yaml": {written_as}}
