"""The manifests of consumers are bundles like the others: written and removed with them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from renderer import rendering
from renderer.bundle import MARK
from renderer.destination import OutputDirectory
from renderer.errors import OutputError
from renderer.git.delivery import deliver
from renderer.git.order import Order
from renderer.git.writing import Author
from renderer.rendering import Options
from renderer.sources import SourceTree
from renderer.targets import for_target
from renderer.workspace import open_workspace
from sync.sources import layout
from sync.sources.directory import DirectorySource
from tests.consumers.trees import BOTH, URL, Trees, begin

US = Author("Renderer", "renderer@example.com")
OURS = {"argocd", "flux", "flux-namespaces/research", "flux-namespaces/teaching"}


def beside(tree: Trees) -> set[str]:
    others = ("notebooks/", "namespaces/")
    return {each for each in tree.directories() if not each.startswith(others)}


def test_there_are_none_where_nobody_consumes(tree: Trees) -> None:
    tree.settings(f"consumers: {{repository: {{url: '{URL}'}}}}\n")
    tree.render()
    assert beside(tree) == set()
    assert {each.name for each in tree.out.iterdir()} == {"namespaces", "notebooks"}


def test_a_consumer_that_is_taken_off_the_settings_takes_its_files_along(tree: Trees) -> None:
    assert beside(tree) == OURS
    tree.settings(BOTH.replace("flux: {}", ""))
    changes = dict(tree.render().changes)
    assert beside(tree) == {"argocd"}
    assert {each for each in changes if changes[each] == "removed"} == OURS - {"argocd"}
    assert not (tree.out / "flux").exists()


def test_a_namespace_without_notebooks_is_forgotten(tree: Trees) -> None:
    (tree.root / "notebooks/teaching/churn.yaml").unlink()
    tree.render()
    assert beside(tree) == OURS - {"flux-namespaces/teaching"}
    assert not (tree.out / "flux/namespace-teaching.yaml").exists()


def test_what_others_put_beside_stays(tree: Trees) -> None:
    for name in ("argocd/notes.md", "flux/extra.yaml", "flux-system/sync.yaml"):
        (tree.out / name).parent.mkdir(exist_ok=True)
        (tree.out / name).write_text("theirs")
    tree.settings("")
    tree.render()
    found = {str(f.relative_to(tree.out)) for f in tree.out.rglob("*") if f.is_file()}
    left = {each for each in found if not each.startswith(("notebooks/", "namespaces/"))}
    assert left == {"argocd/notes.md", "flux/extra.yaml", "flux-system/sync.yaml"}


def test_what_others_put_in_their_place_is_not_overwritten(tree: Trees) -> None:
    tree.settings("")
    tree.render()
    (tree.out / "flux").mkdir()
    (tree.out / "flux/kustomization.yaml").write_text("theirs")
    tree.settings(BOTH)
    with pytest.raises(OutputError, match=r"flux/kustomization.yaml is not a file that Octavo"):
        tree.render()
    assert not (tree.out / "argocd").exists()


def test_a_second_render_changes_nothing_whether_it_remembers_or_not(tree: Trees) -> None:
    for remember in (False, True, True):
        assert {change for _, change in tree.render(remember=remember).changes} == {"same"}


def test_a_comparison_shows_them(tree: Trees) -> None:
    (tree.out / "argocd/appproject.yaml").write_text(MARK)
    (tree.out / "flux/root.yaml").unlink()
    found = rendering.compare(
        SourceTree(tree.root), OutputDirectory(tree.out), Options(jobs=1, remember=False)
    )
    assert [each.name for each in found.differences] == ["argocd/appproject.yaml", "flux/root.yaml"]


def test_a_tree_that_never_had_a_notebook_may_be_rendered_again(tmp_path: Path) -> None:
    tree = begin(tmp_path)
    for _ in range(2):
        tree.render()
    assert tree.directories() == ["argocd", "flux"]


def test_a_tree_that_lost_its_notebooks_is_refused(tree: Trees) -> None:
    for file in tree.root.glob("notebooks/*/*.yaml"):
        file.unlink()
    with pytest.raises(OutputError, match="--allow-empty"):
        tree.render()
    tree.render(allow_empty=True)
    assert tree.directories() == ["argocd", "flux"]


def test_each_target_has_its_own_place_name_and_cluster(tree: Trees) -> None:
    tree.settings(f"""
consumers:
  repository: {{url: '{URL}', path: fleet}}
  argocd: {{clusters: {{eu: 'https://eu.example.com'}}}}
  flux: {{}}
targets:
  eu: {{path: clusters/eu}}
  us: {{branch: west}}
""")
    workspace = open_workspace(SourceTree(tree.root))
    options = Options(jobs=1, remember=False)
    for target in workspace.settings.targets:
        place = rendering.Place(
            for_target(workspace, target), OutputDirectory(tree.out / target.name)
        )
        rendering.write_at([place], tree.root, options)

    def told(target: str) -> list[object]:
        at = Trees(tree.root, f"rendered/{target}")
        spec = at.found("argocd", "ApplicationSet")["spec"]["template"]["spec"]
        source = at.found("flux", "GitRepository")
        root = next(each for each in at.objects("flux") if each["kind"] == "Kustomization")
        return [
            at.found("argocd", "AppProject")["metadata"]["name"],
            spec["source"]["targetRevision"],
            spec["destination"]["server"],
            source["metadata"]["name"],
            source["spec"]["ref"]["branch"],
            root["spec"]["path"],
        ]

    east = ["octavo-eu", "main", "https://eu.example.com", "octavo-eu", "main"]
    assert told("eu") == [*east, "./fleet/clusters/eu/flux"]
    west = ["octavo-us", "west", "https://kubernetes.default.svc", "octavo-us", "west"]
    assert told("us") == [*west, "./fleet/flux"]


def test_on_a_branch_they_are_written_and_removed_as_well(tree: Trees) -> None:
    repository = tree.root / "bundles.git"

    def committed() -> set[str]:
        order = Order(repository=str(repository), branch="rendered", author=US, committer=US)
        deliver(SourceTree(tree.root), order, Options(jobs=1, remember=False))
        words = ("ls-tree", "-r", "--name-only", "rendered")
        listed = subprocess.run(
            ["git", "-C", repository, *words], check=True, capture_output=True, text=True
        )
        places = {name.rpartition("/")[0] for name in listed.stdout.split()}
        return {each for each in places if each.startswith(("argocd", "flux"))}

    assert committed() == OURS
    tree.settings(BOTH.replace("flux: {}", ""))
    assert committed() == {"argocd"}


def test_our_agent_reads_past_them(tree: Trees) -> None:
    assert beside(tree) == OURS
    snapshot = DirectorySource(str(tree.out)).fetch()
    assert set(snapshot.trees) == {*tree.directories()} - OURS
    assert not any(layout.is_bundle_directory(each) for each in OURS)
