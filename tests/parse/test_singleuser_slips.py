"""What a document of profiles says that would come out otherwise than it was meant."""

from __future__ import annotations

import pytest

from renderer.model.singleuser import Profiles
from renderer.parse import parse_document
from renderer.yamlio import load_all

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def in_map(text: str) -> bytes:
    """A ConfigMap of profiles, whose text begins in the sixth line."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: jupyter-singleuser-profiles}\n"
    return f"{head}data:\n  jupyterhub-singleuser-profiles.yaml: |\n{lines}".encode()


def said(text: str) -> list[str]:
    [document] = load_all(in_map(text), "file.yaml")
    return [str(each) for each in parse_document(document).problems]


def changed(place: str, name: str, read: str) -> str:
    words = f"the value of {name} is read as {read}, and does not stay as it is written"
    return f"file.yaml:{place}: warning: {words}\n  hint: write it in quotes"


@pytest.mark.parametrize("written", ["3.10", "1e3", "0o14", "0x1F", "+5", "1.0"])
@pytest.mark.parametrize(
    ("env", "place"),
    [("{A: 1, B: %s}", "7:19"), ("[{name: B, value: %s}]", "7:23"), ("\n    'B': %s # x", "8:9")],
)
def test_a_number_that_loses_how_it_is_written_is_said(written: str, env: str, place: str) -> None:
    text = f"profiles:\n- env: {env % written}\n"
    assert said(text) == [changed(place, "B", "a number")]


def test_a_word_that_is_read_as_true_or_false_is_said() -> None:
    text = "sizes:\n- name: a\n  env:\n    A: y\n    B: off\n    C: true\n    D: 'y'\n"
    assert said(text) == [changed("9:9", "A", "true"), changed("10:9", "B", "false")]


@pytest.mark.parametrize(
    "value", ["80", "1.5", "-7", "'3.10'", "2026-01-05", "&x 5", "!!int 7", "null"]
)
def test_what_stays_as_it_is_written_is_not_spoken_of(value: str) -> None:
    assert said(f"profiles:\n- env: {{A: {value}}}\n") == []


def test_of_a_text_whose_lines_are_not_known_nothing_is_guessed() -> None:
    head, _, _ = in_map("").partition(b"|")
    [document] = load_all(head + b'"profiles: [{env: {A: 3.10}}]" # |\n', "file.yaml")
    result = parse_document(document)
    assert isinstance(result.item, Profiles), result.problems
    assert result.problems == ()


@pytest.mark.parametrize("count", ["1001", "9" * 5_000, "0" * 9 + "1001"])
def test_digits_in_quotes_are_no_more_gpus_than_a_number_may_be(count: str) -> None:
    assert said(f"profiles:\n- {{name: a}}\n- gpu: '{count}'\n") == [
        "file.yaml:8:7: error: gpu is more than there may be\n  expected: at most 1,000"
    ]


@pytest.mark.parametrize("count", ["1000", "0001000", "0", "000"])
def test_as_many_as_a_number_may_be_are_taken(count: str) -> None:
    assert said(f"profiles: [{{gpu: '{count}'}}]\n") == []


@pytest.mark.parametrize("terms", ["{nodeSelectorTerms: []}", "{nodeSelectorTerms: }", "{}"])
def test_a_required_affinity_without_terms_is_no_affinity(terms: str) -> None:
    [problem] = said(f"sizes:\n- name: a\n  node_affinity:\n    {REQUIRED}: {terms}\n")
    assert problem.startswith(f"file.yaml:9:{9 if terms == '{}' else ''}")
    assert problem.endswith(
        f" error: {REQUIRED} names no nodes\n  expected: nodeSelectorTerms, with one term or more"
    )


def test_a_volume_that_takes_the_place_of_the_home_is_said() -> None:
    text = """\
profiles:
- volumes:
  - {name: Home, emptyDir: {}}
  - {name: homes, emptyDir: {}}
  - {emptyDir: {}, name: shared-memory}
"""
    assert said(text) == [
        f"file.yaml:{place}: warning: a volume called {name} takes the place of the {name} of a"
        " Template\n  expected: another name"
        for place, name in (("8:10", "home"), ("10:24", "shared-memory"))
    ]


def test_two_sizes_of_one_name_in_one_document_are_said() -> None:
    assert said("sizes:\n- name: a\n- name: b\n- name: a\n") == [
        "file.yaml:9:7: warning: there are two sizes a, and the last one is taken\n"
        "  there: file.yaml:7:7"
    ]


def test_a_value_that_no_template_ever_sees_is_said() -> None:
    text = "profiles:\n- services:\n    s:\n      configuration: {USERNAME: x, users: v}\n"
    assert said(text) == [
        "file.yaml:9:27: warning: templates never see this value: USERNAME speaks of the notebook"
        " there\n  expected: another name"
    ]
