import json
from collections.abc import Callable
from typing import Any

import pytest

from renderer.schema.kinds import KINDS

Octavo = Callable[..., Any]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_printed_as_a_json_schema_that_needs_no_other_file(
    kind: str, octavo: Octavo
) -> None:
    said = octavo("schema", kind)
    assert (said.status, said.err) == (0, "")
    schema = json.loads(said.out)
    assert schema["type"] == "object"
    assert "common.json" not in said.out


@pytest.mark.parametrize("word", ["Notebook", "NOTEBOOK"])
def test_a_kind_is_written_as_in_its_documents_too(word: str, octavo: Octavo) -> None:
    assert octavo("schema", word) == octavo("schema", "notebook")


def test_without_a_kind_there_is_a_list_of_them_and_what_editors_do(octavo: Octavo) -> None:
    said = octavo("schema")
    assert said.status == 0
    listed = [line.split()[0] for line in said.out.partition("\n\n")[0].splitlines()]
    assert listed == list(KINDS)
    assert "# yaml-language-server: $schema=" in said.out


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("tempalte", 'did you mean "template"?'),
        ("xyzzy", "there are template, poddefault, size, notebook, settings,"),
    ],
)
def test_an_unknown_kind_is_wrong_usage(word: str, hint: str, octavo: Octavo) -> None:
    said = octavo("schema", word)
    assert (said.status, said.out) == (2, "")
    assert f'there is no kind "{word}"; {hint}' in said.err
