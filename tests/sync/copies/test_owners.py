"""Who owns a copy: the revisions that need it, and those that may need it still."""

from __future__ import annotations

from typing import Any

import pytest

from sync.copies import Need, owners
from sync.marks import REVISION
from sync.objects import Key

SECRET = Key("", "Secret", "catalog", "database")


def revision(name: str) -> Key:
    return Key(*REVISION, "research", name)


def need(name: str) -> Need:
    return Need(SECRET, "v1", revision(name), f"notebooks/research/{name}")


def live(*names: str, kind: str = "ControllerRevision") -> dict[str, Any]:
    listed = [
        {"apiVersion": "apps/v1", "kind": kind, "name": each, "uid": f"uid-{each}"}
        for each in names
    ]
    return {"metadata": {"namespace": "research", "name": "database", "ownerReferences": listed}}


STANDING = {revision(each): f"uid-{each}" for each in ("a", "b")}


@pytest.mark.parametrize(
    ("needs", "copy", "unknown", "expected"),
    [
        pytest.param("ba", None, "", "ab", id="all that need it, in order"),
        pytest.param("aa", None, "", "a", id="each once"),
        pytest.param("ax", None, "", "a", id="none that does not stand yet"),
        pytest.param("a", live("a", "b"), "", "a", id="none that needs it no more"),
        pytest.param("a", live("a", "c"), "c", "ac", id="one of which git says nothing"),
        pytest.param("a", live("a"), "c", "a", id="none that did not own it"),
        pytest.param("a", live("c", kind="Notebook"), "c", "a", id="nothing but revisions"),
    ],
)
def test_the_owners_of_a_copy(needs: str, copy: Any, unknown: str, expected: str) -> None:
    may_need = {revision(each) for each in unknown}

    found = owners(map(need, needs), STANDING, copy, may_need.__contains__)

    assert found == [(each, f"uid-{each}") for each in expected]


def test_a_revision_that_was_made_anew_owns_it_by_its_new_uid() -> None:
    copy = live("a")
    copy["metadata"]["ownerReferences"][0]["uid"] = "old"

    assert owners([need("a")], STANDING, copy, lambda _: True) == [("a", "uid-a")]
