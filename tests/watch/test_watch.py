"""`octavo render --watch`, typed by a user who then works on the tree."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from renderer.cli import main
from renderer.cli.watch import Sight, by_the_clock
from renderer.cli.watch import watch as watching

TREE = {
    "octavo.yaml": "values: {a: one}\n",
    "catalog/base.yaml": """\
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
        env: [{name: A, value: "{{ values.a }}"}]
""",
}
NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {{name: {name}, namespace: team}}
spec: {{owner: alice, templateRef: {{name: base, namespace: kf}}}}
"""
ROOT = Path(__file__).parents[2]
WITHOUT_EVENTS = "raise ImportError\n"


class Session:
    """A watching octavo, and all that it has said so far."""

    def __init__(self, root: Path, words: tuple[str, ...], path: str) -> None:
        command = [sys.executable, "-m", "octavo", "render", "--watch", "-C", str(root), *words]
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(root.parent / "cache"),
            "PYTHONPATH": f"{path}{os.pathsep}{ROOT}",
        }
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
        )
        self.said: list[str] = []
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            self.said.extend(iter(stream.readline, ""))

    def count(self, words: str) -> int:
        return sum(words in line for line in list(self.said))

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits as long as it may take on a machine with other work."""
        end = time.monotonic() + 40
        while not condition():
            assert time.monotonic() < end, "".join(self.said)
            assert self.process.poll() is None, "".join(self.said)
            time.sleep(0.02)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join(10)

    def ended_by(self, number: int) -> tuple[int, float]:
        """The exit code, and how long it took to end."""
        begun = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(40)
        self._listener.join(10)
        return status, time.monotonic() - begun


Watch = Callable[..., Session]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name, text in TREE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    add(root, "one")
    return root


def add(root: Path, name: str) -> Path:
    path = root / f"notebooks/{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(NOTEBOOK.format(name=name), encoding="utf-8")
    return path


@pytest.fixture(params=["events", "clock"])
def watch(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Iterator[Watch]:
    """Starts watching, with the system's events and without."""
    started: list[Session] = []
    stub = tmp_path / "stub"
    stub.mkdir()
    if request.param == "clock":
        stub.joinpath("watchfiles.py").write_text(WITHOUT_EVENTS, encoding="utf-8")

    def watch(*words: str) -> Session:
        session = Session(root, words or ("--out", str(root / "rendered")), str(stub))
        started.append(session)
        session.until(lambda: session.count("watching") == 1)
        return session

    yield watch
    for session in started:
        session.end()


def bundle(root: Path, name: str = "one") -> Path:
    return root / f"rendered/notebooks/team/{name}/statefulset.yaml"


def test_what_is_there_is_rendered_and_then_what_changes(root: Path, watch: Watch) -> None:
    session = watch()
    assert "value: one" in bundle(root).read_text()
    root.joinpath("octavo.yaml").write_text("values: {a: two}\n", encoding="utf-8")
    session.until(lambda: "value: two" in bundle(root).read_text())
    added = add(root, "other")
    session.until(bundle(root, "other").exists)
    added.unlink()
    session.until(lambda: not bundle(root, "other").exists())
    session.until(lambda: session.count("1 removed") == 1)
    changes = [line for line in session.said if line.startswith("changed")]
    assert changes == [
        "changed: octavo.yaml\n",
        "changed: notebooks/other.yaml\n",
        "changed: notebooks/other.yaml\n",
    ]


def test_an_error_is_said_and_it_goes_on(root: Path, watch: Watch) -> None:
    session = watch()
    path = root / "catalog/base.yaml"
    path.write_text("{", encoding="utf-8")
    session.until(lambda: session.count("a value is missing here") == 1)
    assert f"{path}:" in "".join(session.said)
    path.write_text(TREE["catalog/base.yaml"].replace("base:1", "base:2"), encoding="utf-8")
    session.until(lambda: "base:2" in bundle(root).read_text())


def test_it_begins_with_an_error_all_the_same(root: Path, watch: Watch) -> None:
    path = add(root, "one")
    path.write_text("kind: Nothing\n", encoding="utf-8")
    session = watch()
    assert session.count("error: ") == 1
    add(root, "one")
    session.until(bundle(root).exists)


def test_an_output_that_cannot_be_written_is_said_and_it_goes_on(root: Path, watch: Watch) -> None:
    blocked = root / "rendered"
    blocked.write_text("", encoding="utf-8")
    session = watch()
    blocked.unlink()
    add(root, "other")
    session.until(bundle(root, "other").exists)


