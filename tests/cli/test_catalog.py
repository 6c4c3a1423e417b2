import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    said = octavo("catalog").out
    assert "platform/jupyter  2 notebooks         deprecated: It goes in spring.\n" in said
    assert said.endswith(
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


WITH_PROFILES = """\
Profiles
NAME               USED BY      TITLE  REMARKS
hub/globals        2 notebooks
hub/Special Nodes  1 notebook          for bob@example.com, zoe@example.com
hub/Spark          1 notebook          with jupyter:2; 2 GPUs; runs spark
hub/Nobody         -                   for a, b, c, d, e and 2 more

Sizes
NAME            USED BY     TITLE  REMARKS
Default         1 notebook         resources from the profiles
hub/Tiny        -
hub/X Large     -
platform/large  -           Large
platform/small  1 notebook  Small
"""
STREAMS = """\
Image streams
NAME       USED BY     TITLE       REMARKS
spark:3.6  -           spark
jupyter:2  1 notebook  JupyterLab  default; recommended
jupyter:1  1 notebook  JupyterLab  deprecated since 2024-06-30

Still in use
  platform/jupyter old: research/survey
  jupyter:1: research/survey
"""


@pytest.mark.usefixtures("profiles")
def test_profiles_their_sizes_and_image_streams_have_tables(octavo: Octavo, edit: Edit) -> None:
    edit("catalog/jupyter.yaml", "  sizes:\n    - small\n    - large\n", "")
    edit("notebooks/research/churn.yaml", "size: large", "size: Default")
    said = octavo("catalog")
    assert (said.status, said.err) == (0, "")
    assert WITH_PROFILES in said.out
    assert said.out.endswith(STREAMS)


def test_the_size_that_leaves_it_to_profiles_is_there_only_where_profiles_have_sizes(
    octavo: Octavo, profiles: Path
) -> None:
    assert "\nDefault " in octavo("catalog").out
    profiles.write_text(profiles.read_text().replace("X Large", "Default"))
    assert "\nDefault " not in octavo("catalog").out
    assert "\nhub/Default " in octavo("catalog").out
    profiles.write_text("profiles:\n  - name: globals\n")
    said = octavo("catalog").out
    assert "\nglobals  2 notebooks" in said
    assert "Default" not in said


BARE = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: bare, namespace: platform}
spec:
  template:
    spec:
      containers:
        - name: main
          image: "{{ values.registry }}/spark:3"
"""


@pytest.mark.usefixtures("profiles")
def test_a_profile_counts_by_the_image_as_it_runs(tree: Path, octavo: Octavo, edit: Edit) -> None:
    (tree / "octavo.yaml").write_text("values:\n  registry: example.com\n")
    (tree / "catalog/bare.yaml").write_text(BARE)
    notebook = (tree / "notebooks/research/churn.yaml").read_text()
    bare = notebook.replace("churn", "bare").replace("name: jupyter", "name: bare")
    (tree / "notebooks/research/bare.yaml").write_text(bare)
    edit("catalog/profiles.yaml", '["jupyter:2"]', '["example.com/spark:3"]')
    said = octavo("catalog", "--format", "json")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out)["profiles"][2]["notebooks"] == ["research/bare"]


@pytest.mark.usefixtures("profiles")
def test_programs_read_profiles_and_image_streams_by_what_they_are(octavo: Octavo) -> None:
    listed = json.loads(octavo("catalog", "--format", "json").out)
    assert listed["profiles"][2] == {
        "namespace": "hub",
        "name": "Spark",
        "users": [],
        "images": ["jupyter:2"],
        "gpu": 2,
        "services": ["spark"],
        "notebooks": ["research/churn"],
    }
    assert listed["sizes"][0]["name"] == "Default"
    assert listed["imageStreams"][1] == {
        "namespace": "hub",
        "name": "jupyter",
        "tag": "2",
        "displayName": "JupyterLab",
        "description": "Python in a browser.",
        "url": "",
        "order": 100,
        "default": True,
        "recommended": True,
        "outdated": False,
        "deprecated": "",
        "buildStatus": "Unknown",
        "software": [{"name": "Python", "version": "v3.12"}],
        "dependencies": [],
        "notebooks": ["research/churn"],
    }


@pytest.mark.usefixtures("profiles")
def test_markdown_has_the_same_tables(octavo: Octavo) -> None:
    said = octavo("catalog", "--format", "markdown").out
    assert "## Profiles\n\n| name | used by | title | remarks |\n" in said
    assert "| hub/Special Nodes | 1 notebook |  | for bob@example.com, zoe@example.com |\n" in said
    assert "| jupyter:2 | 1 notebook | JupyterLab | default; recommended |\n" in said


def test_what_cannot_be_read_of_an_image_stream_is_said_and_the_rest_is_listed(
    octavo: Octavo, profiles: Path, edit: Edit
) -> None:
    edit("catalog/profiles.yaml", 'image-order: "1"', 'image-order: "first"')
    said = octavo("catalog")
    text = profiles.read_text().splitlines()
    line = next(number for number, each in enumerate(text, start=1) if '"first"' in each)
    assert said.status == 0
    assert said.err == (
        f"catalog/profiles.yaml:{line}:5: warning: opendatahub.io/notebook-image-order of the "
        "ImageStream spark cannot be read\n  expected: a whole number, in quotes\n"
    )
    assert "jupyter:1  1 notebook  JupyterLab  deprecated since 2024-06-30\nspark:3.6" in said.out


@pytest.mark.usefixtures("profiles")
def test_what_no_node_could_hold_is_said_beside_it(octavo: Octavo, nodes: Path) -> None:
    plain = json.loads(octavo("catalog", "--format", "json").out)
    said = octavo("catalog", "--nodes", nodes)
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    (spark,) = [line for line in lines if line.startswith("hub/Spark")]
    assert spark.endswith("runs spark; no node could hold it: none has nvidia.com/gpu")
    (large,) = [line for line in lines if line.startswith("hub/X Large")]
    assert large.endswith("  no node could hold it: the largest takes 16 CPUs and 62Gi")
    assert sum("no node" in line for line in lines) == 2
    listed = json.loads(octavo("catalog", "--format", "json", "--nodes", nodes).out)
    said_of = {each["name"]: each.pop("nodes") for each in listed["profiles"]}
    assert [name for name, words in said_of.items() if words] == ["Spark"]
    assert listed["profiles"] == plain["profiles"]
    assert "nodes" not in plain["sizes"][0]


def test_words_in_tables_are_nothing_but_text() -> None:
    assert columns([("a\nb", "c"), ("d", "\x1b[2J")]) == "a\\nb  c\nd     \\x1b[2J\n"
    assert markdown([("a",), ("x|y\n<b> *z* `c` \\",)]) == (
        "| a |\n| --- |\n| x\\|y\\\\n&lt;b> \\*z\\* \\`c\\` \\\\ |\n"
    )
