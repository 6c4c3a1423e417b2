"""What Helm installs, and what the chart refuses to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest

Object = Mapping[str, Any]
Render = Callable[..., list[Object]]
INFO = 1
REPOSITORY = {"source": {"repository": "https://git.example.com/notebooks.git"}}
EVERYTHING: Object = {
    "source": {
        "repository": "git@git.example.com:notebooks.git",
        "branch": "live",
        "path": "clusters/one",
        "username": "robot",
        "sshSecret": {"name": "git", "privateKey": "identity"},
        "verify": {"gpg": {"configMap": "keys"}, "ssh": {"configMap": "signers", "key": "list"}},
    },
    "agent": {
        "name": "east",
        "interval": "90s",
        "resyncInterval": "1h",
        "conflicts": "force",
        "inFlight": 8,
        "cluster": "0b2e1c1e-0000-4000-8000-000000000000",
        "log": "text",
        "extraArgs": ["--adopt"],
    },
    "namespaces": ["research", "teaching"],
    "kinds": ["Notebook.jackhoman.dev", "Service"],
    "copies": {"secrets": True},
    "dependencies": [{"namespace": "kubeflow", "secrets": ["database"]}, {"namespace": "shared"}],
    "replicas": 2,
    "image": {"repository": "registry.example.com/octavo", "tag": "2"},
    "imagePullSecrets": ["pull"],
    "resources": {"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}},
    "terminationGracePeriodSeconds": 90,
    "priorityClassName": "high",
    "nodeSelector": {"a": "b"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "podAnnotations": {"a": "b"},
    "podLabels": {"team": "platform"},
    "env": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "podDisruptionBudget": {"enabled": True},
    "serviceAccount": {"annotations": {"a": "b"}},
}


def one(objects: list[Object], kind: str) -> Any:
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


def pod(objects: list[Object]) -> Any:
    return one(objects, "Deployment")["spec"]["template"]["spec"]


def args(objects: list[Object]) -> list[str]:
    found: list[str] = pod(objects)["containers"][0]["args"]
    return found


@pytest.mark.parametrize("values", [{}, REPOSITORY, EVERYTHING])
def test_helm_finds_nothing_to_complain_of(chart: Path, values: Object) -> None:
    report = helm_python.lint(chart, dict(values), strict=True)
    assert report["total_charts_linted"] == 1
    assert report["errors"] == []
    assert [each for each in report["messages"] if each["severity"] > INFO] == []


def test_helm_would_find_a_fault(chart: Path) -> None:
    report = helm_python.lint(chart, {"replicas": "many"}, strict=True)
    assert report["errors"]


def test_the_chart_has_the_version_of_the_agent(chart: Path) -> None:
    project = tomllib.loads((chart.parents[1] / "pyproject.toml").read_text())["project"]
    metadata = helm_python.Chart.load(chart).metadata
    assert metadata["version"] == metadata["appVersion"] == project["version"]


def test_by_default_there_is_one_agent_and_what_it_needs(render: Render) -> None:
    kinds = sorted(each["kind"] for each in render())
    assert kinds == [
        "ClusterRole",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterRoleBinding",
        "ClusterRoleBinding",
        "Deployment",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
    ]
    assert one(render(), "Deployment")["spec"]["replicas"] == 1


def test_by_default_the_agent_is_called_like_this(render: Render) -> None:
    words = [word for word in args(render()) if not word.startswith("--kinds=")]
    assert words == [
        "sync",
        "--watch",
        "--repo=https://git.example.com/notebooks.git",
        "--branch=main",
        "--path=rendered",
        "--agent=octavo",
        "--conflicts=fail",
        "--interval=30s",
        "--resync=10m",
        "--listen=:8080",
        "--lease=octavo-system/octavo-sync-agent",
        "--log=json",
        "--in-flight=16",
    ]


def test_every_value_has_its_flag(render: Render) -> None:
    assert args(render(EVERYTHING)) == [
        "sync",
        "--watch",
        "--repo=git@git.example.com:notebooks.git",
        "--branch=live",
        "--path=clusters/one",
        "--ssh-key=/etc/octavo/ssh/key",
        "--known-hosts=/etc/octavo/ssh/known_hosts",
        "--verify-gpg=/etc/octavo/gpg/keyring",
        "--verify-ssh=/etc/octavo/signers/allowed_signers",
        "--agent=east",
        "--conflicts=force",
        "--namespaces=research,teaching",
        "--kinds=Notebook.jackhoman.dev,Service,Secret",
        "--dependency-sources=kubeflow,shared",
        "--interval=90s",
        "--resync=1h",
        "--listen=:8080",
        "--lease=octavo-system/octavo-sync-agent",
        "--log=text",
        "--cluster=0b2e1c1e-0000-4000-8000-000000000000",
        "--in-flight=8",
        "--adopt",
    ]


def test_a_token_is_a_file(render: Render) -> None:
    objects = render({"source": {"tokenSecret": {"name": "git", "key": "password"}}})
    assert "--token-file=/etc/octavo/token/token" in args(objects)
    assert {"key": "password", "path": "token"} in files(objects)["/etc/octavo/token"]


def files(objects: list[Object]) -> dict[str, list[Object]]:
    """Which keys become which files, by directory; every mount has its volume and no other."""
    volumes = {each["name"]: each for each in pod(objects)["volumes"]}
    mounts = {each["name"]: each for each in pod(objects)["containers"][0]["volumeMounts"]}
    assert volumes.keys() == mounts.keys()
    assert len(mounts) == len(pod(objects)["containers"][0]["volumeMounts"])
    return {
        mounts[name]["mountPath"]: (volume.get("secret") or volume.get("configMap") or {}).get(
            "items", []
        )
        for name, volume in volumes.items()
    }


def test_every_file_that_a_flag_names_is_mounted(render: Render) -> None:
    for values in (EVERYTHING, {"source": {"tokenSecret": {"name": "git"}}}):
        objects = render(values)
        there = {
            f"{folder}/{item['path']}" for folder, items in files(objects).items() for item in items
        }
        named = {word.partition("=")[2] for word in args(objects) if "=/etc/" in word}
        assert there == named
        assert there


def test_what_is_written_is_written_to_volumes(render: Render) -> None:
    assert files(render()) == {"/var/cache/octavo": [], "/tmp": []}  # noqa: S108
    volumes = {each["name"]: each["emptyDir"] for each in pod(render())["volumes"]}
    assert volumes == {"cache": {"sizeLimit": "2Gi"}, "tmp": {"sizeLimit": "256Mi"}}
    env = {each["name"]: each["value"] for each in pod(render())["containers"][0]["env"]}
    assert env == {"XDG_CACHE_HOME": "/var/cache/octavo", "HOME": "/tmp"}  # noqa: S108


@pytest.mark.parametrize("values", [{}, EVERYTHING, {"runAsUser": None}])
def test_the_pod_is_restricted(render: Render, values: Object) -> None:
    """Pod Security `restricted`, and a root file system that nothing writes to."""
    spec = pod(render(values))
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["securityContext"].get("runAsUser") == (None if "runAsUser" in values else 65532)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    kinds = {kind for volume in spec["volumes"] for kind in volume if kind != "name"}
    assert kinds <= {"emptyDir", "secret", "configMap"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)


def test_only_the_pod_is_given_the_token_of_its_account(render: Render) -> None:
    assert one(render(), "ServiceAccount")["automountServiceAccountToken"] is False
    assert pod(render())["automountServiceAccountToken"] is True


def test_probes_and_metrics_find_the_port_by_its_name(render: Render) -> None:
    objects = render({"metrics": {"serviceMonitor": {"enabled": True}}})
    (container,) = pod(objects)["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
    probes = {container[each]["httpGet"]["path"] for each in ("livenessProbe", "readinessProbe")}
    assert probes == {"/healthz", "/readyz"}
    ports = {container[each]["httpGet"]["port"] for each in ("livenessProbe", "readinessProbe")}
    (port,) = one(objects, "Service")["spec"]["ports"]
    (endpoint,) = one(objects, "ServiceMonitor")["spec"]["endpoints"]
    assert ports == {port["name"], port["targetPort"], endpoint["port"]} == {"http"}
    assert endpoint["path"] == "/metrics"


def test_everything_that_selects_the_pod_selects_it(render: Render) -> None:
    objects = render(EVERYTHING)
    deployment, service = one(objects, "Deployment"), one(objects, "Service")
    monitor, budget = one(objects, "ServiceMonitor"), one(objects, "PodDisruptionBudget")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    wanted = monitor["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= service["metadata"]["labels"].items()
    assert labels["team"] == "platform"


def test_metrics_are_collected_once(render: Render) -> None:
    def scraped(metrics: Object) -> bool:
        deployment = one(render({"metrics": metrics}), "Deployment")
        return "annotations" in deployment["spec"]["template"]["metadata"]

    assert scraped({})
    assert not scraped({"annotations": False})
    assert not scraped({"serviceMonitor": {"enabled": True}})


def test_a_digest_counts_more_than_a_tag(render: Render) -> None:
    digest = f"sha256:{'0' * 64}"
    image = {"repository": "r/octavo", "tag": "1", "digest": digest}
    found = [pod(render(v))["containers"][0]["image"] for v in ({}, {"image": image}, EVERYTHING)]
    assert found == ["octavo:0.1.0", f"r/octavo@{digest}", "registry.example.com/octavo:2"]


def test_without_a_lease_there_is_never_a_second_agent(render: Render) -> None:
    objects = render({"lease": False})
    assert "--lease=none" in args(objects)
    assert one(objects, "Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    assert [each for each in objects if each["kind"] == "Role"] == []


def test_what_is_said_of_the_pod_gets_there(render: Render) -> None:
    spec = pod(render(EVERYTHING))
    assert spec["terminationGracePeriodSeconds"] == 90
    assert spec["priorityClassName"] == "high"
    assert spec["imagePullSecrets"] == [{"name": "pull"}]
    assert spec["nodeSelector"] == {"a": "b"}
    assert spec["tolerations"] == [{"key": "a", "operator": "Exists"}]
    assert spec["affinity"] == {"podAntiAffinity": {}}
    assert spec["containers"][0]["resources"]["requests"] == {"cpu": 1, "memory": "128Mi"}
    env = {each["name"]: each["value"] for each in spec["containers"][0]["env"]}
    assert env["HTTPS_PROXY"] == "http://proxy:3128"
    assert env["OCTAVO_GIT_USERNAME"] == "robot"


def test_two_releases_share_nothing_in_the_cluster(render: Render) -> None:
    def names(namespace: str) -> set[str]:
        objects = render(namespace=namespace)
        return {each["metadata"]["name"] for each in objects if each["kind"].startswith("Cluster")}

    assert not names("a") & names("b")
    assert all(each["metadata"].get("namespace", "a") == "a" for each in render(namespace="a"))


def refused(values: Object) -> str:
    chart = helm_python.Chart.load(Path(__file__).parents[3] / "charts" / "sync-agent")
    with pytest.raises(helm_python.HelmError) as error:
        chart.render(dict(values), name="octavo", namespace="x")
    return str(error.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "source.repository: say where the bundles are"),
        (
            {
                "source": {
                    **REPOSITORY["source"],
                    "tokenSecret": {"name": "a"},
                    "sshSecret": {"name": "b"},
                }
            },
            "not by both",
        ),
        ({**REPOSITORY, "replicas": 2, "lease": False}, "without a Lease"),
        ({**REPOSITORY, "kinds": ["Deployment.apps"]}, "Deployment.apps is not among"),
        (
            {**REPOSITORY, "dependencies": [{"namespace": "a", "secrets": ["b"]}]},
            "copies.secrets does not allow it",
        ),
        (
            {**REPOSITORY, "dependencies": [{"namespace": "a", "configMaps": ["b"]}]},
            "copies.configMaps does not allow it",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_words(values: Object, words: str) -> None:
    assert words in refused(values)


WRONG: list[tuple[str, Object]] = [
    ("unknown", {"unknown": 1}),
    ("sauce", {"source": {"sauce": 1}}),
    ("repository", {"source": {"repository": "--upload-pack=x"}}),
    ("repository", {"source": {"repository": "ext::sh -c x"}}),
    ("repository", {"source": {"repository": "http://plain.example.com/x.git"}}),
    ("branch", {"source": {"branch": "--all"}}),
    ("path", {"source": {"path": "/etc"}}),
    ("interval", {"agent": {"interval": "30"}}),
    ("interval", {"agent": {"interval": "1m30s"}}),
    ("conflicts", {"agent": {"conflicts": "win"}}),
    ("inFlight", {"agent": {"inFlight": 0}}),
    ("namespaces", {"namespaces": ["team-*"]}),
    ("namespaces", {"namespaces": ["a,b"]}),
    ("routing", {"routing": ["none"]}),
    ("dependencies", {"dependencies": [{"secrets": ["a"]}]}),
    ("dependencies", {"dependencies": [{"namespace": "a", "secrets": ["*"]}]}),
    ("runAsUser", {"runAsUser": 0}),
    ("replicas", {"replicas": -1}),
    ("digest", {"image": {"digest": "latest"}}),
    ("env", {"env": [{"value": "x"}]}),
    *[
        (part, {"rbac": {"extraRules": [{**rule, part: [word]}]}})
        for rule in ({"apiGroups": [""], "resources": ["jobs"], "verbs": ["get"]},)
        for part, word in [
            ("apiGroups", "*"),
            ("resources", "*"),
            ("resources", "pods/*"),
            ("resourceNames", "*"),
            ("verbs", "*"),
            ("verbs", "escalate"),
            ("verbs", "bind"),
            ("verbs", "impersonate"),
        ]
    ],
]


@pytest.mark.parametrize(("place", "values"), WRONG)
def test_the_schema_refuses(place: str, values: Object) -> None:
    source = {**REPOSITORY["source"], **values.get("source", {})}
    said = refused({**values, "source": source})
    assert "don't meet the specifications of the schema" in said
    assert place in said


def test_every_value_is_in_the_schema_and_explained(chart: Path) -> None:
    loaded = helm_python.Chart.load(chart)
    assert loaded.schema is not None
    assert set(loaded.schema["properties"]) - {"global"} == set(loaded.values)
    assert strict(loaded.schema, loaded.values) == []


def strict(schema: Object, values: Object, path: str = "") -> list[str]:
    """The places that take values nobody has heard of, or that do not know their default."""
    loose = [path] if schema.get("additionalProperties") is not False else []
    for key, value in values.items():
        inner = schema["properties"].get(key)
        if inner is None:
            loose.append(f"{path}.{key}")
        elif isinstance(value, dict) and "properties" in inner:
            loose += strict(inner, value, f"{path}.{key}")
    return loose


def test_the_notes_name_what_was_installed(chart: Path) -> None:
    loaded = helm_python.Chart.load(chart)
    files = loaded.render(dict(EVERYTHING), name="octavo", namespace="octavo-system")
    (notes,) = [text for name, text in files.items() if name.endswith("NOTES.txt")]
    assert "logs deployment/octavo-sync-agent" in notes
    assert "research, teaching only" in notes
    assert not re.search(r"\{\{|<no value>", notes)
