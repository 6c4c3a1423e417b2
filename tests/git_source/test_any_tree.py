"""A directory and a commit of the same content are the same tree, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from renderer.errors import InputError, Problem
from renderer.tree import Tree
from renderer.yamlio.limits import MAX_BYTES
from tests.git_source.trees import Content, Link

TreeOf: TypeAlias = Callable[[Content], Tree]
Y = "a: 1\n"
OUT = """\
error: this symbolic link leads out of the source tree
  expected: a link to a file of this tree"""
LOOP = "cannot be read: Too many levels of symbolic links"


def listed(tree: Tree, directory: str = "catalog") -> tuple[list[str], list[str]]:
    problems: list[Problem] = []
    files = tree.yaml_files(directory, problems)
    return [file.name for file in files], sorted(map(str, problems))


CASES: dict[str, tuple[Content, list[str], list[str]]] = {
    "files of any layout come sorted": (
        {f"catalog/{name}": Y for name in ("b.yaml", "a/z.yml", "a/b/c.YAML", "d.json", "a.yaml")},
        [f"catalog/{name}" for name in ("a.yaml", "a/b/c.YAML", "a/z.yml", "b.yaml", "d.json")],
        [],
    ),
    "other files and hidden ones are passed over": (
        {
            "catalog/README.md": "",
            "catalog/.hidden/x.yaml": Y,
            "catalog/.x.yaml": Y,
            "catalog/a/.b/c.yaml": Y,
            "catalogue/x.yaml": Y,
            "x.yaml": Y,
        },
        [],
        [],
    ),
    "there may be nothing": ({"x.yaml": Y}, [], []),
    "a file in place of the directory holds nothing": ({"catalog": Y}, [], []),
    "a link to a file": (
        {"shared/t.yaml": Y, "catalog/t.yaml": Link("../shared/t.yaml")},
        ["catalog/t.yaml"],
        [],
    ),
    "a link to a hidden file": (
        {"catalog/.t": Y, "catalog/t.yaml": Link(".t")},
        ["catalog/t.yaml"],
        [],
    ),
    "a link whose own name is hidden": (
        {"catalog/a.yaml": Y, "catalog/.b.yaml": Link("a.yaml")},
        ["catalog/a.yaml"],
        [],
    ),
    "a link to a directory": (
        {"shared/a/t.yaml": Y, "catalog/s": Link("../shared/./a/.")},
        ["catalog/s/t.yaml"],
        [],
    ),
    "a link through links": (
        {
            "one/two": Link("../three"),
            "three/four": Link("../five/six"),
            "five/six/t.yaml": Y,
            "catalog/t.yaml": Link("../one/two/four/t.yaml"),
            "catalog/s": Link("../one/two/four"),
        },
        ["catalog/s/t.yaml", "catalog/t.yaml"],
        [],
    ),
    "the directory is a link": (
        {"shared/b/t.yaml": Y, "catalog": Link("shared")},
        ["catalog/b/t.yaml"],
        [],
    ),
    "a directory above is read but once": (
        {"catalog/a/t.yaml": Y, "catalog/a/again": Link("../../catalog")},
        ["catalog/a/t.yaml"],
        [],
    ),
    "the root is read but once": (
        {"catalog/t.yaml": Y, "catalog/all": Link(".."), "other/o.yaml": Y, ".h/x.yaml": Y},
        ["catalog/all/other/o.yaml", "catalog/t.yaml"],
        [],
    ),
    "a hidden directory that a link shows": (
        {"catalog/.h/t.yaml": Y, "catalog/h": Link(".h")},
        ["catalog/h/t.yaml"],
        [],
    ),
    "a link that leads out": (
        {"catalog/fine.yaml": Y, "catalog/bad.yaml": Link("../../outside.yaml")},
        ["catalog/fine.yaml"],
        [f"catalog/bad.yaml:1:1: {OUT}"],
    ),
    "a link to an absolute path": (
        {"catalog/bad.yaml": Link("/etc/hostname"), "catalog/c": Link("/etc")},
        [],
        [f"catalog/bad.yaml:1:1: {OUT}", f"catalog/c:1:1: {OUT}"],
    ),
    "a link that leads out by way of nothing": (
        {"catalog/bad.yaml": Link("nothing/../../../outside.yaml")},
        [],
        [f"catalog/bad.yaml:1:1: {OUT}"],
    ),
    "a link that leads out by way of another": (
        {"up": Link(".."), "catalog/bad.yaml": Link("../up/outside.yaml")},
        [],
        [f"catalog/bad.yaml:1:1: {OUT}"],
    ),
    "the directory is a link that leads out": (
        {"catalog": Link("..")},
        [],
        [f"catalog:1:1: {OUT}"],
    ),
    "a broken link": (
        {"catalog/gone.yaml": Link("nowhere.yaml"), "catalog/gone": Link("no/where")},
        [],
        [
            "catalog/gone.yaml:1:1: error: the file cannot be read: No such file or directory",
            "catalog/gone:1:1: error: the file cannot be read: No such file or directory",
        ],
    ),
    "a link through a file": (
        {
            "catalog/a.yaml": Y,
            "catalog/b.yaml": Link("a.yaml/x"),
            "catalog/c.yaml": Link("a.yaml/../a.yaml"),
            "catalog/d.yaml": Link("a.yaml/"),
        },
        ["catalog/a.yaml"],
        [f"catalog/{x}.yaml:1:1: error: the file cannot be read: Not a directory" for x in "bcd"],
    ),
    "a link to itself": (
        {"catalog/fine.yaml": Y, "catalog/loop.yaml": Link("loop.yaml")},
        ["catalog/fine.yaml"],
        [f"catalog/loop.yaml:1:1: error: the file {LOOP}"],
    ),
    "the directory links to itself": (
        {"catalog": Link("catalog")},
        [],
        [f"catalog:1:1: error: the directory {LOOP}"],
    ),
    "the directory is a broken link": (
        {"catalog": Link("nowhere")},
        [],
        ["catalog:1:1: error: the directory cannot be read: No such file or directory"],
    ),
    "forty links and no more": (
        {
            "links/0": Y,
            **{f"links/{number}": Link(str(number - 1)) for number in range(1, 41)},
            "catalog/forty.yaml": Link("../links/39"),
            "catalog/more.yaml": Link("../links/40"),
        },
        ["catalog/forty.yaml"],
        [f"catalog/more.yaml:1:1: error: the file {LOOP}"],
    ),
    "names that cannot be shown": (
        {"catalog/fine.yaml": Y, "catalog/a\nb.yaml": Y, "catalog/\x1b[1m/c.yaml": Y,
         "catalog/\x1b[1m/d.yaml": Y, "catalog/.h/\x1b": Y, "catalog/\udcff.yaml": Y},
        ["catalog/fine.yaml"],
        [
            f"catalog/{name}:1:1: error: the name of this file holds bytes that cannot be shown\n"
            "  expected: a name in UTF-8 without control characters"
            for name in (r"\x1b[1m", r"\xff.yaml", r"a\x0ab.yaml")
        ],
    ),
    "directories nested too deeply": (
        {
            f"catalog/{'d/' * 59}t.yaml": Y,
            f"catalog/{'d/' * 60}lost.yaml": Y,
            f"catalog/{'d/' * 61}lost.yaml": Y,
        },
        [f"catalog/{'d/' * 59}t.yaml"],
        [
            f"catalog/{'d/' * 60}:1:1: error: the directories are nested too deeply\n"
            "  expected: at most 60 directories in one another"
        ],
    ),
    "a link deep down to a directory above": (
        {"catalog/t.yaml": Y, f"catalog/{'d/' * 59}s": Link("../" * 59)},
        ["catalog/t.yaml"],
        [],
    ),
    "directories that links nest too deeply": (
        {f"catalog/{'d/' * 59}s": Link(f"{'../' * 60}shared"), "shared/t.yaml": Y},
        [],
        [
            f"catalog/{'d/' * 59}s/:1:1: error: the directories are nested too deeply\n"
            "  expected: at most 60 directories in one another"
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_listed_and_what_is_said(tree_of: TreeOf, case: str) -> None:
    content, names, problems = CASES[case]
    assert listed(tree_of(content)) == (names, problems)


@pytest.mark.parametrize("directory", ["..", "/etc", "a/../../b", "..a"])
def test_no_directory_outside_is_listed(tree_of: TreeOf, directory: str) -> None:
    assert listed(tree_of({"a/x.yaml": Y}), directory) == (
        [],
        [
            f"octavo.yaml:1:1: error: the directory {directory} lies outside the source tree\n"
            "  expected: a directory below the one of octavo.yaml"
        ],
    )


@pytest.mark.parametrize(
    ("directory", "names"),
    [
        (".", ["a.d/x.yaml", "a/b/x.yaml", "a/y.yaml", "z.yaml"]),
        ("a", ["a/b/x.yaml", "a/y.yaml"]),
        ("./a//b/", ["a/b/x.yaml"]),
        ("a/b/..", ["a/b/x.yaml", "a/y.yaml"]),
        (".hid", [".hid/x.yaml"]),
        ("link/b", ["link/b/x.yaml"]),
        ("a/y.yaml/b", []),
    ],
)
def test_a_directory_is_spelled_in_many_ways(
    tree_of: TreeOf, directory: str, names: list[str]
) -> None:
    files = ("a/b/x.yaml", "a/y.yaml", "a.d/x.yaml", "z.yaml", ".hid/x.yaml")
    content = {**dict.fromkeys(files, Y), "link": Link("a") if "link" in directory else Y}
    assert listed(tree_of(content), directory) == (names, [])


def test_all_files_are_listed_whatever_they_are(tree_of: TreeOf) -> None:
    problems: list[Problem] = []
    found = tree_of({"charts/a/b.jinja": "x", "charts/c.txt": "y"}).files("charts", problems)
    assert [(file.name, file.read()) for file in found] == [
        ("charts/a/b.jinja", b"x"),
        ("charts/c.txt", b"y"),
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({}, None),
        ({"octavo.yaml": "kubernetes: '1.33'"}, "kubernetes: '1.33'"),
        ({"octavo.yaml": Link("conf/o"), "conf/o": "x: 1"}, "x: 1"),
    ],
)
def test_settings_are_read(tree_of: TreeOf, content: Content, text: str | None) -> None:
    settings = tree_of({**content, "README": ""}).settings()
    assert (settings.read().decode() if settings else None) == text
    assert settings is None or settings.name == "octavo.yaml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"octavo.yaml/x": Y}, "this is no regular file"),
        ({"octavo.yaml": Link("gone")}, "the file cannot be read: No such file"),
        ({"octavo.yaml": Link("../x")}, "leads out of the source tree"),
        ({"octavo.yaml": Link(".")}, "this is no regular file"),
    ],
)
def test_settings_that_cannot_be_read_are_a_problem(
    tree_of: TreeOf, content: Content, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        tree_of(content).settings()


def test_a_file_too_large_is_refused(tree_of: TreeOf) -> None:
    fits, big = "#" * MAX_BYTES, "#" * (MAX_BYTES + 1)
    found = tree_of({"catalog/a.yaml": fits, "catalog/b.yaml": big}).yaml_files("catalog", [])
    assert len(found[0].read()) == MAX_BYTES
    with pytest.raises(
        InputError, match=f"catalog/b.yaml:1:1: error: the file has {MAX_BYTES + 1:,}"
    ):
        found[1].read()


def test_a_version_tells_one_content_from_another(tree_of: TreeOf) -> None:
    one, two = tree_of({"catalog/a.yaml": "a: 1", "catalog/b.yaml": "a: 2"}).files("catalog", [])
    assert one.version != two.version
    assert all(number < 1 << 64 for number in one.version)
