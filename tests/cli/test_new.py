import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderer.cli.starter import one_line, sample
from renderer.yamlio import load_all

Octavo = Callable[..., Any]
Edit = Callable[[str, str, str], None]
COMMENTED_OUT = re.compile(r"^(\s*)#(?! \S)", re.MULTILINE)
SAMPLES = Path(__file__).parents[2]


def spec_of(text: str) -> Any:
    (document,) = load_all(text.encode(), "starter.yaml")
    return document.value["spec"]


def test_a_starter_says_what_its_template_offers(octavo: Octavo) -> None:
    said = octavo("new", "notebook", "research/mine", "--owner", "alice@example.com")
    assert (said.status, said.err) == (0, "")
    assert spec_of(said.out) == {
        "owner": "alice@example.com",
        "templateRef": {"name": "jupyter", "namespace": "platform"},
    }
    for line in (
        "# The image. Without a word it is new.",
        "# - new (This year's)",
        "#image: new",
        "# How large it is. Without a word it is small.",
        "# - large (Large: For big data.)",
        "#size: small",
        "# - bucket (Bucket: Object storage.)",
        "#- bucket",
        "# - idleMinutes: How long it may idle.",
        "#  idleMinutes: 60",
        "# The volume of /home/jovyan. Without a word it has 10Gi, and at most 20Gi.",
    ):
        assert f"  {line}\n" in said.out
    assert "old" not in said.out
    assert "latest" not in said.out


def test_what_is_required_or_matches_by_itself_is_not_offered(octavo: Octavo, edit: Edit) -> None:
    edit("catalog/jupyter.yaml", "  options:\n    - name: bucket\n", "")
    assert "  #options:\n  #- bucket\n  # " in octavo("new", "notebook").out
    edit("catalog/rest.yaml", "  displayName: Bucket\n", "  match:\n    users:\n      - x\n")
    assert "#options" not in octavo("new", "notebook").out


def test_a_starter_passes_check_as_it_is(tree: Path, octavo: Octavo) -> None:
    (tree / "notebooks/mine.yaml").write_text(octavo("new", "notebook").out)
    said = octavo("check")
    assert (said.status, said.err) == (0, "1 warning in 3 notebooks\n")
    assert "mine.yaml" not in said.out


def test_a_starter_passes_check_with_everything_switched_on(tree: Path, octavo: Octavo) -> None:
    text, count = COMMENTED_OUT.subn(r"\1", octavo("new", "notebook", "research/mine").out)
    assert count > 20
    assert set(spec_of(text)) >= {"sharing", "image", "size", "options", "parameters", "home"}
    (tree / "notebooks/mine.yaml").write_text(text)
    said = octavo("check")
    assert "mine.yaml" not in said.out
    assert said.status == 0


@pytest.mark.usefixtures("profiles")
def test_sizes_of_profiles_are_offered_and_the_one_that_leaves_it_to_them(
    tree: Path, octavo: Octavo, edit: Edit
) -> None:
    assert "X Large" not in octavo("new", "notebook").out
    edit("catalog/jupyter.yaml", "    - large\n", "    - X Large\n    - Default\n")
    edit("catalog/jupyter.yaml", "defaultSize: small", "defaultSize: X Large")
    said = octavo("new", "notebook", "research/mine").out
    assert "  # How large it is. Without a word it is X Large.\n" in said
    assert "  # - X Large\n  # - Default (what the profiles say)\n  #size: small\n" in said
    edit("catalog/jupyter.yaml", "  sizes:\n    - small\n    - X Large\n    - Default\n", "")
    said = octavo("new", "notebook", "research/mine").out
    assert (
        "  # - Tiny\n  # - X Large\n  # - large (Large: For big data.)\n  # - small (Small)\n"
        in said
    )
    assert "  # - Default (what the profiles say)\n  #size: Tiny\n" in said
    for size in ("X Large", "Default"):
        (tree / "notebooks/mine.yaml").write_text(said.replace("#size: Tiny", f"size: {size}"))
        assert octavo("check").status == 0


