"""Who writes a Notebook is trusted with that notebook, and with nothing of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.errors import InputError
from renderer.rendering import Options
from renderer.sources import SourceTree

CATALOG = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  home: {size: 10Gi, mountPath: /home/jovyan}
  limits: {cpu: 8, memory: 16Gi}
  overrides: [resources, env, volumes, image, size, ports, sharedMemory]
  dependencies: [{apiVersion: v1, kind: Secret, name: offered}]
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
      - name: proxy
        image: proxy:1
        volumeMounts: [{name: proxy-config, mountPath: /etc/proxy}]
      volumes:
      - {name: proxy-config, configMap: {name: proxy}}
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: elsewhere, namespace: other}
spec: {template: {spec: {serviceAccountName: powerful}}}
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: nb, namespace: team}
spec:
  owner: mallory
  templateRef: {name: base, namespace: kf}
"""
VICTIM = NOTEBOOK.replace("name: nb", "name: bob").replace("mallory", "bob")


def tree(tmp_path: Path, *notebooks: str, settings: str = "") -> Path:
    for name, text in {
        "octavo.yaml": settings,
        "catalog/all.yaml": CATALOG,
        **{f"notebooks/{number}.yaml": text for number, text in enumerate(notebooks)},
    }.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "tree"


def problems(tmp_path: Path, *notebooks: str, settings: str = "") -> list[str]:
    root = tree(tmp_path, *notebooks, settings=settings)
    return [str(each).splitlines()[0] for each in rendering.check(SourceTree(root))[1]]


def render(root: Path, output: Path) -> dict[str, str]:
    rendering.write(SourceTree(root), OutputDirectory(output), Options(jobs=1, remember=False))
    return {str(p.relative_to(output)): p.read_text() for p in output.rglob("*") if p.is_file()}


def test_a_plain_notebook_is_no_trouble(tmp_path: Path) -> None:
    assert problems(tmp_path, NOTEBOOK, VICTIM) == []


REACHES: dict[str, tuple[str, str]] = {
    "a volume in the place of the Template's": (
        "  volumes: [{name: proxy-config, mountPath: /d, claimName: mine}]\n",
        "8:14: error: the pod has a volume proxy-config already",
    ),
    "a volume by the name of the home": (
        "  volumes: [{name: home, mountPath: /d, size: 90Ti}]\n",
        "8:14: error: the pod has a volume home already",
    ),
    "a volume over the home": (
        "  volumes: [{name: d, mountPath: /home/jovyan/, size: 1Gi}]\n",
        "8:23: error: /home/jovyan/ is where the volume home is mounted",
    ),
    "a volume over the container's root": (
        "  volumes: [{name: d, mountPath: /, size: 1Gi}]\n",
        "8:23: error: nothing can be mounted at /",
    ),
    "a volume over the account's token": (
        "  volumes: [{name: d, mountPath: /var/run/secrets/kubernetes.io/x, size: 1Gi}]\n",
        "8:23: error: nothing can be mounted at /var/run/secrets/kubernetes.io/x",
    ),
    "a Secret that nobody offers": (
        "  env: [{name: X, valueFrom: {secretKeyRef: {name: token, key: t}}}]\n",
        "8:31: error: the Template base offers no Secret of this name",
    ),
    "a device that nobody offers": (
        "  resources: {nvidia.com/gpu: 8}\n",
        '8:15: error: 8 is more than the Template "base" allows of nvidia.com/gpu',
    ),
    "a PodDefault of another namespace": (
        "  options: [elsewhere]\n",
        "8:13: error: the PodDefault other/elsewhere is not offered to team/nb",
    ),
    "everybody": (
        '  sharing: [{kind: Group, name: "system:authenticated", access: edit}]\n',
        "8:27: error: system:authenticated is a name of the cluster's own,"
        " and may stand for everybody",
    ),
    "anybody": (
        '  sharing: [{name: "*", access: edit}]\n',
        "8:14: error: this is no name of one person or group: nobody is granted by pattern",
    ),
}


