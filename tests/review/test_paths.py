"""Globs of what is anyone's, and names that disks take for one another."""

import pytest

from renderer.model.settings import Settings
from renderer.review.paths import folded, is_anyones, is_source


@pytest.mark.parametrize(
    ("glob", "path", "taken"),
    [
        ("README.md", "README.md", True),
        ("README.md", "docs/README.md", False),
        ("*.md", "a.md", True),
        ("*.md", ".a.md", False),
        ("?a.md", ".a.md", False),
        ("*.md", "docs/a.md", False),
        ("**/*.md", "docs/deep/a.md", True),
        ("**/*.md", "a.md", True),
        ("**/*.md", ".github/a.md", False),
        ("docs/**", "docs/a/b", True),
        ("docs/**", "docs/a/.b", False),
        ("docs/**", "docs", False),
        ("docs", "docs/a", True),
        ("docs", "docs/.a", False),
        ("docs/*", "docs/a", True),
        ("docs/*", "docs/a/b", False),
        ("**", "a/b", True),
        ("**", ".a", False),
        ("a.c", "abc", False),
        ("/beside/**", "/beside/a", True),
        ("beside/**", "/beside/a", False),
        ("**", "/beside", False),
        (".github/a.md", ".github/a.md", True),
    ],
)
def test_a_glob_takes_a_path(glob: str, path: str, taken: bool) -> None:
    assert is_anyones(path, [glob]) is taken


@pytest.mark.parametrize(
    "path",
    [
        "octavo.yaml",
        "OCTAVO.YAML",
        "octavo.yaml.",
        "octavo\u200b.yaml",
        "catalog/x",
        "Catalog/x",
        "charts /x",
        "notebooks/x.YML",
        "notebook\u017f/x.json",
    ],
)
def test_a_source_is_one_on_every_disk(path: str) -> None:
    assert is_source(path, Settings())


@pytest.mark.parametrize("path", ["notebooks/x.md", "catalogs/x", "README.md", "a/octavo.yaml"])
def test_anything_else_is_none(path: str) -> None:
    assert not is_source(path, Settings())


def test_directories_keep_their_slashes() -> None:
    assert folded("/A/.. /B. /c") == "/a/.. /b/c"
