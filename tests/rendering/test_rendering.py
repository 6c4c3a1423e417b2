"""Rendering a whole tree: all of it or nothing, and the same bytes however it is done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer import rendering
from renderer.destination import STAGING, OutputDirectory
from renderer.errors import InputError, OutputError, Problem
from renderer.model.notebook import Notebook
from renderer.output import Change
from renderer.rendering import Options, Summary
from renderer.sources import SourceFile, SourceTree
from renderer.workspace import Workspace

CATALOG = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  required: [index]
  options: [opt]
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: index, namespace: kf}
spec: {template: {spec: {containers: [{name: main, env: [{name: A, value: "{{ values.a }}"}]}]}}}
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: opt, namespace: kf}
spec: {template: {spec: {containers: [{name: main, env: [{name: B, value: b}]}]}}}
---
apiVersion: jackhoman.dev/v1beta1
kind: Size
metadata: {name: small, namespace: kf}
spec: {resources: {cpu: 1}}
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  owner: alice
  templateRef: {{name: base, namespace: kf}}
  size: small
  options: [opt]
"""
COUNT = 120


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    write(root / "octavo.yaml", "values: {a: one}\n")
    write(root / "catalog/all.yaml", CATALOG)
    for number in range(6):
        add(root, f"nb-{number}", f"team-{number % 2}")
    settle(root)
    return root


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def add(root: Path, name: str, namespace: str) -> None:
    write(root / f"notebooks/{name}.yaml", NOTEBOOK.format(name=name, namespace=namespace))


def settle(root: Path) -> None:
    """As if every file had been written a while ago."""
    time.sleep(0.06)
    assert root.exists()


def render(root: Path, output: Path, **options: object) -> Summary:
    return rendering.write(SourceTree(root), OutputDirectory(output), Options(**options))  # type: ignore[arg-type]


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def changes(summary: Summary) -> set[str]:
    return {f"{change.value} {name}" for name, change in summary.changes if change != Change.SAME}


def test_a_second_render_has_nothing_to_do(tree: Path, tmp_path: Path) -> None:
    first = render(tree, tmp_path / "out")
    before = files(tmp_path / "out")
    assert len(changes(first)) == 6 + 2
    second = render(tree, tmp_path / "out")
    assert changes(second) == set()
    assert second.notebooks == 6
    assert files(tmp_path / "out") == before


def test_what_did_not_change_is_not_read_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(tree, tmp_path / "out")
    read: list[str] = []
    really = Workspace.notebooks_in

    def watched(self: Workspace, file: SourceFile, problems: list[Problem]) -> list[Notebook]:
        read.append(file.name)
        return really(self, file, problems)

    monkeypatch.setattr(Workspace, "notebooks_in", watched)
    add(tree, "nb-3", "team-9")
    render(tree, tmp_path / "out")
    assert read == ["notebooks/nb-3.yaml"]


def edited(path: str, old: str, new: str) -> Callable[[Path, Path], None]:
    def edit(tree: Path, _: Path) -> None:
        text = (tree / path).read_text(encoding="utf-8")
        assert old in text
        (tree / path).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def removed(tree: Path, _: Path) -> None:
    (tree / "notebooks/nb-1.yaml").unlink()


def overlaid(tree: Path, _: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ name }}-more'}\ndata: {a: b}\n"
    write(tree / "charts/notebook/more.yaml", text)


def tampered(_: Path, output: Path) -> None:
    path = output / "notebooks/team-0/nb-2/service.yaml"
    path.write_bytes(path.read_bytes().replace(b"TCP", b"UDP"))


def lost(_: Path, output: Path) -> None:
    (output / "notebooks/team-0/nb-2/service.yaml").unlink()


def moved(tree: Path, _: Path) -> None:
    (tree / "notebooks/nb-1.yaml").rename(tree / "notebooks/elsewhere.yaml")


