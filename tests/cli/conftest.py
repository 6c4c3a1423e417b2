"""A small source tree, and a user who types commands into it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from renderer.cli import main
from tests.cli.catalogs import NODES, PROFILES, STREAMS, TEMPLATES

TEMPLATE = """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata:
  name: jupyter
  namespace: platform
spec:
  displayName: JupyterLab
  description: Python in a browser.
  template:
    spec:
      containers:
        - name: main
          ports:
            - containerPort: 8888
          env:
            - name: LEVEL
              value: template
  images:
    - id: new
      image: example.com/jupyter:2
      displayName: This year's
      default: true
    - id: old
      image: example.com/jupyter:1
      deprecated: Move to new.
    - id: latest
      image: example.com/jupyter:2
      hidden: true
      redirect:
        to: new
        message: Say which.
  required:
    - name: index
  options:
    - name: bucket
  sizes:
    - small
    - large
  defaultSize: small
  home:
    mountPath: /home/jovyan
    size: 10Gi
    maxSize: 20Gi
  parameters:
    type: object
    properties:
      idleMinutes:
        description: How long it may idle.
        type: integer
        default: 60
"""
REST = """\
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata:
  name: index
  namespace: platform
spec:
  displayName: Package index
  template:
    spec:
      containers:
        - name: main
          env:
            - name: LEVEL
              value: required
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata:
  name: bucket
  namespace: platform
spec:
  displayName: Bucket
  description: Object storage.
  template:
    spec:
      containers:
        - name: main
          env:
            - name: BUCKET
              value: "{{ owner.safe }}"
            - name: BUCKET_TOKEN
              value: sesame
---
apiVersion: jackhoman.dev/v1beta1
kind: Size
metadata:
  name: small
  namespace: platform
spec:
  displayName: Small
  resources:
    cpu: 1
    memory: 1Gi
---
apiVersion: jackhoman.dev/v1beta1
kind: Size
metadata:
  name: large
  namespace: platform
spec:
  displayName: Large
  description: For big data.
  resources:
    cpu: 4
    memory: 8Gi
"""
CHURN = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: churn
  namespace: research
spec:
  owner: alice@example.com
  templateRef:
    name: jupyter
    namespace: platform
  size: large
  options:
    - bucket
  env:
    - name: LEVEL
      value: notebook
"""
SURVEY = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: survey
  namespace: research
spec:
  owner: bob@example.com
  templateRef:
    name: jupyter
    namespace: platform
  image: old
"""


class Said(NamedTuple):
    """What a command did and said."""

    status: int
    out: str
    err: str


Octavo = Callable[..., Said]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog and two notebooks, with the user in their root."""
    root = tmp_path / "tree"
    files = {
        "catalog/jupyter.yaml": TEMPLATE,
        "catalog/rest.yaml": REST,
        "notebooks/research/churn.yaml": CHURN,
        "notebooks/research/survey.yaml": SURVEY,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


@pytest.fixture
def octavo(tree: Path, capsys: pytest.CaptureFixture[str]) -> Octavo:
    """Runs a command in this process; who says nothing else is in the small tree."""
    assert Path.cwd() == tree

    def run(*words: str | Path) -> Said:
        capsys.readouterr()
        status = main(list(map(str, words)))
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
def edit(tree: Path) -> Callable[[str, str, str], None]:
    """Edits a file of the tree."""

    def change(name: str, old: str, new: str) -> None:
        text = (tree / name).read_text()
        assert old in text
        (tree / name).write_text(text.replace(old, new, 1))

    return change


@pytest.fixture
def profiles(tree: Path) -> Path:
    """Profiles, their templates and image streams in the catalog; the file of them all."""
    file = tree / "catalog/profiles.yaml"
    file.write_text(f"{PROFILES}---\n{TEMPLATES}---\n{STREAMS}")
    return file


@pytest.fixture
def nodes(tree: Path) -> Path:
    """What kubectl says of the nodes of a cluster, beside the tree."""
    file = tree.parent / "nodes.yaml"
    file.write_text(NODES)
    return file