@pytest.mark.parametrize(("spec", "said"), REACHES.values(), ids=list(REACHES))
def test_a_notebook_does_not_reach_for(tmp_path: Path, spec: str, said: str) -> None:
    found = problems(tmp_path, NOTEBOOK + spec)
    assert [line.removeprefix("notebooks/0.yaml:") for line in found] == [said]


def test_a_secret_that_is_offered_may_be_read(tmp_path: Path) -> None:
    env = "  env: [{name: X, valueFrom: {secretKeyRef: {name: offered, key: t}}}]\n"
    assert problems(tmp_path, NOTEBOOK + env) == []


@pytest.mark.parametrize(
    "spec",
    [
        "  home: {claimName: bob-home}\n",
        "  volumes: [{name: d, mountPath: /d, claimName: bob-home}]\n",
    ],
)
def test_nobody_mounts_the_home_of_another(tmp_path: Path, spec: str) -> None:
    (said,) = problems(tmp_path, NOTEBOOK + spec, VICTIM)
    assert said.endswith(
        "error: the claim bob-home is of the Notebook team/bob, which has another owner"
    )


def test_whoever_may_work_in_a_notebook_may_mount_its_home(tmp_path: Path) -> None:
    mount = "  volumes: [{name: d, mountPath: /d, claimName: bob-home}]\n"
    shared = VICTIM + "  sharing: [{name: mallory, access: edit}]\n"
    assert problems(tmp_path, NOTEBOOK + mount, shared) == []
    assert problems(tmp_path, NOTEBOOK.replace("mallory", "bob") + mount, VICTIM) == []


def test_a_home_is_still_somebody_elses_when_nothing_else_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tree(tmp_path, NOTEBOOK, VICTIM)
    output = OutputDirectory(tmp_path / "out")
    rendering.write(SourceTree(root), output, Options(jobs=1))
    mount = "  volumes: [{name: d, mountPath: /d, claimName: bob-home}]\n"
    (root / "notebooks/0.yaml").write_text(NOTEBOOK + mount, encoding="utf-8")
    with pytest.raises(InputError, match="the claim bob-home is of the Notebook team/bob"):
        rendering.write(SourceTree(root), output, Options(jobs=1))


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "istio-system"])
def test_the_clusters_own_namespaces_are_open_only_to_who_names_them(
    tmp_path: Path, namespace: str
) -> None:
    there = NOTEBOOK.replace("namespace: team", f"namespace: {namespace}")
    (said,) = problems(tmp_path, there)
    assert said.endswith(f"no notebook may live in the namespace {namespace}")
    assert problems(tmp_path, there, settings=f"namespaces: {{allowed: [{namespace}]}}") == []


@pytest.mark.parametrize("name", ["default", "kubernetes", "default-editor"])
def test_no_object_takes_a_name_of_the_clusters(tmp_path: Path, name: str) -> None:
    files = render(tree(tmp_path, NOTEBOOK.replace("name: nb", f"name: {name}")), tmp_path / "out")
    account = files[f"notebooks/team/{name}/serviceaccount.yaml"]
    assert f"name: {name}\n" not in account
    assert f"name: {name}-" in account


def test_labels_of_a_notebook_stay_on_it(tmp_path: Path) -> None:
    labels = "labels: {app: victim, sidecar.istio.io/inject: 'false'}"
    text = NOTEBOOK.replace("namespace: team}", f"namespace: team, {labels}}}")
    files = render(tree(tmp_path, text), tmp_path / "out")
    assert {name.rsplit("/")[-1] for name, body in files.items() if "victim" in body} == {
        "notebook.yaml"
    }


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_keys_of_octavo_are_octavos(tmp_path: Path, field: str) -> None:
    keys = f"{field}: {{jackhoman.dev/conflicts: force}}"
    (said,) = problems(tmp_path, NOTEBOOK.replace("namespace: team}", f"namespace: team, {keys}}}"))
    assert said.endswith("error: jackhoman.dev/conflicts is Octavo's own to set")


