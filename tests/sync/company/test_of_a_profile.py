"""The example of jupyterhub-singleuser-profiles, from its files to a cluster and through a stop."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from controlplane.cluster import Cluster

from tests.singleuser.places import SPARK, teach_spark
from tests.sync.program import Octavo, good
from tests.sync.rendered import document, written

EXAMPLE = Path(__file__).parents[2] / "bundles/the_profiles_of_a_jupyterhub_as_they_stand"
KIND = f"SparkCluster.{SPARK}"
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {{name: etl, namespace: {namespace}}}
spec:
  owner: vpavlin@redhat.com
  templateRef: opendatahub/s2i
  image: spark
  size: Small
"""


@pytest.fixture
def bundles(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> Path:
    """The notebook of a user of Spark, rendered by the example's catalog."""
    assert notebook_crd
    teach_spark(cluster)
    tree = tmp_path / "tree"
    shutil.copytree(EXAMPLE / "catalog", tree / "catalog")
    (tree / "notebooks").mkdir()
    text = NOTEBOOK.format(namespace=cluster.namespace)
    (tree / "notebooks/etl.yaml").write_text(text, encoding="utf-8")
    (tree / "octavo.yaml").write_text("namespaces: {create: false}\n", encoding="utf-8")
    return written(tree, tmp_path / "rendered")


def test_its_spark_cluster_comes_with_the_notebook_and_goes_when_that_stops(
    cluster: Cluster, bundles: Path, tmp_path: Path
) -> None:
    agent = f"--agent=agent-{cluster.namespace}"
    words = (f"--from={bundles}", f"--namespaces={cluster.namespace}", agent)
    octavo = Octavo(cluster.kubeconfig, tmp_path / "cache", (*words, f"--extra-kinds={KIND}"))

    def clusters() -> list[dict[str, str]]:
        found = json.loads(cluster.kubectl("get", f"sparkclusters.{SPARK}", "-o", "json"))
        return [each["metadata"]["name"] for each in found["items"]]

    good(octavo.sync())
    (name,) = clusters()
    pod = document(bundles / f"notebooks/{cluster.namespace}/etl/statefulset.yaml")
    (main,) = pod["spec"]["template"]["spec"]["containers"]
    assert {"name": "SPARK_CLUSTER", "value": name} in main["env"]
    assert main["resources"]["limits"] == {"memory": "2Gi", "cpu": "2"}

    cluster.kubectl("scale", "statefulset/etl", "--replicas=0")
    good(octavo.sync())
    assert clusters() == []
    cluster.kubectl("scale", "statefulset/etl", "--replicas=1")
    good(octavo.sync())
    assert clusters() == [name]