def test_write_puts_it_where_it_belongs_and_never_over_a_file(tree: Path, octavo: Octavo) -> None:
    words = ("new", "notebook", "team-a/mine", "--write")
    assert octavo(*words) == (0, "", "wrote notebooks/team-a/mine.yaml\n")
    file = tree / "notebooks/team-a/mine.yaml"
    text = file.read_text()
    assert text == octavo("new", "notebook", "team-a/other").out.replace("other", "mine")
    again = octavo(*words)
    assert again.status == 1
    assert "there is a Notebook team-a/mine already" in again.err
    file.write_text("# nothing\n")
    assert octavo(*words) == (
        1,
        "",
        "octavo new: notebooks/team-a/mine.yaml exists already, and is not overwritten\n",
    )
    assert file.read_text() == "# nothing\n"


def test_a_name_that_is_taken_is_refused(octavo: Octavo) -> None:
    said = octavo("new", "notebook", "research/churn")
    assert said == (
        1,
        "",
        (
            "octavo new: there is a Notebook research/churn already: "
            "notebooks/research/churn.yaml:4:3\n"
        ),
    )


@pytest.mark.parametrize("name", ["jupyter", "platform/jupyter"])
def test_a_template_is_chosen_by_name(name: str, octavo: Octavo) -> None:
    assert octavo("new", "notebook", "--template", name) == octavo("new", "notebook")


def test_a_template_that_is_not_there_is_guessed_at(octavo: Octavo) -> None:
    said = octavo("new", "notebook", "--template", "jupiter")
    assert said == (
        1,
        "",
        'octavo new: there is no Template jupiter; did you mean "jupyter"?\n',
    )


def test_the_namespace_is_one_that_is_allowed(tree: Path, octavo: Octavo) -> None:
    (tree / "octavo.yaml").write_text("namespaces:\n  allowed: ['x*', research, teaching]\n")
    said = octavo("new", "notebook")
    assert said.status == 0
    assert "  namespace: research\n" in said.out


def test_parameters_that_are_needed_stand_ready(octavo: Octavo, edit: Edit) -> None:
    edit(
        "catalog/jupyter.yaml",
        "    properties:\n",
        "    required:\n      - zone\n    properties:\n"
        "      zone:\n        type: string\n        enum:\n          - north\n          - south\n",
    )
    said = octavo("new", "notebook")
    assert (said.status, said.err) == (0, "")
    assert spec_of(said.out)["parameters"] == {"zone": "north"}
    switched_on = spec_of(COMMENTED_OUT.sub(r"\1", said.out))
    assert switched_on["parameters"] == {"zone": "north", "idleMinutes": 60}


def test_what_nobody_can_guess_is_said(octavo: Octavo, edit: Edit) -> None:
    edit(
        "catalog/jupyter.yaml",
        "    properties:\n",
        "    required:\n      - ticket\n    properties:\n"
        "      ticket:\n        type: string\n        pattern: ^[A-Z]+-[0-9]+$\n",
    )
    said = octavo("new", "notebook", "research/mine")
    assert said.status == 1
    assert "notebooks/research/mine.yaml:" in said.err
    assert "\n  parameters:\n    ticket: " in said.out


def test_without_a_template_there_is_nothing_to_start_from(octavo: Octavo, tmp_path: Path) -> None:
    said = octavo("new", "notebook", "-C", tmp_path)
    assert said == (
        1,
        "",
        "octavo new: the catalog has no Template to start from: write one first\n",
    )


@pytest.mark.parametrize("words", [(), ("template",), ("notebook", "mine"), ("notebook", "a/")])
def test_wrong_usage_is_said(words: tuple[str, ...], octavo: Octavo) -> None:
    said = octavo("new", *words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("usage: octavo new ")


@pytest.mark.parametrize("template", ["jupyter-scipy", "jupyter-pytorch-gpu", "rstudio", "vscode"])
def test_the_sample_catalog_starts_notebooks_of_all_its_templates(
    template: str, octavo: Octavo
) -> None:
    said = octavo("-C", SAMPLES, "new", "notebook", "--template", template)
    assert (said.status, said.err) == (0, "")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"default": 3, "type": "integer"}, 3),
        ({"const": "x"}, "x"),
        ({"enum": ["b", "a"]}, "b"),
        ({"examples": ["e"], "type": "string"}, "e"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "boolean"}, False),
        ({"type": ["null", "string"]}, "text"),
        ({"type": ["integer", "string"]}, 1),
        ({}, "text"),
        (True, "text"),
    ],
)
def test_samples_fit_their_schema(schema: Any, value: Any) -> None:
    assert sample(schema) == value


def test_a_comment_stays_on_its_line() -> None:
    assert one_line(" a\nb\x07\tc # d ") == "a b c # d"
