"""A source tree with profiles of JupyterHub: fences, places, and what may not stand where."""

from __future__ import annotations

from pathlib import Path

from renderer.errors import Problem
from renderer.sources import SourceTree
from renderer.workspace import Workspace, open_workspace

SEED = Path(__file__).parent.parent / "seeds/004"
SPARK = ("the service spark is left out: the catalog has no ConfigMap spark-cluster-template",)
AIRFLOW = (
    "the service airflow is left out: the catalog has no ConfigMap jupyter-services-template",
)


def workspace(root: Path, **files: str) -> Workspace:
    for name, text in files.items():
        folder, _, rest = name.partition("__")
        path = root / folder / f"{rest}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return open_workspace(SourceTree(root))


def seed(name: str) -> str:
    return (SEED / name).read_text(encoding="utf-8")


def messages(opened: Workspace) -> tuple[str, ...]:
    return tuple(each.message for each in opened.problems)


def test_the_document_is_a_catalog_as_it_stands(tmp_path: Path) -> None:
    opened = workspace(tmp_path, catalog__profiles=seed("profiles.txt"))
    assert messages(opened) == SPARK + AIRFLOW * 2
    assert opened.installation is not None
    catalog = opened.installation.catalog
    assert [each.name for each in catalog.singleuser.profiles] == [
        "globals",
        "Special Nodes",
        "Thoth Notebooks",
        "Spark Notebook",
    ]
    assert [name for _, name in catalog.sizes] == ["Small", "Medium", "Large"]
    assert ("catalog/profiles.yaml", seed("profiles.txt").encode()) in opened.shared


def test_its_template_beside_it_is_found(tmp_path: Path) -> None:
    files = {"profiles": "profiles.txt", "spark": "template.txt"}
    opened = workspace(tmp_path, **{f"catalog__{key}": seed(name) for key, name in files.items()})
    assert messages(opened) == AIRFLOW * 2
    assert opened.installation is not None
    templates = opened.installation.catalog.singleuser.templates
    assert list(templates["spark-cluster-template"].texts) == ["sparkClusterTemplate"]


def test_what_kubernetes_does_not_know_is_an_error_where_it_stands(tmp_path: Path) -> None:
    text = """\
profiles:
- name: a
  env:
  - {name: A, valueForm: {}}
  node_tolerations: [{ky: a}]
  labels: {jackhoman.dev/owner: a}
sizes:
- name: Small
  volumes: [{name: a, emptyDir: {sizelimit: 1Gi}}]
gpuTypes:
- node_tolerations: [{vlue: a}]
"""
    opened = workspace(tmp_path, catalog__profiles=text)
    said = {(each.position.line, each.position.column): each.message for each in opened.problems}
    assert said.keys() == {(4, 15), (5, 23), (6, 12), (9, 34), (11, 23)}
    assert "valueForm" in said[4, 15]


def test_profiles_among_the_notebooks_are_an_error(tmp_path: Path) -> None:
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n"
    stream = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: a}\n"
    opened = workspace(
        tmp_path, notebooks__a="profiles: []\n", notebooks__b=f"{config_map}---\n{stream}"
    )
    problems: list[Problem] = []
    for file in opened.notebook_files:
        assert opened.notebooks_in(file, problems) == []
    assert [f"{each.position}: {each.message}" for each in problems] == [
        "notebooks/a.yaml:1:1: the file of profiles stands among the Notebooks and is not read",
        "notebooks/b.yaml:2:1: the ConfigMap b/a stands among the Notebooks and is not read",
        "notebooks/b.yaml:6:1: the ImageStream a stands among the Notebooks and is not read",
    ]
