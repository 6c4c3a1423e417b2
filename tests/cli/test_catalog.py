import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from renderer.cli.tables import columns, markdown

Octavo = Callable[..., Any]
Edit = Callable[[str, str, str], None]

TEXT = """\
Templates
NAME              USED BY      TITLE       REMARKS
platform/jupyter  2 notebooks  JupyterLab

Options
NAME             USED BY      TITLE          REMARKS
platform/bucket  1 notebook   Bucket
platform/index   2 notebooks  Package index  required by platform/jupyter

Sizes
NAME            USED BY     TITLE  REMARKS
platform/large  1 notebook  Large
platform/small  1 notebook  Small

Images
NAME                     USED BY     TITLE        REMARKS
platform/jupyter new     1 notebook  This year's  default
platform/jupyter old     1 notebook               deprecated: Move to new.
platform/jupyter latest  -                        hidden; now means new: Say which.

Still in use
  platform/jupyter old: research/survey
"""


def test_people_read_tables_with_who_uses_what(octavo: Octavo) -> None:
    assert octavo("catalog") == (0, TEXT, "")


def test_markdown_is_for_publishing(octavo: Octavo) -> None:
    said = octavo("catalog", "--format", "markdown")
    assert said.status == 0
    assert said.out.startswith(
        "## Templates\n\n"
        "| name | used by | title | remarks |\n"
        "| --- | --- | --- | --- |\n"
        "| platform/jupyter | 2 notebooks | JupyterLab |  |\n\n"
        "## Options\n"
    )
    assert said.out.endswith(
        "## Still in use\n\n"
        "| name | notebooks |\n"
        "| --- | --- |\n"
        "| platform/jupyter old | research/survey |\n"
    )


def test_programs_read_json_with_every_notebook_by_name(octavo: Octavo) -> None:
    listed = json.loads(octavo("catalog", "--format", "json").out)
    assert listed["notebooks"] == 2
    assert listed["templates"] == [
        {
            "namespace": "platform",
            "name": "jupyter",
            "displayName": "JupyterLab",
            "description": "Python in a browser.",
            "hidden": False,
            "deprecated": "",
            "notebooks": ["research/churn", "research/survey"],
        }
    ]
    assert listed["options"][1] == {
        "namespace": "platform",
        "name": "index",
        "displayName": "Package index",
        "description": "",
        "requiredBy": ["platform/jupyter"],
        "matched": False,
        "notebooks": ["research/churn", "research/survey"],
    }
    assert [(item["name"], item["notebooks"]) for item in listed["sizes"]] == [
        ("large", ["research/churn"]),
        ("small", ["research/survey"]),
    ]
    assert listed["images"][2] == {
        "template": "platform/jupyter",
        "id": "latest",
        "image": "example.com/jupyter:2",
        "displayName": "",
        "description": "",
        "default": False,
        "hidden": True,
        "deprecated": "",
        "redirect": {"to": "new", "message": "Say which."},
        "notebooks": [],
    }


def test_who_still_has_a_redirected_image_or_a_deprecated_template_is_named(
    octavo: Octavo, edit: Edit
) -> None:
    edit("notebooks/research/survey.yaml", "image: old", "image: latest")
    edit("catalog/jupyter.yaml", "displayName: JupyterLab", "deprecated: It goes in spring.")
    assert octavo("catalog").out.endswith(
        "Still in use\n"
        "  platform/jupyter: research/churn, research/survey\n"
        "  platform/jupyter latest: research/survey\n"
    )


def test_a_pod_default_counts_where_it_matches(octavo: Octavo, edit: Edit) -> None:
    edit(
        "catalog/rest.yaml",
        "  displayName: Bucket\n",
        "  displayName: Bucket\n  match:\n    users:\n      - bob@*\n",
    )
    (line,) = [line for line in octavo("catalog").out.splitlines() if "/bucket" in line]
    assert line == "platform/bucket  2 notebooks  Bucket         applied where it matches"


def test_problems_are_said_beside_the_tables(octavo: Octavo, edit: Edit) -> None:
    edit("notebooks/research/churn.yaml", "size: large", "sice: large")
    said = octavo("catalog")
    assert said.status == 1
    assert said.out.startswith("Templates\n")
    assert said.err.startswith("notebooks/research/churn.yaml:11:3: error: ")


def test_an_empty_tree_has_an_empty_catalog(octavo: Octavo, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert octavo("catalog", "-C", tmp_path / "empty") == (0, "the catalog is empty\n", "")


def test_words_in_tables_are_nothing_but_text() -> None:
    assert columns([("a\nb", "c"), ("d", "\x1b[2J")]) == "a\\nb  c\nd     \\x1b[2J\n"
    assert markdown([("a",), ("x|y\n<b> *z* `c` \\",)]) == (
        "| a |\n| --- |\n| x\\|y\\\\n&lt;b> \\*z\\* \\`c\\` \\\\ |\n"
    )
