"""Services of a catalog, made of text, and what they come to for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from renderer.companions import Companions, Made
from renderer.compose.layers import Selection
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Service, Singleuser, Templates
from renderer.parse import parse_document
from renderer.position import Document, Origin
from renderer.schema import kubernetes
from renderer.yamlio import load_all
from renderer.yamlio.nested import text_document
from tests.seeds.example import TEMPLATE as SPARK

SPARK_SERVICE = """\
resources:
- name: spark-cluster-template
  path: sparkClusterTemplate
configuration:
  worker_instances: 1
  worker_memory_limit: 4Gi
  master_memory_limit: 1Gi
labels:
  opendatahub.io/component: jupyterhub
return:
  SPARK_CLUSTER: 'metadata.name'
"""
NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: NAME
  namespace: team
spec:
  templateRef: {name: base, namespace: kf}
"""


@dataclass(frozen=True)
class Catalog:
    """ConfigMaps of templates, and services by their names."""

    config_maps: tuple[str, ...]
    services: Mapping[str, str]

    def made(self, notebook: Notebook) -> Made:
        found = (_templates(document) for text in self.config_maps for document in load(text))
        templates = {each.name: each for each in found}
        services = tuple(_service(name, text) for name, text in self.services.items())
        selection = Selection(None, (), companions=services)
        companions = Companions(Singleuser(templates=templates), kubernetes.default_version())
        return companions.of(notebook, selection)

    def objects(self, notebook: Notebook) -> list[dict[str, Any]]:
        made = self.made(notebook)
        assert [str(each) for each in made.problems] == []
        return [load(item.text)[0].value for item in made.objects]

    def said(self, notebook: Notebook) -> list[str]:
        return [str(problem) for problem in self.made(notebook).problems]


def load(text: str) -> list[Document]:
    return load_all(text.encode(), "catalog/services.yaml")


def _templates(document: Document) -> Templates:
    texts = {key: text_document(document, ("data", key)) for key in document.value["data"]}
    return Templates(document.value["metadata"]["name"], "", Origin(document), texts)


def _service(name: str, text: str) -> Service:
    (document,) = load_all(text.encode(), f"catalog/{name}.yaml")
    value = document.value
    return Service(
        name,
        tuple((each["name"], each["path"]) for each in value["resources"]),
        value.get("configuration", {}),
        value.get("labels", {}),
        value.get("return", {}),
        Origin(document),
    )


def notebook(name: str = "nb", owner: Any = "alice", **spec: Any) -> Notebook:
    """A notebook of the namespace team, and of nobody where the owner is None."""
    more = {**spec, **({} if owner is None else {"owner": owner})}
    (document,) = load_all(NOTEBOOK.replace("NAME", f'"{name}"').encode(), f"notebooks/{name}.yaml")
    value = {**document.value, "spec": {**document.value["spec"], **more}}
    parsed = parse_document(Document(document.file, value, document.mark))
    assert isinstance(parsed.item, Notebook), parsed.problems
    return parsed.item


@pytest.fixture
def spark() -> Catalog:
    return Catalog((SPARK,), {"spark": SPARK_SERVICE})


def template(text: str, key: str = "t", name: str = "templates") -> str:
    """A ConfigMap with one template, whose first line is the sixth."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    head = f"kind: ConfigMap\napiVersion: v1\nmetadata: {{name: {name}}}\ndata:\n  {key}: |\n"
    return head + lines


def service(*keys: str, **more: Any) -> str:
    """A service of these keys of the ConfigMap `templates`."""
    from renderer.yamlio import emit

    resources = [{"name": "templates", "path": key} for key in keys or ("t",)]
    return emit({"resources": resources, **more})


def one(text: str, **more: Any) -> Catalog:
    """A catalog of one service with one template."""
    return Catalog((template(text),), {"service": service(**more)})
