"""What sounds like a secret stays where it is, and is said by its name."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.imports.secrets import holds_secret
from tests.imports.trees import Import

SESAME = "0pen-Sesame"
SECRET = [
    ("AWS_SECRET_ACCESS_KEY", SESAME),
    ("GITHUB_TOKEN", SESAME),
    ("db_password", SESAME),
    ("PGPASS", SESAME),
    ("API_KEY", SESAME),
    ("URL", "postgres://user:Sesame@host/db"),
    ("URL", "https://example.com/x?sig=abc123"),
    ("SOME", "AKIAIOSFODNN7EXAMPLE"),
    ("SOME", "eyJhbGciOi.eyJzdWIiOi.SflKxwRJSM"),
    ("SOME", "-----BEGIN RSA PRIVATE KEY-----"),
    ("AWS_SECRET_ACCESS_KEY", "/Jalrxutnfemi/k7mdeng/bpxrficyexamplekey"),
]
PLAIN = [
    ("EDITOR", "vim"),
    ("KF_PIPELINES_SA_TOKEN_PATH", "/var/run/secrets/kubeflow/pipelines/token"),
    ("GOOGLE_APPLICATION_CREDENTIALS", "/secret/gcp/key.json"),
    ("TOKEN", "$(OTHER)"),
    ("TOKEN", ""),
    ("USE_TOKEN", "true"),
    ("TOKEN_URL", "https://example.com/token"),
    ("KEYBOARD", "de"),
    ("URL", "https://example.com/a:b"),
]


@pytest.mark.parametrize(("name", "value"), SECRET)
def test_secrets_are_known(name: str, value: str) -> None:
    assert holds_secret(name, value)


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_where_a_secret_is_is_none(name: str, value: str) -> None:
    assert not holds_secret(name, value)


def container(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "image": "a:1",
        "env": [{"name": "MY_TOKEN", "value": SESAME}, {"name": "LEVEL", "value": "1"}],
        "args": [f"--ServerApp.token={SESAME}", "--token=$(T)", "--level=1"],
        "lifecycle": {"postStart": {"exec": {"command": [f"https://me:{SESAME}@example.com"]}}},
    }


def test_no_secret_of_a_live_notebook_is_copied(imported: Import) -> None:
    spec = {
        "containers": [container("churn"), container("side")],
        "initContainers": [{**container("first"), "lifecycle": {}}],
    }
    value = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Notebook",
        "metadata": {"name": "churn", "namespace": "alice"},
        "spec": {"template": {"spec": spec}},
    }
    default = {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PodDefault",
        "metadata": {"name": "d", "namespace": "alice"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "env": [{"name": "MY_TOKEN", "value": SESAME}],
        },
    }
    done = imported("kubeflow", value, default)
    assert "notebooks/alice/churn.yaml" in done.files
    assert SESAME not in done.text
    assert "the value of MY_TOKEN looks like a secret" in done.report
    assert "PodDefault alice/d" in done.report
    assert "--level=1" in done.text
    assert "--token=$(T)" in done.text


def test_no_secret_of_a_hub_is_copied(imported: Import) -> None:
    values = {
        "proxy": {"secretToken": SESAME},
        "hub": {"config": {"OAuth": {"client_secret": SESAME, "admin_users": ["root"]}}},
        "singleuser": {
            "extraEnv": {"MY_TOKEN": SESAME, "LEVEL": "1"},
            "extraFiles": {"x": {"stringData": SESAME}},
            "profileList": [
                {
                    "display_name": "x",
                    "kubespawner_override": {"environment": {"OTHER_TOKEN": SESAME}},
                    "profile_options": {
                        "o": {
                            "choices": {
                                "a": {"kubespawner_override": {}},
                                "b": {"kubespawner_override": {"environment": {"B_KEY": SESAME}}},
                            }
                        }
                    },
                }
            ],
        },
    }
    done = imported("jupyterhub", values)
    assert done.status == 0
    assert SESAME not in done.text
    for name in ("MY_TOKEN", "OTHER_TOKEN", "B_KEY"):
        assert f"the value of {name} looks like a secret" in done.report
