"""Which notebooks a change to profiles counts for: those that are given other things by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderer.basis import Basis, basis_of, uses
from renderer.compose.layers import Selector
from renderer.sources import SourceTree
from renderer.workspace import Workspace, open_workspace
from tests.delivery.changing import State, lay_out, start
from tests.delivery.changing_profiles import FILE, KEY, MAP, TEMPLATES, cluster


def opened(state: State, tree: Path) -> Workspace:
    tree.mkdir(exist_ok=True)
    lay_out(state, tree)
    return open_workspace(SourceTree(tree))


def basis(state: State, tree: Path) -> Basis:
    installation = opened(state, tree).installation
    assert installation is not None
    return basis_of(installation, "program", ())


def profiles(state: State) -> list[Any]:
    found: list[Any] = state["docs"][FILE]["profiles"]
    return found


def a_variable_of_the_last(state: State) -> None:
    profiles(state)[-1]["env"] = {"X": "1"}


def its_services_configuration(state: State) -> None:
    profiles(state)[-1]["services"]["spark"]["configuration"] = {"workers": 3}


def a_line_above_all(state: State) -> None:
    state["docs"][FILE] = {"ui": {}, **state["docs"][FILE]}


def in_the_config_map(state: State) -> None:
    found = json.loads(state["docs"][MAP]["data"][KEY])
    found["profiles"][0]["env"] = {"X": "1"}
    state["docs"][MAP]["data"][KEY] = json.dumps(found)


def the_template(state: State) -> None:
    state["docs"][TEMPLATES]["data"]["cluster"] = cluster("2")


def the_size(state: State) -> None:
    state["docs"][FILE]["sizes"][0]["resources"]["limits"]["cpu"] = "9999"


CHANGES: dict[Callable[[State], None], set[str]] = {
    a_variable_of_the_last: {"Profile served", "Size Small"},
    its_services_configuration: {"Profile served"},
    in_the_config_map: {"Profile kf/images"},
    the_template: {"ConfigMap kf/spark"},
    the_size: {"Size Small"},
    a_line_above_all: {
        *("Profile globals", "Profile one", "Profile served", "Profiles user", "Size Small"),
    },
}


@pytest.mark.parametrize(
    ("change", "names"), CHANGES.items(), ids=[each.__name__ for each in CHANGES]
)
def test_a_change_counts_for_those_who_use_what_it_changes(
    tmp_path: Path, change: Callable[[State], None], names: set[str]
) -> None:
    state = start()
    before = basis(state, tmp_path / "tree")
    change(state)
    after = basis(state, tmp_path / "tree")
    assert after.shared == before.shared
    assert after.changed_since(before.items) == names


def for_others(state: State) -> None:
    profiles(state)[1]["users"] = ["user-2@example.com"]


def for_other_images(state: State) -> None:
    profiles(state)[1]["images"] = ["y"]


def in_another_order(state: State) -> None:
    profiles(state).reverse()


def under_another_name(state: State) -> None:
    profiles(state)[1]["name"] = "two"


def without_sizes(state: State) -> None:
    del state["docs"][FILE]["sizes"]


def without_templates(state: State) -> None:
    del state["docs"][TEMPLATES]


@pytest.mark.parametrize(
    "change",
    [
        *(for_others, for_other_images, in_another_order, under_another_name),
        *(without_sizes, without_templates),
    ],
    ids=lambda change: change.__name__,
)
def test_whom_profiles_are_for_and_what_there_is_counts_for_everybody(
    tmp_path: Path, change: Callable[[State], None]
) -> None:
    state = start()
    before = basis(state, tmp_path / "tree")
    change(state)
    assert basis(state, tmp_path / "tree").shared != before.shared


def test_a_notebook_uses_the_profiles_that_match_it(tmp_path: Path) -> None:
    workspace = opened(start(), tmp_path / "tree")
    assert workspace.installation is not None
    selector = Selector(workspace.installation.catalog, {})
    used = {}
    for file in workspace.notebook_files:
        for notebook in workspace.notebooks_in(file, []):
            selection, _ = selector.select(notebook)
            assert selection is not None
            used[notebook.name] = [
                name for name in uses(selection.fragments) if name.startswith("Profile")
            ]
    always = ["Profile globals", "Profile kf/quiet"]
    assert used["n0"] == [*always, "Profiles user"]
    assert used["n1"] == [always[0], "Profile kf/images", always[1], "Profile one", "Profiles user"]
    assert used["n2"] == [*always, "Profile served", "Profiles user"]
