"""Services from the catalog's files to bundles: who gets them, when, and what is said of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.errors import InputError
from renderer.model.notebook import Notebook
from renderer.render import Renderer, Result
from renderer.rendering import Options
from renderer.sources import SourceTree
from renderer.yamlio import load_all
from tests.companions.conftest import template
from tests.seeds.example import TEMPLATE as SPARK

BASE = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  template:
    spec:
      containers:
      - name: main
        image: "quay.io/x/s2i-spark-notebook:3.6"
        ports: [{name: http, containerPort: 8888}]
"""
PROFILES = """\
profiles:
- name: Spark Notebook
  images:
  - 's2i-spark-notebook:3.6'
  services:
    spark:
      resources:
      - name: spark-cluster-template
        path: sparkClusterTemplate
      configuration:
        worker_instances: 1
        worker_memory_limit: 4Gi
        master_memory_limit: 1Gi
      return:
        SPARK_CLUSTER: 'metadata.name'
    airflow:
      resources:
      - name: jupyter-services-template
        path: airflowCluster
      return:
        AIRFLOW: 'metadata.name'
"""
NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: NAME, namespace: team}
spec:
  owner: OWNER
  templateRef: {name: base, namespace: kf}
"""
CLUSTER = "SparkCluster"
SEEDS = Path(__file__).parents[1] / "seeds" / "004"


@dataclass(frozen=True)
class Tree:
    """A source tree, and what is rendered of it."""

    root: Path
    hours: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, name: str, text: str) -> None:
        path = self.root / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        # Long ago: what was written just now is never remembered.
        os.utime(path, (3600 * next(self.hours),) * 2)

    def notebook(self, name: str = "nb", owner: str = "vpavlin", more: str = "") -> None:
        text = NOTEBOOK.replace("NAME", name).replace("OWNER", owner)
        self.write(f"notebooks/{name}.yaml", text + more)

    def render(self, out: str = "out", *, remember: bool = False) -> list[str]:
        """Renders, and gives the first line of everything that is said."""
        output = OutputDirectory(self.root / out)
        options = Options(jobs=1, remember=remember)
        summary = rendering.write(SourceTree(self.root / "source"), output, options)
        return [str(each).splitlines()[0] for each in summary.problems]

    def files(self, out: str = "out") -> dict[str, str]:
        root = self.root / out
        return {
            str(path.relative_to(root)): path.read_text("utf-8")
            for path in root.rglob("*.yaml")
            if path.is_file()
        }

    def objects(self, kind: str, name: str = "nb") -> list[dict[str, Any]]:
        found = [
            load_all(text.encode(), path)[0].value
            for path, text in sorted(self.files().items())
            if path.startswith(f"notebooks/team/{name}/")
        ]
        return [each for each in found if each["kind"] == kind]

    def env(self, name: str = "nb") -> dict[str, str]:
        (workload,) = self.objects("StatefulSet", name)
        (main,) = workload["spec"]["template"]["spec"]["containers"]
        return {each["name"]: each.get("value", "") for each in main["env"]}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = Tree(tmp_path)
    found.write("catalog/base.yaml", BASE)
    found.write("catalog/profiles.yaml", PROFILES)
    found.write("catalog/spark.yaml", SPARK)
    return found


def test_a_matching_notebook_gets_its_cluster_and_is_told_of_it(tree: Tree) -> None:
    tree.notebook()
    tree.render()
    (cluster,) = tree.objects(CLUSTER)
    assert cluster["metadata"]["name"] == "spark-cluster-vpavlin-nb"
    assert cluster["spec"]["worker"] == {"instances": "1", "memoryLimit": "4Gi"}
    assert tree.env()["SPARK_CLUSTER"] == "spark-cluster-vpavlin-nb"
    listed = tree.files()["notebooks/team/nb/kustomization.yaml"]
    assert "- sparkcluster-spark-cluster-vpavlin-nb.yaml" in listed


def test_the_documents_of_jupyterhub_make_the_cluster_that_they_show(tree: Tree) -> None:
    for name, text in {"profiles": "profiles.txt", "spark": "template.txt"}.items():
        tree.write(f"catalog/{name}.yaml", (SEEDS / text).read_text("utf-8"))
    tree.notebook()
    said = tree.render()
    (cluster,) = tree.objects(CLUSTER)
    assert cluster["metadata"]["name"] == "spark-cluster-vpavlin-nb"
    assert cluster["metadata"]["labels"]["opendatahub.io/component"] == "jupyterhub"
    assert cluster["spec"] == {
        "worker": {"instances": "1", "memoryLimit": "4Gi"},
        "master": {"memoryLimit": "1Gi"},
    }
    assert tree.env()["SPARK_CLUSTER"] == "spark-cluster-vpavlin-nb"
    assert all("the service airflow is left out" in each for each in said)


def test_another_image_gets_none(tree: Tree) -> None:
    tree.write("catalog/base.yaml", BASE.replace("s2i-spark-notebook", "other"))
    tree.notebook()
    tree.render()
    assert tree.objects(CLUSTER) == []
    assert "SPARK_CLUSTER" not in tree.env()


def test_every_notebook_has_a_cluster_of_its_own(tree: Tree) -> None:
    tree.notebook("one")
    tree.notebook("two")
    tree.notebook("three", "alice@example.com")
    tree.render()
    names = [tree.env(name)["SPARK_CLUSTER"] for name in ("one", "two", "three")]
    assert names[:2] == ["spark-cluster-vpavlin-one", "spark-cluster-vpavlin-two"]
    assert names[2].startswith("spark-cluster-alice-40example-2ecom-three-")
    for name, cluster in zip(("one", "two", "three"), names, strict=True):
        assert [each["metadata"]["name"] for each in tree.objects(CLUSTER, name)] == [cluster]


def test_a_service_without_templates_is_left_out_with_its_variables(tree: Tree) -> None:
    tree.notebook()
    tree.notebook("other")
    said = tree.render()
    assert "AIRFLOW" not in tree.env()
    assert said == [
        "catalog/profiles.yaml:18:9: warning: the service airflow is left out:"
        " the catalog has no ConfigMap jupyter-services-template"
    ]


def test_a_service_goes_without_a_template_that_is_missing(tree: Tree) -> None:
    half = PROFILES.replace(
        "      configuration:",
        "      - {name: gone, path: t}\n      configuration:",
    ).replace("SPARK_CLUSTER: 'metadata.name'", "SPARK_CLUSTER: kind\n        GONE: data.url")
    tree.write("catalog/profiles.yaml", half)
    tree.notebook()
    said = tree.render()
    assert len(tree.objects(CLUSTER)) == 1
    assert (tree.env()["SPARK_CLUSTER"], tree.env()["GONE"]) == ("SparkCluster", "")
    assert any("goes without this template" in each for each in said)


def test_a_stopped_notebook_has_no_cluster_and_knows_what_it_will_be_called(tree: Tree) -> None:
    tree.notebook(more="  stopped: true\n")
    tree.render()
    assert tree.objects(CLUSTER) == []
    assert tree.env()["SPARK_CLUSTER"] == "spark-cluster-vpavlin-nb"
    tree.notebook()
    tree.render()
    assert len(tree.objects(CLUSTER)) == 1


def test_what_is_wrong_with_a_service_of_a_stopped_notebook_is_said(tree: Tree) -> None:
    tree.write("catalog/spark.yaml", SPARK.replace("{{ user }}", "{{ nobody }}"))
    tree.notebook(more="  stopped: true\n")
    with pytest.raises(InputError, match='"nobody" is not defined'):
        tree.render()


def test_who_ignores_updates_keeps_a_pod_whose_service_is_gone(tree: Tree) -> None:
    tree.notebook(more="  updatePolicy: Ignore\n")
    tree.render()
    pod = tree.objects("StatefulSet")
    tree.write("catalog/profiles.yaml", "profiles:\n- name: empty\n")
    tree.render()
    assert tree.objects(CLUSTER) == []
    assert tree.env()["SPARK_CLUSTER"] == ""
    kept = {name: value for name, value in tree.env().items() if name != "SPARK_CLUSTER"}
    (main,) = pod[0]["spec"]["template"]["spec"]["containers"]
    before = {each["name"]: each.get("value", "") for each in main["env"]}
    assert kept == {name: value for name, value in before.items() if name != "SPARK_CLUSTER"}


def test_who_ignores_updates_has_the_service_that_the_catalog_says_now(tree: Tree) -> None:
    tree.notebook(more="  updatePolicy: Ignore\n")
    tree.render()
    tree.write("catalog/profiles.yaml", PROFILES.replace("instances: 1", "instances: 7"))
    tree.render()
    (cluster,) = tree.objects(CLUSTER)
    assert cluster["spec"]["worker"]["instances"] == "7"


CHANGES = {
    "the template": ("catalog/spark.yaml", SPARK.replace("spec:", "note: more\n    spec:")),
    "the configuration": ("catalog/profiles.yaml", PROFILES.replace("4Gi", "8Gi")),
    "a path": ("catalog/profiles.yaml", PROFILES.replace("'metadata.name'", "kind")),
    "the name of the variable": ("catalog/profiles.yaml", PROFILES.replace("SPARK_C", "C")),
    "whom it is for": (
        "catalog/profiles.yaml",
        PROFILES.replace("  images", "  users: [a]\n  images"),
    ),
    "that there are templates": ("catalog/spark.yaml", SPARK.replace("spark-cluster-t", "x")),
    "the templates of the other": (
        "catalog/airflow.yaml",
        template(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: airflow}\n",
            "airflowCluster",
            "jupyter-services-template",
        ),
    ),
}


@pytest.mark.parametrize(("name", "text"), CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_seen_where_the_rest_is_remembered(tree: Tree, name: str, text: str) -> None:
    tree.notebook()
    tree.render(remember=True)
    assert tree.render("fresh") == tree.render(remember=True)
    before = tree.files()
    tree.write(name, text)
    said = tree.render(remember=True)
    assert tree.files() != before
    assert tree.render("fresh") == said
    assert tree.files() == tree.files("fresh")


def test_who_has_no_service_is_not_rendered_again_for_its_template(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    really = Renderer.render

    def counted(renderer: Renderer, notebook: Notebook, *previous: Any) -> Result:
        rendered.append(notebook.name)
        return really(renderer, notebook, *previous)

    monkeypatch.setattr(Renderer, "render", counted)
    tree.write(
        "catalog/profiles.yaml", PROFILES.replace("  images", "  users: [vpavlin]\n  images")
    )
    tree.notebook()
    tree.notebook("plain", "bob")
    tree.render(remember=True)
    rendered.clear()
    tree.write(*CHANGES["the template"])
    tree.render(remember=True)
    assert rendered == ["nb"]


def test_templates_among_the_notebooks_are_not_read(tree: Tree) -> None:
    tree.notebook()
    tree.write("notebooks/mine.yaml", SPARK.replace("spark-cluster-template", "mine"))
    with pytest.raises(InputError, match="stands among the Notebooks and is not read"):
        tree.render()


def test_two_services_that_make_one_object_are_said(tree: Tree) -> None:
    start, end = PROFILES.index("    spark:"), PROFILES.index("    airflow:")
    again = PROFILES[start:end].replace("spark:", "again:")
    tree.write("catalog/profiles.yaml", PROFILES[:end] + again)
    tree.notebook()
    with pytest.raises(InputError) as caught:
        tree.render()
    (problem,) = [each for each in caught.value.problems if each.severity == "error"]
    assert str(problem).splitlines() == [
        "catalog/spark.yaml:6:3: error: there are two objects SparkCluster"
        " spark-cluster-vpavlin-nb: one of the service spark, one of the service again",
        "  there: notebooks/nb.yaml:3:12",
        "  hint: one of them needs another name",
    ]


ARGO = """\
consumers:
  repository: {url: "https://git.example.com/rendered.git", branch: rendered}
  argocd: {}