def test_many_changes_at_once_are_one_render_and_its_own_output_is_none(
    root: Path, watch: Watch
) -> None:
    session = watch()
    for number in range(30):
        add(root, f"nb-{number}")
    session.until(lambda: session.count("31 notebooks") == 1)
    time.sleep(3)
    assert session.count("changed:") == 1
    assert session.count("changed: notebooks/nb-0.yaml, notebooks/nb-1.yaml, ") == 1
    assert session.count(" and 27 more") == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once(watch: Watch, number: int, status: int) -> None:
    session = watch()
    time.sleep(0.5)
    ended, seconds = session.ended_by(number)
    assert ended == status
    assert seconds < 2
    assert session.count("Traceback") == 0


def test_a_signal_during_a_render_ends_it_too(root: Path, watch: Watch) -> None:
    session = watch("--out", str(root / "rendered"), "--jobs", "2")
    for number in range(1500):
        add(root, f"nb-{number}")
    session.until(lambda: session.count("changed:") == 1)
    ended, seconds = session.ended_by(signal.SIGTERM)
    assert (ended, session.count("1,501 notebooks")) == (143, 0)
    assert seconds < 2
    assert session.count("Traceback") == 0


def test_with_quiet_only_problems_are_said(root: Path) -> None:
    session = Session(root, ("--out", str(root / "rendered"), "--quiet"), "")
    try:
        session.until(bundle(root).exists)
        root.joinpath("octavo.yaml").write_text("values: {}\n", encoding="utf-8")
        session.until(lambda: session.count("error: ") == 1)
        assert session.count("watching") == session.count("changed") == 0
    finally:
        session.end()


def test_what_the_system_refuses_is_said_and_it_goes_on(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Namespace(tree=root, out=root / "rendered", repo=None, quiet=False, watch=True)
    renders: list[bool] = []

    def render(arguments: Namespace) -> int:
        renders.append(arguments.watch)
        if len(renders) > 1:
            raise KeyboardInterrupt
        add(root, "other")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "rendered")

    assert watching(asked, render) == 130
    assert renders == [False, False]
    assert "octavo: rendered: No space left on device\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--watch goes with --out DIR or --repo"),
        (("team/one",), "--watch goes with --out DIR or --repo"),
        (("--out", "rendered", "--target", "eu"), 'no target "eu"'),
    ],
)
def test_a_wrong_call_ends_it(
    root: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["render", "-C", str(root), "--watch", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_look_sees_what_a_render_reads_and_nothing_else(root: Path) -> None:
    sight = Sight(root)
    first = sight.look()
    assert set(first) == {"octavo.yaml", "catalog/base.yaml", "notebooks/one.yaml"}
    add(root, "one").touch()
    root.joinpath("README.md").write_text("", encoding="utf-8")
    second = sight.look()
    assert [name for name in second if second[name] != first[name]] == ["notebooks/one.yaml"]
    root.joinpath("catalog/gone.yaml").symlink_to("nowhere")
    assert set(sight.look()) - set(second) == {"catalog/gone.yaml"}
    root.rename(root.with_name("elsewhere"))
    assert sight.look() == {}


@pytest.mark.parametrize("place", [".", "worktree", "deep"])
def test_who_commits_bundles_heeds_commits(root: Path, place: str) -> None:
    def git(*words: str, at: Path = root) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", str(at), *identity, *words], check=True, capture_output=True)

    git("init")
    git("commit", "--allow-empty", "-m", "first")
    git("worktree", "add", "--detach", str(root / "worktree"))
    root.joinpath("deep").mkdir()
    sight, other = Sight(root / place, heeds_commits=True), Sight(root / place)
    before, unheeded = sight.look(), other.look()
    git("commit", "--allow-empty", "-m", "second", at=root / place)
    assert (sight.look() == before, other.look() == unheeded) == (False, True)


def test_the_slower_a_look_the_seldomer(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    times = iter([0.0, 0.001, 10.0, 10.1])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    monkeypatch.setattr(time, "sleep", slept.append)
    moments = by_the_clock(lambda: None)
    next(moments)
    next(moments)
    assert slept == pytest.approx([0.1, 2.0])


def test_what_is_committed_is_rendered_into_the_repository(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")

    def git(*words: str) -> str:
        asked = ["git", "-C", str(root), *words]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    def commit() -> None:
        git("add", "--all")
        git("commit", "--quiet", "--message", "work")

    git("init", "--quiet", "--initial-branch=main")
    commit()
    session = watch("--repo", str(root), "--branch", "rendered")
    assert "notebooks/team/one/statefulset.yaml" in git("ls-tree", "-r", "--name-only", "rendered")
    add(root, "other")
    session.until(lambda: session.count("changed: notebooks/other.yaml") == 1)
    session.until(lambda: session.count("notebooks/other.yaml") > 1)
    assert git("rev-list", "--count", "rendered").strip() == "1", "what is not committed is refused"
    commit()
    session.until(lambda: session.count("changed: the commit") == 1)
    session.until(lambda: git("rev-list", "--count", "rendered").strip() == "2")
