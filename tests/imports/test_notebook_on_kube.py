"""Values of notebook-on-kube's releases become Notebooks of Templates that they share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.trees import Import, env_of, main_of

CHURN = "nok-alice-churn.yaml"


def test_the_sample_passes_check_without_a_word(imported: Import) -> None:
    done = imported("notebook-on-kube", CHURN, "platform.yaml")
    assert (done.status, done.problems()) == (0, [])
    assert done.files == {
        "IMPORT.md",
        "octavo.yaml",
        "catalog/notebook-on-kube/jupyter-notebook.yaml",
        "notebooks/default/nok-alice-churn.yaml",
    }


def test_the_pod_is_what_the_chart_made(imported: Import) -> None:
    pod = imported("notebook-on-kube", CHURN, "platform.yaml").pods()["default/nok-alice-churn"]
    main = main_of(pod)
    assert main["image"] == "jupyter/scipy-notebook:lab-4.0.7"
    assert main["imagePullPolicy"] == "IfNotPresent"
    assert main["args"] == [
        "start-notebook.sh",
        "--NotebookApp.base_url=$(NB_PREFIX)",
        "--NotebookApp.token=nok-alice-churn",
    ]
    assert main["resources"] == {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "4Gi"},
    }
    assert env_of(pod) == {
        "NB_PREFIX": "/notebook/default/nok-alice-churn",
        "LEVEL": "debug",
        "COUNT": "3",
    }
    assert main["envFrom"] == [{"secretRef": {"name": "nok-alice-churn"}}]
    assert main["ports"] == [{"name": "http", "containerPort": 8888, "protocol": "TCP"}]
    assert pod["spec"]["securityContext"] == {"fsGroup": 100}
    assert pod["spec"]["nodeSelector"] == {"pool": "nb"}
    assert pod["spec"]["tolerations"] == [{"key": "a", "operator": "Exists"}]
    assert pod["metadata"]["annotations"] == {"a": "b"}
    claims = [each["persistentVolumeClaim"] for each in pod["spec"]["volumes"]]
    assert claims == [{"claimName": "data-nok-alice-churn-0"}]


def test_secrets_are_named_and_never_copied(imported: Import) -> None:
    done = imported("notebook-on-kube", CHURN)
    assert "sesame" not in done.text
    assert "make it again, with TOKEN_X" in done.report


def test_what_nothing_reads_is_said(imported: Import) -> None:
    done = imported("notebook-on-kube", CHURN, "platform.yaml")
    for said in ("surprise", "platform.yaml: ingress-nginx", "platform.yaml: image"):
        assert said in done.report
        assert said in done.err


def test_releases_that_are_alike_share_a_template(imported: Import) -> None:
    done = imported(
        "notebook-on-kube",
        ("nok-alice-a.yaml", {"extraSecretEnv": {"A": "1"}}),
        ("nok-bob-b.yaml", {"extraSecretEnv": {"B": "2"}, "extraEnv": {"X": True}}),
        options=("--namespace", "lab"),
    )
    assert len([name for name in done.files if name.startswith("catalog/")]) == 1
    pods = done.pods()
    secrets = {name: main_of(pod)["envFrom"][0]["secretRef"]["name"] for name, pod in pods.items()}
    assert secrets == {"lab/nok-alice-a": "nok-alice-a", "lab/nok-bob-b": "nok-bob-b"}
    assert env_of(pods["lab/nok-bob-b"])["X"] == "true"


@pytest.mark.parametrize(
    ("file", "options", "owner"),
    [
        ("nok-alice-churn.yaml", (), "alice"),
        ("nok-alice-churn.yaml", ("--owner", "alice@example.com"), "alice@example.com"),
        ("churn.yaml", (), None),
    ],
)
def test_an_owner_is_given_or_part_of_the_releases_name(
    imported: Import, file: str, options: tuple[str, ...], owner: str | None
) -> None:
    done = imported("notebook-on-kube", (file, {"args": []}), options=options)
    name = file.removesuffix(".yaml")
    assert done.file(f"notebooks/default/{name}.yaml")["spec"].get("owner") == owner


def test_arguments_of_its_own_follow_the_path(imported: Import) -> None:
    args = ["start.sh", "--base=/connect_notebook/nok-a-b", "{{ x }}"]
    done = imported("notebook-on-kube", ("nok-a-b.yaml", {"args": args}))
    (pod,) = done.pods().values()
    assert main_of(pod)["args"] == ["start.sh", "--base=$(NB_PREFIX)", "{{ x }}"]
    assert "serves below" not in done.report
    other = imported("notebook-on-kube", ("nok-a-b.yaml", {"args": ["x"]}), out="other")
    assert "serves below $(NB_PREFIX)" in other.report


def test_without_persistence_there_is_no_claim(imported: Import) -> None:
    done = imported("notebook-on-kube", ("nok-a-b.yaml", {"persistence": {"enabled": False}}))
    (pod,) = done.pods().values()
    assert "volumes" not in pod["spec"]


def test_a_platform_alone_is_a_template_to_start_from(imported: Import) -> None:
    done = imported("notebook-on-kube", "platform.yaml")
    spec = done.file("catalog/notebook-on-kube/jupyter-notebook.yaml")["spec"]
    assert spec["template"]["spec"]["nodeSelector"] == {"pool": "nb"}
    assert not [name for name in done.files if name.startswith("notebooks/")]


@pytest.mark.parametrize("value", [{"replicas": 3}, {"singleuser": {}}])
def test_other_values_are_refused(imported: Import, value: dict[str, Any]) -> None:
    done = imported("notebook-on-kube", value)
    assert done.status == 1
    assert "these are other values" in done.err
    assert not done.tree.exists()
