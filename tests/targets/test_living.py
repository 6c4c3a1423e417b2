"""A notebook lives where the target, its namespace and its own file agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from renderer.batch import Batch
from renderer.bundle import Bundle
from renderer.errors import InputError, Problem
from renderer.output import Change
from renderer.sources import SourceTree
from renderer.targets import workspaces
from renderer.workspace import open_workspace

Add = Callable[..., Path]
Declare = Callable[[str], None]


def rendered(root: Path) -> tuple[dict[str, dict[str, Bundle]], list[str]]:
    """The bundles of each target, and everything that was said."""
    made: dict[str, dict[str, Bundle]] = {}
    said: list[Problem] = []
    for workspace in workspaces(open_workspace(SourceTree(root))):
        found: dict[str, Bundle] = {}

        def keep(bundle: Bundle, found: dict[str, Bundle] = found) -> Change:
            found[bundle.directory] = bundle
            return Change.ADDED

        outcome = Batch(workspace, None).run(keep)
        made[workspace.target.name if workspace.target else ""] = found
        try:
            said.extend(outcome.judge())
        except InputError as error:
            said.extend(error.problems)
    return made, list(dict.fromkeys(map(str, said)))


def homes(root: Path) -> dict[str, list[str]]:
    """The names of the notebooks by target."""
    return {
        target: sorted(each.removeprefix("notebooks/") for each in bundles)
        for target, bundles in rendered(root)[0].items()
    }


THREE = ("team-a/one", "team-b/two", "lab/three")
EVERYWHERE = list(THREE)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", {"": THREE}),
        ("targets: {eu: {}}", {"eu": THREE}),
        (
            "targets: {eu: {path: eu}, us: {path: us, namespaces: [team-*]}}",
            {"eu": THREE, "us": ("team-a/one", "team-b/two")},
        ),
        ("targets: {eu: {namespaces: [lab, team-b]}}", {"eu": ("lab/three", "team-b/two")}),
        ("targets: {eu: {labels: {region: eu}}}", {"eu": ("team-a/one",)}),
        ("targets: {eu: {labels: {region: eu, gpu: 'yes'}}}", {"eu": ()}),
        (
            "targets: {eu: {path: eu}, us: {path: us}}\n"
            "namespaces: {policies: {team-a: {targets: [eu]}, lab: {targets: [u*]}}}",
            {"eu": ("team-a/one", "team-b/two"), "us": ("lab/three", "team-b/two")},
        ),
        (
            "targets: {eu: {path: eu}, us: {path: us}}\n"
            "namespaces: {defaults: {targets: [eu]}, policies: {lab: {targets: ['*']}}}",
            {"eu": THREE, "us": ("lab/three",)},
        ),
    ],
)
def test_a_target_takes_notebooks(
    root: Path, add: Add, declare: Declare, settings: str, expected: Mapping[str, tuple[str, ...]]
) -> None:
    declare(settings)
    add("team-a/one", labels="{region: eu}")
    add("team-b/two", labels="{region: us}")
    add("lab/three")
    assert homes(root) == {name: sorted(found) for name, found in expected.items()}


def test_a_notebook_may_choose_among_targets(root: Path, add: Add, declare: Declare) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}, lab: {path: lab}}")
    add("team-a/one", "  targets: [us, lab]\n")
    assert homes(root) == {"eu": [], "us": ["team-a/one"], "lab": ["team-a/one"]}
    assert rendered(root)[1] == []


def test_a_notebook_in_a_catalog_file_lives_where_it_says(
    root: Path, add: Add, declare: Declare
) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}}\n")
    add("team-a/one", "  targets: [us]\n", file="catalog/one.yaml")
    add("team-a/two", "  targets: [un]\n", file="catalog/two.yaml")
    assert homes(root) == {"eu": [], "us": ["team-a/one"]}
    assert [each.partition("\n")[0] for each in rendered(root)[1]] == [
        'catalog/two.yaml:7:13: error: there is no target "un"'
    ]


@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        (
            "",
            "[eu]",
            'notebooks/team-a-one.yaml:7:13: error: there is no target "eu"\n'
            "  expected: no targets, as octavo.yaml has none",
        ),
        (
            "targets: {eu: {path: eu}, us: {path: us}}",
            "[us, uss]",
            'notebooks/team-a-one.yaml:7:17: error: there is no target "uss"\n'
            "  expected: one of eu, us\n"
            '  hint: did you mean "us"?',
        ),
        (
            "targets: {eu: {path: eu}, us: {path: us, namespaces: [lab, x-*]}}",
            "[us]",
            "notebooks/team-a-one.yaml:7:13: error: the target us does not take the Notebook "
            "team-a/one\n"
            "  hint: octavo.yaml says that it takes namespaces that match lab, x-*",
        ),
        (
            "targets: {eu: {labels: {region: eu}}}",
            "[eu]",
            "notebooks/team-a-one.yaml:7:13: error: the target eu does not take the Notebook "
            "team-a/one\n"
            "  hint: octavo.yaml says that it takes Notebooks with the label region: eu",
        ),
        (
            "targets: {eu: {path: eu}, us: {path: us}}\n"
            "namespaces: {policies: {team-a: {targets: [us]}}}",
            "[eu]",
            "notebooks/team-a-one.yaml:7:13: error: the target eu does not take the Notebook "
            "team-a/one\n"
            "  hint: octavo.yaml says that notebooks of the namespace team-a may live on us",
        ),
    ],
)
def test_a_target_that_a_notebook_cannot_have_is_an_error(
    root: Path, add: Add, declare: Declare, settings: str, asked: str, expected: str
) -> None:
    declare(settings)
    add("team-a/one", f"  targets: {asked}\n")
    assert rendered(root)[1] == [expected]


def test_a_notebook_that_lives_nowhere_is_warned_of(root: Path, add: Add, declare: Declare) -> None:
    declare("targets: {eu: {path: eu, namespaces: [lab]}, us: {path: us, labels: {a: b}}}")
    add("team-a/one")
    assert homes(root) == {"eu": [], "us": []}
    assert rendered(root)[1] == [
        "notebooks/team-a-one.yaml:3:12: warning: the Notebook team-a/one lives on no target, so "
        "it is not rendered\n"
        "  expected: what one of eu, us takes\n"
        "  hint: octavo.yaml says under targets and namespaces who lives where"
    ]


def test_the_same_name_may_stand_for_another_notebook_elsewhere(
    root: Path, add: Add, declare: Declare
) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}}\n")
    add("team-a/one", "  targets: [eu]\n", file="notebooks/eu.yaml")
    add("team-a/one", "  targets: [us]\n", file="notebooks/us.yaml")
    assert rendered(root)[1] == []
    add("team-a/one", "  targets: [us, eu]\n", file="notebooks/us.yaml")
    assert "there are two Notebooks team-a/one" in rendered(root)[1][0]


def test_a_bundle_has_the_routing_and_the_values_of_its_target(
    root: Path, add: Add, declare: Declare
) -> None:
    declare(
        "targets:\n"
        "  eu: {path: eu, routing: {host: eu.example.com}, values: {s3: {region: eu}}}\n"
        "  lab: {path: lab, routing: none}\n"
    )
    add("team-a/one")
    bundles = {name: found["notebooks/team-a/one"] for name, found in rendered(root)[0].items()}
    eu, lab = bundles["eu"], bundles["lab"]
    assert "eu.example.com" in eu.files["virtualservice.yaml"]
    assert "virtualservice.yaml" not in lab.files
    stateful = {name: bundle.files["statefulset.yaml"] for name, bundle in bundles.items()}
    assert "value: eu\n" in stateful["eu"]
    assert "value: none\n" in stateful["lab"].replace('"none"', "none")
    assert "value: nb\n" in stateful["eu"]


def test_the_resource_in_a_cluster_does_not_name_the_others(
    root: Path, add: Add, declare: Declare
) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}}")
    add("team-a/one")
    everywhere = rendered(root)[0]["eu"]
    add("team-a/one", "  targets: [eu]\n")
    assert rendered(root)[0]["eu"] == everywhere
    add("team-a/one", "  targets: [eu]\n  stopped: false\n")
    assert rendered(root)[0]["eu"] == everywhere


def test_what_is_shared_differs_from_target_to_target(root: Path, declare: Declare) -> None:
    declare("targets: {eu: {path: eu}, us: {path: us}}")
    eu, us = (each.shared for each in workspaces(open_workspace(SourceTree(root))))
    assert eu != us