CHANGES: dict[str, Callable[[Path, Path], None]] = {
    "a Template": edited("catalog/all.yaml", "image: base:1", "image: base:2"),
    "a PodDefault": edited("catalog/all.yaml", "value: b", "value: c"),
    "a Size": edited("catalog/all.yaml", "cpu: 1", "cpu: 2"),
    "a setting": edited("octavo.yaml", "one", "two"),
    "the routing": edited("octavo.yaml", "values", "routing: {kind: istio, host: h}\nvalues"),
    "a Notebook": edited("notebooks/nb-2.yaml", "owner: alice", "owner: bobby"),
    "a Notebook of the same length": edited("notebooks/nb-2.yaml", "alice", "carol"),
    "a removed Notebook": removed,
    "a moved Notebook": moved,
    "a chart file": overlaid,
    "a tampered output file of the same length": tampered,
    "a lost output file": lost,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_after_any_change_the_output_is_what_a_full_render_makes(
    tree: Path, tmp_path: Path, change: Callable[[Path, Path], None]
) -> None:
    remembering, forgetting = tmp_path / "a", tmp_path / "b"
    render(tree, remembering)
    render(tree, forgetting, remember=False)
    time.sleep(0.02)
    change(tree, remembering)
    changed = changes(render(tree, remembering))
    render(tree, forgetting, remember=False)
    assert files(remembering) == files(forgetting)
    assert changed or change is moved


def test_a_problem_anywhere_leaves_everything_as_it_was(tree: Path, tmp_path: Path) -> None:
    render(tree, tmp_path / "out")
    before = files(tmp_path / "out")
    add(tree, "nb-0", "team-7")
    edited("notebooks/nb-5.yaml", "small", "smal")(tree, tmp_path)
    with pytest.raises(InputError, match=r"notebooks/nb-5.yaml:8:3: .*no Size smal"):
        render(tree, tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_two_notebooks_of_one_name_are_a_problem_that_names_both(
    tree: Path, tmp_path: Path
) -> None:
    write(tree / "notebooks/z.yaml", NOTEBOOK.format(name="nb-1", namespace="team-1"))
    with pytest.raises(InputError) as raised:
        render(tree, tmp_path / "out")
    assert str(raised.value) == (
        "notebooks/z.yaml:4:12: error: there are two Notebooks team-1/nb-1\n"
        "  there: notebooks/nb-1.yaml:4:12\n"
        "  hint: rename or remove one of them"
    )


def test_an_empty_tree_removes_nothing_unless_it_is_allowed_to(tree: Path, tmp_path: Path) -> None:
    render(tree, tmp_path / "out")
    before = files(tmp_path / "out")
    shutil.rmtree(tree / "notebooks")
    with pytest.raises(OutputError, match="8 bundles: nothing was removed; say --allow-empty"):
        render(tree, tmp_path / "out")
    assert files(tmp_path / "out") == before
    render(tree, tmp_path / "out", allow_empty=True)
    assert files(tmp_path / "out") == {}


def test_an_old_revision_can_be_elected_and_left_again(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bundle = out / "notebooks/team-0/nb-2"
    render(tree, out)
    first = (bundle / "statefulset.yaml").read_bytes()
    (old,) = bundle.glob("controllerrevision-rev-*.yaml")
    edited("catalog/all.yaml", "image: base:1", "image: base:2")(tree, out)
    render(tree, out)
    second = (bundle / "statefulset.yaml").read_bytes()
    assert second != first
    revision = old.stem.removeprefix("controllerrevision-rev-")
    edited("notebooks/nb-2.yaml", "size", f"revision: {revision}\n  size")(tree, out)
    render(tree, out)
    assert (bundle / "statefulset.yaml").read_bytes() == first
    assert len(list(bundle.glob("controllerrevision-*"))) == 2
    edited("notebooks/nb-2.yaml", f"revision: {revision}\n  ", "")(tree, out)
    render(tree, out)
    assert (bundle / "statefulset.yaml").read_bytes() == second


def test_ignore_stays_on_its_revision_whatever_the_catalog_says(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    edited("notebooks/nb-2.yaml", "size", "updatePolicy: Ignore\n  size")(tree, out)
    render(tree, out)
    first = (out / "notebooks/team-0/nb-2/statefulset.yaml").read_bytes()
    other = (out / "notebooks/team-0/nb-4/statefulset.yaml").read_bytes()
    for number in range(2, 8):
        edited("catalog/all.yaml", f"base:{number - 1}", f"base:{number}")(tree, out)
        edited("octavo.yaml", "values: {a: ", f"values: {{a: {number}")(tree, out)
        render(tree, out)
    assert (out / "notebooks/team-0/nb-2/statefulset.yaml").read_bytes() == first
    assert (out / "notebooks/team-0/nb-4/statefulset.yaml").read_bytes() != other
    assert len(list((out / "notebooks/team-0/nb-2").glob("controllerrevision-*"))) == 3


def test_a_revision_that_was_tampered_with_is_not_trusted(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    render(tree, out)
    (old,) = (out / "notebooks/team-0/nb-2").glob("controllerrevision-*.yaml")
    old.write_bytes(old.read_bytes().replace(b"image: base:1", b"image: evil:1"))
    summary = render(tree, out)
    assert b"evil" not in old.read_bytes()
    assert [str(p).splitlines()[0] for p in summary.problems] == [
        f"notebooks/team-0/nb-2/{old.name}:1:1: warning: this file of the bundle rendered before"
        " was changed by hand, and its history is left out"
    ]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    routing = "routing: {kind: gateway, host: h, gateway: a/b}"
    write(root / "octavo.yaml", f"values: {{a: one}}\n{routing}\n")
    write(root / "catalog/all.yaml", CATALOG)
    for number in range(COUNT):
        add(root, f"nb-{number}", f"team-{number % 7}")
    return root


def test_one_process_and_many_write_the_same_bytes(many: Path, tmp_path: Path) -> None:
    render(many, tmp_path / "one", jobs=1)
    render(many, tmp_path / "many", jobs=2)
    assert files(tmp_path / "one") == files(tmp_path / "many")
    assert len(files(tmp_path / "one")) > COUNT * 8


def test_bytes_do_not_depend_on_where_or_in_which_order_files_were_made(
    many: Path, tmp_path: Path
) -> None:
    names = sorted(files(many))
    random.Random(7).shuffle(names)  # noqa: S311 - an order, not a secret
    other = tmp_path / "elsewhere" / "deep"
    for name in names:
        write(other / name, (many / name).read_text(encoding="utf-8"))
    render(many, tmp_path / "a", remember=False)
    command = [sys.executable, "-m", "octavo", "render", "--out", str(tmp_path / "b")]
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    environment["PYTHONPATH"] = str(Path(rendering.__file__).parents[1])
    subprocess.run([*command, "--quiet"], check=True, cwd=other, env=environment)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_render_that_is_killed_at_any_moment_leaves_whole_bundles_and_the_next_one_mends(
    many: Path, tmp_path: Path
) -> None:
    out, expected = tmp_path / "out", tmp_path / "expected"
    render(many, expected, remember=False)
    whole = files(expected)
    command = [sys.executable, "-m", "octavo", "-C", str(many), "render", "--out", str(out)]
    killed = 0
    for delay in (0.1, 0.25, 0.35, 0.45, 0.55, 0.65, 0.8):
        shutil.rmtree(out, ignore_errors=True)
        process = subprocess.Popen([*command, "--quiet", "--jobs", "1"])
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        standing = {n: d for n, d in files(out).items() if STAGING not in n} if out.exists() else {}
        assert all(whole[name] == data for name, data in standing.items())
        bundles = {name.rsplit("/", 1)[0] for name in standing}
        assert {n for n in whole if n.rsplit("/", 1)[0] in bundles} == set(standing)
        render(many, out, jobs=1)
        assert files(out) == whole
    assert killed, "no render was killed in time"


def test_a_claim_grows_and_is_otherwise_what_it_was(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    claim = out / "notebooks/team-0/nb-2/persistentvolumeclaim-home.yaml"

    def ask(home: str) -> tuple[bytes, list[str]]:
        text = NOTEBOOK.format(name="nb-2", namespace="team-0") + f"  home: {home}\n"
        write(tree / "notebooks/nb-2.yaml", text)
        return claim.read_bytes() if claim.exists() else b"", [
            problem.message for problem in render(tree, out).problems
        ]

    ask("{size: 10Gi, storageClassName: fast}")
    first = claim.read_bytes()
    _, said = ask("{size: 5Gi, storageClassName: slow}")
    assert claim.read_bytes() == first
    assert said == [
        "the claim nb-2-home stays as it is, 10Gi of the class fast, ReadWriteOnce:"
        " a claim can only grow"
    ]
    _, said = ask("{size: 20Gi, storageClassName: fast}")
    assert b"storage: 20Gi" in claim.read_bytes()
    assert said == []