def test_a_route_is_not_written_by_an_annotation(tmp_path: Path) -> None:
    evil = 'notebooks.kubeflow.org/http-rewrite-uri: "/\\n---\\nkind: Mapping"'
    text = NOTEBOOK.replace("namespace: team}", f"namespace: team, annotations: {{{evil}}}}}")
    (said,) = problems(tmp_path, text, settings="routing: ambassador")
    assert said.endswith("http-rewrite-uri cannot be written into a route")


INLINE = """
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: inline, namespace: team, annotations: {notebooks.kubeflow.org/creator: mallory}}
spec: {template: {spec: {containers: [{name: inline, image: any:1}]}}}
"""


def test_where_a_notebook_may_bring_its_own_pod_is_said_in_the_settings(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, INLINE)
    assert "warning" in said
    assert "brings its own pod" in said
    assert problems(tmp_path, INLINE, settings="namespaces: {inline: [team]}") == []
    (said,) = problems(tmp_path, INLINE, settings="namespaces: {inline: []}")
    assert "error: no Notebook of the namespace team may bring its own pod" in said


def test_a_template_among_the_notebooks_is_an_error_and_is_not_read(tmp_path: Path) -> None:
    stray = CATALOG.partition("---")[0].replace("name: base", "name: stray")
    found = problems(tmp_path, stray, NOTEBOOK.replace("name: base", "name: stray"))
    assert [line.partition(": ")[2] for line in found] == [
        "error: the Template kf/stray stands among the Notebooks and is not read",
        "error: there is no Template kf/stray",
    ]


def test_a_revision_that_asks_for_what_the_catalog_does_not_offer_is_left_out(
    tmp_path: Path,
) -> None:
    from renderer.names import content_hash
    from renderer.yamlio import emit, load_all

    root, output = tree(tmp_path, NOTEBOOK), tmp_path / "out"
    render(root, output)
    (path,) = (output / "notebooks/team/nb").glob("controllerrevision-*")
    value = load_all(path.read_bytes(), "r")[0].value
    value["data"]["dependencies"][0] |= {"name": "admin-token", "namespace": "kube-system"}
    forged = content_hash(value["data"])
    value["metadata"]["name"] = f"nb-rev-{forged}"
    mark = path.read_text().partition("\n")[0]
    text = f"{mark}\n{emit(value)}"
    path.with_name(f"controllerrevision-rev-{forged}.yaml").write_text(text, encoding="utf-8")
    (root / "notebooks/0.yaml").write_text(NOTEBOOK + f"  revision: {forged}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        render(root, output)
    said = str(raised.value)
    assert f"the Notebook team/nb has no revision {forged}" in said
    assert "does not offer Secret kube-system/admin-token" in said


RECEIVED: dict[str, tuple[str, str, list[str]]] = {
    "nothing said": ("", "", []),
    "a namespace that may receive it": (", namespaces: [lab, te*]", "", []),
    "another namespace": (
        ", namespaces: [lab, team-*]",
        "",
        [
            "notebooks/0.yaml:4:22: error: the Template kf/base needs the Secret kf/offered,"
            " which may not be copied to the namespace team",
            "expected: lab or team-*",
            "there: catalog/all.yaml:9:64",
        ],
    ),
    "no namespace at all": (
        ", namespaces: []",
        "",
        [
            "notebooks/0.yaml:4:22: error: the Template kf/base needs the Secret kf/offered,"
            " which may not be copied to the namespace team",
            "expected: no namespace at all",
            "there: catalog/all.yaml:9:64",
        ],
    ),
    "a PodDefault that is elected": (
        "",
        "  options: [bounded]\n",
        [
            "notebooks/0.yaml:4:22: error: the PodDefault kf/bounded needs the ConfigMap kf/c,"
            " which may not be copied to the namespace team",
            "expected: lab",
            "there: catalog/all.yaml:31:61",
        ],
    ),
}
BOUNDED = """---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: bounded, namespace: kf}
spec:
  dependencies: [{apiVersion: v1, kind: ConfigMap, name: c, namespaces: [lab]}]
"""


@pytest.mark.parametrize(("written", "chosen", "said"), RECEIVED.values(), ids=RECEIVED)
def test_a_dependency_goes_to_the_namespaces_that_may_receive_it(
    tmp_path: Path, written: str, chosen: str, said: list[str]
) -> None:
    root = tree(tmp_path, NOTEBOOK + chosen)
    catalog = CATALOG.replace("name: offered", f"name: offered{written}") + BOUNDED
    (root / "catalog/all.yaml").write_text(catalog, encoding="utf-8")
    lines = [
        line.strip()
        for each in rendering.check(SourceTree(root))[1]
        for line in str(each).splitlines()
    ]
    assert lines == said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: offered", "name: offered, namespaces: [lab]"),
        ("spec:\n  home:", "spec:\n  namespaces: [lab]\n  home:"),
    ],
    ids=["the dependency", "the Template"],
)
def test_a_revision_that_needs_what_its_namespace_may_no_longer_receive_is_left_out(
    tmp_path: Path, before: str, after: str
) -> None:
    free = """---
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: free, namespace: kf}
spec: {template: {spec: {containers: [{name: main, image: i, ports: [{containerPort: 1}]}]}}}
"""
    root, output = tree(tmp_path, NOTEBOOK), tmp_path / "out"
    assert needing(render(root, output)) == 1
    catalog = CATALOG.replace(before, after) + free
    (root / "catalog/all.yaml").write_text(catalog, encoding="utf-8")
    notebook = NOTEBOOK.replace("name: base", "name: free")
    (root / "notebooks/0.yaml").write_text(notebook, encoding="utf-8")
    assert needing(render(root, output)) == 0


