"""The documents that were given to us are read as they stand."""

from __future__ import annotations

from collections.abc import Callable

from renderer.errors import Severity
from renderer.model.catalog import PodDefault, Template
from renderer.model.fragments import Dependency, Reference
from renderer.model.notebook import HomeChoice, Notebook, UpdatePolicy
from renderer.parse import ParseResult

Seed = Callable[[str], list[ParseResult]]


def test_the_template_is_a_whole_pod_spec(seed: Seed) -> None:
    [result] = seed("000/template.yaml")
    assert result.problems == ()
    assert isinstance(result.item, Template)
    assert (result.item.namespace, result.item.name) == ("kubeflow", "jupyter-scipy")
    assert result.item.fragment.template == {
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "image": "kubeflownotebookswg/jupyter-scipy:v1.7.0-rc.0",
                    "ports": [{"containerPort": 8888}],
                }
            ]
        }
    }


def test_the_notebook_takes_a_template_and_a_plain_list_of_resources(seed: Seed) -> None:
    [result] = seed("000/notebook.yaml")
    assert result.problems == ()
    assert isinstance(result.item, Notebook)
    assert result.item.template_ref == Reference("jupyter-scipy", "kubeflow")
    assert result.item.resources == {"memory": "16Gi", "cpu": 4}
    assert result.item.update_policy is UpdatePolicy.AUTO
    assert not result.item.stopped
    assert not result.item.inline
    assert result.item.spec.keys() == {"updatePolicy", "templateRef", "resources"}


def test_the_catalog_requires_a_poddefault_and_depends_on_a_secret(seed: Seed) -> None:
    pypi, spark, template = (result.item for result in seed("000/catalog.yaml"))
    assert isinstance(pypi, PodDefault)
    assert isinstance(spark, PodDefault)
    assert isinstance(template, Template)
    assert (pypi.name, spark.name) == ("pypi.private.com", "spark-defaults")
    assert template.required == (Reference("pypi.private.com"),)
    assert template.fragment.dependencies == (
        Dependency("v1", "Secret", "pypi.private.com", "kubeflow"),
    )
    assert str(pypi.fragment) == "PodDefault kubeflow/pypi.private.com"
    assert pypi.fragment.origin.at(("spec", "containers", 0, "env", 0, "value")).line == 14


def test_the_first_kubeflow_notebook_is_understood_with_a_warning(seed: Seed) -> None:
    [result] = seed("002/notebook.yaml")
    [problem] = result.problems
    assert problem.severity is Severity.WARNING
    assert str(problem).splitlines()[0] == (
        "notebook.yaml:24:7: warning: securityContext is a list; it was read as the pod's"
        " securityContext with fsGroup: 100, runAsUser: 1000"
    )
    assert isinstance(result.item, Notebook)
    assert result.item.inline
    assert result.item.home == HomeChoice("10Gi", mount_path="/home/jovyan")
    assert result.item.volumes == ()
    assert result.item.ttl_seconds == 300
    assert result.item.owner is None
    assert result.item.template == {
        "spec": {
            "containers": [
                {
                    "name": "notebook",
                    "image": "gcr.io/kubeflow-images-public/tensorflow-1.10.1-notebook-cpu:v0.3.0",
                    "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
                    "workingDir": "/home/jovyan",
                    "ports": [{"containerPort": 8888, "name": "notebook-port", "protocol": "TCP"}],
                }
            ],
            "securityContext": {"fsGroup": 100, "runAsUser": 1000},
        }
    }
    assert result.item.spec == {
        "template": result.item.template,
        "home": {"size": "10Gi", "mountPath": "/home/jovyan"},
        "ttlSecondsAfterFinished": 300,
    }