"""


def test_argo_cd_lets_the_kinds_of_services_in(tree: Tree) -> None:
    tree.notebook()
    tree.write("octavo.yaml", ARGO)
    tree.render()
    (project,) = load_all(tree.files()["argocd/appproject.yaml"].encode(), "")
    allowed = project.value["spec"]["namespaceResourceWhitelist"]
    assert {"group": "radanalytics.io", "kind": CLUSTER} in allowed
    tree.write("catalog/profiles.yaml", "profiles: []\n")
    tree.render()
    assert "radanalytics.io" not in tree.files()["argocd/appproject.yaml"]


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: "spark-{{ user }}"}
spec: {clusterIP: None}
"""
WITH_SERVICE = """\
profiles:
- name: all
  services:
    spark:
      resources: [{name: templates, path: t}]
      return: {HOST: metadata.name}
"""


@pytest.fixture
def served(tree: Tree) -> Tree:
    tree.write("catalog/profiles.yaml", WITH_SERVICE)
    tree.write("catalog/spark.yaml", template(SERVICE))
    return tree


def test_nobody_takes_the_place_of_the_service_of_another(served: Tree) -> None:
    served.notebook("nb", "alice")
    served.notebook("spark-alice-nb", "mallory")
    with pytest.raises(InputError) as caught:
        served.render()
    assert str(caught.value).splitlines() == [
        "notebooks/spark-alice-nb.yaml:3:12: error: the Notebook team/spark-alice-nb would have"
        " the service spark-alice-nb, which a service of team/nb makes",
        "  there: notebooks/nb.yaml:3:12",
        "  hint: give this Notebook another name",
    ]


@pytest.mark.parametrize("name", ["spark", "alice-nb", "owner", "spark-bob-nb", "spark-alice-nbs"])
def test_names_that_are_only_alike_are_no_trouble(served: Tree, name: str) -> None:
    served.notebook("nb", "alice")
    served.notebook(name, "mallory")
    assert served.render() == []
    assert served.env()["HOST"] == "spark-alice-nb"


def test_a_notebook_that_stands_there_twice_is_said_once(served: Tree) -> None:
    served.notebook()
    served.write("notebooks/again.yaml", (served.root / "source/notebooks/nb.yaml").read_text())
    with pytest.raises(InputError) as caught:
        served.render()
    assert [each.message for each in caught.value.problems] == ["there are two Notebooks team/nb"]


def test_in_another_namespace_it_may_be_called_the_same(served: Tree) -> None:
    served.notebook("nb", "alice")
    text = NOTEBOOK.replace("NAME", "spark-alice-nb").replace("OWNER", "mallory")
    served.write("notebooks/other.yaml", text.replace("team", "others"))
    assert served.render() == []