def needing(files: dict[str, str]) -> int:
    """How many revisions ask for the Secret."""
    return sum("name: offered" in text for name, text in files.items() if "revision" in name)


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        ("kind: ../../../evil\nmetadata: {name: x}", "is no name of an object"),
        ("kind: Evil\nmetadata: {name: ../../x}", "is no name of an object"),
        ("kind: Service\nmetadata: {name: '{{ name }}'}", "there are two objects Service nb"),
    ],
)
def test_a_charts_objects_are_files_of_the_bundle_and_each_its_own(
    tmp_path: Path, chart: str, said: str
) -> None:
    root = tree(tmp_path, NOTEBOOK)
    (root / "charts/notebook").mkdir(parents=True)
    text = f"apiVersion: v1\n{chart}\n"
    (root / "charts/notebook/more.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"charts/notebook/more.yaml:1:1: error: .*") as raised:
        render(root, tmp_path / "out")
    assert said in str(raised.value)


def test_an_empty_chart_file_removes_an_object(tmp_path: Path) -> None:
    root = tree(tmp_path, NOTEBOOK)
    (root / "charts/notebook").mkdir(parents=True)
    (root / "charts/notebook/service.yaml").write_text("", encoding="utf-8")
    files = render(root, tmp_path / "out")
    assert "notebooks/team/nb/service.yaml" not in files
    assert "notebooks/team/nb/statefulset.yaml" in files


def test_where_one_directory_is_for_both_the_kinds_decide(tmp_path: Path) -> None:
    root = tree(tmp_path, settings="{catalog: all, notebooks: all}")
    (root / "all").mkdir()
    text = f"{CATALOG}---{NOTEBOOK}"
    (root / "all/everything.yaml").write_text(text, encoding="utf-8")
    assert rendering.check(SourceTree(root)) == (1, ())
