"""Services of profiles beside the notebooks: Argo CD lets in what their templates plainly say."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer import rendering
from renderer.bundle import KUSTOMIZATION
from renderer.cli import main
from renderer.destination import OutputDirectory
from renderer.rendering import Options
from renderer.sources import SourceTree
from renderer.targets import workspaces
from renderer.workspace import open_workspace
from tests.consumers.trees import BOTH, URL, Trees, begin, read
from tests.git.workshop import git

TARGETS = f"""
consumers:
  repository: {{url: '{URL}', path: fleet}}
  argocd: {{kinds: [Certificate.cert-manager.io]}}
  flux: {{}}
targets:
  eu: {{path: clusters/eu}}
  us: {{branch: west}}
"""
PROFILES = """\
profiles:
- name: Spark
  users: [alice@example.com]
  services:
    spark:
      resources: [{name: templates, path: cluster}, {name: templates, path: config}]
- name: Others
  users: [nobody]
  services:
    other: {resources: [{name: templates, path: other}]}
"""
SPARK = """\
apiVersion: radanalytics.io/v1
kind: SparkCluster
metadata: {name: "spark-{{ user }}"}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "config-{{ user }}"}
"""
CLUSTER, CERTIFICATE = ("radanalytics.io", "SparkCluster"), ("cert-manager.io", "Certificate")


def templates(**texts: str) -> str:
    """The ConfigMap of the templates."""
    indented = {key: text.replace("\n", "\n    ").rstrip(" ") for key, text in texts.items()}
    keys = "".join(f"  {key}: |\n    {text}" for key, text in indented.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: templates}}\ndata:\n{keys}"


def with_services(tree: Trees, **texts: str) -> Trees:
    given = {"cluster": SPARK, "config": CONFIG, "other": CONFIG, **texts}
    (tree.root / "catalog/profiles.yaml").write_text(PROFILES, encoding="utf-8")
    (tree.root / "catalog/templates.yaml").write_text(templates(**given), encoding="utf-8")
    return tree


def admitted(tree: Trees) -> set[tuple[str, str]]:
    spec = tree.found("argocd", "AppProject")["spec"]
    return {(each["group"], each["kind"]) for each in spec["namespaceResourceWhitelist"]}


def held(tree: Trees) -> set[tuple[str, str]]:
    """What the bundles of notebooks hold."""
    return {
        (each["apiVersion"].rpartition("/")[0], each["kind"])
        for directory, each in tree.everything()
        if directory.startswith("notebooks/")
    }


def at_targets(tree: Trees) -> dict[str, Trees]:
    """The bundles of each target, each at a place of its own."""
    found = {}
    for workspace in workspaces(open_workspace(SourceTree(tree.root))):
        assert workspace.target is not None
        name = workspace.target.name
        place = rendering.Place(workspace, OutputDirectory(tree.out / name))
        rendering.write_at([place], tree.root, Options(jobs=1, remember=False))
        found[name] = Trees(tree.root, f"rendered/{name}")
    return found


def test_every_target_admits_what_runs_with_its_notebooks(tree: Trees) -> None:
    with_services(tree).settings(TARGETS)
    file = tree.notebook("research", "churn")
    file.write_text(f"{file.read_text()}  targets: [eu]\n", encoding="utf-8")
    for each in ("research/resnet", "teaching/churn"):
        (tree.root / f"notebooks/{each}.yaml").unlink()
    (tree.root / "notebooks/us.yaml").write_text(
        file.read_text().replace("churn", "west").replace("[eu]", "[us]"), encoding="utf-8"
    )
    found = at_targets(tree)
    assert found.keys() == {"eu", "us"}
    for at in found.values():
        assert CLUSTER in held(at)
        assert held(at) - admitted(at) == set()
        assert {CLUSTER, CERTIFICATE} <= admitted(at)


def test_what_runs_with_a_notebook_is_listed_for_kustomize_and_waits_for_nothing(
    tree: Trees,
) -> None:
    """Argo CD applies what has no wave of its own along with the workload."""
    with_services(tree).settings(BOTH)
    tree.render()
    (listed,) = {
        name
        for name in read(tree.out / "notebooks/research/churn" / KUSTOMIZATION)["resources"]
        if name.startswith("sparkcluster")
    }
    service = read(tree.out / "notebooks/research/churn" / listed)
    assert service["metadata"]["annotations"] == {"jackhoman.dev/runs": "with-notebook"}


@pytest.mark.parametrize("remember", [True, False])
def test_kinds_come_and_go_with_their_templates(tree: Trees, remember: bool) -> None:
    with_services(tree).settings(BOTH)
    tree.render(remember=remember)
    assert CLUSTER in admitted(tree)
    with_services(tree, cluster=SPARK.replace("radanalytics.io", "spark.apache.org"))
    tree.render(remember=remember)
    assert CLUSTER not in admitted(tree)
    assert ("spark.apache.org", "SparkCluster") in admitted(tree)


def test_kinds_of_services_that_nobody_has_yet_are_admitted(tree: Trees) -> None:
    """The next Notebook may be one that has them, and the project is not applied as often."""
    with_services(tree, other=SPARK.replace("SparkCluster", "Airflow")).settings(BOTH)
    tree.render()
    assert ("radanalytics.io", "Airflow") in admitted(tree)
    assert ("radanalytics.io", "Airflow") not in held(tree)


# A template, and what of it is admitted besides the kinds that bundles always hold.
PLAINLY: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "plainly": (SPARK, {CLUSTER}),
    "in quotes": (
        SPARK.replace("radanalytics.io/v1", '"radanalytics.io/v1"').replace(
            "kind: SparkCluster", "kind: 'SparkCluster'"
        ),
        {CLUSTER},
    ),
    "with comments behind": (
        SPARK.replace("io/v1", "io/v1  # why").replace("SparkCluster", "SparkCluster # what"),
        {CLUSTER},
    ),
    "in two documents": (
        f"{SPARK}---\n{SPARK.replace('SparkCluster', 'SparkJob')}",
        {CLUSTER, ("radanalytics.io", "SparkJob")},
    ),
    "the core's": (
        SPARK.replace("radanalytics.io/v1", "v1").replace("SparkCluster", "Pod"),
        {("", "Pod")},
    ),
    "among other words of a template": (
        "{% if user %}\n" + SPARK + "{% endif %}\n",
        {CLUSTER},
    ),
    "by an expression": (SPARK.replace("SparkCluster", "{{ 'SparkCluster' }}"), set()),
    "in one of two ways": (
        SPARK.replace(
            "kind: SparkCluster",
            "{% if user %}\nkind: SparkCluster\n{% else %}\nkind: Pod\n{% endif %}",
        ),
        set(),
    ),
    "and another deeper in it": (
        f"{SPARK}spec:\n  pod:\n    apiVersion: deep.io/v1\n    kind: Deep\n",
        {CLUSTER},
    ),
}


@pytest.mark.parametrize("how", PLAINLY)
def test_a_kind_is_admitted_where_its_template_says_it(how: str, tree: Trees) -> None:
    tree.settings(BOTH)
    tree.render()
    before = admitted(tree)
    text, kinds = PLAINLY[how]
    with_services(tree, cluster=text).render()
    assert admitted(tree) - before == kinds


def test_a_kind_that_no_template_plainly_says_is_named_by_the_settings(tree: Trees) -> None:
    with_services(tree, cluster=SPARK.replace("SparkCluster", "{{ 'SparkCluster' }}"))
    tree.settings(BOTH.replace("argocd: {}", "argocd: {kinds: [SparkCluster.radanalytics.io]}"))
    tree.render()
    assert held(tree) - admitted(tree) == set()


def test_flux_has_no_list_of_kinds_and_applies_bundles_as_they_are(tree: Trees) -> None:
    def of_flux() -> dict[str, bytes]:
        places = (tree.out / "flux", tree.out / "flux-namespaces")
        files = (file for place in places for file in place.rglob("*") if file.is_file())
        return {str(file): file.read_bytes() for file in files}

    before = of_flux()
    with_services(tree).render()
    assert before
    assert of_flux() == before


def test_a_commit_has_the_kinds_of_services_on_the_branch_of_each_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()
    tree = with_services(begin(tmp_path / "tree", TARGETS))
    tree.notebook("research", "churn")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repository = tmp_path / "bundles.git"
    author = ("--author", "Renderer <renderer@example.com>")
    assert (
        main([
            "-C",
            str(tree.root),
            "render",
            "--repo",
            str(repository),
            "--branch",
            "all",
            *author,
        ])
        == 0
    )
    for branch, path in (("all", "clusters/eu/"), ("west", "")):
        text = git(repository, "show", f"{branch}:{path}argocd/appproject.yaml")
        assert "- group: radanalytics.io\n    kind: SparkCluster\n" in text
        listed = git(repository, "show", f"{branch}:{path}notebooks/research/churn/{KUSTOMIZATION}")
        assert "\n- sparkcluster-spark-" in listed
