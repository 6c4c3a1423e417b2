"""Which revision a notebook is composed from, and which are kept."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.compose.layers import Layer, LayerName, Selection
from renderer.errors import Problem
from renderer.model.fragments import Fragment, Reference
from renderer.model.notebook import Notebook, UpdatePolicy
from renderer.position import Document, Origin
from renderer.revisions import Plan, Previous, Revision, Snapshots, plan

SOURCE = Document("nb.yaml", {}, (0, None))


def notebook(policy: UpdatePolicy = UpdatePolicy.AUTO, revision: str = "") -> Notebook:
    return Notebook(
        "nb", "team", Origin(SOURCE), {}, {}, {}, update_policy=policy, revision=revision
    )


def before(*hashes: str, elected: str = "") -> Previous:
    """Revisions in the order in which they came to be."""
    made = (Revision(each, number, {"is": each}) for number, each in enumerate(hashes, 1))
    return Previous(tuple(made), elected)


def planned(now: str, previous: Previous, limit: int = 3, **of: Any) -> tuple[str, list[str]]:
    found = plan(notebook(**of), (now, {"is": now}), previous, limit)
    assert isinstance(found, Plan)
    return found.elected.hash, [f"{item.number}:{item.hash}" for item in found.kept]


CASES: dict[str, tuple[tuple[str, list[str]], tuple[str, list[str]]]] = {
    "the first revision is number one": (
        planned("a", before()),
        ("a", ["1:a"]),
    ),
    "nothing changed, nothing changes": (
        planned("b", before("a", "b")),
        ("b", ["1:a", "2:b"]),
    ),
    "a new one is numbered after the newest": (
        planned("c", before("a", "b")),
        ("c", ["1:a", "2:b", "3:c"]),
    ),
    "the oldest goes when there are too many": (
        planned("d", before("a", "b", "c")),
        ("d", ["2:b", "3:c", "4:d"]),
    ),
    "a catalog that goes back to what it was makes no new revision": (
        planned("a", before("a", "b")),
        ("a", ["1:a", "2:b"]),
    ),
    "an elected revision is stayed on, and the present one is there to elect": (
        planned("c", before("a", "b"), revision="a"),
        ("a", ["1:a", "2:b", "3:c"]),
    ),
    "an elected revision is kept however old it is": (
        planned("e", before("a", "b", "c", "d"), revision="a"),
        ("a", ["1:a", "4:d", "5:e"]),
    ),
    "a revision may be named as the cluster names it": (
        planned("b", before("a", "b"), revision="nb-rev-a"),
        ("a", ["1:a", "2:b"]),
    ),
    "Ignore stays where it was": (
        planned("c", before("a", "b", elected="a"), policy=UpdatePolicy.IGNORE),
        ("a", ["1:a", "2:b", "3:c"]),
    ),
    "Ignore begins with what there is": (
        planned("a", before(), policy=UpdatePolicy.IGNORE),
        ("a", ["1:a"]),
    ),
    "Ignore leaves when the file elects another": (
        planned("c", before("a", "b", elected="a"), policy=UpdatePolicy.IGNORE, revision="b"),
        ("b", ["1:a", "2:b", "3:c"]),
    ),
    "Auto does not stay": (
        planned("c", before("a", "b", elected="a")),
        ("c", ["1:a", "2:b", "3:c"]),
    ),
    "a limit of one keeps the elected one": (
        planned("c", before("a", "b"), limit=1),
        ("c", ["3:c"]),
    ),
    "a limit of nothing keeps the elected one": (
        planned("c", before("a", "b"), limit=0, revision="a"),
        ("a", ["1:a"]),
    ),
}


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_revisions_are_elected_and_kept(
    found: tuple[str, list[str]], expected: tuple[str, list[str]]
) -> None:
    assert found == expected


def test_a_revision_that_nobody_knows_is_a_problem_that_lists_those_there_are() -> None:
    found = plan(notebook(revision="zz"), ("c", {}), before("a", "b"), 3)
    assert isinstance(found, Problem)
    assert str(found) == (
        "nb.yaml:1:1: error: the Notebook team/nb has no revision zz\n  expected: one of a, b, c"
    )


VALUES = {"a": 1, "b": 2}
READ: dict[str, tuple[str, dict[str, int]]] = {
    "by name": ("x {{ values.a }}", {"a": 1}),
    "by key": ("{{ values['b'] }}", {"b": 2}),
    "as a whole": ("{{ values | length }}", VALUES),
    "not at all": ("{{ owner.name }}", {}),
    "not in an expression": ("values.a", {}),
}


@pytest.mark.parametrize(("text", "read"), READ.values(), ids=list(READ))
def test_a_snapshot_holds_the_values_that_its_expressions_read(
    text: str, read: dict[str, int]
) -> None:
    template = {"spec": {"hostname": text}}
    fragment = Fragment("Template", Reference("t", "kf"), template, Origin(SOURCE))
    layers = (Layer(LayerName.TEMPLATE, (fragment,)),)
    _, data = Snapshots(VALUES).of(Selection(None, layers))
    assert data.get("values", {}) == read
