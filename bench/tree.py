"""Source trees of any number of notebooks over one catalog: the same number, the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

SOURCE = Path(__file__).parent / "source"
SIZES = ("small", "medium", "large")
PER_NAMESPACE = 50

NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata:
  name: {name}
  namespace: {namespace}
spec:
  owner: {owner}@example.com
  sharing:
    - name: {colleague}@example.com
      access: edit
  templateRef:
    name: jupyter-scipy
    namespace: kubeflow
  size: {size}
  options:
    - s3
    - spark
  home:
    size: {gigabytes}Gi
  parameters:
    kernelIdleMinutes: {minutes}
  env:
    - name: EXPERIMENT
      value: {name}
"""


def write_tree(root: Path, count: int) -> None:
    """A catalog and `count` notebooks, each in a file of its own."""
    shutil.copytree(SOURCE, root, dirs_exist_ok=True)
    for number in range(count):
        namespace, name = place_of(number)
        path = root / "notebooks" / namespace / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook_text(number), encoding="utf-8")


def place_of(number: int) -> tuple[str, str]:
    """The namespace and the name of a notebook."""
    return f"team-{number // PER_NAMESPACE:03d}", f"study-{number:05d}"


def directory_of(number: int) -> str:
    """Where the bundle of a notebook stands in the output."""
    return "notebooks/{}/{}".format(*place_of(number))


def notebook_text(number: int) -> str:
    namespace, name = place_of(number)
    return NOTEBOOK.format(
        name=name,
        namespace=namespace,
        owner=f"person-{number:05d}",
        colleague=f"person-{number + 1:05d}",
        size=SIZES[number % len(SIZES)],
        gigabytes=10 + number % 7,
        minutes=30 + number % 4 * 30,
    )
